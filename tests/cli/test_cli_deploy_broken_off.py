"""`consort deploy` that is broken off, at a node that loses answers, or on a chain that runs other code: each contract once."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes
from typer.testing import CliRunner, Result

from offchain.bindings.creations import address_of
from offchain.chain import nodes, rpc
from offchain.chain.rpc import Rpc
from offchain.chain.spending import SEED_VARIABLE
from offchain.cli import app
from tests.proxy import Answer, Dropped, Liar, proxy

SENDING = ("eth_sendRawTransaction", "eth_sendTransaction")
CONTRACTS = {
    "two-level": ["factory", "auctioneer"],
    "approximate": ["factory", "auctioneer", "randomness"],
    "resilient": ["auction", "randomness"],
}
CREATIONS = {"two-level": 2, "approximate": 4, "resilient": 3}


@pytest.fixture(params=["anvil", "another"])
def liar(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A new Anvil behind a proxy, known or taken for a node at which transactions are signed."""
    monkeypatch.setitem(os.environ, SEED_VARIABLE, "hq7 Zt0wV9 bLx2 Rk81 yUe5 mNf3 of a test")
    monkeypatch.setattr(rpc, "_PAUSES", (0.0,))
    with nodes.anvil(accounts=1) as node, proxy(node.url) as started:
        if request.param == "another":
            started.after = named_otherwise
        yield started


def named_otherwise(method: str, params: Any, answer: Answer) -> Answer:
    return answer | {"result": "Geth/v1"} if method == "web3_clientVersion" else answer


def deploy(liar: Liar, out: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["deploy", "--on", liar.url, "--out", str(out), *more])


def creations(url: str) -> int:
    """How many contracts were created, in all blocks."""
    with closing(Rpc(url)) as asked:
        head = int(asked.request("eth_blockNumber"), 16)
        blocks = [asked.request("eth_getBlockByNumber", hex(n), True) for n in range(head + 1)]
    return sum(one["to"] is None for block in blocks for one in block["transactions"])


def test_the_address_of_what_will_be_created() -> None:
    """The first and the 128th contract of the most used test account, as every tool tells them."""
    creator = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    assert address_of(creator, 0) == "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    assert address_of(creator, 1) == "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"


@pytest.mark.parametrize("mechanism", CONTRACTS)
def test_a_node_that_loses_every_answer_to_what_is_sent(
    liar: Liar, tmp_path: Path, mechanism: str
) -> None:
    out, honest = tmp_path / "deployment.json", liar.after

    def losing(method: str, params: Any, answer: Answer) -> Answer:
        if method in SENDING:
            raise Dropped
        return honest(method, params, answer)

    liar.after = losing
    result = deploy(liar, out, "--mechanism", mechanism)
    if result.exit_code:
        liar.after = honest  # money from the node's own account is not asked for twice
        result = deploy(liar, out, "--mechanism", mechanism)
    assert result.exit_code == 0, result.stderr
    written = json.loads(out.read_text())
    assert all(written[name] in result.stdout for name in CONTRACTS[mechanism])
    assert creations(liar.url) == CREATIONS[mechanism]
    assert list(tmp_path.iterdir()) == [out]


