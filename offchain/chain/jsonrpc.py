"""A chain behind JSON-RPC: Anvil, Hardhat, Ganache, or any other node.

On the first three any address can send, and time passes at will (`devnodes`). Elsewhere
transactions are signed with keys of accounts (`keys`), and time is real (`signing`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Final, Protocol

from offchain.chain.answers import COUNT_BITS
from offchain.chain.backend import (
    MAX_TRANSACTION_GAS,
    TOY_CHAINS,
    Log,
    Outcome,
    Progress,
    Receipt,
    Reverted,
    Transaction,
    quietly,
)
from offchain.chain.client import Client
from offchain.chain.devnodes import Anvil, Ganache, Hardhat
from offchain.chain.errors import ChainError
from offchain.chain.keys import Keys
from offchain.chain.logreader import LogReader
from offchain.chain.rpc import Rpc, RpcError
from offchain.chain.signing import Signing
from offchain.chain.spending import DEFAULT_SPENDING, Spending
from offchain.io.addresses import NOBODY

PATIENCE: Final = 300.0
"""How long a public chain may take to mine a transaction, in seconds."""
_CLOCK_AT_WILL: Final = ("anvil", "ganache", "hardhat")
"""How development nodes begin to name themselves, whose clock can be set."""
_NAME: Final = re.compile(r"[\w.-]{1,40}", re.ASCII)


class JsonRpc:
    """The chain at an http, https, ws or wss URL; see `Chain`.

    `keys` are the accounts', where the node cannot send for any address, or they are one's own. `spending` bounds what
    gas may cost there. `name` is the node's own name for itself, in lower case.

    Raises:
        ChainError: nobody answers there, or not in JSON-RPC; or keys are needed.
    """

    def __init__(
        self,
        url: str,
        keys: Keys | None = None,
        patience: float = PATIENCE,
        spending: Spending = DEFAULT_SPENDING,
    ) -> None:
        self._spending = spending
        self._rpc = Rpc(url)
        self.name = self._client_name()
        self.chain_id = self._rpc.ask("eth_chainId").number()
        self._client = Client(self._rpc, traces=self.name != "ganache")
        self._reader = LogReader(self._rpc)
        self._node = self._manners(keys, patience)
        self.time_is_free = not isinstance(self._node, Signing)

    @property
    def clock_is_real(self) -> bool:
        """Whether time passes as it does outside; a node's name alone does not make it pass otherwise."""
        return self.chain_id not in TOY_CHAINS or not self.name.startswith(_CLOCK_AT_WILL)

    def actor(self, index: int) -> str:
        """See `Chain`."""
        return self._node.actor(index)

    def send(self, transaction: Transaction) -> Receipt:
        """See `Chain`."""
        (outcome,) = self.send_all([transaction])
        if isinstance(outcome, Reverted):
            raise outcome
        return outcome

    def send_all(
        self, transactions: Sequence[Transaction], progress: Progress = quietly
    ) -> list[Outcome]:
        """See `Chain`."""
        fitting = [one for one in transactions if _fits(one)]
        outcomes: list[Outcome] = []
        while ahead := fitting[len(outcomes) : len(outcomes) + self._node.at_once]:
            outcomes += self._node.send(ahead)
            progress(len(outcomes))
        each = iter(outcomes)
        return [next(each) if _fits(one) else _too_large(one) for one in transactions]

    def refuse_dear_gas(self) -> None:
        """See `Chain`."""
        self._node.refuse_dear_gas()

    def gas_price(self) -> int:
        """See `Chain`."""
        return self._node.gas_price()

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        """See `Chain`."""
        return self._client.call(Transaction(sender or NOBODY, to, data))

    def estimate(self, transaction: Transaction) -> int:
        """See `Chain`.

        Nodes estimate what a transaction uses, which can be too little as a limit where a
        contract insists on a reserve. Then bisection finds the limit, to 1 %.
        """
        least = self._client.estimate(transaction)
        most = self._client.gas_limit(transaction)
        if self._suffices(transaction, least):
            return least
        while most - least > least // 100:
            middle = (least + most) // 2
            if self._suffices(transaction, middle):
                most = middle
            else:
                least = middle
        return most

    def logs(
        self,
        addresses: Sequence[str],
        first_block: int,
        last_block: int | None = None,
        topics: Sequence[bytes] | None = None,
        progress: Progress = quietly,
    ) -> list[Log]:
        """See `Chain`."""
        last = self.block() if last_block is None else last_block
        return self._reader.read(addresses, first_block, last, topics, progress)

    def block(self) -> int:
        """See `Chain`."""
        return self._rpc.ask("eth_blockNumber").number(COUNT_BITS)

    def advance_to_block(self, number: int) -> None:
        """See `Chain`."""
        self._node.advance_to_block(number)

    def header(self, number: int) -> bytes:
        """See `Chain`; also raises ChainError if the header has fields unknown here."""
        return self._client.header(number)

    def block_hash(self, number: int) -> bytes:
        """See `Chain`."""
        return self._client.block_hash(number)

    def time_of(self, number: int) -> int:
        """See `Chain`."""
        return self._client.time_of(number)

    def now(self) -> int:
        """See `Chain`."""
        return self._node.now()

    def advance_to(self, timestamp: int) -> None:
        """See `Chain`."""
        self._node.advance_to(timestamp)

    def balance(self, address: str) -> int:
        """See `Chain`."""
        return self._client.balances([address])[0]

    def transaction_count(self, address: str) -> int:
        """See `Chain`."""
        return self._client.nonces([address])[address]

    def fund(self, address: str, amount: int) -> None:
        """See `Chain`."""
        self._node.fund({address: amount})

    def fund_all(self, amounts: Mapping[str, int], progress: Progress = quietly) -> None:
        """See `Chain`."""
        size = self._node.funded_at_once
        for start in range(0, len(amounts), size):
            some = dict(islice(amounts.items(), start, start + size))
            self._node.fund(some)
            progress(start + len(some))

    def close(self) -> None:
        """Leaves a development node's accounts as they were, and closes the connections."""
        try:
            self._node.close()
        finally:
            self._rpc.close()

    def _client_name(self) -> str:
        try:
            version = self._rpc.ask("web3_clientVersion").text()
        except RpcError:
            return "node"  # some public ones do not tell
        name = version.partition("/")[0].lower()
        return name if _NAME.fullmatch(name) else "node"

    def _manners(self, keys: Keys | None, patience: float) -> Manners:
        kind = None if keys is not None and keys.own else _DEVELOPMENT.get(self.name)
        if kind is not None:
            with suppress(
                ChainError
            ):  # its own methods may be blocked: then it is a node like others
                return kind(self._client)
        return Signing(self._client, keys, patience, self._spending)

    def _suffices(self, transaction: Transaction, gas: int) -> bool:
        one = transaction
        try:
            self._client.call(Transaction(one.sender, one.to, one.data, one.value, gas))
        except Reverted:
            return False
        return True


