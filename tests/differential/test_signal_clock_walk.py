"""Random walks through one signal clock auction each: people who do anything at any time, and one who always ends it.

After every transaction the contract holds what its logs say it owes. From wherever the walk stops, a
stranger ends the auction with nothing but public data. What came of it is what the reference says of
bidders whose signals are where their clocks stopped. Beyond test_signal_clock_strangers_walk.py, which
has many lots at once and contracts that mean harm: hundreds of short walks stop at every stage, and the
end takes at most one deadline for each bidder of the drawn type and one more.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace

import pytest

from offchain.bindings.artifacts import load
from offchain.bindings.contracts import Event, contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import ClockStage
from offchain.bindings.value_tables import packed
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances import SignalClockInstance
from offchain.model.instances.signal_clock import shape
from offchain.model.instances.signals import UNSOLD, Rule, Sale, SignalBidder, Table
from offchain.model.mechanisms.signal_discovery import clock_auction
from tests.differential.signal_draws import coins_of, table
from tests.reverts import error_of

WALKS = 600
CHUNK = 100
DEPOSIT = 7
HOUR = 3_600
WINDOW = 72 * HOUR
SELLER, STRANGER, PLAYERS = 0, 1, range(2, 8)
HOUSE = contract("SignalClockAuction")
(_LOT,) = next(one["outputs"] for one in load(HOUSE.name).abi if one.get("name") == "lotOf")
_LOT_FIELDS = [one["name"] for one in _LOT["components"]]
CLOCK = _LOT_FIELDS.index("clock")
DEADLINE = [one["name"] for one in _LOT["components"][CLOCK]["components"]].index("deadline")
"""Where a deadline stands in what `lotOf` answers."""
ANSWERS = ("accept", "leaveAuction", "both", "buy")


@dataclass
class Books:
    """What the logs of one lot say."""

    held: set[str] = field(default_factory=set)
    joined: dict[str, int] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)
    clocks: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    left: dict[str, bool] = field(default_factory=dict)
    asked: str | None = None
    drawn: Event | None = None
    offer: Event | None = None
    sold: Event | None = None
    forfeited: set[str] = field(default_factory=set)

    def take(self, event: Event) -> None:
        """Takes in one event."""
        said = event.args
        match event.name:
            case "Joined":
                self.held.add(said["bidder"])
                self.joined[said["bidder"]] = said["kind"]
            case "TableRegistered":
                self.tables[said["bidder"]] = said["table"]
            case "TypeDrawn":
                self.drawn = event
            case "ClockRaised":
                assert said["signal"] > self.clocks[said["bidder"]]
                self.clocks[said["bidder"]] = said["signal"]
            case "BidderLeft":
                assert said["bidder"] not in self.left
                self.left[said["bidder"]] = said["silent"]
            case "BidderAsked" | "LastBidder":
                self.asked = said["bidder"]
            case "OfferStated":
                self.offer = event
            case "AuctionSold":
                self.sold = event
            case "DepositReturned":
                self.held.remove(said["bidder"])
            case "DepositForfeited":
                self.held.remove(said["bidder"])
                self.forfeited.add(said["bidder"])


class Walk:
    """One lot, walked through at random."""

    def __init__(self, chain: Revm, house: str, words: str, item: str, seed: int) -> None:
        self.chain, self.house, self.words, self.item = chain, house, words, item
        self.rng = random.Random(seed)
        self.accounts = [chain.actor(index) for index in range(PLAYERS.stop)]
        self.signals = self.rng.choice((2, 3, 4))
        self.types = self.rng.choice((1, 2, 3))
        self.rule = self.rng.choice(list(Rule))
        self.word = self.rng.getrandbits(256)
        self.books = Books()
        self.own: dict[str, bytes] = {}
        now = chain.now()
        self.terms = (
            self.signals,
            self.types,
            list(Rule).index(self.rule),
            now + HOUR,
            now + 2 * HOUR,
            HOUR,
            DEPOSIT,
        )
        (self.lot,) = HOUSE.decode("lotCount", chain.call(house, HOUSE.encode("lotCount")))
        self.lot += 1
        mint = contract("Item").encode("mint", self.seller, self.lot)
        chain.send(Transaction(self.seller, item, mint))
        assert self.try_(self.seller, "list", item, self.lot, self.terms, lot=False)

    @property
    def seller(self) -> str:
        return self.accounts[SELLER]

    @property
    def stage(self) -> ClockStage:
        data = self.chain.call(self.house, HOUSE.encode("stageOf", self.lot))
        return ClockStage(HOUSE.decode("stageOf", data)[0])

    @property
    def deadline(self) -> int:
        data = self.chain.call(self.house, HOUSE.encode("lotOf", self.lot))
        (lot,) = HOUSE.decode("lotOf", data)
        deadline: int = lot[CLOCK][DEADLINE]
        return deadline

    def try_(
        self, sender: str, function: str, *arguments: object, value: int = 0, lot: bool = True
    ) -> bool:
        """Sends a call and checks all money; whether it was carried out."""
        given = (self.lot, *arguments) if lot else arguments
        data = HOUSE.encode(function, *given)
        self.chain.fund(sender, value)
        (result,) = self.chain.send_all([Transaction(sender, self.house, data, value)])
        if isinstance(result, Reverted):
            assert len(result.data) >= 4, f"{function}{arguments}: no reason given"
            assert error_of(result.data) != "Panic", f"{function}{arguments}: {result}"
            return False
        for log in result.logs:
            if log.address == self.house:
                event = HOUSE.event(log)
                assert event is not None
                self.books.take(event)
        sold = self.books.sold.args["price"] if self.books.sold else 0
        earned = sold + len(self.books.forfeited) * DEPOSIT
        owed = len(self.books.held) * DEPOSIT + earned
        assert self.chain.balance(self.house) == owed * WEI_PER_UNIT
        return True

    # Anybody does anything

    def step(self) -> None:
        """One random deed, most likely of the kind that the stage is for, or a while of nothing."""
        rng, stage = self.rng, self.stage
        if rng.random() < 0.12:
            now = self.chain.now()
            waits = [1, HOUR // 2, HOUR, max(0, self.deadline - now)]
            self.chain.advance_to(now + rng.choice(waits))
            return
        who = self.accounts[rng.choice(range(PLAYERS.stop))]
        if self.books.asked and rng.random() < 0.5:
            who = self.books.asked
        deeds = {
            ClockStage.JOINING: ("join",),
            ClockStage.REGISTERING: ("register",),
            ClockStage.DRAWING: ("draw",),
            ClockStage.LEARNING: ANSWERS,
            ClockStage.PREPARING: ("prepare",),
            ClockStage.ASKING: (*ANSWERS, "expire"),
            ClockStage.STATING: ("stateOffer",),
            ClockStage.OFFERED: (*ANSWERS, "expire"),
        }.get(stage, ("claim", "reclaim", "returnDeposits"))
        everything = (
            "join",
            "register",
            "draw",
            "prepare",
            "stateOffer",
            "expire",
            "claim",
            *ANSWERS,
        )
        self.do(who, rng.choice(deeds if rng.random() < 0.85 else everything))

    def do(self, who: str, deed: str) -> None:
        """One deed, with arguments that often fit."""
        rng = self.rng
        signal = rng.randrange(self.signals + 1)
        match deed:
            case "join":
                kind = rng.randrange(self.types + (rng.random() < 0.1))
                value = (DEPOSIT + (rng.random() < 0.1)) * WEI_PER_UNIT
                self.try_(who, "join", kind, value=value)
            case "register":
                self.own[who] = self.any_table()
                self.try_(who, "register", self.own[who])
            case "draw":
                self.draw(rng.random() < 0.9)
            case "prepare":
                tables = self.type_tables()
                place = rng.randrange(len(tables) + 1) if rng.random() < 0.5 else 0
                some = tables[place : place + rng.randrange(1, 4)]
                if some and rng.random() < 0.1:
                    some[0] = some[0][::-1]
                self.try_(who, "prepare", place, some)
            case "stateOffer":
                right = self.books.tables.get(self.books.asked or "", b"")
                self.try_(who, "stateOffer", right if rng.random() < 0.9 else right[8:])
            case "accept":
                self.try_(who, "accept", signal)
            case "both":
                calls = [
                    HOUSE.encode("accept", self.lot, signal),
                    HOUSE.encode("leaveAuction", self.lot),
                ]
                self.try_(who, "multicall", calls, lot=False)
            case "buy":
                price = self.books.offer.args["price"] if self.books.offer else 1
                self.try_(who, "buy", value=(price + (rng.random() < 0.1)) * WEI_PER_UNIT)
            case "claim":
                self.try_(who, "claim", who)
            case "returnDeposits":
                self.try_(who, "returnDeposits", rng.sample(self.accounts, 4))
            case _:
                self.try_(who, deed)

    def draw(self, comes: bool) -> None:
        """The word is asked for, and mostly comes."""
        stranger = self.accounts[STRANGER]
        self.try_(stranger, "requestDraw")
        if comes:
            set_ = contract("SetRandomness").encode("set", self.house, self.lot, self.word)
            self.chain.send(Transaction(stranger, self.words, set_))
        self.try_(stranger, "begin")

    def box(self) -> tuple[int, ...]:
        """The sides of a table."""
        kinds = [str(kind) for kind in self.books.joined.values()]
        return shape(self.signals, [str(kind) for kind in range(self.types)], kinds)

    def any_table(self) -> bytes:
        """Mostly a good one."""
        values = table(self.rng, self.box(), 20).entries
        if self.rng.random() < 0.1:
            return packed(values[::-1])
        return packed(values)[: None if self.rng.random() < 0.95 else 8]

    def members(self) -> list[str]:
        """The drawn type's bidders, in the order of joining."""
        if self.books.drawn is None:
            return []
        kind = self.books.drawn.args["kind"]
        return [bidder for bidder, of in self.books.joined.items() if of == kind]

    def type_tables(self) -> list[bytes]:
        """The drawn type's tables, from the logs."""
        return [self.books.tables.get(bidder, b"") for bidder in self.members()]

    # A stranger ends it

    def finish(self) -> ClockStage:
        """Nothing but time, the word and public tables; the stage it ends in."""
        stranger = self.accounts[STRANGER]
        waits = 0
        while (stage := self.stage) < ClockStage.SOLD:
            if stage in (ClockStage.JOINING, ClockStage.REGISTERING):
                self.chain.advance_to(self.terms[3 if stage is ClockStage.JOINING else 4])
            elif stage is ClockStage.DRAWING:
                self.draw(True)
            elif stage is ClockStage.LEARNING:
                waits += 1
                self.chain.advance_to(self.deadline)
            elif stage is ClockStage.PREPARING:
                assert self.try_(stranger, "prepare", 0, self.type_tables())
            elif stage is ClockStage.STATING:
                right = self.books.tables.get(self.books.asked or "", b"")
                assert self.try_(stranger, "stateOffer", right)
            else:
                waits += 1
                self.chain.advance_to(self.deadline)
                assert self.try_(stranger, "expire")
        assert waits <= len(self.members()) + 1
        if stage is not ClockStage.SOLD:
            self.try_(stranger, "reclaim")
        assert self.try_(stranger, "returnDeposits", self.accounts)
        assert not self.books.held
        return stage

    def check(self, stage: ClockStage) -> None:
        """Item, deposits and sale are where they belong; proceeds go out to the last wei."""
        books = self.books
        owner = contract("Item").encode("ownerOf", self.lot)
        (holder,) = contract("Item").decode("ownerOf", self.chain.call(self.item, owner))
        buyer = books.sold.args["bidder"] if books.sold else self.seller
        assert holder == buyer
        assert books.forfeited == (set() if stage is ClockStage.VOID else self.silent())
        if stage is not ClockStage.VOID:
            self.check_sale()
        if (books.sold and books.sold.args["price"]) or books.forfeited:
            assert HOUSE.decode("proceeds", self.proceeds())[0] == self.chain.balance(self.house)
            withdraw = HOUSE.encode("withdrawProceeds", self.seller)
            self.chain.send(Transaction(self.seller, self.house, withdraw))
        assert self.chain.balance(self.house) == 0

    def proceeds(self) -> bytes:
        return self.chain.call(self.house, HOUSE.encode("proceeds", self.seller))

    def silent(self) -> set[str]:
        """Who let a deadline pass."""
        books, top = self.books, self.signals - 1
        others = set(books.joined) - set(self.members())
        return {
            bidder
            for bidder in books.joined
            if bidder not in books.tables
            or books.left.get(bidder)
            or (bidder in others and bidder not in books.left and books.clocks[bidder] < top)
        }

    def check_sale(self) -> None:
        """The reference, told that signals are where clocks stopped, sells to the same bidder at the same price."""
        books = self.books
        present = sorted(set(books.joined.values()))
        kinds = [str(kind) for kind in books.joined.values()]
        box = shape(self.signals, [str(kind) for kind in present], kinds)
        size = len(Table.of(box, lambda _: 0).entries)
        bidders = []
        for (account, kind), _ in zip(books.joined.items(), kinds, strict=True):
            raw = books.tables.get(account, bytes(8 * size))
            entries = [int.from_bytes(raw[8 * n : 8 * n + 8], "big") for n in range(size)]
            signal = books.clocks[account]
            bidders.append(SignalBidder(account, str(kind), signal, Table(box, tuple(entries))))
        instance = SignalClockInstance(
            self.signals, self.rule, tuple(map(str, present)), tuple(bidders)
        )
        record = clock_auction(instance, coins_of(instance, self.word))
        sale = Sale(books.sold.args["bidder"], books.sold.args["price"]) if books.sold else UNSOLD
        declined = books.offer is not None and not books.sold and not books.offer.args["signal"]
        if declined:  # the reference takes whoever was asked for no signal to buy
            assert books.offer is not None
            sale = Sale(books.offer.args["bidder"], books.offer.args["price"])
        assert replace(record, steps=(), most_rejected=0).sale == sale


@pytest.mark.parametrize("first", range(0, WALKS, CHUNK))
def test_walks(first: int) -> None:
    """Whatever people do, no wei and no item is lost, nobody can hold it up, and the mechanism is the reference's."""
    chain = Revm()
    seller = chain.actor(SELLER)
    words = create(chain, seller, "SetRandomness")
    house = create(chain, seller, "SignalClockAuction", words)
    item = create(chain, seller, "Item")
    allow = contract("Item").encode("setApprovalForAll", house, True)
    chain.send(Transaction(seller, item, allow))
    ends: dict[ClockStage, int] = defaultdict(int)
    for seed in range(first, first + CHUNK):
        walk = Walk(chain, house, words, item, seed)
        try:
            for _ in range(walk.rng.randrange(160)):
                walk.step()
            stage = walk.finish()
            walk.check(stage)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error
        ends[stage] += 1
    assert min(ends[one] for one in (ClockStage.SOLD, ClockStage.UNSOLD, ClockStage.VOID)) >= 2, (
        ends
    )
