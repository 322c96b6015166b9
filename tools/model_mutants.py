"""The reference model with one thing wrong each, and whether its own tests notice: `make mutants ARGS=--model`.

    python -m tools.model_mutants [--sample N --seed S | --all] [--file NAME] [--list] [--again]

mutmut changes offchain/model (but the experiments in theory) in a copy, build/model-mutants, and runs those of the quick tests
in tests/model that reach what is changed: [tool.mutmut] in pyproject.toml. What came of each is kept there, so that a run that
was broken off goes on where it was; of a function that has changed everything is run anew. Exits with 0 if at least 95 % of what
was run was noticed; what tools/model_mutants.toml declares equivalent, with a reason each, does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "model-mutants"
RESULTS = WORK / "mutants"
MUTMUT = ROOT / ".build" / "mutants" / "bin" / "mutmut"
DECLARED = ROOT / "tools" / "model_mutants.toml"

LINKED: Final = ("offchain", "tests", "docs", "examples", "tools", "pyproject.toml")
"""What mutmut takes its copies of, and its settings."""

FLOOR: Final = 95
"""Percent of what is not equivalent."""
MOST_BYTES: Final = 6 << 30
"""Of address space for a mutant's tests: one that asks for more dies, and the machine lives."""
FIRST: Final = "offchain.model.document.*"
"""A module of few mutants: to run them makes all others as the sources now are, of which then some are chosen."""

SURVIVED: Final = {0, 5, 33}
"""mutmut's codes where no test failed, or none reaches what is changed."""
BROKEN_OFF: Final = 2
"""Its code where a run was interrupted."""


@dataclass(frozen=True)
class Mutant:
    """mutmut's name of it, the module's path, and the code that its tests ended with."""

    name: str
    path: str
    code: int | None

    @property
    def was_run(self) -> bool:
        return self.code is not None and self.code != BROKEN_OFF

    @property
    def survived(self) -> bool:
        return self.code in SURVIVED

    def rank(self, seed: int) -> bytes:
        """Mutants of the lowest ranks are a seed's sample, of any size."""
        return sha256(f"{seed}:{self.name}".encode()).digest()


@dataclass(frozen=True)
class Equivalent:
    """A mutant that no test can tell from the model: the lines it takes out and puts in, without indentation, and why."""

    path: str
    out: str
    into: str
    reason: str


@dataclass(frozen=True)
class Change:
    """What a mutant changes."""

    out: str
    into: str


def mutants() -> list[Mutant]:
    """All that mutmut has made, with what it knows of them."""
    found = []
    for path in sorted(RESULTS.rglob("*.py.meta")):
        module = path.relative_to(RESULTS).with_suffix("").as_posix()
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        found += [Mutant(name, module, code) for name, code in codes.items()]
    return found


def prepare() -> None:
    """A folder in which mutmut finds what it changes and what that needs, without leaving anything beside them."""
    WORK.mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        link = WORK / name
        if not link.is_symlink():
            link.symlink_to(ROOT / name)
    # A copy of tests that have gone would go on killing.
    shutil.rmtree(RESULTS / "tests", ignore_errors=True)


