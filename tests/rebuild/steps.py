"""What happened, beside what the contracts logged: each transaction's calls, and the accounts it moved ether between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_hash.auto import keccak

from offchain.bindings.artifacts import load
from offchain.bindings.enumerations import ENUMS
from offchain.chain import abi
from offchain.chain.backend import Log, Receipt, Transaction
from offchain.chain.revm import Revm


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as it was made: its arguments by name."""

    sender: str
    to: str
    function: str
    args: dict[str, Any]
    value: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction that succeeded: who sent how many wei to whom with what, when, all that was logged, and what it created."""

    now: int
    block: int
    transaction: Transaction
    logs: tuple[Log, ...]
    created: str | None = None


class Recorder(Revm):
    """The EVM in this process, which tells of every transaction that succeeded as soon as it has."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: Callable[[Step], None] = lambda _: None

    def send(self, transaction: Transaction) -> Receipt:
        """As ever, and then tells."""
        receipt = super().send(transaction)
        self.heard(Step(self.now(), receipt.block, transaction, receipt.logs, receipt.contract))
        return receipt

    def poke(self, address: str, slot: int, value: int) -> None:
        """Writes storage, for what no call can bring about in a test."""
        self._evm.insert_account_storage(address, slot, value)


@cache
def _functions(name: str) -> dict[bytes, tuple[str, tuple[str, ...], abi.Codec]]:
    """What a contract can be called for, by selector: the name, those of the parameters, and how they are read."""
    return {
        keccak(abi.signature(one["name"], one["inputs"]).encode())[: abi.SELECTOR_BYTES]: (
            one["name"],
            tuple(given["name"].removesuffix("_") for given in one["inputs"]),
            abi.arguments(one["inputs"], ENUMS),
        )
        for one in load(name).abi
        if one["type"] == "function"
    }


def calls_in(name: str, sender: str, to: str, data: bytes, value: int = 0) -> Iterator[Call]:
    """The call of a contract of that name in `data`; or, of one that combines several, those."""
    found = _functions(name).get(data[: abi.SELECTOR_BYTES])
    if found is None:
        return
    function, names, codec = found
    given = dict(zip(names, codec.decode(data, abi.SELECTOR_BYTES), strict=True))
    if function == "multicall":
        for one in given["data"]:
            yield from calls_in(name, sender, to, one)
        return
    yield Call(sender, to, function, given, value)
