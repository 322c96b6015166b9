"""Random walks through several lots of one auctioneer, between which deposits roll: anybody does anything at any time.

After every transaction each contract holds exactly what it owes and what it burnt, no lot has changed but those of the call, and
a ledger folded from the logs alone knows every bid and book as the contracts have them. From wherever the walk stops, a stranger
ends all lots with nothing but public data. Then the reference has decided each lot alike, and everybody has what that leaves it.
"""

import random
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import pytest

from offchain.bindings.contracts import Contract, contract
from offchain.bindings.deployment import NO_BEACON, create
from offchain.bindings.entries import account_in, amount_in
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.backend import Receipt, Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.books import Book
from offchain.keeper.ledger import Ledger
from offchain.model.instances.two_level import Group, LotOutcome, Member, TwoLevelInstance
from offchain.model.mechanisms import two_level
from tests.differential.chunks import chunks
from tests.differential.walks import walk_all
from tests.puppets import Manner, act, behave, prepare

WALKS, EACH_TIME, CHUNK, STEPS, LOTS = 24, 12, 12, 400, 4
MINUTE, WINDOW = 60, 3 * 86_400
STAGE = 20 * MINUTE
SELLER, STRANGER, HEIR, PEOPLE = 0, 1, 2, range(3, 8)
PURSE = 10**24
HOUSE, DAO, FACTORY, ITEM = map(contract, ("Auctioneer", "DAO", "DAOFactory", "Item"))
MANNERS = (Manner.ACCEPT, Manner.REFUSE, Manner.BURN_GAS, Manner.REENTER)
"""How an `Actor` is paid: it takes it, refuses, burns gas, or calls back."""
OPEN = bytes(24)
NOTHING = (OPEN, 0, 0)
"""What `bidOf` says where there is no bid, or nothing left of it."""
BOOK_STATES = {(False, False): 1, (True, False): 2, (False, True): 3}

SUCCEEDS = (
    "commit",
    "commit, locked",
    "commitMany",
    "raiseBid",
    "raiseMany",
    "withdraw",
    "reveal",
    "revealBatch",
    "tally",
    "settle, by a DAO",
    "settle, by an individual",
    "claim",
    "claimTo",
    "claimBatch",
    "claim of the silent in the tally phase",
    "roll",
    "roll, locked",
    "roll after a loss",
    "roll after a win",
    "roll of what a bond left",
    "roll while paid",
    "nameRecipient",
    "enter",
    "deployEstate",
    "reclaim",
    "withdrawProceeds",
    "refused push",
    "burnt bond",
)
"""What must have been done at least once in every few walks."""


@dataclass
class State:
    """What the contracts store of one lot: bids by contract and bidder, heads of books, the listing, who has the item."""

    bids: dict[tuple[str, str], tuple[bytes, int, int]] = field(default_factory=dict)
    books: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    listing: tuple[Any, ...] = ()


