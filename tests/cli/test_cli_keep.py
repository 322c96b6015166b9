"""`consort keep`, run against an Anvil as its own process."""

import itertools
import json
import os
import re
import signal
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from offchain.bindings.deployment import Deployment, create
from offchain.locks.beacon import QUICKNET, round_json
from offchain.locks.beacon_server import serving
from tests.keeper.market import Market
from tests.patience import PATIENCE, until
from tests.program import CONSORT
from tests.puppets import ItemManner

SOMEBODY = "0x" + "11" * 20
ALL_IS_DONE = "Nothing to do now: no unfinished lot; waiting for one to be listed.\n"


def test_once_in_each_phase(town: Market, url: str) -> None:
    """Every transaction is a line on standard output, with lot, work, contract, members and gas."""
    lot, dao = town.an_auction()
    lines = []
    for wait in (town.until_reveal, town.until_tally):
        wait(lot)
        result = town.run(url, "--once")
        assert result.returncode == 0, result.stderr
        assert result.stderr.count("\n") == 2
        assert ": 1 unfinished lot; due now: " in result.stderr
        lines += [line.split() for line in result.stdout.splitlines()]
    words = [(w[1], w[2], w[3], int(w[5])) for w in lines]
    assert words == [
        (str(lot), "reveal", town.auctioneer, 1),
        (str(lot), "reveal", dao, 3),
        (str(lot), "finish", dao, 3),
        (str(lot), "refund", town.auctioneer, 1),
    ]
    assert all(w[6] == "gas" and int(w[7]) > 21_000 for w in lines)
    assert town.run(url, "--once").stdout == ""
    town.outcome([lot])


