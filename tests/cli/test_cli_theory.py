"""`consort theory`: the table, the choice of rows, JSON, and exit code 1 where a row does not hold."""

import json

import pytest
from typer.testing import CliRunner, Result

from offchain.cli import app
from offchain.model import theory
from offchain.model.theory import CLAIMS, Claim, Evidence, Status, daos
from offchain.model.theory.page import in_markdown


def run(*arguments: str) -> Result:
    """`consort theory` with these arguments."""
    return CliRunner().invoke(app, ["theory", *arguments])


def false() -> Evidence:
    """What no measurement bears out."""
    return Evidence("1 and 2", holds=False)


def half(whole: str = "[one]") -> Evidence:
    """What holds otherwise than written."""
    return Evidence(whole, True, "nearly so")


FALSE = Claim("fake-lie", "Nobody, Theorem 0", "1 is 2", Status.PROVED, false, "none.md#here")
AMENDED = Claim(
    "fake-half", "Nobody", "it is so", Status.CHECKED, half, wider={"whole": "all of it"}
)


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


def test_json_has_what_a_row_rests_on() -> None:
    row = json.loads(run("--only", "daos-ties", "--json").stdout)[0]
    assert (row["status"], row["proof"]) == ("proved", "mechanism.md#ties")


def test_markdown_is_a_table_for_each_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theory, "CLAIMS", (AMENDED, FALSE, daos.theorem_8))
    result = run("--markdown", "--only", "fake", "--only", "theorem-8")
    assert result.exit_code == 1
    assert result.stdout == in_markdown([AMENDED(), FALSE(), daos.theorem_8()]) + "\n"
    assert result.stdout.splitlines()[:6] == [
        "### fake: Nobody",
        "",
        "| row | claim | status | measured |",
        "| --- | --- | --- | --- |",
        "| [fake-half](../examples/fake_half.py) | it is so | checked | \\[one\\] **Amended:** nearly so |",
        "| [fake-lie](../examples/fake_lie.py) | Theorem 0: 1 is 2 | [proved](none.md#here), **does not hold** | 1 and 2 |",
    ]
    assert "\n### daos: When Bidders Are DAOs, Theorem 8 (Lemma 14)\n" in result.stdout
    assert result.stdout.endswith("\n3 rows: 2 proved, 1 checked; 1 of them hold as amended.\n")


def test_markdown_and_json_exclude_each_other() -> None:
    result = run("--markdown", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "exclude each other" in result.stderr


def test_all_searches_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theory, "CLAIMS", (AMENDED,))
    assert [
        json.loads(run(*form, "--json").stdout)[0]["measured"] for form in ((), ("--all",))
    ] == [
        "[one]",
        "all of it",
    ]


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
    broken = Claim("fake-broken", "Nobody", "it can be measured", Status.OPEN, breaks)
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
        "  status    proved, docs/none.md#here",
        "  measured  1 and 2",
    ]
    assert str(AMENDED()).endswith("\n  amended   nearly so")
