"""A contract of others that gates on access needs one file of this repository, or two: nothing is behind them."""

import shutil
from pathlib import Path

import pytest
import solcx

from offchain.bindings.artifacts import compiler

ROOT = Path(__file__).resolve().parents[2]
INTERFACES = ROOT / "contracts" / "interfaces"
GATE = """
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

import {IDAO} from "./IDAO.sol";

contract Gate {
    IDAO public immutable dao;
    uint256 public immutable lot;

    constructor(IDAO dao_, uint256 lot_) {
        require(dao_.auctioneer() != address(0));
        (dao, lot) = (dao_, lot_);
    }

    function enter() external view {
        require(dao.hasAccess(lot, msg.sender), "no access");
    }
}
"""


def compiled(folder: Path, sources: dict[str, str]) -> set[str]:
    """What is compiled of these, which lie in the folder with whatever they import, by file and name."""
    for name, text in sources.items():
        (folder / name).write_text(text)
    output = solcx.compile_standard(
        {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in sources.items()},
            "settings": {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
        },
        base_path=folder,
        solc_binary=ROOT / ".solc" / f"solc-v{compiler()['solc']['version']}",
    )
    return {f"{file}:{name}" for file, found in output["contracts"].items() for name in found}


def test_a_gate_compiles_with_that_one_file(tmp_path: Path) -> None:
    shutil.copy(INTERFACES / "IDAO.sol", tmp_path)
    assert compiled(tmp_path, {"Gate.sol": GATE}) == {"Gate.sol:Gate", "IDAO.sol:IDAO"}


def test_a_gate_that_asks_the_factory_takes_two(tmp_path: Path) -> None:
    """The example in contracts/test does."""
    for name in ("IDAO.sol", "IDAOFactory.sol"):
        shutil.copy(INTERFACES / name, tmp_path)
    example = (ROOT / "contracts" / "test" / "MembersOnly.sol").read_text(encoding="utf-8")
    found = compiled(tmp_path, {"MembersOnly.sol": example.replace("../interfaces/", "./")})
    assert "MembersOnly.sol:MembersOnly" in found


def test_the_compiler_would_say_if_there_were_more_behind_it(tmp_path: Path) -> None:
    shutil.copy(INTERFACES / "IMarket.sol", tmp_path / "IDAO.sol")
    with pytest.raises(solcx.exceptions.SolcError):
        compiled(tmp_path, {"Gate.sol": GATE})
