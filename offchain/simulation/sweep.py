"""Runs the cells of a sweep: in this process, in several, or on a Dask cluster. The figures are the same on all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from itertools import product
from multiprocessing import get_context
from typing import Any

import numpy as np

from offchain.simulation.cells import Cell, blocks
from offchain.simulation.outcomes import COLUMNS, Columns, outcomes
from offchain.simulation.store import Store

Runner = Callable[[Sequence[Cell]], Iterable[tuple[Cell, Columns]]]
"""Computes cells and yields each when it is finished, in any order."""


class ClusterUnreachable(Exception):
    """The Dask scheduler does not answer."""


class WorkersLost(Exception):
    """Processes that computed were ended from outside, and no others are left to do it."""


def run_cell(cell: Cell) -> dict[str, Any]:
    """All columns of one cell. O(values · log members) time, memory for a block of them."""
    parts = [outcomes(draw, cell.reserve) for draw in blocks(cell)]
    return {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}


def run(
    cells: Sequence[Cell], runner: Runner, store: Store | None, done: Callable[[Cell, bool], None]
) -> dict[Cell, Columns]:
    """The columns of every cell, in the order given. Cells whose file is in the store are read, not run.

    `done` is called for each: the cell, and whether it was there already.
    """
    found: dict[Cell, Columns] = {}
    for cell in cells:
        kept = store.read(cell) if store else None
        if kept is not None:
            found[cell] = kept
            done(cell, True)
    missing = [cell for cell in dict.fromkeys(cells) if cell not in found]
    for cell, columns in runner(missing) if missing else ():
        if store:
            store.write(cell, columns)
        found[cell] = columns
        done(cell, False)
    return {cell: found[cell] for cell in cells}


def here(cells: Sequence[Cell]) -> Iterator[tuple[Cell, Columns]]:
    """One after the other, in this process."""
    for cell in cells:
        yield cell, run_cell(cell)


def processes(workers: int) -> Runner:
    """In so many processes of this machine."""

    def runner(cells: Sequence[Cell]) -> Iterator[tuple[Cell, Columns]]:
        # A fresh interpreter for each: a fork would copy the threads of progress bars in whatever state.
        context = get_context("spawn")
        with ProcessPoolExecutor(min(workers, len(cells)), mp_context=context) as pool:
            running = {pool.submit(run_cell, cell): cell for cell in cells}
            try:
                for future in as_completed(running):
                    yield running[future], future.result()
            except BrokenProcessPool as error:
                raise WorkersLost("a process was ended while it computed") from error

    return runner


def cluster(address: str, timeout: float = 10) -> Runner:
    """On the Dask cluster whose scheduler has this address. What a lost worker was doing is done again by others.

    Workers need this package at the same version. Raises ClusterUnreachable when run.
    """

    def runner(cells: Sequence[Cell]) -> Iterator[tuple[Cell, Columns]]:
        from distributed import Client, KilledWorker
        from distributed import as_completed as finished

        try:
            client = Client(address, timeout=timeout)  # type: ignore[no-untyped-call]
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterUnreachable(f"{address}: {error or 'no answer'}") from error
        with client:
            running = {
                client.submit(run_cell, cell, key=f"consort-{cell.key}", retries=3): cell
                for cell in cells
            }
            for future in finished(list(running)):  # type: ignore[no-untyped-call]
                try:
                    columns = future.result()
                except KilledWorker as error:
                    raise WorkersLost(f"workers were lost again and again: {error}") from error
                yield running[future], columns

    return runner


def grid(
    families: Sequence[str],
    groups: Sequence[int],
    members: Sequence[int],
    rivals: Sequence[int],
    correlations: Sequence[float],
    strengths: Sequence[int],
    reserve: int,
    auctions: int,
    seed: int,
    values: tuple[int, ...] = (),
) -> list[Cell]:
    """Every combination of the lists. `values` are those of the family `file`, and none of the others' business."""
    return [
        Cell(
            *combination,
            reserve=reserve,
            auctions=auctions,
            seed=seed,
            values=values if combination[0] == "file" else (),
        )
        for combination in product(families, groups, members, rivals, correlations, strengths)
    ]
