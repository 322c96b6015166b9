"""Books of bids, by their logs: what both levels have in common (contracts/base/BidBook.sol)."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

from offchain.bindings.entries import account_in, amount_in, lot_in
from offchain.bindings.enumerations import BookState, Flaw, Phase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.revm import CHAIN_ID
from tests.rebuild.steps import Call
from tests.rebuild.twin import Twin, World, units

OPEN = bytes(24)
EVERYBODY = "0x" + "ff" * 20
BPS = 10_000


@dataclass
class Box:
    """One bid: sealed by a commitment, or open; the deposit under it, in units."""

    commitment: bytes = OPEN
    bid: int = 0
    deposit: int = 0

    @property
    def is_sealed(self) -> bool:
        return any(self.commitment)

    @property
    def is_empty(self) -> bool:
        return not (self.is_sealed or self.bid or self.deposit)


@dataclass
class Book:
    """The head of a book, and its bids in the order in which they were first made."""

    ends: tuple[int, int, int]
    bond_bps: int
    members: int = 0
    share: int = 0
    state: BookState = BookState.RUNNING
    boxes: dict[str, Box] = field(default_factory=dict)

    def box(self, bidder: str) -> Box:
        return self.boxes.setdefault(bidder, Box())

    def bond(self, box: Box) -> int:
        """What it costs not to open a bid."""
        return box.deposit * self.bond_bps // BPS if box.is_sealed else 0

    def open_bids(self) -> dict[str, int]:
        return {who: box.bid for who, box in self.boxes.items() if box.bid and not box.is_sealed}


class Books(Twin):
    """The books of one contract."""

    counts_bids = False
    """Whether the head says whose bids are open."""

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.books: dict[int, Book] = {}
        self.refused: set[tuple[int, str]] = set()
        self.skips: list[tuple[int, str, Flaw]] = []
        self.skipped: list[tuple[int, str, Flaw]] = []

    # What the two levels do differently

    @abstractmethod
    def phase(self, lot: int) -> Phase:
        """Where a lot stands."""

    @abstractmethod
    def is_served(self, lot: int, bidder: str) -> bool:
        """Whether an open bid is served in a book that won."""

    @abstractmethod
    def awaited(self, lot: int) -> str | None:
        """Whose open bid is not paid out yet: everybody's, that of a winner, or nobody's."""

    @abstractmethod
    def minimum(self) -> int:
        """The smallest bid, in units."""

    def opened(self, lot: int, entries: list[int]) -> None:
        """Bids were opened, in this order."""

    # Views

    def bookOf(self, lot: int) -> tuple[Any, ...]:
        book = self.books.get(lot)
        if book is None:
            return (0,) * 7
        return (*book.ends, book.bond_bps, book.members, book.share, book.state)

    def bidOf(self, lot: int, bidder: str) -> tuple[bytes, int, int]:
        box = self.books[lot].boxes.get(bidder, Box()) if lot in self.books else Box()
        return box.commitment, 0 if box.is_sealed else box.bid, box.deposit

    # Events

    def opens(self, lot: int, schedule: tuple[int, int, int, int]) -> Book:
        """There is a book on a lot."""
        assert lot not in self.books
        self.books[lot] = Book(schedule[:3], schedule[3])
        self.ask("bookOf", lot)
        self.ask("phase", lot)
        for who in self.world.people:
            self.ask("bidOf", lot, who)
        return self.books[lot]

    def look(self, lot: int, bidder: str) -> tuple[Book, Box]:
        """A bid that changes."""
        self.ask("bidOf", lot, bidder)
        self.ask("bookOf", lot)
        return self.books[lot], self.books[lot].box(bidder)

    def BidSealed(self, entry: int, sealedBid: bytes) -> None:
        lot, bidder = lot_in(entry), account_in(entry)
        assert amount_in(entry) == 0
        _, box = self.look(lot, bidder)
        deposit = int.from_bytes(sealedBid[24:], "big")
        self.moves(units(deposit - box.deposit))
        box.commitment, box.bid, box.deposit = sealedBid[:24], 0, deposit

    def BidLocked(self, entry: int, sealedBid: bytes, lock: bytes) -> None:
        assert lock in self._locks(lot_in(entry), sealedBid[:24])
        self.BidSealed(entry, sealedBid)

    def _locks(self, lot: int, sealed: bytes) -> list[bytes]:
        """What was sent with a commitment on a lot."""
        one = [call.args["lock"] for call in self.called("commit", lot=lot, commitment=sealed)]
        rolled = [call.args["lock"] for call in self.called("roll", to=lot, commitment=sealed)]
        many = [
            lock
            for call in self.called("commitMany")
            for (on, what, _), lock in zip(call.args["seals"], call.args["locks"], strict=True)
            if (on, what) == (lot, sealed)
        ]
        return one + rolled + many

    def BidWithdrawn(self, lot: int, bidder: str, deposit: int) -> None:
        book, box = self.look(lot, bidder)
        assert deposit == box.deposit
        book.members -= self.counts_bids and not box.is_sealed
        book.boxes[bidder] = Box()
        (call,) = [call for call in self.called("withdraw", lot=lot) if call.sender == bidder]
        self.pays(call.args["recipient"], units(deposit))

    def BidOpened(self, entry: int) -> None:
        self.BidsOpened((entry,), "reveal")

    def BidsOpened(self, entries: tuple[int, ...], by: str = "revealBatch") -> None:
        assert len({lot_in(entry) for entry in entries}) == 1
        assert self.called(by, lot=lot_in(entries[0]))
        for entry in entries:
            book, box = self.look(lot_in(entry), account_in(entry))
            assert box.is_sealed
            assert amount_in(entry) <= box.deposit
            book.members += self.counts_bids
            box.commitment, box.bid = OPEN, amount_in(entry)
        self.opened(lot_in(entries[0]), list(entries))

    def OpeningSkipped(self, lot: int, bidder: str, flaw: Flaw) -> None:
        self.skipped.append((lot, bidder, flaw))

    def BondBurnt(self, lot: int, bidder: str, bond: int) -> None:
        book, box = self.look(lot, bidder)
        assert bond == book.bond(box) > 0
        book.boxes[bidder] = Box(deposit=box.deposit - bond)

    def Claimed(self, entry: int) -> None:
        self.pays(account_in(entry), units(self._claimed(entry)))

    def ClaimedTo(self, entry: int, recipient: str) -> None:
        self.pays(recipient, units(self._claimed(entry)))

    def Rolled(self, entry: int) -> None:
        self.moves(-units(self._claimed(entry)))

    def Pushed(self, entries: tuple[int, ...]) -> None:
        assert entries
        for entry in entries:
            self.Claimed(entry)

    def PushRefused(self, lot: int, bidder: str, amount: int) -> None:
        self.look(lot, bidder)
        assert amount == self._due(lot, bidder) > 0
        self.refused.add((lot, bidder))

    def _claimed(self, entry: int) -> int:
        """Takes what was paid out of a box."""
        lot, amount, bidder = lot_in(entry), amount_in(entry), account_in(entry)
        book, box = self.look(lot, bidder)
        assert amount == self._due(lot, bidder) > 0
        is_served = not box.is_sealed and book.share > 0 and self.is_served(lot, bidder)
        book.boxes[bidder] = Box(bid=box.bid) if is_served else Box()
        return amount

    def _due(self, lot: int, bidder: str) -> int:
        """What is left for a bidder once the lot is decided, in units."""
        book, box = self.books[lot], self.books[lot].box(bidder)
        if box.is_sealed:
            return box.deposit - book.bond(box)
        pays = box.deposit and self.books[lot].share and self.is_served(lot, bidder)
        return box.deposit - book.share if pays else box.deposit

    # What has to have been said

    def before(self) -> None:
        self.skips = [flaw for call in self.called("revealBatch") for flaw in self._flaws(call)]

    def end(self) -> None:
        assert self.skipped == self.skips, "whose openings were skipped"
        if not self.world.has_reentered():
            for call in self.called("claimBatch"):
                for bidder in call.args["bidders"]:
                    assert not self.can_claim(call.args["lot"], bidder), f"{bidder} was not paid"
        self.skipped, self.refused = [], set()

    def can_claim(self, lot: int, bidder: str) -> bool:
        """Whether something is due to a bidder by now, and was not refused just now."""
        if lot not in self.books or (lot, bidder) in self.refused:
            return False
        book, box = self.books[lot], self.books[lot].boxes.get(bidder, Box())
        if box.is_sealed:
            return self.world.now >= book.ends[1]
        return self.awaited(lot) not in (EVERYBODY, bidder) and self._due(lot, bidder) > 0

    def _flaws(self, call: Call) -> list[tuple[int, str, Flaw]]:
        """Whose openings of a batch are skipped, and why; who has no bid is not spoken of."""
        lot, found, opened = call.args["lot"], list[tuple[int, str, Flaw]](), set[str]()
        for bidder, bid, salt in call.args["openings"]:
            box = self.books[lot].boxes.get(bidder, Box())
            if box.is_empty:
                continue
            if bidder in opened or not box.is_sealed:
                flaw = Flaw.ALREADY_REVEALED
            elif commitment(CHAIN_ID, Opening(self.at, lot, bidder, bid, salt)) != box.commitment:
                flaw = Flaw.WRONG_OPENING
            elif bid > box.deposit:
                flaw = Flaw.BID_ABOVE_DEPOSIT
            elif bid < self.minimum():
                flaw = Flaw.BELOW_MINIMUM if bid else Flaw.ZERO_BID
            else:
                opened.add(bidder)
                continue
            found.append((lot, bidder, flaw))
        return found
