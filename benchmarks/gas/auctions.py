"""The auctions whose gas is measured: the same bids, salts and accounts every time, so that two measurements can be
compared to the last unit of gas (calldata is charged by the byte, and zeros are cheaper).

Each lot has three books: a sealed DAO and an open one, of which one wins at half of what it could pay, and individuals.
Everything that members do not send is sent by the keeper, in the batches that it finds.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.gas.bench import PHASE, Bench, Cost, own_node
from benchmarks.gas.meter import Meter, Use
from benchmarks.gas.sealing import Sealer
from offchain.bindings.constants import DAO
from offchain.bindings.contracts import Contract, contract
from offchain.bindings.deployment import deploy
from offchain.bindings.seals import Opening
from offchain.chain.backend import Transaction
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.batches import BatchSizer
from offchain.keeper.keeper import Keeper
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.sending import Action

SIZES: Final = (1, 50, 400)
"""Members of a group."""
TRACED: Final = 400
"""The size at which steps are taken apart."""
LARGE: Final = 2 * DAO.MAX_STEP + 10
"""Members of the group whose settlement costs the most: the price is reached at the last bid of its second step."""

_CHANGES: Final = 10
"""How many members replace a bid, take it back, and bid again."""
_FIRST_SELLER: Final = 2_000


Costs = dict[str, dict[str, Cost]]
"""By book, for instance "sealed lost 400", and step."""


@dataclass(frozen=True, slots=True)
class Book:
    """One group's bids on a lot, in units, by member. `name` says what kind it is, and whether it wins."""

    name: str
    kind: str
    contract: Contract
    address: str
    bids: Mapping[str, int]


def measure() -> dict[str, Any]:
    """Plays all auctions on an Anvil of its own. What it returns is what JSON takes.

    Raises:
        ChainError: Anvil does not start, or a transaction fails.
        ValueError: a measurement does not add up.
    """
    with own_node(Meter) as meter:
        bench = _Bench(meter)
        for size in SIZES:
            for winner in ("sealed", "open"):
                for by_members in (False, True):
                    bench.play(size, winner, by_members)
        bench.settle_large()
        return {
            "steps": {
                book: {step: cost.figures() for step, cost in steps.items()}
                for book, steps in bench.costs.items()
            },
            "parts": {
                book: {step: dict(c.parts) for step, c in steps.items() if c.parts}
                for book, steps in bench.costs.items()
                if any(c.parts for c in steps.values())
            },
            "largest": meter.largest,
        }


