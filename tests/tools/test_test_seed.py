"""Random tests draw the same every time, unless they are told otherwise, and then say how to draw that again."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE

TEST_SEED = "TEST_SEED"
PROJECT = Path(__file__).resolve().parents[2]
DRAWING = """
import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

DRAWN = Path(__file__).with_suffix(".txt")


def drew(number):
    with DRAWN.open("a") as file:
        print(number, file=file)


@settings(max_examples=5)
@given(st.integers(0, 2**64))
def test_by_hypothesis(number):
    drew(number)


def test_by_a_seed_of_its_own():
    drew(random.randrange(2**64))
"""


def drawn(folder: Path, seed: str | None) -> tuple[list[str], str]:
    """What tests draw by a seed, and what is said at the end."""
    file, numbers = folder / "test_drawing.py", folder / "test_drawing.txt"
    file.write_text(DRAWING, encoding="utf-8")
    numbers.unlink(missing_ok=True)
    environment = {name: value for name, value in os.environ.items() if name != TEST_SEED}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:pytest-brownie", f"{file}"]
    run = subprocess.run(
        [*command, "--rootdir", f"{folder}", "-p", "tests.conftest"],
        env=environment | ({} if seed is None else {TEST_SEED: seed}),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "2 passed" in run.stdout, run.stdout + run.stderr
    return numbers.read_text(encoding="utf-8").split(), run.stdout


def test_the_same_is_drawn_unless_told_otherwise(tmp_path: Path) -> None:
    first, words = drawn(tmp_path, None)
    assert drawn(tmp_path, None)[0] == first
    assert TEST_SEED not in words


def test_what_was_drawn_anew_is_drawn_again_by_the_seed_that_is_told(tmp_path: Path) -> None:
    first, words = drawn(tmp_path, "anew")
    told = re.search(rf"{TEST_SEED}=(\d+)", words)
    assert told is not None, words
    assert drawn(tmp_path, told[1])[0] == first
    other, _ = drawn(tmp_path, "1" if told[1] != "1" else "2")
    assert not large(first) & large(other)


def large(numbers: list[str]) -> set[int]:
    """Those that nobody draws twice; of small ones some are drawn often."""
    return {number for number in map(int, numbers) if number > 2**32}
