"""A chain inside this process: revm, by way of pyrevm. Fast enough for tests by the thousand.

One block per transaction, as on a development node; gas is free. Gas figures are lower than on a
node, because the storage that one transaction touched stays warm for all later ones.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pyrevm import EVM, BlockEnv, CfgEnv, Env, ExecutionResult, JournalCheckpoint
from pyrevm import Log as RawLog

from offchain.chain.abi import SELECTOR_BYTES
from offchain.chain.backend import (
    MAX_TRANSACTION_GAS,
    Log,
    Outcome,
    Progress,
    Receipt,
    Reverted,
    Transaction,
    actor_address,
    quietly,
)
from offchain.chain.errors import ChainError
from offchain.io.addresses import NOBODY, checksum, to_bytes

CHAIN_ID: Final = 31337
BLOCK_GAS_LIMIT: Final = 30_000_000
GENESIS_TIME: Final = 1_700_000_000
"""Where time starts: fixed, so that runs can be repeated."""

_HARDFORK: Final = "SHANGHAI"
_RANDAO: Final = bytes(32)
_MINT: Final = "0x" + "fa" * 20
_MINT_BALANCE: Final = 1 << 200
_PUSH20: Final = b"\x73"
_SELFDESTRUCT: Final = b"\xff"
_STIPEND: Final = 2_300
_RESERVE_STEP: Final = 65_536


@dataclass(frozen=True, slots=True)
class _Snapshot:
    checkpoint: JournalCheckpoint
    block: int
    timestamp: int
    logs: int


class Revm:
    """The EVM in this process; see `Chain`.

    `chain_id` goes into seals. Time stands still but for `advance_to`. Any address can send.
    """

    name = "revm"
    time_is_free = True
    clock_is_real = False

    def __init__(self, chain_id: int = CHAIN_ID, timestamp: int = GENESIS_TIME) -> None:
        self.chain_id = chain_id
        self._evm = EVM(
            Env(cfg=CfgEnv(chain_id=chain_id)), gas_limit=BLOCK_GAS_LIMIT, spec_id=_HARDFORK
        )
        self._evm.set_balance(_MINT, _MINT_BALANCE)
        self._block = 0
        self._timestamp = timestamp
        self._logs: list[Log] = []
        self._positions: dict[str, list[int]] = {}  # of each address in `_logs`
        self._times: list[tuple[int, int]] = [
            (0, timestamp)
        ]  # from which block on it is which time
        self._snapshots: list[_Snapshot] = []
        self._limits: dict[tuple[bytes, int], int] = {}  # by function and length of the call
        self._set_block()

    def actor(self, index: int) -> str:
        """See `Chain`."""
        return actor_address(index)

    def send(self, transaction: Transaction) -> Receipt:
        """Mines one block with this transaction in it, whether it succeeds or not; see `Chain`."""
        self._block += 1
        self._set_block()
        gas = MAX_TRANSACTION_GAS if transaction.gas is None else transaction.gas
        result, contract = self._execute(transaction, gas)
        logs = tuple([self._record(raw) for raw in result.logs])
        return Receipt(result.gas_used, self._block, logs, contract)

    def send_all(
        self, transactions: Sequence[Transaction], progress: Progress = quietly
    ) -> list[Outcome]:
        """Sends one after the other; see `Chain`."""
        results: list[Outcome] = []
        for transaction in transactions:
            try:
                results.append(self.send(transaction))
            except Reverted as failure:
                results.append(failure)
            progress(len(results))
        return results

    def refuse_dear_gas(self) -> None:
        """See `Chain`; gas is free."""

    def gas_price(self) -> int:
        """See `Chain`; gas is free."""
        return 0

    def call(self, to: str, data: bytes, sender: str | None = None) -> bytes:
        """See `Chain`."""
        checkpoint = self._evm.snapshot()
        try:
            output: bytes = self._evm.message_call(sender or NOBODY, to, data, 0, BLOCK_GAS_LIMIT)
        except RuntimeError as error:
            raise _reverted(Transaction(NOBODY, to, data), error) from None
        finally:
            self._evm.revert(checkpoint)
        return output

    def estimate(self, transaction: Transaction) -> int:
        """See `Chain`.

        Whoever asks for a reserve, as pushing a payment does, gets ever more than the first guess:
        at most about twice what was missing. What sufficed for the last call of the same function
        and length is tried before all else, which mostly takes one execution instead of three.
        """
        kind = (transaction.data[:SELECTOR_BYTES], len(transaction.data))
        if kind in self._limits:
            limit = self._limits[kind]
            with suppress(Reverted):
                guess = self._least_limit(transaction, limit)
                if limit <= guess + guess // 8 + _RESERVE_STEP:
                    return limit
        limit, more = self._least_limit(transaction, MAX_TRANSACTION_GAS), _RESERVE_STEP
        while limit < MAX_TRANSACTION_GAS and not self._suffices(transaction, limit):
            limit += more
            more *= 2
        limit = min(limit, MAX_TRANSACTION_GAS)
        self._limits[kind] = limit
        return limit

    def logs(
        self,
        addresses: Sequence[str],
        first_block: int,
        last_block: int | None = None,
        topics: Sequence[bytes] | None = None,
        progress: Progress = quietly,
    ) -> list[Log]:
        """See `Chain`."""
        found: list[int] = []
        for address in dict.fromkeys(addresses):
            positions = self._positions.get(address, [])
            start = bisect_left(positions, first_block, key=self._block_of)
            end = (
                None
                if last_block is None
                else bisect_right(positions, last_block, key=self._block_of)
            )
            found.extend(positions[start:end])
        logs = [self._logs[place] for place in sorted(found)]
        if topics is None:
            return logs
        heads = {(one,) for one in topics}
        return [log for log in logs if log.topics[:1] in heads]

    def _block_of(self, place: int) -> int:
        """The block of the log at a place in `_logs`."""
        return self._logs[place].block

    def block(self) -> int:
        """See `Chain`."""
        return self._block

    def time_of(self, number: int) -> int:
        """One that was skipped had the time of the one before; see `Chain`."""
        if not 0 <= number <= self._block:
            raise ChainError(f"revm has no block {number}")
        return self._times[bisect_right(self._times, number, key=lambda entry: entry[0]) - 1][1]

    def advance_to_block(self, number: int) -> None:
        """Skips blocks; see `Chain`."""
        if number > self._block:
            self._block = number
            self._set_block()

    def header(self, number: int) -> bytes:
        """Raises ChainError, always: blocks are numbers here."""
        raise ChainError(f"revm has no header of block {number}")

    def block_hash(self, number: int) -> bytes:
        """Raises ChainError, for the same reason."""
        raise ChainError(f"revm has no hash of block {number}")

    def now(self) -> int:
        """See `Chain`."""
        return self._timestamp

    def advance_to(self, timestamp: int) -> None:
        """Mines an empty block at `timestamp`, unless it is that late already."""
        if timestamp > self._timestamp:
            self._timestamp = timestamp
            self._block += 1
            self._times.append((self._block, timestamp))
            self._set_block()

    def balance(self, address: str) -> int:
        """See `Chain`."""
        wei: int = self._evm.get_balance(address)
        return wei

    def transaction_count(self, address: str) -> int:
        """See `Chain`."""
        return int(self._evm.basic(address).nonce)

    def fund(self, address: str, amount: int) -> None:
        """See `Chain`."""
        missing = amount - self.balance(address)
        if missing <= 0:
            return
        if not self._snapshots:
            self._evm.set_balance(address, amount)
            return
        # `set_balance` would outlive `restore`. Money left by a contract that destroys itself does
        # not, and comes whatever the code at `address`.
        code = _PUSH20 + to_bytes(address) + _SELFDESTRUCT
        self._evm.deploy(_MINT, code, missing)

    def fund_all(self, amounts: Mapping[str, int], progress: Progress = quietly) -> None:
        """See `Chain`."""
        for done, (address, amount) in enumerate(amounts.items(), start=1):
            self.fund(address, amount)
            progress(done)

    def snapshot(self) -> int:
        """Notes the present state, to be restored any number of times.

        About 2 microseconds. At most some hundreds within each other.
        """
        self._snapshots.append(
            _Snapshot(self._evm.snapshot(), self._block, self._timestamp, len(self._logs))
        )
        return len(self._snapshots) - 1

    def restore(self, snapshot: int) -> None:
        """Comes back to a state that `snapshot` marked; later marks are forgotten.

        Raises:
            ValueError: it was forgotten.
        """
        if not 0 <= snapshot < len(self._snapshots):
            raise ValueError(f"snapshot {snapshot} was forgotten, or never made")
        kept = self._snapshots[snapshot]
        while len(self._snapshots) > snapshot:
            self._evm.revert(self._snapshots.pop().checkpoint)
        for address in {log.address for log in self._logs[kept.logs :]}:
            positions = self._positions[address]
            del positions[bisect_left(positions, kept.logs) :]
        del self._logs[kept.logs :]
        self._block, self._timestamp = kept.block, kept.timestamp
        while self._times[-1][0] > kept.block:
            self._times.pop()
        self._set_block()
        self.snapshot()

    def close(self) -> None:
        """Nothing to release."""

    def _set_block(self) -> None:
        self._evm.set_block_env(
            BlockEnv(
                number=self._block,
                timestamp=self._timestamp,
                gas_limit=BLOCK_GAS_LIMIT,
                basefee=0,
                prevrandao=_RANDAO,
            )
        )

    def _execute(self, transaction: Transaction, gas: int) -> tuple[ExecutionResult, str | None]:
        """Runs `transaction`; the address is that of what it created."""
        sender, to = transaction.sender, transaction.to
        created = None
        if gas > MAX_TRANSACTION_GAS:
            raise Reverted(f"a gas limit of {gas} is above {MAX_TRANSACTION_GAS}")
        try:
            if to is None:
                created = self._evm.deploy(sender, transaction.data, transaction.value, gas)
            else:
                self._evm.message_call(sender, to, transaction.data, transaction.value, gas)
        except RuntimeError as error:
            raise _reverted(transaction, error) from None
        result = self._evm.result
        assert result is not None  # there is one after every execution that does not raise
        return result, created and checksum(to_bytes(created))

    def _record(self, raw: RawLog) -> Log:
        topics, data = raw.data
        log = Log(raw.address, tuple(topics), data, self._block)
        self._positions.setdefault(log.address, []).append(len(self._logs))
        self._logs.append(log)
        return log

    def _least_limit(self, transaction: Transaction, gas: int) -> int:
        """The least limit that may do for `transaction`, by what it used under the limit `gas`.

        As Geth guesses: writing storage wants 2,300 gas to be left over (EIP-2200), and a call
        gets at most 63/64 of what is left (EIP-150). The state stays.
        """
        checkpoint = self._evm.snapshot()
        try:
            result, _ = self._execute(transaction, gas)
        finally:
            self._evm.revert(checkpoint)
        return (result.gas_used + result.gas_refunded + _STIPEND) * 64 // 63

    def _suffices(self, transaction: Transaction, gas: int) -> bool:
        try:
            self._least_limit(transaction, gas)
        except Reverted:
            return False
        return True


def _reverted(transaction: Transaction, error: RuntimeError) -> Reverted:
    """pyrevm tells by text only: `Revert { gas_used: 1, output: 0x00 }`, `Halt { reason: ...`."""
    text = str(error)
    kind, _, output = text.partition("output: 0x")
    if kind.startswith("Revert "):
        return Reverted(f"{transaction.what} reverted", bytes.fromhex(output.removesuffix(" }")))
    return Reverted(f"{transaction.what} failed: {text}")
