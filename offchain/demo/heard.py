"""Tells what a play does by listening to the chain: which functions are called, and what the contracts log.

The plays of the auctions that draw lots know nothing of demos. Here a chain is put before the real
one; it passes everything on, and tells each scene as its first call goes by.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from eth_hash.auto import keccak
from rich.console import Console

from offchain.bindings.artifacts import load_all
from offchain.bindings.contracts import Event, contract
from offchain.chain import abi
from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.demo.narrator import Voice
from offchain.demo.progress import Meter
from offchain.report.played import Step

DEPLOY: Final = "deploy"
"""What the creation of a contract is called among the functions."""
_SELECTOR: Final = 4

Results = Callable[[Sequence[Event]], list[str]]
"""Sentences on what a scene's events say."""


def nothing(events: Sequence[Event]) -> list[str]:
    """No sentence."""
    return []


@dataclass(frozen=True, slots=True)
class Scene:
    """A part of an auction: the functions it consists of, what it is for, and what to say of its events.

    A function goes by its name, or by its signature where another contract has one of that name. A
    scene goes on until a function of a later one is called; all others count to the scene under way.
    """

    title: str
    purpose: str
    calls: frozenset[str]
    results: Results = nothing


class Listener(Voice):
    """Tells `scenes` as they come by, with a bar where many transactions are sent at once, and keeps count of gas."""

    def __init__(
        self,
        console: Console,
        meter: Meter,
        scenes: Sequence[Scene],
        contracts: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`contracts`: those whose events are understood, by name."""
        super().__init__(console, clock)
        self._meter = meter
        self._scenes = {call: scene for scene in scenes for call in scene.calls}
        self._contracts = [contract(name) for name in contracts]
        self._current: Scene | None = None
        self._seen: set[str] = set()
        self._events: list[Event] = []
        self._gas: Counter[str] = Counter()
        self._transactions: Counter[str] = Counter()
        self._spent: dict[str, float] = {}
        self._heard = self._began
        self.events: list[Event] = []
        """All of them, in order."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What every scene took."""
        return tuple(
            Step(title, 0, number, self._gas[title], self._spent.get(title, 0.0))
            for title, number in self._transactions.items()
        )

    def before(self, transactions: Sequence[Transaction]) -> None:
        """Some are about to be sent."""
        scene = self._scene_of(transactions[0]) if transactions else None
        if scene is not None and scene.title not in self._seen:
            self.conclude()
            self._current = scene
            self._seen.add(scene.title)
            self.tell(scene.title, scene.purpose)
        if self._current is not None and len(transactions) > 1:
            self._meter.begins(self._current.title.lower(), len(transactions))

    def advance(self, done: int) -> None:
        """So many more of those being sent are done."""
        if self._current is not None:
            self._meter.advances(self._current.title.lower(), done)

    def after(self, sent: Sequence[tuple[Transaction, Receipt]]) -> None:
        """These were sent."""
        if self._current is None:
            return
        title = self._current.title
        self._meter.ends(title.lower())
        now = self._clock()
        self._spent[title] = self._spent.get(title, 0.0) + now - self._heard
        self._heard = now
        for _, receipt in sent:
            self._transactions[title] += 1
            self._gas[title] += receipt.gas_used
            for log in receipt.logs:
                found = next((e for one in self._contracts if (e := one.event(log))), None)
                if found is not None:
                    self._events.append(found)
                    self.events.append(found)

    def close(self) -> None:
        """Stops whatever is shown."""
        self._meter.close()

    def conclude(self) -> None:
        """The scene under way is over: says what came of it."""
        if self._current is None:
            return
        for line in self._current.results(self._events):
            self.add(line)
        self._events.clear()
        self._current = None

    def _scene_of(self, transaction: Transaction) -> Scene | None:
        signature = called(transaction)
        return self._scenes.get(signature) or self._scenes.get(signature.partition("(")[0])


class _Heard:
    """A chain that lets a listener hear what is sent; everything else is that of the chain behind it."""

    def __init__(self, chain: Chain, listener: Listener) -> None:
        self._chain, self._listener = chain, listener

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def send(self, transaction: Transaction) -> Receipt:
        """See `Chain`."""
        self._listener.before([transaction])
        receipt = self._chain.send(transaction)
        self._listener.after([(transaction, receipt)])
        return receipt

    def send_all(
        self,
        transactions: Sequence[Transaction],
        progress: Callable[[int], None] | None = None,
    ) -> list[Receipt | Reverted]:
        """See `Chain`."""
        seen = 0

        def advance(done: int) -> None:
            nonlocal seen
            self._listener.advance(done - seen)
            seen = done
            if progress is not None:
                progress(done)

        self._listener.before(transactions)
        try:
            outcomes = self._chain.send_all(transactions, advance)
        except BaseException:  # interrupted, too: a bar left open would hide the cursor
            self._listener.close()
            raise
        pairs = zip(transactions, outcomes, strict=True)
        self._listener.after([(one, got) for one, got in pairs if isinstance(got, Receipt)])
        return outcomes


def heard(chain: Chain, listener: Listener) -> Chain:
    """`chain`, with `listener` before it."""
    return cast(Chain, _Heard(chain, listener))


def called(transaction: Transaction) -> str:
    """The signature of the function that a transaction calls; `DEPLOY` for a creation, "" if no contract here has it."""
    if transaction.to is None:
        return DEPLOY
    return _functions().get(transaction.data[:_SELECTOR], "")


@cache
def _functions() -> Mapping[bytes, str]:
    """The signature of every function of every contract, by selector."""
    signatures = {
        abi.signature(entry["name"], entry["inputs"])
        for artifact in load_all().values()
        for entry in cast(Sequence[Any], artifact.abi)
        if entry["type"] == "function"
    }
    return {keccak(one.encode())[:_SELECTOR]: one for one in signatures}
