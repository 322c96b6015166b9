"""When Bidders Are DAOs, §4.2: what a group could do if its bid for an item told of what its members bid for others."""

from offchain.model.theory.daos_unit_demand import (
    SIGNAL,
    best,
    bounded_bids,
    signal,
    signalled,
    worths_by,
)

# The auctioneer asks 2 for the first item, 1 for the second, 2 for both. Ann wants the first at 5, Bob the second at 3: the group
# bids 8 and 3, and gets both for 2, which Ann pays.
both = frozenset((0, 1))
assert signal(5, 3) == (8, 3)
assert signalled(5, 3) == (both, {0: 2, 1: 0})
assert both in best(SIGNAL, worths_by((8, 3)))

# Had it to bid no more than Ann's 5 for the first, it could bid 4 at most for the second, whatever Bob has.
possible = [bid for bid in range(20) if both in best(SIGNAL, worths_by((5, bid)))]
print("with 5 for the first it gets both at these bids for the second:", possible)
assert max(possible) == 4

row = bounded_bids(top=4)
print(row)
assert row.holds
