"""Runs the tests of each mutant's file on it, the quick ones first, until one fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from tools.mutants.compiling import Changed, NotCompiled, affected, solc
from tools.mutants.declared import Declaration
from tools.mutants.killing import Result, Task, run
from tools.mutants.overlay import Overlay
from tools.mutants.preloading import preload
from tools.mutants.records import FOLDER, Record
from tools.mutants.sources import Mutant, by_file
from tools.mutants.suites import Suite, suite_of

REMEMBERED: Final = 6
"""Tests that killed mutants of a file lately, which come first on the next, and as many of all files with the same tests."""


class BrokenSuite(Exception):
    """Tests fail on the contracts as they are, or could not be run: they would tell nothing of a mutant."""


def hunt(
    waiting: Sequence[Mutant],
    entries: Mapping[str, Declaration],
    killers: Iterable[tuple[str, str]] = (),
) -> Iterator[tuple[Mutant, Record]]:
    """What comes of each mutant. Those that are declared to do the same are spared the slow tests. `BrokenSuite`.
    killers: tests that killed before, each with the mutant's file.
    """
    with ExitStack() as stack:
        hunter = Hunter(stack)
        for file, test in killers:
            hunter.remember(file, test)
        for mutant in in_turn(waiting):
            yield mutant, hunter.record(mutant, mutant.key in entries)


def in_turn(mutants: Sequence[Mutant]) -> list[Mutant]:
    """The first of each file, then the second of each: a run that is broken off has seen them all."""
    rounds = zip_longest(*by_file(mutants).values())
    return [mutant for one_of_each in rounds for mutant in one_of_each if mutant is not None]


class Hunter:
    """The compiler, the process of the contract tests, and what is known of the tests."""

    def __init__(self, stack: ExitStack) -> None:
        self._socket = FOLDER / f"compiler-{os.getpid()}.sock"
        self._stack = stack
        stack.enter_context(solc(self._socket))
        self._brownie: _Brownie | None = None
        self._contracts = Overlay()
        self._contracts.install()
        preload()
        self._sound: dict[tuple[str, str, str, bool], bool] = {}
        self._lately: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def remember(self, file: str, test: str) -> None:
        """The test comes early on the file's next mutant, and on those for which the same tests are run."""
        for lately in (self._lately[file], self._lately[suite_of(file).name]):
            if test in lately:
                lately.remove(test)
            lately.appendleft(test)

    def record(self, mutant: Mutant, is_declared: bool) -> Record:
        """Runs everything that may kill the mutant."""
        changed = Changed(str(self._socket), mutant.path, mutant.source(), affected(mutant.path))
        suite = suite_of(mutant.file)
        lately = dict.fromkeys((*self._lately[mutant.file], *self._lately[suite.name]))
        result = self._fate(changed, suite, lately, is_declared)
        if result.by:
            self.remember(mutant.file, result.by)
        return Record(mutant.key, result.end, result.by, round(result.cpu_seconds, 1))

    def _fate(
        self, changed: Changed, suite: Suite, lately: Iterable[str], is_declared: bool
    ) -> Result:
        quickly = replace(changed, quick=True)
        result = self._try("in process", suite.in_process, lately, quickly)
        if result.by and not self._is_sound("in process", result.by, quickly):
            # more gas, or larger, than this test allows
            result = self._try("in process", suite.in_process, (), changed)
        if result.end == "passed":
            try:
                if self._is_same(changed):
                    return Result("same bytecode")
            except NotCompiled:
                return Result("refused")
            if not is_declared:
                result = self._try("brownie", suite.on_anvil, lately, changed)
        if result.end == "broken":
            raise BrokenSuite(f"the tests broke off, see {FOLDER}: {changed.path}")
        return result if result.end != "passed" else Result("survived")

    def _try(
        self, runner: str, tests: tuple[str, ...], lately: Iterable[str], changed: Changed
    ) -> Result:
        """Those that killed a mutant of this file lately, then all. `BrokenSuite` if what fails does so without the mutant."""
        first = tuple(one for one in lately if one.partition("::")[0] in _files(tests))
        for some in (first, tests):
            result = self._run(runner, Task(changed, some, first, self._log(runner)))
            if result.end != "passed":
                break
        if result.by and not changed.quick and not self._is_sound(runner, result.by, changed):
            raise BrokenSuite(f"fails on the contracts as they are, see {FOLDER}: {result.by}")
        return result

    def _is_sound(self, runner: str, test: str, changed: Changed) -> bool:
        """Whether the test passes on the contracts as they are, compiled as this mutant."""
        key = runner, test, changed.path, changed.quick
        if key not in self._sound:
            as_they_are = replace(changed, path="", source="")
            result = self._run(runner, Task(as_they_are, (test,), (), self._log(runner)))
            self._sound[key] = result.end == "passed"
        return self._sound[key]

    def _log(self, runner: str) -> str:
        return str(FOLDER / f"{runner.replace(' ', '-')}-{os.getpid()}.log")

    def _run(self, runner: str, task: Task) -> Result:
        if not task.tests:
            return Result("passed")
        if runner == "in process":
            return run(task, runner, self._contracts)
        return self._with_brownie(task)

    def _with_brownie(self, task: Task) -> Result:
        if self._brownie is None:
            self._brownie = _Brownie(self._stack)
        return self._brownie.run(task)

    def _is_same(self, changed: Changed) -> bool:
        """Whether every contract is the same to the byte: the compiler has proved that nothing changed."""
        as_it_is = replace(changed, path="", source="")
        return all(changed.bytecode(one) == as_it_is.bytecode(one) for one in changed.affected)


class _Brownie:
    """The process of `tools.mutants.brownie`."""

    def __init__(self, stack: ExitStack) -> None:
        log = stack.enter_context((FOLDER / f"brownie-process-{os.getpid()}.log").open("w"))
        self._process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "tools.mutants.brownie"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        )
        stack.callback(self._process.kill)
        while (line := self._line()) != "ready\n":  # after what Brownie says while it compiles
            if not line:
                raise BrokenSuite(f"Brownie did not start: {log.name}")

    def run(self, task: Task) -> Result:
        """Has the tests run there."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{task.written()}\n")
        self._process.stdin.flush()
        line = self._line()
        return Result(**json.loads(line)) if line else Result("broken")

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def _files(tests: Sequence[str]) -> frozenset[str]:
    return frozenset(one.partition("::")[0] for one in tests)
