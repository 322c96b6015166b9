"""docs/glossary.md: in order, no word twice, and every name that it points to stands in the code."""

import re
from collections import Counter

import pytest

from tests.docs.markdown import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
THEMES = {
    title: [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in body.splitlines()
        if line.startswith("| ") and not line.startswith("| ---")
    ][1:]
    for title, body in re.findall(r"^## (.+)\n((?:(?!^## ).*\n?)*)", PAGE, re.MULTILINE)
}
ROWS = [row for rows in THEMES.values() for row in rows]


def names(cell: str) -> list[str]:
    """The names of the code in a cell, those behind a dot on their own."""
    return [part for code in re.findall(r"`([^`]+)`", cell) for part in code.split(".")]


def words_of(*patterns: str) -> set[str]:
    """All identifiers, and names of files and folders, under these patterns."""
    found: set[str] = set()
    for pattern in patterns:
        files = [path for path in ROOT.glob(pattern) if "node_modules" not in path.parts]
        assert files, pattern
        for path in files:
            found |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
            found |= {path.stem, path.parent.name}
    return found


CODE = words_of("contracts/**/*.sol", "offchain/**/*.py")


@pytest.mark.parametrize("title", sorted(THEMES))
def test_words_are_in_order(title: str) -> None:
    rows = [row[0].lower() for row in THEMES[title]]
    assert rows == sorted(rows)


def test_every_row_says_something_and_names_code() -> None:
    assert len(ROWS) > 100
    for word, meaning, code, _ in ROWS:
        assert len(meaning) > 15, word
        assert names(code), word


def test_no_word_is_explained_twice() -> None:
    assert [word for word, count in Counter(row[0] for row in ROWS).items() if count > 1] == []


def test_names_stand_in_the_code() -> None:
    assert [(row[0], name) for row in ROWS for name in names(row[2]) if name not in CODE] == []
