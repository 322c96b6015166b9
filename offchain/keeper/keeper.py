"""The keeper: opens the bids entrusted to it, tallies, draws, settles and pays out, for every lot of one auctioneer.

Everything but the openings is read from the chain, and every step is decided anew from what stands there: a keeper can be killed
at any point and started again, and any number of keepers can work side by side. No transaction is sent that simulation says
will fail. What goes wrong with one book is left for the next step, and stops no other.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any, Final

from offchain.bindings.contracts import Contract, Phase
from offchain.bindings.contracts import contract as contract_named
from offchain.bindings.draw_proofs import PLAYERS_PER_STEP, bid_of, prove, steps
from offchain.bindings.seals import Opening
from offchain.chain.backend import MAX_TRANSACTION_GAS, Chain, Reverted, Transaction
from offchain.chain.errors import ChainError
from offchain.keeper.agenda import Agenda, Duty, Outlook, is_due, is_unopened
from offchain.keeper.batches import GAS_MARGIN, BatchSizer, Item
from offchain.keeper.books import Book, Lot
from offchain.keeper.ledger import APPROXIMATE, REORG_DEPTH, Ledger, LogsMissing
from offchain.keeper.pace import Pace
from offchain.keeper.purse import GAS_OF_RETURN, Allowance, Overspent, Purse
from offchain.keeper.receipts import Receipts, ReceiptsError
from offchain.keeper.release import DEPTH, Release
from offchain.keeper.rests import Rests

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
_COUNT_EVERY: Final = 64
"""Blocks after which the auctioneer is asked again how many lots there are."""
_READING: Final = "reading the chain"


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
    """Keeps all lots of one auctioneer moving.

    unfinished: whether the last step was at its bound before all was served that it could serve. The next one goes on from there.
    troubles: what is due and could not be done the last time it was tried, and why, by lot (0: no one lot) and task.
    """

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
        only: Collection[int] | None = None,
        purse: Purse | None = None,
        allowance: Allowance | None = None,
        depth: int = DEPTH,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.time,
        forgets: bool = False,
    ) -> None:
        """`account` sends the transactions and pays their gas; `gas_limit` bounds each. `on_action` hears of every transaction
        done, `on_skip` of everything that could not be done now, and why (`ChainError` or `ReceiptsError`).
        `players_per_step`: the most players that one transaction meets to decide a lot by its draw. `only`: the lots to serve,
        by default all. `purse`: the budget of all lots. `allowance`: the gas that a lot may take. `depth`, `clock`: when openings
        may leave, see `Release`. `pace`: how long a step lasts. `forgets`: whether the ledger forgets lots that are over.
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
        self._purse = purse or Purse()
        self._allowance = allowance or Allowance()
        self._release = Release(chain, depth, clock)
        self._pace = pace or Pace()
        self._agenda = Agenda(ledger, self._can_open, only)
        self._forgets = forgets
        self._steps = self._round = self._sent = self._now = 0
        self._served: set[int] = set()
        self._cut_short: set[int] = set()
        self._round_is_over = True
        self._interrupted = self._is_urgent = self.unfinished = False
        self._lacking = 0
        self.troubles: dict[int, dict[str, Exception]] = {}
        self._forget()

    def step(self, refunds: bool = True) -> int:
        """Does what can be done now, the most urgent first, and returns how many transactions that took. Ends early,
        `unfinished`, when it has taken long. Without `refunds` it pays nobody out, so that members can claim for themselves.

        Raises:
            ChainError: the chain could not be read at all.
        """
        self.troubles.pop(0, None)
        self._guarded(0, "reading receipts", self._receipts.refresh)
        self._read()
        self._steps += 1
        before = self._sent
        self._begin_round()
        self._pace.start()
        self._look()
        self.unfinished = self._serve(refunds)
        if self._forgets and self._ledger.generation == self._generation:
            self._agenda.retire(self._now)
        return self._sent - before

    def look(self) -> Outlook:
        """Reads the chain, and says what lies before the keeper.

        Raises:
            ChainError: the chain could not be read.
        """
        self._read()
        self._look()
        return self._agenda.outlook(self._now)

    def standing(self, lot: int) -> tuple[Phase, str, int]:
        """Phase, leader and price (units) of a lot, as the chain has them now."""
        phase, leader, price = self._view(self._ledger.auctioneer, "standing", lot)
        return phase, leader, price

    @property
    def seconds_to_next(self) -> int | None:
        """How long it takes until a stage of some lot begins or ends, by the chain's time when the keeper last looked."""
        at = self._agenda.next_deadline(self._now)
        return None if at is None else at[0] - self._now

    def _read(self) -> None:
        self._ledger.sync(recheck=REORG_DEPTH)
        if self._ledger.generation != self._generation:
            self._forget()
        if self._ledger.synced - self._counted_at >= _COUNT_EVERY or self._lacking:
            self._guarded(0, "counting lots", self._count_lots)

    def _count_lots(self) -> None:
        """Compares the lots with how many the auctioneer says there are: logs that a node left out for a while, and that are
        older than what `sync` compares, are missed by nothing else. Reads all anew the first, second, fourth, … time in a row.

        Raises:
            LogsMissing: there are fewer.
        """
        (listed,) = self._view(self._at_top(), "lotCount")
        if listed > self._ledger.listed:
            self._ledger.sync()  # one that was listed meanwhile
        if listed > self._ledger.listed:
            self._lacking += 1
            if self._lacking & (self._lacking - 1) == 0:
                self._ledger.restart()
                self._ledger.sync()
        if self._ledger.generation != self._generation:
            self._forget()
        if listed > (known := self._ledger.listed):
            raise LogsMissing(f"{self._chain.name}: there are {listed} lots, and logs of {known}")
        self._lacking, self._counted_at = 0, self._ledger.synced

    def _forget(self) -> None:
        self._generation = self._ledger.generation
        self._counted_at = -_COUNT_EVERY
        self._agenda.forget()
        self._memories: dict[int, dict[_Task, _Memory]] = {}
        self._rests = Rests()
        self._resume: dict[tuple[int, str], int] = {}
        self._seen: set[int] = set()

    # What comes next

    def _begin_round(self) -> None:
        if self._round_is_over:
            self._round += 1
            self._seen.clear()
            self._cut_short.clear()
            self._round_is_over = False

    def _look(self) -> None:
        """Looks at the clock."""
        self._now = self._chain.now()
        self._release.look()
        self._pace.asked()
        self._pace.looked()

    def _serve(self, refunds: bool) -> bool:
        """Serves lots until nothing is left or the step is over; whether something is left. What is urgent is served in every
        step; all else once in a round of steps, so that no lot waits for another twice.
        """
        self._served.clear()
        others = 0
        while duties := self._due(refunds):
            for duty in duties:
                # one is served however long the reading took, and one that is not urgent, so that none waits for ever
                if self._pace.is_over and (self._served if duty.stage.is_urgent else others):
                    return True
                self._visit(duty, refunds)
                others += not duty.stage.is_urgent
                if self._ledger.generation != self._generation:
                    return True
                if self._pace.wants_look:
                    break
            self._guarded(0, _READING, self._look)
        self._round_is_over = True
        return bool(self._cut_short)

    def _due(self, refunds: bool) -> list[Duty]:
        """What to serve in this step, the most urgent first."""
        duties = self._agenda.duties(self._now, refunds)
        self._forget_all_but({duty.lot for duty in duties})
        if duties and self._purse.is_empty:
            self._skip(0, "what is due", self._purse.used_up())
            return []
        return [duty for duty in duties if self._is_next(duty)]

    def _is_next(self, duty: Duty) -> bool:
        """Whether a duty is for this step: its lot was not served yet, and does not rest."""
        if duty.lot in (self._served if duty.stage.is_urgent else self._seen):
            return False
        return not self._rests.is_resting(duty, self._round, self._now)

    def _forget_all_but(self, lots: set[int]) -> None:
        """What was learnt of lots where nothing is due any more, or not yet, is of no use."""
        self._rests.keep(lots)
        for lot in [lot for lot in self.troubles if lot and lot not in lots]:
            del self.troubles[lot]
        for lot in [lot for lot in self._memories if lot not in lots]:
            del self._memories[lot]
        for key in [key for key in self._resume if key[0] not in lots]:
            del self._resume[key]

    def _visit(self, duty: Duty, refunds: bool) -> None:
        before, self._interrupted = self._sent, False
        self._is_urgent = duty.stage.is_urgent
        self._served.add(duty.lot)
        self._seen.add(duty.lot)
        self.troubles.pop(duty.lot, None)
        self._guarded(duty.lot, f"lot {duty.lot}", partial(self._work_on, duty, refunds))
        if self._interrupted:
            self._cut_short.add(duty.lot)
        elif self._sent > before:
            self._rests.wake(duty.lot)
        elif not self._node_failed(duty.lot):
            self._rests.send_to_rest(duty, self._round, self._now)

    def _node_failed(self, lot: int) -> bool:
        """Whether the node is at fault that nothing could be done on a lot, and not the lot."""
        return any(
            not isinstance(error, Reverted | Overspent)
            for error in self.troubles.get(lot, {}).values()
        )

    def _work_on(self, duty: Duty, refunds: bool) -> None:
        lot = self._ledger.lots[duty.lot]
        if lot.winner is not None or lot.returned:
            self._pay(lot, None)
            return
        phase, leader, price = self.standing(lot.number)
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
            self._guarded(lot.number, str(task), partial(self._settle, task, price))
            phase, leader, _ = self.standing(lot.number)
        if refunds:
            self._pay(lot, leader if phase == Phase.CLOSED else None)
        if phase == Phase.VOID and not lot.returned and not self._interrupted:
            task = _Task("reclaim", lot.number, self._at_top())
            self._guarded(lot.number, str(task), partial(self._reclaim, task))

    def _pay(self, lot: Lot, unsettled: str | None) -> None:
        self._sync()
        self._each_book(lot, "refund", partial(self._refund, unsettled))
        self._each_book(lot, "bonds", self._forward_bonds)

    def _each_book(self, lot: Lot, step: str, work: Callable[[_Task, Book], None]) -> None:
        """Does `work` on every book of a lot, from where it gave way the last time, so that none keeps another waiting."""
        self._refuse_old_books()
        books = self._ledger.books_on(lot.number)
        start = self._resume.pop((lot.number, step), 0)
        asked = self._pace.requests
        for place in range(start, start + len(books)):
            book = books[place % len(books)]
            if self._interrupted or (self._pace.requests > asked and self._gives_way()):
                self._resume[lot.number, step] = place % len(books)
                return
            task = _Task(step, lot.number, book.contract)
            self._guarded(lot.number, str(task), partial(work, task, book))

    def _sync(self) -> None:
        """Reads on. `ChainError` if the books at hand are not those of the ledger any more; the next step takes the new ones."""
        self._ledger.sync()
        self._pace.asked(2)
        self._refuse_old_books()

    def _refuse_old_books(self) -> None:
        """`ChainError` if the ledger was rebuilt since the step began: what is at hand is about nothing that it holds."""
        if self._ledger.generation != self._generation:
            raise ChainError("the books have to be rebuilt")

    def _guarded(self, lot: int, what: str, work: Callable[[], None]) -> None:
        """Does `work` on a lot; what goes wrong is told, and left for the next step."""
        try:
            work()
        except (ChainError, ReceiptsError) as error:
            self._skip(lot, what, error)
        else:
            self.troubles.get(lot, {}).pop(what, None)

    def _skip(self, lot: int, what: str, error: Exception) -> None:
        self.troubles.setdefault(lot, {})[what] = error
        self._on_skip(what, error)

    # Reveal

    def _reveal(self, task: _Task, book: Book) -> None:
        if not any(self._openings(book)):
            return
        minimum = self._minimum(book)
        self._batch(
            task,
            [opening for opening in self._openings(book) if minimum <= opening.bid],
            lambda part: ("revealBatch", task.lot, [(o.bidder, o.bid, o.salt) for o in part]),
            still=lambda opening: is_unopened(book.accounts[opening.bidder]),
        )

    def _openings(self, book: Book) -> Iterator[Opening]:
        """The receipts that open bids as they stand, as far as is known without asking."""
        minimum = self._minimums.get(book.contract, 0)
        for bidder, account in book.accounts.items():
            if is_unopened(account) and account.commitment is not None:
                opening = self._receipts.opening(
                    *(self._chain.chain_id, book.contract, book.lot, bidder, account.commitment)
                )
                if opening is not None and minimum <= opening.bid <= account.deposit:
                    yield opening

    def _can_open(self, book: Book) -> bool:
        """Whether there is a bid to open in a book, and its opening may leave."""
        return any(self._openings(book)) and self._may_leave(self._ledger.lots[book.lot])

    def _may_leave(self, lot: Lot) -> bool:
        what = f"reveal of lot {lot.number}"
        disagreement = self._release.disagreement(lot)
        if disagreement is not None:
            self._skip(0, what, ChainError(disagreement))
        try:
            return self._release.may_leave(lot, self._now)
        except ChainError as error:
            self._skip(0, what, error)
            return False

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
        self._do(task, 0, GAS_OF_RETURN, "reclaim", task.lot)

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
            return is_due(book, bidder)

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
                    queue, lambda part: self._transaction(task, *call(part)), self._estimate
                )
            except Reverted as refusal:
                self._skip(task.lot, str(task), refusal)
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
            if queue and self._gives_way():
                return

    def _do(self, task: _Task, members: int, most: int, function: str, *arguments: object) -> None:
        """Sends one transaction of at most `most` gas."""
        memory = self._memory(task)
        if self._steps < memory.rests_until:
            return
        transaction = self._transaction(task, function, *arguments)
        estimated = self._estimate(transaction)
        if estimated > min(most, self._gas_limit):
            raise Reverted(f"it takes {estimated} gas, which is too much")
        gas = min(self._gas_limit, int(estimated * GAS_MARGIN))
        self._send(task, memory, transaction, gas, members)
        self._sync()

    def _send(
        self, task: _Task, memory: _Memory, transaction: Transaction, gas: int, members: int
    ) -> None:
        self._refuse_old_books()
        self._purse.check_lot(task.lot, gas, self._allowance_of(task.lot))
        self._pace.asked()
        try:
            receipt = self._purse.send(self._chain, transaction, gas, task.lot)
        except Reverted as failure:
            if failure.fee:
                # what fails on the chain but not in simulation may do so for ever
                self._rest(memory)
            raise
        self._sent += 1
        memory.failures = 0
        self._on_action(Action(task.step, task.lot, task.contract, members, receipt.gas_used))

    def _estimate(self, transaction: Transaction) -> int:
        self._pace.asked()
        return self._chain.estimate(transaction)

    def _allowance_of(self, number: int) -> int:
        bids = sum(len(book.accounts) for book in self._ledger.books_on(number))
        is_drawn = self._ledger.kind == APPROXIMATE
        return self._allowance.of(len(self._ledger.lots[number].daos), bids, is_drawn)

    def _gives_way(self) -> bool:
        """Whether the lot at hand leaves the rest of its work for later: the step is over, or another lot is urgent."""
        self._interrupted = self._pace.is_over
        if not self._interrupted and not self._is_urgent and self._pace.wants_look:
            self._guarded(0, _READING, self._look)
            self._interrupted = any(
                self._is_next(duty) and duty.stage.is_urgent
                for duty in self._agenda.duties(self._now)
            )
        return self._interrupted

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
        self._pace.asked()
        answer = self._chain.call(address, contract.encode(function, *arguments))
        try:
            return contract.decode(function, answer)
        except ValueError as error:
            raise ChainError(f"{self._chain.name}: {error}") from error

    def _contract(self, address: str) -> Contract:
        return self._auctioneer if address == self._at_top() else self._dao

    def _at_top(self) -> str:
        return self._ledger.auctioneer
