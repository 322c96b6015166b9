"""Mechanism Design with Approximate Valuations, Theorem 5: no lottery does better than M_f."""

from fractions import Fraction

from offchain.model.mechanisms.approximate import worst_case
from offchain.model.theory.approximate.guarantees import theorem_5

# Two equal bids of 12 within a half, so that each is worth from 4 to 36. Whoever has the smaller chance
# may be the one worth 36.
half = Fraction(1, 2)
for first in (Fraction(1), Fraction(3, 4), half, Fraction(1, 4)):
    player, ratio = worst_case([12, 12], [first, 1 - first], half)
    print(f"chances {first}, {1 - first}: {ratio} if player {player} is worth the most")
    assert ratio <= Fraction(5, 9)
    assert (ratio == Fraction(5, 9)) == (first == half)

row = theorem_5(deltas=[half], players=[2, 3], parts=6)
print(row)
assert row.holds
