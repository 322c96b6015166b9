"""How many members one transaction can serve, found by asking the chain rather than fixed."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from offchain.chain.backend import Reverted, Transaction

Item = TypeVar("Item")

TRANSACTION_GAS_LIMIT = 16_777_216
"""The most gas one transaction may use (EIP-7825)."""
_AIM = 0.9
"""Share of the limit that a batch aims at, since costs per member differ a little."""
_PROBE = 50
"""Members in the first estimate, from which the cost of each is taken."""


class BatchSizer:
    """Cuts work into transactions below a gas limit. Remembers the cost per member from one batch to the next."""

    def __init__(self, gas_limit: int = TRANSACTION_GAS_LIMIT) -> None:
        """`gas_limit`: what a transaction may use, in gas; a node's block limit where that is lower."""
        self._limit = gas_limit
        self._gas_each: float | None = None

    def cut(
        self,
        items: Sequence[Item],
        build: Callable[[Sequence[Item]], Transaction],
        estimate: Callable[[Transaction], int],
        most: int | None = None,
    ) -> Iterator[tuple[Transaction, int, int]]:
        """Transactions that together serve all `items`, in order, each with its estimated gas and how many it serves; lazily, so
        that each estimate sees the ones before it done. `most`: the most items a call takes. `Reverted` if even one item fails.
        """
        done = 0
        while done < len(items):
            size = min(len(items) - done, most or len(items), self._guess())
            transaction, gas, size = self._fit(items[done : done + size], build, estimate)
            self._gas_each = gas / size
            yield transaction, gas, size
            done += size

    def _guess(self) -> int:
        if self._gas_each is None:
            return _PROBE
        return max(1, int(self._limit * _AIM / self._gas_each))

    def _fit(
        self,
        items: Sequence[Item],
        build: Callable[[Sequence[Item]], Transaction],
        estimate: Callable[[Transaction], int],
    ) -> tuple[Transaction, int, int]:
        """The largest of `items`, half of them, a quarter, … that stays below the limit."""
        size = len(items)
        while True:
            transaction = build(items[:size])
            try:
                gas = estimate(transaction)
            except Reverted:
                if size == 1:
                    raise
            else:
                if gas <= self._limit or size == 1:
                    return transaction, gas, size
            size = (size + 1) // 2
