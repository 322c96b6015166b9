"""The site of `make docs`: its pages, before MkDocs makes HTML of them, lack nothing and lead nowhere else."""

import posixpath
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from textwrap import dedent

import pytest

from offchain.bindings.artifacts import load
from tests.docs.markdown import ROOT
from tools.site.dialect import for_mkdocs
from tools.site.natspec import page
from tools.site.stage import BESIDE, files, head, staged

CONFIG = (ROOT / "tools" / "site" / "mkdocs.yml").read_text(encoding="utf-8")
_CODE = re.compile(r"^ *(`{3,}).*?^ *\1$|`(?:[^`\n]|\n(?!\n))+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)|src=\"(?P<picture>[^\"]+)\"")


@cache
def pages() -> dict[str, str]:
    return staged()


def targets(name: str) -> Iterator[str]:
    """Where a page leads within the site, from its root."""
    for found in _LINK.finditer(_CODE.sub("", pages()[name])):
        target = (found["target"] or found["picture"]).partition("#")[0]
        if target and "://" not in target:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(name), target))


def test_it_has_every_page_of_the_repository() -> None:
    mine = {name for name in files() if name.startswith("docs/") and name.endswith(".md")}
    assert mine | {"index.md", "SECURITY.md", "reference.md", "contracts/DAO.md"} <= set(pages())


def test_every_page_of_docs_is_in_the_menu() -> None:
    for name in files():
        if name.startswith("docs/") and name.endswith(".md"):
            assert re.search(rf"- (\w+: )?{re.escape(name)}$", CONFIG, re.MULTILINE), name
    for name in re.findall(r"([\w./-]+\.md)$", CONFIG, re.MULTILINE):
        assert name in pages()


def test_every_link_leads_to_a_page_or_a_picture_that_is_there() -> None:
    pictures = {name for name in files() if name.endswith((".svg", ".png"))}
    there = set(pages()) | pictures
    broken = [(name, one) for name in pages() for one in targets(name) if one not in there]
    assert not broken


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert "font: false" in CONFIG
    assert re.findall(r"https?://\S+", CONFIG) == []
    assert not any(
        re.search(r"<(script|link|img)[^>]*https?://", _CODE.sub("", text))
        for text in pages().values()
    )


def test_the_site_is_searched_from_a_folder_too_by_nothing_from_elsewhere() -> None:
    assert "- offline" in CONFIG
    (name,) = re.findall(r"polyfills: \[(\S+)\]", CONFIG)
    assert "iframe-worker" in name, "the theme would have its own fetched from elsewhere"
    assert name in {path.name for path in BESIDE}


def test_a_search_finds_what_is_written_for_people_before_code() -> None:
    last = {name.partition("/")[0] for name in pages() if "boost: 0.001" in head(name)}
    assert last == {"source", "python", "contracts", "CHANGELOG.md"}
    assert head("docs/mechanism.md") == ""


def test_a_contract_s_page_tells_all_that_its_abi_has() -> None:
    text = pages()["contracts/DAO.md"]
    for entry in load("DAO").abi:
        if entry["type"] in ("function", "event", "error"):
            assert f"\n### {entry['name']}\n" in text
    assert "`hasAccess(uint256 lot, address member) view → bool`" in text
    assert "Whether `member` has access to what the DAO won at `lot`" in text
    assert "| `member` | `address` | Whom to ask about. |" in text


def test_an_error_that_is_told_twice_is_told_once() -> None:
    abi = [{"type": "error", "name": "Late", "inputs": [{"name": "lot", "type": "uint256"}]}]
    said = [{"notice": "It is late."}, {"notice": "It is late indeed."}]
    told = {"userdoc": {"errors": {"Late(uint256)": said}}, "devdoc": {"title": "A house"}}
    text = page("House", "contracts/House.sol", abi, told)
    assert text.count("It is late") == 1
    assert text.startswith("# House\n\n*A house.*")


def test_python_is_told_by_its_packages() -> None:
    text = pages()["python/offchain.keeper.md"]
    assert "::: offchain.keeper.openings\n" in text
    named = {one for name in pages() for one in re.findall(r"^::: (\S+)$", pages()[name], re.M)}
    for name in files():
        if name.startswith("offchain/") and name.endswith(".py") and "__" not in name:
            assert name.removesuffix(".py").replace("/", ".") in named


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("Text\n- one\n", "Text\n\n- one\n"),
        ("- one\n  more\n- two\n", "- one\n    more\n- two\n"),
        ("- one\n  - deep\n    - deeper\n- two\n", "- one\n    - deep\n        - deeper\n- two\n"),
        ("1. one\n\n   more\n\n       code\n", "1. one\n\n    more\n\n        code\n"),
        ("- one\n\nText\n", "- one\n\nText\n"),
        ("    code\n", "    code\n"),
        ("```\n- a\n  - b\n```\n", "```\n- a\n  - b\n```\n"),
    ],
    ids=["after text", "continued", "nested", "blocks", "over", "code", "fence"],
)
def test_lists_are_indented_as_mkdocs_reads_them(given: str, made: str) -> None:
    assert for_mkdocs(given) == made


def test_pictures_follow_the_colours_of_the_site() -> None:
    """Which a reader may have changed, whatever the system's are."""
    made = for_mkdocs(
        dedent("""\
        <picture>
          <source media="(prefers-color-scheme: dark)" srcset="a-dark.svg">
          <img alt="A" src="a-light.svg">
        </picture>
        """)
    )
    assert made == (
        '<img alt="A" src="a-light.svg#only-light"><img alt="A" src="a-dark.svg#only-dark">\n'
    )


def test_pictures_for_narrow_screens_stay_so() -> None:
    made = for_mkdocs(
        dedent("""\
        <picture>
          <source media="(max-width: 600px) and (prefers-color-scheme: dark)" srcset="a-narrow-dark.svg">
          <source media="(max-width: 600px)" srcset="a-narrow-light.svg">
          <source media="(prefers-color-scheme: dark)" srcset="a-dark.svg">
          <img alt="A" src="a-light.svg">
        </picture>
        """)
    )
    assert (
        made
        == "".join(
            f'<picture><source media="(max-width: 600px)" srcset="a-narrow-{colour}.svg">'
            f'<img alt="A" src="a-{colour}.svg#only-{colour}"></picture>'
            for colour in ("light", "dark")
        )
        + "\n"
    )


def test_the_lock_has_what_the_site_is_made_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = (ROOT / "requirements-docs.lock").read_text(encoding="utf-8").lower()
    for one in project["optional-dependencies"]["docs"]:
        name = re.split(r"[<>=\[]", one, maxsplit=1)[0]
        assert re.search(rf"^{name}==", locked, re.MULTILINE)
