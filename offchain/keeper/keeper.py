"""The keeper: opens the bids entrusted to it, tallies, draws, settles and pays out, for every lot of one auctioneer.

Everything but the openings is read from the chain, and every step is decided anew from what stands there: a keeper can be killed
at any point and started again, and any number of keepers can work side by side. No transaction is sent that simulation says
will fail. What goes wrong with one book is left for the next step, and stops no other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any, Final

from offchain.chain.backend import MAX_TRANSACTION_GAS, Chain, Reverted, Transaction
from offchain.chain.codec import Contract, Phase
from offchain.chain.codec import contract as contract_named
from offchain.chain.errors import ChainError
from offchain.chain.seals import Opening
from offchain.keeper.batches import GAS_MARGIN, BatchSizer, Item
from offchain.keeper.books import Account, Book, Lot
from offchain.keeper.draws import PLAYERS_PER_STEP, bid_of, prove, steps
from offchain.keeper.ledger import APPROXIMATE, REORG_DEPTH, Ledger
from offchain.keeper.receipts import Receipts, ReceiptsError

MAX_STEP: Final = 500
"""The most members one step of a tally takes; `DAO.MAX_STEP`."""
MAX_DELIVERY_GAS: Final = 2_000_000
"""The most gas the keeper spends on moving an item: settling takes 300,000 with a decent token, but a token can be anything."""

_PUSH_ALLOWANCE: Final = 12_500
"""What a recipient can make a payment cost beyond its estimate by behaving worse than in simulation: the gas that it is given to
burn, and the event of its refusal."""
_MEMBERS_PROBED: Final = 50
_READY: Final = 6_000
"""How many items are at hand when a transaction is made: more than fit, few enough to look through after each."""
_ODD_ITEMS: Final = 3
"""How many items of a book may fail on their own before the rest of it is left for the next step."""
_LONGEST_REST: Final = 256


@dataclass(frozen=True, slots=True)
class Action:
    """One transaction the keeper sent: what it did, on which lot and book, for how many bidders, at what gas."""

    step: str
    lot: int
    contract: str
    members: int
    gas_used: int


@dataclass(frozen=True, slots=True)
class _Task:
    """One kind of work on one book."""

    step: str
    lot: int
    contract: str

    def __str__(self) -> str:
        return f"{self.step} of lot {self.lot} at {self.contract}"


@dataclass(slots=True)
class _Memory:
    """What the keeper learnt about a task; forgetting it costs gas or time, never correctness.

    served: items that a transaction dealt with, whether or not logs show it yet. odd: items that failed on their own.
    failures: how often in a row it failed in a way that may cost money again; it is left alone until the step `rests_until`.
    """

    sizer: BatchSizer[Any]
    served: set[Any] = field(default_factory=set)
    odd: set[Any] = field(default_factory=set)
    failures: int = 0
    rests_until: int = 0


class Keeper:
    """Keeps all lots of one auctioneer moving."""

    def __init__(
        self,
        chain: Chain,
        ledger: Ledger,
        account: str,
        receipts: Receipts,
        on_action: Callable[[Action], None] | None = None,
        on_skip: Callable[[str, Exception], None] | None = None,
        gas_limit: int = MAX_TRANSACTION_GAS,
        players_per_step: int = PLAYERS_PER_STEP,
    ) -> None:
        """`account` sends the transactions and pays their gas; `gas_limit` bounds each. `on_action` hears of every transaction
        done, `on_skip` of everything that could not be done now, and why (`ChainError` or `ReceiptsError`).
        `players_per_step`: the most players that one transaction meets to decide a lot by its draw.
        """
        self._chain = chain
        self._ledger = ledger
        self._account = account
        self._receipts = receipts
        self._on_action = on_action or (lambda action: None)
        self._on_skip = on_skip or (lambda what, error: None)
        self._gas_limit = min(gas_limit, MAX_TRANSACTION_GAS)
        self._auctioneer = contract_named(ledger.kind)
        self._dao, self._source = contract_named("DAO"), contract_named("IRandomness")
        self._players_per_step = players_per_step
        self._minimums: dict[str, int] = {
            ledger.auctioneer: 0 if ledger.kind == APPROXIMATE else 1,
        }
        self._steps = self._sent = 0
        self._forget()

    def step(self, refunds: bool = True) -> int:
        """Does all that can be done now on every lot, and returns how many transactions that took. Without `refunds` it pays
        nobody out, so that members can claim for themselves.

        Raises:
            ChainError: the chain could not be read at all.
        """
        self._guarded("reading receipts", self._receipts.refresh)
        self._ledger.sync(recheck=REORG_DEPTH)
        if self._ledger.generation != self._generation:
            self._forget()
        self._steps += 1
        before = self._sent
        for number in self._by_deadline():
            self._guarded(f"lot {number}", partial(self._work_on, number, refunds))
            if self._ledger.generation != self._generation:
                break
        return self._sent - before

    def standing(self, lot: int) -> tuple[Phase, str, int]:
        """Phase, leader and price (units) of a lot, as the chain has them now."""
        phase, leader, price = self._view(self._ledger.auctioneer, "standing", lot)
        return phase, leader, price

    def _forget(self) -> None:
        self._generation = self._ledger.generation
        self._finished: set[int] = set()
        self._memories: dict[int, dict[_Task, _Memory]] = {}

    def _by_deadline(self) -> list[int]:
        """The lots past bidding that are not finished, the most urgent first, so that work on one makes no other late."""
        now = self._chain.now()
        lots = [
            lot
            for lot in self._ledger.lots.values()
            if lot.number not in self._finished and lot.end_of_bidding <= now
        ]
        return [lot.number for lot in sorted(lots, key=lambda lot: lot.next_deadline(now))]

    def _work_on(self, number: int, refunds: bool) -> None:
        lot = self._ledger.lots[number]
        phase, leader, price = self.standing(number)
        if phase == Phase.REVEAL:
            self._each_book(lot, "reveal", self._reveal)
        elif phase == Phase.TALLY:
            self._each_book(lot, "tally", self._tally)
        elif phase == Phase.DRAW:
            self._draw(lot)
        elif phase >= Phase.CLOSED:
            self._conclude(lot, phase, leader, price, refunds)

    def _conclude(self, lot: Lot, phase: Phase, leader: str, price: int, refunds: bool) -> None:
        if phase == Phase.CLOSED:
            task = _Task("settle", lot.number, leader if leader in lot.daos else self._at_top())
            self._deliver(task, partial(self._settle, task, price))
            phase, leader, _ = self.standing(lot.number)
        if phase == Phase.VOID and not lot.returned:
            task = _Task("reclaim", lot.number, self._at_top())
            self._deliver(task, partial(self._reclaim, task))
        if not refunds:
            return
        self._sync()
        unsettled = leader if phase == Phase.CLOSED else None
        self._each_book(lot, "refund", partial(self._refund, unsettled))
        self._each_book(lot, "bonds", self._forward_bonds)
        if self._is_finished(lot):
            self._finished.add(lot.number)
            self._memories.pop(lot.number, None)

    def _each_book(self, lot: Lot, step: str, work: Callable[[_Task, Book], None]) -> None:
        for book in self._ledger.books_on(lot.number):
            task = _Task(step, lot.number, book.contract)
            self._guarded(str(task), partial(work, task, book))

    def _sync(self) -> None:
        """Reads on. `ChainError` if the books at hand are not those of the ledger any more; the next step takes the new ones."""
        self._ledger.sync()
        if self._ledger.generation != self._generation:
            raise ChainError("the books have to be rebuilt")

    def _guarded(self, what: str, work: Callable[[], None]) -> None:
        """Does `work`; what goes wrong is told, and left for the next step."""
        try:
            work()
        except (ChainError, ReceiptsError) as error:
            self._on_skip(what, error)

    # Reveal

    def _reveal(self, task: _Task, book: Book) -> None:
        waiting = [bidder for bidder, account in book.accounts.items() if _is_unopened(account)]
        openings = [
            opening
            for bidder in waiting
            if (opening := self._opening(book, bidder, book.accounts[bidder])) is not None
        ]
        if not openings:
            return
        minimum = self._minimum(book)
        self._batch(
            task,
            [o for o in openings if minimum <= o.bid <= book.accounts[o.bidder].deposit],
            lambda part: ("revealBatch", task.lot, [(o.bidder, o.bid, o.salt) for o in part]),
            still=lambda opening: _is_unopened(book.accounts[opening.bidder]),
        )

    def _opening(self, book: Book, bidder: str, account: Account) -> Opening | None:
        """The receipt that opens the bid as it stands, if there is one."""
        if account.commitment is None:
            return None
        return self._receipts.opening(
            *(self._chain.chain_id, book.contract, book.lot, bidder, account.commitment)
        )

    def _minimum(self, book: Book) -> int:
        """The smallest bid that can be opened in a book, in units."""
        if book.contract not in self._minimums:
            (self._minimums[book.contract],) = self._view(book.contract, "minimumBid")
        return self._minimums[book.contract]

    # Tally

    def _tally(self, task: _Task, book: Book) -> None:
        if not book.of_dao or book.tallier is not None:
            return
        members = [bidder for _, bidder in book.ascending()]
        starts = range(book.counted(self._account), len(members), MAX_STEP)
        dao, lot = self._dao, task.lot

        def count(steps: Sequence[tuple[str, ...]]) -> tuple[object, ...]:
            if len(steps) == 1:
                return "tally", lot, steps[0]
            return "multicall", [dao.encode("tally", lot, step) for step in steps]

        self._batch(
            task,
            [tuple(members[start : start + MAX_STEP]) for start in starts] if members else [()],
            count,
            still=lambda step: book.tallier is None,
            members=lambda steps: sum(map(len, steps)),
            in_order=True,
        )

    # Draw

    def _draw(self, lot: Lot) -> None:
        """Asks for the draw of a lot; once it is there, walks over the players and decides."""
        auction = self._at_top()
        ((_, numerator, denominator, requested, _),) = self._view(auction, "gameOf", lot.number)
        if not requested:
            self._do(
                _Task("draw", lot.number, auction), 0, self._gas_limit, "requestDraw", lot.number
            )
        (source,) = self._view(auction, "randomness")
        drawn, word = self._ask(self._source, source, "wordOf", auction, lot.number)
        if not drawn:
            return
        self._sync()
        entries = self._ledger.players(lot.number)
        bids = [bid_of(entry) for entry in entries]
        proof = prove(bids, Fraction(numerator, denominator), word >> 1)
        task = _Task("decide", lot.number, auction)
        for walk, some in steps(entries, proof, self._players_per_step):
            arguments = (lot.number, proof.words, walk.words, some)
            self._do(task, len(some), self._gas_limit, "decide", *arguments)

    # Settlement

    def _deliver(self, task: _Task, work: Callable[[], None]) -> None:
        """Does `work`, which moves an item; a token that refuses is asked less and less often."""
        memory = self._memory(task)
        if self._steps < memory.rests_until:
            return
        before = self._sent
        self._guarded(str(task), work)
        if self._sent == before and memory.rests_until <= self._steps:
            self._rest(memory)

    def _settle(self, task: _Task, price: int) -> None:
        if task.contract == self._at_top():
            self._do(task, 1, MAX_DELIVERY_GAS, "settle", task.lot)
            return
        self._sync()
        book = self._ledger.book(task.contract, task.lot)
        step = book.reaching(price)
        if step is None:
            raise ChainError(f"the logs hold no step that reaches the price of {price}")
        packed = b"".join(
            bid.to_bytes(8, "big") for bid, _ in book.ascending()[step.start : step.counted]
        )
        members = step.counted - step.start
        arguments = (task.lot, step.start, step.best_before, packed)
        self._do(task, members, MAX_DELIVERY_GAS, "settle", *arguments)

    def _reclaim(self, task: _Task) -> None:
        self._do(task, 0, MAX_DELIVERY_GAS, "reclaim", task.lot)

    # Payments

    def _refund(self, unsettled: str | None, task: _Task, book: Book) -> None:
        """Pushes what is due. While the winner is `unsettled`, its book waits, or itself among individuals; and so do all who did
        not reveal, for whom the lot may still turn void.
        """
        if book.contract == unsettled:
            return

        def is_payable(bidder: str) -> bool:
            if unsettled is not None and (bidder == unsettled or book.accounts[bidder].is_sealed):
                return False
            return _is_due(book, bidder)

        self._batch(
            task,
            [bidder for bidder in book.accounts if is_payable(bidder)],
            lambda part: ("claimBatch", task.lot, part),
            still=is_payable,
            allowance=_PUSH_ALLOWANCE,
        )

    def _forward_bonds(self, task: _Task, book: Book) -> None:
        if book.bonds_held:
            self._do(task, 0, self._gas_limit, "forwardBonds", task.lot)

    def _is_finished(self, lot: Lot) -> bool:
        """Whether nothing is left to do on a lot: delivered, and everything pushed that somebody takes."""
        if lot.winner is None and not lot.returned:
            return False
        return not any(
            book.bonds_held or any(_is_due(book, bidder) for bidder in book.accounts)
            for book in self._ledger.books_on(lot.number)
        )

    # Transactions

    def _batch(
        self,
        task: _Task,
        items: Sequence[Item],
        call: Callable[[Sequence[Item]], tuple[object, ...]],
        still: Callable[[Item], bool],
        members: Callable[[Sequence[Item]], int] = len,
        allowance: int = 0,
        in_order: bool = False,
    ) -> None:
        """Serves `items` in as few transactions as fit. `still`: whether an item needs it yet, after others had time to act.
        Unless they must be served `in_order`, one that fails by itself is passed over, and comes last the next time.
        """
        memory = self._memory(task, probe=1 if in_order else _MEMBERS_PROBED, allowance=allowance)
        if self._steps < memory.rests_until:
            return
        unserved = [item for item in items if item not in memory.served]
        unserved.sort(key=memory.odd.__contains__)
        waiting = filter(still, unserved)
        queue = list(islice(waiting, _READY))
        odd = 0
        while queue:
            try:
                batch = memory.sizer.first(
                    queue, lambda part: self._transaction(task, *call(part)), self._chain.estimate
                )
            except Reverted as refusal:
                self._on_skip(str(task), refusal)
                odd += 1
                if in_order or odd == _ODD_ITEMS:
                    return
                memory.odd.add(queue.pop(0))
                continue
            self._send(task, memory, batch.transaction, batch.gas, members(batch.items))
            memory.served.update(batch.items)
            self._sync()
            queue = [item for item in queue[len(batch.items) :] if still(item)]
            queue.extend(islice(waiting, _READY - len(queue)))

    def _do(self, task: _Task, members: int, most: int, function: str, *arguments: object) -> None:
        """Sends one transaction of at most `most` gas."""
        memory = self._memory(task)
        if self._steps < memory.rests_until:
            return
        transaction = self._transaction(task, function, *arguments)
        estimated = self._chain.estimate(transaction)
        if estimated > min(most, self._gas_limit):
            raise Reverted(f"it takes {estimated} gas, which is too much")
        gas = min(self._gas_limit, int(estimated * GAS_MARGIN))
        self._send(task, memory, transaction, gas, members)
        self._sync()

    def _send(
        self, task: _Task, memory: _Memory, transaction: Transaction, gas: int, members: int
    ) -> None:
        sent = Transaction(transaction.sender, transaction.to, transaction.data, gas=gas)
        try:
            receipt = self._chain.send(sent)
        except Reverted as failure:
            if failure.fee:
                # what fails on the chain but not in simulation may do so for ever
                self._rest(memory)
            raise
        self._sent += 1
        memory.failures = 0
        self._on_action(Action(task.step, task.lot, task.contract, members, receipt.gas_used))

    def _rest(self, memory: _Memory) -> None:
        """Leaves a task alone for 0, 1, 3, 7, … steps."""
        memory.rests_until = self._steps + min(2**memory.failures, _LONGEST_REST)
        memory.failures += 1

    def _memory(self, task: _Task, probe: int = 1, allowance: int = 0) -> _Memory:
        memories = self._memories.setdefault(task.lot, {})
        if task not in memories:
            memories[task] = _Memory(BatchSizer(self._gas_limit, probe, allowance))
        return memories[task]

    def _transaction(self, task: _Task, *call: Any) -> Transaction:
        data = self._contract(task.contract).encode(*call)
        return Transaction(self._account, task.contract, data)

    def _view(self, address: str, function: str, *arguments: object) -> tuple[Any, ...]:
        return self._ask(self._contract(address), address, function, *arguments)

    def _ask(
        self, contract: Contract, address: str, function: str, *arguments: object
    ) -> tuple[Any, ...]:
        answer = self._chain.call(address, contract.encode(function, *arguments))
        try:
            return contract.decode(function, answer)
        except ValueError as error:
            raise ChainError(f"{self._chain.name}: {error}") from error

    def _contract(self, address: str) -> Contract:
        return self._auctioneer if address == self._at_top() else self._dao

    def _at_top(self) -> str:
        return self._ledger.auctioneer


def _is_unopened(account: Account) -> bool:
    """Whether an opening could still be good."""
    return account.is_sealed and not account.unopenable


def _is_due(book: Book, bidder: str) -> bool:
    """Whether a push would pay something, or forfeit a bond. A refused push is not tried again: its bidder can claim."""
    account = book.accounts[bidder]
    if account.closed or account.refused:
        return False
    return account.is_sealed or book.due(bidder) > 0
