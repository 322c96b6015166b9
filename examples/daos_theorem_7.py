"""When Bidders Are DAOs, Theorem 7: with additive values, a copy of Mechanism 1 for each item keeps all it has."""

from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.daos import additive, theorem_7

# Two items. Group A is one bidder; group B has two members, one for each item and a little for the other.
game = additive([(6, 3)], [(8, 1), (2, 6)])
outcome = solve(game)
for item, lot in enumerate(outcome.items):
    print(f"item {item}: {lot.winner} at {lot.price}, {list(lot.served)} pay {lot.share} each")
print(f"payments {outcome.payments}, welfare {outcome.welfare} of {outcome.optimal_welfare}")
assert [lot.share for lot in outcome.items] == [7, 4]
assert outcome.payments == {"A": {"a1": 0}, "B": {"b1": 7, "b2": 4}}
assert (outcome.welfare, outcome.optimal_welfare) == (14, 17)

# Every member, every lie about both items at once.
row = theorem_7(sizes=[(1, 2)], top=2)
print(row)
assert row.holds
