"""The compiled contracts: what Brownie makes, cached safely."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings import artifacts
from offchain.bindings.artifacts import Artifact, CompileError, are_compiled, load, load_all
from tests.brownie_process import COMPILED, COMPILING_SECONDS, brownie, compile_anew
from tests.patience import PATIENCE

SMALL = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.30;\n"
COUNTER = SMALL + "contract Counter { uint256 public count; function add() external { ++count; } }"


@pytest.fixture
def project(project: Path) -> Path:
    """That holds one contract."""
    (project / "contracts" / "Counter.sol").write_text(COUNTER)
    return project


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Fills with the projects compiled, one entry a time."""
    seen: list[Path] = []
    compile_: Callable[[Path], Any] = artifacts._compile

    def counted(project: Path) -> Any:
        seen.append(project)
        return compile_(project)

    monkeypatch.setattr(artifacts, "_compile", counted)
    return seen


def of_brownie(name: str) -> dict[str, Any]:
    """What Brownie keeps of a contract."""
    kept: dict[str, Any] = json.loads((COMPILED / f"{name}.json").read_text())
    return kept


def as_brownie_has_it(artifact: Artifact) -> dict[str, Any]:
    """Bytecode, metadata included, and interface."""
    return {
        "bytecode": artifact.bytecode.hex(),
        "deployedBytecode": artifact.runtime.hex(),
        "abi": list(artifact.abi),
    }


@pytest.mark.timeout(COMPILING_SECONDS)
def test_is_what_brownie_compiles() -> None:
    """Every contract of the repository. One that differs may only be older, in a checkout where something was changed."""
    compiled = {name: as_brownie_has_it(artifact) for name, artifact in load_all().items()}
    assert compiled
    brownie("compile")
    differing = [
        name for name, ours in compiled.items() if not ours.items() <= of_brownie(name).items()
    ]
    if differing:
        compile_anew(differing)
    for name, ours in compiled.items():
        theirs = of_brownie(name)
        for part, content in ours.items():
            assert theirs[part] == content, f"{name}: {part}"


def test_holds_all_that_a_caller_needs(project: Path) -> None:
    counter = load("Counter", project)
    assert isinstance(counter, Artifact)
    assert counter.bytecode.endswith(counter.runtime)
    assert {entry.get("name") for entry in counter.abi} == {"count", "add"}
    assert [slot["label"] for slot in counter.storage_layout["storage"]] == ["count"]


def test_compiles_once(project: Path, compilations: list[Path]) -> None:
    assert not are_compiled(project)
    assert load("Counter", project) == load_all(project)["Counter"]
    assert are_compiled(project)
    assert compilations == [project]


@pytest.mark.parametrize("changed", ["contracts/Counter.sol", "brownie-config.yaml"])
def test_compiles_again_after_a_change(
    project: Path, compilations: list[Path], changed: str
) -> None:
    before = load("Counter", project)
    path = project / changed
    path.write_text(path.read_text().replace("++count", "count += 2").replace("runs: ", "runs: 9"))
    assert load("Counter", project).bytecode != before.bytecode
    assert len(compilations) == 2


def test_processes_that_start_together_compile_once(project: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from offchain.bindings import artifacts\n"
        "compile_ = artifacts._compile\n"
        "artifacts._compile = lambda project: print('compiled') or compile_(project)\n"
        "artifacts.load('Counter', pathlib.Path(sys.argv[1]))\n"
    )
    command = [sys.executable, "-c", script, str(project)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = [process.communicate(timeout=PATIENCE)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert "".join(outputs) == "compiled\n"
    assert [path.suffix for path in (project / "build" / "artifacts").glob("*.*")] == [".json"]


@pytest.mark.parametrize("asked", [artifacts.syntax_trees, artifacts.comments])
def test_what_else_the_compiler_tells_is_kept_until_something_changes(
    project: Path, monkeypatch: pytest.MonkeyPatch, asked: Callable[[Path], Any]
) -> None:
    asks: list[Path] = []
    solc: Callable[..., Any] = artifacts._solc

    def counted(project: Path, outputs: Any) -> Any:
        asks.append(project)
        return solc(project, outputs)

    monkeypatch.setattr(artifacts, "_solc", counted)
    (told,) = asked(project).items()
    assert told[0] in {"contracts/Counter.sol", "Counter"}
    assert asked(project) == dict([told])
    assert asks == [project]
    (project / "contracts" / "Counter.sol").write_text(COUNTER.replace("Counter", "Other"))
    assert asked(project) != dict([told])
    assert asks == [project, project]


def test_a_cached_load_needs_no_compiler(project: Path) -> None:
    load("Counter", project)
    script = (
        "import sys, pathlib\n"
        "from offchain.bindings import artifacts\n"
        "artifacts.load('Counter', pathlib.Path(sys.argv[1]))\n"
        "sys.exit('solcx' in sys.modules or 'yaml' in sys.modules)\n"
    )
    environment = {**os.environ, "PATH": "/nowhere"}
    subprocess.run([sys.executable, "-c", script, str(project)], env=environment, check=True)


def test_names_the_contracts_there_are(project: Path) -> None:
    with pytest.raises(CompileError, match="no contract 'Countr' in contracts/; there are Counter"):
        load("Countr", project)


def test_shows_the_errors_of_the_compiler(project: Path) -> None:
    (project / "contracts" / "Broken.sol").write_text(SMALL + "contract Broken { missing x; }")
    with pytest.raises(CompileError, match=r"do not compile:[\s\S]*Broken.sol"):
        load_all(project)


def test_the_compiler_warns_of_nothing() -> None:
    assert artifacts.warnings() == []


def test_shows_the_warnings_of_the_compiler(project: Path) -> None:
    assert artifacts.warnings(project) == []
    unused = "contract Unused { function f() external pure { uint256 word; } }"
    (project / "contracts" / "Unused.sol").write_text(SMALL + unused)
    (warning,) = artifacts.warnings(project)
    assert "Unused local variable" in warning
    assert "contracts/Unused.sol:3" in warning


@pytest.mark.parametrize("missing", ["node_modules", ".solc"])
def test_says_when_the_set_up_is_missing(project: Path, missing: str) -> None:
    (project / missing).unlink()
    with pytest.raises(CompileError, match="run `make setup`"):
        load_all(project)


def test_refuses_two_contracts_of_one_name(project: Path) -> None:
    (project / "contracts" / "Other.sol").write_text(COUNTER)
    with pytest.raises(CompileError, match="a second contract is called Counter"):
        load_all(project)


def test_refuses_settings_it_would_not_pass_on(project: Path) -> None:
    path = project / "brownie-config.yaml"
    path.write_text(path.read_text().replace("  solc:\n", "  solc:\n    runs: 5\n"))
    with pytest.raises(CompileError, match=r"compiler\.solc\.runs is not understood"):
        load_all(project)


def test_refuses_a_library_that_would_need_linking(project: Path) -> None:
    (project / "contracts" / "Linked.sol").write_text(
        SMALL
        + "library Apart { function f() external pure returns (uint256) { return 1; } }"
        + "contract Linked { function g() external pure returns (uint256) { return Apart.f(); } }"
    )
    with pytest.raises(CompileError, match="Linked calls a library that is deployed apart"):
        load_all(project)


def test_an_empty_folder_is_an_error(project: Path) -> None:
    (project / "contracts" / "Counter.sol").unlink()
    with pytest.raises(CompileError, match="no Solidity file"):
        load_all(project)
