"""The soak in short: a keeper killed at random and a node restarted, on a few lots; and that it notices what is wrong."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from benchmarks.soak.__main__ import story
from benchmarks.soak.node import RestartableNode
from benchmarks.soak.plan import TICK, Bid, LotPlan, plan
from benchmarks.soak.soak import Soak
from benchmarks.soak.town import SELLER, Listed, Town
from benchmarks.soak.truth import Untrue, check_run
from benchmarks.soak.verdict import Wrong, check_town
from offchain.chain.rpc import Rpc
from offchain.io.addresses import checksum
from offchain.keeper.keeper import Keeper
from offchain.keeper.ledger import AUCTIONEER, Ledger
from offchain.keeper.openings import Openings
from offchain.keeper.purse import Purse
from offchain.keeper.rounds import Rounds
from offchain.keeper.unlocking import Unlocker
from offchain.keeper.watch.observer import Observer
from offchain.keeper.watch.record import Record
from offchain.locks.local_beacon import new_beacon

SEED = 7


def test_a_few_lots_with_kills_and_restarts(tmp_path: Path) -> None:
    """Each ends as the model says, and no status lies; what happened is printed if it fails."""
    made = plan(SEED, minutes=3, lots=3, drawn=0, kill=0.02, restart=0.01)
    figures = Soak(made, SEED, tmp_path, seconds_a_tick=0.05).run()
    print(story(figures))
    assert sum(figures.lots.values()) == 3
    assert figures.kills > 0
    assert figures.node_restarts > 0
    assert figures.statuses > 10
    assert figures.transactions > 0
    assert figures.unhealthy == 0


def test_a_plan_is_that_of_its_seed_and_within_its_time() -> None:
    one, again, other = (plan(seed, 60, 40, 10, 0.1, 0.1) for seed in (1, 1, 2))
    assert one == again != other
    assert len(one.lots) == 50
    assert sum(lot.is_drawn for lot in one.lots) == 10
    assert all(0 <= lot.tick < 60 * 60 // TICK for lot in one.lots)
    bids = [bid for lot in one.lots for group in lot.groups for bid in group]
    assert {(bid.is_locked, bid.is_silent) for bid in bids} == {
        (locked, silent) for locked in (True, False) for silent in (True, False)
    }


def test_a_node_goes_on_where_it_was(tmp_path: Path) -> None:
    node = RestartableNode(tmp_path)
    node.start()
    node.chain.advance_to(node.chain.now() + 1_000)
    account = checksum(b"\x77" * 20)  # one that nobody sends from, and so is given no money for gas
    node.chain.fund(account, 10**18)
    block, time = node.chain.block(), node.chain.time_of(node.chain.block())
    hash_, url, owned = node.chain.block_hash(block), node.url, node.chain.balance(account)
    node.stop()
    node.start()
    try:
        assert node.url == url
        assert (node.chain.block(), node.chain.time_of(block)) == (block, time)
        assert node.chain.block_hash(block) == hash_
        assert node.chain.balance(account) == owned >= 10**18
        assert node.chain.now() >= time
        assert node.starts == 2
    finally:
        node.stop()


class Played:
    """A lot with a group of two and an individual, kept to its end in this process, and the status of each round."""

    def __init__(self, folder: Path) -> None:
        self.node = RestartableNode(folder)
        self.node.start()
        chain = self.node.chain
        beacon = new_beacon(genesis=chain.now(), clock=chain.now)
        self.town = Town(AUCTIONEER, lambda: chain, beacon, folder)
        bids = (Bid(30, False, False), Bid(20, True, False), Bid(5, False, True))
        self.town.list(LotPlan(0, False, 1, (600, 600, 600), bids[:1], (bids[1:],)))
        (self.lot,) = self.town.lots
        record, purse = Record(), Purse()
        account = chain.actor(10)
        keeper = Keeper(
            chain,
            Ledger(chain, self.town.auction, self.town.deployment.block),
            account,
            Openings(folder / "openings.jsonl"),
            on_action=record.did,
            purse=purse,
            depth=0,
            unlocker=Unlocker(beacon.beacon, Rounds([beacon]), chain.chain_id),
        )
        observer = Observer("1.0", "node", 1.0, record, purse)
        self.statuses: list[dict[str, Any]] = []
        for end in (chain.now(), self.lot.ends[0] + 200, *self.lot.ends[1:]):
            chain.advance_to(end)
            while keeper.step() or keeper.unfinished:
                pass
            status = observer.round(chain, account, [keeper.view], is_good=True)
            self.statuses.append(status.to_json() | {"actions": [*map(_plain, status.actions)]})
        self.rpc = Rpc(self.node.url)

    def check(self, *changes: tuple[int, Any]) -> int:
        """Checks the statuses, some of them changed by functions."""
        statuses = deepcopy(self.statuses)
        for place, change in changes:
            change(statuses[place])
        statuses = [one | {"lots": list(one["lots"])} for one in statuses]
        return check_run(self.town, self.rpc, statuses, self.node.chain.block())


def _plain(action: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(action)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = Played(tmp_path_factory.mktemp("soak"))
    yield made
    made.rpc.close()
    made.node.stop()


def test_statuses_that_are_true_pass(played: Played) -> None:
    phases = [[lot["phase"] for lot in one["lots"]] for one in played.statuses]
    assert phases[:2] == [["bidding"], ["reveal"]]
    assert played.check() == played.statuses[-1]["spending"]["transactions"] > 2


def _lot_again(phase: str) -> Any:
    """Has the last status name the lot, which is over, in some phase of its tally's time."""

    def change(status: dict[str, Any]) -> None:
        lot = {"lot": 1, "phase": phase, "until": 0}
        status["lots"] = [lot | {"place": status["serves"][0]["address"]}]

    return change


