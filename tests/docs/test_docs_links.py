"""Links and pictures in the Markdown pages lead somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.markdown import ROOT, anchors, links, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    broken = [
        target for target in links(page) if not urlsplit(target).scheme and not leads(page, target)
    ]
    assert not broken


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_that_is_called_like_a_file_leads_to_that_file(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    named = re.findall(r"\[`?([\w.-]+\.(?:json|md|py|sol))`?\]\(([^)#]+)", text)
    assert [label for label, target in named if Path(target).name != label] == []


def leads(page: Path, target: str) -> bool:
    """Whether a link within the repository names a file in it, and a heading on that page."""
    path, _, anchor = unquote(target).partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.is_relative_to(ROOT) or not file.exists():
        return False
    return not anchor or (file.suffix == ".md" and anchor in anchors(file))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_tables_have_headings(page: Path) -> None:
    """A blank line in a table would make text of the rows below it."""
    lines = page.read_text(encoding="utf-8").splitlines()
    first = [
        place
        for place, line in enumerate(lines)
        if line.startswith("|") and not (place and lines[place - 1].startswith("|"))
    ]
    bare = [
        lines[place]
        for place in first
        if not re.fullmatch(r"[| :-]+", "".join(lines[place + 1 : place + 2]))
    ]
    assert bare == []


def test_the_check_finds_what_is_broken(tmp_path: Path) -> None:
    page = ROOT / "README.md"
    assert leads(page, "docs/mechanism.md#the-rule")
    assert leads(page, "LICENSE")
    for target in (
        "docs/none.md",
        "#none",
        "docs/mechanism.md#none",
        "LICENSE#none",
        f"../../../../{tmp_path}",
    ):
        assert not leads(page, target), target


def test_anchors_are_those_of_github(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A, b & `c_d`\n## [A link](x.md) here\n## Twice\n## Twice\n```\n# no heading\n```\n"
    )
    assert anchors(page) == {"a-b--c_d", "a-link-here", "twice", "twice-1"}
