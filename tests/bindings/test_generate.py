"""Enumerations and constants in Python are those of contracts/, without anybody's copying them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from offchain.bindings.constants import Units
from offchain.bindings.explain import shown
from offchain.bindings.generate import FOLDER, generated
from offchain.io.units import WEI_PER_UNIT

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.30;\n"
ONE = """
import {Two} from "./Two.sol";
uint256 constant TOP = 1 << 200;
enum Colour { None, DeepRed }
contract One {
    /// @notice What it
    /// does.
    enum Stage { None, FellBack }
    uint256 public constant DAYS = 3 days;
    uint256 internal constant THEIRS = Two.MOST * 2 + Two.MOST ** 2 - 1;
    uint256 internal constant LARGEST = type(uint24).max;
    uint256 private constant OWN = 7;
    bytes32 internal constant WORD = bytes32(uint256(1));
}
"""
TWO = "library Two { enum Stage { Early } uint8 internal constant MOST = 0x1_0; }"


def run(text: str) -> SimpleNamespace:
    """What a generated module defines."""
    names: dict[str, Any] = {}
    exec(compile(text, "generated", "exec"), names)
    return SimpleNamespace(**names)


def test_the_files_are_what_the_contracts_say_now() -> None:
    """`python -m offchain.bindings.generate` writes them."""
    assert {name: (FOLDER / name).read_text() for name in generated()} == generated()


def test_what_is_declared(project: Path) -> None:
    for name, text in {"One": ONE, "Two": TWO, "test/Three": "enum Four { No }"}.items():
        path = project / "contracts" / f"{name}.sol"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + text)
    made = {name: run(text) for name, text in generated(project).items()}
    enums, constants = made["enumerations.py"], made["constants.py"]

    assert {kind: enum.__name__ for kind, enum in enums.ENUMS.items()} == {
        "enum Colour": "Colour",
        "enum One.Stage": "OneStage",
        "enum Two.Stage": "TwoStage",
    }
    assert enums.OneStage.__doc__ == "What it does."
    assert [one.name for one in enums.Colour] == ["NONE", "DEEP_RED"]
    assert [shown(one) for one in enums.OneStage] == ["None", "FellBack"]
    assert [*map(int, enums.OneStage)] == [0, 1]
    assert constants.TOP == 1 << 200
    told = {name: value for name, value in vars(constants.One).items() if name[0] != "_"}
    assert told == {"DAYS": 259_200, "THEIRS": 287, "LARGEST": 2**24 - 1}
    assert constants.Two.MOST == 16


def test_what_cannot_be_read_is_not_guessed(project: Path) -> None:
    (project / "contracts" / "One.sol").write_text(
        HEAD + "contract One { uint256 public constant ODD = uint256(keccak256('x')); }"
    )
    with pytest.raises(ValueError, match="is not understood"):
        generated(project)


def test_a_unit_is_what_the_contracts_count_in() -> None:
    """The one constant that is written by hand, since what knows no contract counts in units, too."""
    assert WEI_PER_UNIT == Units.UNIT
