"""What there is to do on the lots of an auctioneer, and in which order: read off their books and the clock, at no request.

What nobody can bring about but who is owed something costs a keeper nothing here: a lot in bidding, one whose bids somebody else
opens, one that waits for its tally to end, or one that is over.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from offchain.bindings.constants import AuctionHouse
from offchain.bindings.enumerations import Phase
from offchain.keeper.books import NEVER, Book, Box, Lot
from offchain.keeper.ledger import REORG_DEPTH, Ledger
from offchain.keeper.sights import Sights

WINDOW: Final = AuctionHouse.SETTLEMENT_WINDOW
"""How long a lot can be settled, in seconds; as long as `ApproximateAuction.DRAW_WINDOW`."""

GIVEN_UP: Final = 30 * 24 * 3_600
"""So many seconds after a lot became void, an item that its token does not give back is left to whoever wants it moved; and as
long after the deadline of a lot at a house, an item that it did not deliver."""


class Need(IntEnum):
    """What a lot needs, the most urgent first. At a house of others: a bid, or a look whether one is due; or a look now and
    then until that may be. An item that goes back to its seller is nobody's money, and comes last, as one that a house may
    never deliver.
    """

    RAISE = 0
    REVEAL = 1
    TALLY = 2
    DRAW = 3
    WATCH = 4
    SETTLE = 5
    REFUND = 6
    RETURN = 7
    DELIVER = 8

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


class Agenda:
    """Duties on the lots of a `ledger`."""

    def __init__(
        self,
        ledger: Ledger,
        can_open: Callable[[Book], bool],
        only: Collection[int] | None = None,
        sights: Sights | None = None,
    ) -> None:
        """`can_open`: whether a book has a bid to open, and there is its opening. `only`: the lots to serve, by default all.
        `sights`: how lots stand at a house of others, if the ledger is of an adapter.
        """
        self._sights = sights or Sights()
        self._ledger = ledger
        self._can_open = can_open
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
        gone += [lot.number for lot in self.unfinished() if self._is_given_up(lot, now)]
        if gone:
            self._ledger.forget(gone)
        for number in gone:
            self._finished.pop(number, None)

    def duties(self, now: int, refunds: bool = True) -> list[Duty]:
        """All that is due at `now`, the most urgent first. Without `refunds` nobody is paid out. O(bids on unfinished lots)."""
        found = (self._duty(lot, now, refunds) for lot in self.unfinished())
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

    def unfinished(self) -> Iterator[Lot]:
        """The lots on which something is to be done yet, now or later."""
        for number, lot in self._ledger.lots.items():
            if number not in self._finished and (self._only is None or number in self._only):
                yield lot

    def _duty(self, lot: Lot, now: int, refunds: bool) -> Duty | None:
        if now < lot.end_of_bidding:
            return None
        if now < lot.end_of_reveal:
            if any(map(self._can_open, self._ledger.books_on(lot.number))):
                return Duty(Need.REVEAL, lot.end_of_reveal, lot.number)
            return None
        if now < lot.end_of_tally and any(dao not in lot.group_bids for dao in lot.daos):
            return Duty(Need.TALLY, lot.end_of_tally, lot.number)
        if lot.winner is None and not lot.returned:
            if not self._ledger.at_house:
                return self._undecided(lot, now, refunds)
            elsewhere = self._elsewhere(lot, now)
            if elsewhere is not None:
                return elsewhere
        if not refunds:
            return None
        if self._is_owed(lot):
            return Duty(Need.REFUND, NEVER, lot.number)
        if self._ledger.at_house and lot.winner is not None and not lot.delivered:
            return Duty(Need.DELIVER, NEVER, lot.number)
        self._finished[lot.number] = self._ledger.synced
        return None

    def _elsewhere(self, lot: Lot, now: int) -> Duty | None:
        """What a lot needs that a house decides; None if it is void, as far as is known."""
        if not any(lot.group_bids.values()):
            return None
        sight = self._sights.of(lot.number)
        if sight is None:
            return Duty(Need.RAISE, lot.end_of_tally, lot.number)
        if sight.phase == Phase.VOID:
            return None
        if not sight.is_open:
            return Duty(Need.SETTLE, NEVER, lot.number)
        if now < sight.raise_at:
            return Duty(Need.WATCH, sight.raise_at, lot.number)
        return Duty(Need.RAISE, sight.end, lot.number)

    def _undecided(self, lot: Lot, now: int, refunds: bool) -> Duty:
        if may_sell(self._ledger, lot):
            drawn_by = lot.end_of_tally + WINDOW
            if self._ledger.draws and not lot.drawn and now < drawn_by:
                return Duty(Need.DRAW, drawn_by, lot.number)
            settled_by = drawn_by + (WINDOW if self._ledger.draws else 0)
            if now < settled_by:
                return Duty(Need.SETTLE, settled_by, lot.number)
        if refunds and self._is_owed(lot):
            return Duty(Need.REFUND, NEVER, lot.number)
        return Duty(Need.RETURN, NEVER, lot.number)

    def _is_given_up(self, lot: Lot, now: int) -> bool:
        if self._is_owed(lot):
            return False
        if self._ledger.at_house:
            return now > lot.deadline + GIVEN_UP and not lot.delivered
        void_by = lot.end_of_tally + 2 * WINDOW
        return now > void_by + GIVEN_UP and lot.winner is None and not lot.returned

    def _is_owed(self, lot: Lot) -> bool:
        """Whether a push on a lot that is decided would pay somebody, or burn a bond."""
        return any(
            is_due(book, bidder)
            for book in self._ledger.books_on(lot.number)
            for bidder in book.boxes
        )


def may_sell(ledger: Ledger, lot: Lot) -> bool:
    """Whether somebody bids the reserve."""
    individuals = ledger.book(ledger.auctioneer, lot.number).boxes.values()
    return any(a.bid is not None and a.bid >= lot.reserve for a in individuals) or any(
        bid > 0 and bid >= lot.reserve for bid in lot.group_bids.values()
    )


def is_unopened(box: Box) -> bool:
    """Whether an opening could still be good."""
    return box.is_sealed and not box.unopenable


def is_due(book: Book, bidder: str) -> bool:
    """Whether a push would pay something, or burn a bond. A refused push is not tried again: its bidder can claim."""
    box = book.boxes[bidder]
    if box.closed or box.refused:
        return False
    return box.is_sealed or book.due(bidder) > 0
