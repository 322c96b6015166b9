"""`consort solve` and `consort check` on VCG, resilient and approximate files."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner, Result

from offchain.cli import app

VCG = {
    "mechanism": "vcg",
    "goods": ["g1", "g2"],
    "players": [
        {"name": "1", "values": {"g1": 1}},
        {"name": "2", "values": {"g2": 1}},
        {"name": "3", "values": {"g1,g2": 100}},
    ],
}
RESILIENT = {
    "mechanism": "resilient",
    "epsilon": "1/2",
    "goods": ["g1", "g2"],
    "coin": "both",
    "players": [
        {
            "name": "1",
            "values": {"g1": 3, "g1,g2": 10},
            "offer": [{"to": "2", "goods": ["g1"], "price": 2}],
            "wish": ["g1", "g2"],
        },
        {"name": "2", "values": {"g1": 2}, "offer": [], "wish": []},
    ],
}
APPROXIMATE = {
    "mechanism": "approximate",
    "delta": "1/2",
    "bids": {"a": 10, "b": 7},
    "draw": "3/10",
}
KINDS = [VCG, RESILIENT, APPROXIMATE]


def run(command: str, document: object, *arguments: str) -> Result:
    """`consort COMMAND` on this document."""
    return CliRunner().invoke(app, [command, "-", *arguments], input=json.dumps(document))


@pytest.mark.parametrize("arguments", [[], ["--on", "reference"]])
def test_solve(arguments: list[str]) -> None:
    result = run("solve", KINDS, *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == [
        {
            "mechanism": "vcg",
            "allocation": {"3": ["g1", "g2"]},
            "payments": {"1": 0, "2": 0, "3": 2},
            "welfare": 100,
            "revenue": 2,
        },
        {
            "mechanism": "resilient",
            "star": "1",
            "heads": {
                "allocation": {"1": ["g1", "g2"]},
                "payments": {"1": "0", "2": "0"},
                "revenue": "0",
            },
            "tails": {
                "allocation": {"2": ["g1"]},
                "payments": {"1": "-1/3", "2": "2"},
                "revenue": "5/3",
            },
            "expected_revenue": "5/6",
        },
        {
            "mechanism": "approximate",
            "probabilities": {"a": "83/160", "b": "53/112"},
            "unsold": "9/1120",
            "winner": "a",
            "price": 2,
        },
    ]


@pytest.mark.parametrize("on", ["revm", "ganache", "anvil", "http://127.0.0.1:1"])
def test_no_chain_runs_what_has_no_contracts(on: str) -> None:
    result = run("solve", VCG, "--on", on)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: --on {on}: mechanism: vcg has no ")


@pytest.mark.parametrize("kind", [RESILIENT, APPROXIMATE], ids=lambda kind: kind["mechanism"])
def test_a_chain_says_the_same_and_what_gas_it_took(kind: dict[str, object]) -> None:
    on_chain, reference = (run("solve", kind, "--on", on) for on in ("revm", "reference"))
    assert (on_chain.exit_code, on_chain.stderr) == (0, "")
    outcome = json.loads(on_chain.stdout)
    assert outcome.pop("gas")["total"] > 500_000
    assert outcome == json.loads(reference.stdout)


def test_a_resilient_sale_too_large_for_the_contracts_is_bad_input() -> None:
    result = run("solve", RESILIENT | {"epsilon": "1/4294967296"}, "--on", "revm")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: --on revm: epsilon: denominator: 4294967296 is more than the "
        "contracts hold, which is 4294967295\n"
    )


def test_an_inaccuracy_too_fine_for_the_contract_is_bad_input() -> None:
    result = run("solve", APPROXIMATE | {"delta": "1/4294967296"}, "--on", "revm")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: --on revm: delta: denominator: 4294967296 is more than the "
        "contract holds, which is 4294967295\n"
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["mechanism"])
def test_check(kind: dict[str, object]) -> None:
    result = run("check", kind)
    assert (result.exit_code, result.stderr) == (0, "")
    rows = result.stdout.splitlines()
    assert len(rows) >= 6
    assert all("  holds  " in row or "  not claimed  " in row for row in rows)
    assert any(row.startswith("budget balance") or row.startswith("probabilities") for row in rows)


@pytest.mark.parametrize("command", ["solve", "check"])
def test_what_a_solver_decides_may_take_long_and_is_told_first(command: str) -> None:
    """With forty goods for whoever, more than the sets of goods can be gone through; with ten, nothing is said."""

    def crowd(goods: int) -> dict[str, object]:
        names = [f"g{good}" for good in range(goods)]
        values = [
            {names[(4 * player + step) % goods]: 5 + step for step in range(7)}
            for player in range(10)
        ]
        players = [{"name": f"p{place}", "values": own} for place, own in enumerate(values)]
        return {"mechanism": "vcg", "goods": names, "players": players}

    (line,) = run(command, [VCG, crowd(40)]).stderr.splitlines()
    assert "[1].players: a solver decides among 70 bids for 40 goods" in line
    assert run(command, crowd(10)).stderr == ""


def test_check_takes_a_grid() -> None:
    assert "no bid in 0..20 is better" in run("check", APPROXIMATE, "--grid", "20").stdout
    assert "other bids is better" in run("check", VCG, "--grid", "2").stdout


@pytest.mark.parametrize("command", ["solve", "check"])
@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({**VCG, "goods": []}, "goods: [] holds no good"),
        ({**VCG, "players": []}, "players: [] holds no player"),
        ({**VCG, "reserve": 3}, "reserve: unknown field with value 3 (known: mechanism, goods, players)"),
        ({**RESILIENT, "epsilon": "1/0"}, 'epsilon: "1/0" has denominator 0'),
        ({**RESILIENT, "coin": "edge"}, 'coin: "edge" is not one of heads, tails, both'),
        ({**APPROXIMATE, "delta": "1"}, 'delta: "1" is not above 0 and below 1'),
        ({**APPROXIMATE, "draw": "1"}, 'draw: "1" is not at least 0 and below 1'),
        ({**APPROXIMATE, "bids": {"a": -1}}, "bids.a: -1 is negative"),
        ([VCG, {**APPROXIMATE, "bids": {}}], "[1].bids: {} holds no player"),
    ],
)  # fmt: skip
def test_bad_input_is_exit_code_2(command: str, document: object, message: str) -> None:
    result = run(command, document)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: standard input: {message}\n"


def test_small_instances_are_solved_without_the_solvers_libraries() -> None:
    program = (
        "import sys; from offchain.cli import app\n"
        "try: app(['solve', '-'])\n"
        "except SystemExit: print([n for n in ('scipy', 'numpy') if n in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", program]
    result = subprocess.run(
        command, input=json.dumps(KINDS), capture_output=True, text=True, check=True
    )
    assert result.stderr == "[]\n"
