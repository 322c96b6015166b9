"""Numbers and amounts of ETH that a user gives, alone or in lists with commas."""

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from offchain.cli.exits import BadInput
from offchain.io.fields import show
from offchain.io.quoting import SHOWN, quote, shorten
from offchain.io.units import GWEI, UNITS_PER_ETH
from offchain.model.instances.rules import LEAST_PART, Increment

Entry = TypeVar("Entry")
_MOST_UNITS = 2**64 - 1
"""The largest bid."""


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


def _whole(option: str, text: str) -> int:
    return number(option, text, 1, _MOST_UNITS)


def step(option: str, text: str, amount: Callable[[str, str], int] = _whole) -> Increment:
    """An increment: a part of the amount that leads, as "1/20", or what `amount` reads, by default whole units.

    Raises BadInput, which names the option.
    """
    part = re.fullmatch("([0-9]{1,20})/([0-9]{1,20})", text)
    if part is None:
        return amount(option, text)
    if int(part[2]) == 0 or not LEAST_PART <= Fraction(text) <= 1:
        raise BadInput(f"{option}: {shorten(text)} is not a part from {LEAST_PART} to 1")
    return Fraction(text)


def units(option: str, text: str) -> int:
    """An amount in ETH, as "1" or "0.25", in units of 1 gwei: from 1 to 2^64-1. Raises BadInput, which names the option."""
    if not re.fullmatch(r"[0-9]{1,40}(\.[0-9]{1,40})?", text):
        raise BadInput(f"{option}: {quote(text)} is not an amount in ETH")
    amount = Fraction(text) * UNITS_PER_ETH
    if amount < 1:
        raise BadInput(f"{option}: {shorten(text)} ETH is less than 1 gwei")
    if amount > _MOST_UNITS:
        raise BadInput(f"{option}: {shorten(text)} ETH is more than 2^64-1 gwei")
    if amount.denominator != 1:
        raise BadInput(f"{option}: {shorten(text)} ETH is not a whole number of gwei")
    return int(amount)


def wei_per_gas(option: str, text: str) -> int:
    """A price of gas in gwei, as "30" or "0.05", in wei: at least 1. Raises BadInput, which names the option."""
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,40})?", text):
        raise BadInput(f"{option}: {show(text)} is not a price of gas in gwei")
    price = Fraction(text) * GWEI
    if price < 1 or price.denominator != 1:
        raise BadInput(f"{option}: {show(text)} gwei is not a whole number of wei from 1 on")
    return int(price)


_SPAN = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?) *([a-z]+)")
_SPANS = {
    **dict.fromkeys(("w", "week", "weeks"), 604_800),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("h", "hour", "hours"), 3_600),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
}
_MOST_SECONDS = 2**40


def span(option: str, text: str) -> int:
    """A span of time as people say it, "7 days", "90 min", "1d 12h", in seconds. Raises BadInput, which names the option."""
    parts = _SPAN.findall(text.lower())
    rest = re.sub(r"[\s,]|and", "", _SPAN.sub("", text.lower()))
    if not parts or rest or len(text) > SHOWN or any(unit not in _SPANS for _, unit in parts):
        raise BadInput(f'{option}: {quote(text)} is not a span of time, like "7 days" or "1d 12h"')
    seconds = sum(Fraction(count) * _SPANS[unit] for count, unit in parts)
    if seconds.denominator != 1 or not 1 <= seconds <= _MOST_SECONDS:
        raise BadInput(f"{option}: {quote(text)} is not a whole number of seconds from 1 on")
    return int(seconds)


def percent(option: str, text: str) -> int:
    """A percentage, as "10" or "12.5", in basis points. Raises BadInput, which names the option."""
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})? *%?", text):
        raise BadInput(f"{option}: {quote(text)} is not a percentage with two decimals at most")
    return int(Fraction(text.rstrip("% ")) * 100)
