"""Signatures of a beacon's rounds, each fetched once, beside whatever else a keeper does.

Servers can be dead, late or lie, and take seconds over it. So they are asked on threads of their own, a few rounds at a time, the
one that answered last comes first, and a round that was not to be had is asked for again only after a pause.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from offchain.locks.beacon import Signature
from offchain.locks.source import NoSignature, Source, Trouble

AT_ONCE: Final = 4
"""How many rounds are asked for at the same time."""
PAUSES: Final = (3.0, 60.0)
"""Seconds until a round is asked for again: at first, and at most; twice as long each time."""
_KEPT: Final = 1_024
"""How many rounds are remembered."""

Start = Callable[[Callable[[], None]], None]
"""Starts a piece of work."""


def beside(work: Callable[[], None]) -> None:
    """Starts work on a thread, which ends with the program."""
    threading.Thread(target=work, daemon=True).start()


def at_once(work: Callable[[], None]) -> None:
    """Does it: for sources within this process, which neither wait nor may be asked from elsewhere."""
    work()


@dataclass(slots=True)
class _Fetch:
    """What is known of a round. error: why the last try failed. failures: how many in a row. again: when the next may be."""

    signature: Signature | None = None
    error: NoSignature | None = None
    failures: int = 0
    again: float = 0.0
    under_way: bool = False


class Rounds:
    """The rounds of one beacon."""

    def __init__(
        self,
        sources: Sequence[Source],
        start: Start = at_once,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`start`: how a fetch is started. `ticks`: seconds since any moment, never fewer."""
        self._sources = list(sources)
        self._start, self._ticks = start, ticks
        self._fetches: dict[int, _Fetch] = {}
        self._change = threading.Condition()

    def signature(self, round_: int) -> Signature | None:
        """The signature of a round that has come; None while it is being fetched. Takes no time but with `at_once`.

        Raises:
            NoSignature: the last try found none, and the next is not due yet.
        """
        with self._change:
            fetch = self._fetches.setdefault(round_, _Fetch())
            is_due = fetch.signature is None and not fetch.under_way
            is_due = is_due and self._ticks() >= fetch.again and self._under_way < AT_ONCE
            fetch.under_way = fetch.under_way or is_due
            self._forget_some()
        if is_due:
            self._start(lambda: self._fetch(round_, fetch))
        if fetch.signature is None and fetch.error is not None and not fetch.under_way:
            raise NoSignature(round_, fetch.error.troubles)
        return fetch.signature

    @property
    def is_busy(self) -> bool:
        """Whether some round is being fetched."""
        with self._change:
            return self._under_way > 0

    def wait(self, seconds: float) -> None:
        """Until a fetch that is under way ends, at most so long."""
        with self._change:
            if self._under_way:
                self._change.wait(seconds)

    @property
    def _under_way(self) -> int:
        return sum(fetch.under_way for fetch in self._fetches.values())

    def _forget_some(self) -> None:
        """The rounds that were asked for first, once there are many."""
        for old in list(self._fetches)[: max(0, len(self._fetches) - _KEPT)]:
            if not self._fetches[old].under_way:
                del self._fetches[old]

    def _fetch(self, round_: int, fetch: _Fetch) -> None:
        found = error = None
        try:
            found = self._ask(round_)
        except NoSignature as trouble:
            error = trouble
        finally:
            with self._change:
                fetch.signature, fetch.error, fetch.under_way = found, error, False
                if found is None:
                    first, most = PAUSES
                    fetch.again = self._ticks() + min(first * 2 ** min(fetch.failures, 32), most)
                    fetch.failures += 1
                self._change.notify_all()

    def _ask(self, round_: int) -> Signature:
        """Each source in turn; who answers is asked first from then on."""
        troubles: list[Trouble] = []
        for source in list(self._sources):
            try:
                signature = source.signature(round_)
            except NoSignature as error:
                troubles += error.troubles
                continue
            with self._change:
                self._sources.remove(source)
                self._sources.insert(0, source)
            return signature
        raise NoSignature(round_, troubles)
