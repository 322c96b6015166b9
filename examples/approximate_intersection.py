"""Mechanism Design with Approximate Valuations: players who hold different values possible may bid the same (UIL)."""

from fractions import Fraction

from offchain.model.theory.approximate.bids import intersection, lottery_seat
from offchain.model.theory.approximate.dominance import undominated

# Two sets that share the values 3 and 4: whatever the mechanism, some strategy is undominated for both. So it cannot tell
# a player who may be worth 6 from one who may be worth 1; that is what limits every guarantee (Theorems 3 and 5).
seat = lottery_seat(Fraction(1, 2), players=2, top=7)
high, low = undominated(seat, [3, 4, 5, 6]), undominated(seat, [1, 2, 3, 4])
print(f"under M_f: {high} and {low}")
assert set(high) & set(low) == {3}

# One shared value is not enough: whoever is left at 3 knows that 3 is worth it, or that it is not.
assert not set(undominated(seat, [3, 4])) & set(undominated(seat, [2, 3]))

row = intersection(samples=100)
print(row)
assert row.holds
