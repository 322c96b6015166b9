"""Which instances fit the contracts: known before anything is sent to a chain."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from offchain.bindings import announcements as resilient_announcements
from offchain.model.instances import Instance, InvalidInput
from offchain.model.instances.approximate import ApproximateGroupsInstance, ApproximateInstance
from offchain.model.instances.resilient import ResilientInstance
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.two_level import TwoLevelInstance
from offchain.play import approximate, signal_clock_solve


def _unbounded(_: TwoLevelInstance) -> None:
    """What a file can hold, an auctioneer and its DAOs can."""


def _few_draws(instance: SignalClockInstance) -> None:
    why = signal_clock_solve.refusal(instance)
    if why is not None:
        raise InvalidInput(why)


BOUNDS: Mapping[type, Callable[[Any], None]] = MappingProxyType(
    {
        TwoLevelInstance: _unbounded,
        ResilientInstance: resilient_announcements.check_playable,
        SignalClockInstance: _few_draws,
        ApproximateInstance: approximate.check_playable,
        ApproximateGroupsInstance: approximate.check_playable,
    }
)
"""How each kind of instance that has contracts is held against their bounds."""


def check_playable(instance: Instance) -> None:
    """Raises InvalidInput, naming the field, if an instance whose mechanism has contracts does not fit them."""
    BOUNDS[type(instance)](instance)