def test_a_keeper_works_on_when_its_output_cannot_be_written(town: Market, url: str) -> None:
    """A full disk, or a reader that left, is no reason to let a bid go unopened."""
    lot, _ = town.an_auction()
    for wait in (town.until_reveal, town.until_tally):
        wait(lot)
        reader, writer = os.pipe()
        os.close(reader)
        command = town.command(url, "--once")
        result = subprocess.run(
            command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False
        )
        os.close(writer)
        assert result.returncode == 4
        assert result.stderr.count("the keeper works on") == 1
        assert "Traceback" not in result.stderr
    town.outcome([lot])


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_stopped(town: Market, url: str, end: signal.Signals) -> None:
    """Sees what happens meanwhile, openings appended to its file included; being stopped is no failure."""
    lot, dao = town.an_auction()
    status = town.folder / "status.json"

    def rounds() -> int:
        return int(json.loads(status.read_text())["rounds"]["good"])

    process = subprocess.Popen(
        town.command(url, "--poll", "0.1", "--status", str(status)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        told = iter(process.stdout.readline, "")
        assert "Keeping the lots" in next(told)
        ahead = next(told)
        town.bid(dao, lot, 6)
        for wait in (town.until_reveal, town.until_tally):
            wait(lot)
            until(partial(town.is_done, lot))
        lines = list(itertools.takewhile(lambda line: line != ALL_IS_DONE, told))
        seen = rounds()
        until(lambda: rounds() > seen + 2)
        process.send_signal(end)
        *more, last = told
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
    assert re.match(rf"Read up to block .* the next phase ends at .* UTC, on lot {lot}\.", ahead)
    assert last == "Stopped.\n"
    lines += [ALL_IS_DONE, *more]
    done = [line.split() for line in lines if not line.startswith("Nothing to do now: ")]
    assert all(words[:2] == ["lot", str(lot)] for words in done), lines
    assert all(line != after for line, after in itertools.pairwise(lines)), (
        "said again after work alone"
    )
    # in as many batches as the keeper found ready when it looked
    assert sum(int(words[5]) for words in done if words[2:4] == ["reveal", dao]) == 4
    town.outcome([lot])


def test_final_logs_are_kept_unless_told_otherwise(town: Market, url: str) -> None:
    """Beside the openings or in another folder; a damaged file is made anew, and costs no bid."""
    lot, _ = town.an_auction()
    town.chain.advance_to_block(town.chain.block() + 200)

    def kept(folder: Path) -> list[int]:
        return [path.stat().st_size for path in folder.glob("consort-*.logs")]

    other = town.folder / "cache"
    other.mkdir()
    assert town.run(url, "--once", "--no-cache").returncode == 0
    assert town.run(url, "--once", "--cache", str(other)).returncode == 0
    assert kept(town.folder) == []
    (size,) = kept(other)
    assert size > 1_000
    (path,) = other.glob("consort-*.logs")
    path.write_bytes(path.read_bytes()[:-1])
    town.until_reveal(lot)
    result = town.run(url, "--once", "--cache", str(other))
    assert (result.returncode, result.stdout.count("\n")) == (0, 2)
    (again,) = kept(other)  # up to a later block, whose number may be longer
    assert again >= size
    both = town.run(url, "--once", "--cache", str(other), "--no-cache")
    nowhere = town.run(url, "--once", "--cache", str(other / "nowhere"))
    assert (both.returncode, nowhere.returncode) == (2, 2)


def test_what_cannot_be_done_is_told_and_ends_with_3(town: Market, url: str) -> None:
    token = create(town.chain, town.seller, "HostileItem")
    lot = town.list_lot(token=token)
    town.bid(town.auctioneer, lot, 5)
    town.send(town.seller, token, "HostileItem", "behave", ItemManner.REFUSE)
    town.until_reveal(lot)
    town.run(url, "--once")
    town.until_tally(lot)
    result = town.run(url, "--once")
    assert result.returncode == 3
    assert f"not done now: settle of lot {lot} at {town.auctioneer}" in result.stderr
    assert "not moving" in result.stderr


def test_only_the_lots_that_are_named(town: Market, url: str) -> None:
    lots = [town.an_auction()[0] for _ in range(3)]
    town.until_reveal(lots[-1])
    result = town.run(url, "--once", "--only", str(lots[0]), "--only", str(lots[2]))
    assert {line.split()[1] for line in result.stdout.splitlines()} == {str(lots[0]), str(lots[2])}
    assert result.returncode == 0


@pytest.mark.parametrize("bad", ["0", "-1", "x", "1.5", "", "9" * 30, "²"])
def test_a_lot_has_a_number(town: Market, url: str, bad: str) -> None:
    result = town.run(url, "--once", "--only", bad)
    assert (result.returncode, result.stdout) == (2, "")
    assert "--only: " in result.stderr


def test_a_budget_ends_the_spending_and_nothing_else(town: Market, url: str) -> None:
    """What is due and left is told, and ends with 3; with money for it all is done."""
    lot, _ = town.an_auction()
    town.until_reveal(lot)
    result = town.run(url, "--once", "--budget", "0.0001")
    assert (result.returncode, result.stdout.count("\n")) == (3, 1)
    assert "what is due: the budget is used up, so nothing more is sent: 0.000" in result.stderr
    result = town.run(url, "--once", "--budget", "1")
    assert (result.returncode, result.stdout.count("\n")) == (0, 1)


@pytest.mark.parametrize("bad", ["0", "x", "-1", "inf", "nan", "1e5", "0.0000000001", "9" * 50])
def test_a_budget_is_an_amount(town: Market, url: str, bad: str) -> None:
    result = town.run(url, "--once", "--budget", bad)
    assert (result.returncode, result.stdout) == (2, "")
    assert "--budget: " in result.stderr
    assert "Traceback" not in result.stderr


def test_the_gas_of_a_lot_is_bounded(town: Market, url: str) -> None:
    lot, _ = town.an_auction()
    town.until_reveal(lot)
    result = town.run(url, "--once", "--lot-gas", "100000")
    assert result.returncode == 3
    assert len(result.stdout.splitlines()) <= 1
    assert f"of the 100000 for lot {lot}" in result.stderr


def test_another_account_can_pay(town: Market, url: str) -> None:
    lot, _ = town.an_auction()
    town.until_reveal(lot)
    result = town.run(url, "--once", "--account", "7")
    assert town.chain.actor(7) in result.stderr
    assert len(result.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("deployment.json", None, "--deployment: there is no .*deployment.json. consort deploy"),
        ("deployment.json", "[]", "--deployment: .*deployment.json is not a deployment file"),
        (
            "deployment.json",
            {"auctioneer": "0x1"},
            "--deployment: .*: auctioneer: .0x1. is not an address",
        ),
        ("deployment.json", {"auctioneer": 5}, "--deployment: .*: auctioneer: 5 is not an address"),
        ("deployment.json", {"block": "x"}, "--deployment: .*: block: .x. is not an integer"),
        ("deployment.json", {"chain_id": 5}, "--deployment: .* is of chain 5, the node of chain"),
        (
            "deployment.json",
            {"auctioneer": "0x" + "11" * 20},
            "there is no auctioneer of .* at 0x11",
        ),
        ("deployment.json", {"factory": "0x" + "11" * 20}, "there is no auctioneer of .* at 0x"),
        ("deployment.json", {"block": 10**9}, "--deployment: block: 1000000000 of .* is above "),
        ("deployment.json", {"extra": 1}, "--deployment: .*: extra: unknown field with value 1"),
        ("deployment.json", "[" * 60_000, "--deployment: .* nested too deep"),
        (
            "deployment.json",
            {"randomness": "0x" + "11" * 20},
            "--deployment: randomness: 0x11.* draws no random words",
        ),
        ("openings.jsonl", "no\nno\n", "line 1: not JSON(.|\n)*--openings: .* holds no opening"),
    ],
    ids=itertools.count(),
)
def test_bad_files(town: Market, url: str, file: str, text: object, message: str) -> None:
    """One message that says which, exit code 2, no traceback."""
    path = town.folder / file
    if isinstance(text, dict):
        path.write_text(json.dumps(json.loads(path.read_text()) | text))
    elif isinstance(text, str):
        path.write_text(text)
    else:
        path.unlink()
    result = town.run(url, "--once")
    assert (result.returncode, result.stdout) == (2, "")
    assert re.search(message, result.stderr), result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "seconds", ["inf", "nan", "-inf", "1e400", "-1", "0", "0.01", "1e9", "x", "", "9" * 5_000]
)
def test_how_long_to_wait_is_a_number_of_seconds(town: Market, url: str, seconds: str) -> None:
    """No sleep without end, and none that Python refuses; told before any node is asked."""
    result = town.run("http://127.0.0.1:9", "--poll", seconds)
    assert (result.returncode, result.stdout) == (2, "")
    assert "--poll" in result.stderr
    assert "Traceback" not in result.stderr


