"""Tells what a play does as it watches it: a heading and a sentence, a bar where there is much to do, and what came of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self, TypeVar

from rich.console import Console

from offchain.bindings.contracts import Event, contract
from offchain.chain.backend import Receipt
from offchain.demo.progress import meter
from offchain.demo.voice import Voice
from offchain.play.observer import Observer
from offchain.report.amounts import count as counted
from offchain.report.page import Chapter
from offchain.report.played import Played, Step

Results = Callable[[Sequence[Event]], list[str]]
"""Sentences on what came of a step, given what the contracts said in it."""


def nothing(events: Sequence[Event]) -> list[str]:
    """No sentence."""
    return []


def on(**sentences: Callable[[Mapping[str, Any]], str]) -> Results:
    """A sentence on every event of these names, made of what it says."""
    return lambda events: [
        sentences[event.name](event.args) for event in events if event.name in sentences
    ]


@dataclass(frozen=True, slots=True)
class Scene:
    """A part of an auction: what it is for, the steps of the play that it consists of, and what to say when one is over.

    It goes on until a step of a later one begins; steps of none count to the scene under way. least: it is passed over if a
    step serves fewer. then: what is told after it, if that has something to say.
    """

    title: str
    purpose: str
    steps: frozenset[str]
    results: Results = nothing
    least: int = 1
    then: "Scene | None" = None


@dataclass(frozen=True, slots=True)
class Row:
    """A step that has a row of its own in the table of gas. what: it consists of. is_repeated: it does the same for many."""

    what: str
    is_repeated: bool = True


@dataclass(slots=True)
class _Took:
    """What the steps of one row of the table of gas took."""

    served: int = 0
    transactions: int = 0
    gas: int = 0
    seconds: float = 0.0


AnyPlayed = TypeVar("AnyPlayed", bound=Played)


class Teller(Observer):
    """An observer of a play (see `Observer`) that tells `scenes` as they come, each once, and counts what steps take.

    As a context it leaves the terminal as it was, whatever ends the play.
    """

    def __init__(
        self,
        console: Console,
        scenes: Sequence[Scene],
        contracts: Sequence[str] = (),
        rows: Mapping[str, Row] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`contracts`: those whose events are understood, by name. `rows`: of some steps; others count to the row of their scene.
        `clock` is in seconds.
        """
        self._voice = Voice(console)
        self._meter = meter(console)
        self._scenes = list(scenes)
        self._contracts = [contract(name) for name in contracts]
        self._rows = rows or {}
        self._clock = clock
        self._began = self._step_began = clock()
        self._total = self._served = 0
        self._current: Scene | None = None
        self._took: dict[str, _Took] = {}
        self.events: list[Event] = []
        """All of them, in order."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._meter.breaks_off()

    @property
    def story(self) -> tuple[Chapter, ...]:
        """All that was told so far."""
        return self._voice.story

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return self._clock() - self._began

    @property
    def steps(self) -> tuple[Step, ...]:
        """What every row of the table of gas took."""
        rows = {name: self._rows.get(name, Row("", is_repeated=False)) for name in self._took}
        return tuple(
            Step(
                name,
                took.served,
                took.transactions,
                took.gas,
                took.seconds,
                what=rows[name].what,
                is_repeated=rows[name].is_repeated and took.served > 1,
            )
            for name, took in self._took.items()
        )

    def begins(self, step: str, total: int) -> None:
        """See `Observer`."""
        self._total, self._served = total, 0
        if total:
            self._turn_to(step, total)
            if total > 1 and self._is_told(step):
                self._meter.begins(step, total)
        self._step_began = self._clock()

    def advances(self, step: str, count: int) -> None:
        """See `Observer`."""
        self._turn_to(step, max(self._total, count))
        self._served += count
        self._meter.advances(count)

    def ends(self, step: str, receipts: Sequence[Receipt]) -> None:
        """See `Observer`."""
        self._meter.ends()
        events = self._events(receipts)
        self.events += events
        if receipts:
            self._count(step, receipts)
        if self._current is not None and self._is_told(step):
            self._conclude(self._current, events)

    def check(self, played: AnyPlayed, agreed: str) -> AnyPlayed:
        """Tells what was checked, and what it all took. `agreed`: what the model does, if it agrees.

        Returns the same with all that was told.
        """
        self._voice.tell(
            "Cross-check",
            f"chain = reference: the exact model in Python {agreed}, and every wei is accounted for."
            if played.holds
            else "FAILED: see the checks below.",
        )
        self._voice.add(
            f"{counted(sum(step.transactions for step in played.steps), 'transaction')}, "
            f"{sum(step.gas for step in played.steps):,} gas, {played.seconds:,.1f} s."
        )
        return replace(played, story=self.story)

    def _turn_to(self, step: str, total: int) -> None:
        """The next scene of `step` begins, unless that is the one under way."""
        if self._is_told(step):
            return
        scene = next((one for one in self._scenes if step in one.steps), None)
        if scene is not None and total >= scene.least:
            self._scenes.remove(scene)
            self._current = scene
            self._voice.tell(scene.title, scene.purpose)

    def _is_told(self, step: str) -> bool:
        """Whether the scene under way consists of such steps."""
        return self._current is not None and step in self._current.steps

    def _conclude(self, scene: Scene, events: Sequence[Event]) -> None:
        """Says what came of a step."""
        for line in scene.results(events):
            self._voice.add(line)
        if scene.then is not None and (lines := scene.then.results(events)):
            self._voice.tell(scene.then.title, scene.then.purpose)
            for line in lines:
                self._voice.add(line)

    def _count(self, step: str, receipts: Sequence[Receipt]) -> None:
        name = step if step in self._rows or self._current is None else self._current.title
        took = self._took.setdefault(name, _Took())
        took.served += self._served
        took.transactions += len(receipts)
        took.gas += sum(receipt.gas_used for receipt in receipts)
        took.seconds += self._clock() - self._step_began

    def _events(self, receipts: Sequence[Receipt]) -> list[Event]:
        """What the contracts said that are understood."""
        logs = [log for receipt in receipts for log in receipt.logs]
        found = (next((e for c in self._contracts if (e := c.event(log))), None) for log in logs)
        return [event for event in found if event is not None]
