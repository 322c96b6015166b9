"""Opens time locks: what they hold is an opening if the commitment on the chain says so, and garbage if not.

Each is decrypted once for the commitment that it stands beside, as soon as its round is signed. Whoever sends garbage costs a
keeper 2 ms, once; what the keeper was entrusted with is not decrypted at all.
"""

from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Final

from offchain.bindings.seals import Opening, commitment
from offchain.keeper.books import Book, Box, Lot
from offchain.keeper.rounds import Rounds
from offchain.locks.batch import open_all
from offchain.locks.beacon import Beacon, Signature
from offchain.locks.bids import LOCK_BYTES, LockedBid
from offchain.locks.ibe import Refusal

AT_ONCE: Final = 1_024
"""How many locks are decrypted before the keeper looks at what else is due: 1.5 s."""

Place = tuple[str, str]
"""A book's contract and a bidder."""


class Unlocker:
    """Opens the locks of one beacon, on the chain of this id. tried: how many it has decrypted."""

    def __init__(
        self,
        beacon: Beacon,
        rounds: Rounds,
        chain_id: int,
        progress: Callable[[int, int], None] | None = None,
        portion: int = AT_ONCE,
    ) -> None:
        """`progress` is called with how many locks of a book are decrypted, and how many there are to do. `portion`: how many are
        decrypted before it gives way.
        """
        self.rounds: Final = rounds
        self._beacon, self._chain_id, self._portion = beacon, chain_id, portion
        self._progress = progress or (lambda done, all_: None)
        self.tried = 0
        self._known: dict[int, dict[Place, tuple[Box, Opening | None]]] = {}

    def round_time(self, lot: Lot) -> int | None:
        """When the locks of a lot open, in seconds since the epoch; None: no round is as late."""
        try:
            return self._beacon.time_of(self._beacon.round_for(lot.end_of_bidding))
        except ValueError:
            return None

    def is_ready(self, lot: Lot, time: int) -> bool:
        """Whether the locks of a lot can be opened at this time: their round has come, and its signature, which is sent for.

        Raises:
            NoSignature: it was not to be had, and is asked for again later.
        """
        at = self.round_time(lot)
        return at is not None and time >= at and self._signature(lot) is not None

    def opening(self, book: Book, bidder: str) -> Opening | None:
        """What was found in the lock beside a bid as it stands."""
        known = self._known.get(book.lot, {}).get((book.contract, bidder))
        if known is None or not _same(known[0], book.boxes[bidder]):
            return None
        return known[1]

    def is_closed(self, book: Book, bidder: str) -> bool:
        """Whether there is a lock that was not tried yet. One of another length than all is not worth it."""
        box = book.boxes[bidder]
        if len(box.lock) != LOCK_BYTES:
            return False
        known = self._known.get(book.lot, {}).get((book.contract, bidder))
        return known is None or not _same(known[0], box)

    def open(
        self, lot: Lot, book: Book, bidders: Collection[str], gives_way: Callable[[], bool]
    ) -> None:
        """Decrypts the locks of these bidders, all or until it `gives_way`. 1.5 ms each.

        Raises:
            NoSignature: as `is_ready`.
        """
        signature = self._signature(lot) if bidders else None
        if signature is None:
            return
        waiting, done = iter(bidders), 0
        while some := list(islice(waiting, self._portion)):
            self._open_some(signature, book, some)
            done += len(some)
            self._progress(done, len(bidders))
            if done < len(bidders) and gives_way():
                return

    def keep(self, lots: Collection[int]) -> None:
        """Forgets all other lots."""
        self._known = {lot: known for lot, known in self._known.items() if lot in lots}

    def _signature(self, lot: Lot) -> Signature | None:
        return self.rounds.signature(self._beacon.round_for(lot.end_of_bidding))

    def _open_some(self, signature: Signature, book: Book, bidders: list[str]) -> None:
        known = self._known.setdefault(book.lot, {})
        boxes = [book.boxes[bidder] for bidder in bidders]
        found = self._decrypted(signature, boxes)
        for bidder, box, locked in zip(bidders, boxes, found, strict=True):
            self.tried += 1
            known[book.contract, bidder] = box, self._opening(book, bidder, box, locked)

    def _decrypted(self, signature: Signature, boxes: list[Box]) -> Iterator[LockedBid | Refusal]:
        return open_all(signature, (box.lock for box in boxes), workers=2)

    def _opening(
        self, book: Book, bidder: str, box: Box, locked: LockedBid | Refusal
    ) -> Opening | None:
        """What a lock holds, if it is what the bid was sealed with."""
        if isinstance(locked, Refusal):
            return None
        opening = Opening(book.contract, book.lot, bidder, locked.bid, locked.salt)
        return opening if commitment(self._chain_id, opening) == box.commitment else None


def _same(one: Box, other: Box) -> bool:
    """Whether two bids are sealed and locked alike."""
    return (one.commitment, one.lock) == (other.commitment, other.lock)
