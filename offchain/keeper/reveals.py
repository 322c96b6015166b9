"""Which of the bids that stand sealed can be revealed now: those whose openings the keeper has, once they may leave it."""

from collections.abc import Iterator

from offchain.bindings.seals import Opening
from offchain.chain.errors import ChainError
from offchain.keeper.agenda import is_unopened
from offchain.keeper.books import Book, Lot
from offchain.keeper.openings import Openings
from offchain.keeper.reading import Reader
from offchain.keeper.release import Release
from offchain.keeper.troubles import Troubles


class Reveals:
    """Openings held against the books of one auctioneer, on the chain of this id."""

    def __init__(
        self,
        chain_id: int,
        reader: Reader,
        openings: Openings,
        release: Release,
        troubles: Troubles,
    ) -> None:
        self._chain_id = chain_id
        self._reader, self._openings, self._release = reader, openings, release
        self._troubles = troubles
        self._now = 0
        ledger = reader.ledger
        self._minimums = {ledger.auctioneer: 0 if ledger.draws else 1}

    def look(self, now: int) -> None:
        """It is `now` by the chain's time (seconds), and new blocks may have come."""
        self._now = now
        self._release.look()

    def can_open(self, book: Book) -> bool:
        """Whether there is a bid to open in a book, and its opening may leave."""
        return any(self._known(book)) and self._may_leave(self._reader.ledger.lots[book.lot])

    def of(self, book: Book) -> list[Opening]:
        """The openings for the bids of a book as they stand, without those that its rules refuse. At most one request."""
        if not any(self._known(book)):
            return []
        minimum = self._minimum(book)
        return [opening for opening in self._known(book) if minimum <= opening.bid]

    def _known(self, book: Book) -> Iterator[Opening]:
        """The openings that open bids as they stand, as far as is known without asking."""
        minimum = self._minimums.get(book.contract, 0)
        for bidder, box in book.boxes.items():
            if is_unopened(box) and box.commitment is not None:
                opening = self._openings.opening(
                    self._chain_id, book.contract, book.lot, bidder, box.commitment
                )
                if opening is not None and minimum <= opening.bid <= box.deposit:
                    yield opening

    def _may_leave(self, lot: Lot) -> bool:
        what = f"reveal of lot {lot.number}"
        disagreement = self._release.disagreement(lot)
        if disagreement is not None:
            self._troubles.skip(0, what, ChainError(disagreement))
        try:
            return self._release.may_leave(lot, self._now)
        except ChainError as error:
            self._troubles.skip(0, what, error)
            return False

    def _minimum(self, book: Book) -> int:
        """The smallest bid that can be opened in a book, in units."""
        if book.contract not in self._minimums:
            (self._minimums[book.contract],) = self._reader.view(book.contract, "minimumBid")
        return self._minimums[book.contract]
