"""Numbers that a user gives, alone or in lists with commas."""

import math
from collections.abc import Callable
from typing import TypeVar

from offchain.cli.exits import BadInput
from offchain.io.quoting import quote, shorten

Entry = TypeVar("Entry")


def entries(text: str, read: Callable[[str], Entry]) -> list[Entry]:
    """The entries of a list, each once."""
    return list(dict.fromkeys(read(part.strip()) for part in text.split(",")))


def numbers(option: str, text: str, least: int, most: int) -> list[int]:
    """A list of whole numbers. Raises BadInput, which names the option."""
    return entries(text, lambda part: number(option, part, least, most))


def number(option: str, text: str, least: int, most: int) -> int:
    """A whole number from `least` to `most`. Raises BadInput, which names the option."""
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise BadInput(f"{option}: {quote(text)} is not a whole number from {least} to {most}")
    if not least <= int(text) <= most:
        raise BadInput(f"{option}: {shorten(text)} is not from {least} to {most}")
    return int(text)


def part_of_one(option: str, text: str) -> float:
    """A number from 0 to 1. Raises BadInput, which names the option."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 <= found <= 1:
        raise BadInput(f"{option}: {quote(text)} is not from 0 to 1")
    return found


def one_of(option: str, text: str, names: tuple[str, ...]) -> str:
    """One of some names. Raises BadInput, which names the option."""
    if text not in names:
        raise BadInput(f"{option}: {quote(text)} is none of {', '.join(names)}")
    return text
