"""Which of the bids that stand sealed can be revealed now: those whose openings the keeper was given, once they may leave it, and
those that are locked to a round, once that is signed.
"""

from collections.abc import Callable, Iterator
from functools import partial

from offchain.bindings.seals import Opening
from offchain.chain.errors import ChainError
from offchain.keeper.books import Book, Lot
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.planning import is_unopened
from offchain.keeper.reading import Reader
from offchain.keeper.release import Release
from offchain.keeper.troubles import Troubles
from offchain.keeper.unlocking import Unlocker
from offchain.locks.source import NoSignature


class LocksClosed(ChainError):
    """The locks of a lot cannot be opened now."""


class Reveals:
    """Openings held against the books of one auctioneer, on the chain of this id."""

    def __init__(
        self,
        chain_id: int,
        reader: Reader[Ledger],
        openings: Openings,
        release: Release,
        troubles: Troubles,
        unlocker: Unlocker | None,
    ) -> None:
        """`unlocker`: opens locks; None: they stay closed."""
        self._chain_id = chain_id
        self._reader, self._openings, self._release = reader, openings, release
        self._troubles, self._unlocker = troubles, unlocker
        self._now = 0
        ledger = reader.ledger
        self._minimums = {ledger.auctioneer: 0 if ledger.draws else 1}

    def look(self, now: int) -> None:
        """It is `now` by the chain's time (seconds), and new blocks may have come."""
        self._now = now
        self._release.look()
        if self._unlocker is not None:
            lots = self._reader.ledger.lots
            self._unlocker.keep({number for number, lot in lots.items() if now < lot.end_of_reveal})

    def can_open(self, book: Book) -> bool:
        """Whether there is a bid to open in a book, and its opening may leave; or a lock, and the signature for it is here."""
        lot = self._reader.ledger.lots[book.lot]
        is_due = any(self._known(book)) or (any(self._closed(book)) and self._is_ready(lot))
        return is_due and self._may_leave(lot)

    @property
    def seconds_to_round(self) -> int | None:
        """How long it takes until the locks of some lot can be opened; None: all that wait can be already."""
        if self._unlocker is None:
            return None
        time = self._release.world_time(self._now)
        ledger = self._reader.ledger
        ahead = [
            at - time
            for lot in ledger.lots.values()
            if lot.end_of_bidding <= self._now < lot.end_of_reveal
            and (at := self._unlocker.round_time(lot)) is not None
            and at > time
            and any(any(self._closed(book)) for book in ledger.books_on(lot.number))
        ]
        return min(ahead, default=None)

    def awaits_round(self, seconds: float) -> bool:
        """Whether a signature is being fetched, for which it waits at most so long."""
        if self._unlocker is None or not self._unlocker.rounds.is_busy:
            return False
        self._unlocker.rounds.wait(seconds)
        return True

    def of(self, book: Book, gives_way: Callable[[], bool]) -> list[Opening]:
        """The openings for the bids of a book as they stand, without those that its rules refuse. At most one request. Locks are
        opened first, all or until it `gives_way`. `ChainError` if the books were rebuilt.
        """
        self._reader.refuse_old_books()
        self._unlock(book, gives_way)
        if not any(self._known(book)):
            return []
        minimum = self._minimum(book)
        return [opening for opening in self._known(book) if minimum <= opening.bid]

    def _known(self, book: Book) -> Iterator[Opening]:
        """The openings that open bids as they stand, as far as is known without asking."""
        minimum = self._minimums.get(book.contract, 0)
        for bidder, box in book.boxes.items():
            if is_unopened(box) and box.commitment is not None:
                opening = self._entrusted(book, bidder, box.commitment)
                if opening is None and self._unlocker is not None:
                    opening = self._unlocker.opening(book, bidder)
                if opening is not None and minimum <= opening.bid <= box.deposit:
                    yield opening

    def _entrusted(self, book: Book, bidder: str, seal: bytes) -> Opening | None:
        return self._openings.opening(self._chain_id, book.contract, book.lot, bidder, seal)

    def _closed(self, book: Book) -> Iterator[str]:
        """The bidders of a book whose openings only their locks can tell, which were not tried yet."""
        if self._unlocker is None:
            return
        for bidder, box in book.boxes.items():
            if (
                is_unopened(box)
                and box.commitment is not None
                and self._unlocker.is_closed(book, bidder)
                and self._entrusted(book, bidder, box.commitment) is None
            ):
                yield bidder

    def _is_ready(self, lot: Lot) -> bool:
        """Whether the locks of a lot can be opened now. What stands in the way is told."""
        assert self._unlocker is not None
        try:
            return self._unlocker.is_ready(lot, self._release.world_time(self._now))
        except NoSignature as error:
            # what differs from one try to the next is left out, so that it is told once
            told = "; ".join(f"{one.source}: {one.cause}" for one in error.troubles)
            closed = LocksClosed(f"round {error.round} of the beacon: {told}")
            self._troubles.skip(0, f"time locks of lot {lot.number}", closed)
            return False

    def _unlock(self, book: Book, gives_way: Callable[[], bool]) -> None:
        lot = self._reader.ledger.lots[book.lot]
        closed = list(self._closed(book))
        if self._unlocker is not None and closed and self._is_ready(lot):
            self._unlocker.open(lot, book, closed, gives_way)

    def _may_leave(self, lot: Lot) -> bool:
        return self._release.allows(
            f"reveal of lot {lot.number}", lot, self._now, partial(self._troubles.skip, 0)
        )

    def _minimum(self, book: Book) -> int:
        """The smallest bid that can be opened in a book, in units."""
        if book.contract not in self._minimums:
            (self._minimums[book.contract],) = self._reader.view(book.contract, "minimumBid")
        return self._minimums[book.contract]
