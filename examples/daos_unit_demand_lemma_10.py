"""When Bidders Are DAOs, Lemma 10: a group that bids little for what it needs most costs too much welfare, whoever gets it."""

from fractions import Fraction

from offchain.model.theory.daos_unit_demand import lemma_10, low_bid_ratio

# Two items, three bidders. Member 2 of a group bids 4 for the second item, for which the group may bid no more than that; member
# 1 values the first at 9 * (4 + 4) = 72. Say the group bids 3 for the first, and 4 for the second. A rival has 12 for the first.
ratio = low_bid_ratio(items=2, bound=4, own=4, low=3, rest=4)
print(f"at best the optimum is {ratio} times the welfare")

# To the group: it may be one bidder with the bids 3 and 4, who needs one item, worth 4, where 12 and 4 were to be had.
assert Fraction(12 + 4, 4) == 4
# To the rival: there are 12 and member 2's 4, where 72 and 4 were to be had.
assert Fraction(72 + 4, 12 + 4) > 4
assert ratio == 4 > 3

row = lemma_10(items=(2,), own=(1, 3))
print(row)
assert row.holds
