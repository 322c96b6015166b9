"""What the pages say a command prints is what it prints; their snippets run."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create, deploy
from offchain.chain.backend import Transaction
from offchain.chain.revm import Revm
from offchain.cli.auctions import ON_CHAIN, staging_of
from offchain.io.errors import InvalidInput
from offchain.io.units import GWEI
from offchain.keeper.keeper import Keeper
from offchain.keeper.ledger import Ledger
from offchain.keeper.openings import Openings
from offchain.locks.bids import LockedBid, open_lock
from offchain.locks.local_beacon import new_beacon
from offchain.model.document import parse_bytes
from offchain.model.instances import Instance
from offchain.model.kinds import solve
from offchain.play.solve import solve_on
from tests.docs.markdown import ROOT, blocks, commands

DAO = contract("DAO")
PAGE = ROOT / "docs" / "calls.md"
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.json"))


def instances_in(example: Path) -> tuple[Instance, ...]:
    """All of a file."""
    return parse_bytes(example.read_bytes()).instances


def fits(instance: Instance) -> bool:
    """Whether there are contracts with its rules."""
    if instance.mechanism not in ON_CHAIN:
        return False
    try:
        staging_of(instance).check(instance)
    except InvalidInput:
        return False
    return True


CONSOLE = [(b, *c) for b in blocks("console") for c in commands(b)]
OFF_CHAIN = {"composed", "survey"}
"""Examples of rules that no contract has."""
ANYTHING = "…\n"
"""A line that stands for any number of lines."""


@pytest.mark.parametrize(
    ("block", "command", "output"), CONSOLE, ids=[f"{b.page.name}: {c}" for b, c, _ in CONSOLE]
)
def test_commands_print_what_the_page_says(block: object, command: str, output: str) -> None:
    words = command.split()
    assert words[0] == ".venv/bin/consort"
    done = subprocess.run(
        [sys.executable, "-m", "offchain.cli", *words[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )
    expected = ".*".join(re.escape(part) for part in output.split(ANYTHING))
    assert re.fullmatch(expected, done.stdout, re.DOTALL), done.stdout + done.stderr


def test_the_page_on_instances_shows_the_one_that_it_solves() -> None:
    shown = [b for b in blocks("json") if b.page == ROOT / "docs" / "instances.md"]
    assert [b.text for b in shown] == [(ROOT / "docs" / "examples" / "crowd.json").read_text()]


@pytest.mark.parametrize(
    "example",
    [path for path in EXAMPLES if all(map(fits, instances_in(path)))],
    ids=lambda path: path.stem,
)
def test_the_contracts_solve_the_examples_alike(example: Path) -> None:
    instances = instances_in(example)
    played = solve_on(instances, "revm", staging_of)
    assert list(played) == [solve(instance) for instance in instances]


def test_all_examples_but_a_few_are_played_by_the_contracts() -> None:
    beyond = {path.stem for path in EXAMPLES if not all(map(fits, instances_in(path)))}
    assert "composed" in beyond <= OFF_CHAIN


def test_the_snippets_of_the_page_on_calls_are_an_auction_in_which_a_member_does_one_thing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On revm: a seller lists, somebody makes a DAO where it was foretold, and ann commits. A stranger who was told nothing opens
    her bid by the beacon's signature, a keeper without openings does the rest, and she is served and paid out.
    """
    bidding, founding, listing = (b.text for b in blocks("python") if b.page == PAGE)
    chain = Revm()
    seller, creator, ann, stranger = (chain.actor(place) for place in range(4))
    chain.fund_all(dict.fromkeys((seller, creator, ann, stranger), 10**18))
    start = chain.now()
    local = new_beacon(start, clock=chain.now)
    deployment = deploy(chain, seller, beacon=local.beacon)
    house = deployment.auctioneer
    item, token = create(chain, seller, "Item"), contract("Item")
    for data in (token.encode("mint", seller, 1), token.encode("approve", house, 1)):
        chain.send(Transaction(seller, item, data))

    names: dict[str, Any] = {"token": item, "token_id": 1, "reserve": 1}
    names |= {
        f"end_of_{phase}": start + seconds
        for phase, seconds in (("bidding", 3_600), ("reveal", 7_200), ("tally", 10_800))
    }
    exec(listing, names)
    chain.send(Transaction(seller, house, names["data"]))

    names |= {"auctioneer": house, "creator": creator, "salt": bytes(32)}
    exec(founding, names)
    foretold = chain.call(deployment.factory, names["address"])
    (names["dao"],) = contract("DAOFactory").decode("predict", foretold)
    chain.send(Transaction(creator, deployment.factory, names["data"]))

    names |= {"ann": ann, "beacon": deployment.beacon, "chain_id": chain.chain_id}
    monkeypatch.chdir(tmp_path)
    exec(bidding, names)
    (receipt,) = Openings(tmp_path / "openings.jsonl").of(names["dao"], 1, ann)
    chain.send(Transaction(ann, names["dao"], names["data"], 100 * GWEI))

    round_ = local.beacon.round_for(start + 3_600)
    chain.advance_to(local.beacon.time_of(round_))
    events = [DAO.event(log) for log in chain.logs([names["dao"]], 0)]
    (lock,) = (event.args["lock"] for event in events if event and event.name == "BidLocked")
    found = open_lock(local.signature(round_), lock)
    assert found == LockedBid(receipt.bid, receipt.salt)
    data = DAO.encode("revealBatch", 1, [(ann, found.bid, found.salt)])
    chain.send(Transaction(stranger, names["dao"], data))

    keeper = Keeper(chain, Ledger(chain, house, deployment.block), stranger, Openings())
    chain.advance_to(start + 7_200)
    while keeper.step():
        pass
    assert DAO.decode("hasAccess", chain.call(names["dao"], DAO.encode("hasAccess", 1, ann)))[0]
    assert chain.balance(ann) == 10**18 - GWEI, "the share, the reserve being the price"
