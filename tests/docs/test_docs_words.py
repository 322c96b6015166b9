"""One word for one thing in every ABI: the glossary's. What several contracts call alike is alike, but for what is told here."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pytest

from offchain.bindings.artifacts import load
from tests.docs.markdown import ROOT
from tests.docs.test_docs_glossary import ROWS

REPLACED: Final = {
    "auction": "lot",
    "commits": "seal",
    "committer": "sealer",
    "game": "lottery",
    "sale": "lot",
    "slot": "bid",
    "stage": "phase",
}
"""Words that no ABI has, each with the glossary's word for what it would mean."""
FOREIGN: Final = {"INounsHouse", "IZoraHouse"}
"""Interfaces of contracts that others wrote, in their words."""
ETHEREUMS: Final = {"SLOT"}
"""Names of what is Ethereum's own: a slot is when a block can come."""

FAMILIES: Final = {
    "auctions": (
        "ApproximateAuction",
        "Auctioneer",
        "DAO",
        "ResilientAuction",
        "SignalClockAuction",
    ),
    "sources": ("BeaconRandomness", "CommitRevealRandomness"),
}
"""Contracts that somebody uses side by side."""
ROLES: Final = {"player": "bidder", "players": "bidders", "tallier": "walker"}
"""What an argument is called where its owner does something else: announce, or tally in place of walking."""
APART: Final = {
    "BadSchedule": "each auction has phases of its own",
    "Claimed": "books pack lot, amount and bidder into an entry, which a rebate below a unit does not fit",
    "LotListed": "each auction has terms of its own",
    "decide": "an approximate draw is proved by a walk, a coin by the announcement that it is about",
    "drawOf": "each source keeps what it needs",
    "enter": "what the auctioneer answers is for the DAO",
    "list": "each auction has terms of its own",
    "lotOf": "each auction keeps what it needs",
    "phase": "each contract has phases of its own",
    "progress": "of a walk a digest is kept, of a tally what it has found",
    "reclaim": "one item goes back at once, many goods some at a time",
    "reveal": "bid and salt open a bid, all that was announced an announcement",
    "revealBatch": "bid and salt open a bid, all that was announced an announcement",
    "settle": "a DAO settles by a part of its tally",
}
"""What has one name and not one shape, and why it is the same thing all the same."""


def abi_of(contract: str) -> list[Mapping[str, Any]]:
    """The functions, events and errors of a contract."""
    found: Sequence[Any] = load(contract).abi
    return [entry for entry in found if "name" in entry]


def entries() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every function, event and error of the project, with its contract; those of tests and of others aside."""
    for path in sorted((ROOT / "contracts").rglob("*.sol")):
        source = path.read_text(encoding="utf-8")
        if path.parent.name != "test":
            for contract in re.findall(
                r"^(?:abstract )?(?:contract|interface) (\w+)", source, re.M
            ):
                if contract not in FOREIGN:
                    yield from ((contract, entry) for entry in abi_of(contract))


def fields(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The arguments and results of an entry, and all that they are made of."""
    found = [*entry.get("inputs", ()), *entry.get("outputs", ())]
    while found:
        field = found.pop()
        found += field.get("components", ())
        yield field


def identifiers(entry: Mapping[str, Any]) -> set[str]:
    """What an entry and its parts are called, with the types that the project made."""
    types = (re.sub(r"\[\d*\]", "", one["internalType"]) for one in fields(entry))
    # a contract's own name, before the dot or behind `contract`, says where it is from
    made = {
        kind.split(" ")[1].split(".")[-1] for kind in types if kind.startswith(("struct ", "enum "))
    }
    return {entry["name"], *made} | {one["name"] for one in fields(entry)} - {""}


