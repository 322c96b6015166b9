"""One page of HTML about an auction, with everything in it: no scripts, no fonts, no links that load anything."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from html import escape

from offchain.report import tables
from offchain.report.amounts import about, count, eth, gwei
from offchain.report.auction import Auction, Chapter, critical_bid, curve
from offchain.report.flows import Sink, streams, totals
from offchain.report.tables import Row, Table
from offchain.report.template import FIGURE, PAGE, STYLE
from offchain.report.theme import DARK, LIGHT

Pictures = Mapping[tuple[str, str], bytes]
"""PNG files by the names of the picture and the theme."""


def page(auction: Auction, pictures: Pictures, size: tuple[int, int]) -> str:
    """The whole page. `size`: width and height of the pictures as shown, in CSS pixels."""
    sections = (
        section("What the group can pay", _picture("curve", auction, pictures, size)),
        section("Who is served", _picture("served", auction, pictures, size)),
        section(
            "Where every gwei went",
            _picture("money", auction, pictures, size),
            f"<p>{escape(balance(auction))}</p>",
            html_table(tables.money(auction)),
        ),
        section("Who pays and gets what", html_table(tables.groups(auction))),
        section("How it went", story_list(auction.story)),
        section("Gas and time", html_table(tables.gas(auction))),
        section("Checks", html_table(tables.checks(auction))),
        section(
            f"Members of {auction.focus}", html_table(tables.members(auction, most=tables.ALL_ROWS))
        ),
    )
    return PAGE.substitute(
        title=escape(auction.title),
        style=style_sheet(),
        lead=escape(lead(auction)),
        key="\n".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
            for name, value in key_figures(auction)
        ),
        sections="\n".join(sections),
        footer=_footer(auction),
    )


def lead(auction: Auction) -> str:
    """What happened, in two or three sentences."""
    lot = auction.lot
    groups, bidders = len(auction.instance.groups), len(auction.entries)
    began = f"{count(groups, 'group')} with {count(bidders, 'bidder')} bid for one item."
    if lot.winner is None:
        return f"{began} Nobody reached the reserve, so the item stays with its seller, and every deposit went back."
    if not auction.focus_won:
        return (
            f"{began} {lot.winner} won it and pays {eth(lot.paid)} ETH. {auction.focus} could have paid "
            f"{eth(lot.group_bids[auction.focus])} ETH in equal shares, and would have needed {eth(critical_bid(auction))} ETH."
        )
    served, members = len(lot.served), len(auction.of(auction.focus))
    return (
        f"{began} {lot.winner} won it: its members could have paid {eth(lot.group_bids[lot.winner])} ETH in equal shares, and "
        f"the rivals' bids set the price at {eth(lot.price)} ETH. {served:,} of the {members:,} members share it equally and "
        f"get access, at {eth(lot.share)} ETH each. Whatever they bid beyond that, they keep."
    )


def key_figures(auction: Auction) -> list[tuple[str, str]]:
    """The figures at the head of the page, with their units."""
    lot = auction.lot
    figures = [
        ("winner", lot.winner or "nobody"),
        (f"{auction.focus} can pay", f"{eth(lot.group_bids[auction.focus])} ETH"),
        ("price", f"{eth(lot.price)} ETH"),
        ("share", f"{eth(lot.share)} ETH"),
        (
            "served",
            f"{len(lot.served):,} of {len(auction.of(lot.winner)):,}" if lot.winner else "0",
        ),
        ("the seller gets", f"{eth(auction.proceeds)} ETH"),
    ]
    return figures


def balance(auction: Auction) -> str:
    """That deposits and their uses add up, with the exact sums."""
    total = totals(streams(auction))
    lot = auction.lot
    terms = [f"{gwei(total[Sink.REFUND])} back to the bidders"]
    if total[Sink.PAID]:
        terms.append(
            f"{gwei(total[Sink.PAID])} to the seller as {count(len(lot.served), 'share')} of {gwei(lot.share)}"
        )
    if total[Sink.BOND]:
        terms.append(f"{gwei(total[Sink.BOND])} to the seller as bonds of members who kept silent")
    said = f"The deposits add up exactly: {gwei(sum(total.values()))} = {' + '.join(terms)}."
    over = lot.paid - lot.price
    if over:
        said += f" Shares are rounded up to whole gwei, so the seller gets {gwei(over)} more than the price of {gwei(lot.price)}."
    return said


def captions(auction: Auction) -> dict[str, tuple[str, str]]:
    """Of each picture what it shows, and what a reader who cannot see it should know."""
    shape = curve(auction)
    lot = auction.lot
    members = auction.of(auction.focus)
    silent = sum(entry.silent for entry in members)
    served = len(lot.served) if auction.focus_won else 0
    reach = (
        f"it is {count(shape.served, 'member')}"
        if shape.served
        else "no number of members can do it"
    )
    total = totals(streams(auction))
    price = f"{eth(shape.price)} ETH"
    peak = (
        f"largest at i = {shape.peak_rank:,} with {eth(shape.peak)} ETH"
        if shape.ranked
        else "empty"
    )
    return {
        "curve": (
            "The i highest bidders can pay i times the i-th highest bid in equal shares. The DAO bids the largest of these "
            f"products. At the price, T is the largest number of members whose product still reaches it: {reach}. Many can "
            "share a low price, few a high one.",
            f"Line chart of i times the i-th highest bid over i, for {count(len(shape.ranked), 'open bid')}: {peak}. A dashed "
            f"line marks the price of {price}; at it T = {shape.served:,}.",
        ),
        "served": (
            "Everybody who bid at least the share is served and pays exactly the share, however much they bid. The others get "
            "all their money back, save those who kept silent, who lose a bond.",
            f"Bar chart of the bids of {count(len(members), 'member')}, highest first: {served:,} served"
            + (f" at a share of {eth(lot.share)} ETH" if served else "")
            + f", {len(members) - served - silent:,} not served, {silent:,} silent.",
        ),
        "money": (
            "From left to right: whose deposits, and what became of them. Widths are to scale, save that the thinnest streams "
            "are drawn as hairlines.",
            f"Flow diagram: of {about(sum(total.values()))} ETH of deposits, {about(total[Sink.REFUND])} ETH goes back to the "
            f"bidders, {about(total[Sink.PAID])} ETH to the seller as the price and {about(total[Sink.BOND])} ETH as bonds.",
        ),
    }


def section(title: str, *parts: str) -> str:
    """A part of the page under a heading; `parts` are HTML."""
    body = "\n".join(parts)
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def story_list(story: Iterable[Chapter]) -> str:
    """The chapters as a numbered list."""
    return f"<ol>\n{''.join(map(_chapter, story))}</ol>"


def _chapter(chapter: Chapter) -> str:
    results = "".join(f"<li>{escape(result)}</li>" for result in chapter.results)
    return (
        f"<li><strong>{escape(chapter.title)}.</strong> {escape(chapter.purpose)}"
        f"{f'<ul>{results}</ul>' if results else ''}</li>\n"
    )


def _picture(name: str, auction: Auction, pictures: Pictures, size: tuple[int, int]) -> str:
    caption, alt = captions(auction)[name]
    return FIGURE.substitute(
        light=embedded(pictures[name, LIGHT.name]),
        dark=embedded(pictures[name, DARK.name]),
        alt=escape(alt),
        caption=escape(caption),
        width=size[0],
        height=size[1],
    )


def embedded(png: bytes) -> str:
    """A PNG file as an address that holds all of it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def html_table(table: Table) -> str:
    """The table, its note above."""
    head = "".join(
        f'<th scope="col"{_class(place < table.texts and "text")}>{escape(heading)}</th>'
        for place, heading in enumerate(table.headings)
    )
    rows = "\n".join(_row(row, table) for row in table.rows)
    note = f'<p class="note">{escape(table.note)}</p>\n' if table.note else ""
    return f'{note}<div class="scroll">\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>'


