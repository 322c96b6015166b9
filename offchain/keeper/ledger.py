"""Every book of an auctioneer and of the DAOs that entered its lots, rebuilt from event logs alone.

A `Ledger` only ever reads; feeding it the same logs again in the same order gives the same books,
which is what lets a keeper be killed and started again.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from offchain.chain.backend import Chain, Log, Reverted
from offchain.chain.codec import Event
from offchain.chain.codec import contract as contract_named
from offchain.chain.errors import ChainError
from offchain.keeper.books import Account, Book, Lot, Step, lot_of, pack
from offchain.keeper.draws import MOST_PLAYERS

__all__ = ["REORG_DEPTH", "Account", "Book", "Ledger", "Lot", "Step"]

AUCTIONEER: Final = "Auctioneer"
APPROXIMATE: Final = "ApproximateAuction"
"""The contracts whose lots a ledger can follow; both are an AuctionHouse."""

REORG_DEPTH: Final = 64
"""How many of the newest blocks `sync` can compare with what it read before: two epochs, after which Ethereum is final."""


class LogsMissing(ChainError):
    """The logs do not add up, so the node left some out; the next `sync` reads everything anew."""


class Ledger:
    """The lots of one auctioneer and all their books.

    generation: grows when the books had to be rebuilt, which makes new objects of all of them.
    kind: which contract the auctioneer is.
    """

    def __init__(
        self, chain: Chain, auctioneer: str, first_block: int = 0, kind: str = AUCTIONEER
    ) -> None:
        """`first_block`: the first in which the auctioneer, or a DAO made for it, can have logged anything."""
        self.kind: Final = kind
        self._chain = chain
        self._auctioneer = auctioneer
        self._first_block = first_block
        self._at_auctioneer = contract_named(kind)
        self._at_dao = contract_named("DAO")
        self.generation = 0
        self.lots: dict[int, Lot] = {}
        self.books: dict[tuple[str, int], Book] = {}
        self._contracts: dict[str, None] = {auctioneer: None}
        self._forgotten: set[int] = set()
        self._recent: list[Log] = []
        self._synced = first_block - 1

    @property
    def auctioneer(self) -> str:
        """The auctioneer's address."""
        return self._auctioneer

    def sync(self, recheck: int = 0) -> None:
        """Reads what has happened since the last call; O(new logs).

        Also compares the logs of the last `recheck` blocks (at most `REORG_DEPTH`) with what they were; if any differ, because
        the chain was reorganized or the node had left some out, it rebuilds all books.

        Raises:
            ChainError: the chain could not be read; the books stay as they were, or (`LogsMissing`) start anew.
        """
        newest = self._chain.block()
        if newest == self._synced:
            return
        depth = min(recheck, REORG_DEPTH) if newest > self._synced else REORG_DEPTH
        start = max(self._first_block, self._synced + 1 - depth)
        logs = self._read(list(self._contracts), start, newest)
        old = [log for log in logs if log.block <= self._synced]
        known = [log for log in self._recent if log.block >= start]
        if newest < start - 1 or (depth and _by_address(old) != _by_address(known)):
            self._restart()
            logs, old = self._read([self._auctioneer], self._first_block, newest), []
        # everything is read before anything changes: a node that fails in between costs nothing
        fresh = logs[len(old) :]
        new_daos = self._entering(fresh)
        # a DAO's own events start before it enters a lot
        fresh += self._read(new_daos, self._first_block, newest)
        self._contracts.update(dict.fromkeys(new_daos))
        self._take(fresh)
        self._synced = newest
        oldest = newest - REORG_DEPTH
        self._recent = [log for log in [*self._recent, *fresh] if oldest < log.block <= newest]

    def book(self, contract: str, lot: int) -> Book:
        """The book of `contract` on `lot`. KeyError if there is none."""
        return self.books[contract, lot]

    def books_on(self, lot: int) -> list[Book]:
        """All books on a lot: the individuals', then the DAOs' in the order in which they entered."""
        return [self.books[contract, lot] for contract in (self._auctioneer, *self.lots[lot].daos)]

    def players(self, lot: int) -> list[int]:
        """The entries of all who play for a lot under approximate valuations, in order of arrival."""
        late = self.lots[lot].group_bids.items()
        return [
            *self.book(self._auctioneer, lot).openings,
            *(pack(lot, bid, dao) for dao, bid in late if bid > 0),
        ][:MOST_PLAYERS]

    def forget(self, lots: Iterable[int]) -> None:
        """Stops following `lots`, and the DAOs that entered no other."""
        for number in lots:
            for book in self.books_on(number):
                del self.books[book.contract, number]
            del self.lots[number]
            self._forgotten.add(number)
        self._contracts = dict.fromkeys(
            [self._auctioneer, *(dao for lot in self.lots.values() for dao in lot.daos)]
        )
        self._recent = [log for log in self._recent if log.address in self._contracts]

    def _restart(self) -> None:
        self.generation += 1
        self.lots, self.books = {}, {}
        self._contracts = {self._auctioneer: None}
        self._recent = []
        self._synced = self._first_block - 1

    def _read(self, contracts: Sequence[str], first: int, last: int) -> list[Log]:
        """The logs in these blocks. Later ones are left for the next time: more may follow in the same block."""
        if not contracts:
            return []
        return [log for log in self._chain.logs(contracts, first) if log.block <= last]

    def _entering(self, logs: Iterable[Log]) -> list[str]:
        """The DAOs that enter a lot and are not followed yet."""
        topic = self._at_auctioneer.topic("DAOEntered")
        events = (
            self._at_auctioneer.event(log)
            for log in logs
            if log.address == self._auctioneer and log.topics[:1] == (topic,)
        )
        daos = (
            event.args["dao"]
            for event in events
            if event is not None and event.args["lot"] not in self._forgotten
        )
        return [dao for dao in dict.fromkeys(daos) if dao not in self._contracts]

    def _take(self, logs: Iterable[Log]) -> None:
        try:
            for log in logs:
                contract = self._at_auctioneer if log.address == self._auctioneer else self._at_dao
                event = contract.event(log)
                if event is not None:
                    self._apply(log.address, event)
        except LookupError as error:
            self._restart()
            raise LogsMissing(f"{self._chain.name}: the logs do not add up: {error!r}") from error

    def _apply(self, contract: str, event: Event) -> None:
        number = lot_of(event)
        if number is None or number in self._forgotten:
            return
        if contract == self._auctioneer:
            if event.name == "LotListed":
                lot = self.lots[number] = Lot.listed(event.args)
                self.books[contract, number] = Book(contract, number, lot.bond_bps, of_dao=False)
            self.lots[number].apply(event)
            if event.name == "DAOEntered":
                dao, bond_bps = event.args["dao"], self.lots[number].bond_bps
                self.books[dao, number] = Book(dao, number, bond_bps, of_dao=True)
        self.books[contract, number].apply(event)


def kind_of(chain: Chain, auctioneer: str) -> str:
    """Which contract an auctioneer is: the one that can be asked for a source of random words, or the other."""
    asked = contract_named(APPROXIMATE)
    try:
        asked.decode("randomness", chain.call(auctioneer, asked.encode("randomness")))
    except (Reverted, ValueError):
        return AUCTIONEER
    return APPROXIMATE


def _by_address(logs: Iterable[Log]) -> dict[str, list[Log]]:
    """The logs of each contract in order; in which order two contracts' logs came is not kept."""
    found: dict[str, list[Log]] = {}
    for log in logs:
        found.setdefault(log.address, []).append(log)
    return found
