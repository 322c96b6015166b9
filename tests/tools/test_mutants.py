"""`make mutants`: what is changed, what is declared, what is kept, and that tests are run on what was changed."""

import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from offchain.io.paths import PROJECT
from tools.mutants import hunt, killing
from tools.mutants.compiling import Changed, NotCompiled, affected, solc
from tools.mutants.declared import BadDeclaration, Declaration, declared, matched
from tools.mutants.hunt import BrokenSuite, Hunter, in_turn
from tools.mutants.killing import Result, Task, run
from tools.mutants.overlay import Overlay
from tools.mutants.records import Record, Records
from tools.mutants.sources import Mutant, by_file, mutants, sample
from tools.mutants.suites import Suite, suite_of
from tools.mutants.table import fate, most_alive, table

HEADER = "contracts/randomness/BlockHeader.sol"


@pytest.fixture(scope="module")
def all_() -> list[Mutant]:
    return mutants()


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    address = tmp_path_factory.mktemp("solc") / "socket"
    with solc(address):
        yield str(address)


# What is changed


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("groups/PriceRule.sol", "if (bid > highest) {", "if (bid >= highest) {"),
        ("groups/PriceRule.sol", "if (bid > highest) {", "if (false) {"),
        ("libraries/Units.sol", "return units * UNIT;", "return units / UNIT;"),
        ("base/BidBook.sol", "_enlist(lot, word);", "_enlist(word, lot);"),
        ("base/Proceeds.sol", "proceeds[msg.sender] = 0;", "{}"),
        (
            "base/Proceeds.sol",
            "emit ProceedsWithdrawn(msg.sender, recipient, amountWei);",
            "emit ProceedsWithdrawn(msg.sender, recipient, (amountWei) ^ 1);",
        ),
        (
            "groups/DAO.sol",
            "emit BidPlaced(entry(lot, total, msg.sender));",
            "emit BidPlaced(entry(lot, (total) ^ 1, msg.sender));",
        ),
        (
            "libraries/Payments.sol",
            "paid := call(PUSH_GAS, recipient, amountWei, 0, 0, 0, 0)",
            "{}",
        ),
        (
            "houses/NounsAdapter.sol",
            "return a > b ? a : b;",
            "return a > b ? b : a;",
        ),
    ],
)
def test_each_kind_of_change(all_: list[Mutant], file: str, before: str, after: str) -> None:
    assert (file, before, after) in {(one.file, one.before, one.after) for one in all_}


def test_every_change_is_one_and_has_a_key_of_its_own(all_: list[Mutant]) -> None:
    assert all(one.before != one.after for one in all_)
    assert len({one.key for one in all_}) == len({one.source() for one in all_}) == len(all_)
    assert len(Counter(one.edit.operator for one in all_)) == 11


def test_a_sample_is_of_every_file(all_: list[Mutant]) -> None:
    """A larger one goes on where a smaller one ended, and another seed chooses others."""
    small, large = sample(all_, 100, 7), sample(all_, 400, 7)
    assert by_file(small).keys() == by_file(all_).keys()
    assert {one.key for one in small} < {one.key for one in large}
    assert {one.key for one in small} != {one.key for one in sample(all_, 100, 8)}
    turns = in_turn(small)
    assert Counter(turns) == Counter(small)
    assert len({one.file for one in turns[: len(by_file(small))]}) == len(by_file(small))


def test_every_file_has_tests_that_are_there(all_: list[Mutant]) -> None:
    for file in by_file(all_):
        suite = suite_of(file)
        for test in (*suite.in_process, *suite.on_anvil):
            assert (PROJECT / test.partition("::")[0]).exists(), test
        assert suite.in_process


# What is declared


def test_what_is_declared_is_there(all_: list[Mutant]) -> None:
    assert len(matched(declared(), all_)) >= len(declared())


def test_what_is_declared_of_nothing_fails(all_: list[Mutant]) -> None:
    one = all_[0]
    entry = Declaration(one.file, one.before, one.after, "equivalent", "for a test")
    assert one.key in matched([entry], all_)
    with pytest.raises(BadDeclaration, match="no such mutant"):
        matched([replace(entry, becomes="something else")], all_)
    with pytest.raises(BadDeclaration, match="no such mutant"):
        matched([entry, entry], all_)
    with pytest.raises(BadDeclaration, match="reason"):
        replace(entry, reason=" ")


def test_the_table_counts(all_: list[Mutant]) -> None:
    one = all_[0]
    entry = Declaration(one.file, one.before, one.after, "gas", "for a test")
    killed, survived = (Record(one.key, verdict, "", 0) for verdict in ("killed", "survived"))
    assert fate(killed, None) == "killed"
    assert fate(killed, entry) == "wrong"
    assert fate(survived, entry) == "gas"
    assert fate(replace(killed, verdict="same bytecode"), None) == "equivalent"
    told = [(one, what) for what in ("killed", "timed out", "survived", "gas", "equivalent")]
    assert [cell.strip() for cell in list(table(told))[-1].split("|")[1:-1]] == (
        ["all", "5", "2", "1", "1", "1", "1", "66.7"]
    )


# What is kept


@pytest.mark.parametrize(
    ("killed", "survived", "share"),
    [(299, 0, 1 - 0.05 ** (1 / 299)), (0, 0, 1.0), (0, 3, 1.0), (9, 1, 0.3941633)],
)
def test_what_a_sample_says_of_all(killed: int, survived: int, share: float) -> None:
    """The last by the tables of the beta distribution: its 95th percentile for 2 and 9."""
    assert most_alive(killed, survived) == pytest.approx(share, abs=1e-6)


