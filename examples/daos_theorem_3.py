"""When Bidders Are DAOs, Theorem 3: the optimum is at most H_l times the welfare of Mechanism 1."""

from fractions import Fraction

from offchain.model.checks.two_level import harmonic
from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.daos import auction, theorem_3

# A crowd worth 6 + 3 + 2 = 11 can pay no more than 6 in equal shares, and loses to a rival of 6 who
# comes first: welfare 6 of a possible 11, a factor of H_3 = 11/6.
outcome = solve(auction([6], [6, 3, 2]))
print(f"{outcome.items[0].winner} wins, welfare {outcome.welfare} of {outcome.optimal_welfare}")
assert Fraction(outcome.optimal_welfare, outcome.welfare) == harmonic(3)

# With the crowd first, it wins and serves all.
assert solve(auction([6, 3, 2], [5])).welfare == 11

row = theorem_3(sizes=[(1, 2), (1, 3)], top=4, members=6)
print(row)
assert row.holds
