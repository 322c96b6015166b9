"""What is due on a lot that groups bid for: read off its books and the clock, and how it stood at a house of others."""

from collections.abc import Callable
from typing import Final

from offchain.bindings.constants import AuctionHouse
from offchain.bindings.enumerations import Phase
from offchain.keeper.agenda import GIVEN_UP, Duty, Need
from offchain.keeper.books import NEVER, Book, Box, Lot
from offchain.keeper.ledger import Ledger
from offchain.keeper.sights import Sights
from offchain.keeper.view import Stand

WINDOW: Final = AuctionHouse.SETTLEMENT_WINDOW
"""How long a lot can be settled, in seconds; as long as `ApproximateAuction.DRAW_WINDOW`."""


class GroupPlan:
    """`Plan` of an auction among groups."""

    def __init__(
        self, ledger: Ledger, can_open: Callable[[Book], bool], sights: Sights | None = None
    ) -> None:
        """`can_open`: whether a book has a bid to open, and there is its opening. `sights`: how lots stand at a house of others,
        if the ledger is of an adapter.
        """
        self._ledger, self._can_open = ledger, can_open
        self._sights = sights or Sights()

    def stand(self, lot: Lot, now: int) -> Stand:
        """How a lot stands. O(books on it)."""
        books = self._ledger.books_on(lot.number)
        bids = sum(len(book.boxes) for book in books)
        return Stand(*phase_of(self._ledger, lot, now), len(lot.daos), bids)

    def is_over(self, lot: Lot, now: int) -> bool:
        """See `Plan`. A lot can be settled, or go back, before the time for its tally has passed, but not before its bids are
        open: a log that says so lies, and there is more to be done on the lot.
        """
        is_decided = lot.winner is not None or lot.returned
        return now >= (lot.end_of_reveal if is_decided else lot.end_of_tally)

    def duty(self, lot: Lot, now: int, refunds: bool) -> Duty | None:
        """See `Plan`. O(bids on the lot)."""
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

    def is_given_up(self, lot: Lot, now: int) -> bool:
        """See `Plan`."""
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


def phase_of(ledger: Ledger, lot: Lot, now: int) -> tuple[Phase, int | None, int | None]:
    """The phase of a lot by its logs and the clock, and when it began and ends. What only a call would tell, as who won at a
    house of others, is left open: such a lot is in `DRAW` until logs tell more.
    """
    if now < lot.end_of_bidding:
        return Phase.BIDDING, None, lot.end_of_bidding
    if now < lot.end_of_reveal:
        return Phase.REVEAL, lot.end_of_bidding, lot.end_of_reveal
    if now < lot.end_of_tally and any(dao not in lot.group_bids for dao in lot.daos):
        return Phase.TALLY, lot.end_of_reveal, lot.end_of_tally
    # a tally is over as soon as every group has bid: when that was is not kept
    since = lot.end_of_tally if now >= lot.end_of_tally else None
    if lot.winner is not None:
        return Phase.SETTLED, None, None
    if lot.returned or not may_sell(ledger, lot):
        return Phase.VOID, None, None
    if ledger.at_house:
        return Phase.DRAW, since, lot.deadline
    drawn_by = lot.end_of_tally + WINDOW
    if ledger.draws and not lot.drawn and now < drawn_by:
        return Phase.DRAW, since, drawn_by
    settled_by = drawn_by + (WINDOW if ledger.draws else 0)
    if now < settled_by:
        return Phase.CLOSED, None if ledger.draws else since, settled_by
    return Phase.VOID, settled_by, None
