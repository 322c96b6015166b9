"""How a keeper sends what serves a book: in as few transactions as fit, none of which simulation says will fail."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from offchain.chain.backend import Receipt, Reverted, Transaction
from offchain.keeper.batches import GAS_MARGIN, Item
from offchain.keeper.courier import Courier
from offchain.keeper.purse import Purse
from offchain.keeper.reading import Reader
from offchain.keeper.tasks import Memories, Memory, Task
from offchain.keeper.troubles import Troubles
from offchain.keeper.undone import Undone

_MEMBERS_PROBED: Final = 50
_READY: Final = 6_000
"""How many items are at hand when a transaction is made: more than fit, few enough to look through after each."""
_GAS_BESIDE: Final = 50_000
"""What a transaction may take beside its items, where they are bounded."""
_ODD_ITEMS: Final = 3
"""How many items of a book may fail on their own before the rest of it is left for the next step."""


@dataclass(frozen=True, slots=True)
class Action:
    """One transaction the keeper sent: what it did, on which lot and book, for how many bidders, its receipt, and what else is
    worth telling.
    """

    step: str
    lot: int
    contract: str
    members: int
    receipt: Receipt
    detail: str = ""

    @property
    def gas_used(self) -> int:
        """The gas it took."""
        return self.receipt.gas_used


class Sender:
    """Sends for the lots of one auctioneer, within what each may take. sent: how many transactions so far."""

    def __init__(
        self,
        courier: Courier,
        reader: Reader[Any],
        purse: Purse,
        allowance_of: Callable[[int], int],
        gas_limit: int,
        troubles: Troubles,
        on_action: Callable[[Action], None] | None,
    ) -> None:
        """`allowance_of`: the most gas that a lot may take, by its number. `gas_limit` bounds each transaction."""
        self._courier, self._reader, self._troubles = courier, reader, troubles
        self._purse, self._allowance_of = purse, allowance_of
        self._gas_limit = gas_limit
        self._on_action = on_action or (lambda action: None)
        self._undone = Undone(reader.ledger)
        self._steps = 0
        self.sent = 0
        self.forget()

    def begin_step(self) -> None:
        """Tasks at rest are so for a number of steps. The books may have changed."""
        self._steps += 1
        self._undone.look()

    def forget(self) -> None:
        """Forgets all that was learnt: the books are new ones."""
        self.memories = Memories(self._gas_limit)
        self._undone.forget()

    def batch(
        self,
        task: Task,
        items: Sequence[Item],
        call: Callable[[Sequence[Item]], tuple[object, ...]],
        still: Callable[[Item], bool],
        gives_way: Callable[[], bool],
        members: Callable[[Sequence[Item]], int] = len,
        allowance: int = 0,
        in_order: bool = False,
        most_each: int | None = None,
    ) -> None:
        """Serves `items` in as few transactions as fit. `still`: whether an item needs it yet, after others had time to act.
        `gives_way`: whether the rest is left for later, asked after each transaction. Unless items must be served `in_order`,
        one that fails by itself is passed over, and comes last the next time; or one that takes more than `most_each`.
        """
        probe = 1 if in_order else _MEMBERS_PROBED
        memory = self.memories.of(task, probe, allowance)
        if self._steps < memory.rests_until:
            return
        synced = self._reader.ledger.synced
        unserved = [item for item in items if not memory.is_served(item, synced)]
        unserved.sort(key=memory.odd.__contains__)
        waiting = filter(still, unserved)
        queue = list(islice(waiting, _READY))
        built: list[int] = []

        def build(part: Sequence[Item]) -> Transaction:
            built[:] = [len(part)]
            return self._transaction(task, *call(part))

        odd = 0
        while queue:
            try:
                batch = memory.sizer.first(queue, build, self._modest(most_each, built))
            except Reverted as refusal:
                self._troubles.skip(task.lot, str(task), refusal)
                odd += 1
                if in_order or odd == _ODD_ITEMS:
                    return
                memory.odd.add(queue.pop(0))
                continue
            receipt = self._send(task, memory, batch.transaction, batch.gas, members(batch.items))
            memory.serve(batch.items, receipt.block)
            self._reader.sync()
            queue = [item for item in queue[len(batch.items) :] if still(item)]
            queue.extend(islice(waiting, _READY - len(queue)))
            if queue and gives_way():
                return

    def one(
        self,
        task: Task,
        members: int,
        function: str,
        *arguments: object,
        most: int | None = None,
        spare: int = 0,
        gas: int | None = None,
        rests: bool = True,
        detail: str = "",
    ) -> Receipt | None:
        """Sends one transaction, of at most `most` gas by simulation and `spare` more, or of `gas`; its receipt, None if the
        task is at rest. `rests`: whether that comes of a failure. `detail`: see `Action`. `Reverted` if it would fail, or take
        more.
        """
        memory = self.memories.of(task)
        if self._steps < memory.rests_until:
            return None
        transaction = self._transaction(task, function, *arguments)
        estimated = self._courier.estimate(transaction)
        if estimated > min(most or self._gas_limit, self._gas_limit):
            raise Reverted(f"it takes {estimated} gas, which is too much")
        limit = min(self._gas_limit, gas or int(estimated * GAS_MARGIN) + spare)
        receipt = self._send(task, memory, transaction, limit, members, rests, detail)
        self._reader.sync()
        return receipt

    def foresee(self, lot: int, gas: int) -> None:
        """Raises Overspent if a transaction of so much gas on a lot could not be paid for."""
        if not self._purse.affords(gas):
            raise self._purse.used_up()
        self._purse.check_lot(lot, gas, self._allowed(lot))

    def together(
        self,
        task: Task,
        members: int,
        calls: Sequence[tuple[Any, ...]],
        most: int,
        allowance: int,
    ) -> Receipt | None:
        """Sends several calls of a contract in one transaction, of at most `most` gas by simulation and `allowance` more; its
        receipt. None if something stands in the way, which is not told: whoever asked then does one after the other.

        Raises:
            ChainError: the node failed.
        """
        memory = self.memories.of(task)
        if self._steps < memory.rests_until:
            return None
        at = self._reader.contract_at(task.contract)
        data = [at.encode(*call) for call in calls]
        transaction = self._transaction(task, "multicall", data)
        try:
            estimated = self._courier.estimate(transaction)
        except Reverted:
            return None
        gas = int(estimated * GAS_MARGIN) + allowance
        if estimated > most or gas > self._gas_limit or not self._may_take(task.lot, gas):
            return None
        receipt = None
        with suppress(Reverted):
            receipt = self._send(task, memory, transaction, gas, members)
        self._reader.sync()
        return receipt

    def memory(self, task: Task, allowance: int = 0) -> Memory:
        """What was learnt about a task whose items are many. `allowance`: see `BatchSizer`."""
        return self.memories.of(task, _MEMBERS_PROBED, allowance)

    def _modest(self, most_each: int | None, built: Sequence[int]) -> Callable[[Transaction], int]:
        """Simulates a transaction of as many items as were `built` last; `Reverted` if they take more than they may."""

        def estimate(transaction: Transaction) -> int:
            gas = self._courier.estimate(transaction)
            if most_each is not None and gas > _GAS_BESIDE + most_each * built[0]:
                raise Reverted(f"it takes {gas} gas, which is too much")
            return gas

        return estimate

    def _may_take(self, lot: int, gas: int) -> bool:
        return self._purse.affords(gas) and self._purse.has_left(lot, gas, self._allowed(lot))

    def _allowed(self, lot: int) -> int:
        """The most gas that a lot may have taken: its allowance, and what went into work that has to be done again."""
        return self._allowance_of(lot) + self._undone.gas_of(lot)

    def _send(
        self,
        task: Task,
        memory: Memory,
        transaction: Transaction,
        gas: int,
        members: int,
        rests: bool = True,
        detail: str = "",
    ) -> Receipt:
        self._reader.refuse_old_books()
        self._purse.check_lot(task.lot, gas, self._allowed(task.lot))
        try:
            receipt = self._courier.send(transaction, gas, task.lot)
        except Reverted as failure:
            if failure.fee and rests:
                # what fails on the chain but not in simulation may do so for ever
                memory.rest(self._steps)
            raise
        self.sent += 1
        self._undone.sent(task.lot, task.contract, receipt, min(receipt.gas_used, gas))
        memory.failures = 0
        self._on_action(Action(task.step, task.lot, task.contract, members, receipt, detail))
        return receipt

    def _transaction(self, task: Task, *call: Any) -> Transaction:
        data = self._reader.contract_at(task.contract).encode(*call)
        return Transaction(self._courier.account, task.contract, data)
