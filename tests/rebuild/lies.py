"""What an event could falsely say: each of its fields, and each part of a field, changed alone."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from offchain.bindings.constants import ADDRESS_BITS, LOT_SHIFT
from offchain.bindings.entries import account_in, amount_in, lot_in
from offchain.io.addresses import NOBODY, checksum, to_bytes

ENTRIES = ("entry", "entries")
"""Fields of words with a lot, an amount and an account in them."""
LISTS = ("entries", "goods", "announcement.0")
"""Fields of any length; the others of several values are structs."""


def parts(field: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a field, and what they say; a list's are all called alike."""
    if field == ENTRIES[0]:
        yield f"{field}.lot", lot_in(value)
        yield f"{field}.amount", amount_in(value)
        yield f"{field}.account", account_in(value)
    elif isinstance(value, tuple):
        if field in LISTS:
            yield f"{field}.length", len(value)
        for place, one in enumerate(value):
            yield from parts(_name(field, place), one)
    else:
        yield field, value


def lies(field: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Which part is changed, how, and the false value of the field."""
    if field == ENTRIES[0]:
        amount, lot = 1 << ADDRESS_BITS, 1 << LOT_SHIFT
        whose = value & amount - 1
        yield f"{field}.lot", "zero", value - lot_in(value) * lot
        yield f"{field}.lot", "other", value ^ lot
        yield f"{field}.amount", "zero", value - amount_in(value) * amount
        yield f"{field}.amount", "other", value ^ amount
        yield f"{field}.account", "zero", value - whose
        yield f"{field}.account", "other", value ^ 1
    elif isinstance(value, tuple):
        if field in LISTS:
            yield f"{field}.length", "zero", ()
            yield f"{field}.length", "other", value[:-1]
        for place, one in enumerate(value):
            for part, how, false in lies(_name(field, place), one):
                yield part, how, (*value[:place], false, *value[place + 1 :])
    else:
        yield field, "zero", _nothing(value)
        yield field, "other", _other(value)


def _name(field: str, place: int) -> str:
    if field == ENTRIES[1]:
        return ENTRIES[0]
    return f"{field}.each" if field in LISTS else f"{field}.{place}"


def _nothing(value: Any) -> Any:
    if isinstance(value, str):
        return NOBODY
    return bytes(len(value)) if isinstance(value, bytes) else type(value)(0)


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, IntEnum):
        return type(value)((value + 1) % len(type(value)))
    if isinstance(value, str):
        return checksum(to_bytes(value)[:-1] + bytes([to_bytes(value)[-1] ^ 1]))
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1]) if value else b"\1"
    return value ^ 1
