"""Auctions to keep: contracts on a chain, people who bid, and keepers that can be killed."""

import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import Deployment, create, deploy
from offchain.bindings.draw_proofs import word_of
from offchain.bindings.seals import Opening, commitment, lock, new_salt
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.books import Box
from offchain.keeper.keeper import Keeper
from offchain.keeper.ledger import APPROXIMATE, AUCTIONEER, Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.release import DEPTH
from offchain.keeper.rounds import Rounds
from offchain.keeper.sending import Action
from offchain.keeper.unlocking import AT_ONCE, Unlocker
from offchain.locks.local_beacon import LocalBeacon
from offchain.locks.source import Source
from offchain.play.audit import audit
from tests.patience import PATIENCE
from tests.program import CONSORT
from tests.puppets import Manner

HOUR = 3600
WINDOW = 3 * 24 * HOUR
BOND_BPS = 1_000
INACCURACY = Fraction(1, 2)
"""Of all bids, where lots are drawn."""
BEACON_SECRET = 17
"""Of the beacon to whose rounds bids are locked."""
SELLER, KEEPER, SECOND_KEEPER, STRANGER, FIRST_BIDDER = range(5)


@dataclass
class Market:
    """A chain with the contracts on it, and an openings file. Every bidder is a new account."""

    kind: ClassVar = AUCTIONEER
    folder: Path
    chain: Chain = field(default_factory=Revm)
    bidders: int = 0
    items: int = 0
    daos: int = 0
    locked: bool = False
    """Whether bids are locked instead of entrusted, where a test does not say how."""

    def __post_init__(self) -> None:
        self.seller = self.account(SELLER)
        self.beacon = LocalBeacon(BEACON_SECRET, self.chain.now(), clock=self.chain.now)
        self.deployment = self.deployed()
        self.auctioneer = self.deployment.auctioneer
        self.item = create(self.chain, self.seller, "Item")
        self.openings = Openings(self.folder / "openings.jsonl")
        self.actions: list[Action] = []
        self.skipped: list[tuple[str, Exception]] = []

    def deployed(self) -> Deployment:
        """Deploys the contracts."""
        return deploy(self.chain, self.seller, beacon=self.beacon.beacon)

    def account(self, index: int) -> str:
        """An actor with gas money."""
        address = self.chain.actor(index)
        self.chain.fund(address, 10**20)
        return address

    def new_bidder(self, wei: int = 0) -> str:
        """An account that nobody used before."""
        self.bidders += 1
        address = self.chain.actor(FIRST_BIDDER + self.bidders)
        self.chain.fund(address, 10**20 + wei)
        return address

    def send(
        self, sender: str, to: str, name: str, function: str, *args: Any, wei: int = 0
    ) -> Receipt:
        """Calls `function` of the contract at `to`, of the kind `name`."""
        data = contract(name).encode(function, *args)
        return self.chain.send(Transaction(sender, to, data, wei))

    def view(self, to: str, name: str, function: str, *args: Any) -> tuple[Any, ...]:
        """What a view returns."""
        answer = self.chain.call(to, contract(name).encode(function, *args))
        return contract(name).decode(function, answer)

    def snapshot(self) -> int:
        """Marks the state of a chain in this process."""
        assert isinstance(self.chain, Revm)
        return self.chain.snapshot()

    def restore(self, snapshot: int) -> None:
        """Comes back to it."""
        assert isinstance(self.chain, Revm)
        self.chain.restore(snapshot)

    def tell(self, sender: str, function: str, *args: Any, wei: int = 0) -> Receipt:
        """Calls a function of the auctioneer."""
        return self.send(sender, self.auctioneer, self.kind, function, *args, wei=wei)

    def ask(self, function: str, *args: Any) -> tuple[Any, ...]:
        """What a view of the auctioneer returns."""
        return self.view(self.auctioneer, self.kind, function, *args)

    def name_of(self, address: str) -> str:
        """The kind of contract that a book is at."""
        return self.kind if address == self.auctioneer else "DAO"

    # Selling and bidding

    def terms(self, reserve: int) -> tuple[int, ...]:
        """On which an item is listed."""
        return (reserve,)

    def list_lot(
        self,
        reserve: int = 1,
        token: str | None = None,
        phase: int = HOUR,
        end_of_bidding: int | None = None,
    ) -> int:
        """Lists an item, with phases of so many seconds each."""
        self.items += 1
        token = token or self.item
        self.send(self.seller, token, "Item", "mint", self.seller, self.items)
        self.send(self.seller, token, "Item", "approve", self.auctioneer, self.items)
        end = end_of_bidding or self.chain.now() + phase
        schedule = (end, end + phase, end + 2 * phase, BOND_BPS)
        self.tell(self.seller, "list", token, self.items, *self.terms(reserve), schedule)
        return int(self.ask("lotCount")[0])

    def new_dao(self, *lots: int, is_open: bool = False, minimum: int = 0) -> str:
        """A DAO that entered `lots`."""
        self.daos += 1
        receipt = self.send(
            self.seller, self.deployment.factory, "DAOFactory", "create",
            self.auctioneer, is_open, minimum, self.daos.to_bytes(32, "big"), [],
        )  # fmt: skip
        created = contract("DAOFactory").event(receipt.logs[0])
        assert created is not None
        dao: str = created.args["dao"]
        for lot in lots:
            self.send(self.seller, dao, "DAO", "enter", lot)
        return dao

    def bid(
        self,
        book: str,
        lot: int,
        bid: int,
        deposit: int | None = None,
        entrusted: bool = True,
        bidder: str | None = None,
    ) -> str:
        """A sealed bid of a new bidder, whose opening goes to the keepers if `entrusted`; or nobody is told, and it is locked."""
        deposit = 2 * bid if deposit is None else deposit
        bidder = bidder or self.new_bidder(deposit * WEI_PER_UNIT)
        opening = Opening(book, lot, bidder, bid, new_salt(is_locked=True))
        is_locked = entrusted and self.locked
        self.sealed(opening, deposit, self.lock(opening) if is_locked else None)
        if entrusted and not is_locked:
            self.openings.add([opening])
        return bidder

    def bid_locked(
        self, book: str, lot: int, bid: int, deposit: int | None = None, lock: bytes | None = None
    ) -> str:
        """A sealed bid of a new bidder of which nobody is told, with its lock, or with other bytes for one."""
        deposit = 2 * bid if deposit is None else deposit
        bidder = self.new_bidder(deposit * WEI_PER_UNIT)
        opening = Opening(book, lot, bidder, bid, new_salt(is_locked=True))
        self.sealed(opening, deposit, self.lock(opening) if lock is None else lock)
        return bidder

    def lock(self, opening: Opening, rounds_later: int = 0) -> bytes:
        """What a bidder locks an opening with, as it should, or to a round so much later."""
        return lock(self.beacon.beacon, self.round_of(opening.lot) + rounds_later, opening)

    def round_of(self, lot: int) -> int:
        """The round to which the bids of a lot are locked."""
        return self.beacon.beacon.round_for(self.ends(lot)[0])

    def bids(self, book: str, lot: int, *bids: int) -> list[str]:
        """Sealed, entrusted bids of new bidders."""
        return [self.bid(book, lot, bid) for bid in bids]

    def sealed(self, opening: Opening, deposit: int, lock: bytes | None = None) -> Opening:
        """The opening of a bid that is sealed under a deposit (units) herewith, maybe with a lock, and entrusted to nobody."""
        seal, book = commitment(self.chain.chain_id, opening), opening.contract
        call = ("commit", opening.lot, seal, *(() if lock is None else (lock,)))
        wei = deposit * WEI_PER_UNIT
        self.send(opening.bidder, book, self.name_of(book), *call, wei=wei)
        return opening

    def place(self, dao: str, lot: int, *bids: int) -> list[str]:
        """Open bids of new bidders."""
        bidders = []
        for bid in bids:
            bidders.append(self.new_bidder(bid * WEI_PER_UNIT))
            self.send(bidders[-1], dao, "DAO", "raiseBid", lot, wei=bid * WEI_PER_UNIT)
        return bidders

    def an_auction(self) -> tuple[int, str]:
        """A lot, and a DAO of three sealed bids on it, beside an individual."""
        lot = self.list_lot()
        dao = self.new_dao(lot)
        self.bids(dao, lot, 10, 5, 4)
        self.bid(self.auctioneer, lot, 9)
        return lot, dao

    def puppet_bid(self, book: str, lot: int, bid: int, manner: Manner) -> str:
        """A sealed, entrusted bid of a contract that behaves in a `manner` of `Actor` when it is paid."""
        puppet = create(self.chain, self.seller, "Actor")
        opening = Opening(book, lot, puppet, bid, new_salt())
        seal = commitment(self.chain.chain_id, opening)
        data = contract(self.name_of(book)).encode("commit", lot, seal)
        payer = self.new_bidder(2 * bid * WEI_PER_UNIT)
        self.send(payer, puppet, "Actor", "act", book, data, wei=2 * bid * WEI_PER_UNIT)
        self.send(payer, puppet, "Actor", "behave", manner)
        self.openings.add([opening])
        return puppet

    # Time

    def until_reveal(self, lot: int) -> None:
        """Ends the bidding on a lot, for good: as many blocks follow as keepers wait for."""
        self.chain.advance_to(self.ends(lot)[0])
        self.chain.advance_to_block(self.chain.block() + DEPTH)

    def until_round(self, lot: int) -> None:
        """Ends the bidding on a lot for good, and has the round come that opens its locks."""
        self.until_reveal(lot)
        self.chain.advance_to(self.beacon.beacon.time_of(self.round_of(lot)))

    def until_tally(self, lot: int) -> None:
        """Ends the reveal of a lot."""
        self.chain.advance_to(self.ends(lot)[1])

    def until_closed(self, lot: int) -> None:
        """Ends the tally of a lot."""
        self.chain.advance_to(self.ends(lot)[2])

    def until_void(self, lot: int) -> None:
        """Lets the time for settling a lot run out."""
        self.chain.advance_to(self.ends(lot)[2] + WINDOW)

    def ends(self, lot: int) -> tuple[int, int, int]:
        """When the phases of a lot end."""
        book = self.ask("bookOf", lot)[0]
        return book[0], book[1], book[2]

    # Keepers

    def unlocker(self, *sources: Source, portion: int = AT_ONCE, **options: Any) -> Unlocker:
        """What opens locks, by the market's own beacon if no others are named."""
        rounds = Rounds(sources or [self.beacon], **options)
        return Unlocker(self.beacon.beacon, rounds, self.chain.chain_id, portion=portion)

    def keeper(self, chain: Chain | None = None, account: int = KEEPER, **options: Any) -> Keeper:
        """A keeper that has just been started: it knows the openings file and nothing else."""
        chain = chain or self.chain
        usual: dict[str, Any] = {
            "on_action": self.actions.append,
            "on_skip": lambda what, error: self.skipped.append((what, error)),
            "unlocker": self.unlocker(),
        }
        return Keeper(
            chain,
            Ledger(chain, self.auctioneer, self.deployment.block, self.kind),
            self.account(account),
            Openings(self.folder / "openings.jsonl"),
            **usual | options,
        )

    def command(self, url: str, *more: str) -> list[str]:
        """`consort keep` at a node, with the files of deployment and openings."""
        files = ["--deployment", str(self.folder / "deployment.json")]
        files += ["--openings", str(self.folder / "openings.jsonl")]
        files += ["--beacon", str(self.folder / "rounds.jsonl")]
        return [*CONSORT, "keep", "--on", url, *files, *more]

    def run(self, url: str, *more: str) -> subprocess.CompletedProcess[str]:
        """What comes of `command`."""
        command = self.command(url, *more)
        return subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def keep(self, keeper: Keeper | None = None, most: int = 1_000) -> int:
        """Lets a keeper work until nothing is left to do; how many transactions that took."""
        keeper = keeper or self.keeper()
        total = 0
        for _ in range(most):
            sent = keeper.step()
            total += sent
            if not sent and not keeper.unfinished:
                return total
        raise AssertionError("the keeper does not come to an end")

    def count(self, step: str, lot: int) -> int:
        """How many transactions keepers sent for one kind of work on a lot."""
        return sum((action.step, action.lot) == (step, lot) for action in self.actions)

    def through(self, lot: int, work: Callable[[], object] | None = None) -> None:
        """Takes a lot through all its phases, with `work` (by default a keeper's) done in each."""
        work = work or self.keep
        for wait in (self.until_round, self.until_tally, self.until_closed):
            wait(lot)
            work()

    # Afterwards

    def ledger(self) -> Ledger:
        """What logs say now."""
        ledger = Ledger(self.chain, self.auctioneer, self.deployment.block, self.kind)
        ledger.sync()
        return ledger

    def boxes(self, lot: int) -> list[Box]:
        """Those of all bidders on a lot."""
        return [box for book in self.ledger().books_on(lot) for box in book.boxes.values()]

    def is_done(self, lot: int) -> bool:
        """Whether all bids on a lot are opened; once they can be no more, whether everybody is paid."""
        if self.chain.now() >= self.ends(lot)[1]:
            return self.is_paid(lot)
        return not any(box.is_sealed for box in self.boxes(lot))

    def is_paid(self, lot: int) -> bool:
        """Whether nobody is owed anything."""
        return all(box.closed for box in self.boxes(lot))

    def outcome(self, lots: Sequence[int]) -> dict[str, Any]:
        """Who won, what was paid, and what everybody got back, with the money checked to the wei."""
        ledger = self.ledger()
        found = {
            f"lot {number}": (lot.winner, lot.price, lot.paid, lot.returned)
            for number in lots
            for lot in [ledger.lots[number]]
        } | {
            f"{bidder} on {book.lot}": (box.deposit, box.received, box.burnt)
            for number in lots
            for book in ledger.books_on(number)
            for bidder, box in book.boxes.items()
        }
        burnt_elsewhere: Counter[str] = Counter()
        for book in (book for book in ledger.books.values() if book.lot not in lots):
            burnt_elsewhere[book.contract] += sum(box.burnt for box in book.boxes.values())
        audit(self.chain, ledger, lots, self.withdraw_proceeds, burnt_elsewhere)
        return found

    def withdraw_proceeds(self) -> int:
        """Pays the seller, and tells how many wei."""
        (owed,) = self.ask("proceeds", self.seller)
        if owed:
            self.tell(self.seller, "withdrawProceeds", self.seller)
        return int(owed)


@dataclass
class DrawnMarket(Market):
    """The same where lots are drawn: by words that `draw` sets, or `by_beacon`."""

    kind: ClassVar = APPROXIMATE
    by_beacon: bool = False

    def deployed(self) -> Deployment:
        """Deploys the contracts."""
        source = None if self.by_beacon else create(self.chain, self.seller, "SetRandomness")
        return deploy(self.chain, self.seller, self.kind, source, beacon=self.beacon.beacon)

    def terms(self, reserve: int) -> tuple[int, ...]:
        """Everybody's inaccuracy; there is no reserve."""
        return INACCURACY.numerator, INACCURACY.denominator

    def draw(self, lot: int, fall: Fraction) -> None:
        """The draw of a lot falls there."""
        assert self.deployment.randomness is not None
        call = ("set", self.auctioneer, lot, word_of(fall))
        self.send(self.seller, self.deployment.randomness, "SetRandomness", *call)
