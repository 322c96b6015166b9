"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 13: revenue within k(l*C(k,2)+1)."""

from fractions import Fraction

from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.signals import Rule, SignalBidder, Table
from offchain.model.mechanisms.monotone_allocation import solve
from offchain.model.theory.signals.monotone import theorem_13
from offchain.model.theory.signals.steep import Shape

# One bidder with signal 1 of 0, 1, 2, to whom the good is worth 1, 50 or 100; a second one wants nothing.
values = Table((3, 3), (1, 1, 1, 50, 50, 50, 100, 100, 100))
nothing = Table((3, 3), (0,) * 9)
bidders = SignalBidder("a", "x", 1, values), SignalBidder("b", "x", 0, nothing)
for rule in Rule:
    outcome = solve(MonotoneSignalsInstance(3, rule, ("x",), bidders))
    sales = [(c.sale.winner, c.sale.price, str(c.probability)) for c in outcome.chances]
    print(f"{rule} rule: {sales}, expected revenue {outcome.expected_revenue}")
    if rule is Rule.REVENUE:
        # One price of three is a's full value; rho is 2, the number of bidders.
        assert outcome.expected_revenue >= Fraction(50, 3 * 2)

row = theorem_13(shapes=[Shape(2, (0, 0, 0), samples=20), Shape(3, (0, 0), samples=20)])
print(row)
assert row.holds
