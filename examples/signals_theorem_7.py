"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 7: k signals, within 5(k-1)."""

from fractions import Fraction

from offchain.model.mechanisms.signal_discovery import discoveries, solve
from offchain.model.theory.signals.discovery import theorem_7
from offchain.model.theory.signals.steep import Shape, clock_auction

# Two bidders with signals 0, 1, 2: a is optimal at the totals 0, 2, 4 and b at 1, 3. The total is 3.
game = clock_auction(3, (1, [1, 1, 100, 100, 10**4]), (2, [0, 10, 10, 10**3, 10**3]))

# A draw says whether the even or the odd totals count: 3 does with 1/2.
for auction in discoveries(game):
    print(
        f"levels {list(range(auction.residue, 5, 2))}: optimal {['ab'[p] for p in auction.optimal]}"
    )

outcome = solve(game)
for chance in outcome.chances:
    print(f"{chance.sale.winner or 'unsold'} at {chance.sale.price}: {chance.probability}")
print(f"expected welfare {outcome.expected_welfare} of {outcome.optimal_welfare}")
assert outcome.optimal_welfare == 1000
assert outcome.expected_welfare >= Fraction(1000, 5 * 2)

row = theorem_7(shapes=[Shape(3, (0, 0))])
print(row)
assert row.holds
