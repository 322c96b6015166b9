"""Which instances fit the contracts: known before anything is sent to a chain."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from offchain.model.instances import Instance
from offchain.model.instances.approximate import ApproximateGroupsInstance, ApproximateInstance
from offchain.model.instances.resilient import ResilientInstance
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.two_level import TwoLevelInstance
from offchain.play import limits


def _unbounded(_: TwoLevelInstance) -> None:
    """What a file can hold, an auctioneer and its DAOs can."""


BOUNDS: Mapping[type, Callable[[Any], None]] = MappingProxyType(
    {
        TwoLevelInstance: _unbounded,
        ResilientInstance: limits.check_resilient,
        SignalClockInstance: limits.check_signal_clock,
        ApproximateInstance: limits.check_approximate,
        ApproximateGroupsInstance: limits.check_approximate,
    }
)
"""How each kind of instance that has contracts is held against their bounds."""


def check_playable(instance: Instance) -> None:
    """Raises InvalidInput, naming the field, if an instance whose mechanism has contracts does not fit them."""
    BOUNDS[type(instance)](instance)