def test_broken_off_anywhere_it_goes_on_where_it_stopped(liar: Liar, tmp_path: Path) -> None:
    """The node is gone after the first 10, 17, 24, … requests; each time the next run takes it from there."""
    out = tmp_path / "deployment.json"
    for some in range(10, 500, 7):
        left = [some]

        def gone(method: str, params: Any, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Dropped

        liar.before = gone
        result = deploy(liar, out, "--mechanism", "approximate")
        if result.exit_code == 0:
            break
        assert result.exit_code == 3, result.stderr
        assert not out.exists()
    assert some > 17
    liar.before = lambda method, params: None
    assert creations(liar.url) == CREATIONS["approximate"]
    written = json.loads(out.read_text())
    assert "stands already at" in result.stderr
    assert all(written[name] in result.stdout for name in CONTRACTS["approximate"])
    with closing(Rpc(liar.url)) as asked:
        created = asked.request("eth_getTransactionCount", address_of_deployer(liar), "latest")
    assert int(created, 16) >= CREATIONS["approximate"]
    assert written["block"] <= 1


def test_broken_off_after_any_creation_that_arrived(liar: Liar, tmp_path: Path) -> None:
    """The node takes the first, second, … contract and is gone, for the command: the next one finds what was created."""
    mechanism = "resilient"
    with closing(Rpc(liar.url)) as asked:
        fresh = asked.request("evm_snapshot")
        for last in range(1, CREATIONS[mechanism] + 1):
            out, honest = tmp_path / f"{last}.json", liar.after
            taken = [0]

            def gone(method: str, params: Any, taken: list[int] = taken) -> None:
                if taken[0] == last:  # noqa: B023
                    raise Dropped

            def taking(
                method: str,
                params: Any,
                answer: Answer,
                taken: list[int] = taken,
                honest: Any = honest,
            ) -> Answer:
                if method in SENDING and is_creation(method, params):
                    taken[0] += 1
                    if taken[0] == last:  # noqa: B023
                        raise Dropped
                told: Answer = honest(method, params, answer)
                return told

            liar.before, liar.after = gone, taking
            assert deploy(liar, out, "--mechanism", mechanism).exit_code == 3
            assert taken == [last]
            liar.before, liar.after = (lambda method, params: None), honest
            result = deploy(liar, out, "--mechanism", mechanism)
            assert result.exit_code == 0, result.stderr
            assert result.stderr.count("stands already at") == last
            assert creations(liar.url) == CREATIONS[mechanism], last
            asked.request("evm_revert", fresh)
            fresh = asked.request("evm_snapshot")


def is_creation(method: str, params: Any) -> bool:
    """Whether what is sent creates a contract."""
    if method == "eth_sendTransaction":
        return "to" not in params[0]
    return not TypedTransaction.from_bytes(HexBytes(params[0])).as_dict().get("to")


def address_of_deployer(liar: Liar) -> str:
    from offchain.chain.jsonrpc import JsonRpc
    from offchain.chain.keys import of_seed

    with closing(JsonRpc(liar.url, of_seed())) as chain:
        return chain.actor(0)


def broken_off(liar: Liar, out: Path) -> Path:
    """One contract stands; the notes say so."""
    honest = liar.before

    def gone(method: str, params: Any) -> None:
        notes = out.with_name(out.name + ".partial")
        if notes.exists() and "DAOFactory" in json.loads(notes.read_text())["created"]:
            raise Dropped

    liar.before = gone
    assert deploy(liar, out).exit_code == 3
    liar.before = honest
    return out.with_name(out.name + ".partial")


def test_notes_of_a_chain_that_has_started_again(liar: Liar, tmp_path: Path) -> None:
    """Nothing stands where they say: all is created anew."""
    out = tmp_path / "deployment.json"
    broken_off(liar, out)
    with closing(Rpc(liar.url)) as asked:
        asked.request("anvil_reset")
    result = deploy(liar, out)
    assert result.exit_code == 0, result.stderr
    assert "already" not in result.stderr
    assert creations(liar.url) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"plan": {"mechanism": "resilient"}}, "with another "),
        ({"plan": 5}, "plan: 5 is not an object"),
        ({"created": {"DAOFactory": "0x1"}}, 'created.DAOFactory: "0x1" is not an address'),
        ({"created": {"Nothing": "0x1"}}, "unknown field"),
        ({"block": -1}, "block: -1 is negative"),
        ({"contract": "DAO"}, "is not "),
        ("[" * 100_000, "nested too deep"),
        ("", "not JSON"),
    ],
    ids=range(8),
)
def test_notes_that_cannot_be_used(
    liar: Liar, tmp_path: Path, change: dict[str, object] | str, message: str
) -> None:
    out = tmp_path / "deployment.json"
    notes = broken_off(liar, out)
    if isinstance(change, str):
        notes.write_text(change)
    else:
        notes.write_text(json.dumps(json.loads(notes.read_text()) | change))
    result = deploy(liar, out)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{notes}: " in result.stderr
    assert message in result.stderr
    assert creations(liar.url) == 1


def test_a_chain_that_does_not_run_such_code(tmp_path: Path) -> None:
    with nodes.anvil(accounts=1, hardfork="paris") as node, proxy(node.url) as old:
        result = deploy(old, tmp_path / "deployment.json")
        assert result.exit_code == 3
        assert "does not run Shanghai code" in result.stderr
        assert list(tmp_path.iterdir()) == []
        assert creations(old.url) == 0


def test_what_does_not_answer_does_not_stand(liar: Liar, tmp_path: Path) -> None:
    honest = liar.after

    def silent(method: str, params: Any, answer: Answer) -> Answer:
        told = honest(method, params, answer)
        return told | {"result": "0x"} if method == "eth_call" and "to" in params[0] else told

    liar.after = silent
    result = deploy(liar, tmp_path / "deployment.json")
    assert result.exit_code == 3
    assert "does not answer as it should" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("on", ["revm", "a node"])
def test_a_file_that_cannot_be_written(liar: Liar, on: str) -> None:
    """What stands is printed all the same, and the exit code is its own."""
    name = "revm" if on == "revm" else liar.url
    result = CliRunner().invoke(app, ["deploy", "--on", name, "--out", "/dev/full"])
    assert result.exit_code == 4
    assert "/dev/full" in result.stderr
    assert result.stdout.count("0x") == 2


def test_notes_that_cannot_be_written(
    liar: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are no reason to stop; the addresses are told as they come."""
    from offchain.bindings import creations as module
    from offchain.io.output import OutputFailed

    def full(path: Path, data: bytes) -> None:
        raise OutputFailed(f"{path} cannot be written: no space")

    monkeypatch.setattr(module, "write_whole", full)
    result = deploy(liar, tmp_path / "deployment.json")
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("no space") == 1
    assert result.stderr.count("stands at 0x") == 2
