"""What docs/architecture.md says of the layers: imports run downward, in no circle; model and chain share instances, no rules."""

import ast
import re
import runpy
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.docs.markdown import ROOT

LAYERS = (
    {"cli"},
    {"demo", "simulation"},
    {"report", "play", "taking_part"},
    {"keeper", "houses"},
    {"bindings"},
    {"chain", "model", "locks"},
    {"io"},
)
"""The rooms of offchain/, from the top: each imports of those in lower rows only, and none of its own row."""
HEIGHT = {room: -row for row, rooms in enumerate(LAYERS) for room in rooms}

CHAIN_SIDE = {"chain", "bindings", "houses", "keeper", "play", "taking_part"}
COUNTS_DRAWS = "offchain.play.limits"
LISTS_MARKS = "offchain.play.colours"


@cache
def modules() -> dict[str, Path]:
    """Every module of offchain/ by its full name."""
    paths = (ROOT / "offchain").rglob("*.py")
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__"): path for name, path in named.items()}


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of offchain/ that a module imports anywhere: at its top, in a function, or for types only."""
    return frozenset(_imports(modules()[module])) - {module}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            members = {f"{node.module}.{name.name}" for name in node.names}
            found = members & modules().keys()
            yield from found
            if len(found) < len(members) and node.module in modules():
                yield node.module
        elif isinstance(node, ast.Import):
            yield from {name.name for name in node.names} & modules().keys()


def room(module: str) -> str:
    """The part of offchain/ that a module is of; "" for offchain itself."""
    return module.partition(".")[2].partition(".")[0]


def importers(of: str) -> set[str]:
    """The modules of the chain side that import one whose name begins so."""
    return {
        name
        for name in modules()
        if room(name) in CHAIN_SIDE and any(one.startswith(of) for one in imports(name))
    }


def test_every_room_has_its_layer() -> None:
    assert {room(name) for name in modules()} - {""} == HEIGHT.keys()


def test_imports_run_downward() -> None:
    upward = [
        f"{name} -> {other}"
        for name in modules()
        for other in imports(name)
        if room(other) != room(name) != "" != room(other)
        and HEIGHT[room(other)] >= HEIGHT[room(name)]
    ]
    assert upward == []


def between_rooms() -> dict[str, set[str]]:
    """For each room those that it imports from."""
    found: dict[str, set[str]] = {name: set() for name in HEIGHT}
    for name in modules():
        if room(name):
            found[room(name)] |= {room(other) for other in imports(name)} - {room(name), ""}
    return found


def reached(name: str, found: dict[str, set[str]]) -> set[str]:
    """All rooms that imports lead to from one, over any number of others."""
    return found[name].union(*(reached(other, found) for other in found[name]))


def test_the_picture_shows_the_rooms_and_which_imports_from_which() -> None:
    """Of every import the picture has the arrow, or a path of arrows by way of the rooms between."""
    drawn = runpy.run_path(str(ROOT / "tools" / "draw_pictures.py"))
    found = between_rooms()
    assert {"cli", *drawn["ROOMS"]} == found.keys()
    direct = {
        (name, other)
        for name, others in found.items()
        for other in others
        if not any(other in reached(between, found) for between in others)
    }
    assert set(drawn["IMPORTS"]) == direct


def test_the_page_says_what_each_room_is_for() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| \[(\w+)\]\(\.\./offchain/", page.split("\n## ")[0], re.MULTILINE)
    assert sorted(told) == sorted(HEIGHT)
    assert told == sorted(told, key=lambda name: -HEIGHT[name]), "from the top down"


MODEL = ("instances", "mechanisms", "checks", "theory")
"""The layers of the model, from the ground up."""


def test_the_model_is_built_from_the_instances_up() -> None:
    ranks = {f"offchain.model.{part}": rank for rank, part in enumerate(MODEL)}

    def rank(module: str) -> int | None:
        return ranks.get(".".join(module.split(".")[:3]))

    upward = [
        f"{name} -> {other}"
        for name in modules()
        for other in imports(name)
        if (low := rank(name)) is not None and (high := rank(other)) is not None and high > low
    ]
    assert upward == []
    assert {rank(name) for name in modules()} >= set(range(len(MODEL)))


def test_imports_run_in_no_circle() -> None:
    try:
        TopologicalSorter({name: imports(name) for name in modules()}).prepare()
    except CycleError as circle:
        raise AssertionError(" -> ".join(reversed(circle.args[1]))) from None


def test_the_chain_side_asks_the_model_for_a_number_of_draws_and_for_marks_only() -> None:
    assert importers("offchain.model.mechanisms") == {COUNTS_DRAWS, LISTS_MARKS}
    assert asked(COUNTS_DRAWS) == {"DRAWS_LIMIT", "TooManyDrawsError", "draws_needed"}
    assert asked(LISTS_MARKS) == {"Marks", "known_marks"}


def asked(module: str) -> set[str]:
    """What a module imports of the model's mechanisms."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    return {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("offchain.model.mechanisms.")
        for name in node.names
    }


def test_the_chain_knows_no_contract() -> None:
    """A back end serves any contract: no name of one stands in it, be it in a comment."""
    contracts = {path.stem for path in (ROOT / "contracts").rglob("*.sol")}
    assert "Auctioneer" in contracts
    for name, path in modules().items():
        if room(name) == "chain":
            words = set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
            assert not words & contracts, name
