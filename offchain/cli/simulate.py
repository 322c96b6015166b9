"""`consort simulate`: many auctions with drawn valuations; `curves.py` does what it does with a list of contributions."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.curve import house_of
from offchain.cli.exits import BackEndFailed, BadInput, CheckFailed, put, say
from offchain.cli.files import read_list, report_folder, told_of_out, write_report
from offchain.cli.numbers import entries, number, numbers, one_of, part_of_one, step, units
from offchain.cli.width import columns
from offchain.io.quoting import quote

if TYPE_CHECKING:
    from rich.progress import Progress

    from offchain.simulation.cells import Cell, Mix
    from offchain.simulation.outcomes import Columns

_FAMILY = "uniform,lognormal,pareto,equal-revenue,constitutiondao"
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
    ] = _FAMILY,
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
    increment: Annotated[
        str | None,
        typer.Option(
            metavar="STEP",
            help="Also sell each item by an ascending auction, from the reserve on, where a bid is at least so much above "
            "the one before: units (with --contributions ETH), or a part of it like 1/20.",
        ),
    ] = None,
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
            "--price, --rival, --increment, --start, --out and --format count.",
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
    rival: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ETH",
            help="With --contributions: the DAO bids at an ascending auction against one individual, who bids up to this; "
            "may be repeated, for one auction each. --increment is 1/20 unless it is given.",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(metavar="ETH", help="With --rival: the least first bid. Default: 1."),
    ] = None,
) -> None:
    """Simulate many auctions: the equal split against pay-your-bid aggregation and the optimum."""
    from offchain.simulation.store import FORMATS

    if data not in FORMATS:
        raise BadInput(f"--format: {quote(data)} is neither parquet nor csv")
    folder = None if out is None else report_folder(out)
    if contributions is not None:
        from offchain.cli.curves import show

        prices = [units("--price", text) for text in price or ()]
        house = house_of(
            rival, increment, start, "with --contributions only where there is a --rival"
        )
        show("--contributions", contributions, prices, folder, data, house)
        return
    for option, given in (("--price", price), ("--rival", rival), ("--start", start)):
        if given not in (None, []):  # an empty text was given, too
            raise BadInput(f"{option}: only with --contributions")
    processes = number("--workers", workers, 0, _MOST_WORKERS)
    compared = None if compare is None else number("--compare", compare, 1, _MOST_AUCTIONS)
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
        increment,
    )
    found = _run(cells, folder, data, processes, dask)
    _report(found, folder)
    if compared is not None:
        _compare(cells, compared)


def _mixes(groups: str, members: str, mix: str | None) -> "list[Mix]":
    """The groups of an auction, for every combination."""
    if mix is None:
        counts = numbers("--groups", groups, 1, _MOST_GROUPS)
        sizes = numbers("--members", members, 1, _MOST_MEMBERS)
        found: list[Mix] = [((count, size),) for count in counts for size in sizes]
    elif (groups, members) != (_GROUPS, _MEMBERS):
        raise BadInput("--mix: stands in place of --groups and --members, give one or the other")
    else:
        found = entries(mix, _mix)
    for one in found:
        people = sum(count * size for count, size in one)
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
        (number("--mix", run[1], 1, _MOST_GROUPS), number("--mix", run[2], 1, _MOST_MEMBERS))
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
    increment: str | None,
) -> "list[Cell]":
    from offchain.simulation.families import FAMILIES, FILE, VALUE_LIMIT
    from offchain.simulation.sweep import grid

    families = entries(family, lambda name: one_of("--family", name, FAMILIES))
    if FILE in families and values is None:
        raise BadInput("--family: file needs --values FILE")
    if FILE not in families and values is not None:
        families = [FILE] if family == _FAMILY else [*families, FILE]
    cells = grid(
        families,
        mixes,
        numbers("--rivals", rivals, 0, _MOST_GROUPS),
        entries(correlation, lambda text: part_of_one("--correlation", text)),
        numbers("--strength", strength, 1, 10**9),
        number("--reserve", reserve, 1, VALUE_LIMIT),
        number("--auctions", auctions, 1, _MOST_AUCTIONS),
        number("--seed", seed, 0, _MOST_SEED),
        () if values is None else _values(values),
        None if increment is None else step("--increment", increment),
    )
    for cell in cells:
        if cell.values and max(cell.values) > cell.value_limit:
            raise BadInput(
                f"--values: {values}: {max(cell.values)} is above {cell.value_limit}, the most with {cell.largest} members"
            )
    return cells


def _values(file: str) -> tuple[int, ...]:
    from offchain.simulation.values import parse_values

    return parse_values(read_list("--values", file), file)


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
    from offchain.simulation import sweep
    from offchain.simulation.store import Store

    workers = workers or os.cpu_count() or 1
    runner = sweep.here if workers == 1 else sweep.processes(workers)
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
    put("\n" + as_text(table(found), columns()))


def _report(found: "dict[Cell, Columns]", folder: Path | None) -> None:
    from offchain.report.tables import as_text
    from offchain.simulation.summary import summarize, table

    figures = {cell: summarize(cell, columns) for cell, columns in found.items()}
    cell = next(iter(figures))
    title = f"{cell.auctions:,} auctions of each combination, seed {cell.seed}"
    put(as_text(table(figures, title), columns()))
    if folder is not None:
        from offchain.simulation.report import write_sweep

        write_report(lambda: write_sweep(figures, title, folder), "auctions/")
