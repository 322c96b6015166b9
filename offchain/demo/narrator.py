"""Tells on standard error what a play does: a heading and a sentence, a bar, and what came of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from textwrap import fill

from rich.console import Console
from rich.markup import escape

from offchain.chain.backend import Receipt
from offchain.demo.narration import Narration
from offchain.demo.progress import Meter
from offchain.report.auction import Entry
from offchain.report.page import Chapter
from offchain.report.played import Step

_QUIET = frozenset({"enter", "fund"})
"""Steps that are passed over unless they are long."""
_LONG = 1_000
_SAID = {
    "list": "mint, approve and list the item",
    "create": "create the DAOs",
    "enter": "DAOs enter the lot",
    "bid": "sealed bids with deposits",
    "reveal": "open bids, in batches",
    "tally": "prove the order, checkpoints",
    "settle": "T and share from a checkpoint",
    "refund": "push refunds, in batches",
    "bonds": "forward bonds to the seller",
    "reclaim": "item back to the seller",
    "proceeds": "the seller withdraws",
}
"""What steps are, in tables."""
_RESULT = "→"
_WIDTH = 100
"""Columns that sentences are wrapped at, on wider terminals."""


class Voice:
    """Tells a story on a console, chapter by chapter, and remembers it. `clock` is in seconds."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
        self._told: list[tuple[str, str, list[str]]] = []

    @property
    def story(self) -> tuple[Chapter, ...]:
        """All that was told so far."""
        return tuple(
            Chapter(title, sentence, tuple(results)) for title, sentence, results in self._told
        )

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return self._clock() - self._began

    def tell(self, title: str, sentence: str) -> None:
        """A numbered heading and what there is to say under it."""
        self._told.append((title, sentence, []))
        self._console.print(f"\n[bold]{len(self._told):2} {escape(title)}[/]", highlight=False)
        if sentence:
            self._say(sentence)

    def add(self, result: str) -> None:
        """One more line of what came of the step told last."""
        self._told[-1][2].append(result)
        self._say(f"{_RESULT} {result}", "cyan")

    def _say(self, sentence: str, style: str = "") -> None:
        text = fill(
            sentence,
            width=min(self._console.width, _WIDTH),
            initial_indent="   ",
            subsequent_indent="     " if sentence.startswith(_RESULT) else "   ",
        )
        self._console.print(escape(text), style=style, highlight=False, soft_wrap=True)


class Narrator(Voice):
    """An observer of a play; see `Observer`. It also counts what each step did, and how long it took by `clock` (seconds).

    `entries` are the bidders' accounts, once the refunds are over.
    """

    def __init__(
        self,
        console: Console,
        meter: Meter,
        narration: Narration,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(console, clock)
        self._meter = meter
        self._narration = narration
        self._under_way: list[str] = []
        self._over: list[str] = []
        self._served: dict[str, int] = {}
        self._transactions: dict[str, int] = {}
        self._gas: dict[str, int] = {}
        self._heard = self._began
        self._seconds: dict[str, float] = {}
        self.entries: tuple[Entry, ...] = ()

    def begins(self, step: str, total: int) -> None:
        """See `Observer`."""
        if total and (step not in _QUIET or total >= _LONG):
            if step != "settle":  # it is told of after it
                self.tell(self._narration.title(step), self._narration.before(step))
            self._under_way.append(step)
            self._meter.begins(step, total)
        self._heard = self._clock()

    def advances(self, step: str, count: int) -> None:
        """See `Observer`."""
        self._served[step] = self._served.get(step, 0) + count
        self._meter.advances(step, count)
        self._time(step)

    def ends(self, step: str, receipts: Sequence[Receipt]) -> None:
        """See `Observer`."""
        self._transactions[step] = self._transactions.get(step, 0) + len(receipts)
        self._gas[step] = self._gas.get(step, 0) + sum(one.gas_used for one in receipts)
        self._time(step)
        if step == "refund":
            self.entries = self._narration.entries()
        if step in self._under_way:
            self._under_way.remove(step)
            self._over.append(step)
            self._meter.ends(step)
        if not self._under_way:
            for one in self._over:
                self._conclude(one)
            self._over.clear()
        self._heard = self._clock()

    def steps(self, gas: Mapping[str, object]) -> tuple[Step, ...]:
        """What each step took. `gas` is the outcome's, which knows steps that no bar was shown for."""
        known = {step: amount for step, amount in gas.items() if step != "total"} | self._gas
        return tuple(
            Step(
                step,
                self._served.get(step, 0),
                self._transactions.get(step, 0),
                amount,
                self._seconds.get(step, 0.0),
                _SAID.get(step, ""),
                # listing is three calls that do not resemble each other
                is_repeated=self._served.get(step, 0) > 1 and step != "list",
            )
            for step, amount in known.items()
            if isinstance(amount, int) and amount
        )

    def _time(self, step: str) -> None:
        """Puts the time since something was last heard down to `step`."""
        now = self._clock()
        self._seconds[step] = self._seconds.get(step, 0.0) + now - self._heard
        self._heard = now

    def _conclude(self, step: str) -> None:
        if step == "settle":
            self._conclude("closing")
            if not self._narration.after("settle"):
                return
            self.tell(self._narration.title(step), self._narration.before(step))
        elif step == "closing":
            self.tell(self._narration.title(step), self._narration.before(step))
        for line in self._narration.after(step):
            self.add(line)
