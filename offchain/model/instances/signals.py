"""What the signal auctions have in common: bidders whose values depend on everyone's signals.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §2. One good is for
sale. Every bidder has a private signal from 0 to k-1, and a value that is a public function of all
signals, non-decreasing in each. Bidders have types of expertise. Values and prices are integers in
units. Instances built directly, rather than read, are not checked.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from itertools import product
from math import prod
from operator import lt
from typing import ClassVar, Self

from offchain.io.fields import Field, named_entries, show
from offchain.io.quoting import listed

VALUE_LIMIT = 2**64 - 1
"""The largest value in a file, in units: that of bids."""

SIGNALS_LIMIT = 2**32 - 1
"""More signals than any file can list values for."""

DEFAULT_TYPE = "bidder"
"""The only type of a file that names none."""


class Rule(StrEnum):
    """What the price of a sale aims at: the welfare guarantee, or the revenue guarantee."""

    WELFARE = "welfare"
    REVENUE = "revenue"


@dataclass(frozen=True, slots=True)
class Table:
    """A value for every index in a box: in a file, lists nested as deep as the box has sides.

    entries: the values in the order of the file, the last index running fastest.
    """

    shape: tuple[int, ...]
    entries: tuple[int, ...]

    @classmethod
    def of(cls, shape: Sequence[int], value: Callable[[tuple[int, ...]], int]) -> "Table":
        """The table of a function of the index."""
        box = tuple(shape)
        return cls(box, tuple(value(index) for index in product(*map(range, box))))

    def at(self, index: Sequence[int]) -> int:
        """The value at an index of as many numbers as the box has sides. O(sides)."""
        place = 0
        for size, number in zip(self.shape, index, strict=True):
            place = place * size + number
        return self.entries[place]

    def to_json(self) -> list[object]:
        """The nested lists of the file."""
        rows: list[object] = list(self.entries)
        for size in reversed(self.shape[1:]):
            rows = [rows[start : start + size] for start in range(0, len(rows), size)]
        return rows


@dataclass(frozen=True, slots=True)
class SignalBidder:
    """A bidder: their type of expertise, their private signal, and their public table of values."""

    name: str
    type: str
    signal: int
    value: Table


@dataclass(frozen=True, slots=True)
class SignalInstance(ABC):
    """One good for bidders with signals 0..signals-1; the subclasses say how values depend on them."""

    mechanism: ClassVar[str]

    signals: int
    rule: Rule
    types: tuple[str, ...]
    bidders: tuple[SignalBidder, ...]

    @abstractmethod
    def worth(self, bidder: int, profile: Sequence[int]) -> int:
        """What the good is worth to the bidder at that index when the signals are those of the profile."""

    @property
    def profile(self) -> tuple[int, ...]:
        """The signals of all bidders, in file order."""
        return tuple(bidder.signal for bidder in self.bidders)

    def worths(self, profile: Sequence[int]) -> list[int]:
        """What the good is worth to each bidder at the profile, in file order."""
        return [self.worth(bidder, profile) for bidder in range(len(self.bidders))]

    def with_profile(self, profile: Sequence[int]) -> Self:
        """The same bidders with these signals."""
        bidders = zip(self.bidders, profile, strict=True)
        return replace(
            self, bidders=tuple(replace(bidder, signal=signal) for bidder, signal in bidders)
        )

    def with_signal(self, bidder: int, signal: int) -> Self:
        """The same bidders, one of them with this signal."""
        profile = self.profile
        return self.with_profile((*profile[:bidder], signal, *profile[bidder + 1 :]))

    def to_json(self) -> dict[str, object]:
        """The instance as its reader takes it."""
        return {
            "mechanism": self.mechanism,
            "signals": self.signals,
            "rule": self.rule.value,
            "types": list(self.types),
            "bidders": [
                {
                    "name": bidder.name,
                    "type": bidder.type,
                    "signal": bidder.signal,
                    "value": bidder.value.to_json(),
                }
                for bidder in self.bidders
            ],
        }


@dataclass(frozen=True, slots=True)
class Sale:
    """What one auction did. Unsold: winner None, price 0."""

    winner: str | None
    price: int


UNSOLD = Sale(winner=None, price=0)


@dataclass(frozen=True, slots=True)
class Chance:
    """A sale and its probability."""

    sale: Sale
    probability: Fraction

    def to_json(self) -> dict[str, object]:
        """The chance as one entry of an outcome's `outcomes`."""
        return {
            "winner": self.sale.winner,
            "price": self.sale.price,
            "probability": str(self.probability),
        }


