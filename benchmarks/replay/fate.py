"""When keepers are killed: a plan drawn from a seed, so that a run can be repeated."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from offchain.bindings.contracts import contract

STEPS: Final = ("reveal", "tally", "settle", "refund")
START: Final = "start"
_MEMBERS_PER_TRANSACTION: Final = {"reveal": 2_000, "tally": 4_000, "refund": 700}
"""More than a transaction of the step can serve, so that those counted on do come."""
_LONGEST_DELAY: Final = 0.2
_LAST_WAKING: Final = 30
_SELECTOR: Final = 4


class Place(StrEnum):
    """Where a transaction is when its keeper is killed."""

    BEFORE = "before the node gets it"
    MINED = "mined, and not answered"
    LATER = "answered"


@dataclass(frozen=True, slots=True)
class Kill:
    """A SIGKILL at the `number`-th transaction (from 1) that keepers send for a step; or, at the `START`, request of one keeper.

    `delay`: seconds after the answer, for `LATER`. `waking`: whoever is started next is killed, too, at its so-many-th request.
    """

    step: str
    number: int
    place: Place
    delay: float
    waking: int | None

    def __str__(self) -> str:
        place = f"{self.place} {self.delay * 1000:.0f} ms ago" if self.delay else str(self.place)
        return f"{self.step}, {'request' if self.step == START else 'transaction'} {self.number}, {place}"


def plan(seed: int, members: int, kills: int) -> tuple[Kill, ...]:
    """`kills` kills in each step, of which at least the first is sure to be reached by a DAO of `members`."""
    rng = random.Random(seed)
    return tuple(
        kill
        for step in STEPS
        for kill in sorted(
            (_kill(rng, step, members) for _ in range(kills)), key=lambda one: one.number
        )
    )


def _kill(rng: random.Random, step: str, members: int) -> Kill:
    most = max(1, members // _MEMBERS_PER_TRANSACTION[step]) if step != "settle" else 1
    place = rng.choice(list(Place))
    delay = rng.uniform(0.001, _LONGEST_DELAY)
    return Kill(
        step,
        rng.randint(1, most),
        place,
        delay if place is Place.LATER else 0.0,
        rng.choice((None, rng.randint(1, _LAST_WAKING))),
    )


class Fate:
    """Carries a plan out, with `strike`, which kills the keeper at work."""

    def __init__(self, kills: Sequence[Kill]) -> None:
        self.kills = tuple(kills)
        self._left = list(kills)
        self._sent: Counter[str] = Counter()
        self._waking: int | None = None
        self._requests = 0
        self._timers: list[threading.Timer] = []
        self.strike: Callable[[Kill], None] = lambda kill: None

    def due(self, request: Any) -> Kill | None:
        """The kill that `request`, as JSON-RPC has it, brings about."""
        self._requests += 1
        if self._requests == self._waking:
            return Kill(START, self._requests, Place.BEFORE, 0.0, None)
        step = step_of(request)
        if step is None:
            return None
        self._sent[step] += 1
        kill = next(
            (one for one in self._left if (one.step, one.number) == (step, self._sent[step])), None
        )
        if kill is not None:
            self._left.remove(kill)
        return kill

    def fulfil(self, kill: Kill) -> None:
        """Strikes, now or after the delay: then whoever is at work, though it may not be who sent the transaction."""

        def act() -> None:
            self._requests, self._waking = 0, kill.waking
            self.strike(kill)

        if kill.delay:
            timer = threading.Timer(kill.delay, act)
            self._timers.append(timer)
            timer.start()
        else:
            act()

    def wait(self) -> None:
        """Waits for the strikes that were delayed."""
        for timer in self._timers:
            timer.join()


def step_of(request: Any) -> str | None:
    """The step that a transaction is for; None if `request` sends none, or another."""
    if request.get("method") != "eth_sendTransaction":
        return None
    return step_of_data(request["params"][0]["data"])


def step_of_data(data: str) -> str | None:
    """The step that these call data, in hexadecimal, are for."""
    return _STEPS.get(data.removeprefix("0x")[: 2 * _SELECTOR])


def _selectors() -> dict[str, str]:
    dao, auctioneer = contract("DAO"), contract("Auctioneer")
    calls = {
        "reveal": dao.encode("revealBatch", 1, []),
        "tally": dao.encode("tally", 1, []),
        "tally, several steps": dao.encode("multicall", []),
        "settle": dao.encode("settle", 1, 0, 0, b""),
        "settle of an individual": auctioneer.encode("settle", 1),
        "refund": dao.encode("claimBatch", 1, []),
    }
    return {
        data[:_SELECTOR].hex(): what.partition(",")[0].split()[0] for what, data in calls.items()
    }


_STEPS: Final = _selectors()
