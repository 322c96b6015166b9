"""`consort solve --on` of signal clock auctions."""

import json

import pytest
from typer.testing import CliRunner, Result

from offchain.cli import app
from offchain.model.mechanisms import signal_discovery

BIDDERS = [
    {"name": "a", "signal": 1, "value": [0, 2, 5, 5]},
    {"name": "b", "signal": 0, "value": [1, 1, 4, 9]},
    {"name": "c", "signal": 1, "value": [0, 3, 3, 6]},
]
FILE = {"mechanism": "signal-clock", "signals": 2, "rule": "revenue", "bidders": BIDDERS}


def run(document: object, *arguments: str) -> Result:
    """`consort solve` with this document."""
    return CliRunner().invoke(app, ["solve", "-", *arguments], input=json.dumps(document))


@pytest.mark.parametrize("on", ["revm", "anvil"])
def test_the_chain_prints_what_the_reference_does_and_gas(on: str) -> None:
    expected = json.loads(run(FILE).stdout)
    result = run(FILE, "--on", on)
    assert result.exit_code == 0, result.stderr
    outcome = json.loads(result.stdout)
    gas = outcome.pop("gas")
    assert outcome == expected
    assert gas["total"] == sum(used for step, used in gas.items() if step != "total") > 0


def test_without_on_nothing_is_played() -> None:
    assert "gas" not in json.loads(run(FILE).stdout)


def crowd(bidders: int) -> dict[str, object]:
    """So many bidders, each optimal at one total: as many draws as there can be."""
    return {
        **FILE,
        "bidders": [
            {
                "name": f"b{n}",
                "signal": n % 2,
                "value": [1000 * q + (500 if q == n else 0) for q in range(bidders + 1)],
            }
            for n in range(bidders)
        ],
    }


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (crowd(16), "bidders: 1,374 draws, and a chain is asked for 1,000"),
        (crowd(32), 'bidders: 32 of type "bidder", and the contract takes 31'),
        (
            {
                **FILE,
                "signals": 4097,
                "bidders": [{"name": "a", "signal": 0, "value": list(range(4097))}],
            },
            "bidders: tables of 4,097 values, and the contract takes 4,096",
        ),
        (
            {
                **FILE,
                "signals": 2049,
                "bidders": [{"name": "a", "signal": 0, "value": list(range(2049))}],
            },
            "signals: 2,049, and the contract takes 2,048",
        ),
    ],
    ids=["draws", "bidders", "values", "signals"],
)
def test_what_is_too_large_is_bad_input(document: dict[str, object], message: str) -> None:
    result = run(document, "--on", "revm")
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_what_is_sampled_is_told_on_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which instance, how many auctions, and why; standard output holds the outcomes alone."""
    exact = signal_discovery.lottery
    monkeypatch.setattr(signal_discovery, "lottery", lambda instance: exact(instance, limit=20))
    monkeypatch.setattr(signal_discovery, "SAMPLES", 40)
    result = run([FILE, crowd(20)])
    assert result.exit_code == 0, result.stderr
    small, large = json.loads(result.stdout)
    assert "samples" not in small
    assert large["samples"] == 40
    (line,) = result.stderr.splitlines()
    assert line.startswith("[1].bidders: the exact distribution takes more than 1,000,000 ")
    assert "discoveries: 40 auctions are drawn instead (seed 0)" in line
    assert "bidders: 40" not in run(FILE).stderr
