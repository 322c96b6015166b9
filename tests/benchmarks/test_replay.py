"""A small replay with its keepers killed, and the parts that kill and refuse, on their own."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.replay.contest import contest
from benchmarks.replay.fate import START, STEPS, Fate, Kill, Place, plan, step_of
from benchmarks.replay.node import HardNode
from offchain.bindings.contracts import contract
from offchain.chain.errors import ChainError
from offchain.chain.rpc import Rpc, RpcError, blob
from offchain.io.errors import InvalidInput
from tests.benchmarks.running import run
from tests.proxy import Answer, proxy

MEMBERS = 600
"""More than a keeper puts into one transaction from the tally to the last refund."""


def test_a_replay() -> None:
    """Keepers as processes, killed in each step; a node that refuses one request in five; and all is as it ought to be."""
    options = f"--members {MEMBERS} --seed 7 --kills 1 --refuse 0.2 --json".split()
    done = run("replay", *options)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert all(found["checks"].values())
    assert {"chain = reference", "no wei astray", "every balance"} <= found["checks"].keys()
    dead = Counter(kill.partition(",")[0] for kill in found["kills"])
    assert set(STEPS) <= dead.keys()
    assert found["keepers"] > dead.total()
    assert sum(found["refused"].values()) > 5
    assert (found["winner"], found["served"]) == ("ContributorsDAO", 270)
    steps = {step["name"]: step for step in found["steps"]}
    assert [steps[step]["served"] for step in STEPS] == [MEMBERS + 1, MEMBERS, 1, MEMBERS + 1]
    assert found["gas"] == sum(step["gas"] for step in found["steps"])


@pytest.mark.parametrize("members", [1, 300, 17_448])
def test_a_plan_can_be_repeated_and_has_all_steps(members: int) -> None:
    for seed in range(20):
        kills = plan(seed, members, 2)
        assert kills == plan(seed, members, 2)
        assert Counter(kill.step for kill in kills) == dict.fromkeys(STEPS, 2)
        assert all((kill.place is Place.LATER) == (kill.delay > 0) for kill in kills)
    assert plan(1, members, 2) != plan(2, members, 2)
    assert plan(1, members, 0) == ()


def sending(data: bytes) -> dict[str, Any]:
    transaction = {"to": "0x" + "22" * 20, "data": blob(data)}
    return {"jsonrpc": "2.0", "id": 1, "method": "eth_sendTransaction", "params": [transaction]}


REVEAL = contract("DAO").encode("revealBatch", 1, [])


def test_steps_are_told_by_their_calls() -> None:
    dao, auctioneer = contract("DAO"), contract("Auctioneer")
    calls = {
        "reveal": REVEAL,
        "tally": dao.encode("multicall", [dao.encode("tally", 1, [])]),
        "settle": auctioneer.encode("settle", 1),
        "refund": dao.encode("claimBatch", 1, []),
        None: auctioneer.encode("lotCount"),
    }
    assert [step_of(sending(data)) for data in calls.values()] == list(calls)
    assert step_of({"method": "eth_estimateGas", "params": [{"data": blob(REVEAL)}]}) is None


def test_a_kill_comes_at_its_transaction_and_the_next_at_its_request() -> None:
    struck: list[Kill] = []
    second = Kill("reveal", 2, Place.BEFORE, 0.0, waking=3)
    fate = Fate([second])
    fate.strike = struck.append
    assert fate.due(sending(REVEAL)) is None
    assert fate.due({"method": "eth_call"}) is None
    assert fate.due(sending(REVEAL)) is second
    fate.fulfil(second)
    others = [fate.due({"method": "eth_call"}) for _ in range(4)]
    assert others == [None, None, Kill(START, 3, Place.BEFORE, 0.0, None), None]
    assert struck == [second]


def test_a_delayed_kill() -> None:
    struck: list[Kill] = []
    kill = Kill("tally", 1, Place.LATER, 0.01, None)
    fate = Fate([kill])
    fate.strike = struck.append
    fate.fulfil(kill)
    fate.wait()
    assert struck == [kill]
    assert str(kill) == "tally, transaction 1, answered 10 ms ago"


@pytest.fixture
def easy_node() -> Iterator[tuple[str, list[str]]]:
    """The URL of a node that answers everything with 1, and the methods it was asked for."""
    heard: list[str] = []

    def answer(method: str, params: Any) -> Answer:
        heard.append(method)
        return {"result": "0x1"}

    with proxy("") as node:
        node.before = answer
        yield node.url, heard


def test_a_node_that_refuses_nothing(easy_node: tuple[str, list[str]]) -> None:
    url, heard = easy_node
    with HardNode(url, 0.0, 1, Fate([])).listening() as node, closing(Rpc(node.url)) as rpc:
        assert rpc.request("eth_estimateGas", {}) == "0x1"
        assert rpc.batch([("eth_call", ()), ("eth_blockNumber", ())]) == ["0x1", "0x1"]
    assert heard == ["eth_estimateGas", "eth_call", "eth_blockNumber"]
    assert not node.refused


def test_a_node_that_refuses_all_it_can(easy_node: tuple[str, list[str]]) -> None:
    """Other requests pass; a refused one never reaches the node, but for those whose answer is lost."""
    url, heard = easy_node
    lost = 0
    with HardNode(url, 1.0, 1, Fate([])).listening() as node, closing(Rpc(node.url)) as rpc:
        assert rpc.request("eth_blockNumber") == "0x1"
        for _ in range(20):
            with pytest.raises(RpcError):
                rpc.request("eth_estimateGas", {})
            with pytest.raises(ChainError) as caught:
                rpc.request("eth_sendTransaction", {"data": "0x"})
            lost += not isinstance(caught.value, RpcError)
    assert 0 < lost < 20
    assert heard == ["eth_blockNumber"] + ["eth_sendTransaction"] * lost


@pytest.mark.parametrize(("place", "arrives"), [(Place.BEFORE, False), (Place.MINED, True)])
def test_where_a_transaction_is_when_its_keeper_dies(
    easy_node: tuple[str, list[str]], place: Place, arrives: bool
) -> None:
    url, heard = easy_node
    kill = Kill("reveal", 1, place, 0.0, None)
    fate = Fate([kill])
    struck: list[tuple[Kill, int]] = []
    fate.strike = lambda one: struck.append((one, len(heard)))
    with (
        HardNode(url, 0.0, 1, fate).listening() as node,
        closing(Rpc(node.url)) as rpc,
        pytest.raises(ChainError),
    ):
        rpc.request("eth_sendTransaction", *sending(REVEAL)["params"])
    assert struck == [(kill, int(arrives))]
    assert heard == ["eth_sendTransaction"] * arrives


def test_members_are_spread_as_the_list_is(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("".join(f"0x{place:040x},{place}000000000\n" for place in range(1, 101)))
    whole, part = contest(str(file), None, []), contest(str(file), 4, [2 * 10**9])
    assert len(whole.instance.groups[-1].members) == 100
    assert [member.bids for member in part.instance.groups[-1].members] == [
        (100,),
        (75,),
        (50,),
        (25,),
    ]
    assert part.instance.groups[0].bids_on(0) == [2 * 10**9]
    members = contest(None, 120, []).instance.groups[-1].members
    assert len({member.name for member in members}) == 120
    assert len({member.bids for member in members}) <= 60
    with pytest.raises(InvalidInput, match="--members: 101 is more than the 100 in"):
        contest(str(file), 101, [])
    with pytest.raises(InvalidInput, match=r"--contributions: .*missing.csv: No such file"):
        contest(str(tmp_path / "missing.csv"), None, [])


@pytest.mark.parametrize(
    "options", [("--refuse", "0.6"), ("--members", "0"), ("--rival", "x"), ("--members", "500")]
)
def test_bad_options(options: tuple[str, ...]) -> None:
    done = run("replay", *options)
    assert done.returncode == 2
    assert options[0] in done.stderr
    assert "Traceback" not in done.stderr
