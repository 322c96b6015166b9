"""Why a call failed, in words: what a contract answered, and errors as people read them.

    explain(reverted.data)  # "WrongPhase(lot=1, phase=Bidding)"
    explained(reverted)  # "calling 0x… reverted: WrongPhase(lot=1, phase=Bidding)"

A chain hands on the bytes; whoever tells a person says here what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Any, Final

from eth_hash.auto import keccak

from offchain.bindings.artifacts import load_all
from offchain.bindings.contracts import Contract, Event
from offchain.chain import abi
from offchain.chain.backend import Reverted
from offchain.chain.errors import ChainError
from offchain.io.quoting import cut

_LONGEST_REASON: Final = 400

# What the compiler itself makes a contract revert with (Solidity documentation, "Panic").
_PANICS: Final[Mapping[int, str]] = {
    0x01: "assertion failed",
    0x11: "arithmetic overflow",
    0x12: "division by zero",
    0x21: "no such value of an enumeration",
    0x22: "badly encoded storage",
    0x31: "pop of an empty array",
    0x32: "index out of range",
    0x41: "too much memory",
    0x51: "call of an unset function",
}

_ERROR_STRING: Final = keccak(b"Error(string)")[: abi.SELECTOR_BYTES]
_PANIC: Final = keccak(b"Panic(uint256)")[: abi.SELECTOR_BYTES]
_STRING: Final = abi.arguments([{"type": "string"}])
_NUMBER: Final = abi.arguments([{"type": "uint256"}])


def explained(error: Exception) -> str:
    """The text of an error as people read it: where a contract gave a reason, that in words. Never fails."""
    if isinstance(error, Reverted) and error.data:
        return f"{error.message}: {explain(error.data)}"
    return str(error)


def explain(data: bytes) -> str:
    """What a call reverted with, in words: `WrongPhase(lot=1, phase=Bidding)`.

    Knows the errors of every contract of the project, and those of the compiler. Never fails, and is
    never long: data come from strangers.
    """
    if not data:
        return "no reason given"
    told = _explain_builtin(data) or _explain_custom(data) or f"unknown error 0x{data.hex()}"
    return cut(told, _LONGEST_REASON)


def _explain_builtin(data: bytes) -> str | None:
    try:
        if data.startswith(_ERROR_STRING):
            return f"Error({_STRING.decode(data, abi.SELECTOR_BYTES)[0]!r})"
        if data.startswith(_PANIC):
            code = _NUMBER.decode(data, abi.SELECTOR_BYTES)[0]
            return f"Panic({code:#04x}: {_PANICS.get(code, 'unknown')})"
    except ValueError:
        return None
    return None


def _explain_custom(data: bytes) -> str | None:
    found = error_of(data)
    if found is None:
        return None
    values = ", ".join(f"{name}={shown(value)}" for name, value in found.args.items())
    return f"{found.name}({values})"


def error_of(data: bytes) -> Event | None:
    """The custom error, of any contract of the project, that a call reverted with; None if it is none of them."""
    try:
        known = _all_contracts()
    except ChainError:  # an explanation must not hide the failure with one of its own
        return None
    return next((found for one in known if (found := one.error(data))), None)


@cache
def _all_contracts() -> tuple[Contract, ...]:
    return tuple(map(Contract, load_all().values()))


def shown(value: Any) -> str:
    """A decoded value as people read it: enumerations by name, bytes in hexadecimal."""
    if isinstance(value, IntEnum):
        return "".join(word.capitalize() for word in value.name.split("_"))
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return f"({', '.join(map(shown, value))})"
    return str(value)
