"""What is done on a lot: bids opened, DAOs tallied, lots drawn, settled and paid out, items given back."""

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from functools import partial

from offchain.bindings.constants import DAO
from offchain.bindings.contracts import contract as contract_named
from offchain.bindings.draw_proofs import prove, steps
from offchain.bindings.entries import amount_in
from offchain.bindings.enumerations import Phase
from offchain.chain.errors import ChainError
from offchain.keeper.books import Book, Lot
from offchain.keeper.courier import Courier
from offchain.keeper.finishing import (
    HAND_ON_GAS,
    MAX_DELIVERY_GAS,
    PUSH_ALLOWANCE,
    Finisher,
    settlement,
)
from offchain.keeper.ledger import Ledger
from offchain.keeper.pace import Pace
from offchain.keeper.planning import is_due, is_unopened
from offchain.keeper.purse import GAS_OF_RETURN
from offchain.keeper.raising import Raiser
from offchain.keeper.reading import Reader
from offchain.keeper.reveals import Reveals
from offchain.keeper.sending import Sender
from offchain.keeper.tasks import Task
from offchain.keeper.troubles import Troubles


class Duties:
    """Does what is due on one lot at a time.

    interrupted: whether the lot at hand has left the rest of its work for later.
    """

    def __init__(
        self,
        courier: Courier,
        reader: Reader[Ledger],
        sender: Sender,
        reveals: Reveals,
        pace: Pace,
        troubles: Troubles,
        must_wait: Callable[[], bool],
        players_per_step: int,
        finisher: Finisher | None,
        raiser: Callable[[Callable[[], bool]], Raiser] | None = None,
    ) -> None:
        """`must_wait`: whether a lot has to leave the rest of its work for later; asked between books and transactions.
        `finisher`: puts the last steps of a lot into one transaction, None: each is one of its own. `raiser`: makes, of what a
        lot gives way to, who bids at the house that decides the lots, if one does.
        """
        self._courier, self._reader, self._sender = courier, reader, sender
        self._reveals, self._pace, self._troubles = reveals, pace, troubles
        self._must_wait = must_wait
        self._players_per_step = players_per_step
        self._finisher = finisher
        self._raiser = None if raiser is None else raiser(self._gives_way)
        self._ledger = reader.ledger
        self._dao, self._source = contract_named("DAO"), contract_named("IRandomness")
        self.interrupted = False
        self.forget()

    def forget(self) -> None:
        """Begins anew with each lot: the books are new ones."""
        self._resume: dict[tuple[int, str], int] = {}
        if self._raiser is not None:
            self._raiser.forget()

    def keep(self, lots: Collection[int]) -> None:
        """Forgets all other lots."""
        self._resume = {key: place for key, place in self._resume.items() if key[0] in lots}
        if self._raiser is not None:
            self._raiser.keep(lots)

    def serve(self, number: int, refunds: bool, now: int) -> None:
        """Does on a lot what its phase allows, as the chain has it now. Without `refunds` nobody is paid out.

        Raises:
            ChainError: that of the lot as a whole could not be done; of a book, it is among the troubles.
        """
        self.interrupted = False
        lot = self._ledger.lots[number]
        if lot.winner is not None or lot.returned:
            if refunds:
                self._pay(lot, None)
            if self._raiser is not None and not lot.delivered and not self.interrupted:
                self._raiser.deliver(lot)
            return
        phase, leader, price = self._decided(lot)
        if phase == Phase.REVEAL:
            self._each_book(lot, "reveal", self._reveal)
        elif phase == Phase.TALLY:
            sells = not self._ledger.draws and self._raiser is None
            finisher = self._finisher if refunds and sells else None
            self._each_book(lot, "tally", partial(self._tally, finisher, lot, now))
        elif phase == Phase.DRAW and self._ledger.draws:
            self._draw(lot)
        elif phase >= Phase.CLOSED:
            self._conclude(lot, phase, leader, price, refunds)

    def standing(self, lot: int) -> tuple[Phase, str, int]:
        """Phase, leader and price (units) of a lot, as the chain has them now."""
        phase, leader, price = self._reader.view(self._ledger.auctioneer, "standing", lot)
        return phase, leader, price

    def _decided(self, lot: Lot) -> tuple[Phase, str, int]:
        """As `standing`, once what is due elsewhere is done."""
        if self._raiser is None:
            return self.standing(lot.number)
        found = self._raiser.serve(lot)
        return found.phase, found.leader, found.price

    def _conclude(self, lot: Lot, phase: Phase, leader: str, price: int, refunds: bool) -> None:
        if phase == Phase.CLOSED:
            at = leader if leader in lot.daos else self._ledger.auctioneer
            finisher = self._finisher if refunds else None
            self._guarded(Task("settle", lot.number, at), partial(self._settle, finisher, price))
            phase, leader, _ = self.standing(lot.number)
        if refunds:
            self._pay(lot, leader if phase == Phase.CLOSED else None)
        is_here = self._raiser is None
        if phase == Phase.VOID and is_here and not lot.returned and not self.interrupted:
            self._guarded(Task("reclaim", lot.number, self._ledger.auctioneer), self._reclaim)

    def _pay(self, lot: Lot, unsettled: str | None) -> None:
        self._reader.sync()
        self._each_book(lot, "refund", partial(self._refund, unsettled))

    def _each_book(self, lot: Lot, step: str, work: Callable[[Book, Task], None]) -> None:
        """Does `work` on every book of a lot, from where it gave way the last time, so that none keeps another waiting."""
        self._reader.refuse_old_books()
        books = self._ledger.books_on(lot.number)
        start = self._resume.pop((lot.number, step), 0)
        asked = self._pace.requests
        for place in range(start, start + len(books)):
            book = books[place % len(books)]
            if self.interrupted or (self._pace.requests > asked and self._gives_way()):
                self._resume[lot.number, step] = place % len(books)
                return
            self._guarded(Task(step, lot.number, book.contract), partial(work, book))

    def _gives_way(self) -> bool:
        self.interrupted = self._must_wait()
        return self.interrupted

    def _guarded(self, task: Task, work: Callable[[Task], None]) -> None:
        self._troubles.guard(task.lot, str(task), lambda: work(task))

    # One kind of work each

    def _reveal(self, book: Book, task: Task) -> None:
        self._sender.batch(
            task,
            self._reveals.of(book, self._gives_way),
            lambda part: ("revealBatch", task.lot, [(o.bidder, o.bid, o.salt) for o in part]),
            still=lambda opening: is_unopened(book.boxes[opening.bidder]),
            gives_way=self._gives_way,
        )

    def _tally(self, finisher: Finisher | None, lot: Lot, now: int, book: Book, task: Task) -> None:
        if not book.of_dao or book.tallier is not None:
            return
        members = [bidder for _, bidder in book.ascending()]
        starts = range(book.counted(self._courier.account), len(members), DAO.MAX_STEP)
        steps = (
            [tuple(members[start : start + DAO.MAX_STEP]) for start in starts] if members else [()]
        )
        if finisher is not None and finisher.tally(lot, book, steps, now):
            return

        def count(steps: Sequence[tuple[str, ...]]) -> tuple[object, ...]:
            if len(steps) == 1:
                return "tally", lot.number, steps[0]
            return "multicall", [self._dao.encode("tally", lot.number, step) for step in steps]

        self._sender.batch(
            task,
            steps,
            count,
            still=lambda step: book.tallier is None,
            gives_way=self._gives_way,
            members=lambda steps: sum(map(len, steps)),
            in_order=True,
        )

    def _draw(self, lot: Lot) -> None:
        """Asks for the draw of a lot; once it is there, walks over the players and decides."""
        auction, number = self._ledger.auctioneer, lot.number
        ((_, numerator, denominator, requested, _),) = self._reader.view(
            auction, "lotteryOf", number
        )
        if not requested:
            self._sender.one(Task("draw", number, auction), 0, "requestDraw", number)
        (source,) = self._reader.view(auction, "randomness")
        drawn, word = self._courier.ask(self._source, source, "wordOf", auction, number)
        if not drawn:
            return
        self._reader.sync()
        entries = self._ledger.players(number)
        bids = [amount_in(entry) for entry in entries]
        proof = prove(bids, Fraction(numerator, denominator), word >> 1)
        task = Task("decide", number, auction)
        for walk, some in steps(entries, proof, self._players_per_step):
            arguments = (number, proof.words, walk.words, some)
            self._sender.one(task, len(some), "decide", *arguments)

    def _settle(self, finisher: Finisher | None, price: int, task: Task) -> None:
        if task.contract == self._ledger.auctioneer:
            self._sender.one(task, 1, "settle", task.lot, most=MAX_DELIVERY_GAS)
            return
        self._reader.sync()
        book = self._ledger.book(task.contract, task.lot)
        step = book.reaching(price)
        if step is None:
            raise ChainError(f"the logs hold no step that reaches the price of {price}")
        if finisher is not None and finisher.settle(book, step, price):
            return
        members, call = step.counted - step.start, settlement(book, step)
        spare = HAND_ON_GAS if self._raiser is not None else 0
        self._sender.one(task, members, "settle", *call, most=MAX_DELIVERY_GAS, spare=spare)

    def _refund(self, unsettled: str | None, book: Book, task: Task) -> None:
        """Pushes what is due. While the winner is `unsettled`, its book waits, but for those who did not reveal; or itself among
        individuals.
        """

        def is_payable(bidder: str) -> bool:
            if bidder == unsettled or (
                book.contract == unsettled and not book.boxes[bidder].is_sealed
            ):
                return False
            return is_due(book, bidder)

        self._sender.batch(
            task,
            [bidder for bidder in book.boxes if is_payable(bidder)],
            lambda part: ("claimBatch", task.lot, part),
            still=is_payable,
            gives_way=self._gives_way,
            allowance=PUSH_ALLOWANCE,
        )

    def _reclaim(self, task: Task) -> None:
        self._sender.one(task, 0, "reclaim", task.lot, most=GAS_OF_RETURN)
