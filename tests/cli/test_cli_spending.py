"""`--max-fee` and `--fund-from`: the same words in every command that may sign."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from offchain.chain import nodes
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import Secret
from offchain.chain.rpc import Rpc
from offchain.chain.spending import SEED_VARIABLE, Spending
from offchain.cli import app
from offchain.cli.exits import BadInput
from offchain.cli.spending import spending
from offchain.io.units import GWEI
from tests.proxy import Answer, Liar, proxy

SEED = "hq7 Zt0wV9 bLx2 Rk81 yUe5 mNf3 of another test"


@pytest.mark.parametrize(
    ("max_fee", "fund_from", "meant"),
    [
        ("200", None, Spending()),
        ("0.000000001", "node", Spending(1, "node")),
        ("1.5", "0", Spending(GWEI * 3 // 2, 0)),
        ("30", "12", Spending(30 * GWEI, 12)),
    ],
)
def test_what_the_options_say(max_fee: str, fund_from: str | None, meant: Spending) -> None:
    assert spending(max_fee, fund_from) == meant


@pytest.mark.parametrize(
    ("max_fee", "fund_from", "option"),
    [
        *((bad, None, "--max-fee") for bad in ("", "0", "-1", "inf", "nan", "1e3", "٣", "9" * 99)),
        ("0.0000000001", None, "--max-fee"),
        *(
            ("1", bad, "--fund-from")
            for bad in ("", "-1", "Node", "0x1", "٣", "9" * 99, "2147483648")
        ),
    ],
)
def test_what_they_do_not_take(max_fee: str, fund_from: str | None, option: str) -> None:
    with pytest.raises(BadInput, match=f"^{option}: ") as refused:
        spending(max_fee, fund_from)
    assert len(str(refused.value)) < 200


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A node that is taken for one of a real chain."""

    def another(method: str, params: object, answer: Answer) -> Answer:
        return answer | {"result": "Geth/v1"} if method == "web3_clientVersion" else answer

    monkeypatch.setitem(os.environ, SEED_VARIABLE, SEED)
    with nodes.anvil(accounts=1, chain_id=5) as node, proxy(node.url) as liar:
        liar.after = another
        yield liar


def consort(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_deploying_within_the_bound_from_a_purse(real: Liar, tmp_path: Path) -> None:
    """Nobody pays unasked, nothing is signed above the bound; with both said, it stands."""
    deploy = ("deploy", "--on", real.url, "--out", str(tmp_path / "deployment.json"))
    poor = consort(*deploy)
    assert poor.exit_code == 3
    assert "--fund-from" in poor.stderr
    dear = consort(*deploy, "--fund-from", "node", "--max-fee", "0.1")
    assert dear.exit_code == 3
    assert "above the bound of 0.100 gwei" in dear.stderr
    assert real.count("eth_sendRawTransaction") + real.count("eth_sendTransaction") == 0
    done = consort(*deploy, "--fund-from", "node", "--max-fee", "50")
    assert done.exit_code == 0, done.stderr
    assert real.count("eth_sendTransaction") == 1


def test_a_keeper_waits_for_gas_to_become_cheaper(real: Liar, tmp_path: Path) -> None:
    """Its exit code with --once says that something is due."""
    deployment = tmp_path / "deployment.json"
    out = consort(*("deploy", "--on", real.url, "--out", str(deployment), "--fund-from", "node"))
    assert out.exit_code == 0, out.stderr
    with closing(JsonRpc(real.url, Secret(SEED), spending=Spending(fund_from="node"))) as chain:
        lot_is_due(chain, json.loads(deployment.read_text()))
    keep = ["keep", "--on", real.url, "--deployment", str(deployment)]
    keep += ["--openings", str(tmp_path / "none.jsonl"), "--once", "--fund-from", "node"]
    with closing(Rpc(real.url)) as rpc:
        rpc.request("anvil_setNextBlockBaseFeePerGas", hex(500 * GWEI))
    before = real.count("eth_sendRawTransaction")
    waiting = consort(*keep)
    assert waiting.exit_code == 3
    assert "gwei now, above the bound of 200 gwei (--max-fee)" in waiting.stderr
    assert real.count("eth_sendRawTransaction") == before
    patient = consort(*keep, "--max-fee", "2000")
    assert patient.exit_code == 0, patient.stderr
    assert "reclaim" in patient.stdout


def lot_is_due(chain: JsonRpc, deployment: dict[str, str]) -> None:
    """A lot without bids, past all its phases."""
    from offchain.bindings.contracts import contract
    from offchain.bindings.deployment import create
    from offchain.chain.backend import Transaction

    seller, house = chain.actor(0), deployment["auctioneer"]
    token, auctioneer = contract("Item"), contract("Auctioneer")
    item = create(chain, seller, "Item")
    end = chain.now() + 600
    schedule = (end, end + 600, end + 1_200, 1_000)
    for to, data in (
        (item, token.encode("mint", seller, 1)),
        (item, token.encode("approve", house, 1)),
        (house, auctioneer.encode("list", item, 1, 1, schedule)),
    ):
        chain.send(Transaction(seller, to, data))
    chain._rpc.request("evm_increaseTime", 2_000)
    chain._rpc.request("evm_mine")