def mutmut(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs it where it keeps its results."""
    return subprocess.run(
        (str(MUTMUT), *arguments), cwd=WORK, capture_output=True, text=True, check=False
    )


class Broken(Exception):
    """mutmut could not do what was asked."""


def run(names: Sequence[str]) -> None:
    """One at a time, after everything else that the machine has to do, and none takes all of its memory."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    done = subprocess.run(
        (str(MUTMUT), "run", "--max-children", "1", *names),
        cwd=WORK,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise Broken(f"mutmut run ended with {done.returncode}")


def change(mutant: Mutant) -> Change:
    """By mutmut's own diff, of one line for the most part."""
    lines = mutmut("show", mutant.name).stdout.splitlines()
    parts = {
        sign: [line[1:].strip() for line in lines if re.match(rf"\{sign}(?!\{sign})", line)]
        for sign in "-+"
    }
    return Change(*(" ".join(parts[sign]) for sign in "-+"))


def declared() -> list[Equivalent]:
    """Of tools/model_mutants.toml."""
    entries = tomllib.loads(DECLARED.read_text(encoding="utf-8")).get("equivalent", [])
    return [Equivalent(**entry) for entry in entries]


def chosen(all_: Sequence[Mutant], options: argparse.Namespace) -> list[Mutant]:
    """The sample of the seed, or all, of the files that were asked for."""
    of_files = [one for one in all_ if not options.file or options.file in one.path]
    if options.all:
        return of_files
    return sorted(of_files, key=lambda one: one.rank(options.seed))[: options.sample]


def fates(some: Sequence[Mutant], entries: Sequence[Equivalent]) -> dict[str, str]:
    """What came of each, by name: killed, equivalent, survived or not run."""
    known = {(one.path, one.out, one.into) for one in entries}
    told = {}
    for mutant in some:
        if not mutant.was_run:
            told[mutant.name] = "not run"
        elif not mutant.survived:
            told[mutant.name] = "killed"
        else:
            what = change(mutant)
            same = (mutant.path, what.out, what.into) in known
            told[mutant.name] = "equivalent" if same else "survived"
    return told


def room(path: str) -> str:
    """The package of offchain/model in which a module lies."""
    return (
        Path(path).parent.as_posix().removeprefix("offchain/").partition("/")[2].partition("/")[0]
        or "model"
    )


def table(some: Sequence[Mutant], told: Mapping[str, str]) -> Iterator[str]:
    """By package, at 80 columns."""
    columns = ("killed", "equivalent", "survived", "not run")
    yield (
        f"{'package':14}{'mutants':>9}"
        + "".join(f"{one:>12}" for one in columns)
        + f"{'of them':>9}"
    )
    rooms = sorted({room(one.path) for one in some})
    for name in (*rooms, "all"):
        inside = [one for one in some if name in (room(one.path), "all")]
        count = Counter(told[one.name] for one in inside)
        yield (
            f"{name:14}{len(inside):>9}"
            + "".join(f"{count[one]:>12}" for one in columns)
            + f"{_percent(count):>9}"
        )


def _percent(count: Mapping[str, int]) -> str:
    """Killed, of what was run and is not equivalent; rounded down."""
    of = count["killed"] + count["survived"]
    tenths = 1000 * count["killed"] // of if of else 1000
    return f"{tenths // 10}.{tenths % 10} %"


def main() -> int:
    """Chooses mutants, runs those of which nothing is known, and prints the table and what survived."""
    options = _options()
    prepare()
    try:
        run([FIRST])
        some = chosen(mutants(), options)
        if options.list:
            print(*(one.name for one in some), sep="\n")
            return 0
        waiting = [one.name for one in some if not one.was_run or (options.again and one.survived)]
        print(f"{len(some)} of {len(mutants())} mutants; {len(waiting)} to run", flush=True)
        if waiting:
            run(waiting)
    except Broken as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbroken off; the same command goes on from here", file=sys.stderr)
    return report(chosen(mutants(), options))


def report(some: Sequence[Mutant]) -> int:
    """Prints what came of them; 1 if too few were noticed, or some were not run."""
    told = fates(some, declared())
    print(*table(some, told), sep="\n")
    for mutant in some:
        if told[mutant.name] == "survived":
            what = change(mutant)
            print(f"\n{mutant.name}\n  - {what.out}\n  + {what.into}")
    count = Counter(told.values())
    enough = 100 * count["killed"] >= FLOOR * (count["killed"] + count["survived"])
    return 0 if enough and not count["not run"] else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make mutants ARGS=--model", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "--sample", type=int, default=300, metavar="N", help="as many (default: 300)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="which sample")
    parser.add_argument("--all", action="store_true", help="every mutant: days")
    parser.add_argument(
        "--file", metavar="NAME", default="", help="of files whose path contains this"
    )
    parser.add_argument("--list", action="store_true", help="print their names, run nothing")
    parser.add_argument("--again", action="store_true", help="run those anew that survived")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
