"""The soak itself: block after block, with lots listed, keepers killed, nodes restarted, and statuses read all the while."""

import random
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.soak.keepers import KeeperProcess
from benchmarks.soak.node import RestartableNode
from benchmarks.soak.plan import TICK, Plan
from benchmarks.soak.town import KINDS, Listed, Town
from benchmarks.soak.truth import check_run
from benchmarks.soak.verdict import check_town
from offchain.chain.backend import Chain
from offchain.chain.rpc import Rpc
from offchain.keeper.ledger import APPROXIMATE, Ledger
from offchain.locks.beacon_server import serving
from offchain.locks.local_beacon import LocalBeacon, new_beacon

_PATIENCE: Final = 240.0
"""How many seconds the clock is stopped at the end of a phase for keepers that are behind it, on a machine that is too slow."""
_OUTAGE: Final = 3.0
_LOOK: Final = 0.1


class Stuck(Exception):
    """What is due was not done though there was time; the message says what."""


@dataclass
class Figures:
    """What a soak came to. waited: seconds for which the clock was stopped since keepers were behind it."""

    seed: int
    lots: Counter[str] = field(default_factory=Counter)
    bids: int = 0
    chain_seconds: int = 0
    seconds: float = 0.0
    blocks: int = 0
    kills: int = 0
    starts: int = 0
    gave_up: int = 0
    node_restarts: int = 0
    statuses: int = 0
    transactions: int = 0
    healthy: int = 0
    unhealthy: int = 0
    waited: float = 0.0


