"""Where a page says `Class.name` of our Python or Solidity, that class, contract or library has such a name."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, pages

_NAMED = re.compile(r"`(?P<owner>[A-Z]\w+)\.(?P<name>\w+)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_BASES = re.compile(r"^(?:abstract )?contract \w+ is (?P<bases>[^{]+)\{", re.MULTILINE)


@cache
def python() -> dict[str, set[str]]:
    """The names in every class of offchain/, with what it inherits from classes there; of two of one name, those of both."""
    found: dict[str, set[str]] = {}
    bases: dict[str, set[str]] = {}
    for path in (ROOT / "offchain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set()).update(_names(node))
                bases.setdefault(node.name, set()).update(
                    base.id for one in node.bases if isinstance(base := _generic(one), ast.Name)
                )
    for _ in bases:
        for name, above in bases.items():
            found[name].update(*(found.get(base, ()) for base in above))
    return found


def _generic(base: ast.expr) -> ast.expr:
    """A base without what it is of."""
    return base.value if isinstance(base, ast.Subscript) else base


def _names(node: ast.ClassDef) -> set[str]:
    """Methods, fields, and what methods set on `self`."""
    return {
        one.name if isinstance(one, ast.FunctionDef) else one.id
        for one in ast.walk(node)
        if isinstance(one, ast.FunctionDef)
        or (isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    } | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}


@cache
def solidity(owner: str) -> set[str]:
    """All words of a contract or library and of what it inherits; none if there is no such file."""
    paths: list[Path] = list((ROOT / "contracts").rglob(f"{owner}.sol"))
    if not paths:
        return set()
    text = paths[0].read_text(encoding="utf-8")
    found = set(re.findall(r"\w+", text))
    for match in _BASES.finditer(text):
        found = found.union(*(solidity(base.strip()) for base in match["bases"].split(",")))
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_names_of_classes_and_contracts(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    wrong = [
        f"{owner}.{name}"
        for owner, name in _NAMED.findall(text)
        if (known := python().get(owner, set()) | solidity(owner)) and name not in known
    ]
    assert wrong == []


def test_the_check_finds_what_is_not_there() -> None:
    assert "sync" in python()["Ledger"]
    assert "commit" in solidity("DAO"), "inherited"
    assert "revealAll" not in solidity("DAO") | python()["Keeper"]
