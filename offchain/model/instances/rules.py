"""The rules of a two-level mechanism, as instance files name them: which group wins and at what price, and how it splits that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import ClassVar, Final, TypeAlias

from offchain.io.fields import Field, fraction_text, show

Increment: TypeAlias = int | Fraction
"""Units, or a part of the amount that leads."""

LEAST_PART: Final = Fraction(1, 10_000)
"""The least relative increment: with it 579,118 bids lead from 1 unit to 2^96."""

INCREMENT_LIMIT: Final = 2**96 - 1
"""The largest increment in units, and posted price: the largest bid of a group, and the largest reserve."""


@dataclass(frozen=True, slots=True)
class CriticalBid:
    """Sealed bids; the first of the highest wins and pays the least with which it would."""

    name: ClassVar[str] = "critical-bid"

    def to_json(self) -> object:
        """As a file's `upper`."""
        return self.name


@dataclass(frozen=True, slots=True)
class FirstPrice:
    """Sealed bids; the first of the highest wins and pays its bid."""

    name: ClassVar[str] = "first-price"

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


@dataclass(frozen=True, slots=True)
class Posted:
    """One price in units, the reserve if that is more; the first who bids that much gets the lot for it."""

    name: ClassVar[str] = "posted"

    price: int

    def to_json(self) -> object:
        """As a file's `upper`."""
        return {self.name: self.price}


@dataclass(frozen=True, slots=True)
class Lottery:
    """The lottery M_f of "Mechanism Design with Approximate Valuations", for an inaccuracy of 0 < delta < 1."""

    name: ClassVar[str] = "lottery"

    delta: Fraction

    def to_json(self) -> object:
        """As a file's `upper`."""
        return {self.name: fraction_text(self.delta)}


Upper: TypeAlias = CriticalBid | FirstPrice | Ascending | Posted
"""Which group wins an item, and at what price, without chance."""

CRITICAL_BID: Final = CriticalBid()
"""The upper rule where a file names none, and the one that the auctioneer's contract has."""
FIRST_PRICE: Final = FirstPrice()


class Lower(StrEnum):
    """What a group bids for its members, whom it serves, and what each pays."""

    EQUAL_SPLIT = "equal-split"
    PAY_YOUR_BID = "pay-your-bid"
    EVERYBODY = "everybody"
    PROPORTIONAL = "proportional"
    VCG = "vcg"


DEFAULT_LOWER: Final = Lower.EQUAL_SPLIT
"""The lower rule where a file names none, and the one that the contracts have."""


def read_upper(upper: Field) -> Upper | Lottery:
    """The rule of a file's `upper`. Raises InvalidInput naming the field and its value, and what is known."""
    plain = _PLAIN.get(upper.value) if isinstance(upper.value, str) else None
    if plain is not None:
        return plain
    if not isinstance(upper.value, dict):
        upper.fail(f"{show(upper.value)} is not an upper rule (known: {_KNOWN_UPPER})")
    fields = upper.members()
    if len(fields) != 1 or not fields.keys() <= _WITH.keys():
        named = ", ".join(map(show, fields))
        upper.fail(
            f"an object with {named or 'nothing'} is not an upper rule (known: {_KNOWN_UPPER})"
        )
    ((name, term),) = fields.items()
    return _WITH[name](term)


def read_lower(lower: Field) -> Lower:
    """The rule of a file's `lower`. Raises InvalidInput naming the field and its value, and what is known."""
    if not isinstance(lower.value, str) or lower.value not in list(Lower):
        known = ", ".join(map(show, Lower))
        lower.fail(f"{show(lower.value)} is not a lower rule (known: {known})")
    return Lower(lower.value)


def _read_increment(increment: Field) -> Increment:
    if not isinstance(increment.value, str):
        return increment.integer(1, INCREMENT_LIMIT)
    part = increment.fraction(zero=False, one=True)
    if part < LEAST_PART:
        increment.fail(f"{show(increment.value)} is below {LEAST_PART}")
    return part


_PLAIN: Final[Mapping[str, Upper]] = MappingProxyType(
    {rule.name: rule for rule in (CRITICAL_BID, FIRST_PRICE)}
)
_WITH: Final[Mapping[str, Callable[[Field], Upper | Lottery]]] = MappingProxyType(
    {
        Ascending.name: lambda term: Ascending(_read_increment(term)),
        Posted.name: lambda term: Posted(term.integer(1, INCREMENT_LIMIT)),
        Lottery.name: lambda term: Lottery(term.fraction(zero=False)),
    }
)
"""Rules with a term of their own, by its name."""
_KNOWN_UPPER: Final = (
    f'"{CriticalBid.name}", "{FirstPrice.name}", {{"{Ascending.name}": increment}},'
    f' {{"{Posted.name}": price}}, {{"{Lottery.name}": delta}}'
)