class Manners(Protocol):
    """What differs from one kind of node to another; see `Chain` for what is not explained here."""

    at_once: int
    funded_at_once: int
    """How many transactions are sent, and how many accounts given money, at a time."""

    def actor(self, index: int) -> str: ...

    def send(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        """Sends the first of them, at least one, and waits; what became of these."""

    def now(self) -> int: ...

    def advance_to(self, timestamp: int) -> None: ...

    def advance_to_block(self, number: int) -> None: ...

    def refuse_dear_gas(self) -> None: ...

    def gas_price(self) -> int: ...

    def fund(self, amounts: Mapping[str, int]) -> None:
        """`Chain.fund_all`, of so many."""

    def close(self) -> None: ...


_DEVELOPMENT: Final[Mapping[str, Callable[[Client], Manners]]] = {
    "anvil": Anvil,
    "ganache": Ganache,
    "hardhatnetwork": Hardhat,
}
"""By the name that a node has for itself."""


def _fits(transaction: Transaction) -> bool:
    return transaction.gas is None or transaction.gas <= MAX_TRANSACTION_GAS


def _too_large(transaction: Transaction) -> Reverted:
    return Reverted(
        f"{transaction.what} failed: a gas limit of {transaction.gas} is above the "
        f"{MAX_TRANSACTION_GAS} that a transaction may have"
    )
