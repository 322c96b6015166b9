"""The notebooks run, each from its first cell to its last, and say what they did before."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tests.patience import LONG_PATIENCE

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
SAID = {
    "compare_mechanisms": "equal shares   welfare  154 of 154, the seller gets 108",
    "try_to_lie": "343 games, 8,820 bids tried, none of them pays",
    "what_would_our_dao_bid": "in equal shares they can pay 5 ETH",
}
"""A line of each, which follows from what is computed in it."""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    """Without a screen; its own assertions hold, and each of its pictures is drawn."""
    environment = {"MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error:::__main__", str(path)],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert SAID[path.stem] in done.stdout


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_cells_are_marked_as_jupytext_reads_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "#       format_name: percent\n" in text
    cells = re.findall(r"^# %%(.*)$", text, re.MULTILINE)
    assert cells[0] == " [markdown]"
    assert set(cells) == {"", " [markdown]"}
    for cell in re.split(r"^# %%", text, flags=re.MULTILINE)[1:]:
        lines = cell.splitlines()[1:]
        if cell.startswith(" [markdown]"):
            assert all(line.startswith("#") or not line for line in lines), path.name


def test_each_is_told_of() -> None:
    text = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert (
        set(re.findall(r"\]\((\w+)\.py\)", text)) == {path.stem for path in NOTEBOOKS} == set(SAID)
    )
