"""What `pip install` makes of a built wheel: `consort` outside the checkout, without Node, compiler or network."""

import json
import os
import re
import shutil
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from offchain import __version__
from offchain.bindings.artifacts import load, load_all
from offchain.chain.nodes import _find, anvil
from offchain.cli.app import app
from offchain.cli.extras import EXTRAS
from tests.packaging.installed import Installed, install
from tools import build_wheel
from tools.build_wheel import PLAYED, build

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """With a page in it that stands for the built one."""
    folder = tmp_path_factory.mktemp("wheel")
    page = folder / "page"
    page.mkdir()
    for name in ("index.html", "page.js", "page.css"):
        (page / name).write_text(f"the {name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_wheel, "PAGE", page)
        patch.setattr(build_wheel, "_STAGE", folder / "stage")
        yield build(folder / "dist")


@pytest.fixture(scope="module")
def plain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("plain"), wheel)


@pytest.fixture(scope="module")
def whole(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("whole"), wheel, frozenset({"simulation"}))


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH in which there is Anvil and nothing else."""
    folder = tmp_path_factory.mktemp("node")
    (folder / "anvil").symlink_to(_find("anvil"))
    return folder


def test_it_holds_the_contracts_and_the_page_and_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = Parser().parsestr(
            archive.read(f"consort-{__version__}.dist-info/METADATA").decode()
        )
        dao = json.loads(archive.read("offchain/packaged/abi/DAO.json"))
    assert "offchain/packaged/page/index.html" in names
    assert "offchain/py.typed" in names
    assert {name.split("/")[0] for name in names} == {
        "offchain",
        f"consort-{__version__}.dist-info",
    }
    assert [name for name in names if name.endswith((".pyc", ".sol"))] == []
    assert dao["bytecode"] == f"0x{load('DAO').bytecode.hex()}"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["License"] is None


def test_every_file_beside_the_code_is_in_it(wheel: Path) -> None:
    """Templates and styles, which setuptools takes only where it is told of them."""
    mine = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "offchain").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        assert mine <= set(archive.namelist())


def test_two_builds_are_the_same_file(wheel: Path, tmp_path: Path) -> None:
    before = wheel.read_bytes()
    assert build(tmp_path).read_bytes() == before


def test_of_the_test_contracts_it_has_those_that_consort_plays_with() -> None:
    """Whatever of contracts/test the package names."""
    doubles = {path.stem for path in (ROOT / "contracts" / "test").glob("*.sol")} & set(load_all())
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "offchain").rglob("*.py"))
    named = set(re.findall(r'"(\w+)"', text))
    assert named & doubles == PLAYED


def test_it_solves_as_the_checkout_does(plain: Installed) -> None:
    """All that README and docs solve, by the exact model, without the libraries of simulations."""
    files = [json.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES.glob("*.json")]
    instances = [one for file in files for one in (file if isinstance(file, list) else [file])]
    (plain.home / "all.json").write_text(json.dumps(instances))
    done = plain.run("solve", "--on", "reference", "all.json")
    assert done.returncode == 0, done.stderr
    theirs = CliRunner().invoke(app, ["solve", "--on", "reference", str(plain.home / "all.json")])
    assert json.loads(done.stdout) == json.loads(theirs.stdout)


def test_it_plays_on_its_own_chain(plain: Installed) -> None:
    """By the contracts that it carries, on revm."""
    for name in ("several-groups.json", "roughly.json", "painting.json"):
        done = plain.run("solve", "--on", "revm", str(EXAMPLES / name))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["gas"]["total"] > 0


def test_it_checks(plain: Installed) -> None:
    done = plain.run("check", str(EXAMPLES / "tie.json"))
    assert done.returncode == 0, done.stderr
    assert "incentive compatibility  holds" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "module", "extra"),
    [
        (["theory"], "numpy", "simulation"),
        (["simulate"], "numpy", "simulation"),
        (["demo"], "matplotlib", "report"),
    ],
    ids=["theory", "simulate", "demo"],
)
def test_it_names_the_extra_that_a_command_takes(
    plain: Installed, arguments: list[str], module: str, extra: str
) -> None:
    done = plain.run(*arguments)
    assert done.returncode == 2
    told = f"error: {module} is not installed, which this needs: pip install 'consort[{extra}]'"
    assert done.stderr.splitlines()[-1] == told
    assert "Traceback" not in done.stderr


def test_extras_are_named_as_the_package_has_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for module, extra in EXTRAS.items():
        within = " ".join([*extras[extra], *extras["report"]])
        assert re.search(rf"\b{module}\b", within), module
        assert not any(one.startswith(module) for one in project["dependencies"])


def test_it_says_how_to_have_a_node(plain: Installed) -> None:
    done = plain.run("solve", "--on", "anvil", str(EXAMPLES / "tie.json"))
    assert done.returncode == 3
    assert done.stderr == "error: anvil is not installed: put it on PATH, or run on revm\n"


def test_it_finds_a_node_on_the_path(plain: Installed, node_folder: Path) -> None:
    example = str(EXAMPLES / "tie.json")
    done = plain.run("solve", "--on", "anvil", example, path=(node_folder,))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["items"]


def test_it_deploys_and_keeps(plain: Installed) -> None:
    """Against a node, as an operator does who has no checkout."""
    with anvil(accounts=2, auto_impersonate=True) as node:
        done = plain.run("deploy", "--on", node.url, "--out", "deployment.json")
        assert done.returncode == 0, done.stderr
        deployed: dict[str, Any] = json.loads((plain.home / "deployment.json").read_text())
        assert deployed["chain_id"] == 31337
        files = ["--deployment", "deployment.json", "--receipts", "receipts.jsonl"]
        done = plain.run("keep", "--on", node.url, *files, "--once")
        assert done.returncode == 0, done.stderr


def test_a_house_says_that_a_checkout_is_needed(whole: Installed) -> None:
    done = whole.run("demo", "--house", "nouns")
    assert done.returncode == 3
    assert "only a checkout of Consort has the houses" in done.stderr


def test_with_its_extra_it_shows_an_auction(whole: Installed) -> None:
    """Where no node is installed, on its own chain."""
    done = whole.run("demo")
    assert done.returncode == 0, done.stderr
    assert "ganache is not installed: on revm instead." in done.stderr
    report = whole.home / "build" / "demo" / "report.html"
    assert "<html" in report.read_text(encoding="utf-8")


def test_with_its_extra_it_measures_theorems(whole: Installed) -> None:
    done = whole.run("theory", "--only", "daos-theorem-2", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert rows
    assert all(row["holds"] for row in rows)


def test_with_its_extra_it_simulates(whole: Installed) -> None:
    done = whole.run("simulate", "--auctions", "20", "--members", "5", "--out", "simulated")
    assert done.returncode == 0, done.stderr
    assert list((whole.home / "simulated").rglob("*.parquet"))


def test_nothing_of_the_checkout_is_read(plain: Installed) -> None:
    """The package that runs is the installed one."""
    found = shutil.which("consort", path=str(plain.prefix / "bin"))
    assert found is not None
    done = plain.run("page", "--deployment", "none.json")
    assert done.returncode == 2  # the page is there, so that the file is what is missing
    assert "none.json" in done.stderr
    assert str(ROOT) not in done.stderr
    assert os.path.realpath(plain.packages / "offchain") != str(ROOT / "offchain")
