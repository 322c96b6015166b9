"""Chooses what people try next in a random walk: mostly what a lot's phase asks for, else anything.

Amounts are in units of 1 gwei, ``value`` in wei.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.mechanism import MOST, NOBODY, commitment, entry, pack
from tests.contracts.model import Book, World

LOTS = 8
NEVER = 99  # no lot has this number

Proof = tuple[int, int, bytes]


class Call(NamedTuple):
    """A transaction to try."""

    at: Any
    name: str
    sender: str
    value: int
    args: tuple[Any, ...]

    def __str__(self) -> str:
        contract = f"{self.at._name} {self.at.address[:6]}"
        value = f" with {self.value} wei" if self.value else ""
        return f"{self.sender[:6]} calls {contract}.{self.name}{self.args}{value}"


class Walk:
    """Chooses what is tried next: mostly what the phase of some lot asks for, else anything."""

    def __init__(
        self, seed: int, world: World, auctioneer: Any, daos: list[Any], item: Any
    ) -> None:
        self.random = random.Random(seed)
        self.world, self.auctioneer, self.daos, self.item = world, auctioneer, daos, item
        self.people: list[str] = []
        self.puppets: list[str] = []
        self.secrets: dict[tuple[str, int, str], tuple[int, bytes]] = {}
        self.plans: dict[int, list[Callable[[int], Call]]] = {
            Phase.NONE: [self.list_item],
            Phase.BIDDING: [
                *[self.enter] * 4,
                *[self.commit] * 6,
                self.commit_many,
                *[self.raise_bid] * 4,
                self.raise_bids,
                self.withdraw,
                self.list_item,
                self.name_recipient,
                *[self.roll_to] * 2,
            ],
            Phase.REVEAL: [*[self.reveal] * 3, *[self.reveal_batch] * 3, self.multicall],
            Phase.TALLY: [*[self.tally] * 4, self.claim, self.claim_batch, self.roll],
            Phase.CLOSED: [
                *[self.settle] * 3,
                self.claim,
                self.claim_batch,
                self.tally,
                self.roll,
                self.name_recipient,
            ],
            Phase.SETTLED: [
                self.claim,
                self.claim_batch,
                self.roll,
                self.relist,
                self.withdraw_proceeds,
                self.multicall,
            ],
            Phase.VOID: [self.reclaim, self.claim, self.claim_batch, self.roll, self.multicall],
        }
        self.anything = [plan for plans in self.plans.values() for plan in plans]
        self.anything += [self.submit, self.pay]

    def next_call(self) -> Call:
        """What is tried next, on a lot that is still running, mostly."""
        where = {lot: self.world.phase(self.world.auctioneer, lot) for lot in self.world.lots}
        running = [lot for lot, phase in where.items() if phase < Phase.SETTLED]
        lots = running if running and self.random.random() < 0.7 else list(where)
        begin = len(where) < LOTS and len(running) < 4
        lot = self.random.choice([*lots, NEVER] if begin else lots)
        phase = where.get(lot, Phase.NONE)
        good = self.random.random() < 0.85
        return self.random.choice(self.plans[phase] if good else self.anything)(lot)

    def next_time(self) -> int:
        """When: a moment later, or exactly at, or a second before, the end of some phase."""
        present = self.world.now
        ends = [end for lot in self.world.lots.values() for end in lot.book.ends]
        near = [end + d for end in ends for d in (-1, 0) if present <= end + d < present + 900]
        if near and self.random.random() < 0.06:
            return self.random.choice(near)
        return present + self.random.choice([0, 1, 5, 20, 40])

    # WHO AND WHERE

    def anybody(self) -> str:
        return self.random.choice(self.people)

    def somewhere(self, lot: int, sealed: bool | None = None) -> Any:
        """A contract, mostly one with a book on the lot that takes such bids."""
        books = [self.auctioneer, *self.daos]
        if self.random.random() < 0.05:
            return self.random.choice(books if sealed is not False else self.daos)
        fit = [self.auctioneer] if sealed is not False else []
        for dao in self.daos:
            model = self.world.daos[dao.address]
            if lot in model.books and sealed in (None, not model.is_open):
                fit += [dao] * 3
        return self.random.choice(fit or self.daos)

    def bidders(self, at: Any, lot: int) -> list[str]:
        book = self.world.book(at.address, lot)
        return sorted(book.bids) if book else []

    def bidder(self, at: Any, lot: int) -> str:
        """Mostly one who has a deposit there."""
        book = self.world.book(at.address, lot)
        known = [who for who in sorted(book.bids) if book.bids[who].deposit] if book else []
        return self.random.choice(known) if known and self.random.random() < 0.9 else self.anybody()

    def maybe(self, chance: float, odd: Any, usual: Any) -> Any:
        return odd if self.random.random() < chance else usual

    # SELLING

    def list_item(self, _: int) -> Call:
        draw = self.random
        owners = sorted(set(self.world.items.values()).intersection(self.people))
        seller = self.maybe(0.1, self.anybody(), draw.choice(owners or self.people))
        owned = [token_id for token_id, owner in self.world.items.items() if owner == seller]
        token_id = self.maybe(
            0.1, draw.choice([*self.world.items, 10**6]), draw.choice([*owned, 0])
        )
        return Call(
            self.auctioneer, "list", seller, 0, (self.item.address, token_id, *self.terms())
        )

    def relist(self, lot: int) -> Call:
        """By its owner, if a person has it, mostly."""
        owner = self.world.items[self.world.lots[lot].token_id] if lot in self.world.lots else ""
        seller = self.maybe(0.2, self.anybody(), owner if owner in self.people else self.anybody())
        return Call(self.auctioneer, "relist", seller, 0, (lot, *self.terms()))

    def terms(self) -> tuple[int, tuple[int, ...]]:
        """Reserve and schedule."""
        draw, start = self.random, self.world.now
        bidding, reveal, tally = (draw.randint(600, 2_500) for _ in range(3))
        if draw.random() < 0.1:
            bidding, reveal = draw.choice([(0, 700), (900, 599), (900, 31 * 86_400)])
        ends = (start + bidding, start + bidding + reveal, start + bidding + reveal + tally)
        bond = self.maybe(0.05, draw.choice([0, 999, 10_001]), draw.choice([1_000, 3_333, 10_000]))
        return self.maybe(0.05, 0, draw.choice([1, 3, 10, 25])), (*ends, bond)

    def reclaim(self, lot: int) -> Call:
        return Call(self.auctioneer, "reclaim", self.anybody(), 0, (lot,))

    def withdraw_proceeds(self, _: int) -> Call:
        sellers = [*self.world.proceeds_wei, self.anybody()]
        recipient = self.maybe(0.1, self.auctioneer.address, self.anybody())
        return Call(
            self.auctioneer, "withdrawProceeds", self.random.choice(sellers), 0, (recipient,)
        )

    def submit(self, lot: int) -> Call:
        return Call(self.auctioneer, "submit", self.anybody(), 0, (lot, 10**9))

    def pay(self, lot: int) -> Call:
        return Call(self.auctioneer, "pay", self.anybody(), 10**12, (lot, self.anybody()))

    # BIDDING

    def enter(self, lot: int) -> Call:
        at = self.maybe(0.1, self.auctioneer, self.random.choice(self.daos))
        return Call(at, "enter", self.anybody(), 0, (lot,))

    def sealed(self, at: Any, lot: int, bidder: str) -> tuple[bytes, int]:
        """A new seal, good or not, and what to add to the deposit."""
        bid = self.random.choice([0, 1, 2, 3, *range(4, 40, 3)])
        extra = self.random.choice([-1, 0, 0, 1, 10])
        salt = self.random.randbytes(32)
        self.secrets[at.address, lot, bidder] = bid, salt
        seal = commitment(at, lot, bidder, bid, salt)
        return self.maybe(0.03, bytes(16) + seal[16:], seal), max(bid + extra, 0)

    def commit(self, lot: int) -> Call:
        at = self.somewhere(lot, sealed=True)
        bidder = self.anybody()
        seal, added = self.sealed(at, lot, bidder)
        wei = self.maybe(0.05, self.random.choice([1, WEI_PER_UNIT - 1]), 0)
        lock = self.maybe(0.3, (self.lock(),), ())
        return Call(at, "commit", bidder, WEI_PER_UNIT * added + wei, (lot, seal, *lock))

    def lock(self) -> bytes:
        """Anything, now and then too long."""
        return self.random.randbytes(self.random.choice([0, 1, 160, 160, 160, 161]))

    def roll(self, source: int) -> Call:
        """What one has on a lot goes to another, mostly one where bids are taken."""
        phases = {lot: self.world.phase(self.auctioneer.address, lot) for lot in self.world.lots}
        bidding = [lot for lot, phase in phases.items() if phase == Phase.BIDDING]
        target = self.maybe(0.1, source, self.random.choice(bidding or [source, NEVER]))
        return self.rolled(source, target)

    def roll_to(self, target: int) -> Call:
        """What one has on some lot goes to this one."""
        return self.rolled(self.random.choice([*self.world.lots, target]), target)

    def rolled(self, source: int, target: int) -> Call:
        at = self.somewhere(source, sealed=True)
        bidder = self.bidder(at, source)
        seal, added = self.sealed(at, target, bidder)
        wei = self.maybe(0.05, 1, self.maybe(0.5, 0, WEI_PER_UNIT * added))
        return Call(
            at, "roll", bidder, wei, (source, target, seal, *self.maybe(0.3, (self.lock(),), ()))
        )

    def name_recipient(self, lot: int) -> Call:
        bidder = self.bidder(self.auctioneer, lot)
        recipient = self.maybe(
            0.2, self.random.choice([NOBODY, self.auctioneer.address]), self.anybody()
        )
        return Call(self.auctioneer, "nameRecipient", bidder, 0, (lot, recipient))

    def commit_many(self, lot: int) -> Call:
        at, bidder = self.somewhere(lot, sealed=True), self.anybody()
        lots = self.random.sample([*self.world.lots, lot], min(3, len(self.world.lots)))
        seals = [(where, *self.sealed(at, where, bidder)) for where in lots]
        if self.random.random() < 0.05:
            seals.append((lot, b"\x11" * 24, MOST))
        value = WEI_PER_UNIT * sum(added for *_, added in seals if added != MOST)
        locks = [self.maybe(0.3, self.lock(), b"") for _ in range(len(seals))]
        locks = self.maybe(0.05, locks[1:], locks)
        return Call(at, "commitMany", bidder, self.maybe(0.1, value + 1, value), (seals, locks))

    def raise_bid(self, lot: int) -> Call:
        added = self.random.choice([0, 1, 2, 3, 5, 9, 20])
        wei = self.maybe(0.05, 1, 0)
        at = self.somewhere(lot, sealed=False)
        return Call(at, "raiseBid", self.anybody(), WEI_PER_UNIT * added + wei, (lot,))

    def raise_bids(self, lot: int) -> Call:
        lots = self.random.sample([*self.world.lots, lot], min(2, len(self.world.lots)))
        raises = [(where, self.random.choice([1, 3, 7])) for where in lots]
        value = WEI_PER_UNIT * sum(added for _, added in raises)
        at = self.somewhere(lot, sealed=False)
        return Call(
            at, "raiseMany", self.anybody(), self.maybe(0.1, value + WEI_PER_UNIT, value), (raises,)
        )

    def withdraw(self, lot: int) -> Call:
        at = self.somewhere(lot)
        recipient = self.maybe(0.1, self.daos[0].address, self.anybody())
        return Call(at, "withdraw", self.bidder(at, lot), 0, (lot, recipient))

    # REVEAL AND TALLY

    def secret(self, at: Any, lot: int, bidder: str) -> tuple[int, bytes]:
        """What opens the last seal, or something else."""
        bid, salt = self.secrets.get((at.address, lot, bidder), (1, bytes(32)))
        return (bid + 1 if self.random.random() < 0.1 else bid), salt

    def reveal(self, lot: int) -> Call:
        at = self.somewhere(lot, sealed=True)
        bidder = self.bidder(at, lot)
        return Call(at, "reveal", bidder, 0, (lot, *self.secret(at, lot, bidder)))

    def reveal_batch(self, lot: int) -> Call:
        at = self.somewhere(lot, sealed=True)
        known = self.bidders(at, lot)
        some = self.random.choices([*known, self.anybody()], k=self.random.randint(0, 6))
        openings = [(bidder, *self.secret(at, lot, bidder)) for bidder in some]
        return Call(at, "revealBatch", self.anybody(), 0, (lot, openings))

    def order(self, book: Book | None) -> list[str]:
        """The members with open bids, in the order of the tally."""
        known = {who: bid.bid for who, bid in book.bids.items() if bid.bid} if book else {}
        return sorted(known, key=lambda who: entry(0, known[who], who))

    def tally(self, lot: int) -> Call:
        entered = [dao for dao in self.daos if lot in self.world.daos[dao.address].books]
        dao = self.random.choice(entered or self.daos)
        tallier = self.random.choice(self.people[:3])
        members = self.order(self.world.book(dao.address, lot))
        done = len(self.world.daos[dao.address].counted.get((lot, tallier), []))
        members = members[done : done + self.random.choice([0, 1, 2, 4, 30, 30])]
        if self.random.random() < 0.2:
            members = self.random.choices([*members, self.anybody()], k=len(members))
        if self.random.random() < 0.02:
            members = [self.people[0]] * 501
        return Call(dao, "tally", tallier, 0, (lot, members))

    def settle(self, lot: int) -> Call:
        """By the true certificate, mostly."""
        leader = self.world.lots[lot].leader if lot in self.world.lots else NOBODY
        finished = leader in self.world.daos and lot in self.world.daos[leader].results
        if not finished or self.random.random() < 0.1:
            if self.random.random() < 0.7:
                return Call(self.auctioneer, "settle", self.anybody(), 0, (lot,))
            return Call(
                self.random.choice(self.daos), "settle", self.anybody(), 0, (lot, 0, 0, b"")
            )
        proofs, good = self.proofs(leader, lot)
        start, best, packed = self.maybe(0.2, self.random.choice(proofs), good)
        best += self.maybe(0.1, 1, 0)
        return Call(self.dao_at(leader), "settle", self.anybody(), 0, (lot, start, best, packed))

    def proofs(self, dao: str, lot: int) -> tuple[list[Proof], Proof]:
        """The steps of the finished tally, and the one in which the price comes within reach."""
        model, book = self.world.daos[dao], self.world.book(dao, lot)
        tallier, price = model.results[lot][0], self.world.lots[lot].price
        assert book is not None
        amounts = [book.bids[who].bid for who in self.order(book)]
        reach = [bid * (len(amounts) - i) for i, bid in enumerate(amounts)]
        starts = sorted(
            start for where, who, start in model.steps if (where, who) == (lot, tallier)
        )
        proofs = [
            (start, max(reach[:start], default=0), pack(model.steps[lot, tallier, start]))
            for start in starts
        ]
        first = next(i for i, amount in enumerate(reach) if amount >= price)
        return proofs, max(proof for proof in proofs if proof[0] <= first)

    def dao_at(self, address: str) -> Any:
        return next(dao for dao in self.daos if dao.address == address)

    # CLAIMS

    def claim(self, lot: int) -> Call:
        at = self.somewhere(lot)
        bidder = self.bidder(at, lot)
        if self.random.random() < 0.6:
            return Call(at, "claim", bidder, 0, (lot,))
        recipient = self.maybe(0.15, self.auctioneer.address, self.anybody())
        return Call(at, "claimTo", bidder, 0, (lot, recipient))

    def claim_batch(self, lot: int) -> Call:
        at = self.somewhere(lot)
        some = [*self.bidders(at, lot), self.anybody()]
        return Call(
            at,
            "claimBatch",
            self.anybody(),
            0,
            (lot, self.random.choices(some, k=self.random.randint(0, 4))),
        )

    def multicall(self, lot: int) -> Call:
        """Claims, reveals or withdrawals of one bidder on several lots."""
        at = self.somewhere(lot, sealed=True)
        bidder = self.bidder(at, lot)
        calls: list[tuple[Any, ...]] = []
        for where in self.random.sample(list(self.world.lots), min(2, len(self.world.lots))):
            if self.world.phase(at.address, where) == Phase.REVEAL:
                calls.append(("reveal", where, *self.secret(at, where, bidder)))
            else:
                calls.append(("claimTo", where, bidder))
        return Call(at, "multicall", bidder, 0, (calls[: self.random.randint(1, 2)],))

    # THE END

    def duties(self) -> Iterator[Call]:
        """What is to be done now so that everything ends well; each as soon as it is asked for."""
        for lot in self.world.lots:
            for at in (self.auctioneer, *self.daos):
                phase, book = self.world.phase(at.address, lot), self.world.book(at.address, lot)
                dao = self.world.daos.get(at.address)
                if phase == Phase.REVEAL and not (dao and dao.is_open):
                    assert book is not None
                    yield self.reveal_most(at, lot, book)
                if phase == Phase.TALLY and dao and lot not in dao.results:
                    done = len(dao.counted.get((lot, self.people[4]), []))
                    yield Call(at, "tally", self.people[4], 0, (lot, self.order(book)[done:]))
            leader = self.world.lots[lot].leader
            if self.world.phase(self.auctioneer.address, lot) == Phase.CLOSED and lot % 4:
                if leader in self.world.daos:
                    proof = self.proofs(leader, lot)[1]
                    yield Call(self.dao_at(leader), "settle", self.people[0], 0, (lot, *proof))
                else:
                    yield Call(self.auctioneer, "settle", self.people[0], 0, (lot,))

    def reveal_most(self, at: Any, lot: int, book: Book) -> Call:
        known = [who for who in sorted(book.bids) if self.random.random() < 0.8]
        openings = [
            (who, *self.secrets.get((at.address, lot, who), (1, bytes(32)))) for who in known
        ]
        return Call(at, "revealBatch", self.people[0], 0, (lot, openings))

    def payouts(self) -> Iterator[Call]:
        """Once all lots are settled or void: all money and items to whom they belong."""
        helper = self.people[0]
        for lot, item in list(self.world.lots.items()):
            phase = self.world.phase(self.auctioneer.address, lot)
            if phase == Phase.VOID and item.book.state != BookState.LOST:
                yield Call(self.auctioneer, "reclaim", helper, 0, (lot,))
            for at in (self.auctioneer, *self.daos):
                bidders = self.bidders(at, lot)
                if bidders:
                    yield Call(at, "claimBatch", helper, 0, (lot, bidders))
                for bidder in sorted(self.world.refusing.intersection(bidders)):
                    yield Call(at, "claimTo", bidder, 0, (lot, helper))
        for seller in list(self.world.proceeds_wei):
            yield Call(self.auctioneer, "withdrawProceeds", seller, 0, (helper,))
