"""Exact reference models of the mechanisms: pure functions of an instance, integers and fractions, no chain.

One module per mechanism. `solve` picks it by the instance's type.
"""

from collections.abc import Callable

from offchain.model.instances import (
    ApproximateGroupsInstance,
    ApproximateInstance,
    Instance,
    MonotoneSignalsInstance,
    Outcome,
    ResilientInstance,
    SignalClockInstance,
    TwoLevelInstance,
    VcgInstance,
)
from offchain.model.mechanisms import (
    approximate,
    approximate_groups,
    monotone_allocation,
    resilient,
    signal_discovery,
    two_level,
    vcg,
)


def solve(instance: Instance, tell: Callable[[str], None] | None = None) -> Outcome:
    """The outcome of an instance of any mechanism, by its reference model.

    tell: hears in words, before it is done, that a distribution is sampled rather than worked out, or that a
    solver is asked about many bids.
    """
    match instance:
        case TwoLevelInstance():
            return two_level.solve(instance)
        case SignalClockInstance():
            return signal_discovery.solve(instance, tell)
        case MonotoneSignalsInstance():
            return monotone_allocation.solve(instance)
        case VcgInstance():
            return vcg.solve(instance, tell)
        case ResilientInstance():
            return resilient.solve(instance)
        case ApproximateInstance():
            return approximate.solve(instance)
        case ApproximateGroupsInstance():
            return approximate_groups.solve(instance)
