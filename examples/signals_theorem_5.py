"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 5: two signals and l types, revenue within 10l."""

from fractions import Fraction

from offchain.model.instances.signals import Rule
from offchain.model.mechanisms.signal_discovery import solve
from offchain.model.theory.signals.discovery import theorem_5
from offchain.model.theory.signals.steep import Shape, steep

# A historian a and a chemist b; b should have it where the chemist's signal is high, else a.
game = steep(2, kinds=[0, 1], best=[0, 1, 0, 1], profile=(1, 1), rule=Rule.REVENUE)
outcome = solve(game)
for chance in outcome.chances:
    print(f"{chance.sale.winner or 'unsold'} at {chance.sale.price}: {chance.probability}")
print(f"expected revenue {outcome.expected_revenue}, optimal welfare {outcome.optimal_welfare}")
assert outcome.expected_revenue >= Fraction(outcome.optimal_welfare, 10 * 2)

row = theorem_5(shapes=[Shape(2, (0, 1)), Shape(2, (0, 0, 1), samples=100)])
print(row)
assert row.holds
