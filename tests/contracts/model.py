"""All contracts in plain Python: who may do what when, and every wei that it moves.

The random walk holds this model against the chain, transaction by transaction, errors and their
arguments included. It is written from the contracts' documentation, without packing, logs or gas.
Amounts are in units unless a name ends in ``wei``; accounts are checksummed addresses.
"""

import copy
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from offchain.bindings.enumerations import BookState, Flaw, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.mechanism import MOST, NOBODY, commitment, entry, open_slot, sealed_slot

WINDOW = 72 * 3600
PHASE = range(600, 30 * 24 * 3600 + 1)
BOND_BPS = range(1_000, 10_001)
MAX_LOCK = 160
EVERYBODY = "everybody"
STEP = 500
FLAWS = {
    Flaw.NO_BID: "NoBid",
    Flaw.ALREADY_REVEALED: "AlreadyRevealed",
    Flaw.WRONG_OPENING: "WrongOpening",
    Flaw.ZERO_BID: "ZeroBid",
}


class Refused(Exception):
    """What a call reverts with."""

    def __init__(self, name: str, *arguments: Any) -> None:
        super().__init__(name, *arguments)
        self.name, self.arguments = name, arguments


@dataclass
class Bid:
    """A bid and its deposit; sealed as long as there is a seal."""

    deposit: int = 0
    bid: int = 0
    seal: bytes = b""

    @property
    def slot(self) -> int:
        """As stored."""
        return (
            sealed_slot(self.seal, self.deposit) if self.seal else open_slot(self.bid, self.deposit)
        )


@dataclass
class Book:
    """One contract's book on one lot."""

    ends: tuple[int, int, int]
    bond_bps: int
    bids: dict[str, Bid] = field(default_factory=lambda: defaultdict(Bid))
    state: int = BookState.RUNNING
    share: int = 0

    @property
    def opened(self) -> int:
        """How many bids are open."""
        return sum(1 for bid in self.bids.values() if bid.bid and not bid.seal)


@dataclass
class Lot:
    """A lot and its upper auction."""

    seller: str
    token_id: int
    reserve: int
    book: Book
    awaited: set[str] = field(default_factory=set)
    arrived: set[str] = field(default_factory=set)
    offers: list[tuple[int, str]] = field(default_factory=list)

    @property
    def leader(self) -> str:
        """The first of the highest bidders that reach the reserve."""
        good = [offer for offer in self.offers if offer[0] >= self.reserve]
        return max(good, key=lambda offer: offer[0])[1] if good else NOBODY

    @property
    def price(self) -> int:
        """The least bid with which the leader would still lead."""
        place = next((i for i, offer in enumerate(self.offers) if offer[1] == self.leader), None)
        rivals = [
            bid + (i < place) if place is not None else bid
            for i, (bid, _) in enumerate(self.offers)
            if i != place
        ]
        return max([self.reserve, *rivals])


