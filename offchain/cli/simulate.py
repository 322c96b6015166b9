"""`consort simulate`: many auctions with drawn valuations, or the curve of one list of contributions."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from offchain.cli.exits import BadInput, put, say

if TYPE_CHECKING:
    from offchain.simulation.cells import Cell
    from offchain.simulation.outcomes import Columns

Number = TypeVar("Number", int, float)

_MOST_MEMBERS = 2**20
_MOST_GROUPS = 2**16
_MOST_AUCTIONS = 10**8
_MOST_SEED = 2**64 - 1
_MOST_WORKERS = 256


def command(
    family: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="Valuations: uniform, lognormal, pareto, equal-revenue, constitutiondao, harmonic, or file "
            "(with --values). Lists are separated by commas, here and below: every combination is simulated.",
        ),
    ] = "uniform,lognormal,pareto,equal-revenue,constitutiondao",
    groups: Annotated[str, typer.Option(metavar="LIST", help="Groups in an auction.")] = "2",
    members: Annotated[str, typer.Option(metavar="LIST", help="Members of each group.")] = "50",
    rivals: Annotated[
        str, typer.Option(metavar="LIST", help="Individuals who bid besides, before the groups.")
    ] = "1",
    strength: Annotated[
        str, typer.Option(metavar="LIST", help="What a rival's drawn value is multiplied by.")
    ] = "1",
    correlation: Annotated[
        str, typer.Option(metavar="LIST", help="Of values within a group, from 0 to 1.")
    ] = "0",
    reserve: Annotated[str, typer.Option(metavar="UNITS", help="The least price.")] = "1",
    auctions: Annotated[
        str, typer.Option(metavar="N", help="Auctions of each combination.")
    ] = "1000",
    seed: Annotated[
        str, typer.Option(metavar="N", help="The same seed draws the same values.")
    ] = "1",
    values: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Values for the family file: CSV, a whole number of units a line, or address,wei lines.",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Folder for raw data, pictures and a page. Finished combinations found there are not run again.",
        ),
    ] = None,
    data: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="Of the raw data: parquet or csv.")
    ] = "parquet",
    workers: Annotated[
        str, typer.Option(metavar="N", help="Processes to run on; 0 for one per core.")
    ] = "1",
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Run on the Dask cluster with this scheduler."),
    ] = None,
    contributions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="What would our DAO bid? CSV, one address,wei a line: nothing is drawn, and of the options only "
            "--out counts.",
        ),
    ] = None,
) -> None:
    """Simulate many auctions: the equal split against pay-your-bid aggregation and the optimum."""
    from offchain.simulation.store import FORMATS

    if data not in FORMATS:
        raise BadInput(f"--format: {data!r} is neither parquet nor csv")
    folder = None if out is None else _folder(out)
    if contributions is not None:
        _curve(contributions, folder)
        return
    processes = _number("--workers", workers, 0, _MOST_WORKERS)
    cells = _cells(
        family, groups, members, rivals, strength, correlation, reserve, auctions, seed, values
    )
    found = _run(cells, folder, data, processes, dask)
    _report(found, folder)


def _cells(
    family: str,
    groups: str,
    members: str,
    rivals: str,
    strength: str,
    correlation: str,
    reserve: str,
    auctions: str,
    seed: str,
    values: str | None,
) -> "list[Cell]":
    from offchain.simulation.families import FAMILIES, FILE, VALUE_LIMIT
    from offchain.simulation.sweep import grid

    families = _list("--family", family, lambda name: _one_of("--family", name, FAMILIES))
    if FILE in families and values is None:
        raise BadInput("--family: file needs --values FILE")
    if FILE not in families and values is not None:
        families = [FILE] if family == _default("family") else [*families, FILE]
    sizes = _numbers("--members", members, 1, _MOST_MEMBERS)
    cells = grid(
        families,
        _numbers("--groups", groups, 1, _MOST_GROUPS),
        sizes,
        _numbers("--rivals", rivals, 0, _MOST_GROUPS),
        _list("--correlation", correlation, _correlation),
        _numbers("--strength", strength, 1, 10**9),
        _number("--reserve", reserve, 1, VALUE_LIMIT),
        _number("--auctions", auctions, 1, _MOST_AUCTIONS),
        _number("--seed", seed, 0, _MOST_SEED),
        _values(values) if values else (),
    )
    for cell in cells:
        if cell.values and max(cell.values) > cell.value_limit:
            raise BadInput(
                f"--values: {values}: {max(cell.values)} is above {cell.value_limit}, the most with {cell.members} members"
            )
        if cell.groups * cell.members > 2**24:
            raise BadInput(
                f"--groups, --members: {cell.groups} x {cell.members} is more than {2**24} members in an auction"
            )
    return cells


def _default(name: str) -> str:
    import inspect

    return str(inspect.signature(command).parameters[name].default)


def _values(file: str) -> tuple[int, ...]:
    from offchain.simulation.listed import parse_values

    return parse_values(_content("--values", file), file)


def _content(option: str, file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise BadInput(f"{option}: {file}: cannot be read: {reason}") from error


def _curve(file: str, folder: Path | None) -> None:
    """The curve of a list of contributions, on standard output and as a report."""
    from textwrap import fill

    from offchain.demo.contributions import parse
    from offchain.report.tables import as_text
    from offchain.simulation import contributions as listed

    found = listed.curve([one.units for one in parse(_content("--contributions", file), file)])
    facts = "\n".join(f"{name:38}{value}" for name, value in listed.facts(found))
    why = fill(listed.explanation(found), 100)
    put(f"{facts}\n\n{why}\n\n{as_text(listed.prices(found))}")
    if folder is not None:
        from offchain.simulation.report import write_curve

        try:
            page, *others = write_curve(found, Path(file).name, folder)
        except OSError as error:
            raise BadInput(
                f"--out: {folder} cannot be written: {error.strerror or error}"
            ) from error
        say(f"Report: {page} (also {', '.join(path.name for path in others)})")


def _run(
    cells: "list[Cell]", folder: Path | None, data: str, workers: int, dask: str | None
) -> "dict[Cell, Columns]":
    import os

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from offchain.simulation import sweep
    from offchain.simulation.store import Store

    number = workers or os.cpu_count() or 1
    runner = sweep.cluster(dask) if dask else sweep.here if number == 1 else sweep.processes(number)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    kept = 0
    with bar:
        task = bar.add_task("Simulating", total=len(cells))

        def done(cell: "Cell", was_there: bool) -> None:
            nonlocal kept
            kept += was_there
            bar.advance(task)

        try:
            found = sweep.run(cells, runner, Store(folder, data) if folder else None, done)
        except sweep.ClusterUnreachable as error:
            raise BadInput(f"--dask: {error}") from error
        except sweep.WorkersLost as error:
            option = "--dask" if dask else "--workers"
            raise BadInput(f"{option}: {error}; finished combinations are kept") from error
        except OSError as error:
            raise BadInput(f"--out: {folder} cannot be written: {error}") from error
    if kept:
        say(f"{kept} of {len(cells)} combinations were there already")
    return found


def _report(found: "dict[Cell, Columns]", folder: Path | None) -> None:
    from offchain.report.tables import as_text
    from offchain.simulation.summary import summarize, table

    figures = {cell: summarize(cell, columns) for cell, columns in found.items()}
    cell = next(iter(figures))
    title = f"{cell.auctions:,} auctions of each combination, seed {cell.seed}"
    put(as_text(table(figures, title)))
    if folder is not None:
        from offchain.simulation.report import write

        try:
            page, *others = write(figures, title, folder)
        except OSError as error:
            raise BadInput(
                f"--out: {folder} cannot be written: {error.strerror or error}"
            ) from error
        say(f"Report: {page} (also {', '.join(path.name for path in others)}, auctions/)")


def _folder(out: str) -> Path:
    """Raise BadInput if the report can clearly not go there, before any work is done for it."""
    folder = Path(out)
    taken = next((one for one in (folder, *folder.parents) if one.exists()), None)
    if taken is not None and not taken.is_dir():
        raise BadInput(f"--out: {taken} is not a directory")
    return folder


Entry = TypeVar("Entry")


def _list(option: str, text: str, read: Callable[[str], Entry]) -> list[Entry]:
    """The entries of a list with commas, each once."""
    return list(dict.fromkeys(read(part.strip()) for part in text.split(",")))


def _numbers(option: str, text: str, least: int, most: int) -> list[int]:
    return _list(option, text, lambda part: _number(option, part, least, most))


def _number(option: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise BadInput(f"{option}: {text!r} is not a whole number from {least} to {most}")
    if not least <= int(text) <= most:
        raise BadInput(f"{option}: {text} is not from {least} to {most}")
    return int(text)


def _correlation(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 <= found <= 1:
        raise BadInput(f"--correlation: {text!r} is not from 0 to 1")
    return found


def _one_of(option: str, text: str, names: tuple[str, ...]) -> str:
    if text not in names:
        raise BadInput(f"{option}: {text!r} is none of {', '.join(names)}")
    return text
