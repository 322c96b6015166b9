"""What the project needs of a chain, whichever one it is.

A back end carries transactions and answers questions; it knows no contract. Amounts are
wei, times are seconds since the epoch, addresses are checksummed text.

Gas is free on revm; elsewhere it comes out of the sender's balance. `Receipt.fee` and `Reverted.fee`
say how much, so that money can be checked to the wei on any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from eth_hash.auto import keccak

from offchain.chain.errors import ChainError
from offchain.io.addresses import ADDRESS_BYTES, checksum
from offchain.io.quoting import cut

MAX_TRANSACTION_GAS: Final = 16_777_216
"""The most gas that a transaction may ask for (EIP-7825)."""
TOY_CHAINS: Final = frozenset({1337, 31337})
"""Where money is worth nothing: the ids of development chains."""

_SHOWN: Final = 2 + 2 * (4 + 2 * 32)
"""Characters of what a contract reverted with: an error's selector and two of its arguments."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A call of `to`, or the creation of a contract where `to` is None.

    `value` is in wei. `gas` None: as much as it takes, up to `MAX_TRANSACTION_GAS`. `max_fee`: the most that a unit of gas may
    cost, in wei, where that is less than the sender's own bound.
    """

    sender: str
    to: str | None
    data: bytes
    value: int = 0
    gas: int | None = None
    max_fee: int | None = None

    @property
    def what(self) -> str:
        """What it does, for messages."""
        return "creating a contract" if self.to is None else f"calling {self.to}"


@dataclass(frozen=True, slots=True)
class Log:
    """An event as the chain records it."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that succeeded.

    `contract` is what it created, if it did; `fee` is what its sender paid for gas, in wei. `hash`: by which others find it,
    0x and 64 digits; None on a chain in this process, which has none.
    """

    gas_used: int
    block: int
    logs: tuple[Log, ...]
    contract: str | None = None
    fee: int = 0
    hash: str | None = None


class Reverted(ChainError):
    """A call or transaction that failed, or that the chain refused to carry out.

    `data` is what the contract returned with it, empty if it was not the contract that refused
    or if gas ran out; the text shows how it begins. `fee` is what the sender paid for gas, in wei.
    """

    def __init__(self, message: str, data: bytes = b"", fee: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.data = data
        self.fee = fee

    def __str__(self) -> str:
        if not self.data:
            return self.message
        return f"{self.message}: {cut('0x' + self.data.hex(), _SHOWN)}"


Outcome = Receipt | Reverted
"""What became of a transaction."""
Progress = Callable[[int], None]
"""Hears how far something has come: a number that rises."""


def quietly(_: int) -> None:
    """Progress that nobody wants to hear of."""


class Unsettled(ChainError):
    """A transaction was sent, and what became of it is not known. `cost`: what it can cost its sender at most, in wei."""

    def __init__(self, message: str, cost: int) -> None:
        super().__init__(message)
        self.cost = cost


class Chain(Protocol):
    """A chain to transact on.

    Any method may raise `ChainError` when the chain cannot be reached.
    """

    name: str
    chain_id: int
    time_is_free: bool
    """Whether `advance_to` lets time pass at once, rather than by waiting."""

    @property
    def clock_is_real(self) -> bool:
        """Whether time passes as it does outside. Not where a development node can be told what time it is; what a node says of
        itself does not suffice for that, its chain must be one of `TOY_CHAINS`, too.
        """

    def actor(self, index: int) -> str:
        """The address of the `index`-th account that this back end can send from.

        Always the same for one index. It has no money until `fund` gives it some.
        """

    def send(self, transaction: Transaction) -> Receipt:
        """Sends one transaction and waits for it.

        Raises:
            Reverted: it failed.
            Unsettled: it may still succeed or fail.
        """

    def send_all(
        self, transactions: Sequence[Transaction], progress: Progress = quietly
    ) -> list[Outcome]:
        """Sends many, to take effect in their order, batched where the chain allows.

        The results come in the same order, failures in place; one does not stop the others.
        `progress` is called with the number done so far.
        """

    def refuse_dear_gas(self) -> None:
        """Raises ChainError if gas takes more now than a transaction from here may pay, so that `send` would not send any."""

    def gas_price(self) -> int:
        """What a unit of gas may cost a transaction from here now, in wei; 0 where that is play money.

        Raises ChainError if that is more than it may pay.
        """

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        """What a call would return now.

        Raises:
            Reverted: it would fail.
        """

    def estimate(self, transaction: Transaction) -> int:
        """A gas limit with which `transaction` would succeed now.

        Raises:
            Reverted: it would fail.
        """

    def logs(
        self,
        addresses: Sequence[str],
        first_block: int,
        last_block: int | None = None,
        topics: Sequence[bytes] | None = None,
        progress: Progress = quietly,
    ) -> list[Log]:
        """The events of `addresses` from `first_block` to `last_block`, or to the newest, in order.

        All of them, or those whose first topic is among `topics`: who names the events that matter can also be served where
        one block holds more than a node hands out at once. `progress` is called with the last block read so far, where reading
        takes many requests.
        """

    def block(self) -> int:
        """The number of the newest block."""

    def time_of(self, number: int) -> int:
        """The time of a block.

        Raises:
            ChainError: the chain has no such block.
        """

    def advance_to_block(self, number: int) -> None:
        """Lets blocks pass until the newest is `number` or later.

        At once where the chain allows, by waiting otherwise.
        """

    def header(self, number: int) -> bytes:
        """The RLP of a block's header, which hashes to the block's hash.

        Raises:
            ChainError: the chain has no such block, or no headers at all.
        """

    def block_hash(self, number: int) -> bytes:
        """The hash of a block. `ChainError` if the chain has no such block, or no hashes at all."""

    def now(self) -> int:
        """The time that the next transaction will see, at least."""

    def advance_to(self, timestamp: int) -> None:
        """Lets time pass until the next transaction is at `timestamp` or later.

        At once where the chain allows, by waiting otherwise.
        """

    def balance(self, address: str) -> int:
        """The balance of `address`, in wei."""

    def transaction_count(self, address: str) -> int:
        """How many transactions `address` has sent, as far as they are in blocks."""

    def fund(self, address: str, amount: int) -> None:
        """Makes the balance of `address` at least `amount` wei, gas to come aside."""

    def fund_all(self, amounts: Mapping[str, int], progress: Progress = quietly) -> None:
        """`fund` for many addresses, batched where the chain allows.

        `progress` is called with the number done so far.
        """

    def close(self) -> None:
        """Releases what the back end holds."""


@lru_cache(maxsize=1 << 12)
def actor_address(index: int) -> str:
    """The `index`-th address of the chains that let anybody send from any address."""
    return checksum(keccak(b"consort actor %d" % index)[-ADDRESS_BYTES:])
