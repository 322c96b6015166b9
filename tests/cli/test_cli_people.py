"""The commands for people at a node, from listing to the last refund: what is said before, asked, sent and printed."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest
from eth_account import Account
from typer.testing import CliRunner, Result

from offchain.bindings.deployment import Deployment, create
from offchain.chain import nodes
from offchain.chain.backend import Transaction
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import NodeAccounts
from offchain.chain.rpc import Rpc
from offchain.chain.spending import KEY_VARIABLE, PASSPHRASE_VARIABLE
from offchain.cli import app
from tests.proxy import Answer, Dropped, proxy

ACCOUNTS = 8
SELLER, ANN, BOB, CID, DAN = range(5)
KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"


class Town:
    """A node with a deployment, and people whose commands are run in this process."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.file = folder / "deployment.json"
        with closing(JsonRpc(url, NodeAccounts())) as chain:
            self.people = [chain.actor(place) for place in range(ACCOUNTS)]
            self.token = create(chain, self.people[SELLER], "Item")
            for number in range(1, 4):
                from offchain.bindings.contracts import contract

                data = contract("Item").encode("mint", self.people[SELLER], number)
                chain.send(Transaction(self.people[SELLER], self.token, data))

    def run(
        self, *arguments: object, account: int = ANN, yes: bool = True, text: str = ""
    ) -> Result:
        """A command of somebody, at this node."""
        command, *rest = map(str, arguments)
        at = ["--on", self.url, "--deployment", str(self.file)]
        if command not in ("status", "keep"):
            at += ["--account", str(account), *(["--yes"] if yes else [])]
        if command in ("bid", "reveal"):
            at += ["--receipts", str(self.receipts(account))]
        return CliRunner().invoke(app, [command, *rest, *at], input=text)

    def done(self, *arguments: object, account: int = ANN) -> str:
        """What a command printed that went well; no line of it is wider than a terminal, but for addresses and paths."""
        result = self.run(*arguments, account=account)
        assert result.exit_code == 0, result.stderr
        for line in result.output.splitlines():
            assert len(line) <= 80 or "0x" in line or line.startswith(str(self.folder)), line
        return " ".join(result.stdout.split())

    def refused(self, *arguments: object, account: int = ANN) -> str:
        """The one line of a command that sent nothing."""
        before = self.height()
        result = self.run(*arguments, account=account)
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        assert self.height() == before
        return str(result.stderr)

    def receipts(self, account: int) -> Path:
        return self.folder / f"receipts-{account}.jsonl"

    def height(self) -> int:
        with closing(Rpc(self.url)) as rpc:
            return int(str(rpc.request("eth_blockNumber")), 16)

    def wait(self, seconds: int) -> None:
        """Lets time pass on the node."""
        with closing(Rpc(self.url)) as rpc:
            rpc.request("evm_increaseTime", seconds)
            rpc.request("evm_mine")

    def keep(self) -> None:
        """A keeper with everybody's receipts does all that is due."""
        entrusted = self.folder / "entrusted.jsonl"
        entrusted.write_text(
            "".join(one.read_text() for one in self.folder.glob("receipts-*.jsonl"))
        )
        kept = self.run("keep", "--openings", entrusted, "--once", "--no-cache", "--depth", "0")
        assert kept.exit_code == 0, kept.stderr


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with nodes.anvil(accounts=ACCOUNTS) as node:
        out = tmp_path / "deployment.json"
        deployed = CliRunner().invoke(app, ["deploy", "--on", node.url, "--out", str(out)])
        assert deployed.exit_code == 0, deployed.stderr
        yield Town(node.url, tmp_path)


