"""What a keeper tells its user: each transaction, what lies ahead, each trouble once, and how far reading has come."""

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from offchain.cli.exits import put, say
from offchain.io.output import OutputFailed

if TYPE_CHECKING:
    from offchain.keeper.agenda import Outlook
    from offchain.keeper.sending import Action

_QUIET_SECONDS = 2.0
_PAUSE_SECONDS = 5.0
_FLAWS_TOLD = 5
"""How many lines of an openings file that are none are told one by one."""


class Journal:
    """What the keeper did, on standard output, and what it could not do, on standard error: each trouble once.

    failing: what could not be done in this round.
    """

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self.failing: set[str] = set()
        self._lost: OutputFailed | None = None

    def put(self, line: str) -> None:
        """A line on standard output. That it cannot be written is told once, and stops no work: bids are due."""
        try:
            put(line)
        except OutputFailed as error:
            if self._lost is None:
                say(f"{error}; the keeper works on")
            self._lost = self._lost or error

    def close(self) -> None:
        """Raises OutputFailed if a line was lost."""
        if self._lost is not None:
            raise self._lost

    def on_action(self, action: "Action") -> None:
        """A transaction was done."""
        detail = f"  {action.detail}" if action.detail else ""
        self.put(
            f"lot {action.lot}  {action.step:<7}  {action.contract}"
            f"  members {action.members}  gas {action.gas_used}{detail}\n"
        )

    def on_skip(self, what: str, error: Exception) -> None:
        """Something could not be done now."""
        from offchain.bindings.explain import explained
        from offchain.keeper.troubles import Alert

        self.failing.add(what)
        told = explained(error)
        if self._told.get(what) != told:
            self._told[what] = told
            say(f"{'ALERT' if isinstance(error, Alert) else 'not done now'}: {what}: {told}")

    def next_round(self, resting: Collection[str] = ()) -> None:
        """Forgets troubles that are over, so that they are told if they come back. Those that are `resting` are not over."""
        kept = self.failing | set(resting)
        self._told = {what: text for what, text in self._told.items() if what in kept}
        self.failing.clear()


class Flaws:
    """Lines of an openings file that are no openings: of each reading the first few one by one, the others by their number."""

    def __init__(self) -> None:
        self.any = False
        self._new = 0

    def take(self, flaw: Exception) -> None:
        """A line is no opening."""
        self.any = True
        self._new += 1
        if self._new <= _FLAWS_TOLD:
            say(f"passed over: {flaw}")

    def tell_rest(self) -> None:
        """The file has been read."""
        if self._new > _FLAWS_TOLD:
            say(f"passed over: {self._new - _FLAWS_TOLD} more lines that are no openings")
        self._new = 0


class Progress:
    """Tells how far work has come, if it has lasted for two seconds, and then every five."""

    def __init__(
        self,
        tell: Callable[[str], None] = say,
        clock: Callable[[], float] = time.monotonic,
        work: str = "Reading the chain: block",
    ) -> None:
        """`work`: what is told before the figures."""
        self._tell, self._clock, self._work = tell, clock, work
        self._next: float | None = None

    def __call__(self, done: int, most: int) -> None:
        """It has come up to `done` of `most`."""
        now = self._clock()
        if done >= most:
            self._next = None
        elif self._next is None:
            self._next = now + _QUIET_SECONDS
        elif now >= self._next:
            self._next = now + _PAUSE_SECONDS
            self._tell(f"{self._work} {done:,} of {most:,} …")


def outlook_line(outlook: "Outlook", block: int) -> str:
    """What lies before a keeper that has read up to `block`."""
    from offchain.keeper.release import moment

    due = ", ".join(
        f"{need.name.lower()} of {count}" for need, count in sorted(outlook.due.items())
    )
    following = f"Read up to block {block:,}: {outlook.lots} unfinished lots"
    ahead = "no phase lies ahead"
    if outlook.next_time is not None:
        ahead = f"the next phase ends at {moment(outlook.next_time)}, on lot {outlook.next_lot}"
    return f"{following}; due now: {due or 'nothing'}; {ahead}."
