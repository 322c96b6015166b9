"""What a keeper tells its user: each transaction, what lies ahead, each trouble once, and how far reading has come."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from offchain.cli.exits import put, say
from offchain.io.output import OutputFailed

if TYPE_CHECKING:
    from offchain.keeper.agenda import Outlook
    from offchain.keeper.sending import Action
    from offchain.keeper.view import View
    from offchain.keeper.watch.logs import Log
    from offchain.keeper.watch.record import Record

_QUIET_SECONDS = 2.0
_PAUSE_SECONDS = 5.0
_FLAWS_TOLD = 5
"""How many lines of an openings file that are none are told one by one."""
READING = "reading the chain"
"""What could not be done if a keeper could not read at all."""


class Journal:
    """What the keeper did, on standard output, and what it could not do, in the log: each trouble once.

    log: where all is said that is no output. record: what a status tells of both.
    """

    def __init__(self, log: "Log", record: "Record") -> None:
        self.log, self.record = log, record
        self._lost: OutputFailed | None = None
        self._idle: str | None = None
        self._sent_at_idle = 0

    @property
    def failing(self) -> set[str]:
        """What could not be done in this round."""
        return self.record.failing

    @property
    def could_read(self) -> bool:
        """Whether every keeper could read the chain in this round."""
        return READING not in self.record.failing

    def put(self, line: str) -> None:
        """A line on standard output. That it cannot be written is told once, and stops no work: bids are due."""
        try:
            put(line)
        except OutputFailed as error:
            if self._lost is None:
                self.log.warning("output", f"{error}; the keeper works on")
            self._lost = self._lost or error

    def close(self) -> None:
        """Raises OutputFailed if a line was lost."""
        if self._lost is not None:
            raise self._lost

    def on_action(self, action: "Action") -> None:
        """A transaction was done."""
        self.record.did(action)
        detail = f"  {action.detail}" if action.detail else ""
        line = (
            f"lot {action.lot}  {action.step:<7}  {action.contract}"
            f"  members {action.members}  gas {action.gas_used}{detail}"
        )
        self.put(f"{line}\n")
        self.log.info(
            "action",
            line,
            step=action.step,
            lot=action.lot,
            contract=action.contract,
            members=action.members,
            gas=action.gas_used,
            fee_wei=str(action.receipt.fee),
            block=action.receipt.block,
            tx=action.receipt.hash,
        )

    def on_skip(self, what: str, error: Exception) -> None:
        """Something could not be done now."""
        from offchain.bindings.explain import explained
        from offchain.keeper.troubles import Alert

        told = explained(error)
        if not self.record.could_not(what, error, told):
            return
        kind = self.record.troubles[what].kind
        if isinstance(error, Alert):
            self.log.error("alert", f"ALERT: {what}: {told}", what=what, why=told, kind=kind)
        else:
            line = f"not done now: {what}: {told}"
            self.log.warning("trouble", line, what=what, why=told, kind=kind)

    def next_round(self, resting: Collection[str] = ()) -> None:
        """Forgets troubles that are over, so that they are told if they come back. Those that are `resting` are not over."""
        for what in sorted(self.record.next_round(resting)):
            self.log.debug("over", f"no trouble any more: {what}", what=what)

    def idle(self, views: "Sequence[View]") -> None:
        """Nothing is to be done now; said after work, and when something else lies ahead than was said last."""
        if self._idle is None and not self.record.transactions:
            self._idle = idle_line(views)  # which was told as what lies ahead
            return
        line = idle_line(views)
        if line != self._idle or self.record.transactions != self._sent_at_idle:
            self._idle, self._sent_at_idle = line, self.record.transactions
            self.log.info("idle", line)

    def progress(self, work: str = "Reading the chain: block") -> "Progress":
        """Tells in the log how far `work` has come."""
        return Progress(lambda line: self.log.info("progress", line), work=work)


class Flaws:
    """Lines of an openings file that are no openings: of each reading the first few one by one, the others by their number."""

    def __init__(self, log: "Log") -> None:
        self.any = False
        self._log = log
        self._new = 0

    def take(self, flaw: Exception) -> None:
        """A line is no opening."""
        self.any = True
        self._new += 1
        if self._new <= _FLAWS_TOLD:
            self._log.warning("flaw", f"passed over: {flaw}")

    def tell_rest(self) -> None:
        """The file has been read."""
        if self._new > _FLAWS_TOLD:
            rest = self._new - _FLAWS_TOLD
            self._log.warning("flaw", f"passed over: {rest} more lines that are no openings")
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
    following = f"Read up to block {block:,}: {outlook.lots} unfinished lot{'' if outlook.lots == 1 else 's'}"
    ahead = "no phase lies ahead"
    if outlook.next_time is not None:
        ahead = f"the next phase ends at {moment(outlook.next_time)}, on lot {outlook.next_lot}"
    return f"{following}; due now: {due or 'nothing'}; {ahead}."


def idle_line(views: "Sequence[View]") -> str:
    """What keepers wait for that have nothing to do now."""
    from offchain.keeper.release import moment

    lots = [one for view in views for one in view.lots]
    if not lots:
        return "Nothing to do now: no unfinished lot; waiting for one to be listed."
    stuck = sum(one.due is not None for one in lots)
    waiting = f"; on {stuck} what is due is tried again later" if stuck else ""
    ends = [(one.until, one.number, one.phase) for one in lots if one.due is None and one.until]
    ahead = "no phase lies ahead"
    if ends:
        until, lot, phase = min(ends)
        ahead = f"next, the {phase} of lot {lot} ends at {moment(until)}"
    number = "one unfinished lot" if len(lots) == 1 else f"{len(lots)} unfinished lots"
    return f"Nothing to do now: {number}{waiting}; {ahead}."