def test_a_lot_from_listing_to_the_last_refund(town: Town) -> None:
    """Three members, one of them silent, and an individual; what status says each time, and the seller's money."""
    listed = town.done(
        *("list", town.token, 1, "--reserve", "0.05", "--bidding", "1h"),
        *("--reveal", "20 min", "--tally", "10min"),
        account=SELLER,
    )
    assert "Your item is lot 1 of" in listed
    made = town.done("create-dao", 1, "--expected-members", 3)
    (dao,) = re.findall(r"The DAO stands at (0x\w{40})\.", made)
    assert f"consort bid {dao} 1 --bid ETH" in made
    assert "sealed on lot 1, with 0.2 ETH" in town.done(
        "bid", dao, 1, "--bid", "0.06", "--deposit", "0.2"
    )
    town.done("bid", dao, 1, "--bid", "0.04", "--no-lock", account=BOB)
    town.done("bid", dao, 1, "--bid", "0.09", "--no-lock", account=CID)
    town.done("bid", 1, "--bid", "0.07", account=DAN)
    status = town.done("status", 1, town.people[ANN])
    assert "Phase bidding" in status
    assert "3 bids, 3 of them sealed, deposits of 0.33 ETH" in status
    assert "bond 0.02 ETH, if nobody opens the bid by" in status
    assert "bidding lasts until" in town.refused("reveal", dao, 1, account=BOB)

    town.wait(3_600)
    assert "bidding on lot 1 ended" in town.refused("bid", dao, 1, "--bid", "0.05")
    assert "Your bid of 0.04 ETH is open" in town.done("reveal", dao, 1, account=BOB)
    town.receipts(CID).unlink()
    assert "no receipt in" in town.refused("reveal", dao, 1, account=CID)
    town.keep()
    town.wait(1_200)
    town.keep()
    town.wait(600)
    town.keep()
    status = town.done("status", 1, town.people[ANN])
    assert f"Winner DAO {dao}, at a price of 0.070000001 ETH." in status
    assert "pays 0.035" in status
    assert "sent to" in status
    silent = town.done("status", 1, town.people[CID])
    assert "0.009 ETH burnt: the bid was never opened" in silent
    loser = town.done("status", 1, town.people[DAN])
    assert "pays 0 ETH: not served" in loser
    assert "nothing to claim on lot 1" in town.refused("claim", dao, 1)
    assert "were sent to" in town.done("proceeds", account=SELLER)
    assert "has no proceeds" in town.refused("proceeds", account=SELLER)
    # and sold again
    assert "1 of 2 want" in town.done("resell", dao, 1, "--vote", "0.1")
    assert "2 of 2 want" in town.done("resell", dao, 1, "--vote", "0.1", account=BOB)
    assert "The item is lot 2 now" in town.done("resell", dao, 1, "--send", "0.1", account=DAN)
    assert "lot 2: bidding" in town.done("resell", dao, 1)
    assert "was not sold again yet" in town.refused("resell", dao, 1, "--part")


def test_nothing_is_sent_unasked(town: Town) -> None:
    """Without a terminal and --yes the command says what it would do, and ends."""
    before = town.height()
    result = town.run(
        "list", town.token, 1, "--reserve", "1", account=SELLER, yes=False, text="y\n"
    )
    assert result.exit_code == 2
    assert "List item 1" in result.stderr
    assert "Two transactions" in result.stderr
    assert "The first transaction takes at most 0." in result.stderr
    assert "with --yes it is done. Nothing was sent" in result.stderr
    assert result.stdout == ""
    assert town.height() == before


@pytest.mark.parametrize(("answer", "height"), [("y\n", 2), ("n\n", 0), ("\n", 0), ("", 0)])
def test_the_question(
    town: Town, monkeypatch: pytest.MonkeyPatch, answer: str, height: int
) -> None:
    """Only yes is yes."""
    monkeypatch.setattr("offchain.cli.people._can_ask", lambda: True)
    before = town.height()
    result = town.run(
        "list", town.token, 1, "--reserve", "1", account=SELLER, yes=False, text=answer
    )
    assert result.exit_code == (0 if height else 2)
    assert town.height() == before + height


