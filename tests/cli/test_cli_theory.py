"""`consort theory`: the table, the choice of rows, JSON, and exit code 1 where a row does not hold."""

import json

import pytest
from typer.testing import CliRunner, Result

from offchain.cli import app
from offchain.model import theory
from offchain.model.theory import CLAIMS, Claim, Evidence, daos


def run(*arguments: str) -> Result:
    """`consort theory` with these arguments."""
    return CliRunner().invoke(app, ["theory", *arguments])


FALSE = Claim("fake-lie", "Nobody, Theorem 0", "1 is 2", lambda: Evidence("1 and 2", holds=False))
AMENDED = Claim("fake-half", "Nobody", "it is so", lambda: Evidence("[one]", True, "nearly so"))


def test_a_row_has_its_claim_its_figures_and_its_verdict() -> None:
    result = run("--only", "daos-theorem-8")
    assert result.exit_code == 0
    assert "daos-theorem-8" in result.stdout
    assert "8001" in result.stdout
    assert result.stdout.rstrip().endswith("1 of 1 hold, 0 of them as amended")
    assert result.stderr == ""


def test_json_is_the_same_rows() -> None:
    result = run("--only", "slides", "--json", "--only", "daos-theorem-5")
    assert result.exit_code == 0
    five, slides = json.loads(result.stdout)
    assert five == daos.theorem_5().to_json()
    assert (five["name"], five["holds"], five["amended"]) == ("daos-theorem-5", True, None)
    assert slides["amended"] == "the 2 is 17/9, about 1.89, rounded"


def test_only_takes_a_part_of_a_name() -> None:
    names = [row["name"] for row in json.loads(run("--json", "--only", "os-th").stdout)]
    assert names == [claim.name for claim in CLAIMS if claim.name.startswith("daos-theorem")]


def test_an_unknown_row_is_bad_input() -> None:
    result = run("--only", "slides", "--only", "fermat")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --only: 'fermat' is in no row's name (known: daos-")
    assert result.stdout == ""


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_row_that_does_not_hold_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    monkeypatch.setattr(theory, "CLAIMS", (AMENDED, FALSE))
    result = run(*form)
    assert result.exit_code == 1
    if form:
        assert [row["holds"] for row in json.loads(result.stdout)] == [True, False]
    else:
        assert "Amended: nearly so" in result.stdout
        assert "[one]" in result.stdout
        verdicts = [
            line.split()[-1] for line in result.stdout.splitlines() if line.startswith("fake-")
        ]
        assert verdicts == ["amended", "NO"]
        assert result.stdout.rstrip().endswith("1 of 2 hold, 1 of them as amended")
    assert run("--only", "half").exit_code == 0


def breaks() -> Evidence:
    """A measurement that cannot be made."""
    raise KeyError("no such\nfigure")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_row_that_raises_is_a_row_that_does_not_hold_and_the_others_are_measured(
    monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    broken = Claim("fake-broken", "Nobody", "it can be measured", breaks)
    monkeypatch.setattr(theory, "CLAIMS", (broken, AMENDED))
    result = run(*form)
    assert result.exit_code == 1
    assert "not measured: KeyError: 'no such\\nfigure'" in result.stdout.replace("\\\\", "\\")
    if form:
        assert [row["holds"] for row in json.loads(result.stdout)] == [False, True]
    else:
        assert result.stdout.rstrip().endswith("1 of 2 hold, 1 of them as amended")


def test_a_row_in_words() -> None:
    assert str(FALSE()).splitlines() == [
        "fake-lie: DOES NOT HOLD",
        "  source    Nobody, Theorem 0",
        "  claim     1 is 2",
        "  measured  1 and 2",
    ]
    assert str(AMENDED()).endswith("\n  amended   nearly so")
