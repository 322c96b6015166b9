"""`consort demo --mechanism`: each auction that draws lots, told as it is played."""

import csv
import io
import json
import re
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from offchain.chain.revm import Revm
from offchain.cli import app
from offchain.demo import (
    chance,
    show_approximate,
    show_resilient,
    show_signal_clock,
    show_universal,
)
from offchain.model.instances.approximate import ApproximateOutcome, ApproximateSale
from offchain.report.played import Report

SHOWS = {
    "approximate": show_approximate.play,
    "resilient": show_resilient.play,
    "signal-clock": show_signal_clock.play,
    "universal-signals": show_universal.play,
}
BEACON = "The beacon's word"
SECRETS = "Secrets are sealed"


def consort(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(app, ["demo", *arguments])


def silent() -> Console:
    """A console that nobody reads."""
    return Console(file=StringIO(), width=100)


@pytest.mark.parametrize("on", ["revm", "anvil", "ganache"])
@pytest.mark.parametrize("mechanism", SHOWS)
def test_every_mechanism_on_every_chain(mechanism: str, on: str) -> None:
    """The chain agrees with the reference, no money is left, and chance comes from where it should."""
    report: Report = chance.run(SHOWS[mechanism], on, silent())
    played = report.played
    assert [(check.name, check.holds) for check in played.checks] == [
        ("chain = reference", True),
        ("no wei astray", True),
    ]
    titles = [chapter.title for chapter in played.story]
    assert titles[:2] == ["Contracts", "Listing"]
    assert titles[-1] == "Cross-check"
    assert len(set(titles)) == len(titles), "a scene told twice"
    assert (BEACON in titles, SECRETS in titles) == (on == "anvil", on != "anvil")
    assert [step.name for step in played.steps] == titles[:-1]
    money = list(csv.DictReader(io.StringIO(report.files["members.csv"].decode(), newline="")))
    assert len(money) == 4
    for one in money:
        spent = int(one["paid_wei"]) + int(one.get("bond_wei", 0))
        assert int(one["deposit_wei"]) == int(one["back_wei"]) + spent, one
        assert one["status"]
        assert one["reason"].endswith(".")
    assert re.search("^who +status +back +paid", report.text, re.MULTILINE)
    assert all(step.gas > 0 and step.transactions > 0 for step in played.steps)


PLAYERS = {
    "approximate": set(show_approximate.INSTANCE.bids),
    "resilient": {player.name for player in show_resilient.INSTANCE.players} | {"the seller"},
    "signal-clock": {bidder.name for bidder in show_signal_clock.INSTANCE.bidders},
    "universal-signals": {bidder.name for bidder in show_universal.INSTANCE.bidders},
}


@pytest.mark.parametrize("mechanism", SHOWS)
def test_it_says_what_came_back_to_whom(mechanism: str) -> None:
    """To everybody, be it that nothing but the deposit was ever there; and what the seller gets, if it gets anything."""
    played = chance.run(SHOWS[mechanism], "revm", silent()).played
    told = [line for chapter in played.story for line in chapter.results]
    (back,) = (line for line in told if line.startswith("Back: "))
    amounts = re.findall(r"([\d.,]+) (?:ETH|gwei) to ([\w ]+)", back)
    assert {name for _, name in amounts} == PLAYERS[mechanism]
    assert all(Fraction(amount.replace(",", "")) > 0 for amount, _ in amounts)
    gets = [line for line in told if re.fullmatch(r"It gets [\d.,]+ (ETH|gwei)\.", line)]
    assert len(gets) == ("Proceeds" in [chapter.title for chapter in played.story])


@pytest.mark.parametrize("mechanism", SHOWS)
def test_it_fits_a_terminal_of_80_columns(mechanism: str) -> None:
    said = StringIO()
    report: Report = chance.run(SHOWS[mechanism], "revm", Console(file=said, width=80))
    written = [*said.getvalue().splitlines(), *report.text.splitlines()]
    assert [line for line in written if len(line) > 80] == []


def test_the_report(tmp_path: Path) -> None:
    """One page with everything in it, and an instance that solves to what was played."""
    folder = tmp_path / "report"
    result = consort("--mechanism", "approximate", "--on", "anvil", "--out", str(folder))
    assert result.exit_code == 0, result.stderr
    assert "chain = reference  holds" in result.stdout
    assert re.search(r"^check +figures$", result.stdout, re.MULTILINE), (
        "no figure of these is money"
    )
    assert re.search(r"Block \d+ will decide", result.stderr)
    page = (folder / "report.html").read_text()
    assert not re.search(r"https?:", page)
    assert page.count("<svg ") == 2
    assert (folder / "picture.png").read_bytes().startswith(b"\x89PNG")
    solved = CliRunner().invoke(app, ["solve", str(folder / "instance.json")])
    sale = json.loads(solved.stdout)
    assert (sale["winner"] or "nobody") in page
    told = re.search(r"<dt>winner</dt><dd>(\w+)</dd>", page)
    assert told is not None
    assert told[1] == (sale["winner"] or "nobody")


def test_a_chain_that_disagrees(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The demo says so, and fails."""
    wrong = ApproximateOutcome({}, Fraction(0), ApproximateSale(None, 0))
    monkeypatch.setattr(show_approximate, "solve", lambda instance: wrong)
    result = consort("--mechanism", "approximate", "--on", "revm", "--out", str(tmp_path))
    assert result.exit_code == 1
    assert "chain = reference  FAILS" in result.stdout
    assert "FAILED" in result.stderr


def test_money_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contract that still holds something fails the audit, by how much."""
    chain = Revm()
    account = chain.actor(0)
    chain.fund(account, 7)
    check = chance.audited(chain, auction=account, source=chain.actor(1))
    assert (check.holds, check.detail) == (False, "auction: 7 wei")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--silent", "0"), "--silent: is for --mechanism two-level only"),
        (("--rival", "2"), "--rival: is for --mechanism two-level only"),
        (("--contributions", "x.csv"), "--contributions: is for --mechanism two-level only"),
        (("--phase-minutes", "20"), "--phase-minutes: is for --mechanism two-level only"),
        (("--max-fee", "200"), "--max-fee: is for --mechanism two-level only"),
        (("--fund-from", "node"), "--fund-from: is for --mechanism two-level only"),
    ],
)
def test_options_of_the_first_mechanism(options: tuple[str, ...], said: str) -> None:
    result = consort("--mechanism", "resilient", "--on", "revm", *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_unknown_mechanism() -> None:
    result = consort("--mechanism", "dutch")
    assert result.exit_code == 2
    assert "signal-clock" in result.stderr


def test_a_clock_that_cannot_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """These auctions take days: nobody is left waiting unawares."""
    monkeypatch.setattr(Revm, "time_is_free", False)
    result = consort("--mechanism", "resilient", "--on", "revm")
    assert result.exit_code == 2
    assert "--on: revm: the clock of this node cannot be moved" in result.stderr
