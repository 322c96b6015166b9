"""`consort demo` as a user runs it: output, report, exit codes."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from offchain.chain.revm import Revm
from offchain.cli import app
from offchain.demo import show_groups as demo
from offchain.demo import show_house
from offchain.model.kinds import solve
from offchain.model.mechanisms.contest import play_out

LIST = """address,wei
0x62e279885d52c5ccbbb4e089d53146ad84b8c870,1000000000000000000
0xf0347164cd1b3a74787fcf2a08c4e589770e3b47,700000000000000001
0x0000000000000000000000000000000000001234,50000000000000000
"""


def consort(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(app, ["demo", *arguments])


@pytest.fixture
def contributions(tmp_path: Path) -> str:
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    return str(file)


def test_a_list_on_revm(tmp_path: Path, contributions: str) -> None:
    folder = tmp_path / "report"
    result = consort("--on", "revm", "--contributions", contributions, "--out", str(folder))
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("Who pays and gets what\n")
    assert "0x62e2…b8c870" in result.stdout.lower()
    assert "chain = reference       holds" in result.stdout
    assert "3 contributions replayed on revm" in result.stderr
    assert str(folder / "report.html") in "".join(result.stderr.split("\n"))
    page = (folder / "report.html").read_text()
    # the DAO can pay 1.4 ETH, its rival bids half of it, and two share one gwei more than that
    assert "0.700000001 ETH" in page
    assert "0.350000001 ETH" in page
    assert "1 contribution was not whole gwei" in page
    outcome = json.loads((folder / "outcome.json").read_text())
    assert outcome["items"][0]["paid"] == 700_000_002


def test_the_written_instance_solves_to_the_written_outcome(
    tmp_path: Path, contributions: str
) -> None:
    options = ("--rival", "0.9", "--rival", "0.2", "--silent", "1", "--out", str(tmp_path / "r"))
    result = consort("--on", "revm", "--contributions", contributions, *options)
    assert result.exit_code == 0, result.stderr
    solved = CliRunner().invoke(
        app, ["solve", str(tmp_path / "r" / "instance.json"), "--on", "reference"]
    )
    played = json.loads((tmp_path / "r" / "outcome.json").read_text())
    assert played.pop("gas")["total"] > 0
    assert json.loads(solved.stdout) == played


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rival", "much"], "--rival: 'much' is not an amount in ETH"),
        (["--rival", "nan"], "--rival: 'nan' is not an amount in ETH"),
        (["--rival", "-1"], "--rival: '-1' is not an amount in ETH"),
        (["--rival", "0.0000000001"], "--rival: 0.0000000001 ETH is less than 1 gwei"),
        (["--rival", "1.0000000001"], "--rival: 1.0000000001 ETH is not a whole number of gwei"),
        (["--rival", "1e3"], "--rival: '1e3' is not an amount in ETH"),
        (["--rival", "1" * 30], "ETH is more than 2^64-1 gwei"),
        (["--silent", "61"], "--silent: 61 is more than the 60 members of ConstitutionDAO"),
        (["--contributions", "missing.csv"], "--contributions: missing.csv: cannot be read"),
        (["--on", "reference"], "'reference' is not revm, ganache, anvil"),
        (["--phase-minutes", "9"], "--phase-minutes: 9 is not from 10 to 43200"),
        (["--silent", "-1"], "--silent: -1 is negative"),
    ],
)
def test_bad_options(arguments: list[str], message: str) -> None:
    result = consort("--on", "revm", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_a_bad_list_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(LIST + "0x12,7\n")
    result = consort("--on", "revm", "--contributions", str(file))
    assert result.exit_code == 2
    assert (
        result.stderr
        == f"error: {file}, line 5: address '0x12' is not 0x and 40 hexadecimal digits\n"
    )


def test_a_report_that_cannot_be_written(tmp_path: Path, contributions: str) -> None:
    (tmp_path / "file").write_text("")
    result = consort("--on", "revm", "--out", str(tmp_path / "file" / "report"))
    assert result.exit_code == 4
    assert result.stderr == f"error: --out: {tmp_path / 'file'} is not a directory\n"


def test_a_report_that_turns_out_not_to_be_writable(tmp_path: Path, contributions: str) -> None:
    (tmp_path / "report.html").mkdir()
    result = consort("--on", "revm", "--contributions", contributions, "--out", str(tmp_path))
    assert result.exit_code == 4
    assert "cannot be written: Is a directory" in result.stderr


def test_a_chain_that_is_not_there() -> None:
    result = consort("--on", "http://127.0.0.1:1")
    assert result.exit_code == 3
    assert "error: http://127.0.0.1:1: Connection refused" in result.stderr


def test_a_failed_check(
    tmp_path: Path, contributions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "check_outcome", lambda *_: [])
    monkeypatch.setattr(
        demo, "solve", lambda instance: type("Other", (), {"items": (), **_fields(solve(instance))})
    )
    result = consort(
        "--on", "revm", "--contributions", contributions, "--out", str(tmp_path / "report")
    )
    assert result.exit_code == 1
    assert "chain = reference  FAILS  they differ in items" in result.stdout
    assert (tmp_path / "report" / "report.html").exists()


def _fields(outcome: object) -> dict[str, object]:
    names = ("payments", "welfare", "optimal_welfare")
    return {name: getattr(outcome, name) for name in names}


def test_a_list_at_a_house(tmp_path: Path, contributions: str) -> None:
    folder = tmp_path / "report"
    options = ("--on", "revm", "--contributions", contributions, "--out", str(folder))
    result = consort("--house", "nouns", *options)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("Who pays and gets what\n")
    assert "chain = reference       holds" in result.stdout
    assert "3 contributions replayed, at a house on revm" in result.stderr
    assert {one.name for one in folder.iterdir()} >= {"report.html", "ascent.png", "money.png"}
    outcome = json.loads((folder / "outcome.json").read_text())
    assert outcome["rules"] == ["ascending", "equal-split"]
    solved = CliRunner().invoke(app, ["solve", str(folder / "instance.json")])
    assert json.loads(solved.stdout)["items"][0]["winner"] == outcome["items"][0]["winner"]


def test_a_house_has_a_folder_of_its_own_and_a_chain(
    tmp_path: Path, contributions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def connect(on: str, *_: object) -> Revm:
        seen.append(on)
        return Revm()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(show_house, "connect", lambda *args: nullcontext(connect(*args)))
    assert consort("--house", "nouns", "--contributions", contributions).exit_code == 0
    assert (
        consort("--house", "nouns", "--contributions", contributions, "--on", "revm").exit_code == 0
    )
    assert seen == ["anvil", "revm"]
    assert (tmp_path / "build" / "demo" / "nouns" / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--house", "sothebys"], "'sothebys' is not one of 'nouns'"),
        (
            ["--house", "nouns", "--mechanism", "approximate"],
            "--house: is for --mechanism two-level only",
        ),
        (["--house", "nouns", "--phase-minutes", "9"], "--phase-minutes: 9 is not from 10"),
    ],
)
def test_bad_houses(arguments: list[str], message: str) -> None:
    result = consort("--on", "revm", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_a_failed_check_at_a_house(
    tmp_path: Path, contributions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show_house, "play_out", lambda *terms: (play_out(*terms)[0], ()))
    options = ("--on", "revm", "--contributions", contributions, "--out", str(tmp_path / "r"))
    result = consort("--house", "nouns", *options)
    assert result.exit_code == 1
    assert "chain = reference       FAILS  they differ in the bids" in result.stdout
    assert (tmp_path / "r" / "report.html").exists()
