"""A package below its floor fails, by its lines or by its branches alone, and the table says which."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.covered import FLOORS, OF_MOST, Row, Share, missing, rows, table

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {path.parent.name for path in (ROOT / "offchain").glob("*/__init__.py")}


def file(lines: tuple[int, int], branches: tuple[int, int]) -> dict[str, Any]:
    """A file of which so many lines and branches ran, of so many."""
    (ran, of), (taken, ways) = lines, branches
    return {
        "executed_lines": list(range(1, ran + 1)),
        "missing_lines": list(range(ran + 1, of + 1)),
        "executed_branches": [[1, to] for to in range(1, taken + 1)],
        "missing_branches": [[1, to] for to in range(taken + 1, ways + 1)],
    }


def report(**packages: tuple[tuple[int, int], tuple[int, int]]) -> dict[str, Any]:
    """One file for each package."""
    return {"files": {f"offchain/{name}/a.py": file(*ran) for name, ran in packages.items()}}


def reached(found: list[Row]) -> dict[str, bool]:
    return {row.package: row.reaches for row in found}


def test_lines_and_branches_each_reach_the_floor() -> None:
    ran = report(cli=((90, 100), (9, 10)), demo=((89, 100), (10, 10)), io=((100, 100), (8, 10)))
    assert reached(rows(ran)) == {"cli": True, "demo": False, "io": False}


def test_what_moves_money_has_a_higher_floor() -> None:
    ran = report(chain=((949, 1000), (1, 1)), model=((950, 1000), (95, 100)))
    assert reached(rows(ran)) == {"chain": False, "model": True}
    some = (FLOORS[name] for name in ("chain", "keeper", "model", "play"))
    assert all(floor.percent >= 95 or floor.reason for floor in some)


def test_a_floor_below_the_usual_one_has_its_reason() -> None:
    assert OF_MOST.percent >= 90
    assert all(floor.reason for floor in FLOORS.values() if floor.percent < OF_MOST.percent)


def test_a_floor_is_of_a_package_that_there_is() -> None:
    assert set(FLOORS) <= PACKAGES


def test_all_files_of_a_package_count_and_nothing_else_does() -> None:
    halves = {
        "offchain/io/a.py": file((1, 4), (0, 1)),
        "offchain/io/deep/b.py": file((3, 4), (1, 1)),
        "offchain/__init__.py": file((0, 9), (0, 0)),
        "tests/conftest.py": file((0, 9), (0, 0)),
    }
    (row,) = rows({"files": halves})
    assert (row.package, row.lines, row.branches) == ("io", Share(4, 8), Share(1, 2))


def test_percents_are_rounded_down() -> None:
    """Else what fails would be printed as if it reached its floor."""
    assert str(Share(94_999, 100_000)) == "94.9 %"
    assert str(Share(0, 0)) == "100.0 %"
    assert Share(0, 0).reaches(100)


def test_the_table_fits_80_columns() -> None:
    wide = ((100_000, 100_000), (10_000, 10_000))
    lines = list(table(rows(report(**dict.fromkeys(PACKAGES, wide)))))
    assert {line.split()[1] for line in lines[1:-1]} >= PACKAGES
    assert max(map(len, lines)) <= 80


def test_what_is_missing_is_told_once() -> None:
    """Not a branch out of a line that never ran."""
    found = report(io=((4, 5), (1, 2)), cli=((1, 1), (1, 1)))
    found["files"]["offchain/io/a.py"]["missing_branches"].append([5, 0])
    assert list(missing(found, "io")) == ["offchain/io/a.py: 5 1>2"]


@pytest.mark.parametrize(("ran", "code"), [(95, 0), (94, 1), (None, 1)])
def test_the_command_fails_below_a_floor(tmp_path: Path, ran: int | None, code: int) -> None:
    """And where nothing was measured."""
    path = tmp_path / "coverage.json"
    if ran is not None:
        path.write_text(json.dumps(report(chain=((ran, 100), (1, 1)))))
    command = [sys.executable, "-m", "tools.covered", "--report", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert ran is None or f"{ran}.0 %" in done.stdout