class Soak:
    """One soak of a plan, in a folder."""

    def __init__(self, plan: Plan, seed: int, folder: Path, seconds_a_tick: float) -> None:
        self._plan, self._folder, self._pace = plan, folder, seconds_a_tick
        self._rng = random.Random(f"fate {seed}")
        self._node = RestartableNode(folder)
        self.figures = Figures(seed)
        self._towns: list[Town] = []
        self._keepers: list[KeeperProcess] = []

    def run(self) -> Figures:
        """Plays it to the end.

        Raises:
            Wrong, MoneyAstray: a lot did not end as the model says.
            Untrue: a status said what was not so.
            Stuck, Crashed: a keeper did not do its work.
        """
        began = time.monotonic()
        with ExitStack() as stack:
            self._node.start()
            stack.callback(self._node.stop)
            beacon = new_beacon(genesis=self._node.chain.now(), clock=self._now)
            url = stack.enter_context(serving(beacon))
            self._settle_in(beacon, url)
            stack.callback(self._kill_all)
            first = self._node.chain.now()
            self._play()
            self.figures.chain_seconds = self._node.chain.now() - first
            self.figures.blocks = self._node.chain.block()
            self._judge()
        self.figures.seconds = time.monotonic() - began
        return self.figures

    def _kill_all(self) -> None:
        for keeper in self._keepers:
            keeper.kill()

    def _now(self) -> int:
        """The chain's time; the last that was known, where the node is down."""
        return self._time

    def _chain(self) -> Chain:
        return self._node.chain

    def _settle_in(self, beacon: LocalBeacon, url: str) -> None:
        self._time = self._node.chain.now()
        kinds = [
            kind
            for kind in KINDS
            if any(self._is_at(one.is_drawn, kind) for one in self._plan.lots)
        ]
        for number, kind in enumerate(kinds):
            folder = self._folder / kind
            folder.mkdir()
            town = Town(kind, self._chain, beacon, folder)
            self._towns.append(town)
            account, name = 10 + number, f"keeper-{number + 1}"
            self._keepers.append(KeeperProcess(town, self._node.url, url, account, name))
            (folder / "openings.jsonl").touch(0o600)

    def _is_at(self, is_drawn: bool, kind: str) -> bool:
        return is_drawn == (kind == APPROXIMATE)

    def _play(self) -> None:
        waiting = list(self._plan.lots)
        tick = 0
        while waiting or not self._all_over():
            while waiting and waiting[0].tick <= tick:
                lot = waiting.pop(0)
                next(one for one in self._towns if one.is_drawn == lot.is_drawn).list(lot)
            self._strike()
            self._wait_for_keepers()
            self._pass_a_block()
            tick += 1

    def _strike(self) -> None:
        """What goes wrong in a tick."""
        for keeper in self._keepers:
            if self._rng.random() < self._plan.kill:
                keeper.kill()
            keeper.ensure()
        if self._rng.random() < self._plan.restart:
            self._node.stop()
            self._watch(self._rng.random() * _OUTAGE)
            self._node.start()

    def _pass_a_block(self) -> None:
        chain = self._node.chain
        chain.advance_to(chain.now() + TICK)
        self._time = chain.now()
        self._watch(self._pace)

    def _watch(self, seconds: float) -> None:
        """Lets so much time pass, and reads statuses meanwhile."""
        until = time.monotonic() + seconds
        for keeper in self._keepers:
            keeper.ask_page()
        while True:
            for keeper in self._keepers:
                keeper.look()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _LOOK))

    def _wait_for_keepers(self) -> None:
        """Stops the clock where a phase would end in the next block with work left in it."""
        deadline = time.monotonic() + _PATIENCE
        start = time.monotonic()
        while behind := self._behind():
            if time.monotonic() > deadline:
                raise Stuck(behind)
            for keeper in self._keepers:
                keeper.ensure()
            self._watch(_LOOK)
        self.figures.waited += time.monotonic() - start

    def _behind(self) -> str | None:
        next_time = self._node.chain.now() + 2 * TICK
        for town in self._towns:
            ending = [
                one
                for one in town.lots
                if any(self._time < end <= next_time for end in one.ends[1:])
            ]
            if ending:
                ledger = town.ledger()
                for lot in ending:
                    if told := _left(ledger, lot, self._time):
                        return f"{town.kind}, lot {lot.number}: {told}"
        return None

    def _all_over(self) -> bool:
        for town in self._towns:
            if any(self._time < lot.ends[2] for lot in town.lots):
                return False
        return all(_is_over(town) for town in self._towns)

    def _judge(self) -> None:
        figures = self.figures
        last = [keeper.stop() for keeper in self._keepers]
        for town in self._towns:
            figures.lots += check_town(town, self._node.chain)
            figures.bids += sum(len(lot.bids) for lot in town.lots)
        rpc = Rpc(self._node.url)
        newest = self._node.chain.block()
        for town, keeper, status in zip(self._towns, self._keepers, last, strict=True):
            for run in keeper.statuses:
                figures.transactions += check_run(town, rpc, run, newest)
                figures.statuses += len(run)
            left = [one for one in status["lots"] if one["place"] == town.auction]
            if status["state"] != "stopped" or left or status["alerts"]:
                raise Stuck(
                    f"{keeper.name} ended with {status['state']}, {left}, {status['alerts']}"
                )
            figures.kills += keeper.kills
            figures.starts += keeper.starts
            figures.gave_up += keeper.gave_up
            figures.healthy += keeper.answers.count(200)
            figures.unhealthy += keeper.answers.count(503)
        rpc.close()
        figures.node_restarts = self._node.starts - 1


def _left(ledger: Ledger, lot: Listed, now: int) -> str | None:
    """What keepers have to do yet in the phase of a lot that ends now."""
    if lot.ends[0] <= now < lot.ends[1]:
        for (book, bidder), bid in lot.bids.items():
            if not bid.is_silent and ledger.book(book, lot.number).boxes[bidder].is_sealed:
                return f"the bid of {bidder} is not opened"
    if lot.ends[1] <= now < lot.ends[2]:
        for dao in lot.daos:
            if dao not in ledger.lots[lot.number].group_bids:
                return f"{dao} is not tallied"
    return None


def _is_over(town: Town) -> bool:
    """Whether all lots are decided, and everybody is paid."""
    ledger = town.ledger()
    for lot in town.lots:
        state = ledger.lots[lot.number]
        if state.winner is None and not state.returned:
            return False
        boxes = (box for book in ledger.books_on(lot.number) for box in book.boxes.values())
        if not all(box.closed for box in boxes):
            return False
    return True
