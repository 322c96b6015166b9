"""The tables of a report, as text cells: for a terminal (`as_text`) and for the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill

from offchain.report.amounts import count, eth
from offchain.report.auction import Auction, Entry, Step
from offchain.report.flows import Sink, Source, kind, streams, totals

FIRST, LAST = 4, 3
"""How many rows a long block of members keeps at its beginning and its end."""
ALL_ROWS = 200
"""The page lists all members of a group of up to so many."""
_NARROW = 72
"""Columns that notes are wrapped at, under narrower tables."""
_ABRIDGED = 13
"""Characters of a name that is cut for a terminal: enough for both ends of an address."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells as text. `is_total`: the sum of the rows above. `is_rest`: stands for rows left out."""

    cells: tuple[str, ...]
    is_total: bool = False
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their headings; all columns but the first `texts` hold numbers. `note` explains it."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    texts: int = 1
    note: str = ""


def groups(auction: Auction) -> Table:
    """Who pays and gets what: a row for each group, in ETH. O(bidders)."""
    by_group: dict[str, list[Entry]] = {group.name: [] for group in auction.instance.groups}
    for entry in auction.entries:
        by_group[entry.group].append(entry)
    rows = [
        Row(
            (
                name,
                f"{len(entries):,}",
                eth(auction.lot.group_bids[name]),
                f"{sum(entry.served for entry in entries):,}",
                *_sums(entries),
            )
        )
        for name, entries in by_group.items()
    ]
    served = sum(entry.served for entry in auction.entries)
    total = ("all", f"{len(auction.entries):,}", "", f"{served:,}", *_sums(auction.entries))
    return Table(
        title="Who pays and gets what",
        headings=("group", "bidders", "bid", "served", "deposits", "pays", "bonds", "back"),
        rows=(*rows, Row(total, is_total=True)),
        note="In ETH, exact. A DAO bids what its members can pay in equal shares.",
    )


def members(auction: Auction, most: int = 0, abridged: bool = False) -> Table:
    """The members of the group in the pictures, highest bid first, in ETH: served, not served, silent.

    If there are more than `most`, the middle of each of the three blocks is summed up in one row.
    `abridged` cuts long names in the middle.
    """
    ranked = sorted(auction.of(auction.focus), key=lambda entry: -entry.bid)
    rows: list[Row] = []
    for source, label in (
        (Source.SERVED, "served"),
        (Source.UNSERVED, "not served"),
        (Source.SILENT, "kept silent"),
    ):
        block = [entry for entry in ranked if kind(entry) is source]
        rows += _block(block, label, whole=len(ranked) <= most, abridged=abridged)
    return Table(
        title=f"Members of {auction.focus}",
        headings=("member", "", "bid", "deposit", "pays", "bond", "back"),
        rows=(*rows, Row(("all", "", "", *_sums(ranked)), is_total=True)),
        texts=2,
        note="In ETH, exact. Each deposit is what the member pays, loses as a bond, and gets back.",
    )


def money(auction: Auction) -> Table:
    """Where the deposits went, in gwei: a row for whose they were, a column for what became of them."""
    found = streams(auction)
    rows = [
        Row(
            (
                stream.label,
                f"{stream.total:,}",
                *(f"{stream.amounts[sink]:,}" for sink in Sink),
            )
        )
        for stream in found
    ]
    total = totals(found)
    sums = (f"{sum(total.values()):,}", *(f"{total[sink]:,}" for sink in Sink))
    return Table(
        title="Where every gwei went",
        headings=("whose", "deposits", *Sink),
        rows=(*rows, Row(("all", *sums), is_total=True)),
        note="In gwei, exact. In each row the last three columns add up to the first.",
    )


def gas(auction: Auction) -> Table:
    """Gas and time by step."""
    rows = [
        Row(
            (
                step.name,
                _SAID.get(step.name, ""),
                f"{step.transactions:,}" if step.transactions else "",
                f"{step.gas:,}",
                f"{round(step.gas / step.served):,}" if _is_repeated(step) else "",
                f"{step.seconds:,.1f}",
            )
        )
        for step in auction.steps
    ]
    whole = sum(step.gas for step in auction.steps)
    sent = sum(step.transactions for step in auction.steps)
    seconds = sum(step.seconds for step in auction.steps)
    note = "Each: gas by bid, member or contract, rounded, with its part in what a transaction costs anyway."
    if auction.chain == "revm":
        note += " On revm gas is lower than on a node: what one transaction touched stays warm for the next."
    note += f" Seconds: on the machine that ran it; {auction.seconds:,.1f} with everything between the steps."
    return Table(
        title="Gas and time",
        headings=("step", "", "transactions", "gas", "each", "seconds"),
        rows=(
            *rows,
            Row(("all", "", f"{sent:,}", f"{whole:,}", "", f"{seconds:,.1f}"), is_total=True),
        ),
        texts=2,
        note=note,
    )


def checks(auction: Auction) -> Table:
    """What was checked on the outcome."""
    return Table(
        title="Checks",
        headings=("check", "", "figures, money in gwei"),
        rows=tuple(
            Row((check.name, "holds" if check.holds else "FAILS", check.detail))
            for check in auction.checks
        ),
        texts=3,
    )


def as_text(table: Table) -> str:
    """The table in aligned columns, numbers to the right, with its title above and its note below."""
    lines = [table.headings, *(row.cells for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    written = [table.title, _line(table.headings, widths, table.texts), rule]
    for row in table.rows:
        if row.is_total:
            written.append(rule)
        written.append(_line(row.cells, widths, table.texts))
    if table.note:
        written.append(fill(table.note, max(len(rule), _NARROW)))
    return "\n".join(written) + "\n"


def _is_repeated(step: Step) -> bool:
    """Whether the step did the same for many, so that a mean says something."""
    return step.served > 1 and step.name != "list"


def _line(cells: Sequence[str], widths: Sequence[int], texts: int) -> str:
    padded = (
        cell.ljust(width) if place < texts else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()


def _sums(entries: Iterable[Entry]) -> tuple[str, str, str, str]:
    """Deposits, what was paid, bonds, and what came back."""
    deposits = paid = bonds = refunds = 0
    for entry in entries:
        deposits += entry.deposit
        paid += entry.paid
        bonds += entry.bond
        refunds += entry.refund
    return eth(deposits), eth(paid), eth(bonds), eth(refunds)


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
    name = entry.member
    if abridged and len(name) > _ABRIDGED:
        name = f"{name[: _ABRIDGED - 7]}…{name[-6:]}"
    return Row((name, label, eth(entry.bid), *_sums([entry])))


_SAID = {
    "list": "mint, approve and list the item",
    "create": "create the DAOs",
    "enter": "DAOs enter the lot",
    "bid": "sealed bids with deposits",
    "reveal": "open bids, in batches",
    "tally": "prove the order, checkpoints",
    "settle": "T and share from a checkpoint",
    "refund": "push refunds, in batches",
    "bonds": "forward bonds to the seller",
    "reclaim": "item back to the seller",
    "proceeds": "the seller withdraws",
}
