"""Campaigns are compiled as the contracts are, tell what they found, and fail where they show nothing. `make prove` runs them."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from offchain.bindings.artifacts import compiler
from proofs.invariants.breaks import BREAKS, Edit, apply, numbers, prepare
from proofs.invariants.run import HERE, Result, Size, names, told


def test_campaigns_are_compiled_as_the_contracts_are() -> None:
    with (HERE / "foundry.toml").open("rb") as file:
        theirs = tomllib.load(file)["profile"]["default"]
    ours = compiler()
    assert theirs["solc"] == f".solc/solc-v{ours['solc']['version']}"
    assert theirs["evm_version"] == ours["evm_version"]
    assert theirs["via_ir"] is ours["solc"]["viaIR"]
    assert theirs["optimizer"] is ours["solc"]["optimizer"]["enabled"]
    assert theirs["optimizer_runs"] == ours["solc"]["optimizer"]["runs"]
    assert theirs["remappings"] == ours["solc"]["remappings"]


def result(failure: str | None = None, **done: int) -> Result:
    tried = Counter(dict.fromkeys(done, 9))
    return Result("Some", 2, 1.0, failure, (), tried, Counter(done))


def test_a_campaign_holds_if_no_invariant_failed_and_every_action_succeeded_once() -> None:
    assert result(commit=1, claim=9).held
    assert not result("an item is astray", commit=1, claim=9).held
    assert not result().held


def test_an_action_that_never_succeeded_fails_the_campaign_and_is_named() -> None:
    idle = result(commit=1, claim=0)
    assert not idle.held
    assert idle.idle == ("claim",)
    lines = list(told(idle, Size(2, 500)))
    assert "never succeeded: claim" in lines
    assert max(map(len, lines)) <= 80


def test_each_campaign_has_a_contract_of_its_name() -> None:
    for name in names():
        text = (HERE / f"{name}.t.sol").read_text(encoding="utf-8")
        assert f'contract {name} is Campaign("{name}")' in text
        assert text.count("function invariant_") == 1


def test_every_break_has_its_place_in_the_contracts(tmp_path: Path) -> None:
    """Whether each is found, `python -m proofs.invariants.breaks` tells: that takes minutes."""
    prepare(tmp_path)
    texts = "".join(path.read_text() for path in (tmp_path / "contracts").rglob("*.sol"))
    assert all(f"!broken({number})" in texts for number in numbers())
    assert {one.campaign for one in BREAKS} <= set(names())


def test_a_break_whose_place_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "Some.sol").write_text(
        "pragma solidity ^0.8.30;\n\nuint256 constant A = 1;\n"
    )
    with pytest.raises(ValueError, match="0 times"):
        apply(Edit("Some.sol", "B = 1", "B = 2"), 1, tmp_path)
