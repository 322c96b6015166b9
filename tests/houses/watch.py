"""Books on groups at a house, held after every transaction to what is there: whoever is owed, and whose money is out.

    chain = WatchedRevm()
    hall = Hall(chain, floor)          # on a house with an adapter
    dao = hall.enter(lot, {ann: 30, bob: 20})

From then on every transaction on the chain, whoever sends it and whether it succeeds, is followed by `Hall.check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.enumerations import BookState, Phase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.backend import Chain, Receipt, Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.houses.nouns import NounsHouse, NounsTerms
from offchain.io.units import WEI_PER_ETH
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.adapter_world import BOND_BPS, FUNDS, Floor
from tests.puppets import force

TERMS = NounsTerms(buffer=300, reserve=WEI_PER_ETH // 10, increment=5, duration=86_400)
MILLI = 10**6
"""Units in a thousandth of an ETH."""
PEOPLE = 30
STORED: Final = (
    *("number", "token id", "token", "highest limit", "end of bidding", "end of reveal"),
    *("end of tally", "bond", "deadline", "entered", "arrived", "is settled", "is delivered"),
    *("leader", "price"),
)
"""The fields of a `HouseLot`."""
SALT = bytes(32)
SPARE = 7
"""What lies under a sealed bid beyond it, in units, so that the deposit does not tell the bid."""


class WatchedRevm(Revm):
    """The EVM in this process, with somebody who looks at it after every transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.watchers: list[Callable[[], None]] = []

    def send(self, transaction: Transaction) -> Receipt:
        """See `Chain`."""
        try:
            return super().send(transaction)
        finally:
            for look in self.watchers:
                look()


@dataclass(frozen=True, slots=True)
class Make:
    """How a DAO is made: whether its bids are open, and whether it is a full copy."""

    is_open: bool = True
    is_standalone: bool = False


MAKES: Final = {
    "open": Make(),
    "sealed": Make(is_open=False),
    "open, standalone": Make(is_standalone=True),
    "sealed, standalone": Make(False, True),
}


@dataclass(slots=True)
class Book:
    """Bids of a DAO's members on a lot, in units. silent: who sealed something and never opens it, with what lies under it."""

    dao: Deployed
    lot: int
    bids: dict[str, int]
    silent: dict[str, int] = field(default_factory=dict)

    @property
    def members(self) -> list[str]:
        return [*self.bids, *self.silent]


