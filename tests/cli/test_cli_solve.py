"""`consort solve`: one JSON document on standard output, everything else on standard error."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from offchain.chain.errors import ChainError
from offchain.cli import app
from offchain.model.instances import TwoLevelInstance, TwoLevelOutcome
from offchain.model.mechanisms.two_level import solve
from offchain.play import solve as solve_module

EXAMPLE = {
    "mechanism": "two-level",
    "items": 1,
    "reserve": 1,
    "groups": [
        {
            "name": "A",
            "members": [{"name": "ann", "bid": 10, "value": 10}, {"name": "bob", "bid": 5}],
        },
        {"name": "B", "members": [{"name": "cid", "bid": 9}]},
    ],
}
OUTCOME = {
    "mechanism": "two-level",
    "items": [
        {
            "winner": "A",
            "price": 9,
            "share": 5,
            "paid": 10,
            "served": ["ann", "bob"],
            "group_bids": {"A": 10, "B": 9},
        }
    ],
    "payments": {"A": {"ann": 5, "bob": 5}, "B": {"cid": 0}},
    "welfare": 15,
    "optimal_welfare": 15,
}
ASCENDING = {**EXAMPLE, "upper": {"ascending": 2}, "lower": "equal-split"}
"""1, 3, 5, 7, 9: A stands on 9, and B, who stood on 7, cannot bid 11."""
AT_A_HOUSE = {**EXAMPLE, "upper": {"ascending": "1/4"}}
"""1, 2, 3, 4, 5, 7, 9: A stands on 9, and B cannot bid 12."""
ASCENT = {**OUTCOME, "rules": ["ascending", "equal-split"]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The documented example as a file."""
    path = tmp_path / "example.json"
    path.write_text(json.dumps(EXAMPLE))
    return path


def run(*arguments: str | Path, text: str | bytes | None = None) -> Result:
    """`consort solve` with these arguments and this standard input."""
    return CliRunner().invoke(app, ["solve", *map(str, arguments)], input=text)


def refused(result: Result, code: int = 2) -> str:
    """The message of a run that failed as it should: nothing on standard output, one line, no traceback."""
    assert result.exit_code == code
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1
    return result.stderr.strip()


def test_prints_the_outcome_and_nothing_else(file: Path) -> None:
    result = run(file, "--on", "reference")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == OUTCOME
    assert result.stderr == ""


def test_reads_standard_input() -> None:
    result = run("-", "--on", "reference", text=json.dumps(EXAMPLE))
    assert json.loads(result.stdout) == OUTCOME


def test_a_list_gives_the_list_of_outcomes() -> None:
    result = run("-", "--on", "reference", text=json.dumps([EXAMPLE, {**EXAMPLE, "reserve": 20}]))
    first, second = json.loads(result.stdout)
    assert first == OUTCOME
    assert second["items"] == [
        {
            "winner": None,
            "price": 0,
            "share": 0,
            "paid": 0,
            "served": [],
            "group_bids": {"A": 10, "B": 9},
        }
    ]


def test_an_empty_list_gives_an_empty_list() -> None:
    assert run("-", "--on", "reference", text="[]").stdout == "[]\n"


def test_out_also_writes_the_file(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "outcome.json"
    result = run(file, "--on", "reference", "--out", out)
    assert json.loads(result.stdout) == OUTCOME
    assert out.read_text() == result.stdout


def test_names_in_any_language_are_printed_in_utf_8() -> None:
    groups = [{"name": "Zoë 氏", "members": [{"name": "ann", "bid": 5}]}]
    command = [sys.executable, "-m", "offchain.cli", "solve", "-", "--on", "reference"]
    result = subprocess.run(
        command,
        input=json.dumps({**EXAMPLE, "groups": groups}).encode(),
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "ascii"},
        cwd=Path(__file__).parents[2],
    )
    assert json.loads(result.stdout)["items"][0]["winner"] == "Zoë 氏"


