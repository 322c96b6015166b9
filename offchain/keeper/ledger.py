"""Every book of an auctioneer and of the DAOs that entered its lots, rebuilt from event logs alone."""

from collections.abc import Callable, Iterable
from typing import Final

from offchain.bindings.adapters import ADAPTER
from offchain.bindings.constants import MOST_PLAYERS
from offchain.bindings.contracts import Contract, Event
from offchain.bindings.contracts import contract as contract_named
from offchain.bindings.entries import pack
from offchain.chain.backend import Chain, Log
from offchain.keeper.books import EVENTS, LISTINGS, Book, Lot, lot_of
from offchain.keeper.logbook import Logbook
from offchain.keeper.logstore import LogStore

AUCTIONEER: Final = "Auctioneer"
APPROXIMATE: Final = "ApproximateAuction"
"""The contracts whose lots a ledger can follow; both are an AuctionHouse. Or an adapter on a house of others, of any make."""


class Ledger(Logbook[Lot]):
    """The lots of one auctioneer and all their books.

    draws: whether its lots are decided by draws. at_house: whether an auction at a house of others decides them: the auctioneer
    is an adapter.
    """

    def __init__(
        self,
        chain: Chain,
        auctioneer: str,
        first_block: int = 0,
        kind: str = AUCTIONEER,
        store: LogStore | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """As `Logbook`; DAOs that are made for the auctioneer log nothing before `first_block` either."""
        self.draws: Final = kind == APPROXIMATE
        self.at_house: Final = kind == ADAPTER
        self._at_dao = contract_named("DAO")
        topics = contract_named(kind).topics(EVENTS) | self._at_dao.topics(EVENTS)
        super().__init__(chain, auctioneer, first_block, kind, topics, store, progress)
        self.books: dict[tuple[str, int], Book] = {}

    def book(self, contract: str, lot: int) -> Book:
        """The book of `contract` on `lot`. KeyError if there is none."""
        return self.books[contract, lot]

    def books_on(self, lot: int) -> list[Book]:
        """All books on a lot: the individuals', then the DAOs' in the order in which they entered."""
        return [self.books[contract, lot] for contract in (self.auctioneer, *self.lots[lot].daos)]

    def players(self, lot: int) -> list[int]:
        """The entries of all who play for a lot under approximate valuations, in order of arrival."""
        late = self.lots[lot].group_bids.items()
        return [
            *self.book(self.auctioneer, lot).openings,
            *(pack(lot, bid, dao) for dao, bid in late if bid > 0),
        ][:MOST_PLAYERS]

    def contract_at(self, address: str) -> Contract:
        """The auctioneer, or else a DAO."""
        return self._at_auctioneer if address == self.auctioneer else self._at_dao

    def _clear(self) -> None:
        super()._clear()
        self.books = {}

    def _discard(self, number: int) -> None:
        lot = self.lots.pop(number, None)
        for contract in (self.auctioneer, *(lot.daos if lot is not None else ())):
            self.books.pop((contract, number), None)

    def _others(self) -> Iterable[str]:
        return (dao for lot in self.lots.values() for dao in lot.daos)

    def _lot_of(self, event: Event) -> int | None:
        return lot_of(event)

    def _entering(self, logs: Iterable[Log]) -> dict[str, int]:
        """The DAOs that enter a lot and are not followed yet, and the blocks in which they do so first."""
        topic = self._at_auctioneer.topic("DAOEntered")
        found: dict[str, int] = {}
        for log in logs:
            if log.address != self.auctioneer or log.topics[:1] != (topic,):
                continue
            event = self._at_auctioneer.event(log)
            if event is None or event.args["lot"] in self._forgotten:
                continue
            if event.args["dao"] not in self._contracts:
                found.setdefault(event.args["dao"], log.block)
        return found

    def _apply(self, contract: str, number: int, event: Event) -> None:
        if contract == self.auctioneer:
            if event.name in LISTINGS:
                lot = self.lots[number] = Lot.listed(event.args)
                self.books[contract, number] = Book(contract, number, lot.bond_bps, of_dao=False)
            self.lots[number].apply(event)
            if event.name == "DAOEntered":
                dao, bond_bps = event.args["dao"], self.lots[number].bond_bps
                self.books[dao, number] = Book(dao, number, bond_bps, of_dao=True)
        self.books[contract, number].apply(event)
