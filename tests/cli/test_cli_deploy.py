"""`consort deploy`: addresses, the file, and what is said about what is left."""

import json
import re
import signal
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from offchain.bindings import artifacts
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import (
    BEACON_SECONDS,
    NO_BEACON,
    Deployment,
    create,
    longest_window,
)
from offchain.bindings.enumerations import Phase
from offchain.chain import nodes
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.rpc import Rpc
from offchain.cli import app
from offchain.cli.auctions import ON_CHAIN
from offchain.locks.beacon import QUICKNET
from offchain.locks.beacon_server import serving
from offchain.locks.http_source import fetch_beacon
from offchain.locks.local_beacon import new_beacon
from tests.patience import until
from tests.program import CONSORT

LONGEST_MINUTES = {
    "approximate": 2_106,
    "resilient": 4_986,
    "signal-clock": 2_106,
    "universal-signals": 2_106,
}
"""So that sealing, opening, 389 blocks of the beacon and half an hour fit into three days, or seven."""
RESILIENT = ("--on", "revm", "--mechanism", "resilient")


def consort(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(app, ["deploy", *arguments])


def factory_of(chain: Chain, deployment: Deployment) -> str:
    """The factory that the auctioneer on the chain trusts."""
    auctioneer = contract("Auctioneer")
    data = chain.call(deployment.auctioneer, auctioneer.encode("factory"))
    factory: str = auctioneer.decode("factory", data)[0]
    return factory


def test_prints_the_addresses_and_writes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "deployment.json"
    result = consort("--on", "revm", "--out", str(file))
    assert result.exit_code == 0, result.stderr
    deployment = Deployment.read(file)
    assert result.stdout == (
        f"chain id    {deployment.chain_id}\n"
        f"block       {deployment.block}\n"
        f"factory     {deployment.factory}\n"
        f"auctioneer  {deployment.auctioneer}\n"
        f"beacon      {QUICKNET.chain_hash.hex()}\n"
    )
    assert deployment.beacon == QUICKNET
    assert "revm lived inside this command: nothing is left there." in result.stderr


def test_that_contracts_are_compiled_first_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes seconds, in which nothing else would be heard."""
    options = ("--on", "revm", "--out", str(tmp_path / "deployment.json"))
    told = "Compiling the contracts …\n"
    artifacts.load_all()
    assert told not in consort(*options).stderr
    monkeypatch.setattr(artifacts, "are_compiled", lambda: False)
    assert consort(*options).stderr.startswith(told)


def test_an_auction_that_groups_and_chance_decide(tmp_path: Path) -> None:
    """As the file says: an auction of the factory's DAOs and of the source, which knows what to fall back on."""
    file = tmp_path / "deployment.json"
    with nodes.anvil(accounts=1) as node:
        result = consort("--on", node.url, "--mechanism", "approximate", "--out", str(file))
        assert result.exit_code == 0, result.stderr
        with connect(node.url) as chain:
            deployment = Deployment.read(file)
            assert factory_of(chain, deployment) == deployment.factory
            source = answer(chain, "ApproximateAuction", deployment.auctioneer, "randomness")
            assert source == deployment.randomness
            secrets = answer(chain, "BeaconRandomness", source, "fallbackSource")
            assert terms_of(chain, secrets) == (10**17, 3_600, 3_600)


def test_an_auction_waits_for_a_draw_as_long_as_its_contract_says() -> None:
    """Every constant that `longest_window` adds up, and that the longest window is one that ends in time."""
    with connect("revm") as chain:
        source = create(chain, chain.actor(0), "SetRandomness")
        factory = create(chain, chain.actor(0), "DAOFactory")
        made_of = {"factory": factory, "randomness": source, "beaconHash": NO_BEACON}
        for auction in ON_CHAIN.values():
            if (seconds := auction.draw_seconds) is None:
                continue
            name = auction.contract
            arguments = (made_of[part] for part in contract(name).made_of)
            house = create(chain, chain.actor(0), name, *arguments)
            view = "WINDOW" if name in ("SignalClockAuction", "UniversalAuction") else "DRAW_WINDOW"
            assert answer(chain, name, house, view) == seconds
            assert 2 * longest_window(seconds) + BEACON_SECONDS < seconds
        beacon = create(chain, chain.actor(0), "BeaconRandomness", source)
        blocks = [answer(chain, "BeaconRandomness", beacon, v) for v in ("DELAY", "PROOF_WINDOW")]
        assert 12 * (sum(blocks) + 1) == BEACON_SECONDS


@pytest.mark.parametrize("below_a_beacon", [False, True])
def test_a_source_whose_windows_outlast_the_draw(below_a_beacon: bool, tmp_path: Path) -> None:
    """Whoever opens last there could let a lot become void, for nothing."""
    with nodes.anvil(accounts=1) as node:
        with connect(node.url) as chain:
            deployer, window = chain.actor(0), 3 * 86_400
            source = create(chain, deployer, "CommitRevealRandomness", 1, 600, window)
            if below_a_beacon:
                source = create(chain, deployer, "BeaconRandomness", source)
        options = ("--on", node.url, "--randomness", source, "--out", str(tmp_path / "d.json"))
        refused = consort(*options, "--mechanism", "approximate")
        assert refused.exit_code == 2
        assert f"sealed and opened at {source}" in refused.stderr
        assert "259200 s each" in refused.stderr
        assert consort(*options, "--mechanism", "resilient").exit_code == 0


def terms_of(chain: Chain, secrets: str) -> tuple[int, int, int]:
    """What a source of secrets was deployed with: the bond in wei, the seconds for sealing, those for opening."""
    bond, commit, reveal = (
        answer(chain, "CommitRevealRandomness", secrets, question)
        for question in ("bond", "sealingWindow", "revealWindow")
    )
    return bond, commit, reveal


@pytest.mark.parametrize("mechanism", list(LONGEST_MINUTES))
def test_a_bond_for_the_stakes(mechanism: str, tmp_path: Path) -> None:
    file = tmp_path / "deployment.json"
    most = LONGEST_MINUTES[mechanism]
    options = ("--bond", "50.000000001", "--window-minutes", str(most), "--out", str(file))
    with nodes.anvil(accounts=1) as node:
        result = consort("--on", node.url, "--mechanism", mechanism, *options)
        assert result.exit_code == 0, result.stderr
        with connect(node.url) as chain:
            source = json.loads(file.read_text())["randomness"]
            secrets = answer(chain, "BeaconRandomness", source, "fallbackSource")
            assert terms_of(chain, secrets) == (50 * 10**18 + 10**9, most * 60, most * 60)


@pytest.mark.parametrize(
    ("mechanism", "name"),
    [
        ("resilient", "ResilientAuction"),
        ("signal-clock", "SignalClockAuction"),
        ("universal-signals", "UniversalAuction"),
    ],
)
def test_an_auction_with_a_source_that_stands(mechanism: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "deployment.json"
    with nodes.anvil(accounts=1) as node:
        with connect(node.url) as chain:
            source = create(chain, chain.actor(0), "SetRandomness")
        options = ("--mechanism", mechanism, "--randomness", source.lower(), "--out", str(file))
        result = consort("--on", node.url, *options)
        assert result.exit_code == 0, result.stderr
        written = json.loads(file.read_text())
        assert list(written) == ["chain_id", "block", "auction", "randomness"]
        assert written["randomness"] == source
        assert f"auction     {written['auction']}\n" in result.stdout
        with connect(node.url) as chain:
            assert answer(chain, name, written["auction"], "randomness") == source


def answer(chain: Chain, name: str, address: str, question: str, *arguments: object) -> Any:
    """What a contract answers to a question."""
    abi = contract(name)
    return abi.decode(question, chain.call(address, abi.encode(question, *arguments)))[0]


def test_a_running_node_keeps_the_contracts(tmp_path: Path) -> None:
    file = tmp_path / "deployment.json"
    with nodes.anvil(accounts=1) as node:
        result = consort("--on", node.url, "--out", str(file))
        assert result.exit_code == 0, result.stderr
        assert "nothing is left" not in result.stderr
        with connect(node.url) as chain:
            deployment = Deployment.read(file)
            assert factory_of(chain, deployment) == deployment.factory


def test_the_beacon_of_an_address(tmp_path: Path) -> None:
    """The file has what it says of itself, and the auction its chain hash; what is no beacon is refused."""
    file, local = tmp_path / "deployment.json", new_beacon(0)
    with nodes.anvil(accounts=1) as node:
        with serving(local) as address:
            result = consort("--on", node.url, "--beacon", address, "--out", str(file))
        assert result.exit_code == 0, result.stderr
        deployment = Deployment.read(file)
        assert deployment.beacon == local.beacon
        with connect(node.url) as chain:
            named = answer(chain, "Auctioneer", deployment.auctioneer, "beaconHash")
        assert named == local.beacon.chain_hash
        for bad, said in (("x", "is not a URL"), (address, "--beacon: http://127.0.0.1")):
            refused = consort("--on", node.url, "--beacon", bad, "--out", str(file))
            assert refused.exit_code == 2
            assert said in refused.stderr


def test_a_node_of_its_own_can_be_held(tmp_path: Path) -> None:
    file = tmp_path / "deployment.json"
    command = [*CONSORT, "deploy", "--on", "anvil", "--hold"]
    with subprocess.Popen(
        [*command, "--out", str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        words = process.stderr.readline().split()
        assert " ".join(words[:-1]) == "A beacon of this command's own signs at"
        assert process.stderr.readline() == f"Deployment file: {file}\n"
        assert Deployment.read(file).beacon == fetch_beacon(words[-1].rstrip("."))
        told: list[str] = []
        while not told or not told[-1].startswith("The node answers at "):
            told.append(process.stderr.readline())
            assert told[-1], told
        url, whole = told[-1].split()[4], "".join(told)
        with connect(url) as chain:
            deployment = Deployment.read(file)
            assert factory_of(chain, deployment) == deployment.factory
            assert answer(chain, "Auctioneer", deployment.auctioneer, "lotCount") == 1
            accounts = re.findall(r"^  \d  (0x\w{40})$", whole, re.MULTILINE)
            assert len(accounts) == 10
            assert all(chain.balance(one) > 10**21 for one in accounts)
            (dao,) = re.findall(r"^  (0x\w{40})$", whole, re.MULTILINE)
            assert answer(chain, "DAO", dao, "phase", 1) == Phase.BIDDING
        for command_ in ("bid", "keep", "status"):
            assert f" {command_} --on {url} --deployment {file} " in whole
        with closing(Rpc(url)) as rpc:
            # nobody sends anything, and phases end all the same
            first = rpc.ask("eth_blockNumber").number()
            until(lambda: rpc.ask("eth_blockNumber").number() >= first + 2)
        process.send_signal(signal.SIGINT)
        assert "has been stopped: nothing is left there" in process.stderr.read()
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing option '--on'"),
        (["--on", "reference"], "'reference' is not revm, ganache, anvil, node or an http(s)"),
        (
            ["--on", "revm", "--randomness", "0x" + "1" * 40],
            "--randomness: nothing is drawn in a two-level auction",
        ),
        (
            ["--on", "revm", "--mechanism", "resilient", "--randomness", "0x12"],
            '--randomness: "0x12" is no address',
        ),
        (
            ["--on", "revm", "--mechanism", "resilient", "--randomness", "0x" + "1" * 40],
            "--randomness: there is no source of random words at 0x" + "1" * 40,
        ),
        (
            ["--on", "revm", "--mechanism", "resilient", "--beacon", "http://127.0.0.1:1"],
            "--beacon: nobody locks bids at --mechanism resilient",
        ),
        (["--on", "revm", "--bond", "1"], "--bond: nothing is drawn in a two-level auction"),
        (
            ["--on", "revm", "--window-minutes", "60"],
            "--window-minutes: nothing is drawn in a two-level auction",
        ),
        (
            [*RESILIENT, "--bond", "1", "--randomness", "0x" + "1" * 40],
            "--bond: is for a source that is deployed along, not for --randomness",
        ),
        ([*RESILIENT, "--bond", "0"], "--bond: 0 ETH is less than 1 gwei"),
        ([*RESILIENT, "--bond", "much"], "--bond: 'much' is not an amount in ETH"),
        ([*RESILIENT, "--window-minutes", "9"], "--window-minutes: 9 is not from 10 to 10080"),
        (
            [*RESILIENT, "--window-minutes", "10081"],
            "--window-minutes: 10081 is not from 10 to 10080",
        ),
        *(
            (
                ["--on", "revm", "--mechanism", mechanism, "--window-minutes", str(most + 1)],
                f"--window-minutes: {most + 1} is above {most}: a draw that seals and opens",
            )
            for mechanism, most in LONGEST_MINUTES.items()
        ),
        (["--on", "revm", "--hold"], "--hold: revm is not a node that is started here"),
    ],
)
def test_bad_options(arguments: list[str], message: str) -> None:
    result = consort(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in " ".join(result.stderr.split())


def test_a_chain_that_is_not_there(tmp_path: Path) -> None:
    result = consort("--on", "http://127.0.0.1:1", "--out", str(tmp_path / "d.json"))
    assert result.exit_code == 3
    assert result.stderr == "error: http://127.0.0.1:1: Connection refused\n"
    assert not (tmp_path / "d.json").exists()
