"""Who put down, paid and got back what, as tables: by group, by member, and by what became of it. In ETH, exact."""

from collections.abc import Sequence

from offchain.io.quoting import abridge
from offchain.report.amounts import count, eth
from offchain.report.auction import Auction, Entry
from offchain.report.flows import MEMBERS, Sink, kind, streams, totals
from offchain.report.tables import Row, Table

FIRST, LAST = 4, 3
"""How many rows a long block of members keeps at its beginning and its end."""
_ABRIDGED = 13
"""Characters of a name that is cut for a terminal: enough for both ends of an address."""


def groups(auction: Auction) -> Table:
    """Who pays and gets what: a row for each group and individual, in ETH. O(bidders)."""
    rows = [
        Row(
            (
                name,
                eth(auction.lot.group_bids[name]),
                _served(entries),
                *_sums(entries),
            )
        )
        for name, entries in auction.by_group.items()
    ]
    total = ("all", "", _served(auction.entries), *_sums(auction.entries))
    return Table(
        title="Who pays and gets what",
        headings=("bidder", "bid", "served", *_SUMS),
        rows=(*rows, Row(total, is_total=True)),
        note="In ETH, exact. A DAO bids what its members can pay in equal shares.",
    ).without_columns_of("0")


def members(auction: Auction, most: int = 0, abridged: bool = False) -> Table:
    """The members of the group in the pictures, highest bid first, in ETH: served, not served, not opened.

    If there are more than `most`, the middle of each of the three blocks is summed up in one row.
    `abridged` cuts long names in the middle.
    """
    ranked = sorted(auction.of(auction.focus), key=lambda entry: -entry.bid)
    rows: list[Row] = []
    for source in MEMBERS:
        block = [entry for entry in ranked if kind(entry) is source]
        rows += _block(block, source, whole=len(ranked) <= most, abridged=abridged)
    return Table(
        title=f"Members of {auction.focus}",
        headings=("member", "", "bid", *_SUMS),
        rows=(*rows, Row(("all", "", "", *_sums(ranked)), is_total=True)),
        texts=2,
        note="In ETH, exact. Each deposit is what comes back, what the member pays, and what of it is burnt.",
    ).without_columns_of("0")


def money(auction: Auction) -> Table:
    """Where the deposits went, in ETH: a row for whose they were, a column for what became of them."""
    found = streams(auction)
    rows = [
        Row((stream.label, eth(stream.total), *(eth(stream.amounts[sink]) for sink in Sink)))
        for stream in found
    ]
    total = totals(found)
    sums = (eth(sum(total.values())), *(eth(total[sink]) for sink in Sink))
    return Table(
        title="Where the money went",
        headings=("whose", "deposits", *Sink),
        rows=(*rows, Row(("all", *sums), is_total=True)),
        note="In ETH, exact. In each row the last three columns add up to the first.",
    )


def _served(entries: Sequence[Entry]) -> str:
    """How many of them are served."""
    return f"{sum(entry.served for entry in entries):,} of {len(entries):,}"


_SUMS = ("back", "pays", "burnt", "deposit")


def _sums(entries: Sequence[Entry]) -> tuple[str, ...]:
    """What came back, what was paid, what was burnt, and deposits."""
    columns = ("refund", "paid", "bond", "deposit")
    return tuple(eth(sum(getattr(entry, column) for entry in entries)) for column in columns)


def _block(entries: Sequence[Entry], label: str, whole: bool, abridged: bool) -> list[Row]:
    if whole or len(entries) <= FIRST + LAST + 1:
        return [_member(entry, label, abridged) for entry in entries]
    rest = entries[FIRST:-LAST]
    return [
        *(_member(entry, label, abridged) for entry in entries[:FIRST]),
        Row((f"… {count(len(rest), 'more', 'more')}", label, "", *_sums(rest)), is_rest=True),
        *(_member(entry, label, abridged) for entry in entries[-LAST:]),
    ]


def _member(entry: Entry, label: str, abridged: bool) -> Row:
    name = abridge(entry.member, _ABRIDGED, 6) if abridged else entry.member
    return Row((name, label, eth(entry.bid), *_sums([entry])))