class _Bench(Bench[Meter]):
    """Groups and their auctioneer, and the costs so far."""

    seed = 2023

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter, LARGE)
        self.costs: Costs = defaultdict(lambda: defaultdict(Cost))
        self._auctioneer, self._dao = contract("Auctioneer"), contract("DAO")
        self._deployment = deploy(meter, self._keeper)
        self._item = self._create("Item")
        meter.largest = 0  # what it takes to deploy is nobody's step
        self._created = 0
        self._sealer = Sealer(meter.chain_id, self._random)
        self._entrusted = Openings()
        self._actions: list[Action] = []
        ledger = Ledger(meter, self._deployment.auctioneer, self._deployment.block)
        self._hand = Keeper(
            meter,
            ledger,
            self._keeper,
            self._entrusted,
            on_action=self._actions.append,
            on_skip=_stop,
            depth=0,
        )

    def play(self, size: int, winner: str, by_members: bool) -> None:
        """One lot, from listing to the last refund: with reveals and claims by the members themselves, or by the keeper."""
        members = self._people[:size]
        values = {member: self._random.randrange(10**6, 10**9) for member in members}
        lot = self._list(1)
        books = [self._book(kind, winner, values) for kind in ("sealed", "open", "individual")]
        for book in books[:2]:
            self._enter(lot, book)
        openings = {book.name: self._openings(book, lot) for book in books}
        with self._traced(size == TRACED):
            for book in books:
                if by_members:
                    self._change(lot, book)
                self._bid(lot, book, openings[book.name])
        self._next_phase()
        if by_members:
            # what an individual's costs depends on who leads
            self._reveal(lot, books[2], openings[books[2].name])
        with self._traced(size == TRACED):
            if by_members:
                self._reveal(lot, books[0], openings[books[0].name])
            else:
                for each in openings.values():
                    self._entrusted.add(each)
                self._keep(books)
            self._next_phase()
            self._keep(books, refunds=False)
            self._keep(books, refunds=False)
            won = next(book for book in books if book.name.startswith(f"{winner} won"))
            served = self._served(lot, won)
            if by_members:
                self._claim_alone(lot, books, won, served)
            else:
                self._claim_served(lot, won, served)
                self._keep(books)

    def settle_large(self) -> None:
        """The dearest settlement: a whole step of a tally, every byte of which is charged in full, is walked to its end."""
        rank = LARGE - (2 * DAO.MAX_STEP - 1)
        low = [_full_bytes(1, n) for n in range(2 * DAO.MAX_STEP - 1)]
        high = [_full_bytes(0x60, n) for n in range(2 * DAO.MAX_STEP - 1, LARGE)]
        bids = dict(zip(self._people, low + high, strict=True))
        lot = self._list(rank * high[0])
        book = self._book("open", "open", bids)
        self._enter(lot, book)
        self._bid(lot, book, [])
        self._next_phase(2)
        self._keep([book], refunds=False)
        self._keep([book], refunds=False)
        self._keep([book])

    # The parts of a lot

    def _list(self, reserve: int) -> int:
        """A new lot of a new seller."""
        lot, seller = self._new_lot(_FIRST_SELLER, phases=10)
        self._mint(seller, self._item, lot, self._deployment.auctioneer)
        self._chain.advance_to(self._now)
        ends = [self._now + phase * PHASE for phase in (1, 2, 3)]
        data = self._auctioneer.encode("list", self._item, lot, reserve, (*ends, 1_000))
        self._send(seller, self._deployment.auctioneer, data)
        return lot

    def _book(self, kind: str, winner: str, values: Mapping[str, int]) -> Book:
        """The losing DAO bids half of what its members would, individuals a third."""
        outcome = "won" if kind == winner else "lost"
        name = f"{kind} {outcome} {len(values)}"
        if kind == "individual":
            address, part = self._deployment.auctioneer, 3
            bids = {member: value // part for member, value in values.items()}
            return Book(name, kind, self._auctioneer, address, bids)
        factory = contract("DAOFactory")
        self._created += 1
        salt = self._created.to_bytes(32, "big")
        terms: tuple[object, ...] = (self._deployment.auctioneer, kind == "open", 0, salt, [])
        data = factory.encode("createStandalone", *terms)
        receipt = self._send(self._keeper, self._deployment.factory, data)
        event = factory.event(receipt.logs[0])
        assert event is not None
        part = 1 if kind == winner else 2
        bids = {member: value // part for member, value in values.items()}
        return Book(name, kind, self._dao, event.args["dao"], bids)

    def _enter(self, lot: int, book: Book) -> None:
        self._send(self._keeper, book.address, self._dao.encode("enter", lot))

    def _openings(self, book: Book, lot: int) -> list[Opening]:
        """How the bids of a book will be opened; none if they are open."""
        if book.kind == "open":
            return []
        return [
            self._sealer.opening(book.address, lot, member, bid, is_locked=False)
            for member, bid in book.bids.items()
        ]

    def _bid(self, lot: int, book: Book, openings: Sequence[Opening]) -> None:
        if book.kind == "open":
            data = book.contract.encode("raiseBid", lot)
            calls = [(member, data, bid * WEI_PER_UNIT) for member, bid in book.bids.items()]
        else:
            calls = [
                self._commit(book, opening, 2 * opening.bid * WEI_PER_UNIT) for opening in openings
            ]
        self._each(book, "bid", calls)

    def _change(self, lot: int, book: Book) -> None:
        """Some members bid, replace or raise the bid, and take it back."""
        some = list(book.bids)[:_CHANGES]
        if book.kind == "open":
            data = book.contract.encode("raiseBid", lot)
            first = again = [(member, data, WEI_PER_UNIT) for member in some]
        else:
            seals = [self._sealer.opening(book.address, lot, who, 1) for who in some]
            first = [self._commit(book, seal, WEI_PER_UNIT) for seal in seals]
            seals = [self._sealer.opening(book.address, lot, who, 2) for who in some]
            again = [self._commit(book, seal, 0) for seal in seals]
        back = [(who, book.contract.encode("withdraw", lot, who), 0) for who in some]
        self._each(book, "bid", first)
        self._each(book, "replace", again)
        self._each(book, "withdraw", back)

    def _commit(self, book: Book, opening: Opening, value: int) -> tuple[str, bytes, int]:
        seal = self._sealer.seal(opening)
        return opening.bidder, book.contract.encode("commit", opening.lot, seal), value

    def _reveal(self, lot: int, book: Book, openings: Sequence[Opening]) -> None:
        calls = [
            (o.bidder, book.contract.encode("reveal", lot, o.bid, o.salt), 0) for o in openings
        ]
        self._each(book, "own reveal", calls)

    def _served(self, lot: int, book: Book) -> set[str]:
        answer = self._chain.call(book.address, book.contract.encode("bookOf", lot))
        ((*_, share, _),) = book.contract.decode("bookOf", answer)
        return {member for member, bid in book.bids.items() if bid >= share > 0}

    def _claim_alone(self, lot: int, books: Sequence[Book], won: Book, served: set[str]) -> None:
        for book in books:
            data = book.contract.encode("claim", lot)
            claims = [(member, data, 0) for member in book.bids]
            if book is won:
                self._each(book, "own claim", [one for one in claims if one[0] in served])
                self._each(book, "own claim, unserved", [o for o in claims if o[0] not in served])
            elif book.kind == "individual":
                self._each(book, "own claim", claims)
            else:
                # the first one writes down that the book is lost
                self._each(book, "first claim", claims[:1])
                self._each(book, "own claim", claims[1:])

    def _claim_served(self, lot: int, book: Book, served: set[str]) -> None:
        """Those served by themselves; the keeper would pay them together with the others."""
        sizer, rest = BatchSizer[str](), [member for member in book.bids if member in served]

        def claim(members: Sequence[str]) -> Transaction:
            data = book.contract.encode("claimBatch", lot, members)
            return Transaction(self._keeper, book.address, data)

        while rest:
            batch = sizer.first(rest, claim, self._chain.estimate)
            self._chain.send(batch.transaction)
            self._add(book.name, "batch claim", len(batch.items))
            del rest[: len(batch.items)]

    def _keep(self, books: Sequence[Book], refunds: bool = True) -> None:
        """Lets the keeper do what is due, once."""
        names = {book.address: book.name for book in books}
        before = len(self._chain.uses)
        self._actions.clear()
        self._hand.step(refunds)
        uses = self._chain.uses[before:]
        for action, use in zip(self._actions, uses, strict=True):
            name = names[action.contract]
            claim = "batch claim" if " lost " in name else "batch claim, unserved"
            step = {"reveal": "batch reveal", "refund": claim}.get(action.step, action.step)
            self._add(name, step, action.members, [use])

    # Sending, and keeping count

    def _each(self, book: Book, step: str, calls: Sequence[tuple[str, bytes, int]]) -> None:
        """One transaction (sender, data, value in wei) for each member."""
        if calls:
            sent = [Transaction(who, book.address, data, value) for who, data, value in calls]
            self._chain.send_all(sent)
            self._add(book.name, step, len(calls))

    def _add(self, book: str, step: str, members: int, uses: Sequence[Use] | None = None) -> None:
        cost = self.costs[book][step]
        for use in self._chain.uses[-1:] if uses is None else uses:
            cost.gas += sum(use.gas)
            cost.transactions += len(use.gas)
            cost.parts.update(use.parts)
        cost.members += members

    @contextmanager
    def _traced(self, wanted: bool) -> Iterator[None]:
        self._chain.tracing = wanted
        try:
            yield
        finally:
            self._chain.tracing = False


def _full_bytes(top: int, number: int) -> int:
    """A bid without a zero byte; it grows with `top`, then with `number`."""
    return int.from_bytes([top, *[1] * 5, 1 + number // 255, 1 + number % 255], "big")


def _stop(what: str, error: Exception) -> None:
    raise ValueError(f"the keeper could not do the {what}") from error
