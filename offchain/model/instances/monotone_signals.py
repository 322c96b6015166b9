"""Instances of the monotone randomized allocation, whose values depend on every bidder's signal.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §5. A table has one side
of k entries for each bidder. The paper's values treat bidders of one type alike: exchanging their
signals changes nobody's value. Theorem 12 needs that only where there are more than l*C(k,2) + 1
bidders, l being the number of types; with fewer, every bidder can have probability 1/n, so any
non-decreasing values are taken.

A file holds n tables of k^n values for n bidders with k signals, and is read only up to
`ENTRIES_LIMIT` of them: 16 bidders with two signals, 10 with three, 8 with four. Nothing else in the
mechanism is work: who gets the good depends on the values at one profile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from math import comb
from typing import ClassVar

from offchain.io.fields import Field, show
from offchain.model.instances.signals import (
    Header,
    SignalInstance,
    Table,
    entry_at,
    index_of,
    read_header,
    read_table,
)

ENTRIES_LIMIT = 2**20
"""The most values in all tables of a file together: some seconds of reading."""


@dataclass(frozen=True, slots=True)
class MonotoneSignalsInstance(SignalInstance):
    """Bidders whose tables are indexed by every bidder's signal, in file order."""

    mechanism: ClassVar[str] = "monotone-signals"

    def worth(self, bidder: int, profile: Sequence[int]) -> int:
        """What the good is worth to the bidder at that index when the signals are those of the profile.

        O(bidders).
        """
        return self.bidders[bidder].value.at(profile)


def most_allocated(signals: int, types: int) -> int:
    """l*C(k,2) + 1, the most bidders that share the good at one profile where types are symmetric."""
    return types * comb(signals, 2) + 1


def read(instance: Field, also: Sequence[str] = ()) -> MonotoneSignalsInstance:
    """The monotone-signals instance of a JSON object. also: as `read_header` has it.

    Raises InvalidInput naming the field and its value. O(entries * bidders).
    """
    header = read_header(instance, also)
    _refuse_large(instance, header)
    box = (header.signals,) * len(header.names)
    sides = [f"signal of {show(name)}" for name in header.names]
    tables = [read_table(value, box, sides) for value in header.values]
    if len(header.names) > most_allocated(header.signals, len(header.types)):
        for value, table in zip(header.values, tables, strict=True):
            _refuse_asymmetry(value, table, header)
    return MonotoneSignalsInstance(
        signals=header.signals, rule=header.rule, types=header.types, bidders=header.bidders(tables)
    )


def most_bidders(signals: int) -> int:
    """How many bidders' tables a file may hold."""
    return next(n for n in count() if (n + 1) * signals ** (n + 1) > ENTRIES_LIMIT)


def _refuse_large(instance: Field, header: Header) -> None:
    """Raise InvalidInput before a table is read if there are too many values."""
    bidders, most = len(header.names), most_bidders(header.signals)
    if bidders > most:
        instance.at("bidders", None).fail(
            f"{bidders} tables of {header.signals}^{bidders} values, and a file may hold {ENTRIES_LIMIT:,}"
            f" values in all, so with {header.signals} signals at most {most} bidders"
        )


def _refuse_asymmetry(value: Field, table: Table, header: Header) -> None:
    """Raise InvalidInput at the first entry that differs when two bidders of a type exchange their signals."""
    for one, other in neighbours(header.bidder_types):
        place = find_asymmetry(table, one, other)
        if place is None:
            continue
        index = list(index_of(table, place))
        exchanged = list(index)
        exchanged[one], exchanged[other] = index[other], index[one]
        pair = f"{show(header.names[one])} and {show(header.names[other])}"
        limit = most_allocated(header.signals, len(header.types))
        entry_at(value, index).fail(
            f"{table.at(index)} is not the {table.at(exchanged)} at {entry_at(value, exchanged).path},"
            f" where {pair}, of one type, exchange their signals"
            f" (with more than {limit} bidders values may not tell a type's bidders apart)"
        )


def find_asymmetry(table: Table, one: int, other: int) -> int | None:
    """The place of an entry, of a higher signal of `one` than of `other`, that differs if they are exchanged."""
    signals, entries = table.shape[0], table.entries
    wide, stride = (signals ** (len(table.shape) - 1 - side) for side in (one, other))
    shift = wide - stride
    for place in range(0, len(entries), stride):
        high, low = place // wide % signals, place // stride % signals
        if high > low:
            # A row of entries, and the one where the signals are exchanged.
            start = place - (high - low) * shift
            row, exchanged = entries[place : place + stride], entries[start : start + stride]
            if row != exchanged:
                return place + next(at for at in range(stride) if row[at] != exchanged[at])
    return None


def neighbours(bidder_types: Sequence[str]) -> list[tuple[int, int]]:
    """Every bidder with the next one of the same type: their exchanges generate all others."""
    last: dict[str, int] = {}
    pairs = []
    for place, name in enumerate(bidder_types):
        if name in last:
            pairs.append((last[name], place))
        last[name] = place
    return pairs
