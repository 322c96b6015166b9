"""Runs tests on a mutant in a copy of this process, which has loaded already what they need, until the first one fails."""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Final, NoReturn

import pytest
from hypothesis import settings

from offchain.io.paths import PROJECT
from tools.mutants.compiling import Changed
from tools.mutants.overlay import Overlay

HANG_CPU_S: Final = 150.0
"""A test that computes for so long hangs: more than ten times what any takes that is run on mutants."""
PATIENCE_S: Final = 3_600.0
"""A test that is not through by then waits for something that does not come, however busy the machine is."""


@dataclass(frozen=True)
class Task:
    """Tests to run on a mutant (on the contracts as they are, without one), of which those in `first` before the others.

    log: where they write.
    """

    changed: Changed | None
    tests: tuple[str, ...]
    first: tuple[str, ...]
    log: str

    @classmethod
    def read(cls, text: str) -> Task:
        """What `written` wrote."""
        found = json.loads(text)
        changed = Changed(**found["changed"]) if found["changed"] else None
        return cls(
            **found | {"changed": changed, "tests": (*found["tests"],), "first": (*found["first"],)}
        )

    def written(self) -> str:
        """In one line."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Result:
    """What came of a task: "passed", "killed" or "timed out" `by` a test, "refused" by the compiler, or "broken"."""

    end: str
    by: str = ""
    cpu_seconds: float = field(default=0.0, compare=False)


def run(task: Task, runner: str, contracts: Overlay, plugin: object = None) -> Result:
    """Runs the tests by the function `_RUNNERS` has under this name; in the child `contracts` are the mutant's.
    plugin: another one of pytest.
    """
    reading, writing = os.pipe()
    gc.freeze()
    sys.stdout.flush()
    if (child := os.fork()) == 0:
        _be_child(task, runner, contracts, plugin, writing)
    os.close(writing)
    try:
        told, running = _told(reading)
    finally:
        os.close(reading)
        # With all that it started: nodes that nobody stopped.
        os.killpg(child, signal.SIGKILL) if _has_group(child) else os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
    cpu = used.ru_utime + used.ru_stime
    if told:
        return Result(**json.loads(told), cpu_seconds=cpu)
    hung = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGKILL)
    return Result("timed out", running, cpu) if hung else Result("broken", cpu_seconds=cpu)


def _has_group(child: int) -> bool:
    try:
        return os.getpgid(child) == child
    except ProcessLookupError:
        return False


def _told(reading: int) -> tuple[str, str]:
    """What the child tells in the end, nothing if it ends before or takes too long; and the test that it told of last."""
    told, running = b"", ""
    while True:
        *lines, told = told.split(b"\n")
        for line in map(bytes.decode, lines):
            if not line.startswith(_STARTED):
                return line, running
            running = line.removeprefix(_STARTED)
        ready, _, _ = select.select([reading], [], [], PATIENCE_S)
        part = os.read(reading, 1 << 16) if ready else b""
        if not part:
            return "", running
        told += part


def same_examples() -> None:
    """From here on Hypothesis chooses the same examples each time, and keeps none."""
    settings.register_profile("mutants", settings.default, database=None, derandomize=True)
    settings.load_profile("mutants")


# In the child


def _be_child(
    task: Task, runner: str, contracts: Overlay, plugin: object, writing: int
) -> NoReturn:
    try:
        os.setpgid(0, 0)
        log = os.open(task.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        for stream in (1, 2):
            os.dup2(log, stream)
        recorder = _Recorder(task.first, writing)
        contracts.lay(task.changed, lambda: _tell(writing, "refused"))
        code = _RUNNERS[runner](task.tests, [recorder, *filter(None, [plugin])])
        ends = {pytest.ExitCode.OK: "passed", pytest.ExitCode.TESTS_FAILED: "killed"}
        # modules that use the contracts while they are collected
        ends[pytest.ExitCode.INTERRUPTED] = "killed" if recorder.failed else "broken"
        _tell(writing, ends.get(pytest.ExitCode(code), "broken"), recorder.failed)
    except BaseException as error:
        print(repr(error), flush=True)
    finally:
        os._exit(1)


def _tell(writing: int, end: str, by: str = "") -> NoReturn:
    sys.stdout.flush()
    os.write(writing, f"{json.dumps({'end': end, 'by': by})}\n".encode())
    os._exit(0)


_STARTED: Final = "started "


class _Recorder:
    """A plugin of pytest: the tests that are to come first, examples that are the same each time, the first failure."""

    def __init__(self, first: Sequence[str], writing: int) -> None:
        self._writing = writing
        self._first = {name: place for place, name in enumerate(first)}
        self.failed = ""

    def pytest_sessionstart(self) -> None:
        same_examples()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        os.write(self._writing, f"{_STARTED}{nodeid}\n".encode())
        signal.setitimer(signal.ITIMER_PROF, HANG_CPU_S)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self._first.get(item.nodeid, len(self._first)))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def _note(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def _in_process(tests: Sequence[str], plugins: list[object]) -> int:
    settings_of = ("-c", str(PROJECT / "pyproject.toml"))
    return pytest.main([*_OPTIONS, *settings_of, *tests], plugins=plugins)


def _with_brownie(tests: Sequence[str], plugins: list[object]) -> int:
    """In a process that `tools.mutants.brownie` prepared."""
    import brownie_ports

    brownie_ports.assign()
    network = ("--network", "development")
    return pytest.main([*_OPTIONS, *network, *tests], plugins=["pytest-brownie", *plugins])


_OPTIONS = ("-x", "-q", "--no-header", "-p", "no:cacheprovider")
_RUNNERS = {"in process": _in_process, "brownie": _with_brownie}
