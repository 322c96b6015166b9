"""Keepers as processes of their own, one after another: whoever is killed, or gives up, is followed by a new one."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.replay.fate import Kill, step_of_data
from benchmarks.replay.memory import Memory
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import Deployment
from offchain.chain.backend import Chain, Log, Receipt, Reverted, Transaction
from offchain.chain.client import Client
from offchain.chain.errors import ChainError
from offchain.chain.rpc import Rpc, quantity, to_blob, to_number
from offchain.keeper.ledger import Ledger
from offchain.keeper.sending import Action

OPENINGS: Final = "openings.jsonl"
"""An empty file."""
DEPLOYMENT: Final = "deployment.json"
ACCOUNT: Final = 1
"""The account that `consort keep` sends from."""
KEEP: Final = (sys.executable, "-m", "offchain.cli", "keep")
POLL: Final = "0.1"
"""Seconds, as short as they may be."""
GAVE_UP: Final = 3
"""What `consort keep` ends with when its node fails."""
_PAUSE: Final = 0.05
_PATIENCE: Final = 600.0
"""How long nothing may happen on the chain, in seconds."""


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the node is, where keepers are told that it is, and where the beacon signs."""

    node: str
    hard: str
    beacon: str


class Keepers:
    """`consort keep`, at a node that may be hard to live with, until all is done; see `Hand`.

    Nobody entrusts them with anything: bids are locked to the beacon's rounds. What they did is read from the chain, since
    one who is killed cannot tell any more. The first step finds everybody's balance in `balances`, as it was when bidding was
    over.
    """

    unfinished = False

    def __init__(
        self,
        chain: Chain,
        urls: Urls,
        folder: Path,
        deployment: Deployment,
        on_action: Callable[[Action], None],
        on_death: Callable[[Kill], None],
    ) -> None:
        """`chain` is the node itself. `folder` has the deployment file, and takes what keepers say."""
        self._chain = chain
        self._urls = urls
        self._folder = folder
        (folder / OPENINGS).touch()
        self._on_action = on_action
        self._on_death = on_death
        self._ledger = Ledger(chain, deployment.auctioneer, deployment.block)
        self._account = chain.actor(ACCOUNT)
        self._seen = chain.block()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._rpc = Rpc(urls.node)
        self._client = Client(self._rpc, traces=True)
        self._at_dao, self._at_auctioneer = contract("DAO"), contract("Auctioneer")
        self.started = self.gave_up = self.failed = 0
        self.memory = Memory()
        self._closed = False
        self.balances: dict[str, int] = {}
        self._heard = time.monotonic()

    def step(self, refunds: bool = True) -> int:
        """Waits a little; 0 once everything is done, of refunds only if it is time for them."""
        self.memory.look()
        self._ledger.sync()
        if not self.balances:
            self.balances = {one: self._chain.balance(one) for one in self._bidders()}
        self._relay()
        if self._is_done(refunds):
            return 0
        self._watch()
        time.sleep(_PAUSE)
        return 1

    def strike(self, kill: Kill) -> None:
        """Kills whoever is at work, or will be next."""
        while not self._closed:
            with self._lock:
                if self._process is not None and self._process.poll() is None:
                    self.memory.look()
                    self._process.kill()
                    self._process.wait()
                    self._on_death(kill)
                    return
            time.sleep(_PAUSE)

    def close(self) -> None:
        """Sends the last one home."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()
                self._process.wait()
            self._closed = True
        self._rpc.close()

    def gained(self) -> dict[str, int]:
        """By how many wei each bidder's balance has grown since bidding was over."""
        return {one: self._chain.balance(one) - before for one, before in self.balances.items()}

    def _bidders(self) -> list[str]:
        return [bidder for book in self._ledger.books.values() for bidder in book.boxes]

    def _is_done(self, refunds: bool) -> bool:
        (lot,) = self._ledger.lots.values()
        books = self._ledger.books_on(lot.number)
        if self._chain.now() < lot.end_of_reveal:
            return not any(box.is_sealed for book in books for box in book.boxes.values())
        if not refunds:
            return lot.winner is not None or lot.returned
        return all(box.closed for book in books for box in book.boxes.values())

    # Processes

    def _watch(self) -> None:
        if time.monotonic() - self._heard > _PATIENCE:
            raise ChainError(f"the keepers have done nothing for {_PATIENCE:g} s")
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self._check_end(self._process)
                self._process = None
            if self._process is None:
                self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self.started += 1
        files = (
            *("--deployment", str(self._folder / DEPLOYMENT)),
            *("--openings", str(self._folder / OPENINGS)),
            *("--beacon", self._urls.beacon),
        )
        with (self._folder / f"keeper-{self.started}.log").open("wb") as log:
            return subprocess.Popen(
                [*KEEP, "--on", self._urls.hard, *files, "--account", str(ACCOUNT), "--poll", POLL],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _check_end(self, process: subprocess.Popen[bytes]) -> None:
        """Lets those pass who gave up on the node, or were killed.

        Raises:
            ChainError: it ended for another reason.
        """
        if process.returncode == GAVE_UP:
            self.gave_up += 1
        elif process.returncode != -signal.SIGKILL:
            said = (self._folder / f"keeper-{self.started}.log").read_text(encoding="utf-8")
            raise ChainError(f"a keeper ended with {process.returncode}: {said[-2000:]}")

    # What they did

    def _relay(self) -> None:
        """Tells of the keepers' transactions in new blocks, those that failed included."""
        newest = self._chain.block()
        numbers = range(self._seen + 1, newest + 1)
        self._seen = newest
        blocks = self._rpc.answers(
            [("eth_getBlockByNumber", (quantity(number), True)) for number in numbers]
        )
        sent = {
            one["hash"]: one
            for block in blocks
            for one in block.raw["transactions"]
            if one["from"] == self._account.lower()
        }
        for hash_, receipt in self._client.receipts(list(sent)).items():
            self._heard = time.monotonic()
            self._on_action(self._action(sent[hash_], receipt))

    def _action(self, sent: dict[str, Any], receipt: dict[str, Any]) -> Action:
        transaction = Transaction(self._account, sent["to"], to_blob(sent["input"]))
        outcome = self._client.outcome(transaction, receipt)
        members = 0
        if isinstance(outcome, Reverted):
            self.failed += 1
            outcome = Receipt(to_number(receipt["gasUsed"]), to_number(receipt["blockNumber"]), ())
        else:
            members = sum(map(self._members, outcome.logs))
        (lot,) = self._ledger.lots
        return Action(
            step=step_of_data(sent["input"]) or "other",
            lot=lot,
            contract=sent["to"],
            members=members,
            receipt=outcome,
        )

    def _members(self, log: Log) -> int:
        """How many bidders an event is about."""
        event = (self._at_dao if log.address in self._daos() else self._at_auctioneer).event(log)
        if event is None:
            return 0
        match event.name:
            case "BidsOpened" | "Pushed":
                return len(event.args["entries"])
            case "Checkpoint":
                counted: int = event.args["counted"] - event.args["start"]
                return counted
            case "BondBurnt":
                return 1
        return 0

    def _daos(self) -> list[str]:
        return [dao for lot in self._ledger.lots.values() for dao in lot.daos]
