"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 11: nothing is within less than l*C(k,2)+1."""

from fractions import Fraction

from offchain.model.instances.signal_bounds import symmetric_values_bound
from offchain.model.instances.signals import Rule
from offchain.model.theory.signals.bounds import (
    least_revenue,
    misfits,
    printed_theorem_11,
    theorem_11,
)

# One type, three signals: bidders for 1 to 0, 2 to 0, 2 to 1, and the last. Values do not tell bidders apart.
bound = symmetric_values_bound(signals=3, types=1, gap=1000)
for bidder, profile in bound.profiles():
    name, worths = bound.instance.bidders[bidder].name, bound.instance.worths(profile)
    print(f"at signals {profile}, {name} is optimal: {worths}")
    assert worths[bidder] == max(worths) >= 1000 * sorted(worths)[-2]

# As in Theorem 6, all four have their chance at s = (1, 2, 2, 0): one of them has at most 1/4.
assert bound.instance.profile == (1, 2, 2, 0)

# As printed the first two are both worth 1 at (0, 2, 2, 0): it arises from (1, 0, 2, 0) by an exchange.
printed = printed_theorem_11(signals=3, types=1, gap=1000)
print("as printed, at (0, 2, 2, 0):", printed.instance.worths((0, 2, 2, 0)))
assert printed.instance.worths((0, 2, 2, 0)) == [1, 1, 0, 0]
assert misfits(printed)

# Nobody pays more than its value, so nothing guarantees more than 1/4 of the optimal welfare as revenue either; the
# monotone allocation guarantees a k-th of that.
assert least_revenue(symmetric_values_bound(3, 1, 1000, Rule.REVENUE)) == Fraction(1, 3 * 4)

row = theorem_11(sizes=[(2, 1), (3, 1)])
print(row)
assert row.holds