@dataclass(slots=True)
class Hall:
    """Groups at a house; see the module.

    lies: the house keeps money, or says what is not so: where the money is that is out is not looked at then.
    restored: what strangers paid back for a DAO and lot, in units. forced: ether that nobody asked for, by address.
    """

    chain: Chain
    floor: Floor
    make: Make = field(default_factory=Make)
    lies: bool = False
    books: list[Book] = field(default_factory=list)
    restored: dict[tuple[str, int], int] = field(default_factory=dict)
    forced: dict[str, int] = field(default_factory=dict)
    salts: int = 0
    holders: set[str] = field(default_factory=set)
    total: int = 0
    gas_is_free: bool = True
    paid_before: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gas_is_free = isinstance(self.chain, WatchedRevm)
        if isinstance(self.chain, WatchedRevm):
            self.chain.watchers.append(self.check)
        floor = self.floor
        self.holders |= {self.chain.actor(i) for i in range(PEOPLE)}
        self.holders |= {
            floor.adapter.address,
            floor.market.address,
            str(floor.ask(floor.adapter, "house")),
        }
        self.holders.add(str(floor.ask(floor.adapter, "weth")))
        self.total = self._ether()
        self.paid_before = {one: self.chain.balance(one) for one in self.holders}

    # WHAT GROUPS DO

    def found(self, lots: Sequence[int]) -> Deployed:
        """A DAO of this hall's make that enters lots."""
        self.salts += 1
        floor = self.floor
        terms = (floor.adapter.address, self.make.is_open, 1, self.salts.to_bytes(32))
        kind = "Standalone" if self.make.is_standalone else ""
        at = floor.ask(floor.factory, f"predict{kind}", floor.keeper.address, *terms)
        floor.keeper.send(floor.factory, f"create{kind}", *terms, tuple(lots))
        return Deployed(contract("DAO"), at)

    def place(
        self,
        dao: Deployed,
        lot: int,
        bids: Mapping[str, int],
        silent: Mapping[str, int] | None = None,
    ) -> Book:
        """Members bid; in a sealed DAO some of them something that they never open."""
        book = Book(dao, lot, dict(bids), {} if self.make.is_open else dict(silent or {}))
        self.books.append(book)
        self.holders |= {dao.address, str(self.floor.ask(dao, "estateAt", lot))}
        self.holders.add(self.floor.paddle(lot, dao))
        for member, bid in [*book.bids.items(), *book.silent.items()]:
            if self.make.is_open:
                bidding = dao.call(member, "raiseBid", lot, value=bid * UNIT)
            else:
                seal = commitment(self.chain.chain_id, Opening(dao.address, lot, member, bid, SALT))
                bidding = dao.call(member, "commit", lot, seal, value=(bid + SPARE) * UNIT)
            self.paid_before[member] -= self.chain.send(bidding).fee
        return book

    def enter(
        self, lot: int, bids: Mapping[str, int], silent: Mapping[str, int] | None = None
    ) -> Deployed:
        """A new DAO whose members bid on one lot."""
        dao = self.found((lot,))
        self.place(dao, lot, bids, silent)
        return dao

    def open(self, *lots: int) -> None:
        """The sealed bids of lots are opened."""
        for book in () if self.make.is_open else self._books(*lots):
            openings = tuple((member, bid, SALT) for member, bid in book.bids.items())
            self.floor.keeper.send(book.dao, "revealBatch", book.lot, openings)

    def tally(self, *lots: int) -> None:
        """Every DAO of lots opens and counts its bids; time is the tally's then. The lots may have been registered seconds apart,
        where a node's clock runs.
        """
        bidding, reveal, _ = map(max, zip(*map(self.floor.ends, lots), strict=True))
        self.chain.advance_to(bidding)
        self.open(*lots)
        self.chain.advance_to(reveal)
        for book in self._books(*lots):
            self.floor.tally(book.dao, book.lot, book.bids)

    def _books(self, *lots: int) -> list[Book]:
        return [one for one in self.books if one.lot in lots]

    def book(self, dao: Deployed, lot: int) -> Book:
        (found,) = (b for b in self.books if b.dao.address == dao.address and b.lot == lot)
        return found

    def settle(self, dao: Deployed, lot: int, gas: int | None = None) -> Receipt:
        """A lot that was tallied in one step, with as much gas as it takes, or so much."""
        bids = b"".join(bid.to_bytes(8) for bid in sorted(self.book(dao, lot).bids.values()))
        settling = dao.call(self.floor.keeper.address, "settle", lot, 0, 0, bids)
        return self.chain.send(replace(settling, gas=gas))

    def recall(self, lot: int, dao: Deployed) -> Receipt:
        return self.floor.keeper.send(self.floor.adapter, "recall", lot, dao.address)

    def conclude(self, lot: int) -> Receipt:
        return self.floor.keeper.send(self.floor.adapter, "conclude", lot)

    def deliver(self, lot: int) -> Receipt:
        return self.floor.keeper.send(self.floor.adapter, "deliver", lot)

    def open_estate(self, dao: Deployed, lot: int) -> Deployed:
        """The estate of a lot that was won, with its code."""
        self.floor.keeper.send(dao, "deployEstate", lot)
        return Deployed(contract("Estate"), str(self.floor.ask(dao, "estateAt", lot)))

    # WHAT STRANGERS DO

    def force(self, sender: str, to: str, wei: int) -> None:
        """Ether that nobody can refuse."""
        self.forced[to] = self.forced.get(to, 0) + wei
        force(self.chain, sender, to, wei)

    def restore(self, sender: str, dao: Deployed, lot: int, units: int) -> None:
        """A stranger pays what a DAO lent."""
        paying = dao.call(sender, "restore", lot, value=units * UNIT)
        self.chain.estimate(paying)  # fails as it would
        place = (dao.address, lot)
        self.restored[place] = self.restored.get(place, 0) + units
        self.chain.send(paying)

    # WHAT MUST HOLD

    def check(self) -> None:
        """After every transaction: see `_check_dao`, `_check_loan`, `_check_adapter`; and all ether is where it should be."""
        for dao in {book.dao.address: book.dao for book in self.books}.values():
            self._check_dao(dao)
        for book in self.books:
            self._check_loan(book)
        self._check_adapter()
        if self.gas_is_free:
            assert self._ether() == self.total, "ether went where nobody knows of it"

    def _check_dao(self, dao: Deployed) -> None:
        """The DAO has what it owes on all lots, less what is out, to the wei; so each lot is covered by its own money."""
        backed = []
        for book in (one for one in self.books if one.dao.address == dao.address):
            out = int(self.floor.ask(dao, "lentOf", book.lot))
            owed = self.owed(book)
            assert owed >= out, f"lot {book.lot} owes {owed} and {out} are out"
            backed.append(owed - out)
        extra = self.chain.balance(dao.address) - sum(backed) * UNIT
        assert extra == self.burnt(dao) * UNIT + self.forced.get(dao.address, 0)

    def owed(self, book: Book) -> int:
        """What a DAO has to pay out on a lot, in units: deposits, less the shares of who is served."""
        state, share = self.state(book)
        owed = 0
        for member in book.members:
            bid, deposit = self.bid(book, member)
            served = state == BookState.WON and bid >= share
            if served and deposit:
                assert deposit >= share
            owed += deposit - share if served and deposit else deposit
        return owed

    def state(self, book: Book) -> tuple[BookState, int]:
        """The state of a book, and the share once it is won."""
        found = self.floor.ask(book.dao, "bookOf", book.lot)
        return BookState(found[6]), int(found[5])

    def bid(self, book: Book, member: str) -> tuple[int, int]:
        """An open bid, 0 while it is sealed, and what lies under it."""
        _, bid, deposit = self.floor.ask(book.dao, "bidOf", book.lot, member)
        return int(bid), int(deposit)

    def burnt(self, dao: Deployed) -> int:
        """The bonds of the silent who were paid out."""
        logs = self.chain.logs([dao.address], 0, topics=[contract("DAO").topic("BondBurnt")])
        return sum(dao.contract.event(log).args["bond"] for log in logs)  # type: ignore[union-attr]

    def _check_loan(self, book: Book) -> None:
        """What is out is the last bid of who leads, never more than the limit, and lies in the paddle or at the house."""
        floor, lot, dao = self.floor, book.lot, book.dao
        lent = int(floor.ask(dao, "lentOf", lot))
        assert lent <= reach(book.bids.values())
        home = self.restored.get((dao.address, lot), 0)
        item = self.lot_of(lot)
        price = int(item["price"])
        expected = price if item["leader"] == dao.address and not item["is settled"] else 0
        assert lent in (expected, max(0, expected - home))
        if not lent or self.lies:
            return
        paddle = floor.paddle(lot, dao)
        wrapped = self.wrapped(paddle)
        reading = floor.ask(floor.adapter, "readingOf", lot)
        leads = reading[1] == paddle and int(reading[2]) == price * UNIT
        has_item = floor.house.auction().number != item["number"] or floor.house.auction().settled
        assert self.chain.balance(paddle) + wrapped >= price * UNIT or leads or has_item
        if leads and not floor.house.auction().settled:
            assert self.chain.balance(str(floor.ask(floor.adapter, "house"))) >= price * UNIT

    def lot_of(self, lot: int) -> dict[str, Any]:
        """What the adapter has stored of a lot."""
        stored = self.floor.ask(self.floor.adapter, "lotOf", lot)
        return dict(zip(STORED, stored, strict=True))

    def wrapped(self, paddle: str) -> int:
        """How much of the house's WETH somebody has, in wei."""
        weth = Deployed(contract("HostileWrapped"), self.floor.ask(self.floor.adapter, "weth"))
        return int(self.floor.ask(weth, "balanceOf", paddle))

    def _check_adapter(self) -> None:
        """It has the proceeds that it owes, the rounding of shares, less than a unit a member, and what was forced on it."""
        floor, rounding, owed = self.floor, 0, 0
        for book in self.books:
            state, share = self.state(book)
            if state != BookState.WON:
                continue
            price = int(self.lot_of(book.lot)["price"])
            served = int(floor.ask(book.dao, "servedOf", book.lot))
            assert 0 <= share * served - price < served
            rounding += share * served - price + self.restored.get((book.dao.address, book.lot), 0)
            owed += int(
                floor.ask(floor.adapter, "proceeds", floor.ask(book.dao, "estateAt", book.lot))
            )
        has = self.chain.balance(floor.adapter.address)
        assert has == rounding * UNIT + owed + self.forced.get(floor.adapter.address, 0)

    def _ether(self) -> int:
        return sum(self.chain.balance(one) for one in self.holders)

    # WHAT EVERYBODY CAN DO IN THE END

    def leave(self, *lots: int) -> None:
        """A stranger ends lots by the steps that are open to anyone; all members have what is theirs after it.

        Served members have paid the share, at most their bid; the silent their bond, which is burnt; all others nothing.
        """
        lots = lots or tuple({book.lot: None for book in self.books})
        for lot in lots:
            self._end(lot)
        for book in (one for one in self.books if one.lot in lots):
            assert self.owed(book) == 0, f"{book.lot}: {self.floor.standing(book.lot)}"
            state, share = self.state(book)
            for member, bid in book.bids.items():
                served = bool(self.floor.ask(book.dao, "isServed", book.lot, member))
                assert served == (state == BookState.WON and bid >= share)
        self._check_payments()

    def _end(self, lot: int) -> None:
        books = [one for one in self.books if one.lot == lot]
        with suppress(Reverted):
            self.conclude(lot)
        for book in books:
            with suppress(Reverted):
                self.recall(lot, book.dao)
        for book in books:
            standing = self.floor.standing(lot)
            if standing.phase == Phase.CLOSED and standing.leader == book.dao.address:
                self.settle(book.dao, lot)
        for book in books:
            self.floor.keeper.send(book.dao, "claimBatch", lot, tuple(book.members))

    def _check_payments(self) -> None:
        """Of every member, over all its lots, to the wei; only once all of these were left."""
        if any(self.owed(book) for book in self.books):
            return
        due: dict[str, int] = {}
        for book in self.books:
            state, share = self.state(book)
            for member, bid in book.bids.items():
                due[member] = due.get(member, 0) + (
                    share * UNIT if state == BookState.WON and bid >= share else 0
                )
            for member, bid in book.silent.items():
                due[member] = due.get(member, 0) + (bid + SPARE) * BOND_BPS // 10_000 * UNIT
        for member, wei in due.items():
            assert self.paid_before[member] - self.chain.balance(member) == wei


def group(chain: Chain, first: int, *millis: int) -> dict[str, int]:
    """Bids of the people from `first` on, in thousandths of an ETH."""
    return {chain.actor(first + i): bid * MILLI for i, bid in enumerate(millis)}


def watched_hall(version: int, make: Make, terms: NounsTerms = TERMS) -> Hall:
    """Nouns' real house on a chain of its own, with people who have money. Person 0 owns it, 1 takes every open step."""
    chain = WatchedRevm()
    chain.fund_all({chain.actor(i): FUNDS for i in range(PEOPLE)})
    house = NounsHouse.deploy(chain, chain.actor(0), terms)
    if version == 2:
        house.upgrade()
    return Hall(chain, Floor.on_nouns(house, chain.actor(1)), make)


def reach(bids: Iterable[int]) -> int:
    """What a group is willing to pay: the most that some of its members can in equal shares."""
    ordered = sorted(bids, reverse=True)
    return max((rank * bid for rank, bid in enumerate(ordered, start=1)), default=0)
