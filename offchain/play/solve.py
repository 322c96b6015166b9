"""Solves instances by playing them through the contracts."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from offchain.bindings.constants import AuctionHouse
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.spending import DEFAULT_SPENDING, Spending
from offchain.model.instances import Instance, Outcome
from offchain.model.instances.approximate import ApproximateGroupsInstance, ApproximateInstance
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.resilient import ResilientInstance
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.two_level import TwoLevelInstance
from offchain.model.instances.vcg import VcgInstance
from offchain.play.approximate import ApproximateStage
from offchain.play.resilient import ResilientStage
from offchain.play.signal_clock_lottery import SignalStage
from offchain.play.two_level import TwoLevelStage

STAGES: Mapping[type, Callable[[Chain, int], Any]] = MappingProxyType(
    {
        TwoLevelInstance: TwoLevelStage,
        ResilientInstance: ResilientStage,
        SignalClockInstance: SignalStage,
        ApproximateInstance: ApproximateStage,
        ApproximateGroupsInstance: ApproximateStage,
    }
)
"""What plays instances of each kind that has contracts: made of a chain and the seconds of a phase, it deploys
them; its `play` takes an instance."""

PHASE_SECONDS: Final = 3_600
SHORTEST_PHASE_SECONDS: Final = AuctionHouse.MIN_STAGE
"""For where phases are waited for."""
MANY_BIDDERS: Final = 5_000
"""More than these take long, which is said before; a few milliseconds each on revm, far more on a node."""
_PHASES: Final = 3
"""At most so many are waited for in an auction: bidding, reveal, and what follows."""


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
    if the back end cannot be reached, or a transaction fails; `InvalidInput` if an instance does not
    fit the contracts (`bounds.check_playable`).
    """
    with connect(on, spending) as chain:
        seconds = PHASE_SECONDS if chain.time_is_free else SHORTEST_PHASE_SECONDS
        if not chain.time_is_free and progress is not None:
            progress(_waiting(chain.name, len(instances)))
        stages: dict[Callable[[Chain, int], Any], Any] = {}
        for number, instance in enumerate(instances, start=1):
            stage = STAGES[type(instance)]
            if stage not in stages:
                stages[stage] = stage(chain, seconds)
            if progress is not None and (bidders := _bidders(instance)) > MANY_BIDDERS:
                progress(
                    f"{bidders:,} bidders are played on {chain.name}, some transactions each: this may take"
                    " minutes (--on reference takes seconds)"
                )
            yield stages[stage].play(instance)
            if progress is not None and len(instances) > 1:
                progress(f"{number} of {len(instances)} auctions played on {chain.name}")


def _bidders(instance: Instance) -> int:
    """How many bid, members of groups each by themselves."""
    match instance:
        case TwoLevelInstance() | ApproximateGroupsInstance():
            return sum(len(group.members) for group in instance.groups)
        case ApproximateInstance():
            return len(instance.bids)
        case ResilientInstance() | VcgInstance():
            return len(instance.players)
        case SignalClockInstance() | MonotoneSignalsInstance():
            return len(instance.bidders)
    raise TypeError(type(instance))


def _waiting(name: str, auctions: int) -> str:
    minutes = _PHASES * SHORTEST_PHASE_SECONDS // 60
    each = f" for each of the {auctions} auctions" if auctions > 1 else ""
    return (
        f"The clock of this node ({name}) cannot be moved: phases of {SHORTEST_PHASE_SECONDS // 60} minutes are waited "
        f"for, {minutes} minutes at most{each}."
    )
