"""Solves instances by playing them through the contracts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from offchain.bindings.constants import AuctionHouse
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.spending import DEFAULT_SPENDING, Spending
from offchain.model.instances import Instance, Outcome

_I = TypeVar("_I", bound=Instance)
_C = TypeVar("_C", contravariant=True)


class Playing(Protocol[_C]):
    """Contracts on a chain, with which instances are played one after another."""

    def play(self, instance: _C) -> Outcome:
        """The outcome of the instance, read off the chain. Raises ChainError, InvalidInput."""


def _three_phases(_: object, phase_seconds: int) -> int:
    """Bidding, reveal, and what follows."""
    return 3 * phase_seconds


@dataclass(frozen=True, slots=True)
class Staging(Generic[_I]):
    """How instances of a kind are played.

    deploy: what plays them, of a chain and the seconds of a phase; kinds of one `deploy` are played by one. check: raises
    InvalidInput, which names the field, if an instance does not fit the contracts. bidders: how many bid, members of groups each
    by themselves. waits: for how many seconds at most an instance is waited for where time is real, of the seconds of a phase.
    """

    deploy: Callable[[Chain, int], Playing[_I]]
    check: Callable[[_I], None]
    bidders: Callable[[_I], int]
    waits: Callable[[_I, int], int] = _three_phases


PHASE_SECONDS: Final = 3_600
SHORTEST_PHASE_SECONDS: Final = AuctionHouse.MIN_PHASE
"""For where phases are waited for."""
MANY_BIDDERS: Final = 5_000
"""More than these take long, which is said before; a few milliseconds each on revm, far more on a node."""


class Instances(Protocol):
    """Instances one after another, perhaps more than fit memory."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Instance]: ...


def solve_on(
    instances: Instances,
    on: str,
    staging: Callable[[Instance], Staging[Any]],
    progress: Callable[[str], None] | None = None,
    spending: Spending = DEFAULT_SPENDING,
) -> Iterator[Outcome]:
    """The outcomes of `instances`, as they come, on the back end `on`: "revm", "ganache", "anvil" or a node's URL.

    The back end is there while they are taken. `staging`: how an instance is played. `progress`
    hears of every auction played. `ChainError` if the back end cannot be reached, or a transaction fails; `InvalidInput` if
    an instance does not fit the contracts (`Staging.check`).
    """
    with connect(on, spending) as chain:
        seconds = PHASE_SECONDS if chain.time_is_free else SHORTEST_PHASE_SECONDS
        if not chain.time_is_free and progress is not None:
            waits = (staging(one).waits(one, seconds) for one in instances)
            progress(_waiting(chain.name, len(instances), max(waits, default=0)))
        stages: dict[Callable[[Chain, int], Playing[Any]], Playing[Any]] = {}
        for number, instance in enumerate(instances, start=1):
            kind = staging(instance)
            if kind.deploy not in stages:
                stages[kind.deploy] = kind.deploy(chain, seconds)
            if progress is not None and (bidders := kind.bidders(instance)) > MANY_BIDDERS:
                progress(
                    f"{bidders:,} bidders are played on {chain.name}, some transactions each: this may take"
                    " minutes (--on reference takes seconds)"
                )
            yield stages[kind.deploy].play(instance)
            if progress is not None and len(instances) > 1:
                progress(f"{number} of {len(instances)} auctions played on {chain.name}")


def _waiting(name: str, auctions: int, seconds: int) -> str:
    each = f" for each of the {auctions} auctions" if auctions > 1 else ""
    return (
        f"The clock of this node ({name}) cannot be moved: phases of {SHORTEST_PHASE_SECONDS // 60} minutes are waited "
        f"for, {-(-seconds // 60)} minutes at most{each}."
    )
