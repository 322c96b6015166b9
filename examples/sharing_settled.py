"""Beyond Chen and Zhou: who is in which subgroup must not depend on the bids."""

from offchain.model.theory.sharing.subgroups import chosen_shares, settled, settled_shares

# By the best subgroups of the bids 2, 1, 1 the first is alone, and pays 2 of a price of 3: nothing is left of its 2.
assert list(chosen_shares((2, 1, 1), 3)) == [2, 1, 1]

# Bidding 1 it is as the others, all three are best alone, and it pays 1.
lie = chosen_shares((1, 1, 1), 3)
print(f"by the truth the first keeps 0, by a bid of 1 it keeps {2 - (lie[0] or 0)}")
assert list(lie) == [1, 1, 1]

# Where the subgroups are settled, a lower bid moves nobody: it still pays 2, or has no access.
assert [settled_shares([[0], [1, 2]], (bid, 1, 1), 3)[0] for bid in (2, 1)] == [2, None]

row = settled(top=3)
print(row)
assert row.holds
