"""Anvil as a gas meter: what transactions used, and what they used it for.

Where the gas goes is read from the trace of a transaction (`debug_traceCall`, at the state that it is about to meet):
every instruction with its cost. Amounts are gas.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offchain.chain.backend import Outcome, Progress, Reverted, Transaction, quietly
from offchain.chain.jsonrpc import JsonRpc

TRANSACTION: Final = 21_000
"""What every transaction costs before anything else (Yellow Paper, appendix G)."""
ZERO_BYTE: Final = 4
NONZERO_BYTE: Final = 16
"""Calldata, by the byte (EIP-2028)."""
COLD_READ: Final = 2_100
WARM_READ: Final = 100
LISTED_READ: Final = 1_900
LISTED_ACCOUNT: Final = 2_400
"""A storage slot read for the first time; read again; named in the access list; and its contract there (EIP-2929, EIP-2930)."""
NEW_SLOT: Final = 20_000
CHANGED_SLOT: Final = 2_900
CLEARED_SLOT: Final = 4_800
"""A storage slot written after it was read: from zero, or from another value; what clearing it gives back (EIP-3529)."""
COLD_ACCOUNT: Final = 2_600
VALUE: Final = 9_000
STIPEND: Final = 2_300
"""An account met for the first time; a payment, and the part of it that comes back if the recipient runs no code."""
LOG: Final = 375
LOG_BYTE: Final = 8
"""An event, and as much again for each topic; its data, by the byte."""
REFUND_SHARE: Final = 5
"""At most one part in so many is refunded (EIP-3529)."""

CODE: Final = ("hashes", "code")
"""The parts that the contracts' code decides; all others are the EVM's charge for what a step has to do."""
PARTS: Final = (
    "transaction",
    "calldata",
    "slots read",
    "slots filled",
    "slots changed",
    "other contracts",
    "payment",
    "logs",
    *CODE,
    "refund",
)


@dataclass(frozen=True, slots=True)
class Use:
    """What transactions of one kind used, in the order sent, and the parts that they sum up to, if traced."""

    gas: tuple[int, ...]
    parts: Mapping[str, int]


class Meter(JsonRpc):
    """A development node that keeps count, and refuses to go on when a transaction fails.

    `largest` is the most gas that a transaction used so far. `parts` has those of each `send_all` while `tracing`.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.tracing = False
        self.largest = 0
        self.uses: list[Use] = []

    def send_all(
        self, transactions: Sequence[Transaction], progress: Progress = quietly
    ) -> list[Outcome]:
        """As `Chain.send_all`, but nothing may fail.

        Raises:
            Reverted: something did.
            ValueError: transactions that were sent together, and traced, differ in more than their calldata's price; or one
                would cost more since Prague.
        """
        traced = self._parts(transactions[0]) if self.tracing and transactions else {}
        outcomes = super().send_all(transactions, progress)
        gas = []
        for one, outcome in zip(transactions, outcomes, strict=True):
            if isinstance(outcome, Reverted):
                raise outcome
            if outcome.gas_used < floor_since_prague(one.data):
                raise ValueError(f"{one.what}: EIP-7623 charges more than {outcome.gas_used}")
            gas.append(outcome.gas_used)
        self.largest = max(self.largest, *gas)
        self.uses.append(Use(tuple(gas), _together(traced, transactions, gas) if traced else {}))
        return outcomes

    def _parts(self, transaction: Transaction) -> dict[str, int]:
        told = self._client.fields(transaction)
        quiet = {"disableStack": True, "disableMemory": True, "disableStorage": True}
        trace = self._rpc.request("debug_traceCall", told, "latest", quiet)
        return parts_of(trace, calldata_gas(transaction.data))


def calldata_gas(data: bytes) -> int:
    """What a transaction's data costs."""
    zeros = data.count(0)
    return ZERO_BYTE * zeros + NONZERO_BYTE * (len(data) - zeros)


def floor_since_prague(data: bytes) -> int:
    """The least that a transaction with this data costs since Prague (EIP-7623)."""
    zeros = data.count(0)
    return TRANSACTION + 10 * (zeros + 4 * (len(data) - zeros))


def without_code(parts: Mapping[str, int]) -> int:
    """What the EVM would charge if the code itself were free; refunds are a share of what was used."""
    charges = sum(gas for part, gas in parts.items() if part not in (*CODE, "refund"))
    return charges - min(-parts.get("refund", 0), charges // REFUND_SHARE)


def parts_of(trace: Mapping[str, Any], calldata: int) -> dict[str, int]:
    """What a traced transaction used its gas for, by `PARTS`.

    Raises:
        ValueError: it failed.
    """
    if trace["failed"]:
        raise ValueError("the traced transaction failed")
    parts: Counter[str] = Counter({"transaction": TRANSACTION, "calldata": calldata})
    for op, cost, calls in instructions(trace["structLogs"]):
        parts[_part(op, cost, calls)] += cost
    parts["refund"] = int(trace["gas"]) - parts.total()
    return {part: parts[part] for part in PARTS if parts[part]}


def instructions(logs: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, int, bool]]:
    """Every instruction with its own cost, and whether it ran another contract's code (whose instructions count by
    themselves); calls come when they return.
    """
    open_calls: list[tuple[Mapping[str, Any], int]] = []
    for place, one in enumerate(logs):
        after = logs[place + 1] if place + 1 < len(logs) else None
        if after is not None and after["depth"] == one["depth"]:
            yield one["op"], one["gas"] - after["gas"], False
        elif after is not None and after["depth"] > one["depth"]:
            open_calls.append((one, after["gas"]))
        else:
            yield one["op"], one["gasCost"], False
            if after is not None:
                call, given = open_calls.pop()
                used = given - (one["gas"] - one["gasCost"])
                yield call["op"], call["gas"] - after["gas"] - used, True


def _part(op: str, cost: int, calls: bool) -> str:
    if op == "SLOAD":
        return "slots read"
    if op == "SSTORE":
        return "slots filled" if cost >= NEW_SLOT else "slots changed"
    if calls:
        return "other contracts"
    if op == "CALL":
        return "payment"
    if op.startswith("LOG"):
        return "logs"
    return "hashes" if op == "KECCAK256" else "code"


def _together(
    one: Mapping[str, int], transactions: Sequence[Transaction], gas: Sequence[int]
) -> dict[str, int]:
    """The parts of all, of which the first is known: they may differ in what their calldata costs, and in nothing else."""
    calldata = [calldata_gas(each.data) for each in transactions]
    rest = gas[0] - calldata[0]
    if any(used - data != rest for used, data in zip(gas, calldata, strict=True)):
        raise ValueError("transactions of one kind do not cost the same")
    if sum(one.values()) != gas[0]:
        raise ValueError(f"a transaction used {gas[0]} gas, but its trace {sum(one.values())}")
    return {part: each * len(gas) for part, each in one.items()} | {"calldata": sum(calldata)}
