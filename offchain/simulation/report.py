"""Writes what a simulation found into a folder: a page, pictures, and tables as CSV."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure

from offchain.io.output import write_folder
from offchain.report.page import embedded, html_table, section, style_sheet
from offchain.report.template import FIGURE, PAGE
from offchain.report.theme import DARK, LIGHT, Theme
from offchain.simulation import contributions, pictures
from offchain.simulation.cells import Cell, mix_text
from offchain.simulation.contributions import Curve, Served
from offchain.simulation.summary import Figures, table

_CSS_PIXELS_PER_INCH = 96
_SUMS = ("auctions", "sold", "optimum", "welfare", "revenue", "served", "members")


def write(found: Mapping[Cell, tuple[Figures, ...]], title: str, folder: Path) -> list[Path]:
    """The page, two pictures and the sums of a sweep. Returns what was written, the page first. OutputFailed if that fails."""
    rows = list(found.items())
    drawn = {
        "welfare": pictures.bars(
            rows, "Welfare", pictures.WELFARE, lambda figures: figures.welfare_share
        ),
        "revenue": pictures.bars(
            rows, "Revenue", pictures.REVENUE, lambda figures: figures.revenue_share
        ),
    }
    first = rows[0][0]
    body = [
        section(
            "Welfare",
            _picture(
                drawn["welfare"],
                "Welfare over the optimum, by combination; with a second price it is that of pay-your-bid",
            ),
        ),
        section("Revenue", _picture(drawn["revenue"], "Revenue over the optimum, by combination")),
        section("All figures", html_table(table(dict(found), title))),
    ]
    if len(rows) > pictures.MOST_CELLS:
        body.append(
            f"<p>The pictures show the first {pictures.MOST_CELLS} of {len(rows)} combinations.</p>"
        )
    page = _page(
        "Many auctions",
        "The equal split against groups that bid the sum of what their members offer: with the truth, with members who answer "
        "each other in turn until nobody gains by another bid, and with members who all answer the truth at once. Such a group "
        "pays its own sum (pay-your-bid) or the second price, in proportion to its members' bids.",
        [
            ("combinations", f"{len(rows):,}"),
            ("auctions of each", f"{first.auctions:,}"),
            ("seed", f"{first.seed}"),
        ],
        body,
    )
    files = {
        "simulation.html": page.encode(),
        **{f"{name}.png": pictures.png(draw, LIGHT) for name, draw in drawn.items()},
        "summary.csv": _summary(rows).encode(),
    }
    return write_folder(folder, files)


def write_curve(
    found: Curve, lists: Sequence[Served], name: str, folder: Path, kind: str
) -> list[Path]:
    """The page, the picture and the raw curve of one list of contributions, and who is served at the prices of `lists`, all of
    them, as `kind` (parquet or csv). OutputFailed if that fails.
    """
    draw = pictures.curve(found)
    page = _page(
        "What would our DAO bid?",
        contributions.explanation(found),
        contributions.facts(found),
        [
            section("What the group can pay", _picture(draw, "i times the i-th highest over i")),
            section("At every price", html_table(contributions.prices(found))),
            *(_members(one) for one in lists),
            f"<p>Contributions as listed in {escape(name)}, in whole gwei.</p>",
        ],
    )
    files = {
        "contributions.html": page.encode(),
        "curve.png": pictures.png(draw, LIGHT),
        "curve.csv": contributions.raw_curve(found).encode(),
        "prices.csv": contributions.raw(found).encode(),
        f"served.{kind}": (_parquet if kind == "parquet" else _csv)(lists),
    }
    return write_folder(folder, files)


def _members(served: Served) -> str:
    """A section with everybody who is served at a price, folded in if that is long."""
    table = contributions.members(served)
    body = html_table(table)
    if len(table.rows) > contributions.SHOWN:
        body = f"<details><summary>All {len(table.rows):,} addresses</summary>\n{body}</details>"
    return section(table.title, body)


def _csv(lists: Sequence[Served]) -> bytes:
    rows = [contributions.SERVED_COLUMNS, *contributions.raw_served(lists)]
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def _parquet(lists: Sequence[Served]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # A bid fits 64 bits; a price, which may be the willingness to pay of many, need not.
    kinds = (pa.decimal128(38), pa.string(), pa.uint64(), pa.uint64(), pa.uint64())
    rows = contributions.raw_served(lists)
    columns = {
        name: pa.array([row[place] for row in rows], kind)
        for place, (name, kind) in enumerate(zip(contributions.SERVED_COLUMNS, kinds, strict=True))
    }
    buffer = BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def _page(title: str, lead: str, key: Sequence[tuple[str, str]], body: Sequence[str]) -> str:
    return PAGE.substitute(
        title=escape(title),
        style=style_sheet(),
        lead=escape(lead),
        key="\n".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in key
        ),
        sections="\n".join(body),
        footer="<p>The mechanism is that of “When Bidders Are DAOs”, on a grid of whole units.</p>",
    )


def _picture(draw: Callable[[Theme], Figure], caption: str) -> str:
    width, height = (round(inches * _CSS_PIXELS_PER_INCH) for inches in pictures.SIZE)
    return FIGURE.substitute(
        light=embedded(pictures.png(draw, LIGHT)),
        dark=embedded(pictures.png(draw, DARK)),
        alt=escape(caption),
        caption=escape(caption),
        width=width,
        height=height,
    )


def _summary(rows: Sequence[tuple[Cell, tuple[Figures, ...]]]) -> str:
    """The exact sums as CSV, a line for each combination and way to sell; `key` names the file with the auctions."""
    lines = [
        "key,family,groups,rivals,strength,correlation,reserve,seed,way,"
        + ",".join(_SUMS)
        + ",worst_optimum_over_welfare,largest_gain"
    ]
    for cell, ways in rows:
        for figures in ways:
            setting = (
                cell.key,
                cell.family,
                mix_text(cell.mix),
                cell.rivals,
                cell.strength,
                cell.correlation,
                cell.reserve,
                cell.seed,
                figures.way,
            )
            sums = [getattr(figures, name) for name in _SUMS]
            gain = "" if figures.gain is None else figures.gain
            lines.append(",".join(map(str, (*setting, *sums, figures.worst, gain))))
    return "\n".join(lines) + "\n"
