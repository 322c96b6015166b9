"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 1: two signals, within 5 of the optimum."""

from fractions import Fraction

from offchain.model.mechanisms.signal_discovery import solve
from offchain.model.theory.signals.discovery import theorem_1
from offchain.model.theory.signals.steep import Shape, clock_auction

# A painting and three experts; signal 1 says genuine. The more say so, the more it is worth, each time
# to another: a, b, c at the totals 1, 2, 3. Two say so, and b should have it.
game = clock_auction(2, (1, [0, 10, 10, 10]), (1, [0, 0, 100, 100]), (0, [0, 0, 0, 1000]))
outcome = solve(game)
for chance in outcome.chances:
    print(f"{chance.sale.winner or 'unsold'} at {chance.sale.price}: {chance.probability}")
print(f"expected welfare {outcome.expected_welfare} of {outcome.optimal_welfare}")
assert outcome.optimal_welfare == 100
assert outcome.expected_welfare >= Fraction(100, 5)

# Over all values of up to four bidders the optimal one has 1/4 and more, not only 1/5.
row = theorem_1(shapes=[Shape(2, (0,) * 3), Shape(2, (0,) * 4, samples=200)])
print(row)
assert row.holds