LIES: dict[str, tuple[int, Any]] = {
    "another schema": (0, lambda one: one.update(schema=2)),
    "a block to come": (1, lambda one: one["chain"].update(block=10**6)),
    "a tally that is over": (-1, _lot_again("tally")),
    "another phase": (1, lambda one: one["lots"][0].update(phase="tally")),
    "a phase that is over": (2, _lot_again("bidding")),
    "another end": (0, lambda one: one["lots"][0].update(until=5)),
    "less gas": (-1, lambda one: one["actions"][0].update(gas=5)),
    "another fee": (-1, lambda one: one["actions"][0].update(fee_wei="5")),
    "another block": (-1, lambda one: one["actions"][0].update(block=1)),
    "more spent": (-1, lambda one: one["spending"].update(spent_wei="5")),
    "a transaction too few": (-1, lambda one: one["actions"].pop()),
    "rounds that go back": (-1, lambda one: one["rounds"].update(number=0)),
    "a time that goes back": (1, lambda one: one.update(written=5)),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_status_that_lies_is_found_out(played: Played, lie: str) -> None:
    with pytest.raises(Untrue):
        played.check(LIES[lie])


def test_lots_that_end_as_the_model_says_pass_and_others_do_not(played: Played) -> None:
    """The individual wins with 30 against 20; were it another bid, or nobody silent, that would be told."""
    town, chain, lot = played.town, played.node.chain, played.lot
    assert check_town(town, chain) == {"individual": 1}
    changed = {
        "a higher bid": {
            key: Bid(31, one.is_locked, one.is_silent) for key, one in lot.bids.items()
        },
        "nobody silent": {
            key: Bid(one.amount, one.is_locked, False) for key, one in lot.bids.items()
        },
    }
    for bids in changed.values():
        town.lots = [Listed(lot.plan, lot.number, lot.ends, lot.daos, bids)]
        with pytest.raises(Wrong, match="lot 1"):
            check_town(town, chain)
    town.lots = [lot]
    assert town.seller == chain.actor(SELLER)
