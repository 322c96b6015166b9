"""When Bidders Are DAOs, beyond Theorem 2: the theorem is for members of one group; who is in two may bid less in one."""

from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.daos import auction, payments, several_groups

# Ann, to whom access is worth 10, is alone in group A and one of {10, 5, 5} in group B.
for first, what in ((10, "by the truth in both"), (0, "bidding nothing in A")):
    game = auction([first], [10, 5, 5])
    lot = solve(game).items[0]
    ann_in_a, ann_in_b, *_ = payments(game)
    print(f"{what}: {lot.winner} wins at {lot.price}; ann pays {ann_in_a} in A, {ann_in_b} in B")
    # With her 10 in A, which comes first, B meets a price of 11, a share of 4; without it only the reserve.
    assert (lot.winner, lot.price) == ("B", 11 if first else 1)
    assert (ann_in_a, ann_in_b) == (None, 4 if first else 1)

# The others of B gain as well: it is the seller who loses by it.
row = several_groups(top=3)
print(row)
assert row.holds
