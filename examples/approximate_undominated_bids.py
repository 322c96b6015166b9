"""Mechanism Design with Approximate Valuations: which bids nothing speaks against (UDed), and which are always best (Dnt)."""

from fractions import Fraction

from offchain.model.theory.approximate.bids import lottery_seat, undominated_bids
from offchain.model.theory.approximate.dominance import dominant, undominated

# M_f for one of two players, bids 0 to 6, as it sees it; K is what the player holds its value possible to be.
seat = lottery_seat(Fraction(1, 10), players=2, top=6)
for values in ([3], [3, 4], [3, 4, 5], [2, 5]):
    left, best = undominated(seat, values), dominant(seat, values)
    print(f"K = {values}: undominated {left}, dominant {best}")

# On real numbers the undominated bids lie within min K and max K. On integers the last unit is never worth bidding for:
# at a price of max K there is nothing to gain. So 2 is as good as 3 for who knows its value, 3.
assert undominated(seat, [3]) == dominant(seat, [3]) == [2, 3]
assert undominated(seat, [3, 4]) == dominant(seat, [3, 4]) == [3]
assert undominated(seat, [3, 4, 5]) == [3, 4]

# Who is unsure by more than a unit has no bid that is best whatever its value: hence undominated strategies.
assert dominant(seat, [3, 4, 5]) == dominant(seat, [2, 5]) == []

row = undominated_bids(deltas=[Fraction(1, 10)], players=[2], top=3)
print(row)
assert row.holds
