"""What docs/architecture.md says of the Solidity folders: what serves one auction lies with it, what several share lies apart."""

import re
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT

CONTRACTS = ROOT / "contracts"
SHARED = ("base", "libraries", "interfaces")
"""From the top down."""

FOR_OTHERS = {"IDAO.sol"}
"""What contracts of others import that gate on access: it serves them, whichever auctions use it."""
DOUBLES = "test"
MOST_LINES = 650

DECLARED = ["TYPES", "CONSTANTS", "IMMUTABLES", "STORAGE", "EVENTS", "ERRORS"]
"""The sections that every contract begins with, as far as it has them."""

_IMPORT = re.compile(r'^import .*?"(?P<path>\.[^"]+)";', re.MULTILINE | re.DOTALL)


def folder(path: Path) -> str:
    """The folder of contracts/ that a file lies in."""
    return path.relative_to(CONTRACTS).parts[0]


def imports(path: Path) -> set[Path]:
    """The files of ours that a file imports."""
    text = path.read_text(encoding="utf-8")
    return {(path.parent / found["path"]).resolve() for found in _IMPORT.finditer(text)}


FILES = {path: imports(path) for path in sorted(CONTRACTS.rglob("*.sol"))}
AUCTIONS = sorted({folder(path) for path in FILES} - {*SHARED, DOUBLES})


def reached(path: Path) -> set[Path]:
    """All that a file imports, and what that imports."""
    found: set[Path] = set()
    ahead = {path}
    while ahead:
        ahead = {imported for file in ahead for imported in FILES[file]} - found
        found |= ahead
    return found


def arrows(start: str) -> set[str]:
    """The other folders that the files of one import from."""
    return {
        folder(imported) for path in FILES if folder(path) == start for imported in FILES[path]
    } - {start}


def test_the_imports_are_found() -> None:
    assert set(AUCTIONS) == {
        "approximate",
        "groups",
        "houses",
        "randomness",
        "resilient",
        "signals",
        "universal",
    }
    assert CONTRACTS / "base" / "BidBook.sol" in FILES[CONTRACTS / "groups" / "DAO.sol"]


@pytest.mark.parametrize("auction", AUCTIONS)
def test_an_auction_takes_nothing_from_another(auction: str) -> None:
    assert arrows(auction) <= set(SHARED)


@pytest.mark.parametrize(("place", "shared"), list(enumerate(SHARED)), ids=SHARED)
def test_what_is_shared_imports_downward_only(place: int, shared: str) -> None:
    assert arrows(shared) <= set(SHARED[place + 1 :])


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if folder(path) in SHARED and path.name not in FOR_OTHERS],
    ids=lambda path: path.name,
)
def test_what_is_shared_serves_several(path: Path) -> None:
    users = {folder(file) for file in FILES if path in reached(file)} & set(AUCTIONS)
    assert len(users) > 1


@pytest.mark.parametrize("name", sorted(FOR_OTHERS))
def test_what_is_for_others_brings_interfaces_only(name: str) -> None:
    """Who imports it has to compile it with all that it imports."""
    (path,) = (path for path in FILES if path.name == name)
    assert {folder(file) for file in (path, *reached(path))} == {"interfaces"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_can_be_held_in_the_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


CONTRACTS_PROPER = [
    path
    for path in FILES
    if folder(path) != DOUBLES
    and re.search(
        rf"^(abstract )?contract {path.stem}\b", path.read_text(encoding="utf-8"), re.MULTILINE
    )
]


def parts(path: Path) -> list[tuple[str, str]]:
    """The members of a contract, as their first lines, each with the heading that it stands under."""
    heading, found = "", list[tuple[str, str]]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if title := re.fullmatch(r"    // ([A-Z]{2,}.*)", line):
            heading = title[1].partition(" (")[0]
        elif re.match(r"    [a-z]", line, re.IGNORECASE):
            found.append((heading, line.strip()))
    return found


def section_of(member: str) -> str | None:
    """Where a declaration belongs; None for functions, what they use, and what ether that comes without a call meets."""
    words = re.findall(r"\w+", member.partition("=")[0])
    if words[0] in ("constructor", "using", "function", "receive"):
        return None
    by_word = {"enum": "TYPES", "struct": "TYPES", "event": "EVENTS", "error": "ERRORS"}
    by_kind = {"constant": "CONSTANTS", "immutable": "IMMUTABLES"}
    return by_word.get(words[0]) or next((by_kind[w] for w in words if w in by_kind), "STORAGE")


@pytest.mark.parametrize("path", CONTRACTS_PROPER, ids=lambda path: path.name)
def test_contracts_have_the_same_sections(path: Path) -> None:
    members = parts(path)
    headings = list(dict.fromkeys(heading for heading, _ in members if heading))
    declared = [heading for heading in DECLARED if heading in headings]
    assert headings[: len(declared)] == declared
    for heading, member in members:
        wanted = section_of(member)
        assert wanted is None or heading == wanted, member


@pytest.mark.parametrize("path", CONTRACTS_PROPER, ids=lambda path: path.name)
def test_what_is_said_to_a_contract_comes_before_its_own_steps(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    heads = re.findall(r"^    function (\w+)\(", text, re.MULTILINE)
    own = [name.startswith("_") for name in heads]
    assert own == sorted(own)
