"""What steps cost, as the benchmarks of gas keep it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Cost:
    """Gas of a step: total, for how many members, in how many transactions; and what it went to, where traced."""

    gas: int = 0
    members: int = 0
    transactions: int = 0
    parts: Counter[str] = field(default_factory=Counter)

    def book(self, gas: int, serves: int = 1) -> None:
        """Adds a transaction that served so many."""
        self.gas += gas
        self.members += serves
        self.transactions += 1

    def figures(self) -> dict[str, int]:
        """As the snapshot has it."""
        return {"gas": self.gas, "members": self.members, "transactions": self.transactions}


def figures(costs: Mapping[str, Cost], steps: Iterable[str]) -> dict[str, dict[str, int]]:
    """Those of the steps, in this order."""
    return {step: costs[step].figures() for step in steps}
