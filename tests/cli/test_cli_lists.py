"""Lists of instances: all checked before any is solved, a bad one named by its index, and answers as they come, whole."""

import gc
import io
import json
import os
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import offchain.model.kinds
import offchain.play.solve
from offchain.chain.errors import ChainError
from offchain.cli import app, files
from offchain.io.errors import InvalidInput
from offchain.model.instances import Instance, Outcome
from tests.patience import PATIENCE

LOT = {
    "mechanism": "two-level",
    "groups": [{"name": "A", "members": [{"name": "ann", "bid": 10}, {"name": "bob", "bid": 5}]}],
}
APPROXIMATE = {"mechanism": "approximate", "delta": "1/2", "bids": {"a": 10, "b": 7}}
GROUPS = {"mechanism": "approximate", "delta": "1/2", "groups": LOT["groups"]}
RESILIENT = {
    "mechanism": "resilient",
    "epsilon": "1/2",
    "goods": ["g"],
    "coin": "both",
    "players": [{"name": "1", "values": {"g": 3}}, {"name": "2", "values": {"g": 2}}],
}
CLOCK = {
    "mechanism": "signal-clock",
    "signals": 2,
    "rule": "welfare",
    "types": ["x"],
    "bidders": [{"name": "a", "type": "x", "signal": 1, "value": [0, 1]}],
}
CROWD = {
    **CLOCK,
    "bidders": [
        {"name": f"b{i}", "type": "x", "signal": 1, "value": list(range(33))} for i in range(32)
    ],
}


def run(*arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=text)


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """No auction may be solved or played."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("something was solved before everything was checked")

    monkeypatch.setattr(offchain.model.kinds, "solve", fail)
    monkeypatch.setattr(offchain.play.solve, "solve_on", fail)
    monkeypatch.setattr("offchain.model.kinds.check_reference", fail)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (json.dumps({**LOT, "reserve": 0}), "[2].reserve: 0 is below 1"),
        ('{"mechanism": nothing}', "[2]: not JSON: Expecting value at line 1 column "),
        ("5", "[2]: 5 is not an object"),
        ('{"mechanism": "two-level", "groups": 1, "groups": 2}', "[2].groups: stands twice"),
        ("[" * 100_000, "[2]: not an instance: lists or objects are nested too deep"),
        ("{}", "[2].mechanism: missing"),
        (
            json.dumps({"upper": {"lottery": "1/10"}, "lower": "vcg", **LOT}).replace(
                '": 10}', '": 9996}'
            ),
            "[2].groups[0]: a bid of 10,001: all prices of a lottery are worked out up to 10,000 units",
        ),
    ],
    ids=lambda text: text[:30],
)
@pytest.mark.parametrize(
    "command", [["solve"], ["solve", "--on", "reference"], ["check"]], ids=" ".join
)
def test_a_bad_one_is_found_before_any_is_solved(
    command: list[str], bad: str, message: str
) -> None:
    good = json.dumps(LOT)
    result = run(*command, "-", text=f"[{good}, {good}, {bad}]")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: standard input: {message}")
    assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (APPROXIMATE | {"delta": "1/4294967296"}, "delta: denominator: 4294967296 is more than"),
        (GROUPS | {"delta": "1/4294967296"}, "delta: denominator: 4294967296 is more than"),
        (RESILIENT | {"epsilon": "1/4294967296"}, "epsilon: denominator: 4294967296 is more than"),
        (CROWD, 'bidders: 32 of type "x", and the contract takes'),
        ({"mechanism": "vcg", "goods": ["g"], "players": []}, "mechanism: vcg has no contracts"),
    ],
    ids=["approximate", "groups", "resilient", "signal-clock", "vcg"],
)
@pytest.mark.parametrize("on", ["revm", "http://127.0.0.1:1"])
def test_the_bounds_of_the_chain_are_checked_before_anything_is_sent(
    on: str, bad: dict[str, Any], field: str
) -> None:
    """A chain that does not exist is not asked for, either."""
    if bad["mechanism"] == "vcg":
        bad = bad | {"players": [{"name": "p", "values": {"g": 1}}]}
    alone = run("solve", "-", "--on", on, text=json.dumps(bad))
    assert (alone.exit_code, alone.stdout) == (2, "")
    assert alone.stderr.startswith(f"error: --on {on}: {field}")
    listed = run("solve", "-", "--on", on, text=json.dumps([LOT, APPROXIMATE, bad, LOT]))
    assert (listed.exit_code, listed.stdout) == (2, "")
    assert listed.stderr.startswith(f"error: --on {on}: [2].{field}")


def test_files_pipes_and_standard_input_say_the_same(tmp_path: Path) -> None:
    text = json.dumps([LOT, APPROXIMATE, LOT], indent=1)
    file = tmp_path / "list.json"
    file.write_text(text)
    expected = run("solve", str(file), "--on", "reference").stdout
    assert len(json.loads(expected)) == 3
    assert run("solve", "-", "--on", "reference", text=text).stdout == expected
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    assert run("solve", str(pipe), "--on", "reference").stdout == expected
    writer.join()


def test_a_list_is_written_as_it_would_be_at_once() -> None:
    """Names with line breaks, quotes and other alphabets included."""
    odd = {**LOT, "groups": [{"name": '"\n]  ,\u2028氏', "members": [{"name": "a", "bid": 1}]}]}
    for instances in ([], [LOT], [odd, LOT, odd], LOT):
        result = run("solve", "-", "--on", "reference", text=json.dumps(instances))
        outcome = json.loads(result.stdout)
        assert result.stdout == json.dumps(outcome, indent=2, ensure_ascii=False) + "\n"


def test_answers_come_as_they_are_found() -> None:
    """The first is there while the second is being solved."""
    seen: list[str] = []
    output = io.StringIO()
    whole = offchain.model.kinds.solve

    def watched(*arguments: Any) -> Any:
        seen.append(output.getvalue())
        return whole(*arguments)

    file_text = json.dumps([LOT, LOT, LOT])
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output):
        patch.setattr(offchain.model.kinds, "solve", watched)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file_text.encode())))
        app(["solve", "-", "--on", "reference"], standalone_mode=False)
    assert [text.count("mechanism") for text in seen] == [0, 1, 2]
    assert len(json.loads(output.getvalue())) == 3


def test_memory_does_not_grow_with_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many instances take no more than few, but for what is not collected yet; held at once, they would take 7 MB, and their
    outcomes 2.4 MB."""
    monkeypatch.setattr(files, "_PIECE", 4096)
    members = [{"name": f"m{i}", "bid": i + 1} for i in range(50)]
    one = json.dumps({"mechanism": "two-level", "groups": [{"name": "A", "members": members}]})
    file = tmp_path / "list.json"

    def most(count: int) -> int:
        file.write_text("[" + ",\n".join([one] * count) + "]")
        # garbage waits the longer to be collected the more there is in this process from other tests
        gc.freeze()
        gc.collect()
        tracemalloc.start()
        try:
            with redirect_stdout(io.TextIOWrapper(open(os.devnull, "wb"))):  # noqa: PTH123
                app(["solve", str(file), "--on", "reference"], standalone_mode=False)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            gc.unfreeze()

    most(1)
    few, many = most(20), most(900)
    assert file.stat().st_size > 500_000
    assert many < few + 2_000_000


