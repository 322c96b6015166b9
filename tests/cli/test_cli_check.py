"""`consort check`: one row for each property, and exit code 1 where one fails."""

import json

import pytest
from typer.testing import CliRunner, Result

from offchain.cli import app
from offchain.model.mechanisms.price_rule import RULES

TIE = {
    "mechanism": "two-level",
    "groups": [
        {"name": "B", "members": [{"name": "cid", "bid": 10}]},
        {"name": "A", "members": [{"name": "ann", "bid": 10}, {"name": "bob", "bid": 5}]},
    ],
}


def run(document: object, *arguments: str) -> Result:
    """`consort check` on this document."""
    return CliRunner().invoke(app, ["check", "-", *arguments], input=json.dumps(document))


def test_every_property_has_a_row() -> None:
    result = run(TIE)
    assert result.exit_code == 0
    assert [row[:25].rstrip() for row in result.stdout.splitlines()] == [
        "budget balance",
        "individual rationality",
        "equal treatment",
        "welfare ratio",
        "consumer sovereignty",
        "upper semi-continuity",
        "incentive compatibility",
        "group strategyproofness",
        "false names",
    ]
    assert result.stderr == ""


def test_a_failure_shows_its_counter_example() -> None:
    result = run(TIE, "--rule", "plain")
    assert result.exit_code == 1
    failures = [row for row in result.stdout.splitlines() if "FAILS" in row]
    assert [" ".join(row.split()) for row in failures] == [
        "incentive compatibility FAILS ann of A (item 0, value 10) gets 0 by bidding it and 5 by bidding 11",
        "group strategyproofness FAILS item 0: if ann bids 11, ann gets 5 and not 0",
    ]


def test_the_rows_of_a_list_name_their_instance() -> None:
    result = run([TIE, TIE])
    assert [row[:4] for row in result.stdout.splitlines()] == ["[0] "] * 9 + ["[1] "] * 9


def test_one_failure_in_a_list_is_enough() -> None:
    alone = {**TIE, "groups": TIE["groups"][:1]}
    assert run([TIE, alone], "--rule", "plain").exit_code == 1
    assert run([alone], "--rule", "plain").exit_code == 0


def test_grid_sets_the_search() -> None:
    assert "bids 0..3 and 2^64-1" in run(TIE, "--grid", "3").stdout
    assert run(TIE, "--grid", "-1").exit_code == 2


def test_an_empty_list_has_no_rows() -> None:
    result = run([])
    assert (result.exit_code, result.stdout) == (0, "")


def test_names_cannot_break_the_rows() -> None:
    members = [{"name": "two\nlines\x1b[31m", "bid": 10}, {"name": "bob", "bid": 5}]
    result = run(
        {**TIE, "groups": [TIE["groups"][0], {"name": "A", "members": members}]}, "--rule", "plain"
    )
    assert len(result.stdout.splitlines()) == 9
    assert "two\\nlines\\x1b[31m of A" in result.stdout


def test_bad_input_is_exit_code_2() -> None:
    result = run({**TIE, "reserve": -1})
    assert result.exit_code == 2
    assert result.stderr == "error: standard input: reserve: -1 is negative\n"


@pytest.mark.parametrize("rule", RULES)
def test_the_rules_are_those_of_the_reference_model(rule: str) -> None:
    assert run([], "--rule", rule).exit_code == 0


def test_another_rule_is_refused_with_the_names_of_all() -> None:
    result = run([], "--rule", "third")
    assert result.exit_code == 2
    assert f"'third' is not one of {', '.join(map(repr, RULES))}" in result.stderr
