"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 2: two signals, revenue within 10."""

from fractions import Fraction

from offchain.model.instances.signals import Rule
from offchain.model.mechanisms.signal_discovery import solve
from offchain.model.theory.signals.discovery import theorem_2
from offchain.model.theory.signals.steep import Shape, clock_auction

# Only a wants the painting: for 1 if nobody thinks it genuine, 100 if one does, 101 if both do. a thinks so, b does not.
# When b is discovered the total is 0 or 1. The lower one sells always, the higher one brings all of the value.
values = (1, [1, 100, 101]), (0, [0, 0, 0])
revenue = {}
for rule in Rule:
    outcome = solve(clock_auction(2, *values, rule=rule))
    sales = [(c.sale.winner, c.sale.price, str(c.probability)) for c in outcome.chances]
    print(f"{rule} rule: {sales}, expected revenue {outcome.expected_revenue}")
    revenue[rule] = outcome.expected_revenue
assert revenue == {Rule.WELFARE: Fraction(1, 2), Rule.REVENUE: Fraction(1 + 100, 4)}
assert revenue[Rule.REVENUE] >= Fraction(100, 10)

row = theorem_2(shapes=[Shape(2, (0,) * 3)])
print(row)
assert row.holds
