"""What docs/languages.md says to programs in other languages is what the contracts and the keeper do."""

import json
import re
from pathlib import Path

from offchain.bindings.artifacts import load
from offchain.keeper.books import EVENTS
from offchain.keeper.openings import MAX_LINE, Openings
from tests.docs.markdown import ROOT, blocks

PAGE = ROOT / "docs" / "languages.md"
TEXT = PAGE.read_text(encoding="utf-8")


def named(section: str) -> set[str]:
    """The events in the first column of the tables of a section."""
    text = TEXT.split(f"## {section}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_events_are_those_of_the_contracts() -> None:
    declared = {
        str(entry["name"])
        for name in ("DAO", "Auctioneer")
        for entry in load(name).abi
        if entry["type"] == "event"
    }
    assert named("State from events") <= declared


def test_every_event_that_a_keeper_folds_is_told() -> None:
    """Those of the auction among groups."""
    auction = {
        str(entry["name"])
        for name in ("DAO", "Auctioneer")
        for entry in load(name).abi
        if entry["type"] == "event"
    }
    assert EVENTS & auction <= named("State from events")


def test_the_receipt_is_one(tmp_path: Path) -> None:
    (text,) = [one.text for one in blocks("json") if one.page == PAGE]
    path = tmp_path / "receipts.jsonl"
    path.write_text(text)
    assert len(Openings(path)) == 1
    assert f"A line has at most {MAX_LINE:,} bytes" in TEXT
    assert json.loads(text)["lot"] == 1


def test_every_file_of_vectors_is_told() -> None:
    files = {path.name for path in (ROOT / "tests" / "vectors").glob("*.json")}
    assert named_files() == files


def named_files() -> set[str]:
    """The files in the table of vectors."""
    return set(re.findall(r"\]\(\.\./tests/vectors/(\w+\.json)\)", TEXT))


def test_a_bid_is_told_by_the_fields_that_it_has() -> None:
    (bid_of,) = [one for one in load("DAO").abi if one.get("name") == "bidOf"]
    fields = [one["name"] for one in bid_of["outputs"][0]["components"]]  # type: ignore[typeddict-item]
    assert "| " + " | ".join(fields) + " | the bid |" in TEXT
