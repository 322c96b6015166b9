"""Property checks: what a mechanism promises, tested on one instance and its outcome.

One module per mechanism, `check_reference` picks it by the instance's type. `properties` has the
searches that any mechanism can be given to.
"""

from collections.abc import Callable

from offchain.model.checks import (
    approximate,
    approximate_groups,
    resilient,
    signals,
    two_level,
    vcg,
)
from offchain.model.checks.finding import Finding, Verdict
from offchain.model.instances import (
    ApproximateGroupsInstance,
    ApproximateInstance,
    Instance,
    MonotoneSignalsInstance,
    ResilientInstance,
    SignalClockInstance,
    TwoLevelInstance,
    VcgInstance,
)
from offchain.model.mechanisms.price_rule import PriceRule, exact

__all__ = ["Finding", "Verdict", "check_reference"]


def check_reference(
    instance: Instance,
    rule: PriceRule = exact,
    grid: int | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[Finding]:
    """All findings on an instance, as its reference model solves it.

    rule, grid: the price rule and the largest bid of the deviation search, for mechanisms that have
    them. tell: as for `offchain.model.mechanisms.solve`.
    """
    match instance:
        case TwoLevelInstance():
            return two_level.check(instance, rule, grid)
        case SignalClockInstance():
            return signals.check_signal_clock(instance, tell)
        case MonotoneSignalsInstance():
            return signals.check_monotone_signals(instance)
        case VcgInstance():
            return vcg.check(instance, grid, tell)
        case ResilientInstance():
            return resilient.check(instance)
        case ApproximateInstance():
            return approximate.check(instance, grid)
        case ApproximateGroupsInstance():
            return approximate_groups.check(instance, grid)
