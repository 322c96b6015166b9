"""How much of each package of offchain/ the tests run, by lines and by branches, and whether that is enough.

    python -m tools.covered [--report FILE] [--missing PACKAGE]

Reads what SlipCover wrote of a run of the tests ([tool.slipcover] in pyproject.toml) and prints a row for each package. Its lines
and its branches must each reach its floor; the exit code is 1 where some do not. Of programs that tests start, those of
tests/program.py are measured, in offchain/cli.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "build" / "test-reports" / "coverage.json"


class Floor(NamedTuple):
    """Percent of lines and of branches, and why it is below what others of its kind have."""

    percent: int
    reason: str = ""


OF_MOST: Final = Floor(90)
FLOORS: Final[Mapping[str, Floor]] = {
    # What decides, sends or moves money.
    **dict.fromkeys(("chain", "keeper", "model", "play"), Floor(95)),
}


@dataclass(frozen=True)
class Share:
    """How many of some lines or branches ran."""

    ran: int = 0
    of: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.ran + other.ran, self.of + other.of)

    def reaches(self, percent: int) -> bool:
        return 100 * self.ran >= percent * self.of

    def __str__(self) -> str:
        """In percent, rounded down: 95.0 % reaches 95."""
        tenths = 1000 * self.ran // self.of if self.of else 1000
        return f"{tenths // 10}.{tenths % 10} %"


@dataclass(frozen=True)
class Row:
    """A package, what ran of it, and its floor."""

    package: str
    lines: Share
    branches: Share
    floor: Floor

    @property
    def reaches(self) -> bool:
        return self.lines.reaches(self.floor.percent) and self.branches.reaches(self.floor.percent)


def rows(report: Mapping[str, Any]) -> list[Row]:
    """One for each package of offchain/ that has code, in the order of their names. The report is SlipCover's JSON."""
    files = report["files"]
    found: dict[str, tuple[Share, Share]] = {}
    for path, file in files.items():
        if package := _package(path):
            lines, branches = found.get(package, (Share(), Share()))
            found[package] = lines + _share(file, "lines"), branches + _share(file, "branches")
    return [
        Row(package, *shares, FLOORS.get(package, OF_MOST))
        for package, shares in sorted(found.items())
    ]


def _package(path: str) -> str | None:
    """None for what lies in no package, as offchain/__init__.py."""
    parts = Path(path).parts
    return parts[1] if parts[0] == "offchain" and len(parts) > 2 else None


def _share(file: Mapping[str, Any], kind: str) -> Share:
    ran, missing = len(file[f"executed_{kind}"]), len(file[f"missing_{kind}"])
    return Share(ran, ran + missing)


def table(rows: Iterable[Row]) -> Iterator[str]:
    """At 80 columns, then the reasons of floors that have one."""
    rows = list(rows)
    yield f"{'':8}{'package':14}{'lines':>8}{'ran':>10}{'branches':>12}{'ran':>10}{'floor':>10}"
    for row in rows:
        yield (
            f"{'ok' if row.reaches else 'FAILED':8}{row.package:14}{row.lines.of:>8}{row.lines!s:>10}"
            f"{row.branches.of:>12}{row.branches!s:>10}{row.floor.percent:>8} %"
        )
    lines = sum((row.lines for row in rows), Share())
    branches = sum((row.branches for row in rows), Share())
    yield f"{'':8}{'all':14}{lines.of:>8}{lines!s:>10}{branches.of:>12}{branches!s:>10}"
    yield from (f"{row.package}: {row.floor.reason}" for row in rows if row.floor.reason)


def missing(report: Mapping[str, Any], package: str) -> Iterator[str]:
    """Of each file of the package, the lines and the branches (from line > to line, 0 out of the function) that did not run."""
    for path, file in sorted(report["files"].items()):
        lines = file["missing_lines"]
        branches = [f"{one}>{to}" for one, to in file["missing_branches"] if one not in lines]
        if _package(path) == package and (lines or branches):
            yield " ".join([f"{path}:", *map(str, lines), *branches])


def main() -> int:
    """Prints the table, or what is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.covered", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--report", type=Path, default=REPORT, help="SlipCover's JSON")
    parser.add_argument("--missing", metavar="PACKAGE", help="what of it did not run, by file")
    options = parser.parse_args()
    if not options.report.exists():
        print(f"{options.report}: not there; `make test` writes it", file=sys.stderr)
        return 1
    report = json.loads(options.report.read_text(encoding="utf-8"))
    if options.missing:
        print(*missing(report, options.missing), sep="\n")
        return 0
    found = rows(report)
    print(*table(found), sep="\n")
    return 0 if found and all(row.reaches for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
