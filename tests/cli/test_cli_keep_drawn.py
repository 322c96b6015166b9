"""`consort keep` sees auctions without groups through to the end on a node, by words of the beacon or of sealed secrets."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.announcements import Announcement
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import DrawnDeployment, SecretTerms, create, deploy_auction
from offchain.bindings.enumerations import ClockPhase, ResilientPhase, SecretsPhase, UniversalPhase
from offchain.bindings.seals import Opening, commitment, new_salt
from offchain.bindings.value_tables import packed
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.chain.connect import connect
from offchain.chain.nodes import anvil
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.announced import Announced, Disclosure
from offchain.keeper.openings import Openings
from offchain.keeper.secret_draws import fallback_id
from tests.patience import PATIENCE
from tests.program import CONSORT

HOUR = 3_600
DELAY, PROOF_WINDOW = 132, 256
BOND = 10**16
SELLER, KEEPER, ANN, BOB = range(4)
FUNDS = 10**20


class Town:
    """An auction without groups on a node, its deployment file, and `consort keep` beside it."""

    def __init__(self, folder: Path, chain: Chain, url: str, name: str) -> None:
        self.folder, self.chain, self.url, self.name = folder, chain, url, name
        self.seller, self.keeper, self.ann, self.bob = map(chain.actor, range(4))
        for who in (self.seller, self.keeper, self.ann, self.bob):
            chain.fund(who, FUNDS)
        terms = SecretTerms(BOND, 600)
        deployed = deploy_auction(chain, self.seller, name, secrets=terms)
        assert isinstance(deployed, DrawnDeployment)
        deployed.write(folder / "deployment.json")
        self.deployed, self.auction = deployed, deployed.auction
        self.item = create(chain, self.seller, "Item")
        self.items = 0

    def send(self, who: str, function: str, *arguments: Any, wei: int = 0) -> Receipt:
        """Somebody calls the auction."""
        data = contract(self.name).encode(function, *arguments)
        return self.chain.send(Transaction(who, self.auction, data, wei))

    def view(self, function: str, *arguments: Any) -> Any:
        """What the auction answers."""
        abi = contract(self.name)
        return abi.decode(function, self.chain.call(self.auction, abi.encode(function, *arguments)))

    def mint(self) -> tuple[str, int]:
        """An item that the auction may take."""
        self.items += 1
        item = contract("Item")
        for call in (("mint", self.seller, self.items), ("approve", self.auction, self.items)):
            self.chain.send(Transaction(self.seller, self.item, item.encode(*call)))
        return self.item, self.items

    def owner(self, token: int) -> str:
        """Who has an item."""
        item = contract("Item")
        answer = self.chain.call(self.item, item.encode("ownerOf", token))
        owner: str = item.decode("ownerOf", answer)[0]
        return owner

    def keep(self, *more: str, code: int = 0) -> list[str]:
        """What a keeper does now, step by step."""
        command = [*CONSORT, "keep", "--on", self.url, "--once"]
        command += ["--deployment", str(self.folder / "deployment.json"), *more]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == code, done.stderr
        return [line.split()[2] for line in done.stdout.splitlines()]

    def to_block_after(self, blocks: int) -> None:
        """So many blocks pass."""
        self.chain.advance_to_block(self.chain.block() + blocks)


@pytest.fixture
def node() -> Iterator[tuple[Chain, str]]:
    with anvil(accounts=1, auto_impersonate=True) as started, connect(started.url) as chain:
        yield chain, started.url


def test_a_sale_by_the_beacon(tmp_path: Path, node: tuple[Chain, str]) -> None:
    """Players seal and answer, all else the keeper does; the contract holds nothing in the end but what the seller earned."""
    chain, url = node
    town = Town(tmp_path, chain, url, "ResilientAuction")
    end = chain.now() + HOUR
    goods = [town.mint(), town.mint()]
    town.send(town.seller, "list", goods, 1, 2, (end, end + HOUR, HOUR, 10_000), wei=WEI_PER_UNIT)
    told = Announcement(((town.bob, 40, 0b01),), 0b10, new_salt())
    file = tmp_path / "announced.jsonl"
    for who, each in ((town.ann, told), (town.bob, Announcement((), 0, new_salt()))):
        seal = each.commitment(chain.chain_id, town.auction, 1, who)
        town.send(who, "commit", 1, seal, wei=50 * WEI_PER_UNIT)
        Announced(file).add([Disclosure(town.auction, 1, who, each)])
    entrusted = ("--openings", str(file))
    assert town.keep(*entrusted) == []
    chain.advance_to(end)
    assert town.keep(*entrusted) == ["reveal"]
    chain.advance_to(end + HOUR)
    assert town.keep() == ["draw"]
    town.to_block_after(DELAY)
    steps = town.keep()
    assert steps[:2] == ["prove", "decide"]
    if town.view("phase", 1) == (ResilientPhase.ANSWERS,):
        town.send(town.bob, "answer", 1, told.words, 0, True, wei=40 * WEI_PER_UNIT)
        steps += town.keep()
        assert town.owner(1) == town.bob
        assert town.owner(2) == town.seller
    else:
        assert town.owner(1) == town.seller
        assert town.owner(2) == town.ann
    assert town.view("phase", 1) == (ResilientPhase.FINAL,)
    assert {"refund", "deliver", "reclaim"} <= set(steps)
    assert town.keep() == []
    (owed,) = town.view("proceeds", town.seller)
    assert chain.balance(town.auction) == owed


def test_a_signal_clock_by_sealed_secrets(tmp_path: Path, node: tuple[Chain, str]) -> None:
    """Nobody proves the header in time: the keeper hands the draw over, and makes the word with a secret of its own."""
    chain, url = node
    town = Town(tmp_path, chain, url, "SignalClockAuction")
    end = chain.now() + HOUR
    token, token_id = town.mint()
    town.send(town.seller, "list", token, token_id, (2, 1, 0, end, end + HOUR, HOUR, 5))
    for who in (town.ann, town.bob):
        town.send(who, "join", 1, 0, wei=5 * WEI_PER_UNIT)
    chain.advance_to(end)
    table = packed([10, 20, 30])
    for who in (town.ann, town.bob):
        town.send(who, "register", 1, table)
    chain.advance_to(end + HOUR)
    assert town.keep() == ["draw"]
    town.to_block_after(DELAY + PROOF_WINDOW + 1)
    assert town.keep("--seal-bond", "0.05") == ["fall", "seal"]
    assert (tmp_path / "secrets.jsonl").stat().st_mode & 0o077 == 0
    before = chain.balance(town.keeper)
    draw = town.deployed.randomness, fallback_id(town.auction, 1)
    source = fallback(town)
    assert stands(town, source, draw) == SecretsPhase.SEALING
    chain.advance_to(chain.now() + 600)
    steps = town.keep()
    assert steps[:2] == ["open", "bond"]
    assert stands(town, source, draw) == SecretsPhase.DRAWN
    assert chain.balance(town.keeper) > before + BOND * 9 // 10
    steps += town.keep()
    assert {"begin", "prepare"} <= set(steps)
    assert town.view("phase", 1) == (ClockPhase.ASKING,)
    chain.advance_to(chain.now() + HOUR)
    # By the word the second is the last in the clock, and has an offer stated, or could not win any more, and is asked, too.
    assert town.keep() in (["expire", "offer"], ["expire"])
    assert town.view("phase", 1)[0] in (ClockPhase.OFFERED, ClockPhase.ASKING)
    chain.advance_to(chain.now() + HOUR)
    assert sorted(town.keep()) == ["expire", "reclaim", "refund"]
    assert town.view("phase", 1) == (ClockPhase.UNSOLD,)
    assert town.owner(token_id) == town.seller
    (owed,) = town.view("proceeds", town.seller)
    assert chain.balance(town.auction) == owed == 10 * WEI_PER_UNIT, "both kept silent"
    assert town.keep() == []


def test_a_universal_auction_by_the_beacon(tmp_path: Path, node: tuple[Chain, str]) -> None:
    """Bidders join, register and buy; the keeper reveals, has the word drawn, decides and pays, each time started anew."""
    chain, url = node
    town = Town(tmp_path, chain, url, "UniversalAuction")
    end = chain.now() + HOUR
    token, token_id = town.mint()
    ends = (end, end + HOUR, end + 2 * HOUR)
    town.send(town.seller, "list", token, token_id, (2, 1, 0, *ends, HOUR, 5, bytes(12)))
    for who in (town.ann, town.bob):
        town.send(who, "join", 1, 0, wei=5 * WEI_PER_UNIT)
    chain.advance_to(end)
    file = tmp_path / "signals.jsonl"
    for who, values in ((town.ann, [10, 20, 30]), (town.bob, [0, 25, 50])):
        told = Opening(town.auction, 1, who, 1, new_salt())
        seal = commitment(chain.chain_id, told)
        town.send(who, "register", 1, packed(values), seal)
        Openings(file).add([told])
    entrusted = ("--openings", str(file))
    assert town.keep(*entrusted) == []
    chain.advance_to(end + HOUR)
    assert town.keep(*entrusted) == ["reveal", "reveal"]
    chain.advance_to(end + 2 * HOUR)
    assert town.keep() == ["draw"]
    town.to_block_after(DELAY)
    steps = town.keep()
    assert steps[:2] == ["prove", "decide"]
    if town.view("phase", 1) == (UniversalPhase.OFFERED,):
        town.send(town.bob, "buy", 1, wei=25 * WEI_PER_UNIT)
        steps += town.keep()
        assert steps == ["prove", "decide", "refund"]
        assert town.owner(token_id) == town.bob
    else:
        assert sorted(steps) == ["decide", "prove", "reclaim", "refund"]
        assert town.owner(token_id) == town.seller
    (owed,) = town.view("proceeds", town.seller)
    assert chain.balance(town.auction) == owed
    assert town.keep() == []


def fallback(town: Town) -> str:
    """Where draws of the beacon go that nobody proves."""
    beacon = contract("BeaconRandomness")
    answer = town.chain.call(town.deployed.randomness, beacon.encode("fallbackSource"))
    source: str = beacon.decode("fallbackSource", answer)[0]
    return source


def stands(town: Town, source: str, draw: tuple[str, int]) -> SecretsPhase:
    """How a draw of secrets stands."""
    abi = contract("CommitRevealRandomness")
    phase: SecretsPhase
    (phase,) = abi.decode("phase", town.chain.call(source, abi.encode("phase", *draw)))
    return phase


def test_without_a_bond_the_draw_waits_for_others(tmp_path: Path, node: tuple[Chain, str]) -> None:
    """Said, and code 3: what is due could not be done."""
    chain, url = node
    town = Town(tmp_path, chain, url, "SignalClockAuction")
    end = chain.now() + HOUR
    town.send(town.seller, "list", *town.mint(), (2, 1, 0, end, end + HOUR, HOUR, 5))
    town.send(town.ann, "join", 1, 0, wei=5 * WEI_PER_UNIT)
    chain.advance_to(end + HOUR)
    town.keep()
    town.to_block_after(DELAY + PROOF_WINDOW + 1)
    assert town.keep(code=3) == ["fall"]
    assert not (tmp_path / "secrets.jsonl").exists()
