"""One page of HTML with everything in it, from plain data: no fonts, no links that load anything, and one script, its own."""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from offchain.io.output import write_folder
from offchain.report.drawing import Picture, png
from offchain.report.people import ALL_ROWS, SHOWN, People
from offchain.report.tables import Table
from offchain.report.theme import DARK, LIGHT
from offchain.report.vector import svg

_TEMPLATE: Final = "page.html.jinja"
_SCRIPT: Final = "people.js"
_VERDICTS: Final = {"holds": "holds", "FAILS": "fails"}
"""Cells with a style of their own."""

Draw = Callable[[Picture, bool], str]
"""Makes an SVG element of a picture, for a narrow page or not."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A step of an auction in words: what it is for, and what came of it."""

    title: str
    purpose: str
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """Chapters in their order, for a numbered list."""

    chapters: tuple[Chapter, ...]


Part = Picture | People | Table | Story | str
"""What a section consists of; text is a paragraph."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under a heading."""

    title: str
    parts: tuple[Part, ...]


def tabled(*tables: Table) -> tuple[Section, ...]:
    """A section for each table, under its title."""
    return tuple(Section(table.title, (table,)) for table in tables)


@dataclass(frozen=True, slots=True)
class Page:
    """A page. lead: what it comes to, in two or three sentences. key: the figures at its head, named, with their units.

    footer: a paragraph each. chain, addresses: where what it tells of was played, if it was, and the contracts by what they are.
    """

    title: str
    lead: str
    key: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    chain: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)

    @property
    def pictures(self) -> Iterator[Picture]:
        """All pictures on it, in their order."""
        for section in self.sections:
            yield from (part for part in section.parts if isinstance(part, Picture))


def render(page: Page, draw: Draw = svg) -> str:
    """The page as HTML. Whatever it says is text: names cannot break it, and no script runs in it but its own."""
    environment = _environment(draw)
    loader = environment.loader
    assert loader is not None
    script, _, _ = loader.get_source(environment, _SCRIPT)
    digest = base64.b64encode(sha256(script.encode()).digest()).decode("ascii")
    written = environment.get_template(_TEMPLATE).render(
        page=page,
        light=LIGHT,
        dark=DARK,
        verdicts=_VERDICTS,
        all_rows=ALL_ROWS,
        shown_rows=SHOWN,
        script=script,
        script_source=f"'sha256-{digest}'",
    )
    return written.lstrip()


def write(page: Page, folder: Path, name: str, files: Mapping[str, bytes]) -> list[Path]:
    """Writes the page under `name`, its pictures in light colours as PNG, and `files`.

    Makes `folder` if need be, and returns what was written, the page first. OutputFailed if that fails.
    """
    drawn = {f"{picture.name}.png": png(picture, LIGHT) for picture in page.pictures}
    return write_folder(folder, {name: render(page).encode(), **drawn, **files})


def _environment(draw: Draw) -> Environment:
    environment = Environment(
        loader=PackageLoader("offchain.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["drawn"] = draw
    for kind in (Picture, People, Table, Story):
        environment.tests[kind.__name__.lower()] = lambda part, kind=kind: isinstance(part, kind)
    return environment