def test_a_key_of_ones_own(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lacks money is told the address and the sum; with it the bid is that account's. The key shows nowhere."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    mine = Account.from_key(KEY).address
    town_of = [
        "--on",
        town.url,
        "--deployment",
        str(town.file),
        "--receipts",
        str(town.receipts(9)),
        "--yes",
    ]
    assert town.run("list", town.token, 1, "--reserve", "1", account=0).exit_code == 2
    monkeypatch.delenv(KEY_VARIABLE)
    town.done("list", town.token, 1, "--reserve", "0.001", "--bidding", "1 h", account=SELLER)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    poor = CliRunner().invoke(app, ["bid", "1", "--bid", "0.5", *town_of])
    assert poor.exit_code == 3
    asked = re.search(
        rf"account {mine} has 0 ETH, and needs (0\.50\d+) ETH for this: send it \1 ETH or more",
        poor.stderr,
    )
    assert asked
    assert not town.receipts(9).exists()
    with closing(Rpc(town.url)) as rpc:
        rpc.request("anvil_setBalance", mine, hex(int(Fraction(asked[1]) * 10**18)))
    done = CliRunner().invoke(app, ["bid", "1", "--bid", "0.5", *town_of])
    assert done.exit_code == 0, done.stderr
    (line,) = town.receipts(9).read_text().splitlines()
    assert json.loads(line)["bidder"] == mine
    again = CliRunner().invoke(app, ["bid", "1", "--bid", "0.5", *town_of])
    assert "stands already" in again.stdout
    assert KEY[:8] not in poor.output + done.output + again.output + line


def test_a_key_file_and_receipts_that_others_wrote(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passphrase comes from the environment; lines that are no receipts are passed over, and told."""
    locked = Account.encrypt(bytes.fromhex(KEY), "open sesame", kdf="pbkdf2", iterations=10)
    file = town.folder / "key.json"
    file.write_text(json.dumps(locked))
    file.chmod(0o600)
    town.done("list", town.token, 1, "--reserve", "0.001", "--bidding", "1 h", account=SELLER)
    mine = Account.from_key(KEY).address
    with closing(Rpc(town.url)) as rpc:
        rpc.request("anvil_setBalance", mine, hex(10**18))
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "open sesame")
    receipts = town.receipts(ANN)
    receipts.write_text('{"contract": 5}\nnothing\n' + "x" * 5_000 + "\n")
    receipts.chmod(0o644)
    done = town.run("bid", 1, "--bid", "0.5", "--key-file", file, account=0)
    assert done.exit_code == 0, done.stderr
    done = town.run("bid", 1, "--bid", "0.5")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.count("passed over") == 3
    assert done.stderr.count(f"{receipts}, line 1: ") == 1
    assert f"{receipts}: {receipts}" not in done.stderr
    assert f"chmod 600 {receipts}" in done.stderr
    assert json.loads(receipts.read_text().splitlines()[-1])["bidder"] == town.people[ANN]
    for unreadable in (town.folder, "/dev/zero"):
        refused = CliRunner().invoke(
            app,
            [*("bid", "1", "--bid", "1", "--on", town.url), "--receipts", str(unreadable), "--yes"],
        )
        assert refused.exit_code == 2
        assert "--receipts: " in refused.stderr


@pytest.mark.parametrize("lost", ["on its way", "in its answer"])
def test_a_transaction_that_is_lost(town: Town, lost: str) -> None:
    """The receipt is there, and the same command again sends what is missing: one secret, one deposit."""
    town.done("list", town.token, 1, "--reserve", "0.001", "--bidding", "1 h", account=SELLER)

    def drop(method: str, params: object) -> Answer | None:
        if method == "eth_sendTransaction":
            raise Dropped
        return None

    def swallow(method: str, params: object, answer: Answer) -> Answer:
        if method == "eth_sendTransaction":
            raise Dropped
        return answer

    url = town.url
    with proxy(url) as liar:
        if lost == "on its way":
            liar.before = drop
        else:
            liar.after = swallow
        town.url = liar.url
        failed = town.run("bid", 1, "--bid", "0.5")
        assert failed.exit_code == 3, failed.output
        told = " ".join(failed.stderr.split())
        assert f"The receipt is in {town.receipts(ANN)}" in told
        assert "the same command again sends what is missing" in told
        town.url = url
    (kept,) = town.receipts(ANN).read_text().splitlines()
    again = town.done("bid", 1, "--bid", "0.5")
    assert ("stands already" in again) == (lost == "in its answer")
    assert town.receipts(ANN).read_text().splitlines() == [kept]
    assert "deposit 0.5 ETH" in town.done("status", 1, town.people[ANN])


def test_nothing_is_sent_whose_receipt_cannot_be_kept(town: Town) -> None:
    town.done("list", town.token, 1, "--reserve", "0.001", "--bidding", "1 h", account=SELLER)
    before = town.height()
    at = ["--on", town.url, "--deployment", str(town.file), "--yes", "--account", "1"]
    nowhere = ["--receipts", str(town.folder / "no folder" / "receipts.jsonl")]
    result = CliRunner().invoke(app, ["bid", "1", "--bid", "0.5", *at, *nowhere])
    assert result.exit_code == 4
    assert "nothing was sent" in result.stderr
    assert result.stdout == ""
    assert town.height() == before


def test_files_of_other_deployments_and_contracts(town: Town, tmp_path: Path) -> None:
    """Another chain's file, another beacon's, an auctioneer that is none; and a DAO that is none."""
    deployment = Deployment.read(town.file)
    assert "is no DAO of this deployment" in town.refused("bid", town.token, 1, "--bid", "1")
    assert "is no DAO of this deployment" in town.refused("enter", town.people[ANN], 1)
    whole = json.loads(town.file.read_text())
    for change, why in (
        ({"chain_id": 1}, "is of chain 1"),
        ({"auctioneer": town.token}, "there is no auctioneer of"),
        ({"factory": town.token}, "there is no auctioneer of"),
    ):
        town.file.write_text(json.dumps(whole | change))
        assert why in town.refused("bid", 1, "--bid", "1")
        assert why in town.run("status", 1).stderr
    town.file.write_text(json.dumps(whole))
    assert deployment.auctioneer in str(whole)
    assert "there is no lot 1" in town.refused("bid", 1, "--bid", "1")
    assert "there is no lot 1" in town.run("status", 1).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("bid", "1", "--bid", "0"),
        ("bid", "0", "--bid", "1"),
        ("bid", "x", "1", "--bid", "1"),
        ("bid", "1", "2", "3", "--bid", "1"),
        ("raise", f"0x{'1' * 40}", "1", "--by", "1e3"),
        ("status", "1", "ann"),
        ("status", "ann:1"),
        ("claim", "1", "--to", "0x1"),
        ("claim", "1", "--to", f"0x{'0' * 40}"),
        ("list", f"0x{'1' * 40}", "-1", "--reserve", "1"),
        ("list", f"0x{'1' * 40}", "1"),
        ("list", f"0x{'1' * 40}", "1", "--reserve", "1", "--inaccuracy", "1/2"),
        ("list", f"0x{'1' * 40}", "1", "--inaccuracy", "3/2"),
        ("list", f"0x{'1' * 40}", "1", "--reserve", "1", "--bidding", "7"),
        ("list", f"0x{'1' * 40}", "1", "--reserve", "1", "--bidding", "7 moons"),
        ("list", f"0x{'1' * 40}", "1", "--reserve", "1", "--bidding", "0 days"),
        ("list", f"0x{'1' * 40}", "1", "--reserve", "1", "--bond", "ten"),
        ("create-dao", "--expected-members", "0"),
        ("resell", f"0x{'1' * 40}", "1", "--part", "--vote", "1"),
        ("resell", f"0x{'1' * 40}", "1", "--to", f"0x{'2' * 40}"),
    ],
    ids=" ".join,
)
def test_arguments_that_are_refused_before_anybody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [*arguments, "--on", "http://127.0.0.1:1"])
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr) < 800


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7 days", 604_800),
        ("1d 12h", 129_600),
        ("90min", 5_400),
        ("1.5 h", 5_400),
        ("2 weeks and 1 day", 1_296_000),
        ("30s", 30),
    ],
)
def test_spans_of_time_as_people_say_them(text: str, seconds: int) -> None:
    from offchain.cli.numbers import span

    assert span("--bidding", text) == seconds