class Stroll:
    """Lots at one auctioneer, one after another in bidding, with DAOs of each kind, walked through at random."""

    def __init__(self, seed: int, chain: Revm | None = None) -> None:
        self.rng = random.Random(seed)
        self.chain = chain = chain or Revm()
        accounts = [chain.actor(index) for index in range(PEOPLE.stop)]
        self.seller, self.stranger, self.heir = accounts[SELLER], accounts[STRANGER], accounts[HEIR]
        self.factory = create(chain, self.stranger, "DAOFactory")
        self.house = create(chain, self.stranger, "Auctioneer", self.factory, NO_BEACON)
        self.item = create(chain, self.seller, "Item")
        self.actors = [create(chain, self.stranger, "Actor") for _ in range(2)]
        self.people = [*(accounts[place] for place in PEOPLE), *self.actors]
        for who in (*self.people, self.stranger, self.seller):
            chain.fund(who, PURSE)
        self.ledger = Ledger(chain, self.house)
        self.done: Counter[str] = Counter()
        self.lent: Counter[str] = Counter()  # by the stranger, who sends for accounts with code
        self.inherited = Counter[str]()  # what people claimed for somebody else
        self.seals: dict[bytes, tuple[int, bytes]] = {}  # bids and salts by commitment
        self.prepared: dict[str, Collection[int]] = {}  # on which lots an actor calls back
        self.must(self.seller, self.item, ITEM.encode("setApprovalForAll", self.house, True))
        sealed = [("create", False, 0), ("createStandalone", False, 2)]
        self.daos = {self._dao(*kind): kind[1] for kind in [*sealed, ("create", True, 0)]}
        self.contracts = [self.house, *self.daos]
        self.lots = [self._list(place) for place in range(LOTS)]
        self.before = self.states()

    # Making calls

    def must(self, sender: str, to: str, data: bytes) -> Receipt:
        return self.chain.send(Transaction(sender, to, data))

    def try_(
        self,
        who: str,
        to: str,
        function: str,
        *given: object,
        lots: Collection[int],
        value: int = 0,
        told: str = "",
    ) -> bool:
        """Sends a call on some lots, by way of the account itself if it has code; whether it was carried out, and all is well."""
        data, wei = self._contract(to).encode(function, *given), value * WEI_PER_UNIT
        sender = self.stranger if who in self.actors else who
        if who in self.actors:
            to, data = who, act(to, data)
        (result,) = self.chain.send_all([Transaction(sender, to, data, wei)])
        if isinstance(result, Reverted):
            assert len(result.data) >= 4, f"{function}{given}: no reason given, {result}"
            lots = ()
        else:
            self.done[told or function] += 1
            if who in self.actors:
                self.lent[who] += value
            lots = {*lots, *(lot for some in self.prepared.values() for lot in some)}
            self._note(result)
        self.check(lots)
        return not isinstance(result, Reverted)

    def _note(self, receipt: Receipt) -> None:
        """What happened beside what was called."""
        names = Counter(
            event.name
            for log in receipt.logs
            if log.address in self.contracts
            and (event := self._contract(log.address).event(log)) is not None
        )
        self.done["refused push"] += names["PushRefused"]
        self.done["burnt bond"] += names["BondBurnt"]
        self.done["roll while paid"] += names["Rolled"] * (names["Claimed"] + names["BidWithdrawn"])

    def _contract(self, address: str) -> Contract:
        return HOUSE if address == self.house else DAO

    def view(self, where: str, function: str, *given: object) -> tuple[Any, ...]:
        called = self._contract(where)
        return called.decode(function, self.chain.call(where, called.encode(function, *given)))

    # Anybody does anything

    def step(self) -> None:
        rng = self.rng
        if rng.random() < 0.1:
            self._let_time_pass()
        lot = rng.choice(self.lots)
        running = [one for one in self.lots if self.phase(one) in range(1, Phase.SETTLED)]
        if running and rng.random() < 0.8:
            lot = rng.choice(running)
        usual: dict[Phase, tuple[Callable[[int, str], None], ...]] = {
            Phase.BIDDING: (self.bid, self.bid, self.bid, self.roll, self.roll, self.withdraw),
            Phase.REVEAL: (self.reveal, self.reveal, self.reveal_batch),
            Phase.TALLY: (self.tally, self.tally, self.claim, self.claim_batch),
            Phase.CLOSED: (self.settle, self.settle, self.claim, self.claim_batch),
            Phase.SETTLED: (self.claim, self.claim_batch, self.deploy_estate),
            Phase.VOID: (self.claim, self.claim_batch, self.reclaim),
        }
        odd = [plan for plans in usual.values() for plan in plans]
        odd += [self.name, self.name, self.enter, self.withdraw_proceeds, *[self.behave] * 4]
        plan = rng.choice(usual[self.phase(lot)] if rng.random() < 0.75 else odd)
        plan(lot, rng.choice(self.people))

    def _let_time_pass(self) -> None:
        """Mostly to a moment at which something ends, or one second before."""
        now = self.chain.now()
        ends = {end for lot in self.ledger.lots.values() for end in self._ends(lot.number)}
        later = sorted(end for end in ends if end > now)
        if later and self.rng.random() < 0.6:
            self.chain.advance_to(later[0] - self.rng.randrange(2))
        else:
            self.chain.advance_to(now + self.rng.randrange(5 * MINUTE))

    def _ends(self, number: int) -> tuple[int, int, int]:
        lot = self.ledger.lots[number]
        return lot.end_of_bidding, lot.end_of_reveal, lot.end_of_tally

    def _where(self, lot: int) -> str:
        return self.rng.choice([self.house, *self.ledger.lots[lot].daos])

    def _seal(self, where: str, lot: int, who: str, amount: int) -> bytes:
        salt = self.rng.randbytes(32)
        sealed = commitment(self.chain.chain_id, Opening(where, lot, who, amount, salt))
        self.seals[sealed] = amount, salt
        return sealed

    def _lock(self) -> list[bytes]:
        """A lock or none: the contracts never read it."""
        length = self.rng.choice((None, 0, 1, 160, 161))
        return [] if length is None else [self.rng.randbytes(length)]

    def bid(self, lot: int, who: str) -> None:
        rng, where = self.rng, self._where(lot)
        other = rng.choice(self.lots)
        amounts = [rng.choice((0, 1, 3, 7, 7, 8, 12, 30)) for _ in range(2)]
        both = list(dict(zip((lot, other), amounts, strict=True)).items())
        if self.daos.get(where):
            if rng.random() < 0.3:
                value = sum(amount for _, amount in both)
                self.try_(who, where, "raiseMany", both, lots=dict(both), value=value)
            else:
                self.try_(who, where, "raiseBid", lot, lots=[lot], value=amounts[0])
        elif rng.random() < 0.3:
            seals = [(one, self._seal(where, one, who, amount), amount) for one, amount in both]
            locks = [rng.choice((b"", b"no lock")) for _ in both]
            value = sum(amount for *_, amount in seals)
            self.try_(who, where, "commitMany", seals, locks, lots=dict(both), value=value)
        else:
            added = rng.choice((0, amounts[0], amounts[0] + 5))
            sealed, lock = self._seal(where, lot, who, amounts[0]), self._lock()
            told = "commit, locked" if lock and lock[0] else ""
            self.try_(who, where, "commit", lot, sealed, *lock, lots=[lot], value=added, told=told)

    def roll(self, lot: int, who: str) -> None:
        """Mostly somebody who has something left on another lot that is over."""
        where, origin = self._where(lot), self.rng.choice(self.lots)
        able = [one for one in self.free() if self._can_roll(one, lot)]
        if able and self.rng.random() < 0.8:
            where, origin, who = self.rng.choice(able)
        told = self._told_of_roll(where, origin, who)
        added = self.rng.choice((0, 0, 0, 4))
        book = self.ledger.books.get((where, origin))
        due = book.due(who) if book and who in book.boxes else 1
        bid = due + added + self.rng.choice((0, 0, 0, -1, 1))
        sealed, lock = self._seal(where, lot, who, max(0, bid)), self._lock()
        lots = [origin, lot]
        if self.try_(who, where, "roll", origin, lot, sealed, *lock, lots=lots, value=added):
            self.done["roll, locked"] += bool(lock and lock[0])
            self.done[told] += 1
            box = self.ledger.books[where, lot].boxes[who]
            assert box.deposit >= due + added

    def free(self) -> list[tuple[str, int, str]]:
        """Contract, lot and bidder of all that could be claimed now: what the silent have left once the reveal has ended, and
        what others have once the lot is over for them.
        """
        standing = {lot: self.view(self.house, "standing", lot) for lot in self.lots}
        return [
            (where, lot, who)
            for (where, lot), book in self.ledger.books.items()
            for who, box in book.boxes.items()
            if book.due(who) > 0
            and (
                self.chain.now() >= self.ledger.lots[lot].end_of_reveal
                if box.is_sealed
                else standing[lot][0] >= Phase.SETTLED
                or (standing[lot][0] == Phase.CLOSED and standing[lot][1] not in (who, where))
            )
        ]

    def _can_roll(self, free: tuple[str, int, str], lot: int) -> bool:
        where, origin, _ = free
        is_sealed = not self.daos.get(where)
        return origin != lot and is_sealed and (where, lot) in self.ledger.books

    def _told_of_roll(self, where: str, lot: int, who: str) -> str:
        book = self.ledger.books.get((where, lot))
        if book is None or who not in book.boxes or book.boxes[who].is_sealed:
            return "roll of what a bond left"
        return "roll after a win" if book.is_served(who) else "roll after a loss"

    def withdraw(self, lot: int, who: str) -> None:
        self.try_(who, self._where(lot), "withdraw", lot, who, lots=[lot])

    def _opening(self, where: str, lot: int, who: str) -> tuple[int, bytes]:
        """The opening of somebody's bid, now and then a false one."""
        book = self.ledger.books.get((where, lot))
        box = book.boxes.get(who) if book else None
        bid, salt = self.seals.get((box.commitment if box else None) or b"", (1, bytes(32)))
        return bid + (self.rng.random() < 0.05), salt

    def reveal(self, lot: int, who: str) -> None:
        where = self._where(lot)
        self.try_(who, where, "reveal", lot, *self._opening(where, lot, who), lots=[lot])

    def reveal_batch(self, lot: int, who: str) -> None:
        where = self._where(lot)
        some = self.rng.sample(self.people, self.rng.randrange(1, 5))
        openings = [(one, *self._opening(where, lot, one)) for one in some]
        self.try_(who, where, "revealBatch", lot, openings, lots=[lot])

    def tally(self, lot: int, who: str) -> None:
        dao = self.rng.choice(list(self.daos))
        book = self.ledger.books.get((dao, lot))
        order = [member for _, member in book.ascending()][book.counted(who) :] if book else []
        if self.rng.random() < 0.1 and order:
            order.pop(self.rng.randrange(len(order)))
        if self.rng.random() < 0.3:
            order = order[: len(order) // 2]
        self.try_(who, dao, "tally", lot, order, lots=[lot])

    def settle(self, lot: int, who: str) -> None:
        _, leader, price = self.view(self.house, "standing", lot)
        if leader not in self.daos or self.rng.random() < 0.1:
            told = "settle, by an individual"
            self.try_(who, self.house, "settle", lot, lots=[lot], told=told)
            return
        book = self.ledger.books[leader, lot]
        step = book.reaching(price)
        assert step is not None, "the logs hold no step that reaches the price"
        bids = b"".join(
            bid.to_bytes(8, "big") for bid, _ in book.ascending()[step.start : step.counted]
        )
        given = (lot, step.start, step.best_before, bids)
        self.try_(who, leader, "settle", *given, lots=[lot], told="settle, by a DAO")

    def claim(self, lot: int, who: str) -> None:
        where, free = self._where(lot), [one for one in self.free() if one[1] == lot]
        if free and self.rng.random() < 0.7:
            where, _, who = self.rng.choice(free)
        box = self.ledger.books[where, lot].boxes.get(who)
        early = self.phase(lot) == Phase.TALLY and box is not None and box.is_sealed
        due = self.ledger.books[where, lot].due(who) if box else 0
        if self.rng.random() < 0.6:
            worked = self.try_(who, where, "claim", lot, lots=[lot])
        else:
            worked = self.try_(who, where, "claimTo", lot, self.heir, lots=[lot])
            self.inherited[who] += due if worked else 0
        self.done["claim of the silent in the tally phase"] += early and worked

    def claim_batch(self, lot: int, who: str) -> None:
        """Some of them people with code, who may refuse."""
        some = [*self.rng.choices(self.people, k=self.rng.randrange(1, 7)), *self.actors]
        self.try_(who, self._where(lot), "claimBatch", lot, some, lots=[lot])

    def name(self, lot: int, who: str) -> None:
        self.try_(who, self.house, "nameRecipient", lot, self.heir, lots=[lot])

    def enter(self, lot: int, who: str) -> None:
        self.try_(who, self.rng.choice(list(self.daos)), "enter", lot, lots=[lot])

    def deploy_estate(self, lot: int, who: str) -> None:
        self.try_(who, self.rng.choice(list(self.daos)), "deployEstate", lot, lots=[lot])

    def reclaim(self, lot: int, who: str) -> None:
        self.try_(who, self.house, "reclaim", lot, lots=[lot])

    def withdraw_proceeds(self, _: int, who: str) -> None:
        who = self.rng.choice((who, self.seller))
        self.try_(who, self.house, "withdrawProceeds", who, lots=[])

    def behave(self, lot: int, _: str) -> None:
        """Somebody with code takes money in another manner from now on. Paid for a call of its own, it has the gas to roll."""
        rng, actor, manner = self.rng, self.rng.choice(self.actors), self.rng.choice(MANNERS)
        where, other = self._where(lot), rng.choice(self.lots)
        able = [one for one in self.free() if one[2] == actor and self._can_roll(one, lot)]
        if able and rng.random() < 0.7:
            where, origin, _ = rng.choice(able)
            call: tuple[Any, ...] = ("roll", origin, lot, self._seal(where, lot, actor, 7))
            other, manner = origin, Manner.REENTER
        elif rng.random() < 0.5:
            call = ("claim", lot)
        else:
            where, call = self.house, ("reclaim", lot)
        data = self._contract(where).encode(*call)
        self.must(self.stranger, actor, behave(manner))
        self.must(self.stranger, actor, prepare(where, data))
        self.prepared[actor] = [lot, other] if manner == Manner.REENTER else []
        if call[0] == "roll":
            for at, book in self.ledger.books.items():
                if actor in book.boxes and self.phase(at[1]) == Phase.BIDDING:
                    self.try_(actor, at[0], "withdraw", at[1], actor, lots=[at[1]])
                    break

    # What must hold

    def phase(self, lot: int) -> Phase:
        phase: Phase = self.view(self.house, "phase", lot)[0]
        return phase

    def states(self) -> dict[int, State]:
        """All lots as the contracts have them."""
        states = {lot: State() for lot in self.lots}
        for where in self.contracts:
            asked: list[tuple[Any, ...]] = []
            for lot in self.lots:
                asked += [("bookOf", lot), *(("bidOf", lot, who) for who in self.people)]
                if where == self.house:
                    asked.append(("lotOf", lot))
                    asked += [("recipientOf", lot, who) for who in self.people]
                else:
                    asked.append(("resultOf", lot))
            called = self._contract(where)
            calls = [called.encode(*one) for one in asked]
            for (function, lot, *who), answer in zip(
                asked, self.view(where, "multicall", calls)[0], strict=True
            ):
                found, state = called.decode(function, answer), states[lot]
                if function == "bidOf":
                    state.bids[where, who[0]] = found[0]
                elif function == "bookOf":
                    state.books[where] = found[0]
                else:
                    state.listing += found
        for lot in self.lots:
            states[lot].listing += (self._owner(lot),)
        return states

    def _owner(self, lot: int) -> str:
        token = self.ledger.lots[lot].token_id
        data = self.chain.call(self.item, ITEM.encode("ownerOf", token))
        owner: str = ITEM.decode("ownerOf", data)[0]
        return owner

    def check(self, lots: Collection[int]) -> None:
        """After a call on `lots`."""
        self.ledger.sync()
        now = self.states()
        for lot in self.lots:
            assert lot in lots or now[lot] == self.before[lot], f"lot {lot} changed"
            for where in self.contracts:
                book = self.ledger.books.get((where, lot))
                assert now[lot].books[where] == self._head(book, lot), (where, lot)
                for who in self.people:
                    assert now[lot].bids[where, who] == _stored(book, who), (where, lot, who)
        for where in self.contracts:
            owed = sum(self._owed(now[lot], where, lot) for lot in self.lots)
            wei = (owed + self._burnt(where)) * WEI_PER_UNIT
            if where == self.house:
                wei += self.view(where, "proceeds", self.seller)[0]
            assert self.chain.balance(where) == wei, where
        self.before = now

    def _head(self, book: Book | None, number: int) -> tuple[Any, ...]:
        """What `bookOf` has to say."""
        if book is None:
            return (0,) * 7
        bids = sum(box.bid is not None for box in book.boxes.values())
        members = (book.served if book.won else bids) if book.of_dao else 0
        state = BOOK_STATES[book.won, book.lost]
        return (*self._ends(number), book.bond_bps, members, book.share, state)

    def _owed(self, state: State, where: str, lot: int) -> int:
        """What is stored for everybody in a book, less the share of who is served and has not been paid out, in units."""
        book = self.ledger.books.get((where, lot))
        return sum(
            deposit
            - (book.share if book and deposit and seal == OPEN and book.is_served(who) else 0)
            for who in self.people
            for seal, _, deposit in [state.bids[where, who]]
        )

    def _burnt(self, where: str) -> int:
        books = (book for (at, _), book in self.ledger.books.items() if at == where)
        return sum(box.burnt for book in books for box in book.boxes.values())

    # The end

    def end(self) -> None:
        """A stranger ends everything, and everybody has what the rule gives it."""
        for actor in self.actors:
            self.must(self.stranger, actor, behave(Manner.ACCEPT))
        self.prepared.clear()
        lapsed = {lot for lot in self.lots if not self._end(lot)}
        for lot in self.lots:
            for where in [self.house, *self.ledger.lots[lot].daos]:
                self.try_(self.stranger, where, "claimBatch", lot, self.people, lots=[lot])
        self.try_(self.seller, self.house, "withdrawProceeds", self.seller, lots=[])
        for where in self.contracts:
            assert self.chain.balance(where) == self._burnt(where) * WEI_PER_UNIT
        for lot in self.lots:
            self._check_lot(lot, lot in lapsed)
        self._check_purses()

    def _end(self, number: int) -> bool:
        """Whether somebody took care of the lot in time."""
        keeper, lot = self.stranger, self.ledger.lots[number]
        self.chain.advance_to(lot.end_of_reveal)
        for dao in lot.daos:
            if self.phase(number) == Phase.TALLY and dao not in lot.group_bids:
                order = [member for _, member in self.ledger.books[dao, number].ascending()]
                assert self.try_(keeper, dao, "tally", number, order, lots=[number])
        if self.phase(number) == Phase.TALLY:
            self.chain.advance_to(lot.end_of_tally)
        in_time = self.rng.random() < 0.8
        while in_time and self.phase(number) == Phase.CLOSED:
            self.settle(number, keeper)
        if lot.winner is None and not lot.returned:
            self.chain.advance_to(lot.end_of_tally + WINDOW)
            self.try_(keeper, self.house, "reclaim", number, lots=[number])
        return in_time

    def _check_lot(self, number: int, lapsed: bool) -> None:
        """The lot came out as the reference has it, and the item is where it ought to be."""
        lot, expected = self.ledger.lots[number], self._reference(number)
        if lot.winner is None:
            assert lot.returned
            assert lapsed or expected.winner is None
            assert self._owner(number) == self.seller
            paid = Counter[tuple[str, str]]()
        else:
            assert (lot.winner, lot.price, lot.paid) == (
                expected.winner,
                expected.price,
                expected.paid,
            )
            at = lot.winner if lot.winner in self.daos else self.house
            paid = Counter({(at, who): expected.share for who in expected.served})
            assert self._owner(number) == self._winner_has_it_at(number, lot.winner)
        for book in self.ledger.books_on(number):
            for who, box in book.boxes.items():
                bond = box.deposit * lot.bond_bps // 10_000 if box.is_sealed else 0
                assert box.burnt == bond
                assert box.deposit - box.received - bond == paid[book.contract, who] or (
                    not box.closed and box.deposit == paid[book.contract, who]
                )

    def _winner_has_it_at(self, number: int, winner: str) -> str:
        if winner in self.daos:
            return str(self.view(winner, "estateAt", number)[0])
        named: str = self.view(self.house, "recipientOf", number, winner)[0]
        return winner if int(named, 16) == 0 else named

    def _reference(self, number: int) -> LotOutcome:
        """What the reference makes of the bids that were opened, in the order of their arrival."""
        lot = self.ledger.lots[number]
        alone = self.ledger.books[self.house, number].openings
        groups = [_group(account_in(one), {account_in(one): amount_in(one)}) for one in alone]
        for dao, bid in lot.group_bids.items():
            boxes = self.ledger.books[dao, number].boxes.items()
            bids = {who: box.bid for who, box in boxes if box.bid is not None}
            if bid:
                groups.append(_group(dao, bids))
        if not groups:
            return LotOutcome(None, 0, 0, 0, (), {})
        return two_level.solve(TwoLevelInstance(1, (lot.reserve,), tuple(groups))).items[0]

    def _check_purses(self) -> None:
        """What everybody put down and did not get back is what it paid and what it burnt."""
        gained = Counter[str]()
        for book in self.ledger.books.values():
            for who, box in book.boxes.items():
                gained[who] += box.received - box.deposit
        for who in self.people:
            units = gained[who] + self.lent[who] - self.inherited[who]
            assert self.chain.balance(who) - PURSE == units * WEI_PER_UNIT, who
        assert self.chain.balance(self.heir) == self.inherited.total() * WEI_PER_UNIT
        sold = sum(lot.paid for lot in self.ledger.lots.values())
        assert self.chain.balance(self.seller) - PURSE == sold * WEI_PER_UNIT
        burnt = sum(map(self._burnt, self.contracts))
        assert -gained.total() == sold + burnt

    # Setting up

    def _dao(self, make: str, is_open: bool, minimum: int) -> str:
        data = FACTORY.encode(make, self.house, is_open, minimum, bytes(32), [])
        events = (FACTORY.event(log) for log in self.must(self.stranger, self.factory, data).logs)
        dao: str = next(event.args["dao"] for event in events if event is not None)
        return dao

    def _list(self, place: int) -> int:
        """A lot whose bidding lasts until the one before it may be over."""
        start, number = self.chain.now() + 2 * STAGE * place, place + 1
        ends = (start + STAGE, start + 2 * STAGE, start + 3 * STAGE)
        bond, reserve = self.rng.choice((1_000, 3_333, 10_000)), self.rng.choice((1, 1, 10))
        self.must(self.seller, self.item, ITEM.encode("mint", self.seller, number))
        terms = self.item, number, reserve, (*ends, bond)
        self.must(self.seller, self.house, HOUSE.encode("list", *terms))
        for dao in self.daos:
            if self.rng.random() < 0.8:
                self.must(self.stranger, dao, DAO.encode("enter", number))
        self.ledger.sync()
        return number


def _stored(book: Book | None, who: str) -> tuple[bytes, int, int]:
    """What `bidOf` has to say: of who was served and paid out the bid, of others who were paid out nothing."""
    box = book.boxes.get(who) if book else None
    if book is None or box is None:
        return NOTHING
    if box.closed:
        return (OPEN, box.bid, 0) if box.bid is not None and book.is_served(who) else NOTHING
    if box.bid is None:
        return (box.commitment or OPEN, 0, box.deposit)
    return (OPEN, box.bid, box.deposit)


def _group(name: str, bids: dict[str, int]) -> Group:
    return Group(name, tuple(Member(who, (bid,), (bid,)) for who, bid in bids.items()))


@pytest.mark.parametrize("first", chunks(WALKS, CHUNK, EACH_TIME))
def test_random_walks(first: int) -> None:
    """Every way through is taken, and none is stuck."""
    done = walk_all(Stroll, range(first, first + CHUNK), STEPS)
    missing = [what for what in SUCCEEDS if not done[what]]
    assert not missing, f"never done from seed {first} on: {missing}"
