"""How `make test` runs its steps: those of a lane in turn, lanes side by side, each step's words together, none for ever.

And which of them it is asked for.
"""

import sys
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tools import check
from tools.check import PYTHON, STAGES, STYLE, Stage, Step, side_by_side


def step(title: str, code: str) -> Step:
    return Step(title, (sys.executable, "-c", code))


def steps_of(stages: tuple[Stage, ...]) -> list[Step]:
    return [step for lanes in stages for lane in lanes for step in lane]


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
    monkeypatch.setattr(check, "LONGEST", 10)  # to start Python and a child
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
    steps = steps_of(STAGES)
    assert set(Counter(one.title for one in steps).values()) == {1}
    reports = [one.report for one in steps if one.report]
    assert len(set(reports)) == len(reports)
    for one in steps:
        runs_tests = "test" in one.command or "tests/run.mjs" in one.command or "-n" in one.command
        assert (one.report is not None) == runs_tests, one.title


def ask(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["check.py", *arguments])


def test_the_arguments_choose_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    ask(monkeypatch)
    assert check.asked() == STAGES
    ask(monkeypatch, "--lint")
    assert check.asked() == STYLE
    ask(monkeypatch, "--long")
    changed = set(steps_of(check.asked())) - set(steps_of(STAGES))
    assert [one.command for one in changed] == [(*PYTHON.command, "-m", "")]


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--lnit", 2), ("tests/cli", 2)])
def test_what_it_does_not_know_runs_nothing(
    monkeypatch: pytest.MonkeyPatch, argument: str, code: int
) -> None:
    monkeypatch.setattr(check, "run", lambda *_: pytest.fail("a step ran"))
    ask(monkeypatch, argument)
    with pytest.raises(SystemExit) as ended:
        check.main()
    assert ended.value.code == code


def test_programs_keep_what_they_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the shell says: tests start hundreds of them."""
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
        monkeypatch.setenv(name, "1")
    keeps = step("keeps", "import sys; raise SystemExit(sys.dont_write_bytecode)")
    monkeypatch.setattr(check, "STYLE", (((keeps,),),))
    ask(monkeypatch, "--lint")
    assert check.main() == 0
