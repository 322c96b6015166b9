"""Solves instances by playing them through the contracts."""

from collections.abc import Callable, Sequence

from offchain.chain.connect import connect
from offchain.instances.two_level import TwoLevelInstance, TwoLevelOutcome
from offchain.play.stage import Stage


def solve_on(
    instances: Sequence[TwoLevelInstance], on: str, progress: Callable[[str], None] | None = None
) -> list[TwoLevelOutcome]:
    """The outcomes of `instances` on the back end `on`: "revm", "ganache", "anvil" or a node's URL.

    `progress` hears of every auction played. `ChainError` if the back end cannot be reached, or a transaction fails.
    """
    with connect(on) as chain:
        stage = Stage(chain)
        outcomes = []
        for number, instance in enumerate(instances, start=1):
            outcomes.append(stage.play(instance))
            if progress is not None and len(instances) > 1:
                progress(f"{number} of {len(instances)} auctions played on {chain.name}")
    return outcomes
