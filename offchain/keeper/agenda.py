"""What there is to do on the lots of an auctioneer, and in which order: read off their books and the clock, at no request.

What nobody can bring about but who is owed something costs a keeper nothing here: a lot in bidding, one whose bids somebody else
opens, one that waits for its tally to end, or one that is over.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Generic, Protocol, TypeVar

from offchain.keeper.books import NEVER
from offchain.keeper.logbook import REORG_DEPTH, Logbook

GIVEN_UP: Final = 30 * 24 * 3_600
"""So many seconds after a lot became void, an item that its token does not give back is left to whoever wants it moved; and as
long after the deadline of a lot at a house, an item that it did not deliver."""


class Need(IntEnum):
    """What a lot needs, the most urgent first. At a house of others: a bid, or a look whether one is due; or a look now and
    then until that may be. At signal clocks: a step that is nobody's in particular, to go on. An item that goes back to its
    seller is nobody's money, and comes last, as one that a house may never deliver.
    """

    RAISE = 0
    REVEAL = 1
    TALLY = 2
    DRAW = 3
    ADVANCE = 4
    WATCH = 5
    SETTLE = 6
    REFUND = 7
    RETURN = 8
    DELIVER = 9

    @property
    def is_urgent(self) -> bool:
        """Whether it cannot be made up for: a bid that nobody opens, or a DAO that nobody tallies or has bid, is out."""
        return self <= Need.TALLY


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """What is due on a lot, and until when (seconds since the epoch)."""

    need: Need
    deadline: int
    lot: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies before a keeper: how many lots are unfinished, what is due on how many, when the next phase ends and where."""

    lots: int
    due: Counter[Need]
    next_time: int | None
    next_lot: int | None


class Scheduled(Protocol):
    """A lot as an agenda sees it."""

    number: int

    def next_deadline(self, now: int) -> int:
        """The first end of a phase after `now`, in seconds since the epoch; `NEVER` if none is ahead."""


LotT = TypeVar("LotT", bound=Scheduled)
AnyLot = TypeVar("AnyLot", contravariant=True)


class Plan(Protocol[AnyLot]):
    """What a kind of auction makes due, at no request."""

    def duty(self, lot: AnyLot, now: int, refunds: bool) -> Duty | None:
        """What is due on a lot at `now`. Without `refunds` nobody is paid out."""

    def is_over(self, lot: AnyLot, now: int) -> bool:
        """Whether nothing more lies ahead of a lot on which nothing is due."""

    def is_given_up(self, lot: AnyLot, now: int) -> bool:
        """Whether a lot has owed nobody but an item for `GIVEN_UP`."""


class Agenda(Generic[LotT]):
    """Duties on the lots of a `ledger`, by the plan of their kind."""

    def __init__(
        self, ledger: Logbook[LotT], plan: Plan[LotT], only: Collection[int] | None = None
    ) -> None:
        """`only`: the lots to serve, by default all."""
        self._ledger, self._plan = ledger, plan
        self._only = None if only is None else frozenset(only)
        # the block at which each was first seen to be
        self._finished: dict[int, int] = {}

    def forget(self) -> None:
        """Looks at all lots again: the chain was reorganized."""
        self._finished.clear()

    def retire(self, now: int) -> None:
        """Has the ledger forget the lots on which nothing more will be done, and so the DAOs that entered no other: those that
        finished so long ago that no reorganization undoes it, and those that have owed nobody but an item for `GIVEN_UP`. What
        strangers listed and entered is then read while it is alive, and no longer.
        """
        final = self._ledger.synced - REORG_DEPTH
        gone = [number for number, since in self._finished.items() if since < final]
        gone += [lot.number for lot in self.unfinished() if self._plan.is_given_up(lot, now)]
        if gone:
            self._ledger.forget(gone)
        for number in gone:
            self._finished.pop(number, None)

    def duties(self, now: int, refunds: bool = True) -> list[Duty]:
        """All that is due at `now`, the most urgent first. Without `refunds` nobody is paid out. O(bids on unfinished lots)."""
        found = [self._duty(lot, now, refunds) for lot in self.unfinished()]
        return sorted(duty for duty in found if duty is not None)

    def outlook(self, now: int) -> Outlook:
        """What lies before a keeper at `now`."""
        due = Counter(duty.need for duty in self.duties(now))
        time, number = self.next_deadline(now) or (None, None)
        return Outlook(sum(1 for _ in self.unfinished()), due, time, number)

    def next_deadline(self, now: int) -> tuple[int, int] | None:
        """When the next phase of a lot that is not finished ends, and of which; None if none is ahead."""
        upcoming = ((lot.next_deadline(now), lot.number) for lot in self.unfinished())
        found = min(upcoming, default=(NEVER, 0))
        return None if found[0] == NEVER else found

    def unfinished(self) -> Iterator[LotT]:
        """The lots on which something is to be done yet, now or later."""
        for number, lot in self._ledger.lots.items():
            if number not in self._finished and (self._only is None or number in self._only):
                yield lot

    def _duty(self, lot: LotT, now: int, refunds: bool) -> Duty | None:
        duty = self._plan.duty(lot, now, refunds)
        if duty is None and refunds and self._plan.is_over(lot, now):
            self._finished[lot.number] = self._ledger.synced
        return duty
