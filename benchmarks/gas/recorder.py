"""A node that keeps what the calls of one contract cost, by function."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.gas.meter import floor_since_prague
from offchain.bindings.contracts import contract
from offchain.chain.backend import Outcome, Progress, Reverted, Transaction, quietly
from offchain.chain.jsonrpc import JsonRpc


class Recorder(JsonRpc):
    """A development node that keeps what every transaction cost, by function. `largest` is the most of all.

    Tables make calldata dear: where EIP-7623 charges more than was used, since Prague, that is what counts here.
    """

    def __init__(self, url: str, house: str, calls: Mapping[str, tuple[Any, ...]]) -> None:
        """`calls`: the functions of the contract called `house`, with arguments of the right types, for their selectors."""
        super().__init__(url)
        abi = contract(house)
        self._names = {abi.encode(name, *some)[:4]: name for name, some in calls.items()}
        self.costs: dict[str, list[int]] = defaultdict(list)
        self.order: list[tuple[str, int]] = []
        self.largest = 0

    def send_all(
        self, transactions: Sequence[Transaction], progress: Progress = quietly
    ) -> list[Outcome]:
        """As `Chain.send_all`, but nothing may fail."""
        outcomes = super().send_all(transactions, progress)
        for one, outcome in zip(transactions, outcomes, strict=True):
            if isinstance(outcome, Reverted):
                raise outcome
            cost = max(outcome.gas_used, floor_since_prague(one.data))
            name = self._names.get(one.data[:4])
            if one.to is not None and name is not None:
                self.costs[name].append(cost)
                self.order.append((name, cost))
                self.largest = max(self.largest, cost)
        return outcomes

    def clear(self) -> None:
        """Forgets what was kept, but not the largest."""
        self.costs.clear()
        self.order.clear()


def recorder(house: str, calls: Mapping[str, tuple[Any, ...]]) -> Callable[[str], Recorder]:
    """What connects to the node of a URL as such."""
    return lambda url: Recorder(url, house, calls)