def test_a_run_that_was_broken_off_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "records.jsonl"
    records = Records(path, tmp_path / "decided.jsonl")
    assert not records.read()
    first, second = Record("a", "survived", "", 1.0), Record("a", "killed", "test_x", 2.0)
    records.add(first)
    records.add(second)
    path.write_text(path.read_text() + '{"key": "b", "verd')
    assert records.read() == {"a": second}


def test_the_repository_has_what_was_kept_for_it(tmp_path: Path) -> None:
    """Of the mutants there are, in their order; a later run comes before it."""
    decided = tmp_path / "decided.jsonl"
    here, elsewhere = Records(tmp_path / "here", decided), Records(tmp_path / "elsewhere", decided)
    first, second, gone = (Record(key, "killed", "test_x", 1.0) for key in ("a", "b", "gone"))
    for one in (second, gone, first):
        here.add(one)
    here.keep(["a", "never run", "b"])
    assert list(elsewhere.read().values()) == [first, second]
    again = Record("a", "survived", "", 2.0)
    elsewhere.add(again)
    assert elsewhere.read() == {"a": again, "b": second}


# What is run


def test_the_bytecode_is_the_mutants(all_: list[Mutant], compiler: str) -> None:
    """Of what is made of the changed file; a change of a comment is none."""
    one = next(each for each in all_ if each.path == HEADER and each.edit.where.endswith("_number"))
    assert set(affected(HEADER)) >= {"HeaderReader", "BeaconRandomness"}
    assert "Auctioneer" not in affected(HEADER)
    text = (PROJECT / HEADER).read_text()
    same, other = (
        Changed(compiler, HEADER, source, affected(HEADER)).bytecode("HeaderReader")
        for source in (text + "// nothing", one.source())
    )
    plain = Changed(compiler, "", "", affected(HEADER)).bytecode("HeaderReader")
    assert same == plain != other
    contracts = Overlay()
    assert contracts.bytecode("HeaderReader") is None
    contracts.lay(Changed(compiler, HEADER, one.source(), affected(HEADER)), exit)
    assert contracts.bytecode("HeaderReader") == other
    assert contracts.bytecode("Auctioneer") is None


def test_few_steps_of_the_optimizer_make_other_code_of_the_same_contract(compiler: str) -> None:
    """And of what is then asked for as it is deployed, that."""
    quick, plain = (
        Changed(compiler, "", "", affected(HEADER), quick).bytecode("HeaderReader")
        for quick in (True, False)
    )
    assert len(quick[1]) > len(plain[1])
    assert plain == Changed(compiler, "", "", affected(HEADER)).bytecode("HeaderReader")


def test_the_compiler_ends_with_who_started_it(tmp_path: Path) -> None:
    """However that ends."""
    address = tmp_path / "socket"
    start = (
        "import os, pathlib, sys\n"
        "from tools.mutants.compiling import solc\n"
        "with solc(pathlib.Path(sys.argv[1])):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    given = [sys.executable, "-c", start, str(address)]
    # what it started holds the other end of this pipe: the end of it is the end of all
    subprocess.run(given, cwd=PROJECT, capture_output=True, timeout=600)
    with socket.socket(socket.AF_UNIX) as connection, pytest.raises(ConnectionRefusedError):
        connection.connect(str(address))


@pytest.mark.parametrize("hangs", [False, True])
def test_what_fails_without_the_mutant_kills_none(
    all_: list[Mutant], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    """A broken test would kill them all."""
    monkeypatch.setattr(killing, "HANG_CPU_S", 5.0)
    monkeypatch.setattr(Overlay, "install", lambda _: None)
    monkeypatch.setattr(hunt, "preload", lambda: None)
    path = tmp_path / "test_it.py"
    path.write_text(f"def test_it():\n    while {hangs}: pass\n    assert False\n")
    monkeypatch.setattr(hunt, "suite_of", lambda _: Suite("broken", (str(path),), ()))
    one = next(each for each in all_ if each.path == HEADER)
    with ExitStack() as stack, pytest.raises(BrokenSuite, match="::test_it"):
        Hunter(stack).record(one, False)


def test_what_does_not_compile_is_no_mutant(compiler: str) -> None:
    text = (
        (PROJECT / HEADER).read_text().replace("revert TooFewFields(fields);", "revert Nothing();")
    )
    with pytest.raises(NotCompiled, match="Nothing"):
        Changed(compiler, HEADER, text, {}).check()


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ("assert True", "passed"),
        ("assert False", "killed"),
        ("while True: pass", "timed out"),
        ("import os; os._exit(3)", "broken"),
    ],
)
def test_how_tests_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, end: str
) -> None:
    """The first that fails is named; one that never ends is ended."""
    monkeypatch.setattr(killing, "HANG_CPU_S", 5.0)
    path = tmp_path / "test_it.py"
    path.write_text(f"def test_first(): pass\n\ndef test_it():\n    {body}\n")
    result = run(Task(None, (str(path),), (), str(tmp_path / "log")), "in process", Overlay())
    assert result == Result(end, by=result.by), (tmp_path / "log").read_text()
    assert result.by.endswith("::test_it") == (end in ("killed", "timed out"))
