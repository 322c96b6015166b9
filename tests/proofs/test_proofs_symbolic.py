"""A proof of what does not hold fails, and so does one that could not fail: in a copy of the checkout with one proof in it."""

import re
import shutil
from pathlib import Path

import pytest

from proofs.symbolic.breaks import meant, name_of, prepare
from proofs.symbolic.run import HALMOS, PATIENCE, ROOT, Outcome, Proof, tried

pytestmark = pytest.mark.skipif(
    not HALMOS.exists(), reason="no provers: `make prove` installs them"
)

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.30;\n"


def copy(folder: Path) -> Path:
    """A checkout in that folder with the contracts, what compiles them, and no proof."""
    for name in ("contracts", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".solc").mkdir()
    (folder / ".solc" / "solc-v0.8.37").symlink_to("../tools/solc.js")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    (folder / "proofs" / "symbolic").mkdir(parents=True)
    shutil.copy(ROOT / "proofs" / "symbolic" / "foundry.toml", folder / "proofs" / "symbolic")
    return folder


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} does not have {old!r} once"
    path.write_text(text.replace(old, new), encoding="utf-8")


def outcomes(root: Path) -> dict[str, Outcome]:
    return {outcome.proof.name: outcome for outcome in tried(lambda _: True, root)}


def test_a_broken_library_is_found(tmp_path: Path) -> None:
    """The plain second price instead of the exact one."""
    root = copy(tmp_path)
    source = (ROOT / "proofs" / "symbolic" / "PriceRule.t.sol").read_text(encoding="utf-8")
    start = source.index("    /// @notice Induction, first step")
    end = source.index("    /// @dev Nobody leads, or")
    # the quick proofs of the file are enough
    text = source[:start] + source[end:]
    (root / "proofs" / "symbolic" / "PriceRule.t.sol").write_text(text, encoding="utf-8")
    replaced(
        root / "contracts" / "groups" / "PriceRule.sol",
        "(highest + 1, bid, bidder)",
        "(highest, bid, bidder)",
    )
    found = outcomes(root)
    assert found["check_one_offer"].verdict == "COUNTEREXAMPLE"
    assert any(line.startswith("p_bid") for line in found["check_one_offer"].why)
    assert found["check_offer_leaves_the_rest"].held


def test_what_could_not_fail_is_no_proof(tmp_path: Path) -> None:
    """A revert that hides what it is about, a loop longer than the bound, and a false claim."""
    root = copy(tmp_path)
    says = "/// @notice N.\n/// @custom:bound B\n"
    text = f"""{HEAD}
contract EmptyProof {{
{says} function check_hides(uint256 x) external pure {{ require(x > 5, "small"); assert(x > 5); }}
{says} function check_loops(uint256 x) external pure {{ uint256 i; while (i < x) ++i; assert(i == x); }}
{says} function check_false(uint8 x) external pure {{ assert(x < 255); }}
{says} function check_true(uint8 x) external pure {{ assert(x <= 255); }}
}}
"""
    (root / "proofs" / "symbolic" / "Empty.t.sol").write_text(text, encoding="utf-8")
    verdicts = {name: outcome.verdict for name, outcome in outcomes(root).items()}
    assert verdicts == {
        "check_hides": "GAVE UP",
        "check_loops": "UNBOUNDED",
        "check_false": "COUNTEREXAMPLE",
        "check_true": "proved",
    }


def test_what_a_slow_machine_gave_up_is_tried_again_with_more_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Halmos takes branches both ways that it has no time to decide; nothing else is tried a second time."""
    first = {"slow": "GAVE UP", "loop": "UNBOUNDED", "false": "COUNTEREXAMPLE", "true": "proved"}
    proofs = [Proof("SomeProof", name, "N", "B", 0) for name in first]
    asked = []

    def once(those: list[Proof], root: Path, patience: str) -> list[Outcome]:
        asked.append((patience, [proof.name for proof in those]))
        again = len(asked) > 1
        return [Outcome(one, "proved" if again else first[one.name], 0.0) for one in those]

    monkeypatch.setattr("proofs.symbolic.run.compiled", lambda root: proofs)
    monkeypatch.setattr("proofs.symbolic.run._tried_once", once)
    assert [outcome.verdict for outcome in tried(lambda _: True)] == [
        *("proved", "proved", "COUNTEREXAMPLE", "proved")
    ]
    assert asked == [(PATIENCE[0], list(first)), (PATIENCE[1], ["slow", "loop"])]


def test_every_break_has_its_place_and_every_proof_a_break(tmp_path: Path) -> None:
    """Whether each is found, `python -m proofs.symbolic.breaks` tells: that takes minutes."""
    prepare(tmp_path)
    there = {
        name_of(contract, f"check_{name}")
        for path in (ROOT / "proofs" / "symbolic").glob("*.t.sol")
        for contract in re.findall(r"^contract (\w+Proof)", path.read_text(), re.MULTILINE)
        for name in re.findall(r"function check_(\w+)", path.read_text())
    }
    assert set(meant()) == there
