"""How much work one transaction can hold, found by asking the chain rather than fixed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from offchain.chain.backend import MAX_TRANSACTION_GAS, Reverted, Transaction

Item = TypeVar("Item")

_AIM = 0.9
"""Share of the limit that a batch aims at, since costs per item differ a little."""
GAS_MARGIN = 1.1
"""What is sent along beyond the estimate, for the state may move in between."""


@dataclass(frozen=True, slots=True)
class Batch(Generic[Item]):
    """A transaction that serves `items`, and the gas to send it with."""

    transaction: Transaction
    items: Sequence[Item]
    gas: int


class BatchSizer(Generic[Item]):
    """Cuts work of one kind into transactions below a gas limit. Remembers from one to the next what an item costs."""

    def __init__(
        self, gas_limit: int = MAX_TRANSACTION_GAS, probe: int = 50, allowance: int = 0
    ) -> None:
        """`gas_limit`: the most gas a transaction may be sent with. `probe`: items in the very first estimate, from which the
        cost of each is taken. `allowance`: gas to send along per item beyond the estimate, for what may turn out dearer.
        """
        self._limit = gas_limit
        self._probe = probe
        self._allowance = allowance
        self._gas_each: float | None = None
        self._ceiling: int | None = None

    def first(
        self,
        items: Sequence[Item],
        build: Callable[[Sequence[Item]], Transaction],
        estimate: Callable[[Transaction], int],
    ) -> Batch[Item]:
        """A transaction that serves the first of `items`: as many as fit, or half of those, a quarter, … down to one, since a
        single item may spoil it for the others. O(log items) estimates.

        Raises:
            Reverted: not even the first item can be served.
        """
        size = self._guess(len(items))
        if self._gas_each is None and size < len(items):
            self._learn(self._fit(items[:size], build, estimate), size)
            size = self._guess(len(items))
        batch = self._fit(items[:size], build, estimate)
        self._learn(batch, size)
        return batch

    def _fit(
        self,
        items: Sequence[Item],
        build: Callable[[Sequence[Item]], Transaction],
        estimate: Callable[[Transaction], int],
    ) -> Batch[Item]:
        while True:
            transaction = build(items)
            try:
                gas = int(estimate(transaction) * GAS_MARGIN) + self._allowance * len(items)
            except Reverted:
                if len(items) == 1:
                    raise
            else:
                if gas <= self._limit:
                    return Batch(transaction, items, gas)
                if len(items) == 1:
                    raise Reverted(f"one item alone takes {gas} gas, above {self._limit}")
            items = items[: (len(items) + 1) // 2]

    def _guess(self, most: int) -> int:
        """How many items should fit, of `most`."""
        if self._gas_each is None:
            return min(most, self._probe)
        fitting = max(1, int(self._limit * _AIM / self._gas_each))
        return min(most, fitting, self._ceiling or fitting)

    def _learn(self, batch: Batch[Item], tried: int) -> None:
        """What was too many once is approached again in doubling steps: the node may allow less than the limit."""
        size = len(batch.items)
        self._gas_each = max(1, batch.gas) / size
        if size < tried:
            self._ceiling = size
        elif self._ceiling is not None:
            self._ceiling = max(self._ceiling, 2 * size)
