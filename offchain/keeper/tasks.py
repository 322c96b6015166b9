"""Kinds of work on a book, and what a keeper learnt about each; forgetting it costs gas or time, never correctness."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from offchain.keeper.batches import BatchSizer

LAG: Final = 3
"""Blocks after which what was mined and does not show is believed to be gone: a node can be behind, and a block be taken back
before the node has shown it."""
_LONGEST_REST: Final = 256


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work on one book. part: on which part of it, where each fails or succeeds by itself."""

    step: str
    lot: int
    contract: str
    part: str = ""

    def __str__(self) -> str:
        of = f" {self.part}" if self.part else ""
        return f"{self.step}{of} of lot {self.lot} at {self.contract}"


@dataclass(slots=True)
class Memory:
    """What was learnt about a task.

    served: items that a transaction dealt with, and from which block logs should show it. odd: items that failed on their own.
    failures: how often in a row it failed in a way that may cost money again; it is left alone until the step `rests_until`.
    """

    sizer: BatchSizer[Any]
    served: dict[Any, int] = field(default_factory=dict)
    odd: set[Any] = field(default_factory=set)
    failures: int = 0
    rests_until: int = 0

    def serve(self, items: Iterable[Any], block: int) -> None:
        """A transaction in `block` dealt with these items."""
        self.served.update(dict.fromkeys(items, block + LAG))

    def is_served(self, item: Any, synced: int) -> bool:
        """Whether an item was dealt with, though logs that were read up to the block `synced` do not show it yet."""
        return synced < self.served.get(item, synced)

    def rest(self, step: int) -> None:
        """Leaves the task alone for 0, 1, 3, 7, … steps after this one."""
        self.rests_until = step + min(2**self.failures, _LONGEST_REST)
        self.failures += 1


class Memories:
    """What was learnt about all tasks, by lot."""

    def __init__(self, gas_limit: int) -> None:
        """`gas_limit`: the most gas that a transaction may be sent with."""
        self._gas_limit = gas_limit
        self._by_lot: dict[int, dict[Task, Memory]] = {}

    def __len__(self) -> int:
        """On how many lots there are such tasks."""
        return len(self._by_lot)

    def of(self, task: Task, probe: int = 1, allowance: int = 0) -> Memory:
        """Of one task. `probe`, `allowance`: see `BatchSizer`."""
        memories = self._by_lot.setdefault(task.lot, {})
        if task not in memories:
            memories[task] = Memory(BatchSizer(self._gas_limit, probe, allowance))
        return memories[task]

    def keep(self, lots: Collection[int]) -> None:
        """Forgets all other lots."""
        self._by_lot = {lot: known for lot, known in self._by_lot.items() if lot in lots}