@dataclass
class DAO:
    """The lower level."""

    is_open: bool
    minimum: int
    books: dict[int, Book] = field(default_factory=dict)
    results: dict[int, tuple[str, int]] = field(default_factory=dict)
    counted: dict[tuple[int, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    steps: dict[tuple[int, str, int], tuple[int, ...]] = field(default_factory=dict)


@dataclass
class World:
    """An auctioneer, its DAOs, and everybody's money."""

    auctioneer: str
    now: int = 0
    lots: dict[int, Lot] = field(default_factory=dict)
    daos: dict[str, DAO] = field(default_factory=dict)
    items: dict[int, str] = field(default_factory=dict)
    token: str = NOBODY
    recipients: dict[tuple[int, str], str] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)
    proceeds_wei: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    balance_wei: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    burnt_wei: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def do(self, at: str, name: str, sender: str, value_wei: int, *args: Any) -> Refused | None:
        """Make a call; if it is refused nothing has changed."""
        before = copy.deepcopy(self.__dict__)
        try:
            self._move(sender, at, value_wei)
            getattr(self, name)(at, sender, value_wei, *args)
        except Refused as refused:
            self.__dict__ = before
            return refused
        return None

    def owed_wei(self, at: str) -> int:
        """All that a contract owes, from its bids."""
        if at == self.auctioneer:
            books = [(lot, self.lots[lot].book) for lot in self.lots]
            other = sum(self.proceeds_wei.values())
        else:
            books = list(self.daos[at].books.items())
            other = 0
        deposits = sum(self._due(at, lot, book, who) for lot, book in books for who in book.bids)
        return WEI_PER_UNIT * deposits + other

    def phase(self, at: str, lot: int) -> Phase:
        """Where the lot stands, seen from a contract."""
        if lot not in self.lots or (at in self.daos and lot not in self.daos[at].books):
            return Phase.NONE
        item = self.lots[lot]
        bidding, reveal, tally = item.book.ends
        if item.book.state == BookState.WON:
            return Phase.SETTLED
        if self.now < bidding:
            return Phase.BIDDING
        if self.now < reveal:
            return Phase.REVEAL
        if self.now < tally and item.awaited - item.arrived:
            return Phase.TALLY
        return Phase.CLOSED if item.leader != NOBODY and self.now < tally + WINDOW else Phase.VOID

    def book(self, at: str, lot: int) -> Book | None:
        """A contract's book, if it has one."""
        if at == self.auctioneer:
            return self.lots[lot].book if lot in self.lots else None
        return self.daos[at].books.get(lot)

    # SELLING

    def list(
        self, at: str, sender: str, _: int, token: str, token_id: int, reserve: int, schedule: Any
    ) -> None:
        """An item comes into escrow."""
        *ends, bond_bps = schedule
        if reserve == 0:
            raise Refused("ReserveTooLow", reserve)
        phases = (ends[1] - ends[0], ends[2] - ends[1])
        if ends[0] <= self.now or not all(length in PHASE for length in phases):
            raise Refused("BadSchedule", *ends)
        if bond_bps not in BOND_BPS:
            raise Refused("BondTooLow" if bond_bps < BOND_BPS[0] else "BondTooHigh", bond_bps)
        if token_id not in self.items:
            raise Refused("ERC721NonexistentToken", token_id)
        if self.items[token_id] != sender:
            raise Refused("NotItemOwner", token, token_id, sender)
        self.items[token_id] = at
        book = Book((ends[0], ends[1], ends[2]), bond_bps)
        self.lots[len(self.lots) + 1] = Lot(sender, token_id, reserve, book)

    def relist(self, at: str, sender: str, _: int, lot: int, reserve: int, schedule: Any) -> None:
        """What a lot sold is listed again, by whoever owns it."""
        sold = self.lots.get(lot)
        token, token_id = (self.token, sold.token_id) if sold else (NOBODY, 0)
        self.list(at, sender, 0, token, token_id, reserve, schedule)

    def reclaim(self, at: str, _: str, __: int, lot: int) -> None:
        """The item of a void lot goes back, once."""
        self._demand(at, lot, Phase.VOID)
        item = self.lots[lot]
        if item.book.state == BookState.LOST:
            raise Refused("WrongPhase", lot, Phase.VOID)
        item.book.state = BookState.LOST
        self.items[item.token_id] = item.seller

    def withdrawProceeds(self, at: str, sender: str, _: int, recipient: str) -> None:
        """A seller is paid."""
        amount_wei = self.proceeds_wei.pop(sender, 0)
        if amount_wei == 0:
            raise Refused("NoProceeds", sender)
        self._send(at, recipient, amount_wei)

    def submit(self, _: str, sender: str, __: int, lot: int, bid: int) -> None:
        """Only DAOs bid late, and they do not do it by themselves."""
        raise Refused("UnknownDAO", sender)

    def pay(self, at: str, sender: str, _: int, lot: int, __: str) -> None:
        """Only a leading DAO pays, from within its settlement."""
        self._demand(at, lot, Phase.CLOSED)
        raise Refused("NotLeader", lot, sender)

    # BIDDING

    def enter(self, at: str, sender: str, _: int, lot: int) -> None:
        """A DAO enters a lot; nobody else does."""
        if at == self.auctioneer:
            raise Refused("UnknownDAO", sender)
        if lot in self.daos[at].books:
            raise Refused("AlreadyEntered", lot)
        self._demand(self.auctioneer, lot, Phase.BIDDING)
        item = self.lots[lot]
        item.awaited.add(at)
        self.daos[at].books[lot] = Book(item.book.ends, item.book.bond_bps)

    def commit(
        self, at: str, sender: str, value_wei: int, lot: int, seal: bytes, lock: bytes = b""
    ) -> None:
        """A sealed bid."""
        self._seal(at, sender, lot, seal, _units(value_wei), lock)

    def commitMany(
        self, at: str, sender: str, value_wei: int, seals: Sequence[Any], locks: Sequence[bytes]
    ) -> None:
        """Several."""
        if len(seals) != len(locks):
            raise Refused("LocksMismatch", len(seals), len(locks))
        for (lot, seal, added), lock in zip(seals, locks, strict=True):
            self._seal(at, sender, lot, seal, added, lock)
        self._demand_value(sum(added for _, _, added in seals), value_wei)

    def roll(
        self,
        at: str,
        sender: str,
        value_wei: int,
        source: int,
        lot: int,
        seal: bytes,
        lock: bytes = b"",
    ) -> None:
        """A sealed bid under what is left of a deposit on another lot."""
        due = self._claim(at, source, sender)
        self._seal(at, sender, lot, seal, due + _units(value_wei), lock)

    def nameRecipient(self, at: str, sender: str, _: int, lot: int, recipient: str) -> None:
        """To whom the item goes if the sender wins."""
        now = self.phase(at, lot)
        if now == Phase.NONE or now > Phase.CLOSED:
            raise Refused("WrongPhase", lot, now)
        if not self.lots[lot].book.bids.get(sender, Bid()).deposit:
            raise Refused("NoBid", lot, sender)
        if recipient in (NOBODY, at):
            raise Refused("BadRecipient", recipient)
        self.recipients[lot, sender] = recipient

    def raiseBid(self, at: str, sender: str, value_wei: int, lot: int) -> None:
        """An open bid."""
        self._place(at, sender, lot, _units(value_wei))

    def raiseMany(self, at: str, sender: str, value_wei: int, raises: Sequence[Any]) -> None:
        """Several."""
        for lot, added in raises:
            self._place(at, sender, lot, added)
        self._demand_value(sum(added for _, added in raises), value_wei)

    def withdraw(self, at: str, sender: str, _: int, lot: int, recipient: str) -> None:
        """A bid is taken back."""
        bids = self._demand(at, lot, Phase.BIDDING).bids
        if not bids[sender].deposit:
            raise Refused("NoBid", lot, sender)
        self._send(at, recipient, WEI_PER_UNIT * bids.pop(sender).deposit)

    # REVEAL

    def reveal(self, at: str, sender: str, _: int, lot: int, bid: int, salt: bytes) -> None:
        """One's own bid opens, or the flaw is the error."""
        book = self._demand(at, lot, Phase.REVEAL)
        flaw = self._open(at, lot, book, sender, bid, salt)
        if flaw in FLAWS:
            raise Refused(FLAWS[flaw], lot, sender)
        if flaw == Flaw.BID_ABOVE_DEPOSIT:
            raise Refused("BidAboveDeposit", lot, sender, bid, book.bids[sender].deposit)
        if flaw == Flaw.BELOW_MINIMUM:
            raise Refused("BelowMinimum", lot, sender, bid, self._minimum(at))

    def revealBatch(self, at: str, _: str, __: int, lot: int, openings: Sequence[Any]) -> None:
        """Whatever opens, opens."""
        book = self._demand(at, lot, Phase.REVEAL)
        for bidder, bid, salt in openings:
            self._open(at, lot, book, bidder, bid, salt)

    # TALLY AND SETTLEMENT

    def tally(self, at: str, sender: str, _: int, lot: int, members: Sequence[str]) -> None:
        """The next members of a caller's tally; the DAO bids when none is left."""
        dao, book = self.daos[at], self.book(at, lot)
        if book is None or not book.ends[1] <= self.now < book.ends[2]:
            raise Refused("WrongPhase", lot, self.phase(at, lot))
        if book.state != BookState.RUNNING:
            raise Refused("WrongPhase", lot, self.phase(at, lot))
        if lot in dao.results:
            raise Refused("AlreadyTallied", lot, dao.results[lot][0])
        if len(members) > STEP:
            raise Refused("StepTooLarge", len(members), STEP)
        counted = dao.counted[lot, sender]
        start = len(counted)
        if not members and start < book.opened:
            return
        for member in members:
            bid = book.bids.get(member, Bid())
            if bid.seal or not bid.deposit:
                raise Refused("NotRevealed", member)
            if counted and entry(0, bid.bid, member) <= entry(
                0, book.bids[counted[-1]].bid, counted[-1]
            ):
                raise Refused("OutOfOrder", member)
            counted.append(member)
        dao.steps[lot, sender, start] = tuple(book.bids[member].bid for member in members)
        if len(counted) == book.opened:
            dao.results[lot] = sender, self._best(dao, book, lot, sender, len(counted))
            self.lots[lot].arrived.add(at)
            self.lots[lot].offers.append((dao.results[lot][1], at))

    def settle(self, at: str, _: str, __: int, lot: int, *proof: Any) -> None:
        """The winner pays, and gets the item."""
        if at == self.auctioneer:
            self._settle_individual(lot)
        else:
            self._settle_dao(at, lot, *proof)

    def _settle_individual(self, lot: int) -> None:
        self._demand(self.auctioneer, lot, Phase.CLOSED)
        item = self.lots[lot]
        if item.leader in item.awaited:
            raise Refused("LedByDAO", lot, item.leader)
        item.book.state, item.book.share = BookState.WON, item.price
        self.proceeds_wei[item.seller] += WEI_PER_UNIT * item.price
        self.items[item.token_id] = self.recipients.get((lot, item.leader), item.leader)

    def _settle_dao(self, at: str, lot: int, start: int, best: int, packed: bytes) -> None:
        if self.phase(self.auctioneer, lot) != Phase.CLOSED:
            raise Refused("WrongPhase", lot, self.phase(self.auctioneer, lot))
        dao, item = self.daos[at], self.lots[lot]
        if item.leader != at:
            raise Refused("NotWinner", lot, item.leader)
        tallier, book = dao.results[lot][0], dao.books[lot]
        step = dao.steps.get((lot, tallier, start))
        bids = tuple(int.from_bytes(packed[i : i + 8], "big") for i in range(0, len(packed), 8))
        if step != bids or len(packed) % 8 or best != self._best(dao, book, lot, tallier, start):
            raise Refused("DigestMismatch", lot, start)
        price = item.price
        ranks = range(book.opened - start, 0, -1)
        served = [rank for rank, bid in zip(ranks, bids, strict=False) if rank * bid >= price]
        if best >= price or not served:
            raise Refused("WrongCheckpoint", lot, start)
        book.state, book.share = BookState.WON, -(-price // served[0])
        del dao.steps[lot, tallier, start], dao.results[lot]
        paid_wei = WEI_PER_UNIT * served[0] * book.share
        self._move(at, self.auctioneer, paid_wei)
        item.book.state = BookState.WON
        self.proceeds_wei[item.seller] += paid_wei
        self.items[item.token_id] = estate(at, lot)

    # CLAIMS

    def claim(self, at: str, sender: str, _: int, lot: int) -> None:
        """What is left of one's deposit."""
        self.claimTo(at, sender, 0, lot, sender)

    def claimTo(self, at: str, sender: str, _: int, lot: int, recipient: str) -> None:
        """The same, to somebody else."""
        self._send(at, recipient, WEI_PER_UNIT * self._claim(at, lot, sender))

    def claimBatch(self, at: str, _: str, __: int, lot: int, bidders: Sequence[str]) -> None:
        """The same for many; of who takes no ether everything stays as it was."""
        awaited = self._resolve(at, lot)
        if awaited == EVERYBODY:
            self._demand_revealed(at, lot)
        for bidder in bidders:
            before = self._bid(at, lot, bidder)
            due, bond = self._take(at, lot, bidder, awaited)
            if due and bidder in self.refusing:
                self._book(at, lot).bids[bidder] = before
                continue
            if due:
                self._send(at, bidder, WEI_PER_UNIT * due)
            self.burnt_wei[at] += WEI_PER_UNIT * bond

    def multicall(self, at: str, sender: str, _: int, calls: Sequence[tuple[Any, ...]]) -> None:
        """Several calls without ether, all or none."""
        for name, *args in calls:
            getattr(self, name)(at, sender, 0, *args)

    # SHARED STEPS

    def _demand(self, at: str, lot: int, phase: int) -> Book:
        now, book = self.phase(at, lot), self.book(at, lot)
        if now != phase or book is None:
            raise Refused("WrongPhase", lot, now)
        return book

    def _demand_value(self, named: int, value_wei: int) -> None:
        if WEI_PER_UNIT * named != value_wei:
            raise Refused("ValueMismatch", WEI_PER_UNIT * named, value_wei)

    def _minimum(self, at: str) -> int:
        return self.daos[at].minimum if at in self.daos else 1

    def _add(self, at: str, lot: int, sender: str, deposit: int, added: int) -> int:
        total = deposit + added
        if total > MOST:
            raise Refused("TooManyUnits", total)
        if total == 0:
            raise Refused("ZeroDeposit", lot, sender)
        if total < self._minimum(at):
            raise Refused("BelowMinimum", lot, sender, total, self._minimum(at))
        return total

    def _seal(self, at: str, sender: str, lot: int, seal: bytes, added: int, lock: bytes) -> None:
        if at in self.daos and self.daos[at].is_open:
            raise Refused("BidsAreOpen", lot)
        bids = self._demand(at, lot, Phase.BIDDING).bids
        total = self._add(at, lot, sender, bids[sender].deposit, added)
        if not any(seal[:16]):
            raise Refused("InvalidCommitment", seal)
        bids[sender] = Bid(total, seal=seal)
        if len(lock) > MAX_LOCK:
            raise Refused("LockTooLong", lot, len(lock), MAX_LOCK)

    def _place(self, at: str, sender: str, lot: int, added: int) -> None:
        if not self.daos[at].is_open:
            raise Refused("BidsAreSealed", lot)
        bids = self._demand(at, lot, Phase.BIDDING).bids
        if added == 0:
            raise Refused("ZeroDeposit", lot, sender)
        total = self._add(at, lot, sender, bids[sender].deposit, added)
        bids[sender] = Bid(total, bid=total)

    def _open(self, at: str, lot: int, book: Book, bidder: str, bid: int, salt: bytes) -> Flaw:
        """Opens a bid, or says what is wrong with the opening."""
        kept = book.bids.get(bidder, Bid())
        if not kept.deposit:
            return Flaw.NO_BID
        if not kept.seal:
            return Flaw.ALREADY_REVEALED
        if kept.seal != commitment(at, lot, bidder, bid, salt):
            return Flaw.WRONG_OPENING
        if bid == 0:
            return Flaw.ZERO_BID
        if bid > kept.deposit:
            return Flaw.BID_ABOVE_DEPOSIT
        if bid < self._minimum(at):
            return Flaw.BELOW_MINIMUM
        book.bids[bidder] = Bid(kept.deposit, bid=bid)
        if at == self.auctioneer:
            self.lots[lot].offers.append((bid, bidder))
        return Flaw.NONE

    def _best(self, dao: DAO, book: Book, lot: int, tallier: str, counted: int) -> int:
        """The largest rank times bid among the first ``counted`` of a tally."""
        bids = [book.bids[member].bid for member in dao.counted[lot, tallier][:counted]]
        return max((bid * (book.opened - i) for i, bid in enumerate(bids)), default=0)

    def _resolve(self, at: str, lot: int) -> str:
        """Whose open bid is not paid out yet: everybody's, that of the winner who has not paid, or nobody's."""
        now, book = self.phase(at, lot), self.book(at, lot)
        if book is None or (now < Phase.CLOSED and book.state == BookState.RUNNING):
            return EVERYBODY
        leader = self.lots[lot].leader
        if at == self.auctioneer:
            return leader if now == Phase.CLOSED else NOBODY
        if book.state == BookState.RUNNING:
            if now == Phase.CLOSED and leader == at:
                return EVERYBODY
            book.state = BookState.LOST
        return NOBODY

    def _demand_revealed(self, at: str, lot: int) -> None:
        book = self.book(at, lot)
        if book is None or self.now < book.ends[1]:
            raise Refused("WrongPhase", lot, self.phase(at, lot))

    def _claim(self, at: str, lot: int, sender: str) -> int:
        """What is due to a bidder, taken out of its account; something."""
        awaited = self._resolve(at, lot)
        due, bond = self._take(at, lot, sender, awaited)
        if due == 0:
            if awaited == EVERYBODY:
                self._demand_revealed(at, lot)
            if self._bid(at, lot, sender).deposit and awaited in (EVERYBODY, sender):
                raise Refused("WrongPhase", lot, self.phase(at, lot))
            raise Refused("NothingToClaim", lot, sender)
        self.burnt_wei[at] += WEI_PER_UNIT * bond
        return due

    def _served(self, at: str, lot: int, book: Book, bidder: str) -> bool:
        """Whether a bidder pays the share."""
        if book.state != BookState.WON or not book.share:
            return False
        return (
            bidder == self.lots[lot].leader
            if at == self.auctioneer
            else book.bids[bidder].bid >= book.share
        )

    def _due(self, at: str, lot: int, book: Book, bidder: str) -> int:
        """What a contract holds for a bidder, before any bond."""
        deposit = book.bids[bidder].deposit
        return deposit - book.share if deposit and self._served(at, lot, book, bidder) else deposit

    def _book(self, at: str, lot: int) -> Book:
        book = self.book(at, lot)
        assert book is not None
        return book

    def _bid(self, at: str, lot: int, bidder: str) -> Bid:
        """A copy of what a bidder has there."""
        book = self.book(at, lot)
        return copy.copy(book.bids.get(bidder, Bid())) if book else Bid()

    def _take(self, at: str, lot: int, bidder: str, awaited: str) -> tuple[int, int]:
        """Closes the account of a bidder; what is to be paid out, and what is burnt."""
        bid = self._bid(at, lot, bidder)
        if not bid.deposit:
            return 0, 0
        book = self._book(at, lot)
        if bid.seal:
            self._demand_revealed(at, lot)
            bond = bid.deposit * book.bond_bps // 10_000
            book.bids[bidder] = Bid()
            return bid.deposit - bond, bond
        if awaited in (EVERYBODY, bidder):
            return 0, 0
        due = self._due(at, lot, book, bidder)
        if not self._served(at, lot, book, bidder):
            book.bids[bidder] = Bid()
        elif due:
            book.bids[bidder] = Bid(bid=bid.bid)
        return due, 0

    def _send(self, at: str, recipient: str, wei: int) -> None:
        if recipient in self.refusing:
            raise Refused("PaymentRefused", recipient, wei)
        self._move(at, recipient, wei)

    def _move(self, payer: str, payee: str, wei: int) -> None:
        self.balance_wei[payer] -= wei
        self.balance_wei[payee] += wei


def estate(dao: str, lot: int) -> str:
    """Where an item is that a DAO won."""
    return f"the estate of {dao} and {lot}"


def _units(wei: int) -> int:
    if wei % WEI_PER_UNIT:
        raise Refused("NotWholeUnits", wei)
    return wei // WEI_PER_UNIT
