"""Every book of an auctioneer and of the DAOs that entered its lots, rebuilt from event logs alone.

A `Ledger` only ever reads; feeding it the same logs again in the same order gives the same books,
which is what lets a keeper be killed and started again.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from offchain.bindings.adapters import ADAPTER
from offchain.bindings.constants import MOST_PLAYERS
from offchain.bindings.contracts import Event
from offchain.bindings.contracts import contract as contract_named
from offchain.bindings.entries import pack
from offchain.chain.backend import Chain, Log
from offchain.chain.errors import ChainError
from offchain.keeper.books import EVENTS, LISTINGS, Book, Lot, lot_of
from offchain.keeper.logstore import LogStore

AUCTIONEER: Final = "Auctioneer"
APPROXIMATE: Final = "ApproximateAuction"
"""The contracts whose lots a ledger can follow; both are an AuctionHouse. Or an adapter on a house of others, of any make."""

REORG_DEPTH: Final = 64
"""How many of the newest blocks `sync` can compare with what it read before: two epochs, after which Ethereum is final."""

STRIDE: Final = 256
"""How many blocks a ledger reads at first: those of a stride in which DAOs are met for the first time are read twice."""


class LogsMissing(ChainError):
    """The logs do not add up, so the node left some out; the next `sync` reads everything anew."""


class Ledger:
    """The lots of one auctioneer and all their books.

    generation: grows when the books had to be rebuilt, which makes new objects of all of them.
    auctioneer: its address. kind: which contract it is. draws: whether its lots are decided by draws. at_house: whether an
    auction at a house of others decides them: the auctioneer is an adapter.
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
        """`first_block`: the first in which the auctioneer, or a DAO made for it, can have logged anything. `store`: where what
        is final is kept from one ledger to the next. `progress` is called with the block that has been read, and the newest.
        """
        self.kind: Final = kind
        self.draws: Final = kind == APPROXIMATE
        self.at_house: Final = kind == ADAPTER
        self._chain = chain
        self.auctioneer: Final = auctioneer
        self._first_block = first_block
        self._at_auctioneer = contract_named(kind)
        self._at_dao = contract_named("DAO")
        self._topics = sorted(self._at_auctioneer.topics(EVENTS) | self._at_dao.topics(EVENTS))
        self._store = store
        self._is_loaded = store is None
        self._progress = progress or (lambda block, newest: None)
        self.generation = 0
        self.lots: dict[int, Lot] = {}
        self.books: dict[tuple[str, int], Book] = {}
        self._contracts: dict[str, None] = {auctioneer: None}
        self._forgotten: set[int] = set()
        self._recent: list[Log] = []
        self._synced = first_block - 1

    @property
    def synced(self) -> int:
        """The block up to which everything has been read."""
        return self._synced

    @property
    def followed(self) -> int:
        """Of how many contracts logs are read: the auctioneer, and the DAOs that entered a lot that was not forgotten."""
        return len(self._contracts)

    @property
    def listed(self) -> int:
        """How many lots were listed, as far as logs tell; those that were forgotten count."""
        return len(self.lots) + len(self._forgotten)

    def restart(self) -> None:
        """Forgets everything, so that the next `sync` reads it anew."""
        self._restart()
        if self._store is not None:
            self._store.clear()

    def sync(self, recheck: int = 0) -> None:
        """Reads what has happened since the last call; O(new logs).

        Also compares the logs of the last `recheck` blocks (at most `REORG_DEPTH`) with what they were; if any differ, because
        the chain was reorganized or the node had left some out, it rebuilds all books. A long way is read in strides, each twice
        the one before, so that what ends it loses at most about half.

        Raises:
            ChainError: the chain could not be read; the books stay as they were after the last stride, or (`LogsMissing`) start
                anew.
        """
        newest = self._chain.block()
        if newest == self._synced:
            return
        self._progress(self._synced, newest)
        self._load()
        stride = STRIDE
        self._sync_to(min(newest, self._synced + stride), newest, recheck)
        while self._synced < newest:
            stride *= 2
            self._sync_to(min(newest, self._synced + stride), newest, 0)
        self._progress(newest, newest)

    def _sync_to(self, last: int, newest: int, recheck: int) -> None:
        """Reads up to block `last`. All is read before anything changes: a node that fails in between costs nothing."""
        depth = min(recheck, REORG_DEPTH) if last > self._synced else REORG_DEPTH
        start = max(self._first_block, self._synced + 1 - depth)
        logs = self._read(list(self._contracts), start, last, newest)
        old = [log for log in logs if log.block <= self._synced]
        known = [log for log in self._recent if log.block >= start]
        if last < start - 1 or (depth and _by_address(old) != _by_address(known)):
            self._restart()
            self._load()
            last = min(newest, self._synced + STRIDE)
            logs, old = self._read(list(self._contracts), self._synced + 1, last, newest), []
        fresh = logs[len(old) :]
        new_daos = self._entering(fresh)
        # a DAO's book of a lot is opened as the DAO enters it
        since = min(new_daos.values(), default=last)
        fresh += self._read(list(new_daos), since, last, newest)
        self._contracts.update(dict.fromkeys(new_daos))
        self._take(fresh)
        self._reached(last, fresh)
        if self._store is not None:
            self._store.hear(fresh)
            if not self._store.save(min(last, newest - REORG_DEPTH)):
                self._restart()
                raise LogsMissing(f"{self._chain.name}: the chain lost blocks that were final")

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

    def forget(self, lots: Iterable[int]) -> None:
        """Stops following `lots`, and the DAOs that entered no other."""
        gone = list(lots)
        self._drop(gone)
        if self._store is not None:
            self._store.forget(gone)

    def _drop(self, lots: Iterable[int]) -> None:
        for number in lots:
            self._forgotten.add(number)
            lot = self.lots.pop(number, None)
            for contract in (self.auctioneer, *(lot.daos if lot is not None else ())):
                self.books.pop((contract, number), None)
        self._contracts = dict.fromkeys(
            [self.auctioneer, *(dao for lot in self.lots.values() for dao in lot.daos)]
        )
        self._recent = [log for log in self._recent if log.address in self._contracts]

    def _load(self) -> None:
        """Takes what an earlier ledger left in the store."""
        if self._store is None or self._is_loaded:
            return
        entries = self._store.load()
        self._is_loaded = True
        for entry in entries:
            self._contracts.update(dict.fromkeys(self._entering(entry.logs)))
            self._take(entry.logs)
            self._reached(entry.last, entry.logs)
            self._drop(entry.forgotten)

    def _reached(self, last: int, fresh: Iterable[Log]) -> None:
        """Notes that everything up to block `last` has been taken, `fresh` as the last of it."""
        self._synced = last
        oldest = last - REORG_DEPTH
        self._recent = [log for log in [*self._recent, *fresh] if oldest < log.block <= last]

    def _restart(self) -> None:
        self.generation += 1
        self.lots, self.books = {}, {}
        self._contracts = {self.auctioneer: None}
        self._recent = []
        self._synced = self._first_block - 1
        self._is_loaded = self._store is None

    def _read(self, contracts: Sequence[str], first: int, last: int, newest: int) -> list[Log]:
        """The logs in these blocks. Later ones are left for the next time: more may follow in the same block."""
        if not contracts or first > last:
            return []
        logs = self._chain.logs(
            contracts,
            first,
            last_block=last,
            topics=self._topics,
            progress=lambda block: self._progress(block, newest),
        )
        return [log for log in logs if log.block <= last]

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

    def _take(self, logs: Iterable[Log]) -> None:
        try:
            for log in logs:
                contract = self._at_auctioneer if log.address == self.auctioneer else self._at_dao
                event = contract.event(log)
                if event is not None:
                    self._apply(log.address, event)
        except LookupError as error:
            self.restart()
            raise LogsMissing(f"{self._chain.name}: the logs do not add up: {error!r}") from error

    def _apply(self, contract: str, event: Event) -> None:
        number = lot_of(event)
        if number is None or number in self._forgotten:
            return
        if contract == self.auctioneer:
            if event.name in LISTINGS:
                lot = self.lots[number] = Lot.listed(event.args)
                self.books[contract, number] = Book(contract, number, lot.bond_bps, of_dao=False)
            self.lots[number].apply(event)
            if event.name == "DAOEntered":
                dao, bond_bps = event.args["dao"], self.lots[number].bond_bps
                self.books[dao, number] = Book(dao, number, bond_bps, of_dao=True)
        self.books[contract, number].apply(event)


def _by_address(logs: Iterable[Log]) -> dict[str, list[Log]]:
    """The logs of each contract in order; in which order two contracts' logs came is not kept."""
    found: dict[str, list[Log]] = {}
    for log in logs:
        found.setdefault(log.address, []).append(log)
    return found
