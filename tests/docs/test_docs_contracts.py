"""What docs/architecture.md says of the Solidity folders: what serves one auction lies with it, what several share lies apart."""

import re
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT

CONTRACTS = ROOT / "contracts"
SHARED = ("base", "libraries", "interfaces")
"""From the top down."""

DOUBLES = "test"
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
    assert {"groups", "approximate", "resilient", "signals", "randomness"} == set(AUCTIONS)
    assert CONTRACTS / "base" / "BidBook.sol" in FILES[CONTRACTS / "groups" / "DAO.sol"]


@pytest.mark.parametrize("auction", AUCTIONS)
def test_an_auction_takes_nothing_from_another(auction: str) -> None:
    assert arrows(auction) <= set(SHARED)


@pytest.mark.parametrize(("place", "shared"), list(enumerate(SHARED)), ids=SHARED)
def test_what_is_shared_imports_downward_only(place: int, shared: str) -> None:
    assert arrows(shared) <= set(SHARED[place + 1 :])


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if folder(path) in SHARED],
    ids=lambda path: path.name,
)
def test_what_is_shared_serves_several(path: Path) -> None:
    users = {folder(file) for file in FILES if path in reached(file)} & set(AUCTIONS)
    assert len(users) > 1