@dataclass(frozen=True, slots=True)
class SignalOutcome:
    """The distribution of the sale over the mechanism's draws, and what it is worth at the true signals.

    chances: of different sales, of positive probability, 1 in all; the likeliest first, equals by
    winner and then price, and unsold before any name. Welfare and revenue in units, in expectation.
    samples: None where the distribution is exact; where that is too much work, the number of
    auctions drawn, and probabilities are relative frequencies.
    gas: what the chain used, None from the reference model; outcomes that differ only in gas are
    equal.
    """

    mechanism: str
    chances: tuple[Chance, ...]
    expected_welfare: Fraction
    expected_revenue: Fraction
    optimal_welfare: int
    samples: int | None = None
    gas: Mapping[str, object] | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, object]:
        """The outcome as the command line prints it; `samples` is there only if it was sampled, `gas` only if known."""
        written: dict[str, object] = {
            "mechanism": self.mechanism,
            "outcomes": [chance.to_json() for chance in self.chances],
            "expected_welfare": str(self.expected_welfare),
            "expected_revenue": str(self.expected_revenue),
            "optimal_welfare": self.optimal_welfare,
        }
        if self.samples is not None:
            written["samples"] = self.samples
        if self.gas is not None:
            written["gas"] = dict(self.gas)
        return written


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says besides the tables of values, whose fields are in `values`; one entry per bidder."""

    signals: int
    rule: Rule
    types: tuple[str, ...]
    names: tuple[str, ...]
    bidder_types: tuple[str, ...]
    profile: tuple[int, ...]
    values: tuple[Field, ...]

    def bidders(self, tables: Sequence[Table]) -> tuple[SignalBidder, ...]:
        """The bidders, given their tables."""
        columns = zip(self.names, self.bidder_types, self.profile, tables, strict=True)
        return tuple(SignalBidder(*column) for column in columns)


def read_header(instance: Field, also: Sequence[str] = ()) -> Header:
    """All of a signal auction but its tables of values. also: fields of the kind's own, left to its reader.

    `types` may be left out, and then there is one. Where there is one type the bidders need not
    name it. Raises InvalidInput naming the field and its value.
    """
    fields = instance.record(
        required=("mechanism", "signals", "rule", "bidders"), optional=("types", *also)
    )
    signals = fields["signals"].integer(2, SIGNALS_LIMIT)
    rule = Rule(fields["rule"].choice(list(Rule)))
    entries = named_entries(fields["bidders"], "bidder")
    bidders = [
        entry.record(required=("name", "signal", "value"), optional=("type",)) for entry in entries
    ]
    names = tuple(bidder["name"].name() for bidder in bidders)
    types = _read_types(fields.get("types"), bidders)
    known = dict.fromkeys(types)
    bidder_types = tuple(
        _read_type(entry, bidder, known) for entry, bidder in zip(entries, bidders, strict=True)
    )
    if "types" in fields:
        used = set(bidder_types)
        for entry, name in zip(fields["types"].entries(), types, strict=True):
            if name not in used:
                entry.fail(f"{show(name)} is the type of no bidder")
    return Header(
        signals=signals,
        rule=rule,
        types=types,
        names=names,
        bidder_types=bidder_types,
        profile=tuple(bidder["signal"].integer(0, signals - 1) for bidder in bidders),
        values=tuple(bidder["value"] for bidder in bidders),
    )


def _read_types(types: Field | None, bidders: Sequence[dict[str, Field]]) -> tuple[str, ...]:
    """The types by name; without the field, one, called what the first bidder who names it calls it."""
    if types is None:
        named = (bidder["type"].name() for bidder in bidders if "type" in bidder)
        return (next(named, DEFAULT_TYPE),)
    first: dict[str, Field] = {}
    for entry in types.entries():
        name = entry.name()
        if name in first:
            entry.fail(f"{show(name)} is already {first[name].path}")
        first[name] = entry
    if not first:
        types.fail("[] holds no type")
    return tuple(first)


def _read_type(entry: Field, bidder: dict[str, Field], types: Collection[str]) -> str:
    if "type" not in bidder:
        if len(types) > 1:
            entry.at("type", None).fail("missing, and there are several types")
        (only,) = types
        return only
    name = bidder["type"].name()
    if name not in types:
        bidder["type"].fail(
            f"{show(name)} is not one of the types (known: {listed(list(map(show, types)))})"
        )
    return name


def read_table(table: Field, shape: Sequence[int], sides: Sequence[str]) -> Table:
    """A table of non-negative integers that do not decrease along any side.

    sides: what the numbers of an index are, as messages say it. Raises InvalidInput naming the
    entry and its value. O(entries * sides).
    """
    read = Table(tuple(shape), tuple(_read_entries(table, shape, sides)))
    decrease = _find_decrease(read)
    if decrease is not None:
        before, after, side = decrease
        entry_at(table, after).fail(
            f"{read.at(after)} is below the {read.at(before)} at {entry_at(table, before).path}:"
            f" values may not fall when the {sides[side]} rises"
        )
    return read


def entry_at(table: Field, index: Sequence[int]) -> Field:
    """The field of one entry of a table."""
    path = "".join(f"[{number}]" for number in index)
    return Field(f"{table.path}{path}", None)


def _read_entries(rows: Field, shape: Sequence[int], sides: Sequence[str]) -> list[int]:
    size, *inner = shape
    if not isinstance(rows.value, list):
        rows.fail(f"{show(rows.value)} is not a list of {size}, one entry for each {sides[0]}")
    if len(rows.value) != size:
        rows.fail(f"a list of {len(rows.value)}, not of {size}, one entry for each {sides[0]}")
    if inner:
        return [entry for row in rows.entries() for entry in _read_entries(row, inner, sides[1:])]
    # Tables are nearly all of a file: fields are made only of what is refused.
    if not all(type(entry) is int and 0 <= entry <= VALUE_LIMIT for entry in rows.value):
        for row in rows.entries():
            row.integer(0, VALUE_LIMIT)
    return rows.value


def _find_decrease(table: Table) -> tuple[tuple[int, ...], tuple[int, ...], int] | None:
    """Two neighbouring indices at which the values fall, and the side along which they do."""
    entries = table.entries
    for side, size in enumerate(table.shape):
        stride = prod(table.shape[side + 1 :])
        for place in range(stride, len(entries), stride):
            # A row of entries, and the one that precedes it along the side.
            row, before = entries[place : place + stride], entries[place - stride : place]
            if place // stride % size and any(map(lt, row, before)):
                fall = next(at for at in range(stride) if row[at] < before[at])
                return index_of(table, place - stride + fall), index_of(table, place + fall), side
    return None


def index_of(table: Table, place: int) -> tuple[int, ...]:
    """The index of the entry at a place of the table's list."""
    index = []
    for size in reversed(table.shape):
        place, number = divmod(place, size)
        index.append(number)
    return tuple(reversed(index))


def type_counts(types: Sequence[str], bidder_types: Sequence[str]) -> tuple[int, ...]:
    """How many bidders each type has, in the order of the types."""
    counts = Counter(bidder_types)
    return tuple(counts[name] for name in types)
