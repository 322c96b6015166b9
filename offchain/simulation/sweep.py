"""Runs the cells of a sweep: in this process, in several, or on a Dask cluster. The figures are the same on all."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from offchain.io.quoting import quote
from offchain.model.instances.rules import Increment
from offchain.simulation.cells import Cell, Mix, Piece, blocks, pieces
from offchain.simulation.outcomes import Columns, columns_of, outcomes
from offchain.simulation.store import Store

Runner = Callable[[Sequence[Piece]], Iterable[tuple[Piece, Columns]]]
"""Computes pieces and yields each when it is finished, in any order."""

Heard = Callable[[Cell, int, bool], None]
"""Hears of progress: so many auctions more of a cell are finished; whether its file was there already."""


_ADDRESS = re.compile(r"((tcp|tls|ucx|ws|wss)://)?(\[[0-9a-fA-F:]+\]|[^\s/:\[\]]+):[0-9]{1,5}/?")
"""What Dask accepts, less what it takes long to refuse."""


class BadAddress(Exception):
    """What should be a scheduler's address is none."""


class ClusterUnreachable(Exception):
    """The Dask scheduler does not answer, or has no workers."""


class WorkersLost(Exception):
    """What computed was ended from outside, and nothing is left to do it: processes, Dask workers, or their scheduler."""


def run_piece(piece: Piece) -> dict[str, Any]:
    """All columns of a piece. O(values · log members) time, memory for a block of values."""
    cell = piece.cell
    return _joined(cell, [outcomes(draw, cell.reserve, cell.increment) for draw in blocks(piece)])


def _joined(cell: Cell, parts: Sequence[Columns]) -> dict[str, Any]:
    return {name: np.concatenate([part[name] for part in parts]) for name in columns_of(cell)}


def run(
    cells: Sequence[Cell], runner: Runner, store: Store | None, heard: Heard
) -> dict[Cell, Columns]:
    """The columns of every cell, in the order given. Cells whose file is in the store are read, not run."""
    found: dict[Cell, Columns] = {}
    for cell in cells:
        kept = store.read(cell) if store else None
        if kept is not None:
            found[cell] = kept
            heard(cell, cell.auctions, True)
    wanted = {cell: pieces(cell) for cell in cells if cell not in found}
    parts: dict[Cell, dict[Piece, Columns]] = {cell: {} for cell in wanted}
    work = [piece for some in wanted.values() for piece in some]
    for piece, columns in runner(work) if work else ():
        cell = piece.cell
        parts[cell][piece] = columns
        if len(parts[cell]) == len(wanted[cell]):
            done = parts.pop(cell)
            found[cell] = _joined(cell, [done[one] for one in wanted[cell]])
            if store:
                store.write(cell, found[cell])
        heard(cell, piece.auctions, False)
    return {cell: found[cell] for cell in cells}


def here(work: Sequence[Piece]) -> Iterator[tuple[Piece, Columns]]:
    """One after the other, in this process."""
    for piece in work:
        yield piece, run_piece(piece)


def processes(workers: int) -> Runner:
    """In so many processes of this machine."""

    def runner(work: Sequence[Piece]) -> Iterator[tuple[Piece, Columns]]:
        # A fresh interpreter for each: a fork would copy the threads of progress bars in whatever state.
        context = get_context("spawn")
        with (
            TemporaryDirectory(prefix="consort-") as folder,
            ProcessPoolExecutor(min(workers, len(work)), mp_context=context) as pool,
        ):
            running = {
                pool.submit(_run_into, Path(folder, f"{number}.npy"), piece): piece
                for number, piece in enumerate(work)
            }
            try:
                for future in as_completed(list(running)):
                    piece = running.pop(future)
                    yield piece, _read(piece.cell, future.result())
            except BrokenProcessPool as error:
                raise WorkersLost("a process was ended while it computed") from error
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    return runner


def _run_into(path: Path, piece: Piece) -> Path:
    """Leaves the columns of a piece in a file and returns its path.

    Not the columns: the pool would wait for ever for the rest of what a process was ended in the midst of sending. A path is
    sent at once or not at all.
    """
    columns = run_piece(piece)
    np.save(path, np.stack([columns[name] for name in columns_of(piece.cell)]))
    return path


def _read(cell: Cell, path: Path) -> Columns:
    """The columns in a file of `_run_into`, which is removed."""
    columns = np.load(path)
    path.unlink()
    return dict(zip(columns_of(cell), columns, strict=True))


def cluster(address: str, timeout: float = 10) -> Runner:
    """On the Dask cluster whose scheduler has this address. What a lost worker was doing is done again by others.

    Workers need this package at the same version. `timeout`: seconds for the scheduler to answer, and for a first worker to be
    there. Raises BadAddress; when run, ClusterUnreachable and WorkersLost.
    """
    if not _ADDRESS.fullmatch(address):
        raise BadAddress(f"{quote(address)} is no scheduler's address like tcp://HOST:8786")

    def runner(work: Sequence[Piece]) -> Iterator[tuple[Piece, Columns]]:
        from distributed import Client, KilledWorker
        from distributed import as_completed as finished

        try:
            client = Client(address, timeout=timeout)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError) as error:
            raise ClusterUnreachable(f"{address}: {error or 'no answer'}") from error
        with client:
            try:
                client.wait_for_workers(1, timeout=timeout)
            except TimeoutError as error:
                raise ClusterUnreachable(f"{address}: the cluster has no workers") from error
            running = {
                client.submit(
                    run_piece, piece, key=f"consort-{piece.cell.key}-{piece.first}", retries=3
                ): piece
                for piece in work
            }
            for future in finished(list(running)):  # type: ignore[no-untyped-call]
                try:
                    columns = future.result()
                except KilledWorker as error:
                    raise WorkersLost(f"workers were lost again and again: {error}") from error
                except CancelledError as error:
                    raise WorkersLost(f"the scheduler was lost: {address}") from error
                yield running.pop(future), columns

    return runner


def grid(
    families: Sequence[str],
    mixes: Sequence[Mix],
    rivals: Sequence[int],
    correlations: Sequence[float],
    strengths: Sequence[int],
    reserve: int,
    auctions: int,
    seed: int,
    values: tuple[int, ...] = (),
    increment: Increment | None = None,
) -> list[Cell]:
    """Every combination of the lists. `values` are those of the family `file`, and none of the others' business."""
    return [
        Cell(
            *combination,
            reserve=reserve,
            auctions=auctions,
            seed=seed,
            values=values if combination[0] == "file" else (),
            increment=increment,
        )
        for combination in product(families, mixes, rivals, correlations, strengths)
    ]
