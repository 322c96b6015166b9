"""The rules of a two-level mechanism, as instance files name them: which group wins and at what price, and how it splits that."""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final, TypeAlias

from offchain.io.fields import Field, fraction_text, show

Increment: TypeAlias = int | Fraction
"""Units, or a part of the amount that leads."""

LEAST_PART: Final = Fraction(1, 10_000)
"""The least relative increment: with it 579,118 bids lead from 1 unit to 2^96."""

INCREMENT_LIMIT: Final = 2**96 - 1
"""The largest increment in units: the largest bid of a group, and the largest reserve."""


@dataclass(frozen=True, slots=True)
class CriticalBid:
    """Sealed bids; the first of the highest wins and pays the least with which it would."""

    name: ClassVar[str] = "critical-bid"

    def to_json(self) -> object:
        """As a file's `upper`."""
        return self.name


@dataclass(frozen=True, slots=True)
class Ascending:
    """Open bids from the reserve on, each an increment above the one before, until nobody bids more."""

    name: ClassVar[str] = "ascending"

    increment: Increment

    def to_json(self) -> object:
        """As a file's `upper`."""
        increment = self.increment
        return {self.name: increment if isinstance(increment, int) else fraction_text(increment)}


Upper: TypeAlias = CriticalBid | Ascending
"""Which group wins an item, and at what price."""

CRITICAL_BID: Final = CriticalBid()
"""The upper rule where a file names none, and the one that the auctioneer's contract has."""

LOWER: Final = "equal-split"
"""How the group splits that: the one rule there is."""

_KNOWN_UPPER: Final = f'"{CriticalBid.name}", {{"{Ascending.name}": increment}}'


def read_upper(upper: Field) -> Upper:
    """The rule of a file's `upper`. Raises InvalidInput naming the field and its value, and what is known."""
    if upper.value == CriticalBid.name:
        return CRITICAL_BID
    if not isinstance(upper.value, dict):
        upper.fail(f"{show(upper.value)} is not an upper rule (known: {_KNOWN_UPPER})")
    fields = upper.members()
    if fields.keys() != {Ascending.name}:
        named = ", ".join(map(show, fields))
        upper.fail(
            f"an object with {named or 'nothing'} is not an upper rule (known: {_KNOWN_UPPER})"
        )
    return Ascending(_read_increment(fields[Ascending.name]))


def read_lower(lower: Field) -> None:
    """Raises InvalidInput if a file's `lower` is not the rule there is."""
    if lower.value != LOWER:
        lower.fail(f'{show(lower.value)} is not a lower rule (known: "{LOWER}")')


def _read_increment(increment: Field) -> Increment:
    if not isinstance(increment.value, str):
        return increment.integer(1, INCREMENT_LIMIT)
    part = increment.fraction(zero=False, one=True)
    if part < LEAST_PART:
        increment.fail(f"{show(increment.value)} is below {LEAST_PART}")
    return part
