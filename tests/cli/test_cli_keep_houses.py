"""`consort keep` at an Anvil, as its own process, for a deployment that names adapters on houses of others."""

import logging
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from offchain.bindings.adapters import AdapterAt
from offchain.bindings.enumerations import Phase
from offchain.chain.connect import connect
from offchain.chain.errors import ChainError
from offchain.chain.nodes import anvil
from offchain.cli.exits import say
from offchain.cli.journal import Journal
from offchain.cli.keeping import one_round
from offchain.keeper.view import View
from offchain.keeper.watch.logs import LOGGER, Log, logging_to
from offchain.keeper.watch.record import Record
from tests.keeper.house_market import RESERVE, TERMS, HouseMarket
from tests.keeper.market import Market
from tests.patience import PATIENCE, until


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An Anvil for all tests here."""
    with anvil(accounts=1, auto_impersonate=True) as node:
        yield node.url


def adapter_of(market: HouseMarket) -> AdapterAt:
    return AdapterAt("nouns", market.house.address, market.auctioneer)


@pytest.fixture
def town(url: str, tmp_path: Path) -> Iterator[HouseMarket]:
    """New contracts on that node, and a deployment file that names the adapter."""
    with connect(url) as chain:
        market = HouseMarket(tmp_path, chain)
        replace(market.deployment, adapters=(adapter_of(market),)).write(
            tmp_path / "deployment.json"
        )
        yield market


def lines_of(output: str) -> list[list[str]]:
    return [line.split() for line in output.splitlines()]


def test_once_in_each_phase(town: HouseMarket, url: str) -> None:
    """Beside a lot of the auctioneer with the same number. Each bid is a line with the group and the amount."""
    lot = town.register()
    dao = town.group(lot, 4 * RESERVE, 3 * RESERVE)
    lines = []

    def once(*more: str) -> None:
        result = town.run(url, "--once", *more)
        assert result.returncode == 0, result.stderr
        assert f"and of nouns at {town.auctioneer} from" in result.stderr
        lines.extend(lines_of(result.stdout))

    town.until_tally(lot)
    once()
    town.until_seconds_left(TERMS.buffer + 3_600)
    once()
    assert [line[2] for line in lines] == ["tally"]
    town.until_seconds_left(TERMS.buffer)
    once("--only", f"{town.auctioneer.lower()}:{lot + 1}")
    once("--only", str(lot))
    assert len(lines) == 1, "neither is this lot"
    once("--only", f"{town.auctioneer.lower()}:{lot}")
    assert town.leads(lot, dao)
    assert town.rival(3 * TERMS.reserve)
    once()
    town.chain.advance_to(town.end())
    once()
    assert [line[2:4] for line in lines] == [
        ["tally", dao],
        ["raise", town.auctioneer],
        ["raise", town.auctioneer],
        ["conclude", town.auctioneer],
        ["finish", dao],
    ]
    first = lines[1]
    assert first[4:6] + first[8:] == ["members", "2", dao, "bids", "0.001", "ETH"]
    assert lines[2][8:] == [dao, "bids", "0.0011025", "ETH"]
    assert town.standing(lot)[0] == Phase.SETTLED
    once()
    assert len(lines) == 5
    assert town.is_paid(lot)


def test_it_answers_rivals_until_it_is_killed_and_when_it_is_back(
    town: HouseMarket, url: str
) -> None:
    """Killed outright between a rival's bid and the end; the next one goes on from what stands on the chain."""
    lot = town.register()
    dao = town.group(lot, 9 * RESERVE)

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            town.command(url, "--poll", "0.2"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )

    process = start()
    try:
        town.until_tally(lot)
        until(lambda: bool(town.ledger().lots[lot].group_bids))
        town.until_seconds_left(TERMS.buffer - 1)
        until(lambda: town.leads(lot, dao))
        for _ in range(2):
            assert town.rival(3 * TERMS.reserve)
            until(lambda: town.leads(lot, dao))
        process.kill()
        before = process.communicate(timeout=PATIENCE)[0]
        assert town.rival(3 * TERMS.reserve)
        process = start()
        until(lambda: town.leads(lot, dao))
        town.chain.advance_to(town.end())
        until(lambda: town.standing(lot)[0] == Phase.SETTLED and town.is_paid(lot))
        # what the chain shows it says a moment later, unless it is stopped first
        assert process.stdout is not None
        after = "".join(process.stdout.readline() for _ in range(3))
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    done = ["tally", "raise", "raise", "raise"]
    said = [line[2] for line in lines_of(before)]
    assert said in (done, done[:-1]), "it may die before it says what it did last"
    assert [line[2] for line in lines_of(after + rest)] == ["raise", "conclude", "finish"]
    assert "not done" not in errors
    assert "ALERT" not in errors


