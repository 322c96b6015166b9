"""Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 6: nothing is within less than l(k-1)+1."""

from offchain.model.instances.signal_bounds import shared_quality_bound
from offchain.model.theory.signals.bounds import misfits, printed_theorem_6, theorem_6

# One type, three signals: three bidders of signals 1, 2, 0. Values are 0 until a total is reached.
bound = shared_quality_bound(signals=3, types=1, gap=1000)
for bidder, profile in bound.profiles():
    name, worths = bound.instance.bidders[bidder].name, bound.instance.worths(profile)
    print(f"at signals {profile}, {name} is optimal: {worths}")
    assert worths[bidder] == max(worths) >= 1000 * sorted(worths)[-2]

# Each profile is s = (1, 2, 0) but for that bidder's own signal, which is lower or the same. Who reports more may not
# win less often, or would report less. So at s all three have at least their chance: one is at most 1/3.
assert bound.instance.profile == (1, 2, 0)
assert not misfits(bound)

# As printed the second is worth more than the first, and from a lower total on: the first is optimal nowhere.
printed = printed_theorem_6(signals=3, types=1, gap=1000)
print("as printed, at (0, 2, 0):", printed.instance.worths((0, 2, 0)))
assert misfits(printed)[0] == printed.instance.bidders[0].name

row = theorem_6(sizes=[(2, 1), (3, 1)])
print(row)
assert row.holds
