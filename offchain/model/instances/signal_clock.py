"""Instances of the signal discovery auction, whose values depend on each type's total of signals.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §3 (two signals) and §4
(k signals, "shared quality functions"). The paper's quality is the average signal of each type; the
total says the same in integers. A type of n bidders has a total from 0 to n(k-1), so that a table
has n(k-1)+1 entries on that type's side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from offchain.io.fields import Field, show
from offchain.model.instances.signals import SignalInstance, read_header, read_table, type_counts


@dataclass(frozen=True, slots=True)
class SignalClockInstance(SignalInstance):
    """Bidders whose tables are indexed by each type's total of signals, in the order of the types."""

    mechanism: ClassVar[str] = "signal-clock"

    def worth(self, bidder: int, profile: Sequence[int]) -> int:
        """What the good is worth to the bidder at that index when the signals are those of the profile.

        O(bidders).
        """
        return self.bidders[bidder].value.at(self.totals(profile))

    def worths(self, profile: Sequence[int]) -> list[int]:
        """What the good is worth to each bidder at the profile, in file order. O(bidders * types)."""
        totals = self.totals(profile)
        return [bidder.value.at(totals) for bidder in self.bidders]

    def totals(self, profile: Sequence[int]) -> tuple[int, ...]:
        """The total of signals of each type, in the order of the types."""
        sums = dict.fromkeys(self.types, 0)
        for bidder, signal in zip(self.bidders, profile, strict=True):
            sums[bidder.type] += signal
        return tuple(sums.values())

    def members(self, kind: int) -> tuple[int, ...]:
        """The indices of the bidders of the type at that index, in file order."""
        name = self.types[kind]
        return tuple(place for place, bidder in enumerate(self.bidders) if bidder.type == name)


def shape(signals: int, types: Sequence[str], bidder_types: Sequence[str]) -> tuple[int, ...]:
    """How many totals each type can have: the shape of every table."""
    return tuple(count * (signals - 1) + 1 for count in type_counts(types, bidder_types))


def read(instance: Field) -> SignalClockInstance:
    """The signal-clock instance of a JSON object. Raises InvalidInput naming the field and its value."""
    header = read_header(instance)
    box = shape(header.signals, header.types, header.bidder_types)
    sides = [f"total of type {show(name)}" for name in header.types]
    tables = [read_table(value, box, sides) for value in header.values]
    return SignalClockInstance(
        signals=header.signals, rule=header.rule, types=header.types, bidders=header.bidders(tables)
    )