def failing_at(number: int, error: BaseException) -> Callable[..., Any]:
    """Solves, but raises the error at the instance of this number."""
    whole = offchain.model.kinds.solve
    count = 0

    def solve(*arguments: Any) -> Any:
        nonlocal count
        count += 1
        if count == number:
            raise error
        return whole(*arguments)

    return solve


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InvalidInput("players: too hard"), 2, "error: [{}].players: too hard\n"),
        (ChainError("the node is gone"), 3, "error: the node is gone\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=["too hard", "chain", "stopped"],
)
@pytest.mark.parametrize("solved", [0, 1, 3])
def test_a_list_that_breaks_off_is_nothing_or_a_list(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str, solved: int
) -> None:
    """Of the outcomes until then, whoever reads it."""
    monkeypatch.setattr(offchain.model.kinds, "solve", failing_at(solved + 1, error))
    result = run("solve", "-", "--on", "reference", text=json.dumps([LOT] * 4))
    assert (result.exit_code, result.stderr) == (code, message.format(solved))
    if solved:
        assert [one["mechanism"] for one in json.loads(result.stdout)] == ["two-level"] * solved
    else:
        assert result.stdout == ""


def test_a_list_that_a_chain_breaks_off_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    def solve_on(lots: Iterable[Instance], *_: Any, **__: Any) -> Iterator[Outcome]:
        yield from map(offchain.model.kinds.solve, islice(lots, 2))
        raise ChainError("the node is gone")

    monkeypatch.setattr(offchain.play.solve, "solve_on", solve_on)
    result = run("solve", "-", "--on", "http://127.0.0.1:1", text=json.dumps([LOT] * 3))
    assert (result.exit_code, result.stderr) == (3, "error: the node is gone\n")
    assert len(json.loads(result.stdout)) == 2


def test_a_file_asked_for_is_whole_or_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.json"
    out.write_text("old")
    monkeypatch.setattr(offchain.model.kinds, "solve", failing_at(3, KeyboardInterrupt()))
    result = run("solve", "-", "--on", "reference", "--out", str(out), text=json.dumps([LOT] * 4))
    assert result.exit_code == 130
    assert out.read_text() == "old"
    monkeypatch.undo()
    result = run("solve", "-", "--on", "reference", "--out", str(out), text=json.dumps([LOT] * 4))
    assert result.exit_code == 0
    assert out.read_text() == result.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_the_file_is_finished_even_if_standard_output_fails(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    command = [*(sys.executable, "-m", "offchain.cli", "solve", "-", "--on", "reference")]
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command, "--out", str(out)],
        input=json.dumps([LOT] * 3),
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 4
    assert len(json.loads(out.read_text())) == 3


def test_a_file_may_be_replaced_by_its_own_outcome(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text(json.dumps([LOT] * 3))
    result = run("solve", str(file), "--on", "reference", "--out", str(file))
    assert result.exit_code == 0
    assert file.read_text() == result.stdout
