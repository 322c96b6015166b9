"""What the pages say a command prints is what it prints; their snippets run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import Deployment, create, deploy
from offchain.chain.backend import Transaction
from offchain.chain.revm import Revm
from offchain.cli.auctions import staging_of
from offchain.keeper.openings import Openings
from offchain.model.document import parse_bytes
from offchain.model.kinds import solve
from offchain.play.solve import solve_on
from tests.docs.markdown import ROOT, blocks, commands

DAO = contract("DAO")
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.json"))
CONSOLE = [(b, *c) for b in blocks("console") for c in commands(b)]
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


def test_the_readme_shows_the_instance_that_it_solves() -> None:
    shown = [b for b in blocks("json") if b.page == ROOT / "README.md"]
    assert [b.text for b in shown] == [(ROOT / "docs" / "examples" / "crowd.json").read_text()]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_contracts_solve_the_examples_alike(example: Path) -> None:
    instances = list(parse_bytes(example.read_bytes()).instances)
    played = solve_on(instances, "revm", staging_of)
    assert list(played) == [solve(instance) for instance in instances]


def test_examples_are_plain_files() -> None:
    for example in EXAMPLES:
        assert json.loads(example.read_text())["mechanism"] in (
            "two-level",
            "signal-clock",
            "approximate",
            "resilient",
        )


def test_the_snippet_of_the_readme_seals_a_bid_that_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Played on revm: the seal is taken, and the opening that the snippet writes opens it."""
    snippet = next(b for b in blocks("python") if b.page == ROOT / "README.md")
    chain = Revm()
    seller, ann = chain.actor(0), chain.actor(1)
    chain.fund(ann, 10**18)
    deployment = deploy(chain, seller)
    dao = created(chain, seller, deployment)
    start = chain.now()
    listed(chain, seller, deployment.auctioneer, start)
    chain.send(Transaction(seller, dao, DAO.encode("enter", 1)))

    names: dict[str, Any] = {"dao": dao, "ann": ann, "chain_id": chain.chain_id}
    monkeypatch.chdir(tmp_path)
    exec(snippet.text, names)
    (opening,) = Openings(tmp_path / "openings.jsonl").of(dao, 1, ann)
    chain.send(Transaction(ann, dao, names["data"], 60 * 10**9))
    chain.advance_to(start + 3_600)
    chain.send(Transaction(ann, dao, DAO.encode("reveal", 1, opening.bid, opening.salt)))
    slot = DAO.decode("bidOf", chain.call(dao, DAO.encode("bidOf", 1, ann)))[0]
    assert slot == 60 << 64 | 60


def created(chain: Revm, account: str, deployment: Deployment) -> str:
    """A new sealed DAO."""
    data = contract("DAOFactory").encode("create", deployment.auctioneer, False, 0)
    event = contract("DAOFactory").event(
        chain.send(Transaction(account, deployment.factory, data)).logs[0]
    )
    assert event is not None
    return str(event.args["dao"])


def listed(chain: Revm, seller: str, auctioneer: str, start: int) -> None:
    """Lists a new item as lot 1."""
    item, token = create(chain, seller, "Item"), contract("Item")
    schedule = (start + 3_600, start + 7_200, start + 10_800, 1_000)
    for to, data in (
        (item, token.encode("mint", seller, 1)),
        (item, token.encode("approve", auctioneer, 1)),
        (auctioneer, contract("Auctioneer").encode("list", item, 1, 1, schedule)),
    ):
        chain.send(Transaction(seller, to, data))
