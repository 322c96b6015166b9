"""CONTRIBUTING.md: what it names is there, and each how-to is short."""

import re

import pytest

from offchain.cli.app import COMMANDS
from tests.docs.markdown import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HOW_TO = [part for part in PAGE.split("\n## ")[1:] if part.startswith("Add ")]


def test_files_that_are_named_exist() -> None:
    """Those that are links are held to by test_docs_links.py."""
    words = [word for code in re.findall(r"`([^`]+)`", PAGE) for word in code.split()]
    named = [word for word in words if "/" in word or word.startswith(".")]
    assert "tests/contracts/test_price_rule.py" in named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_what_make_is_asked_for_it_can_do() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    asked = set(re.findall(r"\bmake (\w+)", PAGE))
    assert {"setup", "bindings", "gas"} < asked
    assert [name for name in asked if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_commands_are_those_that_there_are() -> None:
    asked = set(re.findall(r"`consort (\w+)", PAGE))
    assert asked
    assert asked <= set(COMMANDS)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("CLAIMS", "offchain/model/theory/__init__.py"),
        ("RULES", "offchain/model/mechanisms/price_rule.py"),
        ("SMALL", "tests/model/theory/test_broken_mechanisms.py"),
        ("_BOOK_EVENTS", "offchain/keeper/books.py"),
        ("_LOT_EVENTS", "offchain/keeper/books.py"),
    ],
)
def test_tables_that_are_named_stand_in_their_files(name: str, file: str) -> None:
    assert f"`{name}`" in PAGE
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^{name}\b.* = ", text, re.MULTILINE)


@pytest.mark.parametrize("part", HOW_TO, ids=lambda part: part.splitlines()[0])
def test_a_how_to_takes_few_steps(part: str) -> None:
    steps = re.findall(r"^(\d)\. ", part, re.MULTILINE)
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    assert 3 <= len(steps) <= 7
