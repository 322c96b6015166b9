"""The analysers find a planted defect, and a result or an answer that stands alone fails."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from offchain.io.paths import PROJECT
from proofs.analysers import run as analysers
from proofs.analysers.run import told
from proofs.analysers.tools import SLITHER, AnalyserFailed, lints, slither
from proofs.analysers.triage import BadTriage, Place, answered, compare
from proofs.length import Length

with_slither = pytest.mark.skipif(
    not SLITHER.exists(), reason="no Slither: `make prove` installs it"
)

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.30;\n"
SOUND = (
    HEAD
    + "contract Sound { uint256 public told; function tell(uint256 what) external { told = what; } }"
)
PAYS_FIRST = """
contract Planted {
    mapping(address => uint256) public due;

    function put() external payable { due[msg.sender] += msg.value; }

    function withdraw() external {
        (bool paid,) = msg.sender.call{value: due[msg.sender]}("");
        require(paid);
        due[msg.sender] = 0;
    }
}
"""
UNCHECKED = """
interface IERC20 { function transfer(address to, uint256 amount) external returns (bool); }

contract Planted {
    function pay(IERC20 token, address to) external { token.transfer(to, 1); }
}
"""

ONE = Place("slither", "timestamp", "Auction.phase")
OTHER = Place("slither", "timestamp", "Auction.claim")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one contract in which there is nothing to find."""
    for name in ("brownie-config.yaml", "foundry.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    for name in ("node_modules", ".solc"):
        (tmp_path / name).symlink_to(PROJECT / name)
    (tmp_path / "contracts" / "test").mkdir(parents=True)
    (tmp_path / "contracts" / "Sound.sol").write_text(SOUND)
    return tmp_path


@with_slither
def test_slither_finds_who_pays_before_writing_it_down(project: Path) -> None:
    assert slither(project) == []
    (project / "contracts" / "Planted.sol").write_text(HEAD + PAYS_FIRST)
    assert Place("slither", "reentrancy-eth", "Planted.withdraw") in slither(project)


@with_slither
def test_slither_that_meets_an_error_has_found_nothing(project: Path) -> None:
    (project / "contracts" / "Broken.sol").write_text(HEAD + "contract Broken { uint256 x = y; }")
    with pytest.raises(AnalyserFailed):
        slither(project)


def test_the_linter_finds_an_unchecked_transfer(project: Path) -> None:
    assert lints(project) == []
    (project / "contracts" / "Planted.sol").write_text(HEAD + UNCHECKED)
    assert lints(project) == [Place("forge", "erc20-unchecked-transfer", "Planted.pay")]


def test_doubles_may_be_as_bad_as_they_like(project: Path) -> None:
    (project / "contracts" / "test" / "Planted.sol").write_text(HEAD + UNCHECKED)
    assert lints(project) == []


def test_a_new_result_fails() -> None:
    verdict = compare([ONE, OTHER], Counter({ONE: 1}))
    assert (verdict.held, verdict.new, verdict.stale) == (False, Counter({OTHER: 1}), Counter())


def test_one_more_at_an_answered_place_fails() -> None:
    verdict = compare([ONE, ONE, ONE], Counter({ONE: 2}))
    assert (verdict.held, verdict.new) == (False, Counter({ONE: 1}))


def test_an_answer_to_nothing_fails() -> None:
    verdict = compare([ONE], Counter({ONE: 1, OTHER: 1}))
    assert (verdict.held, verdict.new, verdict.stale) == (False, Counter(), Counter({OTHER: 1}))


def test_what_is_new_or_stale_is_named() -> None:
    rows = "\n".join(told("slither", [ONE], compare([ONE], Counter({OTHER: 2}))))
    assert "no answer to slither timestamp: Auction.phase" in rows
    assert "nothing found of slither timestamp: Auction.claim x2" in rows
    assert all(len(row) <= 80 for row in rows.splitlines())


@pytest.mark.parametrize("found", [[], [ONE]], ids=["nothing", "a result without an answer"])
def test_a_run_that_finds_nothing_or_something_new_fails(
    found: list[Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysers, "TOOLS", {"slither": lambda: found})
    monkeypatch.setattr(analysers, "answered", lambda: Counter())
    assert not analysers.run(Length.SHORT)


def test_a_run_whose_results_are_answered_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysers, "TOOLS", {"slither": lambda: [ONE, OTHER]})
    monkeypatch.setattr(analysers, "answered", lambda: Counter([ONE, OTHER]))
    assert analysers.run(Length.SHORT)


ANSWER = '[[answer]]\ntool = "slither"\ndetector = "timestamp"\n'


def test_an_answer_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "triage.toml"
    path.write_text(ANSWER + 'why = ""\nplaces = ["Auction.phase"]\n')
    with pytest.raises(BadTriage, match="no sentence"):
        answered(path)
    path.write_text(ANSWER + 'why = "By the clock."\nplaces = ["Auction.phase x2"]\n')
    assert answered(path) == Counter({ONE: 2})


def test_a_place_is_answered_once(tmp_path: Path) -> None:
    path = tmp_path / "triage.toml"
    path.write_text(ANSWER + 'why = "By the clock."\nplaces = ["Auction.phase", "Auction.phase"]\n')
    with pytest.raises(BadTriage, match="twice"):
        answered(path)
