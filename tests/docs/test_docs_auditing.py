"""The auditor's guide names every call that writes, of every contract that is deployed, and no other."""

import re

import pytest

from offchain.bindings.artifacts import load
from tests.docs.markdown import ROOT
from tools.audit_scope import MOST_BYTES, deployed, lines_of_code, table

PAGE = ROOT / "docs" / "auditing.md"
DEPLOYED = {one.name: one for one in deployed()}
VIEWS = {"view", "pure"}

_SECTION = re.compile(r"^### (?P<title>.*)\n(?P<text>(?:(?!^##).*\n)*)", re.MULTILINE)
_ROW = re.compile(r"^\| (?P<calls>`[^|]*) \|(?P<rest>.*)\|$", re.MULTILINE)
_NAME = re.compile(r"`(\w+)`")


def told() -> dict[str, set[str]]:
    """The calls that the page names, by contract: those of all its sections."""
    found: dict[str, set[str]] = {}
    for section in _SECTION.finditer(PAGE.read_text(encoding="utf-8")):
        calls = {
            call for row in _ROW.finditer(section["text"]) for call in _NAME.findall(row["calls"])
        }
        for contract in _NAME.findall(section["title"]):
            found.setdefault(contract, set()).update(calls)
    return found


def writing(contract: str) -> set[str]:
    """The calls of a contract that write."""
    return {
        str(entry.get("name", entry["type"]))
        for entry in load(contract).abi
        if entry["type"] in {"function", "receive", "fallback"}
        and entry.get("stateMutability") not in VIEWS
    }


def test_every_contract_that_is_deployed_has_a_section() -> None:
    assert set(told()) == set(DEPLOYED)


@pytest.mark.parametrize("contract", sorted(DEPLOYED))
def test_every_call_that_writes_is_named(contract: str) -> None:
    assert writing(contract) <= told()[contract]


@pytest.mark.parametrize("title", [m["title"] for m in _SECTION.finditer(PAGE.read_text("utf-8"))])
def test_no_call_is_named_that_is_not_there(title: str) -> None:
    (text,) = (m["text"] for m in _SECTION.finditer(PAGE.read_text("utf-8")) if m["title"] == title)
    there = set().union(*(writing(contract) for contract in _NAME.findall(title)))
    for row in _ROW.finditer(text):
        assert set(_NAME.findall(row["calls"])) <= there, row[0]
        assert row["rest"].count("|") == 2, row[0]
        assert all(cell.strip() for cell in row["rest"].split("|")), row[0]


@pytest.mark.parametrize("contract", sorted(DEPLOYED))
def test_every_contract_can_be_deployed(contract: str) -> None:
    assert 0 < DEPLOYED[contract].size <= MOST_BYTES


def test_lines_of_code_are_counted() -> None:
    path = ROOT / "contracts" / "interfaces" / "IBidder.sol"
    lines = path.read_text().splitlines()
    comments = [line for line in lines if line.strip().startswith("//")]
    blank = [line for line in lines if not line.strip()]
    assert lines_of_code(path) == len(lines) - len(comments) - len(blank) > 3


def test_the_table_has_all_contracts_once() -> None:
    head, *rows, last = table()
    assert [row.split()[0] for row in rows] == sorted(DEPLOYED)
    assert len(head) == 80
    files = set().union(*(one.files for one in DEPLOYED.values()))
    assert last.split() == ["together", str(len(files)), f"{sum(map(lines_of_code, files)):,}"]
