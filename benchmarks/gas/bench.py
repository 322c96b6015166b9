"""What the benchmarks of gas share: a node of their own, people with money, and the costs so far.

Accounts, salts and times are the same every time, so that two measurements can be compared to the last unit of gas (calldata
is charged by the byte, and zeros are cheaper).
"""

import random
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import ClassVar, Final, Generic, TypeVar

from benchmarks.gas.meter import floor_since_prague
from offchain.bindings.contracts import Contract, contract
from offchain.bindings.deployment import create
from offchain.chain import nodes
from offchain.chain.backend import MAX_TRANSACTION_GAS, Receipt, Reverted, Transaction
from offchain.chain.jsonrpc import JsonRpc

PHASE: Final = 3_600
"""How long each phase of a lot lasts, in seconds."""
_FUNDS: Final = 10**29

Node = TypeVar("Node", bound=JsonRpc)


@dataclass(slots=True)
class Cost:
    """Gas of a step: total, for how many members, in how many transactions; and what it went to, where traced."""

    gas: int = 0
    members: int = 0
    transactions: int = 0
    parts: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, int]:
        """As the snapshot has it."""
        return {"gas": self.gas, "members": self.members, "transactions": self.transactions}


@contextmanager
def own_node(connect: Callable[[str], Node]) -> Iterator[Node]:
    """An Anvil that sends for anybody. `ChainError` if it does not start."""
    with (
        nodes.anvil(accounts=1, auto_impersonate=True) as node,
        closing(connect(node.url)) as chain,
    ):
        yield chain


class Bench(Generic[Node]):
    """People on a node. The keeper, who deploys, is the first of them."""

    start: ClassVar = 4_000_000_000
    """When it begins, in seconds since the epoch: far off, so that no clock decides what a schedule costs."""
    seed: ClassVar = 0

    def __init__(self, chain: Node, people: int) -> None:
        self._chain = chain
        self._random = random.Random(self.seed)
        self._keeper, *self._people = [chain.actor(n) for n in range(1 + people)]
        chain.fund_all(dict.fromkeys((self._keeper, *self._people), _FUNDS))
        self._lots = 0
        self._now = self.start

    def _create(self, name: str, *arguments: object) -> str:
        return create(self._chain, self._keeper, name, *arguments)

    def _new_lot(self, first_seller: int, phases: int) -> tuple[int, str]:
        """The number of a new lot, and its seller, a new one with money. Lots begin so many `phases` apart."""
        self._lots += 1
        self._now = self.start + self._lots * phases * PHASE
        seller = self._chain.actor(first_seller + self._lots)
        self._chain.fund(seller, _FUNDS)
        return self._lots, seller

    def _mint(self, seller: str, item: str, number: int, auction: str) -> None:
        """A new item, which the auction may take."""
        token = contract("Item")
        self._send(seller, item, token.encode("mint", seller, number))
        self._send(seller, item, token.encode("approve", auction, number))

    def _next_phase(self, phases: int = 1) -> None:
        self._now += phases * PHASE
        self._chain.advance_to(self._now)

    def _send(self, sender: str, to: str, data: bytes, value: int = 0) -> Receipt:
        return self._chain.send(Transaction(sender, to, data, value))


class StepBench(Bench[JsonRpc], ABC):
    """Contracts, and the costs so far, by step. Calls go to the one that stands `_at` an address, unless told otherwise."""

    _at: tuple[Contract, str]

    def __init__(self, chain: JsonRpc, people: int) -> None:
        super().__init__(chain, people)
        self.costs: defaultdict[str, Cost] = defaultdict(Cost)

    @abstractmethod
    def play(self) -> None:
        """Everything that is measured."""

    def _call(
        self,
        step: str,
        sender: str,
        function: str,
        *arguments: object,
        value: int = 0,
        serves: int = 1,
        at: tuple[Contract, str] | None = None,
        spared: int = 0,
    ) -> None:
        """Sends a call and books it, and the gas that it was `spared`, under `step` if that has a name.

        Raises:
            ValueError: it takes more gas than a transaction may.
        """
        of, to = at or self._at
        transaction = Transaction(sender, to, of.encode(function, *arguments), value)
        self._book(step, transaction, self._chain.send(transaction), serves, spared)

    def _call_each(self, step: str, transactions: Sequence[Transaction]) -> None:
        """Sends them, one for each whom they serve, and books them as `_call` does.

        Raises:
            Reverted: one of them fails.
            ValueError: it takes more gas than a transaction may.
        """
        outcomes = self._chain.send_all(transactions)
        for transaction, outcome in zip(transactions, outcomes, strict=True):
            if isinstance(outcome, Reverted):
                raise outcome
            self._book(step, transaction, outcome)

    def _book(
        self,
        step: str,
        transaction: Transaction,
        receipt: Receipt,
        serves: int = 1,
        spared: int = 0,
    ) -> None:
        # what is sent along can be much calldata and little work: since Prague that has a price of its own (EIP-7623)
        gas = max(receipt.gas_used, floor_since_prague(transaction.data))
        if gas > MAX_TRANSACTION_GAS:
            raise ValueError(f"{step or 'a step'} used {gas} gas")
        if step:
            cost = self.costs[step]
            cost.gas += gas + spared
            cost.members += serves
            cost.transactions += 1


def measured(
    kind: Callable[[JsonRpc], StepBench], steps: Iterable[str]
) -> dict[str, dict[str, int]]:
    """Plays on an Anvil of its own: gas, how many it served and transactions, for each of the steps.

    Raises:
        ChainError: Anvil does not start, or a transaction fails.
        ValueError: a transaction takes more gas than one may.
    """
    with own_node(JsonRpc) as chain:
        bench = kind(chain)
        bench.play()
    return {step: bench.costs[step].figures() for step in steps}
