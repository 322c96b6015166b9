"""What `make abi` makes is what is deployed, and a program of others that has only the npm package reads it."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak

from offchain import __version__
from offchain.bindings import constants, enumerations
from offchain.bindings.artifacts import load, load_all
from offchain.chain import abi
from tests.patience import PATIENCE
from tools.write_abi import abi_files, exported, npm_files, replace

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "packages" / "contracts"

READ = """
import * as all from "consort-contracts";
import * as DAO from "consort-contracts/DAO";
import { Phase } from "consort-contracts/enums";
import { AuctionHouse, Chances } from "consort-contracts/constants";
import { abi, notices } from "consort-contracts/errors";
import json from "consort-contracts/json/DAO.json" with { type: "json" };
console.log(JSON.stringify({
  names: Object.keys(all), same: all.DAO === DAO, abi: DAO.abi, bytecode: DAO.bytecode, phase: Phase,
  least: String(AuctionHouse.MIN_PHASE), draws: String(Chances.DRAWS), errors: abi, notices, json,
  interface: Object.keys(all.IDAO),
}));
"""


@pytest.fixture(scope="module")
def chosen() -> list[dict[str, Any]]:
    return list(exported())


@pytest.fixture(scope="module")
def seen(chosen: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a Node program finds that has unpacked what `npm pack` makes, and nothing else."""
    made, home = tmp_path_factory.mktemp("package"), tmp_path_factory.mktemp("program")
    for name in ("package.json", "README.md"):
        shutil.copy(SOURCE / name, made)
    replace(made / "dist", npm_files(chosen))
    run("npm", "pack", "--silent", "--pack-destination", str(home), where=made)
    (tarball,) = home.glob("*.tgz")
    package = home / "node_modules" / "consort-contracts"
    package.mkdir(parents=True)
    shutil.unpack_archive(tarball, home, filter="data")
    shutil.move(home / "package", package.parent / "unpacked")
    package.rmdir()
    (package.parent / "unpacked").rename(package)
    (home / "read.mjs").write_text(READ)
    found: dict[str, Any] = json.loads(run("node", "read.mjs", where=home))
    return found


def run(*command: str, where: Path) -> str:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def plain(value: object) -> Any:
    """As JSON has it: lists for tuples."""
    return json.loads(json.dumps(value))


def test_every_contract_that_is_deployed_has_a_file(chosen: list[dict[str, Any]]) -> None:
    names = {one["contractName"] for one in chosen}
    assert {"Auctioneer", "DAO", "DAOFactory", "Estate", "BeaconRandomness", "Paddle"} <= names
    assert {"IDAO", "IDAOFactory", "IEstate"} <= names
    sources = {path.stem for path in (ROOT / "contracts" / "test").glob("*.sol")}
    assert names & sources == {"Item"}
    for one in chosen:
        assert (ROOT / one["sourceName"]).is_file()
        interface = one["contractName"] != "Item" and re.match("I[A-Z]", one["contractName"])
        assert (one["bytecode"] == "0x") == bool(interface), one["contractName"]


def test_a_file_has_what_is_deployed(chosen: list[dict[str, Any]]) -> None:
    files = abi_files(chosen)
    for one in chosen:
        name = one["contractName"]
        written, artifact = json.loads(files[f"{name}.json"]), load(name)
        assert written["abi"] == plain(artifact.abi)
        assert written["bytecode"] == f"0x{artifact.bytecode.hex()}"
        assert written["deployedBytecode"] == f"0x{artifact.runtime.hex()}"
        assert (written["compiler"], written["evmVersion"]) == ("0.8.37", "shanghai")


def test_the_package_has_them_as_a_node_program_sees_it(
    chosen: list[dict[str, Any]], seen: dict[str, Any]
) -> None:
    names = [one["contractName"] for one in chosen]
    assert sorted(seen["names"]) == sorted([*names, "constants", "enums", "errors"])
    assert seen["same"] is True
    assert seen["abi"] == plain(load("DAO").abi)
    assert seen["bytecode"] == f"0x{load('DAO').bytecode.hex()}"
    assert seen["json"]["abi"] == seen["abi"]
    assert seen["interface"] == ["abi"]


def test_the_package_has_enumerations_and_constants(seen: dict[str, Any]) -> None:
    assert list(seen["phase"].values()) == list(range(len(enumerations.Phase)))
    assert [name.upper() for name in seen["phase"]] == [one.name for one in enumerations.Phase]
    assert int(seen["least"]) == constants.AuctionHouse.MIN_PHASE
    assert int(seen["draws"]) == constants.Chances.DRAWS  # more than JavaScript's numbers hold


def test_the_package_has_every_error_once_and_what_it_means(
    chosen: list[dict[str, Any]], seen: dict[str, Any]
) -> None:
    mine = {
        abi.signature(entry["name"], entry["inputs"])
        for one in chosen
        for entry in load_all()[one["contractName"]].abi
        if entry["type"] == "error"
    }
    found = [abi.signature(entry["name"], entry["inputs"]) for entry in seen["errors"]]
    assert found == sorted(mine)
    selectors = [keccak(one.encode())[:4] for one in found]
    assert len(set(selectors)) == len(selectors)  # or one would be taken for another
    assert set(seen["notices"]) <= set(found)
    assert seen["notices"]["WrongPhase(uint256,uint8)"].startswith("The call does not belong")


def test_types_are_the_values(chosen: list[dict[str, Any]]) -> None:
    """Held to the values by the page's own types, too; here, that each module has types of as many names."""
    files = npm_files(chosen)
    for name, text in files.items():
        if name.endswith(".js") and name != "index.js":
            types = files[name.removesuffix(".js") + ".d.ts"]
            exported_ = re.findall(r"^export const (\w+) =", text, re.MULTILINE)
            assert re.findall(r"^export declare const (\w+):", types, re.MULTILINE) == exported_
    idao = files["IDAO.d.ts"]
    assert 'readonly "name": "hasAccess";' in idao
    assert "readonly []" in idao
    assert "`0x${string}`" in files["DAO.d.ts"]


def test_files_that_are_no_longer_made_go_and_others_are_left_as_they_are(tmp_path: Path) -> None:
    replace(tmp_path, {"a.js": "1", "json/b.json": "2"})
    before = (tmp_path / "a.js").stat().st_mtime_ns
    replace(tmp_path, {"a.js": "1", "json/c.json": "3"})
    assert (tmp_path / "a.js").stat().st_mtime_ns == before
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["a.js", "c.json"]


def test_the_package_is_of_this_version() -> None:
    package = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))
    assert package["version"] == __version__


@pytest.mark.parametrize("name", ["Auctioneer", "DAO"])
def test_a_bid_is_told_by_field(name: str, chosen: list[dict[str, Any]]) -> None:
    """So that nobody outside has to know how a slot is packed."""
    (found,) = [one["abi"] for one in chosen if one["contractName"] == name]
    (bid_of,) = [one for one in found if one.get("name") == "bidOf"]
    (bid,) = bid_of["outputs"]
    fields = [(one["name"], one["type"]) for one in bid["components"]]
    assert fields == [("commitment", "bytes24"), ("bid", "uint64"), ("deposit", "uint64")]