def test_a_bid_that_cannot_be_paid_for_is_an_alert(town: HouseMarket, url: str) -> None:
    """With the group, the amount and the end; and the exit code says that something due was not done."""
    lot = town.register()
    dao = town.group(lot, 4 * RESERVE)
    town.until_tally(lot)
    assert town.run(url, "--once").returncode == 0
    town.until_seconds_left(TERMS.buffer)
    result = town.run(url, "--once", "--budget", "0.000001")
    assert result.returncode == 3
    assert re.search(
        rf"^ALERT: bid of {dao} on lot {lot} at {town.auctioneer}: {dao} has to bid 0\.001 ETH before .* UTC,"
        r" and its bid cannot be sent: .*--budget",
        result.stderr,
        re.MULTILINE,
    )
    assert not town.leads(lot, dao)
    assert town.run(url, "--once").returncode == 0
    assert town.leads(lot, dao)


def test_a_file_with_the_adapter_of_another_is_refused(
    town: HouseMarket, url: str, tmp_path: Path
) -> None:
    """Before a keeper waits for ever for lots that never come."""
    (tmp_path / "other").mkdir()
    other = Market(tmp_path / "other", town.chain)
    right = adapter_of(town)
    for adapter, view in (
        (right, None),
        (replace(right, house=other.auctioneer), "house"),
        (replace(right, address=town.house.address), "factory"),
    ):
        replace(town.deployment, adapters=(adapter,)).write(tmp_path / "deployment.json")
        result = town.run(url, "--once")
        assert result.returncode == (2 if view else 0)
        if view:
            told = f"adapters[0]: the {view} that {adapter.address} names is not 0x"
            assert told in result.stderr
    replace(other.deployment, adapters=(right,)).write(tmp_path / "deployment.json")
    assert "adapters[0]: the factory that" in town.run(url, "--once").stderr


@pytest.mark.parametrize(
    ("only", "told"),
    [
        ("0x12:1", '"0x12" is not an address'),
        ("0x" + "12" * 20 + ":1", "is neither the auctioneer nor an adapter"),
        ("0x" + "12" * 20, "is not the number of a lot"),
    ],
    ids=["no address", "another", "no number"],
)
def test_lots_that_are_none(town: HouseMarket, url: str, only: str, told: str) -> None:
    result = town.run(url, "--once", "--only", only)
    assert result.returncode == 2
    assert told in result.stderr


class Hand:
    """A keeper that does nothing, and notes when it was its turn."""

    unfinished, seconds_to_next, resting = False, None, ()

    def __init__(self, name: str, turns: list[str], is_pressed: bool = False) -> None:
        self.name, self.turns, self.is_pressed = name, turns, is_pressed
        self.view = View(name, "none", 0)

    def step(self) -> int:
        self.turns.append(self.name)
        return 0


class Lost(Hand):
    """A keeper whose node is gone."""

    def step(self) -> int:
        raise ChainError("nobody answers")


@pytest.mark.parametrize("is_pressed", [True, False])
def test_a_node_that_is_gone_when_a_bid_may_be_due(
    is_pressed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to(say, "text", logging.INFO) as log:
        one_round([Lost("house", [], is_pressed)], Journal(log, Record()))
    told = "ALERT: reading the chain: a bid may be due" if is_pressed else "not done now: reading"
    assert capsys.readouterr().err.startswith(told)


def test_who_has_to_bid_waits_for_one_step_of_another_at_most() -> None:
    turns: list[str] = []
    journal = Journal(Log(logging.getLogger(LOGGER)), Record())
    hands = [Hand("a", turns), Hand("b", turns), Hand("house", turns, is_pressed=True)]
    one_round(hands, journal)
    assert turns == ["house", "a", "house", "b", "house"]
    turns.clear()
    hands[2].is_pressed = False
    one_round(hands, journal)
    assert turns == ["a", "b", "house"]
