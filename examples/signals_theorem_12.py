"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 12: a monotone auction that meets Theorem 11."""

from fractions import Fraction

from offchain.model.instances.signal_bounds import symmetric_values_bound
from offchain.model.mechanisms.monotone_allocation import solve, thresholds
from offchain.model.theory.signals.monotone import theorem_12
from offchain.model.theory.signals.steep import Shape

# The four bidders of Theorem 11 at s: each is optimal where its own signal is lower, so each has 1/4.
instance = symmetric_values_bound(signals=3, types=1, gap=10).instance
outcome = solve(instance)
for chance in outcome.chances:
    print(f"{chance.sale.winner} at {chance.sale.price}: {chance.probability}")
    assert chance.probability == Fraction(1, 4)
print("optimal from the signals", thresholds(instance.worths, instance.profile), "on")

# (The paper calls it universally truthful, and does not build the mix that this means; signals_universal.py does.)
# Everybody pays what the good is worth at the least signal with which it would have won.
assert sorted(chance.sale.price for chance in outcome.chances) == [10, 100, 100, 1000]

row = theorem_12(shapes=[Shape(2, (0, 0, 0), samples=20), Shape(3, (0, 0), samples=20)])
print(row)
assert row.holds
