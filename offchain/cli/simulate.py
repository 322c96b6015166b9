"""`consort simulate`: many auctions with drawn valuations, or the curve of one list of contributions."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from offchain.cli.amounts import units
from offchain.cli.exits import BackEndFailed, BadInput, CheckFailed, put, say
from offchain.cli.files import read_list, report_folder, told_of_out
from offchain.io.quoting import quote, shorten

if TYPE_CHECKING:
    from rich.progress import Progress

    from offchain.simulation.cells import Cell, Mix
    from offchain.simulation.outcomes import Columns

Number = TypeVar("Number", int, float)

_GROUPS, _MEMBERS = "2", "50"
_MOST_MEMBERS = 2**20
_MOST_GROUPS = 2**16
_MOST_PEOPLE = 2**24
"""Members of all groups of an auction together."""
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
    groups: Annotated[str, typer.Option(metavar="LIST", help="Groups in an auction.")] = _GROUPS,
    members: Annotated[str, typer.Option(metavar="LIST", help="Members of each group.")] = _MEMBERS,
    mix: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Groups of several sizes in one auction, in place of --groups and --members: 5x20+1x100 is five "
            "groups of 20 and one of 100.",
        ),
    ] = None,
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
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Also play the first N auctions of each combination with the plain reference: hold all figures equal, "
            "and say how many times as fast the simulation is.",
        ),
    ] = None,
    contributions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="What would our DAO bid? CSV, one address,wei a line: nothing is drawn, and of the options only "
            "--price, --out and --format count.",
        ),
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ETH",
            help="With --contributions: list who is served at this price; may be repeated. Default: what the DAO would "
            "bid.",
        ),
    ] = None,
) -> None:
    """Simulate many auctions: the equal split against pay-your-bid aggregation and the optimum."""
    from offchain.simulation.store import FORMATS

    if data not in FORMATS:
        raise BadInput(f"--format: {quote(data)} is neither parquet nor csv")
    folder = None if out is None else report_folder(out)
    if contributions is not None:
        _curve(contributions, [units("--price", text) for text in price or ()], folder, data)
        return
    if price:
        raise BadInput("--price: only with --contributions")
    processes = _number("--workers", workers, 0, _MOST_WORKERS)
    compared = None if compare is None else _number("--compare", compare, 1, _MOST_AUCTIONS)
    cells = _cells(
        family,
        _mixes(groups, members, mix),
        rivals,
        strength,
        correlation,
        reserve,
        auctions,
        seed,
        values,
    )
    found = _run(cells, folder, data, processes, dask)
    _report(found, folder)
    if compared is not None:
        _compare(cells, compared)


def _mixes(groups: str, members: str, mix: str | None) -> "list[Mix]":
    """The groups of an auction, for every combination."""
    if mix is None:
        counts = _numbers("--groups", groups, 1, _MOST_GROUPS)
        sizes = _numbers("--members", members, 1, _MOST_MEMBERS)
        found: list[Mix] = [((number, size),) for number in counts for size in sizes]
    elif (groups, members) != (_GROUPS, _MEMBERS):
        raise BadInput("--mix: stands in place of --groups and --members, give one or the other")
    else:
        found = _list("--mix", mix, _mix)
    for one in found:
        people = sum(number * size for number, size in one)
        if people > _MOST_PEOPLE:
            from offchain.simulation.cells import mix_text

            option = "--groups, --members" if mix is None else "--mix"
            raise BadInput(
                f"{option}: {mix_text(one)} is more than {_MOST_PEOPLE} members in an auction"
            )
    return found


def _mix(text: str) -> "Mix":
    """What `mix_text` writes."""
    runs = [re.fullmatch("([0-9]+)x([0-9]+)", part.strip()) for part in text.split("+")]
    if not all(runs):
        raise BadInput(f"--mix: {quote(text)} is not groups x members, like 5x20+1x100")
    return tuple(
        (
            _number("--mix", run[1], 1, _MOST_GROUPS),
            _number("--mix", run[2], 1, _MOST_MEMBERS),
        )
        for run in runs
        if run is not None
    )


def _cells(
    family: str,
    mixes: "list[Mix]",
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
    cells = grid(
        families,
        mixes,
        _numbers("--rivals", rivals, 0, _MOST_GROUPS),
        _list("--correlation", correlation, _correlation),
        _numbers("--strength", strength, 1, 10**9),
        _number("--reserve", reserve, 1, VALUE_LIMIT),
        _number("--auctions", auctions, 1, _MOST_AUCTIONS),
        _number("--seed", seed, 0, _MOST_SEED),
        () if values is None else _values(values),
    )
    for cell in cells:
        if cell.values and max(cell.values) > cell.value_limit:
            raise BadInput(
                f"--values: {values}: {max(cell.values)} is above {cell.value_limit}, the most with {cell.largest} members"
            )
    return cells


def _default(name: str) -> str:
    import inspect

    return str(inspect.signature(command).parameters[name].default)


def _values(file: str) -> tuple[int, ...]:
    from offchain.simulation.listed import parse_values

    return parse_values(read_list("--values", file), file)


def _curve(file: str, prices: list[int], folder: Path | None, data: str) -> None:
    """The curve of a list of contributions and who is served, on standard output and as a report."""
    from textwrap import fill

    from offchain.model.instances.contributions import parse
    from offchain.report.curve import curve
    from offchain.report.tables import as_text
    from offchain.simulation import contributions as listed

    gifts = parse(read_list("--contributions", file), file)
    found = curve([one.units for one in gifts])
    lists = [
        listed.served(gifts, price) for price in dict.fromkeys(prices or [found.willingness_to_pay])
    ]
    facts = "\n".join(f"{name:38}{value}" for name, value in listed.facts(found))
    why = fill(listed.explanation(found), 100)
    tables = [listed.prices(found), *(listed.members(one, listed.SHOWN) for one in lists)]
    put(f"{facts}\n\n{why}\n\n" + "\n".join(map(as_text, tables)))
    if folder is not None:
        from offchain.simulation.report import write_curve

        with told_of_out():
            page, *others = write_curve(found, lists, Path(file).name, folder, data)
        say(f"Report: {page} (also {', '.join(path.name for path in others)})")


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("auctions"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _run(
    cells: "list[Cell]", folder: Path | None, data: str, workers: int, dask: str | None
) -> "dict[Cell, Columns]":
    import os

    from offchain.simulation import sweep
    from offchain.simulation.store import Store

    number = workers or os.cpu_count() or 1
    runner = sweep.here if number == 1 else sweep.processes(number)
    if dask is not None:
        try:
            runner = sweep.cluster(dask)
        except sweep.BadAddress as error:
            raise BadInput(f"--dask: {error}") from error
    kept = 0
    with _bar() as bar:
        task = bar.add_task("Simulating", total=sum(cell.auctions for cell in cells))

        def heard(cell: "Cell", auctions: int, was_there: bool) -> None:
            nonlocal kept
            kept += was_there
            bar.advance(task, auctions)

        try:
            with told_of_out():
                found = sweep.run(cells, runner, Store(folder, data) if folder else None, heard)
        except sweep.ClusterUnreachable as error:
            raise BackEndFailed(f"--dask: {error}") from error
        except sweep.WorkersLost as error:
            option = "--dask" if dask is not None else "--workers"
            rest = f"; what is finished is in {folder}" if folder else ""
            raise BackEndFailed(f"{option}: {error}{rest}") from error
    if kept:
        say(f"{kept} of {len(cells)} combinations were there already")
    return found


def _compare(cells: "list[Cell]", auctions: int) -> None:
    """The simulation and the plain reference on the same auctions, as a table."""
    from offchain.report.tables import as_text
    from offchain.simulation.compare import Differs, Race, races, table

    found: list[Race] = []
    with _bar() as bar:
        total = sum(min(auctions, cell.auctions) for cell in cells)
        task = bar.add_task("Comparing", total=total)
        for cell in cells:
            try:
                found += races(cell, auctions, lambda: bar.advance(task))
            except Differs as error:
                raise CheckFailed(f"--compare: {error}") from error
    put("\n" + as_text(table(found)))


def _report(found: "dict[Cell, Columns]", folder: Path | None) -> None:
    from offchain.report.tables import as_text
    from offchain.simulation.summary import summarize, table

    figures = {cell: summarize(cell, columns) for cell, columns in found.items()}
    cell = next(iter(figures))
    title = f"{cell.auctions:,} auctions of each combination, seed {cell.seed}"
    put(as_text(table(figures, title)))
    if folder is not None:
        from offchain.simulation.report import write_sweep

        with told_of_out():
            page, *others = write_sweep(figures, title, folder)
        say(f"Report: {page} (also {', '.join(path.name for path in others)}, auctions/)")


Entry = TypeVar("Entry")


def _list(option: str, text: str, read: Callable[[str], Entry]) -> list[Entry]:
    """The entries of a list with commas, each once."""
    return list(dict.fromkeys(read(part.strip()) for part in text.split(",")))


def _numbers(option: str, text: str, least: int, most: int) -> list[int]:
    return _list(option, text, lambda part: _number(option, part, least, most))


def _number(option: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise BadInput(f"{option}: {quote(text)} is not a whole number from {least} to {most}")
    if not least <= int(text) <= most:
        raise BadInput(f"{option}: {shorten(text)} is not from {least} to {most}")
    return int(text)


def _correlation(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 <= found <= 1:
        raise BadInput(f"--correlation: {quote(text)} is not from 0 to 1")
    return found


def _one_of(option: str, text: str, names: tuple[str, ...]) -> str:
    if text not in names:
        raise BadInput(f"{option}: {quote(text)} is none of {', '.join(names)}")
    return text
