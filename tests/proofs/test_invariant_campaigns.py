"""Campaigns act on the code that is deployed, tell what they found, and fail where they show nothing. `make prove` runs them."""

import json
import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from offchain.bindings.artifacts import compiler, load_all
from proofs.invariants.breaking import Edit
from proofs.invariants.breaks import BREAKS, apply, numbers, prepare
from proofs.invariants.run import HERE, ROOT, Result, Size, names, told, write_code


def test_campaigns_run_on_the_machine_that_the_contracts_are_made_for() -> None:
    with (HERE / "foundry.toml").open("rb") as file:
        theirs = tomllib.load(file)["profile"]["default"]
    ours = compiler()
    assert theirs["evm_version"] == ours["evm_version"]
    assert theirs["remappings"] == ours["solc"]["remappings"]


def test_what_campaigns_act_on_is_the_code_that_is_deployed() -> None:
    """None makes a contract by itself but its handler."""
    for path in HERE.glob("*.sol"):
        made = set(re.findall(r"\bnew (\w+)\(", path.read_text(encoding="utf-8")))
        name = path.name.removesuffix(".t.sol")
        assert made <= {f"{name}Handler"} | {"bytes", "string"}, path.name
    folder = write_code(ROOT)
    for name, artifact in load_all().items():
        made_of = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        assert made_of["bytecode"] == f"0x{artifact.bytecode.hex()}"


def test_the_campaigns_compiler_makes_code_of_campaigns_alone() -> None:
    head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.30;\n"
    sources = {
        "contracts/B.sol": f"{head}contract B {{}}",
        "proofs/invariants/A.sol": f'{head}import {{B}} from "../../contracts/B.sol";\ncontract A {{ B b; }}',
    }
    request = {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.items()},
        "settings": {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
    }
    done = subprocess.run(
        (str(HERE / "solc.js"), "--standard-json"),
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    assert {path: set(found) for path, found in json.loads(done.stdout)["contracts"].items()} == {
        "proofs/invariants/A.sol": {"A"}
    }


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
