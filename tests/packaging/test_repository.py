"""What tools outside this repository read of it says what is true here."""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from offchain import __version__
from tools.check import LINT

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
READ_ELSEWHERE = [
    ROOT / "CITATION.cff",
    ROOT / ".pre-commit-config.yaml",
    *sorted(GITHUB.rglob("*.yml")),
]


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def made() -> set[str]:
    """What `make` can be asked for by name."""
    found = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return set(found)


@pytest.mark.parametrize("path", READ_ELSEWHERE, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_is_yaml_with_something_in_it(path: Path) -> None:
    assert isinstance(read(path), dict)


def test_the_citation_is_of_this_version_and_of_the_papers() -> None:
    citation = read(ROOT / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)  # what CFF 1.2.0 wants
    assert citation["version"] == __version__
    titles = [reference["title"] for reference in citation["references"]]
    papers = (ROOT / "docs" / "theory.md").read_text(encoding="utf-8")
    assert "When Bidders Are DAOs" in titles
    assert [title for title in titles if f"*{title}*" not in papers] == []


def test_the_workflow_asks_for_what_the_makefile_has() -> None:
    steps = read(GITHUB / "workflows" / "test.yml")["jobs"]["test"]["steps"]
    asked = [shlex.split(step["run"]) for step in steps if "run" in step]
    assert ["make", "test"] in asked
    assert {target for tool, *targets in asked if tool == "make" for target in targets} <= made()


def test_the_workflow_has_the_versions_that_the_project_needs() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    steps = read(GITHUB / "workflows" / "test.yml")["jobs"]["test"]["steps"]
    given: dict[str, str] = {}
    for step in steps:
        given |= step.get("with", {})
    assert f'requires-python = ">={given["python-version"]},<' in text
    assert f'python_version = "{given["python-version"]}"' in text
    assert f'"node": ">={given["node-version"]}"' in (ROOT / "package.json").read_text()


def test_actions_are_pinned_to_commits() -> None:
    used = [
        step["uses"]
        for path in (GITHUB / "workflows").glob("*.yml")
        for job in read(path)["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    ]
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)] == []


def test_a_commit_is_checked_as_make_lint_does() -> None:
    """By its very commands, and so with the versions that the project pins."""
    steps = [[part.removeprefix(f"{ROOT}/") for part in step.command] for step in LINT]
    hooks = [
        shlex.split(hook["entry"])
        for repository in read(ROOT / ".pre-commit-config.yaml")["repos"]
        for hook in repository["hooks"]
    ]
    assert sorted(hooks) == sorted(steps)


def test_foundry_compiles_as_brownie_does() -> None:
    profile = tomllib.loads((ROOT / "foundry.toml").read_text(encoding="utf-8"))["profile"][
        "default"
    ]
    compiler = read(ROOT / "brownie-config.yaml")["compiler"]
    solc = compiler["solc"]
    assert profile["solc"] == f".solc/solc-v{solc['version']}"
    assert profile["evm_version"] == compiler["evm_version"]
    assert profile["via_ir"] == solc["viaIR"]
    assert profile["optimizer"] == solc["optimizer"]["enabled"]
    assert profile["optimizer_runs"] == solc["optimizer"]["runs"]
    assert profile["remappings"] == solc["remappings"]


@pytest.mark.parametrize("title", ["Solidity style (forge fmt)", "Solidity style (solhint)"])
def test_the_linters_of_solidity_can_fail(title: str, tmp_path: Path) -> None:
    """npm's own `forge` never does: it loses the exit code."""
    (step,) = [step for step in LINT if step.title == title]
    source = tmp_path / "contracts" / "base" / "Small.sol"
    source.parent.mkdir(parents=True)
    shutil.copy(ROOT / "foundry.toml", tmp_path)
    good = (ROOT / "contracts" / "libraries" / "Units.sol").read_text(encoding="utf-8")
    source.write_text(good)
    assert subprocess.run(step.command, cwd=tmp_path).returncode == 0
    source.write_text(good + "contract  small {}\n")
    assert subprocess.run(step.command, cwd=tmp_path).returncode == 1
