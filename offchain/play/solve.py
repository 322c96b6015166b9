"""Solves instances by playing them through the contracts."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.spending import DEFAULT_SPENDING, Spending
from offchain.instances import Instance, Outcome
from offchain.instances.approximate import ApproximateGroupsInstance, ApproximateInstance
from offchain.instances.resilient import ResilientInstance
from offchain.instances.signal_clock import SignalClockInstance
from offchain.instances.two_level import TwoLevelInstance
from offchain.play.approximate import ApproximateStage
from offchain.play.resilient import ResilientStage
from offchain.play.signal_clock_solve import SignalStage
from offchain.play.stage import Stage

STAGES: Mapping[type, Callable[[Chain], Any]] = MappingProxyType(
    {
        TwoLevelInstance: Stage,
        ResilientInstance: ResilientStage,
        SignalClockInstance: SignalStage,
        ApproximateInstance: ApproximateStage,
        ApproximateGroupsInstance: ApproximateStage,
    }
)
"""What plays instances of each kind that has contracts: made of a chain, it deploys them; its `play` takes an instance."""


class Instances(Protocol):
    """Instances one after another, perhaps more than fit memory."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Instance]: ...


def solve_on(
    instances: Instances,
    on: str,
    progress: Callable[[str], None] | None = None,
    spending: Spending = DEFAULT_SPENDING,
) -> Iterator[Outcome]:
    """The outcomes of `instances`, as they come, on the back end `on`: "revm", "ganache", "anvil" or a node's URL.

    The back end is there while they are taken. `progress` hears of every auction played. `ChainError`
    if the back end cannot be reached, or a transaction fails; `InstanceError` if an instance does not
    fit the contracts (`bounds.check_playable`).
    """
    with connect(on, spending) as chain:
        stages: dict[Callable[[Chain], Any], Any] = {}
        for number, instance in enumerate(instances, start=1):
            stage = STAGES[type(instance)]
            if stage not in stages:
                stages[stage] = stage(chain)
            yield stages[stage].play(instance)
            if progress is not None and len(instances) > 1:
                progress(f"{number} of {len(instances)} auctions played on {chain.name}")
