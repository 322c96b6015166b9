"""Broken arithmetic of a contract is found by the proof that reads it; and nothing is proved of premises that cannot be met."""

import shutil
import subprocess
from pathlib import Path

import pytest

from proofs.integers.run import PYTHON
from proofs.symbolic.run import ROOT

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="no provers: `make prove` installs them"
)

BREAKS = {
    "share_covers_the_price": ("groups/EqualSplit.sol", "price + count - 1", "price + count"),
    "what_a_group_pays": ("groups/DAO.sol", "served * share - lent", "share * share - lent"),
    "parts_of_an_estate": (
        "groups/Estate.sol",
        "- before) / Units.UNIT;",
        "+ before) / Units.UNIT;",
    ),
    "bonds": ("base/BidBook.sol", "bondBps) / BPS)", "bondBps + 1) / BPS)"),
    "odds_do_not_overflow": (
        "approximate/Odds.sol",
        "threshold: rest / slope",
        "threshold: (rest - 1) / slope",
    ),
    "units_and_wei": ("libraries/Units.sol", "return units * UNIT;", "return units * UNIT + 1;"),
    "least_bid_at_a_house": ("houses/HouseLots.sol", "/ Units.UNIT + 1;", "/ Units.UNIT + 2;"),
    "levels_of_a_clock": (
        "signals/SignalLevels.sol",
        "(least + step - 1 - residue)",
        "(least + step - residue)",
    ),
}
"""For each claim a change of what it reads."""


def solved(root: Path, *names: str) -> tuple[int, str]:
    """Exit code and output of the proofs of the checkout at `root`."""
    done = subprocess.run(
        (str(PYTHON), "-m", "proofs.integers.solve", *names),
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    for name in ("contracts", "proofs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize("name", BREAKS)
def test_broken_arithmetic_is_found(scratch: Path, name: str) -> None:
    file, old, new = BREAKS[name]
    path = scratch / "contracts" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    code, output = solved(scratch, name)
    assert code == 1
    assert "not if " in output, output


def test_what_is_read_has_to_be_there(scratch: Path) -> None:
    path = scratch / "contracts" / "groups" / "EqualSplit.sol"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("function share(", "function part("), encoding="utf-8")
    code, output = solved(scratch, "share_covers_the_price")
    assert code == 1
    assert "share has 0 of" in output


def test_premises_that_cannot_be_met_prove_nothing(scratch: Path) -> None:
    with (scratch / "proofs" / "integers" / "claims.py").open("a", encoding="utf-8") as file:
        file.write(
            '@claim("none")\ndef nothing(case: Case) -> None:\n    """N."""\n'
            '    number = case.number("x", 5, 3)\n    case.show("false", number > number)\n'
        )
    code, output = solved(scratch, "nothing")
    assert code == 1
    assert "the premises: unsat" in output
