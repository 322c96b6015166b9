"""Kinds of work on a book, and what a keeper learnt about each; forgetting it costs gas or time, never correctness."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from offchain.keeper.batches import BatchSizer

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

    served: items that a transaction dealt with, whether or not logs show it yet. odd: items that failed on their own.
    failures: how often in a row it failed in a way that may cost money again; it is left alone until the step `rests_until`.
    """

    sizer: BatchSizer[Any]
    served: set[Any] = field(default_factory=set)
    odd: set[Any] = field(default_factory=set)
    failures: int = 0
    rests_until: int = 0

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
