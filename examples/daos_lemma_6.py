"""When Bidders Are DAOs, Lemma 6: truthful, budget-balanced shares that treat equals alike are equal shares."""

from offchain.model.mechanisms.equal_split import equal_split
from offchain.model.theory.daos import cost_shares, lemma_6, served_by

# Two members and a price of 4. A truthful rule is a threshold for each, by the bid of the other. Of all 6^12 pairs of them
# for bids 0 to 5, one covers 4 whenever it serves anybody.
(ways,) = cost_shares(4, top=5)
print("what a member has to bid, if the other bids 0, 1, ... 5:", ways[0])
assert ways[0] == ways[1] == (4, 4, 2, 2, 2, 2)

# So who bids 5 beside a 1 pays all, and beside a 3 half: never 3 of 4 because it would. That limits what groups can pay.
assert served_by(ways, (5, 1)) == (4, None)
assert served_by(ways, (5, 3)) == (2, 2)
assert equal_split((5, 3), 4).share == 2

row = lemma_6(prices=[2, 4])
print(row)
assert row.holds
