"""When Bidders Are DAOs, beyond Theorem 2: who bids under two names may gain; the mechanism is truthful for single addresses."""

from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.model.theory.daos import auction, false_names, payments

# A rival bids 19. In {11, 5, 5} two members could pay 10, three 15: the group bids 15 and loses.
assert willingness_to_pay([11, 5, 5]) == 15
assert payments(auction([19], [11, 5, 5]))[1:] == [None] * 3

# The first member bids 5 under each of two names instead: four could pay 20, which wins at 20 (19, and the unit
# that a tie would take). Each name pays 5, and what is worth 11 costs 10.
assert willingness_to_pay([5, 5, 5, 5]) == 20
paid = payments(auction([19], [5, 5, 5, 5]))
print(f"bidding 11 gets nothing; as 5 and 5 the shares are {paid[1:]}: 11 - 10 is a gain of 1")
assert paid == [None, 5, 5, 5, 5]

row = false_names()
print(row)
assert row.holds
