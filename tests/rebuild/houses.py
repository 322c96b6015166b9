"""Auctions that sell to groups, by their logs (contracts/base/AuctionHouse.sol, contracts/groups/Auctioneer.sol)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from offchain.bindings.constants import AuctionHouse
from offchain.bindings.entries import account_in, amount_in
from offchain.bindings.enumerations import BookState, Phase
from offchain.io.addresses import NOBODY
from tests.rebuild.books import EVERYBODY, Books
from tests.rebuild.twin import Earning, World, units


@dataclass
class Lot:
    """A listing, the DAOs that entered, what they bid, and who gets the item of an individual who wins."""

    seller: str
    token: str
    token_id: int
    price: int
    leader: str = NOBODY
    highest: int = 0
    entered: list[str] = field(default_factory=list)
    bids: dict[str, int] = field(default_factory=dict)
    recipients: dict[str, str] = field(default_factory=dict)


class House(Books, Earning):
    """What every auction for groups does, however it decides."""

    decides = True
    """Whether it follows from bids and time who wins."""
    made_of: tuple[str, ...] = ("factory", "beaconHash", "market")

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.lots: dict[int, Lot] = {}
        self.paying: dict[int, int] = {}
        """What DAOs pay for lots in this transaction, in units."""

    def schedule_of(self, lot: int) -> tuple[int, int, int, int]:
        """The times of a lot, and its bond."""
        return (*self.books[lot].ends, self.books[lot].bond_bps)

    def phase_of(self, lot: int) -> Any:
        """As DAOs have it."""
        return self.phase(lot)

    # Views

    def lotCount(self) -> int:
        return len(self.lots)

    def lotOf(self, lot: int) -> tuple[Any, ...]:
        one = self.lots[lot]
        counts = (len(one.entered), len(one.bids))
        item = (one.token, one.price, one.token_id)
        return (one.seller, *counts, *item, one.leader, one.highest)

    def itemOf(self, lot: int) -> tuple[str, int]:
        return self.lots[lot].token, self.lots[lot].token_id

    def recipientOf(self, lot: int, bidder: str) -> str:
        return self.lots[lot].recipients.get(bidder, NOBODY)

    def standing(self, lot: int) -> tuple[Phase, str, int]:
        phase, one = self.phase(lot), self.lots[lot]
        return (phase, NOBODY, 0) if phase == Phase.VOID else (phase, one.leader, one.price)

    def phase(self, lot: int) -> Phase:
        if lot not in self.books:
            return Phase.NONE
        now, book, one = self.world.now, self.books[lot], self.lots[lot]
        if book.state == BookState.WON:
            return Phase.SETTLED
        if now < book.ends[0]:
            return Phase.BIDDING
        if now < book.ends[1]:
            return Phase.REVEAL
        if now < book.ends[2] and len(one.bids) < len(one.entered):
            return Phase.TALLY
        return self.phase_after_tally(lot)

    def phase_after_tally(self, lot: int) -> Phase:
        """Where a lot stands that has all its bids and is not settled."""
        end = self.books[lot].ends[2] + AuctionHouse.SETTLEMENT_WINDOW
        is_led = self.lots[lot].leader != NOBODY
        return Phase.CLOSED if is_led and self.world.now < end else Phase.VOID

    # The book of individuals

    def is_served(self, lot: int, bidder: str) -> bool:
        return bidder == self.lots[lot].leader

    def awaited(self, lot: int) -> str | None:
        phase = self.phase(lot)
        if phase < Phase.CLOSED:
            return EVERYBODY
        return self.lots[lot].leader if phase == Phase.CLOSED else None

    def minimum(self) -> int:
        return 1

    # Events

    def LotListed(
        self,
        lot: int,
        seller: str,
        token: str,
        tokenId: int,
        reserve: int,
        schedule: tuple[int, int, int, int],
    ) -> None:
        assert lot == len(self.lots) + 1
        self.opens(lot, schedule)
        self.lots[lot] = Lot(seller, token, tokenId, reserve)
        for view in ("lotOf", "itemOf", "standing"):
            self.ask(view, lot)
        self.ask("lotCount")
        self.ask("proceeds", seller)
        for who in self.world.people:
            self.ask("recipientOf", lot, who)
        self.world.moved(token, tokenId, self.at)

    def DAOEntered(self, lot: int, dao: str) -> None:
        one = self._changed(lot)
        assert dao not in one.entered
        one.entered.append(dao)

    def DAOBid(self, lot: int, dao: str, bid: int) -> None:
        one = self._changed(lot)
        assert dao in one.entered
        assert dao not in one.bids
        assert bid == self.world.twins[dao].resultOf(lot)[1]
        one.bids[dao] = bid
        self.bid(lot, dao, bid)

    def LotSettled(self, lot: int, winner: str, price: int, paid: int) -> None:
        one, book = self._changed(lot), self.books[lot]
        self.ask("bookOf", lot)
        assert (winner, price) == (one.leader, one.price)
        book.state = BookState.WON
        self.earns(one.seller, units(paid))
        if winner in one.entered:
            dao = self.world.twins[winner]
            assert paid == dao.paying.pop(lot)
            self.moves(units(paid))
            owner = dao.estateAt(lot)
        else:
            assert paid == price
            book.share = price
            owner = one.recipients.get(winner, winner)
        self.world.moved(one.token, one.token_id, owner)

    def RecipientNamed(self, lot: int, bidder: str, recipient: str) -> None:
        self.ask("recipientOf", lot, bidder)
        self.lots[lot].recipients[bidder] = recipient

    def ItemReturned(self, lot: int) -> None:
        one = self._changed(lot)
        self.ask("bookOf", lot)
        self.books[lot].state = BookState.LOST
        self.world.moved(one.token, one.token_id, one.seller)

    # What happens to bids

    def opened(self, lot: int, entries: Iterable[int]) -> None:
        for entry in entries:
            self.bid(lot, account_in(entry), amount_in(entry))

    def bid(self, lot: int, bidder: str, bid: int) -> None:
        """Takes an open bid, in the order of arrival."""
        one = self._changed(lot)
        highest = one.price - 1 if one.leader == NOBODY else one.highest
        if bid > highest:
            one.price, one.highest, one.leader = highest + 1, bid, bidder
        else:
            one.price = max(one.price, bid)

    def _changed(self, lot: int) -> Lot:
        for view in ("lotOf", "standing", "phase"):
            self.ask(view, lot)
        return self.lots[lot]

    def end(self) -> None:
        super().end()
        for lot, one in self.lots.items():
            for dao in one.entered:
                assert lot in self.world.twins[dao].books, f"{dao} has no book on {lot}"


class Auctioneer(House):
    """The second-price auction among groups."""

    name = "Auctioneer"
