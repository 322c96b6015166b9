"""What some contracts logged, followed block by block: read once, compared with the chain again, kept, and rebuilt if it differs.

A `Logbook` only ever reads; feeding it the same logs again in the same order gives the same lots, which is what lets a keeper be
killed and started again. What the logs of a kind of auction mean is for those that derive from it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final, Generic, Protocol, TypeVar

from offchain.bindings.contracts import Contract, Event
from offchain.bindings.contracts import contract as contract_named
from offchain.chain.backend import Chain, Log
from offchain.chain.errors import ChainError
from offchain.keeper.books import Args
from offchain.keeper.logstore import LogStore

REORG_DEPTH: Final = 64
"""How many of the newest blocks `sync` can compare with what it read before: two epochs, after which Ethereum is final."""

STRIDE: Final = 256
"""How many blocks are read at first: those of a stride in which contracts are met for the first time are read twice."""

LotT = TypeVar("LotT")


class LogsMissing(ChainError):
    """The logs do not add up, so the node left some out; the next `sync` reads everything anew."""


class Logbook(ABC, Generic[LotT]):
    """The lots of one auctioneer, as logs have them.

    generation: grows when they had to be rebuilt, which makes new objects of all of them.
    auctioneer: its address. kind: which contract it is.
    """

    def __init__(
        self,
        chain: Chain,
        auctioneer: str,
        first_block: int,
        kind: str,
        topics: Iterable[bytes],
        store: LogStore | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """`first_block`: the first in which a contract that is followed can have logged anything. `topics`: of the events that
        matter. `store`: where what is final is kept from one to the next. `progress` is called with the block that has been read,
        and the newest.
        """
        self.kind: Final = kind
        self.auctioneer: Final = auctioneer
        self._chain = chain
        self._first_block = first_block
        self._at_auctioneer = contract_named(kind)
        self._topics = sorted(topics)
        self._store = store
        self._is_loaded = store is None
        self._progress = progress or (lambda block, newest: None)
        self.generation = 0
        self.lots: dict[int, LotT] = {}
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
        """Of how many contracts logs are read."""
        return len(self._contracts)

    @property
    def listed(self) -> int:
        """How many lots were listed, as far as logs tell; those that were forgotten count."""
        return len(self.lots) + len(self._forgotten)

    @property
    def recent(self) -> Sequence[Log]:
        """What was read of the newest `REORG_DEPTH` blocks."""
        return self._recent

    def reads(self, log: Log) -> bool:
        """Whether it is of an event that matters."""
        return bool(log.topics) and log.topics[0] in self._topics

    def restart(self) -> None:
        """Forgets everything, so that the next `sync` reads it anew."""
        self._restart()
        if self._store is not None:
            self._store.clear()

    def sync(self, recheck: int = 0) -> None:
        """Reads what has happened since the last call; O(new logs).

        Also compares the logs of the last `recheck` blocks (at most `REORG_DEPTH`) with what they were; if any differ, because
        the chain was reorganized or the node had left some out, it rebuilds all lots. A long way is read in strides, each twice
        the one before, so that what ends it loses at most about half.

        Raises:
            ChainError: the chain could not be read; the lots stay as they were after the last stride, or (`LogsMissing`) start
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
        met = self._entering(fresh)
        # nothing that matters comes before it is met
        since = min(met.values(), default=last)
        fresh += self._read(list(met), since, last, newest)
        self._contracts.update(dict.fromkeys(met))
        self._take(fresh)
        self._reached(last, fresh)
        if self._store is not None:
            self._store.hear(fresh)
            if not self._store.save(min(last, newest - REORG_DEPTH)):
                self._restart()
                raise LogsMissing(f"{self._chain.name}: the chain lost blocks that were final")

    def forget(self, lots: Iterable[int]) -> None:
        """Stops following `lots`, and what was followed for their sake alone."""
        gone = list(lots)
        self._drop(gone)
        if self._store is not None:
            self._store.forget(gone)

    def contract_at(self, address: str) -> Contract:
        """What is at an address that is followed."""
        return self._at_auctioneer

    def _drop(self, lots: Iterable[int]) -> None:
        for number in lots:
            self._forgotten.add(number)
            self._discard(number)
        self._contracts = dict.fromkeys([self.auctioneer, *self._others()])
        self._recent = [log for log in self._recent if log.address in self._contracts]

    # What the logs mean

    @abstractmethod
    def _apply(self, contract: str, number: int, event: Event) -> None:
        """Takes in what a contract said of the lot of that number. LookupError if something before it is missing."""

    def _lot_of(self, event: Event) -> int | None:
        """The lot that an event is about, None if it is about none."""
        number: int | None = event.args.get("lot")
        return number

    def _clear(self) -> None:
        """Forgets all lots."""
        self.lots = {}

    def _discard(self, number: int) -> None:
        """Forgets a lot, if it is there."""
        self.lots.pop(number, None)

    def _entering(self, logs: Iterable[Log]) -> dict[str, int]:
        """The contracts that have to be followed from now on for the sake of these logs, each from which block."""
        return {}

    def _others(self) -> Iterable[str]:
        """The contracts that have to be followed for the lots there are, beside the auctioneer."""
        return ()

    # Reading

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
        self._clear()
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

    def _take(self, logs: Iterable[Log]) -> None:
        try:
            for log in logs:
                event = self.contract_at(log.address).event(log)
                number = None if event is None else self._lot_of(event)
                if event is not None and number is not None and number not in self._forgotten:
                    self._apply(log.address, number, event)
        except LookupError as error:
            self.restart()
            raise LogsMissing(f"{self._chain.name}: the logs do not add up: {error!r}") from error


def _by_address(logs: Iterable[Log]) -> dict[str, list[Log]]:
    """The logs of each contract in order; in which order two contracts' logs came is not kept."""
    found: dict[str, list[Log]] = {}
    for log in logs:
        found.setdefault(log.address, []).append(log)
    return found


class Listed(Protocol):
    """A lot of an auction without groups: all that is known of it comes from the logs that name it."""

    def apply(self, event: Event) -> None:
        """Takes an event of this lot; others change nothing. KeyError if an earlier one is missing."""


ListedT = TypeVar("ListedT", bound=Listed)


class PlainLogbook(Logbook[ListedT]):
    """The lots of one auction without groups. CONTRACT: its name. EVENTS: what a lot takes, by name."""

    CONTRACT: ClassVar[str]
    EVENTS: ClassVar[Iterable[str]]

    def __init__(
        self,
        chain: Chain,
        auction: str,
        first_block: int = 0,
        store: LogStore | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """As `Logbook`."""
        topics = contract_named(self.CONTRACT).topics({"LotListed", *self.EVENTS})
        super().__init__(chain, auction, first_block, self.CONTRACT, topics, store, progress)

    @abstractmethod
    def _listed(self, args: Args) -> ListedT:
        """The lot of a `LotListed`."""

    def _apply(self, contract: str, number: int, event: Event) -> None:
        if event.name == "LotListed":
            self.lots[number] = self._listed(event.args)
        self.lots[number].apply(event)
