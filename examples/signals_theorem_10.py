"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 10: k signals and l types, 5l(k-1) and 10l(k-1)."""

from fractions import Fraction

from offchain.model.instances.signals import Rule
from offchain.model.mechanisms.signal_discovery import solve
from offchain.model.theory.signals.discovery import theorem_10
from offchain.model.theory.signals.steep import Shape, steep

# A historian and a chemist, each with a signal 0, 1 or 2; nine pairs of totals, a and b optimal in turn.
best = [0, 1, 0, 1, 0, 1, 0, 1, 0]
for rule, factor in ((Rule.WELFARE, 5), (Rule.REVENUE, 10)):
    outcome = solve(steep(3, kinds=[0, 1], best=best, profile=(1, 2), rule=rule))
    expected = outcome.expected_welfare if rule is Rule.WELFARE else outcome.expected_revenue
    print(f"{rule}: {expected} expected, optimum {outcome.optimal_welfare}")
    assert expected >= Fraction(outcome.optimal_welfare, factor * 2 * 2)

row = theorem_10(shapes=[Shape(3, (0, 1), samples=50), Shape(3, (0, 0, 1), samples=50)])
print(row)
assert row.holds
