"""When Bidders Are DAOs, Appendix A: VCG above and equal split below, both truthful, are not truthful together."""

from offchain.model.checks.vcg_equal_split import appendix_a as paper_instance
from offchain.model.checks.vcg_equal_split import find_lie, find_shut_out
from offchain.model.mechanisms.vcg_equal_split import AGGREGATIONS, solve
from offchain.model.theory.daos import appendix_a

# Items r and s, unit demand, the paper's 10 in units of 100 and epsilon = 1 unit. Group 1 has members
# (1002, 0) and (499, 1), group 2 has (1000, 1).
game = paper_instance(1000)
ours, _ = solve(game, AGGREGATIONS["sum"])
print(
    f"bidding sums, group 1 gets item {ours.item} at {ours.price}; members {ours.served} share it"
)
assert (ours.item, ours.price, ours.served) == (0, 999, (0,))

# The second member cannot pay half of 999. By bidding for s alone it has the group take s, for nothing.
lie = find_lie(game, AGGREGATIONS["sum"])
print(lie)
assert lie is not None
assert (lie.players, lie.truthful, lie.utility) == (("2^1",), 0, 1)

# A group that listens to its first member only leaves nobody a lie here, but the second no way to s.
assert find_lie(game, AGGREGATIONS["first member"]) is None
print("shut out:", find_shut_out(game, AGGREGATIONS["first member"]))
assert find_shut_out(game, AGGREGATIONS["first member"]) == ("2^1", 1)

row = appendix_a(ten=100)
print(row)
assert row.holds
