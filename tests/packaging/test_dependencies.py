"""What the package imports is what it says that it needs, no more and no less."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from offchain.cli.extras import EXTRAS

ROOT = Path(__file__).resolve().parents[2]
FOR_CHECKOUTS = {"dev", "docs", "mutants", "prove"}
"""Extras that nothing of the package imports."""
COMPILING = {"py-solc-x", "pyyaml"}


def normal(name: str) -> str:
    """A distribution's name as indices compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> set[str]:
    """The distributions of which offchain imports a module."""
    modules = set()
    for path in (ROOT / "offchain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Import):
                modules |= {name.name.partition(".")[0] for name in node.names}
    known = packages_distributions()
    foreign = modules - set(sys.stdlib_module_names) - {"offchain"}
    return {normal(known[module][0]) for module in foreign}


def project() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[<>=!~\[ ]", one, maxsplit=1)[0]) for one in requirements}


def declared() -> set[str]:
    """By the package and its extras, but for what is needed in a checkout only."""
    asked = project()["dependencies"] + [
        one
        for extra, requirements in project()["optional-dependencies"].items()
        if extra not in FOR_CHECKOUTS
        for one in requirements
    ]
    return names(asked) - {"consort"}


def test_every_import_is_declared_and_every_declaration_imported() -> None:
    """What compiles the contracts is imported in checkouts only."""
    assert imported() - COMPILING == declared()
    assert names(project()["optional-dependencies"]["dev"]) >= COMPILING


def test_what_an_extra_has_is_imported_where_it_is_used() -> None:
    """Plain commands start without it, and say what is missing when it is asked for."""
    code = "import sys, offchain.cli.app; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "typer" in done.stdout.split()
    assert set(done.stdout.split()) & (EXTRAS.keys() | {"solcx", "yaml"}) == set()


def test_the_lock_has_what_is_declared() -> None:
    locked = {
        normal(line.partition("==")[0])
        for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    assert declared() - locked == set()


def read(name: str) -> Any:
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


def test_npm_packages_have_exact_versions_and_no_address() -> None:
    """The lock names folders of this checkout only, so that npm asks whichever registry the machine uses."""
    package, locked = read("package.json"), read("package-lock.json")["packages"]
    asked = package["dependencies"] | package["devDependencies"]
    assert [name for name in asked if re.fullmatch(r"\d+\.\d+\.\d+", asked[name]) is None] == []
    assert {name: locked[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert {one["resolved"] for one in locked.values() if "resolved" in one} == {"tools/nothing"}


def test_nothing_stands_for_all_that_the_houses_packages_name() -> None:
    """Hundreds of packages that nobody here uses, an OpenZeppelin older than the one compiled against among them."""
    locked = read("package-lock.json")["packages"]
    for name in ("@nouns/contracts", "@zoralabs/auction-house"):
        home = f"node_modules/{name}"
        for other in locked[home]["dependencies"]:
            nearest = locked.get(f"{home}/node_modules/{other}") or locked[f"node_modules/{other}"]
            assert nearest == {"resolved": "tools/nothing", "link": True}, other
    assert "version" in locked["node_modules/@openzeppelin/contracts"]
