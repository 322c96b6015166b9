"""Reading values together with the path that led to them, so that every refusal can say where and what.

A `Field` is a decoded JSON value and its path, like `groups[0].members[1].bid`. Its methods either
return the value as the type asked for or raise InvalidInput. They are the vocabulary in which readers
of files are written.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn

from offchain.io.addresses import checksum, to_bytes
from offchain.io.decoding import NumberText, RepeatedKey
from offchain.io.errors import InvalidInput
from offchain.io.quoting import SHOWN, shorten

_FRACTION = re.compile("(-?[0-9]{1,100})(?:/([0-9]{1,100}))?")
"""A fraction as files write it. Longer ones would only make exact arithmetic slow."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value and where it stands; the path of a whole file is empty."""

    path: str
    value: object

    def fail(self, problem: str) -> NoReturn:
        """Raise InvalidInput: the path, then the problem."""
        raise InvalidInput(f"{self.path}: {problem}" if self.path else problem)

    def integer(self, low: int, high: int) -> int:
        """An integer from low to high. 5.0, "5", true and null are not integers."""
        value = self.value
        if isinstance(value, NumberText) and value.is_integer:
            self.fail(
                f"{show(value)} is {'negative' if value.text[0] == '-' else f'above {power(high)}'}"
            )
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(f"{show(value)} is not an integer")
        if value < low:
            self.fail(f"{show(value)} is {'negative' if value < 0 else f'below {low}'}")
        if value > high:
            self.fail(f"{show(value)} is above {power(high)}")
        return value

    def fraction(self, zero: bool, one: bool = False) -> Fraction:
        """A fraction below 1 (`one`: or 1 itself) and above 0 (`zero`: or 0), written as a string: "1/3"; 0.5 and 1 are none."""
        value = self.value
        written = _FRACTION.fullmatch(value) if isinstance(value, str) else None
        if written is None:
            self.fail(f'{show(value)} is not a fraction in a string, like "1/3"')
        top, bottom = int(written[1]), int(written[2] or 1)
        if bottom == 0:
            self.fail(f"{show(value)} has denominator 0")
        if not (-zero < top < bottom + one):
            low, high = "at least" if zero else "above", "at most" if one else "below"
            self.fail(f"{show(value)} is not {low} 0 and {high} 1")
        return Fraction(top, bottom)

    def choice(self, options: Sequence[str]) -> str:
        """One of the given strings."""
        if not isinstance(self.value, str) or self.value not in options:
            self.fail(f"{show(self.value)} is not one of {', '.join(options)}")
        return self.value

    def name(self) -> str:
        """A non-empty string that can be written as Unicode."""
        if not isinstance(self.value, str):
            self.fail(f"{show(self.value)} is not a string")
        if not self.value:
            self.fail('"" is an empty name')
        if re.search("[\ud800-\udfff]", self.value):
            self.fail(f"{show(self.value)} has half a surrogate pair")
        return self.value

    def address(self) -> str:
        """An address in checksummed, lower or upper case; checksummed."""
        text = self.value
        try:
            proper = checksum(to_bytes(text)) if isinstance(text, str) else None
        except ValueError:
            proper = None
        if not isinstance(text, str) or proper is None:
            self.fail(f"{show(text)} is not an address")
        digits = text.removeprefix("0x")
        if text != proper and digits not in (digits.lower(), digits.upper()):
            self.fail(
                f"{show(text)} is mistyped: capital and small letters do not fit its checksum"
            )
        return proper

    def entries(self) -> "list[Field]":
        """The entries of a list, each with its index in its path."""
        if not isinstance(self.value, list):
            self.fail(f"{show(self.value)} is not a list")
        return [Field(f"{self.path}[{index}]", value) for index, value in enumerate(self.value)]

    def record(self, required: Sequence[str], optional: Sequence[str] = ()) -> "dict[str, Field]":
        """The fields of an object: all the required ones, the optional ones that are there, and no others."""
        fields = self.members()
        for key, field in fields.items():
            if key not in required and key not in optional:
                known = ", ".join([*required, *optional])
                field.fail(f"unknown field with value {show(field.value)} (known: {known})")
        for key in required:
            if key not in fields:
                self.at(key, None).fail("missing")
        return fields

    def members(self) -> "dict[str, Field]":
        """The fields of an object, whatever they are called; a key that stands twice is refused."""
        if isinstance(self.value, RepeatedKey):
            self.at(self.value.key, None).fail("stands twice in the same object")
        if not isinstance(self.value, dict):
            self.fail(f"{show(self.value)} is not an object")
        return {key: self.at(key, value) for key, value in self.value.items()}

    def at(self, key: str, value: object) -> "Field":
        """The field of this object with the given key."""
        if not key.isidentifier() or len(key) > SHOWN:
            return Field(f"{self.path}[{show(key)}]", value)
        return Field(f"{self.path}.{key}" if self.path else key, value)


def named_entries(entries: Field, what: str) -> list[Field]:
    """The entries of a non-empty list of objects whose names differ. `what`: one of them, for the message."""
    found = entries.entries()
    if not found:
        entries.fail(f"[] holds no {what}")
    refuse_duplicate_names(found)
    return found


def refuse_duplicate_names(objects: Sequence[Field]) -> None:
    """Raise InvalidInput at the first object whose "name" an earlier one already has.

    Objects without a proper name are left for their own reader to refuse.
    """
    first: dict[str, Field] = {}
    for entry in objects:
        name = entry.value.get("name") if isinstance(entry.value, dict) else None
        if isinstance(name, str):
            if name in first:
                entry.at("name", name).fail(
                    f"{show(name)} is already the name of {first[name].path}"
                )
            first[name] = entry


def show(value: object) -> str:
    """A value as a message repeats it: as it is written in JSON, long ones cut, containers by their kind."""
    if isinstance(value, dict | RepeatedKey):
        return "an object"
    if isinstance(value, list):
        return "a list"
    # json.dumps escapes everything beyond ASCII, which keeps control characters off the user's terminal.
    written = value.text if isinstance(value, NumberText) else json.dumps(value)
    return shorten(written)


def power(limit: int) -> str:
    """A limit as people write it: 2^64-1 rather than its twenty digits."""
    exponent = (limit + 1).bit_length() - 1
    return f"2^{exponent}-1" if limit + 1 == 1 << exponent and exponent >= 16 else str(limit)


def fraction_text(value: Fraction) -> str:
    """A fraction as "p/q" in lowest terms, an integer as "p", however long: sums over many players are."""
    # Python refuses to write integers of more than 4,300 digits, Decimal does not.
    top, bottom = (format(Decimal(part), "f") for part in value.as_integer_ratio())
    return top if bottom == "1" else f"{top}/{bottom}"
