"""What a terminal of 80 columns gets: no line of any table is longer. The demos' tables are held to it in tests/demo."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from offchain.cli import app
from offchain.cli.theory import table
from offchain.model.theory import CLAIMS
from offchain.model.theory.claim import Row
from tests.docs.markdown import ROOT

WIDTH = 80
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.json"))


def lines(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[str]:
    """What a command prints on standard output."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    result = CliRunner().invoke(app, arguments)
    # 1 of `check`: rules whose promises an example breaks
    assert result.exit_code == 0 or (arguments[0], result.exit_code) == ("check", 1), result.output
    return result.stdout.splitlines()


def longer(printed: list[str]) -> list[str]:
    """The lines that a terminal would break."""
    assert printed
    return [line for line in printed if len(line) > WIDTH]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_check(monkeypatch: pytest.MonkeyPatch, example: Path) -> None:
    assert longer(lines(monkeypatch, "check", str(example))) == []


def test_check_breaks_no_line_where_no_terminal_is() -> None:
    result = CliRunner().invoke(app, ["check", str(ROOT / "docs" / "examples" / "crowd.json")])
    assert max(map(len, result.stdout.splitlines())) > WIDTH
    assert len(result.stdout.splitlines()) == 9


def test_theory() -> None:
    """Every row's words, with figures of some length: measuring all of them takes half a minute."""
    rows = [
        Row(
            claim.name,
            claim.source,
            claim.statement,
            claim.status,
            claim.proof,
            "12,345 games, none beyond " * 9,
            True,
            "so",
        )
        for claim in CLAIMS
    ]
    assert longer(table(rows, WIDTH).splitlines()) == []


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--groups 1,2 --rivals 1,2 --strength 1,2 --correlation 0,0.5 --increment 1/20",
        "--mix 5x20+1x100,1000x2",
        "--family constitutiondao --compare 1",
    ],
)
def test_simulate(monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    assert longer(lines(monkeypatch, "simulate", "--auctions", "2", *options.split())) == []


def test_simulate_with_contributions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As many figures as amounts have."""
    file = tmp_path / "list.csv"
    gifts = (f"0x{rank:040x},{10**24 // rank // 10**9 * 10**9}" for rank in range(1, 400))
    file.write_text("\n".join(gifts) + "\n")
    options = "--price 123456.789012345 --rival 400000.000000001 --increment 1/20"
    printed = lines(monkeypatch, "simulate", "--contributions", str(file), *options.split())
    assert longer(printed) == []


def test_deploy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = str(tmp_path / "deployment.json")
    assert longer(lines(monkeypatch, "deploy", "--on", "revm", "--out", out)) == []
