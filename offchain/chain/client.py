"""What a node of any kind can be asked, in the project's own types."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offchain.chain.answers import COUNT_BITS, HASH_BYTES, Answer
from offchain.chain.backend import MAX_TRANSACTION_GAS, Log, Outcome, Receipt, Reverted, Transaction
from offchain.chain.errors import ChainError
from offchain.chain.headers import encode_header
from offchain.chain.logreader import read_log
from offchain.chain.rpc import Rpc, RpcError, blob, quantity

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
        head = self.rpc.ask("eth_getBlockByNumber", "latest", False)
        base_fee = head.field("baseFeePerGas")
        return Block(
            head.field("number").number(COUNT_BITS),
            head.field("timestamp").number(COUNT_BITS),
            head.field("gasLimit").number(COUNT_BITS),
            0 if base_fee.is_missing() else base_fee.number(),
        )

    def header(self, number: int) -> bytes:
        """The RLP of a block's header.

        Raises:
            ChainError: there is no such block, or its header has fields unknown here.
        """
        return encode_header(self._block(number).raw, f"{self.rpc.url}: eth_getBlockByNumber")

    def time_of(self, number: int) -> int:
        """The time of a block. `ChainError` if there is no such block."""
        return self._block(number).field("timestamp").number(COUNT_BITS)

    def block_hash(self, number: int) -> bytes:
        """The hash of a block. `ChainError` if there is no such block."""
        return self._block(number).field("hash").blob(HASH_BYTES)

    def pending_time(self) -> int:
        """The time that the next block would have now; 0 where the node does not tell."""
        try:
            answer = self.rpc.ask("eth_call", {"data": _CLOCK}, "pending").blob()
        except RpcError:
            return 0
        return int.from_bytes(answer, "big")

    def balances(self, addresses: Sequence[str]) -> list[int]:
        """The balances of `addresses`, in wei."""
        return [
            one.number()
            for one in self.rpc.answers(
                [("eth_getBalance", (address, "latest")) for address in addresses]
            )
        ]

    def nonces(self, addresses: Sequence[str], block: str = "latest") -> dict[str, int]:
        """How many transactions each of `addresses` has sent; one may be named more than once."""
        each = list(dict.fromkeys(addresses))
        counts = self.rpc.answers([("eth_getTransactionCount", (one, block)) for one in each])
        return {one: count.number(COUNT_BITS) for one, count in zip(each, counts, strict=True)}

    def call(self, transaction: Transaction, block: str = "latest") -> bytes:
        """What `transaction` would return.

        Raises:
            Reverted: it would fail.
        """
        try:
            return self.rpc.ask("eth_call", self.fields(transaction), block).blob()
        except RpcError as error:
            raise failure(transaction, error) from error

    def estimate(self, transaction: Transaction) -> int:
        """What the node thinks that `transaction` needs.

        Raises:
            Reverted: it would fail.
        """
        try:
            return self.rpc.ask("eth_estimateGas", self.fields(transaction)).number(COUNT_BITS)
        except RpcError as error:
            raise failure(transaction, error) from error

    def receipts(self, hashes: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The receipts there are, by hash, as the node gave them; `outcome` can read each."""
        found = self.rpc.answers([("eth_getTransactionReceipt", (one,)) for one in hashes])
        for one in found:
            if not one.is_missing():
                _read_receipt(one)
        return {
            hash_: one.raw for hash_, one in zip(hashes, found, strict=True) if not one.is_missing()
        }

    def wait(self, hashes: Sequence[str], patience: float) -> dict[str, dict[str, Any]]:
        """The receipts of all, by hash.

        Raises:
            ChainError: one was not mined within `patience` seconds.
        """
        found = self.receipts(hashes)
        waiting = Patience(self.rpc.url, patience)
        while missing := [one for one in hashes if one not in found]:
            waiting.for_block_of(missing[0])
            found |= self.receipts(missing)
        return found

    def outcome(self, transaction: Transaction, raw: Mapping[str, Any]) -> Outcome:
        """What became of a transaction that was mined."""
        mined = _read_receipt(Answer(raw, f"{self.rpc.url}: eth_getTransactionReceipt"))
        fee = mined.gas_used * mined.gas_price
        if mined.succeeded:
            created = mined.contract if transaction.to is None else None
            return Receipt(mined.gas_used, mined.block, mined.logs, created, fee, mined.hash)
        data = self._why(transaction, raw)
        if data:
            return Reverted(f"{transaction.what} reverted", data, fee)
        cause = (
            "out of gas"
            if mined.gas_used >= self.gas_limit(transaction)
            else "reverted, and gave no reason"
        )
        return Reverted(f"{transaction.what} failed: {cause}", fee=fee)

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

    def _block(self, number: int) -> Answer:
        block = self.rpc.ask("eth_getBlockByNumber", quantity(number), False)
        if block.is_missing():
            raise ChainError(f"{self.rpc.url}: there is no block {number}")
        if block.field("number").number(COUNT_BITS) != number:
            raise block.field("number").unwanted(f"is not {number}")
        return block

    def _why(self, transaction: Transaction, raw: Mapping[str, Any]) -> bytes:
        """What a mined transaction returned as it failed."""
        if self._traces:
            try:
                output = self.rpc.ask(
                    "debug_traceTransaction", raw.get("transactionHash"), {"tracer": "callTracer"}
                ).field("output")
                return b"" if output.is_missing() else output.blob()
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


class Patience:
    """Waits for transactions to be mined, ever longer at a time, for so many seconds in all."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url, self._seconds = url, seconds
        self._deadline = time.monotonic() + seconds
        self._pause = _FIRST_PAUSE

    def for_block_of(self, transaction: str) -> None:
        """Waits a little. `ChainError` if the time is over: it was not mined."""
        if time.monotonic() > self._deadline:
            raise ChainError(
                f"{self._url}: transaction {transaction} was not mined in {self._seconds:g} s"
            )
        time.sleep(self._pause)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)


def failure(transaction: Transaction, error: RpcError) -> ChainError:
    """What a refusal means: that `transaction` fails, or that the node does."""
    if not error.is_execution_failure():
        return error
    data = error.revert_data()
    if data:
        return Reverted(f"{transaction.what} reverted", data)
    return Reverted(f"{transaction.what} failed: {error.message}")


@dataclass(frozen=True, slots=True)
class _Mined:
    """What a receipt says; `gas_price` in wei per gas, 0 where the node does not tell. hash: None where it tells none."""

    succeeded: bool
    gas_used: int
    gas_price: int
    block: int
    contract: str | None
    logs: tuple[Log, ...]
    hash: str | None


def _read_receipt(raw: Answer) -> _Mined:
    price, contract = raw.field("effectiveGasPrice"), raw.field("contractAddress")
    hash_ = raw.field("transactionHash")
    return _Mined(
        raw.field("status").number(1) == 1,
        raw.field("gasUsed").number(COUNT_BITS),
        0 if price.is_missing() else price.number(),
        raw.field("blockNumber").number(COUNT_BITS),
        None if contract.is_missing() else contract.address(),
        tuple(map(read_log, raw.field("logs").items())),
        None if hash_.is_missing() else blob(hash_.blob(HASH_BYTES)),
    )
