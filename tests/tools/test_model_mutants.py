"""Mutants of the model: which are chosen, and what counts as noticed."""

import argparse
import ast
import tomllib
from collections.abc import Callable

import pytest

from tools import model_mutants
from tools.model_mutants import Change, Equivalent, Mutant, chosen, declared, fates, room, table

SPLIT = "offchain/model/mechanisms/equal_split.py"
VCG = "offchain/model/checks/vcg.py"


def options(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"all": False, "file": "", "sample": 5, "seed": 1, **given})


def many(number: int, path: str = SPLIT) -> list[Mutant]:
    return [Mutant(f"x_{name}", path, None) for name in range(number)]


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Has every mutant change this line into that."""

    def to(out: str, into: str) -> None:
        monkeypatch.setattr(model_mutants, "change", lambda _: Change(out, into))

    return to


def test_a_seed_is_a_sample_in_whatever_order_mutants_come() -> None:
    all_ = many(50)
    assert chosen(all_, options()) == chosen(all_[::-1], options())
    assert chosen(all_, options()) != chosen(all_, options(seed=2))


def test_a_larger_sample_holds_the_smaller() -> None:
    assert chosen(many(50), options(sample=9))[:5] == chosen(many(50), options())


def test_files_are_chosen_by_a_part_of_their_path() -> None:
    all_ = many(3) + many(2, VCG)
    assert {one.path for one in chosen(all_, options(file="vcg"))} == {VCG}
    assert len(chosen(all_, options(all=True))) == 5


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        (None, "not run"),
        (2, "not run"),
        (1, "killed"),
        (36, "killed"),
        (0, "survived"),
        (33, "survived"),
    ],
)
def test_what_an_end_means(
    changes: Callable[[str, str], None], code: int | None, fate: str
) -> None:
    """A mutant that no test reaches survives; one that no longer ends is noticed."""
    changes("a < b", "a <= b")
    assert fates([Mutant("x", SPLIT, code)], ()) == {"x": fate}


def test_equivalent_is_one_change_of_one_file(changes: Callable[[str, str], None]) -> None:
    entry = Equivalent(SPLIT, "a < b", "a <= b", "never equal")
    here, there = Mutant("here", SPLIT, 0), Mutant("there", VCG, 0)
    changes("a < b", "a <= b")
    assert fates([here, there], [entry]) == {"here": "equivalent", "there": "survived"}
    changes("a < b", "a > b")
    assert fates([here], [entry]) == {"here": "survived"}


def test_what_is_equivalent_does_not_count() -> None:
    some = [Mutant(str(number), SPLIT, 0) for number in range(4)]
    told = {"0": "killed", "1": "killed", "2": "survived", "3": "equivalent"}
    lines = list(table(some, told))
    assert lines[-1].split() == ["all", "4", "2", "1", "1", "0", "66.6", "%"]
    assert max(map(len, lines)) <= 80


def test_rooms_of_the_model() -> None:
    assert [room(path) for path in (SPLIT, VCG, "offchain/model/kinds.py")] == [
        "mechanisms",
        "checks",
        "model",
    ]
    assert room("offchain/model/theory/signals/steep.py") == "theory"


def test_what_is_declared_says_why_and_of_a_file_that_there_is() -> None:
    for entry in declared():
        assert entry.reason.endswith("."), entry
        text = " ".join((model_mutants.ROOT / entry.path).read_text(encoding="utf-8").split())
        assert " ".join(entry.out.split()) in text, entry


def test_what_the_tests_import_of_ours_lies_beside_the_changed_model() -> None:
    """Else no mutant can be run."""
    root = model_mutants.ROOT
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    copied = {"offchain", "tests", *settings["tool"]["mutmut"]["also_copy"]}
    assert copied <= {*model_mutants.LINKED}
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for path in (root / "tests" / "model").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    packages = {name.partition(".")[0] for name in imported} - {""}
    assert {name for name in packages if (root / name).is_dir()} <= copied
