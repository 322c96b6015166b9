"""One page of HTML with everything in it, from plain data: no scripts, no fonts, no links that load anything."""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from offchain.io.output import write_folder
from offchain.report.drawing import PIXELS, Picture, png
from offchain.report.tables import Table
from offchain.report.theme import DARK, LIGHT, Theme

_TEMPLATE: Final = "page.html.jinja"
_VERDICTS: Final = {"holds": "holds", "FAILS": "fails"}
"""Cells with a style of their own."""

Draw = Callable[[Picture, Theme], bytes]
"""Makes a PNG file of a picture."""


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


Part = Picture | Table | Story | str
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


def render(page: Page, draw: Draw = png) -> str:
    """The page as HTML. Whatever it says is text: names cannot break it."""
    return (
        _environment(draw)
        .get_template(_TEMPLATE)
        .render(page=page, light=LIGHT, dark=DARK, size=PIXELS, verdicts=_VERDICTS)
    )


def write(page: Page, folder: Path, name: str, files: Mapping[str, bytes]) -> list[Path]:
    """Writes the page under `name`, its pictures in light colours, and `files`.

    Makes `folder` if need be, and returns what was written, the page first. OutputFailed if that fails.
    """
    draw = cache(png)
    drawn = {f"{picture.name}.png": draw(picture, LIGHT) for picture in page.pictures}
    return write_folder(folder, {name: render(page, draw).encode(), **drawn, **files})


def _environment(draw: Draw) -> Environment:
    environment = Environment(
        loader=PackageLoader("offchain.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["embedded"] = lambda picture, theme: _embedded(draw(picture, theme))
    for kind in (Picture, Table, Story):
        environment.tests[kind.__name__.lower()] = lambda part, kind=kind: isinstance(part, kind)
    return environment


def _embedded(file: bytes) -> str:
    """A PNG file as an address that holds all of it."""
    return f"data:image/png;base64,{base64.b64encode(file).decode('ascii')}"
