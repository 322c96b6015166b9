"""A report of an auction that draws lots: one page of HTML with a picture, tables and the story, and the instance as a file.

Unlike `Auction`, which knows one lot among groups in every detail, a `Show` comes with its tables made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from offchain.io.output import write_folder
from offchain.model.document import instance_text
from offchain.model.instances import Instance
from offchain.report import tables
from offchain.report.auction import Chapter, Check, Step
from offchain.report.figures import SIZE
from offchain.report.page import embedded, html_table, section, story_list, style_sheet
from offchain.report.tables import Row, Table
from offchain.report.template import FIGURE, PAGE
from offchain.report.theme import DARK, LIGHT, Theme

PAGE_FILE = "report.html"
_CSS_PIXELS_PER_INCH = 96


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, what it shows, and what a reader who cannot see it should know."""

    title: str
    caption: str
    alt: str
    draw: Callable[[Theme], Figure]


@dataclass(frozen=True, slots=True)
class Show:
    """One auction as it was played. key: the figures at the head of the page. instance: what was played, with what was drawn.

    seconds: from listing to the last check.
    """

    title: str
    lead: str
    chain: str
    key: tuple[tuple[str, str], ...]
    picture: Picture
    people: Table
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    story: tuple[Chapter, ...]
    addresses: Mapping[str, str]
    source: str
    instance: Instance
    seconds: float = 0.0


def gas(show: Show) -> Table:
    """Gas and time by scene."""
    rows = [
        Row((one.name, f"{one.transactions:,}", f"{one.gas:,}", f"{one.seconds:,.1f}"))
        for one in show.steps
    ]
    total = (
        "all",
        f"{sum(one.transactions for one in show.steps):,}",
        f"{sum(one.gas for one in show.steps):,}",
        f"{sum(one.seconds for one in show.steps):,.1f}",
    )
    return Table(
        title="Gas and time",
        headings=("scene", "transactions", "gas", "seconds"),
        rows=(*rows, Row(total, is_total=True)),
    )


def checks(show: Show) -> Table:
    """What was checked on the outcome."""
    return Table(
        title="Checks",
        headings=("check", "", "figures"),
        rows=tuple(
            Row((one.name, "holds" if one.holds else "FAILS", one.detail)) for one in show.checks
        ),
        texts=3,
    )


def as_text(show: Show) -> str:
    """The tables for a terminal."""
    return "\n".join(tables.as_text(one) for one in (show.people, gas(show), checks(show)))


def png(picture: Picture, theme: Theme) -> bytes:
    """The picture as a PNG file."""
    buffer = BytesIO()
    with rc_context({"font.family": "DejaVu Sans", "font.size": 11.5}):
        figure = picture.draw(theme)
        figure.savefig(
            buffer, format="png", facecolor=figure.get_facecolor(), metadata={"Software": None}
        )
    return buffer.getvalue()


def page(show: Show, light: bytes, dark: bytes) -> str:
    """The whole page; `light` and `dark` are the picture as PNG files."""
    width, height = (round(inches * _CSS_PIXELS_PER_INCH) for inches in SIZE)
    figure = FIGURE.substitute(
        light=embedded(light),
        dark=embedded(dark),
        alt=escape(show.picture.alt),
        caption=escape(show.picture.caption),
        width=width,
        height=height,
    )
    sections = (
        section(show.picture.title, figure),
        section(show.people.title, html_table(show.people)),
        section("How it went", story_list(show.story)),
        section("Gas and time", html_table(gas(show))),
        section("Checks", html_table(checks(show))),
    )
    return PAGE.substitute(
        title=escape(show.title),
        style=style_sheet(),
        lead=escape(show.lead),
        key="\n".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
            for name, value in show.key
        ),
        sections="\n".join(sections),
        footer=_footer(show),
    )


def write(show: Show, folder: Path) -> list[Path]:
    """Writes the page, its picture in light colours, and the instance as `consort solve` reads it.

    Makes `folder` if need be, and returns what was written, the page first. OutputFailed if that fails.
    """
    light, dark = png(show.picture, LIGHT), png(show.picture, DARK)
    files = {
        PAGE_FILE: page(show, light, dark).encode(),
        "picture.png": light,
        "instance.json": instance_text(show.instance).encode(),
    }
    return write_folder(folder, files)


def _footer(show: Show) -> str:
    where = ", ".join(
        f"{escape(name)} <code>{escape(address)}</code>" for name, address in show.addresses.items()
    )
    return (
        f"<p>Played on {escape(show.chain)} and checked against the exact reference model: {where}.</p>\n"
        f"<p>{escape(show.source)} Amounts are whole gwei; 1 ETH = 1,000,000,000 gwei.</p>"
    )
