"""When Bidders Are DAOs, Theorem 5: nothing truthful, balanced and without chance, with equal treatment, does better than H_l."""

from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.daos import auction, theorem_5, truthful_rules

# A crowd worth 1, 1/2 and 1/3 less a little, in units of 600: it can pay 599, and is worth 1097.
crowd = [599, 299, 199]
assert (willingness_to_pay(crowd), sum(crowd)) == (599, 1097)

# I1 and I2: the crowd comes first, or last. Either way the rival of 600 wins.
for game in (auction(crowd, [600]), auction([600], crowd)):
    outcome = solve(game)
    print(f"{outcome.items[0].winner} wins: welfare {outcome.welfare} of {outcome.optimal_welfare}")
    assert (outcome.welfare, outcome.optimal_welfare) == (600, 1097)

# Could another truthful auction favour the crowd? Let bid 0 be 599 and bid 1 be 600. Of all monotone
# ways to choose a winner, none has 599 win over 600 from both places, as both would win 600 to 600.
rules = list(truthful_rules(bids=2))
first = [rule for rule in rules if rule[0, 1] == 0]
second = [rule for rule in rules if rule[1, 0] == 1]
print(f"{len(rules)} rules: {len(first)} favour the crowd as first group, {len(second)} as second")
assert len(first) == len(second) == 3
assert not any(rule in second for rule in first)

row = theorem_5(members=[3])
print(row)
assert row.holds
