"""`consort theory`: every theorem behind the mechanisms, measured now."""

import json
from collections.abc import Iterator, Sequence
from io import StringIO
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any

import typer

from offchain.cli.exits import CHECK_FAILED, BadInput, put
from offchain.cli.width import columns
from offchain.io.quoting import quote

if TYPE_CHECKING:
    from offchain.model.theory import Claim, Row

_WITHOUT_TERMINAL = 80
_SIDE_BY_SIDE = 120
"""Columns from which on claims and figures stand beside each other."""


def command(
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only the rows with this in their name; may be given several times.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Search wider where there is more to search: many minutes."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="A list of rows as JSON instead of the table.")
    ] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Tables in Markdown, as docs/theory.md has them.")
    ] = False,
) -> None:
    """Measure every theorem behind the mechanisms: one row each with its claim, the figures, and whether it holds.

    All figures are exact. Each row is also a file in examples/. The exit code is 1 if some row does
    not hold; so is a row whose measurement fails, which has the error for its figures.
    """
    from offchain.model.theory import CLAIMS
    from offchain.model.theory.page import in_markdown

    if as_json and as_markdown:
        raise BadInput("--json and --markdown exclude each other")
    claims = _chosen(CLAIMS, only or ())
    rows = list(measured([claim.widened() for claim in claims] if everything else claims))
    if as_json:
        put(json.dumps([row.to_json() for row in rows], indent=2, ensure_ascii=False) + "\n")
    elif as_markdown:
        put(in_markdown(rows) + "\n")
    else:
        put(table(rows, columns() or _WITHOUT_TERMINAL))
    if not all(row.holds for row in rows):
        raise typer.Exit(CHECK_FAILED)


def _chosen(claims: "Sequence[Claim[Any]]", parts: Sequence[str]) -> "list[Claim[Any]]":
    """The claims with one of the parts in their name; all of them if there are no parts."""
    for part in parts:
        if not any(part in claim.name for claim in claims):
            names = ", ".join(claim.name for claim in claims)
            raise BadInput(f"--only: {quote(part)} is in no row's name (known: {names})")
    return [claim for claim in claims if not parts or any(part in claim.name for part in parts)]


def measured(claims: "Sequence[Claim[Any]]") -> "Iterator[Row]":
    """The rows, with progress on standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=len(claims))
        for claim in claims:
            bar.update(task, description=claim.name)
            yield claim.attempt()
            bar.advance(task)


def table(rows: "Sequence[Row]", width: int) -> str:
    """The rows as a table, and below it how many hold. On narrow pages everything of a row stands below its name."""
    told = _grid(rows, width) if width >= _SIDE_BY_SIDE else _list(rows, width)
    held = sum(row.holds for row in rows)
    amended = sum(row.holds and bool(row.amended) for row in rows)
    return f"{told}{held} of {len(rows)} hold, {amended} of them as amended\n"


def _list(rows: "Sequence[Row]", width: int) -> str:
    def paragraph(text: str) -> str:
        return fill(text, width, initial_indent="  ", subsequent_indent="    ")

    written = []
    for row in rows:
        verdict = f"holds: {_verdict(row)}"
        written += [
            f"{row.name}{verdict.rjust(width - len(row.name))}",
            paragraph(f"{row.source}: {row.statement}"),
            paragraph(f"Status: {row.standing}"),
            paragraph(f"Measured: {row.measured}"),
            *([paragraph(f"Amended: {row.amended}")] if row.amended else []),
            "",
        ]
    return "".join(f"{line}\n" for line in written)


def _grid(rows: "Sequence[Row]", width: int) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    text = StringIO()
    console = Console(file=text, width=width, color_system=None)
    grid = Table(box=box.HORIZONTALS, show_lines=True)
    grid.add_column("row", no_wrap=True)
    grid.add_column("claim", ratio=2)
    grid.add_column("measured", ratio=3)
    grid.add_column("holds", no_wrap=True)
    for row in rows:
        grid.add_row(
            row.name,
            Text(f"{row.source}:\n{row.statement}\nStatus: {row.standing}"),
            Text(row.measured + (f"\nAmended: {row.amended}" if row.amended else "")),
            _verdict(row),
        )
    console.print(grid)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _verdict(row: "Row") -> str:
    if not row.holds:
        return "NO"
    return "amended" if row.amended else "yes"
