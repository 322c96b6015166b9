"""Local nodes start, are what was asked for, and are gone afterwards."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from offchain.chain import nodes
from offchain.chain.nodes import Node, NodeError, anvil, ganache
from tests.patience import PATIENCE, until

FIRST_ACCOUNT = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"

Start = Callable[..., AbstractContextManager[Node]]
both = pytest.mark.parametrize("start", [anvil, ganache])


def answer(url: str, method: str, *params: object) -> dict[str, Any]:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        content: dict[str, Any] = json.load(response)
        return content


def rpc(url: str, method: str, *params: object) -> Any:
    return answer(url, method, *params)["result"]


def gone(url: str) -> bool:
    try:
        rpc(url, "eth_chainId")
    except OSError:
        return True
    return False


@both
def test_has_the_accounts_gas_and_chain_asked_for(start: Start) -> None:
    with start(accounts=3, balance=7, block_gas_limit=12_000_000) as node:
        accounts = rpc(node.url, "eth_accounts")
        assert len(accounts) == 3
        assert accounts[0].lower() == FIRST_ACCOUNT
        assert int(rpc(node.url, "eth_getBalance", accounts[2], "latest"), 16) == 7 * 10**18
        block = rpc(node.url, "eth_getBlockByNumber", "latest", False)
        assert int(block["gasLimit"], 16) == 12_000_000
        assert int(rpc(node.url, "eth_chainId"), 16) == nodes.CHAIN_ID
        assert node.kind in rpc(node.url, "web3_clientVersion").lower()
    until(lambda: gone(node.url))


@both
def test_runs_shanghai(start: Start) -> None:
    push0, mcopy = "0x5f5ff3", "0x5f5f5f5e5f5ff3"  # new in shanghai, new in cancun
    with start() as node:
        assert answer(node.url, "eth_call", {"data": push0}, "latest").get("result") == "0x"
        assert "error" in answer(node.url, "eth_call", {"data": mcopy}, "latest")


@both
def test_two_at_once_have_their_own_ports(start: Start) -> None:
    with start() as one, start() as two:
        assert one.url != two.url


@both
def test_stops_when_the_body_raises(start: Start) -> None:
    with pytest.raises(ZeroDivisionError), start() as node:
        raise ZeroDivisionError
    until(lambda: gone(node.url))


@both
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_stops_when_its_starter_is_killed(start: Start, sent: signal.Signals) -> None:
    script = (
        "import time\n"
        f"from offchain.chain.nodes import {start.__name__}\n"
        f"with {start.__name__}() as node:\n"
        "    print(node.url, flush=True)\n"
        "    time.sleep(10_000)\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert starter.stdout is not None
    url = starter.stdout.readline().strip()
    assert url
    rpc(url, "eth_chainId")
    starter.send_signal(sent)
    starter.communicate(timeout=PATIENCE)
    until(lambda: gone(url))


def test_anvil_sends_from_any_address_when_asked() -> None:
    stranger = "0x" + "11" * 20
    transaction = {"from": stranger, "to": FIRST_ACCOUNT, "value": "0x1"}
    with anvil(auto_impersonate=True) as node:
        rpc(node.url, "anvil_setBalance", stranger, hex(10**18))
        sent = rpc(node.url, "eth_sendTransaction", transaction)
        # Anvil mines a moment after it has answered.
        receipt = until(lambda: rpc(node.url, "eth_getTransactionReceipt", sent))
        assert receipt["status"] == "0x1"


def test_anvil_refuses_strangers_otherwise() -> None:
    with anvil() as node:
        transaction = {"from": "0x" + "11" * 20, "to": FIRST_ACCOUNT}
        assert "error" in answer(node.url, "eth_sendTransaction", transaction)


@both
def test_blocks_come_by_the_clock_when_asked(start: Start) -> None:
    with start(block_time=1) as node:
        until(lambda: rpc(node.url, "eth_blockNumber") != "0x0")


@both
def test_prints_nothing(start: Start, capfd: pytest.CaptureFixture[str]) -> None:
    with start() as node:
        rpc(node.url, "eth_chainId")
    assert capfd.readouterr() == ("", "")


@both
def test_says_so_when_not_installed(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "NODE_MODULES", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeError, match="is not installed: run `make setup`"), start():
        pass


@both
def test_says_why_it_does_not_start(start: Start) -> None:
    with pytest.raises(NodeError, match=r"did not start: .*nonsense"), start(hardfork="nonsense"):
        pass


@both
def test_a_node_of_somebody_else_is_not_taken_for_it(start: Start) -> None:
    """It answers at the port that was asked for, and would have got what is deployed."""
    with start() as other:
        port = int(other.url.rpartition(":")[2])
        with pytest.raises(NodeError, match=f"port {port} cannot be had"), start(port=port):
            pass
    with start(port=port) as node:
        assert node.url == other.url


@both
def test_takes_another_port_when_the_first_is_taken(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    choose = nodes.free_port
    with socket.socket() as occupant:
        occupant.bind((nodes.HOST, 0))
        occupant.listen()
        taken = occupant.getsockname()[1]
        ports = iter([taken])
        monkeypatch.setattr(nodes, "free_port", lambda: next(ports, None) or choose())
        with start() as node:
            assert not node.url.endswith(f":{taken}")


def test_leaves_the_home_of_the_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with anvil(), ganache():
        pass
    assert list(tmp_path.iterdir()) == []