def words(name: str) -> list[str]:
    """The words of an identifier, and what they are made of by a plural: `lot` of `lotOf`, `stage` of `MIN_STAGE`."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return [form for part in parts for form in (part.lower(), part.lower().removesuffix("s"))]


def shape(entry: Mapping[str, Any]) -> tuple[object, ...]:
    """Everything about an entry by which two can differ."""

    def told(field: Mapping[str, Any]) -> tuple[object, ...]:
        made = field["internalType"] if field["type"].startswith("uint8") else ""
        parts = tuple(told(one) for one in field.get("components", ()))
        name = field["name"].rstrip("_")
        return ROLES.get(name, name), field["type"], made, field.get("indexed"), parts

    return (
        entry["type"],
        tuple(map(told, entry["inputs"])),
        tuple(map(told, entry.get("outputs", ()))),
        entry.get("stateMutability"),
    )


def shared(family: Sequence[str]) -> dict[str, list[list[Mapping[str, Any]]]]:
    """By name what several contracts of a family have, for each contract its entries (several, where one is overloaded)."""
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for contract in family:
        for entry in abi_of(contract):
            found[entry["name"]][contract].append(entry)
    return {name: list(of.values()) for name, of in found.items() if len(of) > 1}


def test_no_abi_has_a_word_that_the_glossary_replaces() -> None:
    found = {
        (contract, name, REPLACED[word])
        for contract, entry in entries()
        for name in identifiers(entry) - ETHEREUMS
        for word in words(name)
        if word in REPLACED
    }
    assert sorted(found) == []


def test_the_words_in_their_place_are_the_glossarys() -> None:
    explained = {row[0] for row in ROWS}
    assert {word for word in REPLACED.values() if word not in explained} == set()
    # these have a meaning of their own elsewhere: a contract, an outcome, storage, what plays
    assert explained & REPLACED.keys() == {"auction", "sale", "slot", "stage"}


def test_the_walk_sees_words_of_every_kind() -> None:
    """Names, arguments, fields of structs, structs and enumerations: else the ban would be one of nothing."""
    names = {name for _, entry in entries() for name in identifiers(entry)}
    assert {
        "claimBatch",
        "LotListed",
        "WrongPhase",
        "bidder",
        "endOfSealing",
        "Opening",
        "Phase",
    } <= names
    assert words("MIN_STAGE") == ["min", "min", "stage", "stage"]
    assert {"stage", "of"} <= set(words("stageOf"))
    assert {"sale", "stage"} <= set(words("SaleStages"))
    assert "stage" not in words("hostage")


def differing(family: Sequence[str]) -> set[str]:
    """What has one name and several shapes: where one is overloaded, a contract may have some of them only."""
    found = set()
    for name, several in shared(family).items():
        shapes = sorted((set(map(shape, one)) for one in several), key=len)
        if not all(one <= shapes[-1] for one in shapes):
            found.add(name)
    return found


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_what_is_called_alike_is_alike(family: str) -> None:
    """The same arguments of the same types in the same order, the same results, and the same topics."""
    assert sorted(differing(FAMILIES[family]) - APART.keys()) == []


def test_what_is_told_to_differ_does() -> None:
    assert sorted(APART.keys() - set().union(*map(differing, FAMILIES.values()))) == []


def test_a_lot_comes_first() -> None:
    """Whatever is of a lot names it before anything else."""
    late = [
        (contract, entry["name"])
        for contract in FAMILIES["auctions"]
        for entry in abi_of(contract)
        if "lot" in (names := [one["name"] for one in entry.get("inputs", ())])
        and names[0] != "lot"
    ]
    assert late == []


def test_an_error_is_explained_whoever_reverts() -> None:
    """Data say an error's name and the types of its arguments, not whose it is: enumerations must not differ by contract."""
    meanings: dict[tuple[object, ...], set[tuple[str, ...]]] = defaultdict(set)
    for _, entry in entries():
        if entry["type"] == "error":
            types = tuple(one["type"] for one in entry["inputs"])
            meanings[entry["name"], types].add(
                tuple(one["internalType"] for one in entry["inputs"])
            )
    assert len(meanings) > 100
    assert [error for error, found in meanings.items() if len(found) > 1] == []