def _row(row: Row, table: Table) -> str:
    kind = "total" if row.is_total else "rest" if row.is_rest else None
    cells = "".join(
        f"<td{_class(*_cell_classes(cell, place, table))}>{escape(cell)}</td>"
        for place, cell in enumerate(row.cells)
    )
    return f"<tr{_class(kind)}>{cells}</tr>"


def _cell_classes(cell: str, place: int, table: Table) -> list[str | None]:
    is_text = place < table.texts
    return [
        "text" if is_text else None,
        "wrap" if is_text and place == len(table.headings) - 1 else None,
        {"holds": "holds", "FAILS": "fails"}.get(cell),
    ]


def _class(*names: object) -> str:
    found = " ".join(str(name) for name in names if name)
    return f' class="{found}"' if found else ""


def style_sheet() -> str:
    """The style of pages, in light and dark colours."""
    colours = {
        f"{theme.name}_{name}": value
        for theme in (LIGHT, DARK)
        for name, value in asdict(theme).items()
    }
    return STYLE.substitute(colours)


def _footer(auction: Auction) -> str:
    where = ", ".join(
        f"{escape(name)} <code>{escape(address)}</code>"
        for name, address in auction.addresses.items()
    )
    sources = "\n".join(f"<p>{escape(source)}</p>" for source in auction.sources)
    return (
        f"<p>Played on {escape(auction.chain)} and checked against the exact reference model: {where}.</p>\n{sources}\n"
        "<p>The mechanism is that of “When Bidders Are DAOs”, on a grid of whole gwei; 1 ETH = 1,000,000,000 gwei.</p>"
    )
