"""Solves instances by playing them through the contracts."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.spending import DEFAULT_SPENDING, Spending
from offchain.chain.urls import named
from offchain.instances import Instance, InstanceError, Outcome
from offchain.instances.approximate import ApproximateInstance
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
    }
)
"""What plays instances of each kind that has contracts: made of a chain, it deploys them; its `play` takes an instance."""


def solve_on(
    instances: Sequence[Instance],
    on: str,
    progress: Callable[[str], None] | None = None,
    spending: Spending = DEFAULT_SPENDING,
) -> list[Outcome]:
    """The outcomes of `instances` on the back end `on`: "revm", "ganache", "anvil" or a node's URL.

    `progress` hears of every auction played. `ChainError` if the back end cannot be reached, or a transaction fails;
    `InstanceError` if an instance does not fit the contracts.
    """
    with connect(on, spending) as chain:
        stages: dict[type, Any] = {}
        outcomes: list[Outcome] = []
        for number, instance in enumerate(instances, start=1):
            kind = type(instance)
            if kind not in stages:
                stages[kind] = STAGES[kind](chain)
            try:
                outcomes.append(stages[kind].play(instance))
            except InstanceError as error:
                raise InstanceError(f"--on {named(on)}: instance {number}: {error}") from error
            if progress is not None and len(instances) > 1:
                progress(f"{number} of {len(instances)} auctions played on {chain.name}")
    return outcomes
