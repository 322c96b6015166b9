"""`consort solve --on` of universal auctions."""

import json
from itertools import product
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from offchain.cli import app
from tests.docs.markdown import ROOT

SURVEY = json.loads((ROOT / "docs" / "examples" / "survey.json").read_text(encoding="utf-8"))


def run(document: object, *arguments: str) -> Result:
    """`consort solve` with this document."""
    return CliRunner().invoke(app, ["solve", "-", *arguments], input=json.dumps(document))


@pytest.mark.parametrize("on", ["revm", "anvil", "ganache"])
def test_the_chain_prints_what_the_reference_does_and_gas(on: str) -> None:
    expected = json.loads(run(SURVEY).stdout)
    result = run(SURVEY, "--on", on)
    assert result.exit_code == 0, result.stderr
    outcome = json.loads(result.stdout)
    gas = outcome.pop("gas")
    assert list(outcome.items()) == list(expected.items())
    assert gas["total"] == sum(used for step, used in gas.items() if step != "total") > 0


def test_without_a_word_there_is_no_sale_but_every_one_of_them() -> None:
    document = {key: value for key, value in SURVEY.items() if key != "draw"}
    outcome = json.loads(run(document, "--on", "revm").stdout)
    assert "winner" not in outcome
    assert [one["winner"] for one in outcome["outcomes"]] == ["bob", "cid"]


def nested(signals: int, bidders: int, value: Any) -> Any:
    """The table of a function of all signals, as a file has it."""
    rows: list[Any] = [value(profile) for profile in product(range(signals), repeat=bidders)]
    for _ in range(bidders - 1):
        rows = [rows[start : start + signals] for start in range(0, len(rows), signals)]
    return rows


def document(signals: int, bidders: int, value: Any = sum, **more: Any) -> dict[str, Any]:
    """So many bidders who value the good alike."""
    table = nested(signals, bidders, value)
    return {
        "mechanism": "universal-signals",
        "signals": signals,
        "rule": "welfare",
        "bidders": [
            {"name": f"b{n}", "signal": n % signals, "value": table} for n in range(bidders)
        ],
        **more,
    }


def first_counts_double(profile: tuple[int, ...]) -> int:
    return sum(profile) + profile[0]


def of_types(count: int, signals: int) -> dict[str, Any]:
    """A bidder of each of so many types."""
    found = document(signals, count, types=[f"t{n}" for n in range(count)])
    for n, bidder in enumerate(found["bidders"]):
        bidder["type"] = f"t{n}"
    return found


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            document(2, 2, rule="revenue"),
            "rule: revenue draws a price, too; the contract has welfare",
        ),
        (document(9, 1), "signals: 9, and the contract takes 8"),
        (of_types(5, 4), "types: 5 types of 4 signals, and the contract takes 4"),
        (
            document(4, 5, first_counts_double),
            "types: 5 types of 4 signals, as values tell bidders of a type apart, and the contract takes 4",
        ),
        (document(5, 6), None),
        (document(6, 5), "bidders: tables of 7,776 values, and the contract takes 4,096"),
    ],
    ids=["revenue", "signals", "types", "told apart", "many values", "too many values"],
)
def test_what_the_contract_does_not_hold_is_bad_input(
    document: dict[str, Any], message: str | None
) -> None:
    """The last but one fits, as tables there are shorter than in the file: 7^4 values, not 5^6."""
    result = run(document, "--on", "revm")
    if message is None:
        assert result.exit_code == 0, result.stderr
        return
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
