"""What the package imports is what it says that it needs, no more and no less."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


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


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {normal(re.split(r"[<>=!~ ]", one, maxsplit=1)[0]) for one in project["dependencies"]}


def test_every_import_is_declared_and_every_declaration_imported() -> None:
    assert imported() == declared()


def test_the_lock_has_what_is_declared() -> None:
    locked = {
        normal(line.partition("==")[0])
        for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    assert declared() - locked == set()
