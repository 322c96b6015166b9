"""`consort solve` on a chain whose time is real: how long it takes is said, it takes no longer, and it costs little."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from offchain.chain import nodes, signing
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import Secret
from offchain.chain.rpc import Rpc
from offchain.chain.spending import SEED_VARIABLE
from offchain.cli import app
from offchain.io.units import WEI_PER_ETH
from offchain.model.document import outcome_text, parse_bytes
from offchain.model.kinds import solve
from tests.proxy import Answer, proxy

SEED = "hq7 Zt0wV9 bLx2 Rk81 yUe5 mNf3 of this test"
PHASE = 600


class Real:
    """A node that says that it is Geth, on which whoever waits makes time pass."""

    def __init__(self, url: str, rpc: Rpc) -> None:
        self.url, self.rpc, self.slept = url, rpc, 0

    def sleep(self, seconds: float) -> None:
        if seconds < 1:
            time.sleep(seconds)
            return
        self.slept += 30
        self.rpc.request("evm_increaseTime", 30)
        self.rpc.request("evm_mine")


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Iterator[Real]:
    def another(method: str, params: Any, answer: Answer) -> Answer:
        return answer | {"result": "Geth/v1"} if method == "web3_clientVersion" else answer

    monkeypatch.setitem(os.environ, SEED_VARIABLE, SEED)
    with (
        nodes.anvil(accounts=1, chain_id=5) as node,
        proxy(node.url) as liar,
        closing(Rpc(node.url)) as rpc,
        closing(JsonRpc(liar.url, Secret(SEED))) as chain,
    ):
        liar.after = another
        world = Real(liar.url, rpc)
        monkeypatch.setattr(signing, "time", world)
        with closing(JsonRpc(liar.url, Secret(SEED))) as chain:
            rpc.request("anvil_setBalance", chain.actor(0), hex(WEI_PER_ETH))
        yield world


TWO_LEVEL = {
    "mechanism": "two-level",
    "groups": [
        {"name": "A", "members": [{"name": "ann", "bid": 10}, {"name": "bob", "bid": 5}]},
        {"name": "B", "members": [{"name": "cid", "bid": 9}]},
    ],
}
APPROXIMATE = {
    "mechanism": "approximate",
    "delta": "1/2",
    "bids": {"a": 10, "b": 7},
    "draw": "1/100",
}


AT_A_HOUSE = {**TWO_LEVEL, "upper": {"ascending": "1/4"}}
"""Waited for are bidding, reveal and tally, the adapter's ten minutes and one to spare, and the buffer after the last bid."""


@pytest.mark.parametrize(
    ("document", "minutes"),
    [(TWO_LEVEL, 30), (APPROXIMATE, 30), (AT_A_HOUSE, 46)],
    ids=["two-level", "approximate", "at a house"],
)
def test_an_auction_that_is_waited_for(
    real: Real, tmp_path: Path, document: dict[str, Any], minutes: int
) -> None:
    file = tmp_path / "instance.json"
    file.write_text(json.dumps(document))
    arguments = ["solve", str(file), "--on", real.url, "--fund-from", "0"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    assert f"phases of 10 minutes are waited for, {minutes} minutes at most." in result.stderr
    assert PHASE < real.slept <= 60 * minutes
    played = json.loads(result.stdout)
    played.pop("gas")
    (instance,) = parse_bytes(file.read_bytes()).instances
    assert played == json.loads(outcome_text([solve(instance)], False))


def test_nothing_begins_without_money(real: Real, tmp_path: Path) -> None:
    """What is asked for is what gas may cost: no hundred ether."""
    file = tmp_path / "instance.json"
    file.write_text(json.dumps(TWO_LEVEL))
    result = CliRunner().invoke(app, ["solve", str(file), "--on", real.url])
    assert result.exit_code == 3
    asked = float(result.stderr.split("and needs ")[1].split(" ETH:")[0])
    assert 0 < asked < 0.1
    assert "--fund-from" in result.stderr
