"""What a node answered, read with suspicion: of the right shape, or a `MalformedAnswer` that says where it is not.

head = rpc.ask("eth_getBlockByNumber", "latest", False)
head.field("number").number(64)  # "eth_getBlockByNumber: number is missing"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from offchain.chain.errors import ChainError
from offchain.io.addresses import ADDRESS_BYTES, checksum
from offchain.io.quoting import quote

WORD_BITS: Final = 256
COUNT_BITS: Final = 64
"""Of block numbers, times, indices and amounts of gas."""
HASH_BYTES: Final = 32

_QUANTITY: Final = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_BYTES: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


class MalformedAnswer(ChainError):
    """The node's answer has not the shape that its method promises."""


class Answer:
    """A value somewhere in an answer. All readers raise `MalformedAnswer` if it is not what they read."""

    __slots__ = ("_key", "_parent", "raw")

    def __init__(self, raw: Any, key: str, parent: Answer | None = None) -> None:
        """`key`: its name in the `parent`; of a whole answer, who gave it to which question."""
        self.raw = raw
        self._key = key
        self._parent = parent

    def is_missing(self) -> bool:
        """Whether there is nothing, or null."""
        return self.raw is None

    def field(self, name: str) -> Answer:
        """A member of an object; missing if it has none of that name."""
        if not isinstance(self.raw, Mapping):
            raise self._wrong("an object")
        return Answer(self.raw.get(name), name, self)

    def items(self) -> list[Answer]:
        """The elements of a list."""
        if not isinstance(self.raw, list):
            raise self._wrong("a list")
        return [Answer(one, f"[{place}]", self) for place, one in enumerate(self.raw)]

    def last(self) -> Answer:
        """The last element of a list."""
        items = self.items()
        if not items:
            raise self.unwanted("is empty")
        return items[-1]

    def number(self, bits: int = WORD_BITS) -> int:
        """A quantity of at most `bits` bits."""
        if not isinstance(self.raw, str) or _QUANTITY.fullmatch(self.raw) is None:
            raise self._wrong("a quantity in hexadecimal")
        number = int(self.raw, 16)
        if number >> bits:
            raise self._wrong(f"a quantity below 2^{bits}")
        return number

    def blob(self, length: int | None = None) -> bytes:
        """Bytes; `length` of them, if that is given."""
        if not isinstance(self.raw, str) or _BYTES.fullmatch(self.raw) is None:
            raise self._wrong("bytes in hexadecimal")
        data = bytes.fromhex(self.raw[2:])
        if length is not None and len(data) != length:
            raise self._wrong(f"{length} bytes in hexadecimal")
        return data

    def address(self) -> str:
        """An address, checksummed."""
        return checksum(self.blob(ADDRESS_BYTES))

    def text(self) -> str:
        """A text."""
        if not isinstance(self.raw, str):
            raise self._wrong("a text")
        return self.raw

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.raw, bool):
            raise self._wrong("true or false")
        return self.raw

    def unwanted(self, why: str) -> MalformedAnswer:
        """The error of a value that has the right shape and is wrong all the same."""
        return MalformedAnswer(f"{self._where()} {why}")

    def _wrong(self, expected: str) -> MalformedAnswer:
        if self.raw is None:
            return self.unwanted("is missing" if self._parent is not None else "has no result")
        return self.unwanted(f"is not {expected}: {_brief(self.raw)}")

    def _where(self) -> str:
        path, at = [], self
        while at._parent is not None:
            path.append(at._key)
            at = at._parent
        dotted = ".".join(reversed(path)).replace(".[", "[")
        return f"{at._key}: {dotted}" if dotted else at._key


def _brief(value: object) -> str:
    """A value in a message: its kind, if it is not small."""
    if isinstance(value, bool | int | float):
        return ascii(value) if not isinstance(value, int) or value.bit_length() < 64 else "a number"
    if isinstance(value, str):
        return quote(value)
    return "a list" if isinstance(value, list) else "an object"
