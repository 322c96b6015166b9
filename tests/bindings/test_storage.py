"""What the sources say of their storage is what the compiler makes of it: slots of variables, widths of fields."""

import re

import pytest

from offchain.bindings.artifacts import load
from offchain.io.paths import PROJECT

CONTRACTS = {
    "Auctioneer": ["base/BidBook", "base/Proceeds", "base/Escrow", "base/AuctionHouse"],
    "ApproximateAuction": [
        "base/BidBook",
        "base/Proceeds",
        "base/Escrow",
        "base/AuctionHouse",
        "approximate/ApproximateAuction",
    ],
    "DAO": ["base/BidBook", "groups/DAO"],
    "Estate": ["groups/Estate"],
    "SignalClockAuction": ["base/TabledAuction", "signals/SignalClockAuction"],
    "UniversalAuction": ["base/TabledAuction", "universal/UniversalAuction"],
}
"""The sources of each contract that have storage, in the order of inheritance."""
STRUCTS = {"Lot": ("Auctioneer", "base/Lot"), "Result": ("DAO", "groups/DAO")}
"""Structs that are documented field by field, with a contract that stores them and their source."""

# `/// @notice Slot 4: …` or `/// @dev Slot 5.`, any further lines of comment, and the variable below.
SAID = re.compile(
    r"/// @(?:notice|dev) Slot (\d+)[.:][^\n]*\n(?:\s*///[^\n]*\n)*\s*([^;/]*?)(\w+);"
)


def source(path: str) -> str:
    return (PROJECT / "contracts" / f"{path}.sol").read_text()


@pytest.mark.parametrize("name", CONTRACTS)
def test_slots_are_where_they_are_said_to_be(name: str) -> None:
    """Of every variable that is said to have a slot; and of its own contract every variable is."""
    stored = {each["label"]: int(each["slot"]) for each in load(name).storage_layout["storage"]}
    said = {
        variable: int(slot)
        for path in CONTRACTS[name]
        for slot, _, variable in SAID.findall(source(path))
    }
    assert said
    assert said == {variable: stored[variable] for variable in said}
    # what comes first is said in the headings of those who come after
    assert set(stored) - set(said) <= {"_books", "_boxes", "proceeds", "_held"}


def test_slots_of_those_below() -> None:
    """`(after slots 0 and 1 of BidBook, slot 2 of Proceeds, and slot 3 of Escrow)`."""
    for name in ("Auctioneer", "ApproximateAuction"):
        layout = [
            (each["label"], int(each["slot"])) for each in load(name).storage_layout["storage"]
        ]
        assert layout[:4] == [("_books", 0), ("_boxes", 1), ("proceeds", 2), ("_held", 3)]
    layout = [(each["label"], int(each["slot"])) for each in load("DAO").storage_layout["storage"]]
    assert layout[:2] == [("_books", 0), ("_boxes", 1)]
    assert "STORAGE (slots 0 and 1 of both contracts)" in source("base/BidBook")


def members(contract: str, name: str) -> list[tuple[int, int]]:
    """Slot and width in bits of each field of a struct, in order."""
    types = load(contract).storage_layout["types"]
    (fields,) = [
        each["members"] for kind, each in types.items() if kind.startswith(f"t_struct({name})")
    ]
    return [
        (int(field["slot"]), 8 * int(types[field["type"]]["numberOfBytes"])) for field in fields
    ]


@pytest.mark.parametrize("name", STRUCTS)
def test_fields_are_as_wide_as_is_said(name: str) -> None:
    """One line a slot, `slot 0: seller (160 bits) | DAOs that entered (32) | …`: the compiler's, in order."""
    contract, path = STRUCTS[name]
    comment = re.search(rf"((?:\s*///[^\n]*\n)+)\s*struct {name} ", source(path))
    assert comment
    said = [
        (int(slot), int(bits))
        for slot, line in re.findall(r"slot (\d): ([^\n]*)", comment[1])
        for bits in re.findall(r"\((\d+)[ ,)]", line)
    ]
    assert said == members(contract, name)


def test_the_head_of_a_book_is_one_slot() -> None:
    """So that a bid or a claim reads it once."""
    assert "in one slot (240 bits)" in source("base/BidBook")
    fields = members("DAO", "Book")
    assert {slot for slot, _ in fields} == {0}
    assert sum(bits for _, bits in fields) == 240


@pytest.mark.parametrize("name", ["Lot", "Bidder"])
def test_lots_of_signals_are_as_is_said(name: str) -> None:
    """As above, where a slot may take several lines, several slots hold one array, and the terms take two slots."""
    said = [
        (int(slot), int(bits))
        for slot, text in slots_said(source("universal/IUniversalAuction"), name)
        for bits in re.findall(r"\((\d+)[ ,)]", text)
    ]
    found = members("UniversalAuction", name)
    if name == "Lot":
        (_, terms), *found = found
        assert terms == 2 * 256
        assert said[:2] == [(0, 232), (1, 96)]
        assert widths("UniversalAuction", "Terms") == {0: 232, 1: 96}
        *said, (first, value), (_, number) = said[2:]
        *found, (slot, array) = found
        assert (first, value + number, 256 // (value + number)) == (slot, 80, 3)
        assert array == 7 * 256
    assert said == found


def slots_said(text: str, name: str) -> list[tuple[str, str]]:
    """What is said of each slot above a struct, or of the first of several."""
    comment = re.search(rf"((?:\s*///[^\n]*\n)+)\s*struct {name} ", text)
    assert comment
    joined = re.sub(r"\n\s*///\s{10,}", " ", comment[1])
    return re.findall(r"slots? (\d+)(?: to \d+)?: ([^\n]*)", joined)


def widths(contract: str, name: str) -> dict[int, int]:
    """How many bits of each slot the fields of a struct take."""
    fields = members(contract, name)
    return {slot: sum(bits for at, bits in fields if at == slot) for slot, _ in fields}
