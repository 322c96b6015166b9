"""Somebody's own development node: used as it is, and left as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.chain import nodes
from offchain.chain.backend import Chain, Receipt, Transaction, actor_address
from offchain.chain.connect import connect
from offchain.chain.devnodes import Anvil, Hardhat
from offchain.chain.errors import ChainError
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.rpc import Rpc, RpcError
from offchain.chain.signing import Signing
from offchain.cli.auctions import staging_of
from offchain.io.units import GWEI
from offchain.model.document import parse_bytes
from offchain.model.instances.two_level import TwoLevelOutcome
from offchain.play.solve import solve_on
from tests.patience import PATIENCE
from tests.proxy import Answer, Liar, Status, proxy, refusal

PAINTING = Path(__file__).parents[2] / "docs" / "examples" / "painting.json"
STRANGER = "0x" + "77" * 20


@pytest.fixture
def anvil() -> Iterator[str]:
    """An Anvil as a user starts it."""
    with nodes.anvil(accounts=2) as node:
        yield node.url


def payment(chain: Chain, wei: int = 1) -> Transaction:
    return Transaction(chain.actor(0), chain.actor(1), b"", value=wei)


def settings(url: str) -> dict[str, Any]:
    """What a user of an Anvil sees of it, beside blocks and balances."""
    with closing(Rpc(url)) as rpc:
        return {
            "base fee": rpc.request("eth_feeHistory", "0x1", "latest", [])["baseFeePerGas"][-1],
            "automine": rpc.request("anvil_getAutomine"),
            "accounts": rpc.request("eth_accounts"),
            "strangers": [can_send(rpc, one) for one in (STRANGER, actor_address(0))],
        }


def can_send(rpc: Rpc, address: str) -> bool:
    """Asked by a transaction that nobody could pay."""
    sent = {"from": address, "to": STRANGER, "value": hex(2**200)}
    with pytest.raises(RpcError) as refused:
        rpc.request("eth_sendTransaction", sent)
    return "No Signer" not in str(refused.value)


def interrupted(chain: Chain) -> None:
    chain.send_all([payment(chain)] * 3)
    raise KeyboardInterrupt


def failing(chain: Chain) -> None:
    chain.send_all([payment(chain), payment(chain, 10**30), payment(chain)])
    chain.send(payment(chain, 10**30))


def playing(chain: Chain) -> None:
    for many in (1, 3):
        chain.send_all([payment(chain)] * many)
    chain.advance_to(chain.now() + 1_000)
    chain.advance_to_block(chain.block() + 2)


@pytest.mark.parametrize("base_fee", [0, GWEI, 50 * GWEI])
@pytest.mark.parametrize("work", [playing, failing, interrupted])
def test_an_anvil_is_left_as_it_was(
    anvil: str, work: Callable[[Chain], None], base_fee: int
) -> None:
    """Base fee, impersonation, mining: whatever happened meanwhile."""
    with closing(Rpc(anvil)) as rpc:
        rpc.request("anvil_setNextBlockBaseFeePerGas", hex(base_fee))
    before = settings(anvil)
    try:
        with connect(anvil) as chain:
            work(chain)
    except (ChainError, KeyboardInterrupt):
        assert work is not playing
    after = settings(anvil)
    if work is playing:  # empty blocks on the way let it fall, as they do anyway
        assert int(after.pop("base fee"), 16) <= int(before.pop("base fee"), 16)
    assert after == before


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", ["solve", "demo", "deploy"])
def test_an_anvil_is_left_as_it_was_by_a_command_that_is_stopped(
    anvil: str, tmp_path: Path, command: str, end: int
) -> None:
    """In the middle of what it does: at a transaction, while others wait."""
    more = {"solve": [str(PAINTING)], "demo": ["--out", str(tmp_path / "out")]}
    more["deploy"] = ["--out", str(tmp_path / "out")]
    before = settings(anvil)
    with proxy(anvil) as slow:
        arrived, told = threading.Event(), threading.Event()

        def wait(method: str, params: Any, answer: Answer) -> Answer:
            if method == "eth_sendTransaction":
                arrived.set()
                told.wait(PATIENCE)
            return answer

        slow.after = wait
        process = subprocess.Popen(
            [sys.executable, "-m", "offchain.cli", command, *more[command], "--on", slow.url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert arrived.wait(PATIENCE)
            process.send_signal(end)
            told.set()
            assert process.wait(PATIENCE) == 128 + end
        finally:
            told.set()
            process.kill()
            process.wait()
    after = settings(anvil)
    assert int(after.pop("base fee"), 16) <= int(before.pop("base fee"), 16)
    assert after == before


def test_a_base_fee_that_is_a_lie_is_not_put_back(anvil: str) -> None:
    """An Anvil does not survive the largest."""
    lie = {"baseFeePerGas": ["0x" + "f" * 64], "oldestBlock": "0x0", "gasUsedRatio": []}
    with proxy(anvil) as liar, connect(liar.url) as chain:
        chain.actor(0)
        liar.before = lambda method, params: {"result": lie} if method == "eth_feeHistory" else None
        with pytest.raises(
            ChainError, match=r"eth_feeHistory: baseFeePerGas\[0\] is not a quantity"
        ):
            chain.send(payment(chain))
        assert liar.count("eth_sendTransaction") == 0


def test_impersonation_that_the_user_wants_stays(anvil: str) -> None:
    with closing(Rpc(anvil)) as rpc:
        rpc.request("anvil_autoImpersonateAccount", True)
        with connect(anvil) as chain:
            playing(chain)
        assert can_send(rpc, STRANGER)


def test_the_base_fee_is_back_between_transactions(anvil: str) -> None:
    """So that nobody who is killed leaves it at nothing."""
    with closing(Rpc(anvil)) as rpc, connect(anvil) as chain:
        rpc.request("anvil_setNextBlockBaseFeePerGas", hex(7 * GWEI))
        for many in (1, 3):
            chain.send_all([payment(chain)] * many)
            assert settings(anvil)["base fee"] == hex(7 * GWEI)


@pytest.mark.parametrize("kind", ["anvil", "ganache", "hardhat"])
def test_two_programs_at_one_node(kind: str) -> None:
    """One locks what both use as it ends; the other goes on."""
    started = nodes.ganache if kind == "ganache" else nodes.anvil
    with started(accounts=2) as node, proxy(node.url) as liar:
        if kind == "hardhat":
            liar.after = as_hardhat
        with closing(JsonRpc(liar.url)) as one:
            assert isinstance(one.send(payment(one)), Receipt)
            with closing(JsonRpc(liar.url)) as two:
                two.send(payment(two))
            for many in (1, 3):
                outcomes = one.send_all([payment(one)] * many)
                assert [type(outcome) for outcome in outcomes] == [Receipt] * many


def test_a_ganache_has_the_accounts_that_it_had() -> None:
    with nodes.ganache(accounts=2) as node, closing(Rpc(node.url)) as rpc:
        before = rpc.request("eth_accounts")
        with connect(node.url) as chain:
            chain.send(payment(chain))
            assert len(rpc.request("eth_accounts")) > len(before)
        assert rpc.request("eth_accounts") == before


OWN = ("anvil_", "evm_", "hardhat_", "txpool_")


def forbidden(method: str, params: Any) -> Answer | None:
    if method.startswith(OWN):
        raise Status(403, "no")
    return None


def unknown(method: str, params: Any) -> Answer | None:
    return refusal("no such method", -32601) if method.startswith(OWN) else None


@pytest.mark.parametrize("blocked", [forbidden, unknown])
def test_where_its_own_methods_are_blocked_transactions_are_signed(
    anvil: str, blocked: Callable[[str, Any], Answer | None]
) -> None:
    with proxy(anvil) as liar:
        liar.before = blocked
        with closing(JsonRpc(liar.url)) as chain:
            assert not chain.time_is_free
            assert isinstance(chain._node, Signing)
            assert isinstance(chain.send(payment(chain)), Receipt)
    assert liar.count("eth_sendRawTransaction") == 1


def as_hardhat(method: str, params: Any, answer: Answer) -> Answer:
    """Anvil takes Hardhat's methods; only its name gives it away."""
    name = "HardhatNetwork/2.29.1/@nomicfoundation/edr"
    return answer | {"result": name} if method == "web3_clientVersion" else answer


