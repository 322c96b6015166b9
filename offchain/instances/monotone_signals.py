"""Instances of the monotone randomized allocation, whose values depend on every bidder's signal.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §5. A table has one side
of k entries for each bidder. The paper's values treat bidders of one type alike: exchanging their
signals changes nobody's value. Theorem 12 needs that only where there are more than l*C(k,2) + 1
bidders, l being the number of types; with fewer, every bidder can have probability 1/n, so any
non-decreasing values are taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import comb
from typing import ClassVar

from offchain.instances.fields import Field, show
from offchain.instances.signals import (
    Header,
    SignalInstance,
    Table,
    entry_at,
    read_header,
    read_table,
)


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


def read(instance: Field) -> MonotoneSignalsInstance:
    """The monotone-signals instance of a JSON object.

    Raises InstanceError naming the field and its value. O(entries * bidders).
    """
    header = read_header(instance)
    box = (header.signals,) * len(header.names)
    sides = [f"signal of {show(name)}" for name in header.names]
    tables = [read_table(value, box, sides) for value in header.values]
    if len(header.names) > most_allocated(header.signals, len(header.types)):
        for value, table in zip(header.values, tables, strict=True):
            _refuse_asymmetry(value, table, header)
    return MonotoneSignalsInstance(
        signals=header.signals,
        rule=header.rule,
        types=header.types,
        bidders=header.bidders(tables),
    )


def _refuse_asymmetry(value: Field, table: Table, header: Header) -> None:
    """Raise InstanceError at the first entry that differs when two bidders of a type exchange their signals."""
    neighbours = _neighbours(header.bidder_types)
    for index, amount in zip(product(*map(range, table.shape)), table.entries, strict=True):
        for one, other in neighbours:
            if index[one] <= index[other]:
                continue
            exchanged = list(index)
            exchanged[one], exchanged[other] = index[other], index[one]
            if table.at(exchanged) != amount:
                pair = f"{show(header.names[one])} and {show(header.names[other])}"
                limit = most_allocated(header.signals, len(header.types))
                entry_at(value, index).fail(
                    f"{amount} is not the {table.at(exchanged)} at {entry_at(value, exchanged).path},"
                    f" where {pair}, of one type, exchange their signals"
                    f" (with more than {limit} bidders values may not tell a type's bidders apart)"
                )


def _neighbours(bidder_types: Sequence[str]) -> list[tuple[int, int]]:
    """Every bidder with the next one of the same type: their exchanges generate all others."""
    last: dict[str, int] = {}
    pairs = []
    for place, name in enumerate(bidder_types):
        if name in last:
            pairs.append((last[name], place))
        last[name] = place
    return pairs
