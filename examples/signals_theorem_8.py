"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 8: k signals, revenue within 10(k-1)."""

from fractions import Fraction

from offchain.model.instances.signals import Rule
from offchain.model.mechanisms.signal_discovery import solve
from offchain.model.theory.signals.discovery import theorem_8
from offchain.model.theory.signals.steep import Shape, clock_auction

# The two bidders of Theorem 7: the price is the value at one of the levels that count, drawn uniformly.
game = clock_auction(
    3, (1, [1, 1, 100, 100, 10**4]), (2, [0, 10, 10, 10**3, 10**3]), rule=Rule.REVENUE
)
outcome = solve(game)
for chance in outcome.chances:
    print(f"{chance.sale.winner or 'unsold'} at {chance.sale.price}: {chance.probability}")
print(f"expected revenue {outcome.expected_revenue}, optimal welfare {outcome.optimal_welfare}")
assert outcome.optimal_welfare == 1000
assert outcome.expected_revenue >= Fraction(1000, 10 * 2)

row = theorem_8(shapes=[Shape(3, (0, 0))])
print(row)
assert row.holds