def test_a_bad_instance_names_file_field_and_value(file: Path) -> None:
    file.write_text(json.dumps([EXAMPLE, {**EXAMPLE, "reserve": 0}]))
    assert refused(run(file)) == f"error: {file}: [1].reserve: 0 is below 1"


def test_a_bad_standard_input_is_named_so() -> None:
    message = refused(run("-", text='{"mechanism":\n two-level}'))
    assert message == "error: standard input: not JSON: Expecting value at line 2 column 2"


@pytest.mark.parametrize("text", [b"\xff", b"[" * 100_000, b"", b"[1e999]", b"9" * 6000, b"{}"])
def test_hostile_input_never_ends_in_a_traceback(text: bytes) -> None:
    assert refused(run("-", text=text)).startswith("error: standard input: ")


def test_a_missing_file(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    assert refused(run(missing)) == f"error: {missing}: cannot be read: No such file or directory"


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert refused(run(tmp_path)) == f"error: {tmp_path}: cannot be read: Is a directory"


def test_a_name_that_no_file_can_have() -> None:
    assert refused(run("a\0b")) == "error: a\\x00b: cannot be read: embedded null byte"


@pytest.mark.parametrize(
    "on",
    [
        "",
        "besu",
        "Reference",
        "ftp://node",
        "http://",
        "localhost:8545",
        "http://[1::2",
        "https:/x",
    ],
)
def test_an_unknown_back_end_is_bad_input(file: Path, on: str) -> None:
    result = run(file, "--on", on)
    assert result.exit_code == 2
    message = " ".join(result.stderr.split())
    assert "is not reference, revm, ganache, anvil, node or an http(s) or ws(s) URL" in message
    assert result.stdout == ""


def test_out_in_no_directory(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "missing" / "outcome.json"
    message = refused(run(file, "--on", "reference", "--out", out), code=4)
    assert message == f"error: --out: {out.parent} is not a directory"


def test_out_that_is_a_directory(file: Path, tmp_path: Path) -> None:
    message = refused(run(file, "--on", "reference", "--out", tmp_path), code=4)
    assert message == f"error: --out: {tmp_path} is a directory"


def test_out_that_cannot_be_written(file: Path) -> None:
    message = refused(run(file, "--on", "reference", "--out", "/dev/full"), code=4)
    assert message == "error: --out: /dev/full cannot be written: No space left on device"


Progress = Callable[[str], None]
SolveOn = Callable[..., list[TwoLevelOutcome]]


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Callable[[SolveOn], None]:
    """Puts a function in the place of the chain back ends."""

    def replace_with(solve_on: SolveOn) -> None:
        monkeypatch.setattr(solve_module, "solve_on", solve_on)

    return replace_with


@pytest.mark.parametrize(
    ("arguments", "back_end"),
    [
        ([], "revm"),
        (["--on", "ganache"], "ganache"),
        (["--on", "anvil"], "anvil"),
        (["--on", "http://127.0.0.1:8545"], "http://127.0.0.1:8545"),
        (["--on", "wss://node.example/key"], "wss://node.example/key"),
    ],
)
def test_a_chain_gets_the_instances_and_reports_on_standard_error(
    chain: Callable[[SolveOn], None], file: Path, arguments: list[str], back_end: str
) -> None:
    used = []

    def solve_on(
        instances: list[TwoLevelInstance], on: str, progress: Progress, **_: object
    ) -> list[TwoLevelOutcome]:
        used.append(on)
        progress("one lot settled")
        return [solve(instance) for instance in instances]

    chain(solve_on)
    result = run(file, *arguments)
    assert used == [back_end]
    assert json.loads(result.stdout) == OUTCOME
    assert result.stderr == "one lot settled\n"


def test_a_chain_that_fails_is_exit_code_3(chain: Callable[[SolveOn], None], file: Path) -> None:
    def solve_on(
        instances: list[TwoLevelInstance], on: str, progress: Progress, **_: object
    ) -> list[TwoLevelOutcome]:
        raise ChainError("no node answers at http://127.0.0.1:1")

    chain(solve_on)
    message = refused(run(file, "--on", "http://127.0.0.1:1"), code=3)
    assert message == "error: no node answers at http://127.0.0.1:1"


NO_CONTRACTS = {
    "mechanism": "monotone-signals",
    "signals": 2,
    "rule": "welfare",
    "bidders": [{"name": "a", "signal": 1, "value": [0, 5]}],
}


def test_without_on_what_has_no_contracts_is_solved_by_the_reference_model(
    chain: Callable[[SolveOn], None],
) -> None:
    played = []

    def solve_on(
        instances: list[TwoLevelInstance], on: str, progress: Progress, **_: object
    ) -> list[TwoLevelOutcome]:
        played.append((len(instances), on))
        return [solve(instance) for instance in instances]

    chain(solve_on)
    alone = run("-", text=json.dumps(NO_CONTRACTS))
    assert json.loads(alone.stdout)["mechanism"] == "monotone-signals"
    assert played == []
    mixed = run("-", text=json.dumps([EXAMPLE, NO_CONTRACTS, EXAMPLE]))
    assert json.loads(mixed.stdout) == [OUTCOME, json.loads(alone.stdout), OUTCOME]
    assert played == [(2, "revm")]
    rules = run("-", text=json.dumps([ASCENDING, EXAMPLE, NO_CONTRACTS]))
    assert json.loads(rules.stdout) == [ASCENT, OUTCOME, json.loads(alone.stdout)]
    assert played == [(2, "revm"), (1, "revm")]
    for one in (ASCENDING, AT_A_HOUSE):
        assert json.loads(run("-", text=json.dumps(one)).stdout) == ASCENT
    assert len(played) == 2


def without_gas(outcomes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for outcome in outcomes:
        assert outcome.pop("gas")["total"] > 0
    return outcomes


def test_with_on_a_house_has_ascending_auctions_of_whole_percents() -> None:
    """In a list of both rules; two items are two auctions there."""
    twice = {
        **AT_A_HOUSE,
        "items": 2,
        "reserve": [1, 11],
        "groups": [
            {
                "name": "A",
                "members": [{"name": "ann", "bid": [10, 1]}, {"name": "bob", "bid": [5, 30]}],
            },
            {"name": "B", "members": [{"name": "cid", "bid": [9, 40]}]},
        ],
    }
    document = [AT_A_HOUSE, EXAMPLE, twice]
    played = run("-", "--on", "revm", text=json.dumps(document))
    assert played.exit_code == 0, played.stderr
    outcomes = without_gas(json.loads(played.stdout))
    assert outcomes[:2] == [ASCENT, OUTCOME]
    reference = run("-", "--on", "reference", text=json.dumps(document))
    assert outcomes == json.loads(reference.stdout)
    assert [item["winner"] for item in outcomes[2]["items"]] == ["A", "B"]
    assert outcomes[2]["payments"] == {"A": {"ann": 5, "bob": 5}, "B": {"cid": 37}}


@pytest.mark.parametrize("on", ["revm", "anvil", "ganache", "http://127.0.0.1:1"])
@pytest.mark.parametrize(
    ("increment", "found"),
    [(2, "2 units"), ("1/200", "1/200"), ("1/3", "1/3"), ("333/1000", "333/1000")],
)
def test_other_increments_are_for_the_reference_model(
    on: str, increment: object, found: str
) -> None:
    one = {**EXAMPLE, "upper": {"ascending": increment}}
    assert refused(run("-", "--on", on, text=json.dumps([EXAMPLE, one]))) == (
        f"error: --on {on}: [1].upper.ascending: an increment of {found}; a house has one of whole percents of the amount"
        ' that leads, "1/100" to "100/100"'
    )
    assert run("-", "--on", "reference", text=json.dumps(one)).exit_code == 0


@pytest.mark.parametrize("items", [1, 2])
def test_what_no_dao_can_be_lent_is_refused_before_anything_is_sent(items: int) -> None:
    def bids(last: int) -> object:
        return last if items == 1 else [3, last]

    def document(most: int) -> str:
        members = [{"name": name, "bid": bids(most)} for name in ("ann", "bob")]
        group = {"name": "A", "members": members}
        return json.dumps({**AT_A_HOUSE, "items": items, "groups": [group]})

    path = "groups[0]" if items == 1 else "groups[0], item 1"
    assert refused(run("-", "--on", "http://127.0.0.1:1", text=document(2**63))) == (
        f"error: --on http://127.0.0.1:1: {path}: its members can pay {2**64} together, more than the contract holds, "
        "which is 2^64-1"
    )
    fits = document(2**63 - 1)
    played = run("-", "--on", "revm", text=fits)
    (outcome,) = without_gas([json.loads(played.stdout)])
    assert outcome == json.loads(run("-", "--on", "reference", text=fits).stdout)


def test_rules_that_no_contract_has_are_solved_by_the_reference_and_refused_on_a_chain() -> None:
    for rule in ("first-price", {"posted": 5}, {"lottery": "1/10"}):
        name = rule if isinstance(rule, str) else next(iter(rule))
        document = json.dumps({**EXAMPLE, "upper": rule})
        assert json.loads(run("-", text=document).stdout)["rules"] == [name, "equal-split"]
        message = refused(run("-", "--on", "revm", text=document))
        assert message.startswith(f"error: --on revm: upper: no contract sells by {name}; ")
    for lower in ("pay-your-bid", "everybody", "proportional", "vcg"):
        document = json.dumps({**EXAMPLE, "lower": lower})
        assert json.loads(run("-", text=document).stdout)["rules"] == ["critical-bid", lower]
        message = refused(run("-", "--on", "revm", text=document))
        assert (
            message
            == f"error: --on revm: lower: no contract has {lower}; DAOs share by equal-split"
        )


def test_the_default_rules_by_name_are_the_defaults() -> None:
    named = {**EXAMPLE, "upper": "critical-bid", "lower": "equal-split"}
    assert json.loads(run("-", "--on", "reference", text=json.dumps(named)).stdout) == OUTCOME


@pytest.mark.parametrize("on", ["revm", "ganache", "anvil", "http://127.0.0.1:1"])
def test_a_chain_by_name_cannot_run_what_has_no_contracts(on: str) -> None:
    message = refused(run("-", "--on", on, text=json.dumps(NO_CONTRACTS)))
    assert message == (
        f"error: --on {on}: mechanism: monotone-signals has no contracts to run on a chain; "
        "leave --on out or use --on reference"
    )
    message = refused(run("-", "--on", on, text=json.dumps([EXAMPLE, NO_CONTRACTS])))
    assert message.startswith(f"error: --on {on}: [1].mechanism: monotone-signals has no contracts")


def test_the_reference_model_solves_everything() -> None:
    result = run("-", "--on", "reference", text=json.dumps([NO_CONTRACTS, EXAMPLE]))
    assert [outcome["mechanism"] for outcome in json.loads(result.stdout)] == [
        "monotone-signals",
        "two-level",
    ]


def test_very_many_bidders_are_told_before_they_are_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve_module, "MANY_BIDDERS", 2)
    members = [{"name": name, "bid": 5} for name in ("ann", "bob", "cid")]
    document = {"mechanism": "two-level", "groups": [{"name": "A", "members": members}]}
    played = CliRunner().invoke(app, ["solve", "-"], input=json.dumps(document))
    assert played.exit_code == 0, played.stderr
    assert played.stderr.startswith("3 bidders are played on revm, some transactions each")
    quick = CliRunner().invoke(app, ["solve", "-", "--on", "reference"], input=json.dumps(document))
    assert quick.stderr == ""
