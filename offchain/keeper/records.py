"""What lines of files hold: JSON objects of known fields, whatever the bytes are."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from offchain.bindings.seals import SALT_BYTES
from offchain.io.addresses import checksum, to_bytes
from offchain.io.quoting import shorten
from offchain.keeper.lines import LinesError

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,77}")
"""As long as 2^256 is."""
_BYTES: Final = re.compile(r"(0x)?([0-9a-fA-F]{2})*")


def record_in(line: bytes, fields: Sequence[str]) -> dict[str, Any]:
    """The values of an object with exactly these fields. Raises LinesError."""
    try:
        # not from bytes: JSON's own guess at the encoding would take more than one
        entry = json.loads(line.decode("utf-8"), object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise LinesError("not UTF-8") from error
    except RecursionError as error:
        raise LinesError("not JSON: nested too deeply") from error
    except ValueError as error:
        raise LinesError(f"not JSON: {error}") from error
    if not isinstance(entry, dict) or sorted(entry) != sorted(fields):
        raise LinesError(f"not an object of {', '.join(fields)}")
    return entry


def address_in(field: str, value: Any) -> str:
    """An address, checksummed. Raises LinesError."""
    try:
        return checksum(to_bytes(value))
    except (AttributeError, TypeError, ValueError) as error:
        raise LinesError(f"{field}: {shorten(ascii(value))} is no address") from error


def secret_in(field: str, value: Any) -> bytes:
    """32 bytes in hexadecimal. Raises LinesError, which never shows them: with a salt, bids can be tried out."""
    if not isinstance(value, str) or _BYTES.fullmatch(value) is None:
        raise LinesError(f"{field}: not in hexadecimal")
    found = bytes.fromhex(value.removeprefix("0x"))
    if len(found) != SALT_BYTES:
        raise LinesError(f"{field}: {len(found)} bytes, not {SALT_BYTES}")
    return found


def integer_in(field: str, value: Any, least: int, most: int) -> int:
    """An integer between two, as a number or as text of its digits: JavaScript writes those so that its numbers do not hold.

    Raises LinesError.
    """
    is_text = isinstance(value, str) and _DECIMAL.fullmatch(value) is not None
    found = int(value) if is_text else value
    if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
        raise LinesError(
            f"{field}: {shorten(ascii(value))} is not an integer from {least} to {most}"
        )
    return found


def values_in(field: str, value: Any, most: int) -> list[Any]:
    """A list of at most so many values. Raises LinesError."""
    if not isinstance(value, list) or len(value) > most:
        raise LinesError(f"{field}: not a list of at most {most}")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise LinesError("a field comes twice")
    return fields
