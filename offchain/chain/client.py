"""What a node of any kind can be asked, in the project's own types."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offchain.chain.abi import checksum
from offchain.chain.backend import MAX_TRANSACTION_GAS, Log, Receipt, Reverted, Transaction
from offchain.chain.errors import ChainError
from offchain.chain.headers import encode_header
from offchain.chain.rpc import Rpc, RpcError, blob, quantity, to_blob, to_number

NOBODY: Final = "0x" + "00" * 20

_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 2.0
# TIMESTAMP, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN: "creating" this returns the time.
_CLOCK: Final = "0x4260005260206000f3"


@dataclass(frozen=True, slots=True)
class Block:
    """The head of a block; `base_fee` is in wei per gas, `timestamp` in seconds."""

    number: int
    timestamp: int
    gas_limit: int
    base_fee: int


class Client:
    """Questions to a node.

    `traces` says whether it can tell what a mined transaction returned (`debug_traceTransaction`
    with the "callTracer"). All methods raise `ChainError` when it cannot be reached.
    """

    def __init__(self, rpc: Rpc, traces: bool) -> None:
        self.rpc = rpc
        self._traces = traces
        self.block_gas = self.latest().gas_limit

    def latest(self) -> Block:
        """The newest block."""
        raw = self.rpc.request("eth_getBlockByNumber", "latest", False)
        return Block(
            to_number(raw["number"]),
            to_number(raw["timestamp"]),
            to_number(raw["gasLimit"]),
            to_number(raw.get("baseFeePerGas") or "0x0"),
        )

    def header(self, number: int) -> bytes:
        """The RLP of a block's header.

        Raises:
            ChainError: there is no such block, or its header has fields unknown here.
        """
        raw = self.rpc.request("eth_getBlockByNumber", quantity(number), False)
        if raw is None:
            raise ChainError(f"{self.rpc.url}: there is no block {number}")
        return encode_header(raw)

    def pending_time(self) -> int:
        """The time that the next block would have now; 0 where the node does not tell."""
        try:
            answer = self.rpc.request("eth_call", {"data": _CLOCK}, "pending")
        except RpcError:
            return 0
        return to_number(answer) if len(answer) > len("0x") else 0

    def balances(self, addresses: Sequence[str]) -> list[int]:
        """The balances of `addresses`, in wei."""
        return [
            to_number(one)
            for one in self.rpc.results(
                [("eth_getBalance", (address, "latest")) for address in addresses]
            )
        ]

    def nonces(self, addresses: Sequence[str], block: str = "latest") -> dict[str, int]:
        """How many transactions each of `addresses` has sent."""
        counts = self.rpc.results(
            [("eth_getTransactionCount", (address, block)) for address in addresses]
        )
        return {one: to_number(count) for one, count in zip(addresses, counts, strict=True)}

    def call(self, transaction: Transaction, block: str = "latest") -> bytes:
        """What `transaction` would return.

        Raises:
            Reverted: it would fail.
        """
        try:
            answer: str = self.rpc.request("eth_call", self.fields(transaction), block)
        except RpcError as error:
            raise failure(transaction, error) from error
        return to_blob(answer)

    def estimate(self, transaction: Transaction) -> int:
        """What the node thinks that `transaction` needs.

        Raises:
            Reverted: it would fail.
        """
        try:
            answer: str = self.rpc.request("eth_estimateGas", self.fields(transaction))
        except RpcError as error:
            raise failure(transaction, error) from error
        return to_number(answer)

    def receipts(self, hashes: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The receipts there are, by hash."""
        raw = self.rpc.results([("eth_getTransactionReceipt", (one,)) for one in hashes])
        return {one: found for one, found in zip(hashes, raw, strict=True) if found}

    def wait(self, hashes: Sequence[str], patience: float) -> dict[str, dict[str, Any]]:
        """The receipts of all, by hash.

        Raises:
            ChainError: one was not mined within `patience` seconds.
        """
        deadline = time.monotonic() + patience
        found = self.receipts(hashes)
        pause = _FIRST_PAUSE
        while missing := [one for one in hashes if one not in found]:
            if time.monotonic() > deadline:
                raise ChainError(
                    f"{self.rpc.url}: transaction {missing[0]} was not mined in {patience:g} s"
                )
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            found |= self.receipts(missing)
        return found

    def outcome(self, transaction: Transaction, raw: Mapping[str, Any]) -> Receipt | Reverted:
        """What became of a transaction that was mined."""
        used = to_number(raw["gasUsed"])
        fee = used * to_number(raw.get("effectiveGasPrice") or "0x0")
        if to_number(raw["status"]) == 1:
            created = raw.get("contractAddress")
            return Receipt(
                used,
                to_number(raw["blockNumber"]),
                tuple(map(_log, raw["logs"])),
                checksum(to_blob(created)) if transaction.to is None and created else None,
                fee,
            )
        data = self._why(transaction, raw)
        if data:
            return Reverted(f"{transaction.what} reverted", data, fee)
        cause = (
            "out of gas" if used >= self.gas_limit(transaction) else "reverted, and gave no reason"
        )
        return Reverted(f"{transaction.what} failed: {cause}", fee=fee)

    def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        """All events of `addresses` in these blocks, in order."""
        if not addresses or first > last:
            return []
        query = {
            "address": list(addresses),
            "fromBlock": quantity(first),
            "toBlock": quantity(last),
        }
        try:
            found = self.rpc.request("eth_getLogs", query)
        except RpcError:
            # Public nodes limit both the range and the number of results, each in its own words.
            if first == last:
                raise
            middle = (first + last) // 2
            return self.logs(addresses, first, middle) + self.logs(addresses, middle + 1, last)
        found.sort(key=lambda one: (to_number(one["blockNumber"]), to_number(one["logIndex"])))
        return list(map(_log, found))

    def gas_limit(self, transaction: Transaction) -> int:
        """The gas that `transaction` may use: as much as one can, if it does not say."""
        if transaction.gas is not None:
            return transaction.gas
        return min(MAX_TRANSACTION_GAS, self.block_gas)

    def fields(self, transaction: Transaction) -> dict[str, str]:
        """`transaction` as a node is told about it."""
        told = {
            "from": transaction.sender,
            "data": blob(transaction.data),
            "value": quantity(transaction.value),
            "gas": quantity(self.gas_limit(transaction)),
        }
        if transaction.to is not None:
            told["to"] = transaction.to
        return told

    def _why(self, transaction: Transaction, raw: Mapping[str, Any]) -> bytes:
        """What a mined transaction returned as it failed."""
        if self._traces:
            try:
                trace = self.rpc.request(
                    "debug_traceTransaction", raw["transactionHash"], {"tracer": "callTracer"}
                )
                return to_blob(trace.get("output") or "0x")
            except RpcError:
                pass  # public nodes seldom trace
        # Where a block holds this transaction alone, its state is the one that the transaction
        # met, since a failed one changes nothing; and so is its time.
        try:
            self.call(transaction, raw["blockNumber"])
        except Reverted as reverted:
            return reverted.data
        except RpcError:
            pass  # it does not remember the state
        return b""


def failure(transaction: Transaction, error: RpcError) -> ChainError:
    """What a refusal means: that `transaction` fails, or that the node does."""
    if not error.is_execution_failure():
        return error
    data = error.revert_data()
    if data:
        return Reverted(f"{transaction.what} reverted", data)
    return Reverted(f"{transaction.what} failed: {error.message}")


def _log(raw: Mapping[str, Any]) -> Log:
    return Log(
        checksum(to_blob(raw["address"])),
        tuple(map(to_blob, raw["topics"])),
        to_blob(raw["data"]),
        to_number(raw["blockNumber"]),
    )
