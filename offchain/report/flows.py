"""Where every unit of the deposits went. Amounts are integers in units (gwei)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from offchain.report.amounts import count
from offchain.report.auction import Auction, Entry


class Source(StrEnum):
    """Whose deposits."""

    RIVALS = "rivals"
    SERVED = "served"
    UNSERVED = "not served"
    SILENT = "not opened"


MEMBERS = (Source.SERVED, Source.UNSERVED, Source.SILENT)
"""The kinds of members of the group in the pictures."""


class Sink(StrEnum):
    """What became of them."""

    REFUND = "back to the bidders"
    PAID = "price, to the seller"
    BOND = "bonds, burnt"


class DoesNotAddUp(ArithmeticError):
    """Money was found that came from nowhere or went nowhere; the message says how much."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The deposits of some bidders, `label` says whose, and what became of them."""

    label: str
    source: Source
    bidders: int
    amounts: dict[Sink, int]

    @property
    def total(self) -> int:
        """The deposits."""
        return sum(self.amounts.values())


def streams(auction: Auction) -> tuple[Stream, ...]:
    """All deposits by whose they were: each rival DAO, the rival individuals, and the three kinds of members of the group in
    the pictures. O(bidders).

    `DoesNotAddUp` if any bidder's deposit, the seller's income, or what was burnt is not accounted for to the unit.
    """
    for entry in auction.entries:
        if not entry.is_balanced:
            raise DoesNotAddUp(
                f"{entry.member} of {entry.group} put down {entry.deposit}, of which {entry.paid} was paid, "
                f"{entry.bond} burnt and {entry.refund} returned"
            )
    found = tuple(_streams(auction))
    total = totals(found)
    if total[Sink.PAID] != auction.proceeds + auction.surplus:
        raise DoesNotAddUp(
            f"the seller got {auction.proceeds}, but bidders paid {total[Sink.PAID]} for the item"
        )
    if total[Sink.BOND] != auction.burnt:
        raise DoesNotAddUp(
            f"{auction.burnt} was burnt, but bidders lost {total[Sink.BOND]} of bonds"
        )
    return found


def totals(found: Iterable[Stream]) -> dict[Sink, int]:
    """What became of all deposits together."""
    total: Counter[Sink] = Counter(dict.fromkeys(Sink, 0))
    for stream in found:
        total.update(stream.amounts)
    return dict(total)


def _streams(auction: Auction) -> Iterable[Stream]:
    individuals: list[Entry] = []
    for name, entries in auction.by_group.items():
        if name == auction.focus:
            continue
        if name in auction.alone:
            individuals += entries
        else:
            yield _stream(f"{name}: {count(len(entries), 'member')}", Source.RIVALS, entries)
    if len(individuals) == 1:
        yield _stream(individuals[0].group, Source.RIVALS, individuals)
    elif individuals:
        yield _stream(count(len(individuals), "rival individual"), Source.RIVALS, individuals)
    for source in MEMBERS:
        entries = [entry for entry in auction.of(auction.focus) if kind(entry) is source]
        if entries:
            yield _stream(f"{auction.focus}: {len(entries):,} {source}", source, entries)


def kind(entry: Entry) -> Source:
    """Which of the three kinds of members of the group in the pictures this one is."""
    if entry.silent:
        return Source.SILENT
    return Source.SERVED if entry.served else Source.UNSERVED


def _stream(label: str, source: Source, entries: list[Entry]) -> Stream:
    return Stream(
        label=label,
        source=source,
        bidders=len(entries),
        amounts={
            Sink.REFUND: sum(entry.refund for entry in entries),
            Sink.PAID: sum(entry.paid for entry in entries),
            Sink.BOND: sum(entry.bond for entry in entries),
        },
    )
