"""How `make test` runs its steps: those of a lane in turn, lanes side by side, each step's words together, and none for ever."""

import sys
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tools import check
from tools.check import STAGES, Step, side_by_side


def step(title: str, code: str) -> Step:
    return Step(title, (sys.executable, "-c", code))


def meeting(folder: Path, mine: str, other: str) -> str:
    """Ends only if it runs while another does."""
    return (
        "import pathlib, time\n"
        f"here = pathlib.Path({str(folder)!r})\n"
        f"print('begins {mine}', flush=True)\n"
        f"(here / {mine!r}).touch()\n"
        f"while not (here / {other!r}).exists():\n"
        "    time.sleep(0.01)\n"
        f"print('ends {mine}', flush=True)\n"
    )


def test_lanes_run_side_by_side_and_their_words_are_not_mixed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fails = step("fails", "raise SystemExit(1)")
    lanes = (
        (step("one", meeting(tmp_path, "a", "b")), fails),
        (step("other", meeting(tmp_path, "b", "a")),),
    )
    results = side_by_side(lanes)
    assert [(one.title, passed) for one, passed, _, _ in results] == [
        ("one", True),
        ("fails", False),
        ("other", True),
    ]
    told = capfd.readouterr().out
    assert "=== one\nbegins a\nends a\n" in told
    assert "=== other\nbegins b\nends b\n" in told


@pytest.mark.parametrize("lanes", [1, 2])
def test_a_step_that_never_ends_fails_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lanes: int
) -> None:
    monkeypatch.setattr(check, "LONGEST", 2)
    code = (
        "import pathlib, subprocess\n"
        "child = subprocess.Popen(['sleep', '10000'])\n"
        f"pathlib.Path({str(tmp_path / 'child')!r}).write_text(str(child.pid))\n"
        "child.wait()\n"
    )
    others = ((step("other", ""),),) * (lanes - 1)
    hung, *rest = side_by_side(((step("hangs", code), step("next", "")), *others))
    assert not hung[1]
    assert [passed for _, passed, _, _ in rest] == [True] * lanes
    child = int((tmp_path / "child").read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_every_step_is_there_once() -> None:
    """And every one that runs tests has a report, which is counted."""
    steps = [step for lanes in STAGES for lane in lanes for step in lane]
    assert set(Counter(one.title for one in steps).values()) == {1}
    reports = [one.report for one in steps if one.report]
    assert len(set(reports)) == len(reports)
    for one in steps:
        runs_tests = "test" in one.command or "tests/run.mjs" in one.command or "-n" in one.command
        assert (one.report is not None) == runs_tests, one.title
