"""Random walks through auctions under approximate valuations: anybody does anything at any time, and a stranger ends it.

After every transaction the phase is the one that time and bids make it, and every contract holds what
it owes. A decision, however false the proof that was tried, is the one that the rule makes of the true
bids and the draw. From wherever the walk stops, a stranger ends all lots with nothing but public data;
then every wei is where the rule says.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import NO_BEACON, create
from offchain.bindings.draw_proofs import DrawProof, Walk, prove, steps
from offchain.bindings.entries import pack
from offchain.bindings.enumerations import Phase
from offchain.bindings.seals import Opening, commitment
from offchain.chain.backend import Receipt, Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from tests.differential.chunks import chunks
from tests.differential.walks import walk_all
from tests.puppets import Manner, act, behave, prepare

WALKS, EACH_TIME, CHUNK, STEPS, LOTS = 80, 40, 20, 150, 2
MINUTE, DAYS = 60, 86_400
STAGE, WINDOW = 20 * MINUTE, 3 * DAYS
SELLER, STRANGER, PEOPLE = 0, 1, range(2, 7)
PURSE = 10**24
NOTHING = (bytes(24), 0, 0)
"""What `bidOf` says where there is no bid, or nothing left of it."""
HOUSE, DAO, ITEM = map(contract, ("ApproximateAuction", "DAO", "Item"))
MANNERS = (Manner.ACCEPT, Manner.REFUSE, Manner.RETURN_MUCH, Manner.REENTER)
"""How an `Actor` is paid: it takes it, refuses, burns gas, or calls back."""


@dataclass
class Book:
    """The bids in one book: deposits, sealed bids with their salts, and open ones in order."""

    deposits: dict[str, int] = field(default_factory=dict)
    seals: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)


@dataclass
class Lot:
    """One lot, as it should be."""

    number: int
    delta: Fraction
    ends: tuple[int, int, int]
    bond_bps: int
    books: dict[str, Book]
    arrived: dict[str, int] = field(default_factory=dict)
    requested: bool = False
    word: int | None = None
    decided: tuple[int, str | None, int] | None = None
    settled: bool = False
    walks: dict[str, tuple[DrawProof, list[tuple[Walk, Sequence[int]]]]] = field(
        default_factory=dict
    )

    def bonds(self, where: str) -> list[tuple[str, int]]:
        """What it costs those in a book who did not open their bids."""
        book = self.books[where]
        return [
            (who, deposit * self.bond_bps // 10_000)
            for who, deposit in book.deposits.items()
            if who not in book.opened
        ]

    def players(self, house: str) -> list[int]:
        """The entries of individuals, then of DAOs."""
        late = {dao: bid for dao, bid in self.arrived.items() if bid}
        both = self.books[house].opened | late
        return [pack(self.number, bid, who) for who, bid in both.items()]

    def phase(self, house: str, now: int) -> Phase:
        """By time and bids."""
        bidding, reveal, tally = self.ends
        if self.settled:
            return Phase.SETTLED
        if now < bidding:
            return Phase.BIDDING
        if now < reveal:
            return Phase.REVEAL
        if now < tally and len(self.arrived) < len(self.books) - 1:
            return Phase.TALLY
        if self.decided:
            at, leader, _ = self.decided
            return Phase.CLOSED if leader and now < at + WINDOW else Phase.VOID
        return Phase.DRAW if self.players(house) and now < tally + WINDOW else Phase.VOID


def willingness(bids: list[int]) -> int:
    """What a group bids."""
    return max((rank * bid for rank, bid in enumerate(sorted(bids, reverse=True), 1)), default=0)


class Stroll:
    """Some lots at one auction house with a DAO of each kind, walked through at random."""

    def __init__(self, seed: int, chain: Revm | None = None) -> None:
        self.rng = random.Random(seed)
        self.chain = chain = chain or Revm()
        self.accounts = [chain.actor(index) for index in range(PEOPLE.stop)]
        self.seller, self.stranger = self.accounts[SELLER], self.accounts[STRANGER]
        self.factory = create(chain, self.stranger, "DAOFactory")
        self.words = create(chain, self.stranger, "SetRandomness")
        self.house = create(
            chain, self.stranger, "ApproximateAuction", self.factory, NO_BEACON, self.words
        )
        self.item = create(chain, self.seller, "Item")
        self.actors = [create(chain, self.stranger, "Actor") for _ in range(2)]
        self.people = [self.accounts[place] for place in PEOPLE] + self.actors
        for who in (*self.people, self.stranger, self.seller):
            chain.fund(who, PURSE)
        self.must(self.seller, self.item, ITEM.encode("setApprovalForAll", self.house, True))
        self.daos = {
            self._dao(is_open): is_open for is_open in (True, False)
        }  # each of either make
        self.done: Counter[str] = Counter()
        self.lent: Counter[str] = Counter()  # by the stranger, who sends for accounts with code
        self.lots = [self._list() for _ in range(LOTS)]

    # Making calls

    def must(self, sender: str, to: str, data: bytes, value: int = 0) -> Receipt:
        return self.chain.send(Transaction(sender, to, data, value))

    def try_(self, who: str, to: str, function: str, *given: object, value: int = 0) -> bool:
        """Sends a call, by way of the account itself if it has code; whether it was carried out."""
        data = (DAO if to in self.daos else HOUSE).encode(function, *given)
        if who in self.actors:
            to, data = who, act(to, data)
        sender = self.stranger if who in self.actors else who
        (result,) = self.chain.send_all([Transaction(sender, to, data, value)])
        if isinstance(result, Reverted):
            assert len(result.data) >= 4, f"{function}{given}: no reason given, {result}"
            return False
        self.done[function] += 1
        if who in self.actors:
            self.lent[who] += value // WEI_PER_UNIT
        return True

    def view(self, function: str, *given: object) -> tuple[Any, ...]:
        return HOUSE.decode(function, self.chain.call(self.house, HOUSE.encode(function, *given)))

    # Anybody does anything

    def step(self) -> None:
        rng = self.rng
        if rng.random() < 0.1:
            self._let_time_pass()
        now = self.chain.now()
        running = [lot for lot in self.lots if lot.phase(self.house, now) < Phase.SETTLED]
        lot = rng.choice(running if running and rng.random() < 0.9 else self.lots)
        phase = lot.phase(self.house, now)
        usual: dict[Phase, tuple[Callable[[Lot, str], None], ...]] = {
            Phase.BIDDING: (self.bid, self.bid, self.bid, self.withdraw, self.roll),
            Phase.REVEAL: (self.reveal, self.reveal, self.reveal_batch),
            Phase.TALLY: (self.tally,),
            Phase.DRAW: (self.request, self.answer, self.decide, self.decide, self.lie),
            Phase.CLOSED: (self.settle, self.claim, self.claim_batch),
            Phase.SETTLED: (self.claim, self.claim_batch),
            Phase.VOID: (self.claim, self.claim_batch, self.reclaim),
        }
        odd = [plan for plans in usual.values() for plan in plans]
        odd += [self.intrude, self.name, self.withdraw_proceeds, self.behave]
        plan = rng.choice(usual[phase] if rng.random() < 0.75 else odd)
        plan(lot, rng.choice(self.people))
        self.check()

    def _let_time_pass(self) -> None:
        """Mostly to a moment at which something ends, or one second before."""
        now = self.chain.now()
        ends = [end for lot in self.lots for end in (*lot.ends, lot.ends[2] + WINDOW)]
        ends += [lot.decided[0] + WINDOW for lot in self.lots if lot.decided]
        later = sorted(end for end in ends if end > now)
        if later and self.rng.random() < 0.5:
            self.chain.advance_to(later[0] - self.rng.randrange(2))
        else:
            self.chain.advance_to(now + self.rng.randrange(5 * MINUTE))

    def bid(self, lot: Lot, who: str) -> None:
        where = self.rng.choice(list(lot.books))
        book, amount = lot.books[where], self.rng.choice((0, 0, 1, 3, 7, 7, 8, 12, 30))
        if self.daos.get(where):
            if self.try_(who, where, "raiseBid", lot.number, value=amount * WEI_PER_UNIT):
                book.deposits[who] = book.opened[who] = book.deposits.get(who, 0) + amount
            return
        added, salt = self.rng.choice((0, amount, amount + 1, amount + 5)), self.rng.randbytes(32)
        sealed = commitment(self.chain.chain_id, Opening(where, lot.number, who, amount, salt))
        lock = self.rng.choice(([], [b""], [b"no lock"]))  # nothing here reads it
        if self.try_(who, where, "commit", lot.number, sealed, *lock, value=added * WEI_PER_UNIT):
            book.deposits[who] = book.deposits.get(who, 0) + added
            book.seals[who] = amount, salt

    def withdraw(self, lot: Lot, who: str) -> None:
        where = self.rng.choice(list(lot.books))
        if self.try_(who, where, "withdraw", lot.number, who):
            for part in (
                lot.books[where].deposits,
                lot.books[where].seals,
                lot.books[where].opened,
            ):
                part.pop(who, None)

    def reveal(self, lot: Lot, who: str) -> None:
        where = self.rng.choice(list(lot.books))
        amount, salt = lot.books[where].seals.get(who, (1, bytes(32)))
        if self.rng.random() < 0.1:
            amount += 1
        if self.try_(who, where, "reveal", lot.number, amount, salt):
            lot.books[where].opened[who] = amount

    def reveal_batch(self, lot: Lot, who: str) -> None:
        where = self.rng.choice([self.house, *(dao for dao in self.daos if not self.daos[dao])])
        book = lot.books.get(where, Book())
        some = [*self.rng.sample(self.people, self.rng.randrange(1, 5)), who]
        openings = [(one, *book.seals.get(one, (1, bytes(32)))) for one in some]
        if self.try_(who, where, "revealBatch", lot.number, openings):
            for one, amount, _ in openings:
                if (
                    one in book.seals
                    and amount <= book.deposits[one]
                    and (amount or where == self.house)
                ):
                    book.opened.setdefault(one, amount)

    def tally(self, lot: Lot, who: str) -> None:
        dao = self.rng.choice(list(self.daos))
        book = lot.books.get(dao, Book())
        order = sorted(book.opened, key=lambda member: (book.opened[member], int(member, 16)))
        if self.rng.random() < 0.1 and order:
            order.pop(self.rng.randrange(len(order)))
        if self.try_(who, dao, "tally", lot.number, order) and len(order) == len(book.opened):
            lot.arrived[dao] = willingness(list(book.opened.values()))

    def request(self, lot: Lot, who: str) -> None:
        lot.requested |= self.try_(who, self.house, "requestDraw", lot.number)

    def answer(self, lot: Lot, who: str) -> None:
        if lot.word is None and lot.requested:
            lot.word = (
                2**256 - 1 - self.rng.getrandbits(self.rng.choice((256, 252)))
            )  # often unsold
            data = contract("SetRandomness").encode("set", self.house, lot.number, lot.word)
            self.must(who if who not in self.actors else self.stranger, self.words, data)

    def proof(self, lot: Lot) -> tuple[DrawProof, list[int]]:
        entries = lot.players(self.house)
        draw = (self.rng.getrandbits(256) if lot.word is None else lot.word) >> 1
        return prove([entry >> 160 & 2**64 - 1 for entry in entries], lot.delta, draw), entries

    def decide(self, lot: Lot, who: str) -> None:
        """The next step of a true walk, which began when its proof may have been another."""
        if not lot.walks.get(who, (None, []))[1]:
            proof, entries = self.proof(lot) if lot.players(self.house) else (None, [])
            if proof is None:
                return
            lot.walks[who] = proof, list(steps(entries, proof, self.rng.choice((1, 2, 3, 99))))
        proof, left = lot.walks[who]
        walk, some = left[0]
        if self._decided(lot, who, proof.words, walk.words, some):
            left.pop(0)
        else:
            left.clear()

    def lie(self, lot: Lot, who: str) -> None:
        """A proof, a walk or a list of players with something changed in it."""
        entries = lot.players(self.house)
        if not entries:
            return
        proof, _ = self.proof(lot)
        words, walk = list(proof.words), list(Walk().words)
        kind, rng = self.rng.randrange(5), self.rng
        if kind == 0:
            words[0] = rng.randrange(len(entries) + 2)
        elif kind == 1:
            words[1] = max(0, words[1] + rng.choice((-1, 1)))
        elif kind == 2:
            words[rng.choice((2, 3, 4))] += rng.choice((1, 7, 1 << 88, (1 << 88) + 7, 1 << 112))
        elif kind == 3:
            place = rng.randrange(len(entries))
            entries[place] = rng.choice((entries[0], entries[place] + (1 << 160), 0))
        else:
            walk = [rng.choice((0, word + 1)) for word in walk]
        self._decided(lot, who, tuple(words), tuple(walk), entries)

    def _decided(
        self,
        lot: Lot,
        who: str,
        words: tuple[int, ...],
        walk: tuple[int, ...],
        entries: Sequence[int],
    ) -> bool:
        """Tries a decision; if that decides the lot, it must have come out as the rule says."""
        phase = lot.phase(self.house, self.chain.now())
        if not self.try_(who, self.house, "decide", lot.number, words, walk, entries):
            return False
        assert phase == Phase.DRAW
        if self.view("lotteryOf", lot.number)[0][4]:
            assert lot.requested
            assert lot.word is not None
            true, players = self.proof(lot)
            leader, price = None, 0
            if true.place < len(players):
                entry = players[true.place]
                (leader,) = (
                    one for one in (*self.people, *self.daos) if int(one, 16) == entry % 2**160
                )
                price = max(true.price, 1) if leader in self.daos else true.price
            lot.decided = self.chain.now(), leader, price
            self.done["sold" if leader else "unsold"] += 1
        return True

    def settle(self, lot: Lot, who: str) -> None:
        leader = lot.decided[1] if lot.decided else None
        if leader in self.daos and self.rng.random() < 0.9:
            bids = sorted(lot.books[leader].opened.values())
            packed = b"".join(bid.to_bytes(8, "big") for bid in bids)
            lot.settled |= self.try_(who, leader, "settle", lot.number, 0, 0, packed)
        else:
            lot.settled |= self.try_(who, self.house, "settle", lot.number)

    def claim(self, lot: Lot, who: str) -> None:
        where = self.rng.choice(list(lot.books))
        if self.rng.random() < 0.5:
            self.try_(who, where, "claim", lot.number)
        else:
            self.try_(who, where, "claimTo", lot.number, who)

    def claim_batch(self, lot: Lot, who: str) -> None:
        some = self.rng.choices(self.people, k=self.rng.randrange(1, 9))
        self.try_(who, self.rng.choice(list(lot.books)), "claimBatch", lot.number, some)

    def roll(self, lot: Lot, who: str) -> None:
        """From the other lot, or from this one to itself."""
        origin, where = self.rng.choice(self.lots), self.rng.choice(list(lot.books))
        held = [one for one in self.people if one in origin.books.get(where, Book()).deposits]
        who = self.rng.choice(held or [who])
        left, salt = self._due(origin, where, who), self.rng.randbytes(32)
        if left and who not in origin.books[where].opened:
            left -= left * origin.bond_bps // 10_000
        sealed = commitment(self.chain.chain_id, Opening(where, lot.number, who, left, salt))
        if self.try_(who, where, "roll", origin.number, lot.number, sealed):
            book = lot.books[where]
            book.deposits[who] = book.deposits.get(who, 0) + left
            book.seals[who] = left, salt

    def name(self, lot: Lot, who: str) -> None:
        """An individual has what it may win sent to somebody else."""
        self.try_(who, self.house, "nameRecipient", lot.number, self.rng.choice(self.people))

    def reclaim(self, lot: Lot, who: str) -> None:
        self.try_(who, self.house, "reclaim", lot.number)

    def withdraw_proceeds(self, _: Lot, who: str) -> None:
        who = self.rng.choice((who, self.seller))
        self.try_(who, self.house, "withdrawProceeds", who)

    def intrude(self, lot: Lot, who: str) -> None:
        """What is a DAO's alone, or nobody's."""
        assert not self.try_(who, self.house, "submit", lot.number, 99)
        assert not self.try_(who, self.house, "pay", lot.number, who, value=99 * WEI_PER_UNIT)
        assert not self.try_(who, self.house, "enter", lot.number)

    def behave(self, lot: Lot, _: str) -> None:
        """Somebody with code takes money in another manner from now on."""
        actor, where = self.rng.choice(self.actors), self.rng.choice(list(lot.books))
        function = self.rng.choice(("claim", "settle", "reclaim", "requestDraw"))
        if where in self.daos or function == "claim":
            data = DAO.encode("claim", lot.number)
        else:
            data = HOUSE.encode(function, lot.number)
        self.must(self.stranger, actor, behave(self.rng.choice(MANNERS)))
        self.must(self.stranger, actor, prepare(where, data))

    # What must hold

    def check(self) -> None:
        """Phases, and the money of every contract by what is stored for everybody."""
        for lot in self.lots:
            state = HOUSE.decode("bookOf", self._call(self.house, "bookOf", lot.number))[0][6]
            lot.settled |= state == 2  # by who called back
            lot.requested |= self.view("lotteryOf", lot.number)[0][3]
            phase = lot.phase(self.house, self.chain.now())
            assert self.view("phase", lot.number) == (phase,), lot
        proceeds = self.view("proceeds", self.seller)[0]
        for where in (self.house, *self.daos):
            owed = sum(self._due(lot, where, who) for lot in self.lots for who in self.people)
            kept = owed + sum(self._burnt(lot, where) for lot in self.lots)
            wei = kept * WEI_PER_UNIT + (proceeds if where == self.house else 0)
            assert self.chain.balance(where) == wei

    def _call(self, where: str, function: str, *given: object) -> bytes:
        return self.chain.call(where, DAO.encode(function, *given))

    def _due(self, lot: Lot, where: str, who: str) -> int:
        """What is stored for somebody in a book, less the share if served; before any bond."""
        _, bid, deposit = DAO.decode("bidOf", self._call(where, "bidOf", lot.number, who))[0]
        share: int = DAO.decode("bookOf", self._call(where, "bookOf", lot.number))[0][5]
        served = who == lot.decided[1] if where == self.house and lot.decided else False
        if where in self.daos:
            served = 0 < share <= bid
        left: int = deposit - share if deposit and served and lot.settled else deposit
        return left

    def _burnt(self, lot: Lot, where: str) -> int:
        """The bonds of those whose sealed bids are paid out."""
        if where not in lot.books:
            return 0
        return sum(
            bond
            for who, bond in lot.bonds(where)
            if DAO.decode("bidOf", self._call(where, "bidOf", lot.number, who))[0] == NOTHING
        )

    # The end

    def end(self) -> None:
        """A stranger ends everything, and everybody has what the rule gives it."""
        for actor in self.actors:
            self.must(self.stranger, actor, behave(Manner.ACCEPT))
        for lot in self.lots:
            self._end(lot)
            self.check()
        self.try_(self.seller, self.house, "withdrawProceeds", self.seller)
        for where in (self.house, *self.daos):
            bonds = [lot.bonds(where) for lot in self.lots if where in lot.books]
            burnt = sum(bond for some in bonds for _, bond in some)
            assert self.chain.balance(where) == burnt * WEI_PER_UNIT
        expected = Counter(dict.fromkeys((*self.people, self.seller), 0))
        for lot in self.lots:
            self._reckon(lot, expected)
        for who, units in expected.items():
            assert self.chain.balance(who) - PURSE == (units + self.lent[who]) * WEI_PER_UNIT, who

    def _end(self, lot: Lot) -> None:
        keeper = self.stranger
        self.chain.advance_to(lot.ends[1])
        for dao in self.daos:
            waits = dao in lot.books and dao not in lot.arrived
            if waits and lot.phase(self.house, self.chain.now()) == Phase.TALLY:
                book = lot.books[dao].opened
                order = sorted(book, key=lambda member: (book[member], int(member, 16)))
                assert self.try_(keeper, dao, "tally", lot.number, order)
                lot.arrived[dao] = willingness(list(book.values()))
        if lot.phase(self.house, self.chain.now()) == Phase.DRAW and self.rng.random() < 0.8:
            self.request(lot, keeper)
            self.answer(lot, keeper)
            proof, entries = self.proof(lot)
            for walk, some in steps(entries, proof, 3):
                assert self._decided(lot, keeper, proof.words, walk.words, some)
        if lot.phase(self.house, self.chain.now()) == Phase.CLOSED and self.rng.random() < 0.8:
            while not lot.settled:
                self.settle(lot, keeper)
        if not lot.settled:
            decided = lot.decided[0] if lot.decided else 0
            self.chain.advance_to(max(lot.ends[2], decided) + WINDOW)
            self.reclaim(lot, keeper)
            owner = ITEM.decode(
                "ownerOf", self.chain.call(self.item, ITEM.encode("ownerOf", lot.number))
            )
            assert owner == (self.seller,)
        for where in lot.books:
            self.try_(keeper, where, "claimBatch", lot.number, self.people)

    def _reckon(self, lot: Lot, expected: Counter[str]) -> None:
        """What the lot brings everybody, in units: prices as shares make them up, and bonds, which nobody gets."""
        for where in lot.books:
            for who, bond in lot.bonds(where):
                expected[who] -= bond
        if not lot.settled:
            return
        assert lot.decided is not None
        _, leader, price = lot.decided
        assert leader is not None
        paid = {leader: price}
        if leader in self.daos:
            opened = lot.books[leader].opened
            bids = sorted(opened.values(), reverse=True)
            served = max(rank for rank, bid in enumerate(bids, 1) if rank * bid >= price)
            share = -(-price // served)
            paid = {who: share for who, bid in opened.items() if bid >= share}
        for who, amount in paid.items():
            expected[who] -= amount
            expected[self.seller] += amount

    # Setting up

    def _dao(self, is_open: bool) -> str:
        make = self.rng.choice(("create", "createStandalone"))
        data = contract("DAOFactory").encode(make, self.house, is_open, 0, bytes(32), [])
        event = contract("DAOFactory").event(self.must(self.stranger, self.factory, data).logs[0])
        assert event is not None
        dao: str = event.args["dao"]
        return dao

    def _list(self) -> Lot:
        number, now = self.view("lotCount")[0] + 1, self.chain.now()
        # later lots can be bid on with what earlier ones left
        start = now + self.rng.choice((0, 6)) * STAGE * (number - 1)
        ends = (start + STAGE, start + 2 * STAGE, start + 3 * STAGE)
        bond, bottom = self.rng.choice((1_000, 3_333, 10_000)), self.rng.randint(2, 9)
        delta = Fraction(self.rng.randint(1, bottom - 1), bottom)
        self.must(self.seller, self.item, ITEM.encode("mint", self.seller, number))
        terms = self.item, number, delta.numerator, delta.denominator, (*ends, bond)
        self.must(self.seller, self.house, HOUSE.encode("list", *terms))
        books = {where: Book() for where in (self.house, *self.daos)}
        for dao in list(self.daos):
            if self.rng.random() < 0.7:
                self.must(self.stranger, dao, DAO.encode("enter", number))
            else:
                del books[dao]
        return Lot(number, delta, ends, bond, books)


@pytest.mark.parametrize("first", chunks(WALKS, CHUNK, EACH_TIME))
def test_random_walks(first: int) -> None:
    """Every way through is taken, and none is stuck."""
    done = walk_all(Stroll, range(first, first + CHUNK), STEPS)
    for function in (
        "withdraw",
        "revealBatch",
        "tally",
        "decide",
        "sold",
        "unsold",
        "settle",
        "claimTo",
        "roll",
        "nameRecipient",
        "reclaim",
    ):
        assert done[function] > 0, f"never done: {function}"
