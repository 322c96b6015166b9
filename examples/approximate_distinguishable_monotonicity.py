"""Mechanism Design with Approximate Valuations: a lottery has to tell bids apart, or bids beyond all values stay undominated."""

from offchain.model.theory.approximate.bids import distinguishable_monotonicity, myerson_seat
from offchain.model.theory.approximate.dominance import undominated

# Chances in halves for the bids 0, 1, 2, 3 of one player, against two bids of another; prices as Myerson's.
# Every unit more wins more against one bid of the other or another: it tells bids apart.
tells = myerson_seat([(0, 1, 1, 2), (0, 0, 1, 1)], parts=2)
# Nothing changes from 2 to 3.
mute = myerson_seat([(0, 1, 2, 2), (0, 0, 1, 1)], parts=2)

for name, seat in (("tells bids apart", tells), ("does not tell 2 from 3", mute)):
    print(f"{name}: of a known value 2 the undominated bids are {undominated(seat, [2])}")

assert undominated(tells, [2]) == [1, 2]
# Bidding 3 is as good as the value 2 itself, against every bid of the other.
assert 3 in undominated(mute, [2])

row = distinguishable_monotonicity(top=2)
print(row)
assert row.holds