def only_hardhat(method: str, params: Any) -> Answer | None:
    return refusal("Method not found", -32004) if method.startswith("anvil_") else None


@pytest.fixture
def hardhat(anvil: str) -> Iterator[Liar]:
    with proxy(anvil) as liar:
        liar.before, liar.after = only_hardhat, as_hardhat
        yield liar


def test_hardhat_moves_its_clock(hardhat: Liar, anvil: str) -> None:
    before = settings(anvil)["accounts"]
    with connect(hardhat.url) as chain:
        assert chain.time_is_free
        later = chain.now() + 10**6
        chain.advance_to(later)
        assert later <= chain.now() <= later + PATIENCE
        block = chain.block()
        chain.advance_to_block(block + 300)
        assert chain.block() == block + 300
        chain.fund(chain.actor(5), 10**20)
        assert chain.balance(chain.actor(5)) >= 10**20
        item = contract("Item")
        receipt = chain.send(Transaction(chain.actor(3), None, item.creation()))
        assert receipt.contract is not None
    assert settings(anvil)["accounts"] == before
    assert hardhat.count("hardhat_impersonateAccount") > 0


def test_an_auction_on_hardhat(hardhat: Liar) -> None:
    """Its three phases pass at once."""
    text = b"""{"mechanism": "two-level", "groups": [
        {"name": "A", "members": [{"name": "ann", "bid": 10}, {"name": "bob", "bid": 5}]},
        {"name": "B", "members": [{"name": "cid", "bid": 9}]}]}"""
    (outcome,) = solve_on(parse_bytes(text).instances, hardhat.url, staging_of)
    assert isinstance(outcome, TwoLevelOutcome)
    assert outcome.items[0].winner == "A"


def test_a_failed_transaction_on_hardhat_is_named_in_its_refusal(hardhat: Liar) -> None:
    """It is mined all the same, and its hash stands in the data of the error."""

    def failing(method: str, params: Any, answer: Answer) -> Answer:
        if method == "eth_sendTransaction" and "result" in answer:
            data = {"message": "reverted", "txHash": answer["result"], "data": "0xaa"}
            return {"error": {"code": -32603, "message": "Error: VM Exception", "data": data}}
        return as_hardhat(method, params, answer)

    hardhat.after = failing
    with connect(hardhat.url) as chain:
        assert isinstance(chain.send(payment(chain)), Receipt)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("anvil/v1.7.1", Anvil), ("HardhatNetwork/3.0.0", Hardhat), ("Geth/v1.15", Signing)],
)
def test_a_node_goes_by_its_name(anvil: str, name: str, kind: type) -> None:
    with proxy(anvil) as liar:
        liar.before = lambda method, params: (
            {"result": name} if method == "web3_clientVersion" else None
        )
        with closing(JsonRpc(liar.url)) as chain:
            assert isinstance(chain._node, kind)
