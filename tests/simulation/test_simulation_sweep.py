"""Sweeps: resuming, several processes, and a Dask cluster that loses a worker."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from offchain.simulation import sweep
from offchain.simulation.cells import Cell, Piece, pieces
from offchain.simulation.outcomes import COLUMNS, Columns
from offchain.simulation.store import Store
from tests.patience import PATIENCE, until


def cells(auctions: int = 50, members: int = 10) -> list[Cell]:
    """Six combinations."""
    return sweep.grid(
        ["uniform", "pareto", "equal-revenue"],
        [((1, members),), ((1, members), (2, members // 2))],
        [1],
        [0.0],
        [1],
        1,
        auctions,
        3,
    )


def same(one: Columns, other: Columns) -> bool:
    """Whether all columns are equal."""
    return all(np.array_equal(one[name], other[name]) for name in COLUMNS)


def ignore(cell: Cell, auctions: int, was_there: bool) -> None:
    """No progress."""


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_finished_cells_are_not_run_again(tmp_path: Path, kind: str) -> None:
    store, wanted = Store(tmp_path, kind), cells()
    first = sweep.run(wanted[:4], sweep.here, store, ignore)
    run: list[Cell] = []

    def counting(missing: Sequence[Piece]) -> Iterable[tuple[Piece, Columns]]:
        run.extend(piece.cell for piece in missing)
        return sweep.here(missing)

    kept: list[bool] = []
    found = sweep.run(wanted, counting, store, lambda *heard: kept.append(heard[2]))
    assert run == wanted[4:]
    assert kept == [True] * 4 + [False] * 2
    assert list(found) == wanted
    assert all(same(found[cell], first[cell]) for cell in wanted[:4])
    assert all(found[cell]["optimum"].dtype == np.int64 for cell in wanted)
    assert {path.name[0] for path in (tmp_path / "auctions").iterdir()} <= {"u", "p", "e"}


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_damaged_file_is_run_again(tmp_path: Path, kind: str) -> None:
    store, wanted = Store(tmp_path, kind), cells()[:1]
    first = sweep.run(wanted, sweep.here, store, ignore)
    path = store.path(wanted[0])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert store.read(wanted[0]) is None
    path.write_bytes(b"junk\n")
    assert same(sweep.run(wanted, sweep.here, store, ignore)[wanted[0]], first[wanted[0]])


def test_processes_find_the_same(tmp_path: Path) -> None:
    wanted = cells()
    alone = sweep.run(wanted, sweep.here, None, ignore)
    together = sweep.run(wanted, sweep.processes(2), None, ignore)
    assert all(same(alone[cell], together[cell]) for cell in wanted)


def test_a_dask_cluster_finds_the_same_though_a_worker_is_killed() -> None:
    """Two worker processes, of whom one is killed while it computes."""
    distributed = pytest.importorskip("distributed")
    wanted = cells(auctions=30_000, members=100)
    alone = sweep.run(wanted, sweep.here, None, ignore)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        victim = next(iter(cluster.workers.values())).process.process.pid
        killed: list[int] = []

        def done(cell: Cell, auctions: int, was_there: bool) -> None:
            if not killed:
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

        found = sweep.run(wanted, sweep.cluster(cluster.scheduler_address), None, done)
    assert killed
    assert all(same(alone[cell], found[cell]) for cell in wanted)


def test_a_scheduler_that_is_killed_is_reported(tmp_path: Path) -> None:
    """Scheduler and worker are processes of their own; what was finished before stays finished."""
    pytest.importorskip("distributed")
    dask, file = Path(sys.executable).with_name("dask"), tmp_path / "scheduler.json"
    place = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    scheduler = subprocess.Popen([dask, "scheduler", *place], stderr=subprocess.DEVNULL)
    worker = None
    try:
        until(lambda: file.exists() and file.read_text().endswith("}"))
        address = json.loads(file.read_text())["address"]
        worker = subprocess.Popen(
            [dask, "worker", address, "--nthreads", "1", "--no-dashboard"],
            stderr=subprocess.DEVNULL,
        )
        finished: list[Cell] = []

        def done(cell: Cell, auctions: int, was_there: bool) -> None:
            finished.append(cell)
            scheduler.kill()

        with pytest.raises(sweep.WorkersLost, match=f"scheduler was lost: {address}"):
            sweep.run(
                cells(auctions=30_000, members=100),
                sweep.cluster(address, timeout=PATIENCE),
                Store(tmp_path, "parquet"),
                done,
            )
    finally:
        for process in filter(None, (scheduler, worker)):
            process.kill()
            process.wait()
    assert finished


def test_a_process_that_is_killed_is_reported_and_its_fellows_are_kept(tmp_path: Path) -> None:
    store, wanted = Store(tmp_path, "parquet"), cells(auctions=30_000, members=100)

    def done(cell: Cell, auctions: int, was_there: bool) -> None:
        if not any(store.read(cell) for cell in wanted):
            return
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                if "spawn_main" in " ".join(child.cmdline()):
                    child.kill()

    with pytest.raises(sweep.WorkersLost):
        sweep.run(wanted, sweep.processes(2), store, done)
    kept = [cell for cell in wanted if store.read(cell)]
    assert kept
    again: list[bool] = []
    found = sweep.run(wanted, sweep.here, store, lambda *heard: again.append(heard[2]))
    assert again.count(True) == len(kept)
    assert set(found) == set(wanted)


def test_one_combination_is_shared_between_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut into pieces; the auctions come out in order, and progress is told piece by piece."""
    wanted = cells(auctions=3_000)[:1]
    alone = sweep.run(wanted, sweep.here, None, ignore)
    monkeypatch.setattr(sweep, "pieces", lambda cell: pieces(cell, values=10_000))
    heard: list[int] = []
    found = sweep.run(wanted, sweep.processes(2), None, lambda *each: heard.append(each[1]))
    assert len(heard) > 1
    assert sum(heard) == 3_000
    assert same(alone[wanted[0]], found[wanted[0]])


def test_a_cluster_that_does_not_answer_is_named() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(sweep.ClusterUnreachable, match=r"127\.0\.0\.1:9"):
        list(sweep.cluster("tcp://127.0.0.1:9", timeout=1)(pieces(cells()[0])))


@pytest.mark.parametrize(
    "address", ["", "nonsense", "foo://127.0.0.1:9", "tcp://127.0.0.1:x", "tcp://:9", "a b:9"]
)
def test_what_is_no_address_is_named(address: str) -> None:
    with pytest.raises(sweep.BadAddress, match=f"^'{address}' is no scheduler's address"):
        sweep.cluster(address)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "tls://host.example:1/", "host:8786", "tcp://[::1]:8786"]
)
def test_addresses_of_schedulers(address: str) -> None:
    assert callable(sweep.cluster(address))


def test_a_cluster_without_workers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler may take its time to answer; no worker comes, however long one waits."""
    distributed = pytest.importorskip("distributed")
    wait = distributed.Client.wait_for_workers
    monkeypatch.setattr(
        distributed.Client, "wait_for_workers", lambda self, n, timeout: wait(self, n, timeout=0.5)
    )
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster,
        pytest.raises(sweep.ClusterUnreachable, match="no workers"),
    ):
        list(sweep.cluster(cluster.scheduler_address, timeout=PATIENCE)(pieces(cells()[0])))