def test_of_many_lines_that_are_no_openings_a_few_are_told(town: Market, url: str) -> None:
    lot, dao = town.an_auction()
    with (town.folder / "openings.jsonl").open("ab") as file:
        file.write(b"[" * 1_000 + b"\n" + b"[\n" * 500 + b"[" * 5_000 + b"\n")
    town.bid(dao, lot, 3)
    town.until_reveal(lot)
    result = town.run(url, "--once")
    assert (result.returncode, result.stderr.count("passed over")) == (0, 6)
    assert "line 5: not JSON: nested too deeply" in result.stderr
    assert "passed over: 497 more lines" in result.stderr
    assert [line.split()[5] for line in result.stdout.splitlines()] == ["1", "4"]


def test_openings_that_others_can_read_or_that_are_not_there_yet(town: Market, url: str) -> None:
    openings = town.folder / "openings.jsonl"
    told = town.run(url, "--once").stderr
    assert "openings.jsonl does not exist yet: until it does, bids without a lock stay" in told
    town.an_auction()
    openings.chmod(0o644)
    assert f"chmod 600 {openings}" in town.run(url, "--once").stderr


@pytest.mark.parametrize("on", ["revm", "anvil", "reference", "localhost:8545", "ftp://localhost"])
def test_only_running_nodes_can_be_kept(town: Market, on: str) -> None:
    result = town.run(on, "--once")
    assert result.returncode == 2
    assert "is not an http(s) or ws(s) URL of a running node" in result.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "there is no auction of .* at 0x11"),
        ({"randomness": 5}, "randomness: 5 is not an address"),
        ({"auctioneer": SOMEBODY}, "auctioneer: unknown field"),
        ({"chain_id": 5}, "is of chain 5, the node of chain"),
    ],
    ids=["nothing there", "a wrong field", "a field too many", "another chain"],
)
def test_a_bad_file_of_an_auction_without_groups(
    town: Market, url: str, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    """As `deploy --mechanism resilient` writes them."""
    fields = {
        "chain_id": town.chain.chain_id,
        "block": 0,
        "auction": SOMEBODY,
        "randomness": SOMEBODY,
    }
    file = tmp_path / "deployment.json"
    file.write_text(json.dumps(fields | change))
    command = [*CONSORT, "keep", "--on", url, "--once"]
    command += ["--deployment", str(file)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert re.search(message, " ".join(result.stderr.split()))
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("option", ["--openings", "--receipts"])
def test_the_file_of_openings_goes_by_either_name(tmp_path: Path, option: str) -> None:
    """Scripts that were written for the older name go on; told before any node is asked."""
    file = tmp_path / "mine.jsonl"
    file.write_text("no\n")
    Deployment(1, 0, SOMEBODY, SOMEBODY).write(tmp_path / "deployment.json")
    command = [*CONSORT, "keep", "--on", "http://127.0.0.1:9"]
    command += ["--deployment", str(tmp_path / "deployment.json"), option, str(file)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{file} holds no opening" in result.stderr


def test_a_node_that_does_not_answer(town: Market) -> None:
    result = town.run("http://127.0.0.1:9", "--once")
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr.count("\n") <= 2
    assert "127.0.0.1:9" in result.stderr


# TIME LOCKS


def rounds_file(town: Market, lot: int) -> Path:
    """What the beacon signed for a lot, in the file that `town.run` names."""
    file = town.folder / "rounds.jsonl"
    file.write_text(json.dumps(round_json(town.beacon.signature(town.round_of(lot)))) + "\n")
    return file


def locked_lot(town: Market) -> int:
    """A lot with bids of which nobody is told, its round come."""
    town.locked = True
    lot, _ = town.an_auction()
    town.until_round(lot)
    return lot


def test_bids_are_opened_of_which_it_was_told_nothing(town: Market, url: str) -> None:
    """There is no file of openings; until the round is in the file of rounds that is told, and ends with 3."""
    lot = locked_lot(town)
    early = town.run(url, "--once")
    assert (early.returncode, early.stdout) == (3, "")
    assert f"not done now: time locks of lot {lot}: round {town.round_of(lot)}" in early.stderr
    assert early.stderr.count("not done now: ") == 1
    rounds_file(town, lot)
    result = town.run(url, "--once")
    assert result.returncode == 0, result.stderr
    assert [line.split()[2] for line in result.stdout.splitlines()] == ["reveal", "reveal"]
    assert town.is_done(lot)


def test_a_server_behind_one_that_is_dead(town: Market, url: str) -> None:
    """Fetched beside the work, and waited for before the command ends."""
    lot = locked_lot(town)
    now = town.chain.now()
    beacon = replace(town.beacon, clock=lambda: now)
    with serving(beacon) as address:
        result = town.run(url, "--once", "--beacon", "http://127.0.0.1:1", "--beacon", address)
    assert result.returncode == 0, result.stderr
    assert town.is_done(lot)


def test_a_file_without_a_beacon_is_read_and_opens_no_locks(town: Market, url: str) -> None:
    """As they were written before there were locks."""
    lot = locked_lot(town)
    file = town.folder / "deployment.json"
    fields = json.loads(file.read_text())
    del fields["beacon"]
    file.write_text(json.dumps(fields))
    refused = town.run(url, "--once")
    assert refused.returncode == 2
    assert "--beacon: the deployment file names no beacon" in refused.stderr
    command = [one for one in town.command(url, "--once") if not one.endswith("rounds.jsonl")]
    command.remove("--beacon")
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (result.returncode, result.stdout) == (0, "")
    assert "names no beacon: time locks are not opened" in result.stderr
    assert not town.is_done(lot)


def test_another_beacon_than_the_auctioneers(town: Market, url: str) -> None:
    file = town.folder / "deployment.json"
    fields = json.loads(file.read_text())
    file.write_text(json.dumps(fields | {"beacon": QUICKNET.to_json()}))
    result = town.run(url, "--once")
    assert result.returncode == 2
    found, named = QUICKNET.chain_hash.hex(), town.beacon.beacon.chain_hash.hex()
    assert f"--deployment: beacon: {found} in " in result.stderr
    assert f"at the auctioneer {named}" in result.stderr


def test_a_beacon_whose_hash_is_not_its_own(town: Market, url: str) -> None:
    file = town.folder / "deployment.json"
    fields = json.loads(file.read_text())
    fields["beacon"]["period"] += 1
    file.write_text(json.dumps(fields))
    result = town.run(url, "--once")
    assert result.returncode == 2
    assert "beacon.hash: not the hash of the other fields" in result.stderr
