"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 4: two signals and l types, within 5l."""

from fractions import Fraction

from offchain.model.instances.signals import Rule
from offchain.model.mechanisms.signal_discovery import solve
from offchain.model.theory.signals.discovery import theorem_4
from offchain.model.theory.signals.steep import Shape, steep

# Two historians and a chemist. Each type's total counts by itself: the rows are the historians' 0, 1, 2,
# the columns the chemist's 0, 1. Who should have it where, by place:
best = [0, 2, 1, 2, 0, 1]
game = steep(2, kinds=[0, 0, 1], best=best, profile=(1, 1, 0), rule=Rule.WELFARE)
for bidder in game.bidders:
    print(
        f"{bidder.name}, of type {bidder.type}, signal {bidder.signal}: worth {bidder.value.to_json()}"
    )

# Totals 2 and 0: a should have it. The type of a is drawn with 1/2, and then a wins with 1/2 or more.
outcome = solve(game)
print(f"expected welfare {outcome.expected_welfare} of {outcome.optimal_welfare}")
assert outcome.expected_welfare >= Fraction(outcome.optimal_welfare, 5 * 2)

row = theorem_4(shapes=[Shape(2, (0, 1)), Shape(2, (0, 0, 1), samples=100)])
print(row)
assert row.holds
