"""What SECURITY.md says of the page is shown by tests that are there."""

import re

import pytest

from offchain.io.paths import PROJECT

_TESTS = "\n".join(path.read_text() for path in (PROJECT / "web" / "tests").rglob("*.test.ts"))


def cited(text: str) -> list[str]:
    """The titles of tests, in italics, in the part of the table on the page."""
    part = text.split("| **the page**", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"\*([^*]{20,})\*", part)


@pytest.mark.parametrize("title", cited((PROJECT / "SECURITY.md").read_text()))
def test_each_attack_on_the_page_has_its_test(title: str) -> None:
    pattern = re.escape(title).replace("…", ".*")
    assert re.search(rf"test\([`']{pattern}[`']", _TESTS), title


def test_attacks_on_the_page_are_found_in_the_table() -> None:
    assert len(cited((PROJECT / "SECURITY.md").read_text())) > 5


def test_the_address_of_the_page_names_each_view() -> None:
    """docs/page.md lists what `view` can be."""
    names = re.findall(r"name: '([a-z-]+)'", (PROJECT / "web/src/views/views.tsx").read_text())
    told = (PROJECT / "docs/page.md").read_text()
    assert [name for name in names if f"`{name}`" not in told] == ["lots", "lot"]
