"""What can go wrong between here and a node, against a server that misbehaves as told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.explain import explained
from offchain.chain import nodes, rpc
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.client import Client, failure
from offchain.chain.errors import ChainError
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import Keys, Secret
from offchain.chain.logreader import LogReader
from offchain.chain.rpc import Rpc, RpcError
from offchain.chain.signing import Signing
from offchain.chain.spending import Spending
from tests.reverts import error_of

Answer = Callable[[Any], tuple[int, str]]


class Server:
    """Answers every message by the next of `answers`, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[Any] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(asked)
                answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                status, text = answer(asked)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(rpc, "_PAUSES", (0.0, 0.0))
    with closing(Server()) as started:
        yield started


def results(*values: object) -> Answer:
    """These results; an exception's arguments are those of an error."""

    def answer(asked: Any) -> tuple[int, str]:
        if not isinstance(asked, list):
            return 200, json.dumps(body(asked["id"], values[0]))
        bodies = [body(one["id"], value) for one, value in zip(asked, values, strict=True)]
        return 200, json.dumps(bodies[::-1])  # nodes may answer in any order

    return answer


def body(number: int, value: object) -> dict[str, object]:
    common: dict[str, object] = {"jsonrpc": "2.0", "id": number}
    if isinstance(value, RpcError):
        error = {"code": value.code, "message": value.message, "data": value.detail}
        return common | {"error": error}
    return common | {"result": value}


def status(code: int, text: str = "no") -> Answer:
    return lambda asked: (code, text)


def test_requests_and_batches(server: Server) -> None:
    server.answers = [results("0x1"), results("a", RpcError("no", 3, "0x12"), "c")]
    node = Rpc(server.url)

    assert node.request("eth_chainId") == "0x1"
    first, second, third = node.batch([("eth_call", ({}, "latest"))] * 3)

    assert (first, third) == ("a", "c")
    assert isinstance(second, RpcError)
    assert second.revert_data() == b"\x12"
    assert str(second) == f"{server.url}: no"


@pytest.mark.parametrize("code", [408, 429, 502, 503, 504, 520, 524])
def test_a_busy_server_is_asked_again(server: Server, code: int) -> None:
    server.answers = [status(code), results(RpcError("over rate limit", -32016)), results("0x5")]

    assert Rpc(server.url).request("eth_blockNumber") == "0x5"


def test_what_must_not_be_sent_twice_is_not(server: Server) -> None:
    server.answers = [status(502), results("0x5")]

    with pytest.raises(ChainError, match=rf"^{server.url}: HTTP 502 Bad Gateway$"):
        Rpc(server.url).request("eth_sendTransaction", {})

    assert len(server.asked) == 1


def test_what_the_server_did_not_look_at_is_sent_again(server: Server) -> None:
    server.answers = [status(429), results("0x5")]

    assert Rpc(server.url).request("eth_sendTransaction", {}) == "0x5"


def test_patience_ends(server: Server) -> None:
    server.answers = [status(503)]

    with pytest.raises(ChainError, match="HTTP 503 Service Unavailable"):
        Rpc(server.url).request("eth_blockNumber")

    assert len(server.asked) == 3


def test_one_busy_answer_in_a_batch_is_asked_again(server: Server) -> None:
    server.answers = [
        results("a", RpcError("slow down", -32005)),
        results(RpcError("over rate limit", -32016)),
        results("b"),
    ]

    assert Rpc(server.url).batch([("eth_call", ()), ("eth_sendTransaction", ())]) == ["a", "b"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (status(404), "HTTP 404 Not Found"),
        (status(200, "<html>"), "the answer is not JSON"),
        (status(200, "[1]"), "the answer is not JSON-RPC"),
        (status(200, '{"jsonrpc": "2.0", "id": 1, "error": "broken"}'), "broken"),
        (results(RpcError("the method is unknown", -32601)), "the method is unknown"),
    ],
)
def test_answers_that_are_none(server: Server, answer: Answer, message: str) -> None:
    server.answers = [answer]

    with pytest.raises(ChainError) as caught:
        Rpc(server.url).request("eth_chainId")

    assert str(caught.value) == f"{server.url}: {message}"


BATCHES: dict[str, Callable[[list[Any]], object]] = {
    "no list": lambda bodies: {"result": bodies},
    "nothing": lambda bodies: None,
    "too few": lambda bodies: bodies[:-1],
    "too many": lambda bodies: [*bodies, bodies[0]],
    "one twice": lambda bodies: [bodies[0], bodies[0], bodies[2]],
    "no numbers": lambda bodies: [{"result": "0x9"}] * 3,
    "one without a number": lambda bodies: [{"result": "0x9"}, *bodies[1:]],
    "numbers as text": lambda bodies: [one | {"id": str(one["id"])} for one in bodies],
    "numbers of another batch": lambda bodies: [one | {"id": one["id"] * 2} for one in bodies],
    "numbers of two kinds": lambda bodies: [bodies[0] | {"id": "x"}, *bodies[1:]],
    "numbers as lists": lambda bodies: [one | {"id": [one["id"]]} for one in bodies],
    "no objects": lambda bodies: [1, "x", None],
    "lists": lambda bodies: [bodies, bodies, bodies],
}


@pytest.mark.parametrize("spoil", BATCHES)
def test_a_batch_answered_wrongly_is_asked_for_one_by_one(server: Server, spoil: str) -> None:
    """No answer is taken for that to another question; and where one by one does not help, it is an error."""

    def answer(asked: Any) -> tuple[int, str]:
        if not isinstance(asked, list):
            return 200, json.dumps(body(asked["id"], asked["params"][0]))
        bodies = [body(one["id"], one["params"][0]) for one in asked]
        return 200, json.dumps(BATCHES[spoil](bodies) if len(bodies) == 3 else bodies)

    server.answers = [answer]
    asked = [("eth_call", (f"0x{n}",)) for n in range(3)]

    assert Rpc(server.url).batch(asked) == ["0x0", "0x1", "0x2"]
    with pytest.raises(ChainError):
        Rpc(server.url).batch([("evm_mine", params) for _, params in asked])


@pytest.mark.parametrize(
    "text", ["[" * 10**5, "{" * 10**5, '{"a":' * 10**5, "9" * 10**5, "", "nul", '"\\ud800"']
)
def test_texts_that_are_no_answer(server: Server, text: str) -> None:
    server.answers = [status(200, text)]
    with pytest.raises(ChainError, match="the answer is not JSON"):
        Rpc(server.url).request("eth_chainId")


def test_a_server_that_takes_no_batches(server: Server) -> None:
    def answer(asked: Any) -> tuple[int, str]:
        refusal = RpcError("no batches", -32600)
        alone = not isinstance(asked, list)
        return 200, json.dumps(body(asked["id"], "0x7") if alone else body(1, refusal))

    server.answers = [answer]

    assert Rpc(server.url).batch([("eth_call", ())] * 2) == ["0x7", "0x7"]
    with pytest.raises(ChainError, match="no batches"):
        Rpc(server.url).batch([("eth_sendTransaction", ())] * 2)


def test_a_server_that_does_not_answer() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ChainError, match=r"no answer within 0\.2 s"):
            Rpc(url, timeout=0.2).request("eth_chainId")


CALL = Transaction("0x" + "11" * 20, "0x" + "22" * 20, b"")
REASON = bytes.fromhex("083a89f2") + (1).to_bytes(32, "big") + (1).to_bytes(32, "big")


@pytest.mark.parametrize(
    "detail",
    [
        "0x" + REASON.hex(),
        "Reverted 0x" + REASON.hex(),
        {"hash": None, "programCounter": 9, "result": "0x" + REASON.hex(), "reason": None},
        {"data": {"result": "0x" + REASON.hex()}},
    ],
)
def test_revert_data_in_every_dress(detail: object) -> None:
    failed = failure(CALL, RpcError("VM Exception", -32000, detail))

    assert isinstance(failed, Reverted)
    assert failed.data == REASON
    assert explained(failed) == f"calling {CALL.to} reverted: WrongPhase(lot=1, phase=Bidding)"


@pytest.mark.parametrize(
    ("message", "code", "at_fault"),
    [
        ("execution reverted", 3, True),
        ("execution reverted", -32000, True),
        ("VM Exception while processing transaction: revert", -32000, True),
        ("VM Exception while processing transaction: out of gas", -32000, True),
        ("Insufficient funds for gas * price + value", -32003, True),
        ("intrinsic gas too low", -32000, True),
        ("gas required exceeds allowance (21000)", -32000, True),
        ("the method eth_call does not exist/is not available", -32601, False),
        ("header not found", -32000, False),
        ("nonce too low", -32003, False),
        ("sender account not recognized", -32000, False),
        ("daily request count exceeded, request rate limited", -32005, False),
    ],
)
def test_whose_fault_it_is(message: str, code: int, at_fault: bool) -> None:
    failed = failure(CALL, RpcError(message, code))

    assert isinstance(failed, Reverted) is at_fault
    assert message in str(failed)


def test_logs_come_in_ranges_that_the_node_takes(server: Server) -> None:
    """Public nodes limit how many blocks a question may span."""

    def answer(asked: Any) -> tuple[int, str]:
        query = asked["params"][0]
        first, last = int(query["fromBlock"], 16), int(query["toBlock"], 16)
        if last - first >= 10:
            return 200, json.dumps(body(asked["id"], RpcError("range too wide", -32000)))
        logs = [
            {
                "address": "0x" + "11" * 20,
                "topics": ["0x" + "00" * 32],
                "data": "0x",
                "blockNumber": hex(block),
                "logIndex": hex(index),
            }
            for block in range(first, last + 1)
            for index in (1, 0)
        ]
        return 200, json.dumps(body(asked["id"], logs))

    server.answers = [answer]

    found = LogReader(Rpc(server.url)).read(["0x" + "11" * 20], 3, 99)

    assert [log.block for log in found] == [block for block in range(3, 100) for _ in range(2)]


@pytest.mark.parametrize("kind", ["anvil", "ganache"])
def test_web_sockets(kind: str) -> None:
    item = contract("Item")
    with (
        getattr(nodes, kind)(accounts=1) as node,
        closing(JsonRpc(node.url.replace("http:", "ws:"))) as chain,
    ):
        owner = chain.actor(0)
        address = chain.send(Transaction(owner, None, item.creation())).contract
        mints = [
            Transaction(chain.actor(n % 3), address, item.encode("mint", owner, n))
            for n in range(50)
        ]

        outcomes = chain.send_all([*mints, mints[0]])

    *minted, refused = outcomes
    assert [type(one) is Reverted for one in minted] == [False] * 50
    assert isinstance(refused, Reverted)
    assert error_of(refused.data) == "ERC721InvalidSender"


LONG = "hq7 Zt0wV9 bLx2 Rk81 yUe5 mNf3"


class Relayed(JsonRpc):
    def _manners(self, keys: Keys | None, patience: float) -> Signing:
        return Signing(self._client, keys, patience, self._spending)


def test_money_that_counts_needs_keys_that_nobody_else_has() -> None:
    with nodes.anvil(chain_id=5) as node:
        with pytest.raises(ChainError, match="set CONSORT_SEED to a long secret"):
            Relayed(node.url)
        purse = Spending(fund_from="node")
        with (
            closing(Relayed(node.url, Secret(f"one {LONG}"), spending=purse)) as one,
            closing(Relayed(node.url, Secret(f"two {LONG}"))) as two,
        ):
            assert one.chain_id == 5
            assert one.actor(0) != two.actor(0)
            one.fund(one.actor(0), 10**18)
            assert one.balance(one.actor(0)) >= 10**18
            with pytest.raises(ChainError, match="there is no key to send from"):
                one.send(Transaction(two.actor(0), one.actor(0), b""))


def test_nobody_to_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Signing, "_node_accounts", lambda self: [])
    with nodes.anvil() as node, closing(Relayed(node.url)) as chain:
        with pytest.raises(ChainError, match=f"account {chain.actor(0)} has 0 ETH, and needs"):
            chain.fund(chain.actor(1), 10**18)
        chain_owner = JsonRpc(node.url)
        chain_owner.fund(chain.actor(0), 10 * 10**18)
        chain.fund(chain.actor(1), 10**18)
        assert chain.balance(chain.actor(1)) >= 10**18


def test_after_a_sender_that_was_killed() -> None:
    """Mining paused, and a transaction that nobody mined: what comes next goes through, after it."""
    with nodes.anvil(auto_impersonate=True) as node, closing(Rpc(node.url)) as rpc:
        with closing(JsonRpc(node.url)) as chain:
            payment = Transaction(chain.actor(0), chain.actor(1), b"", value=1)
            rpc.request("evm_setAutomine", False)
            sent = {
                "from": payment.sender,
                "to": payment.to,
                "value": "0x1",
                "gasPrice": hex(10**9),
            }
            rpc.request("eth_sendTransaction", sent)
        with closing(JsonRpc(node.url)) as chain:
            before = chain.balance(chain.actor(1))
            chain.send(payment)
            rpc.request("eth_sendTransaction", sent)
            chain.send(payment)
            assert chain.balance(chain.actor(1)) == before + 3
            rpc.request("eth_sendTransaction", sent)
            assert not any(isinstance(one, Reverted) for one in chain.send_all([payment, payment]))
            assert chain.balance(chain.actor(1)) == before + 6
            assert rpc.request("anvil_getAutomine") is False


def test_gas_that_has_become_dear() -> None:
    """A price that the next block would not take is no obstacle, with one transaction or many."""
    with nodes.anvil(auto_impersonate=True) as node, closing(JsonRpc(node.url)) as chain:
        payment = Transaction(chain.actor(0), chain.actor(1), b"", value=1)
        with closing(Rpc(node.url)) as rpc:
            for many in (1, 2):
                rpc.request("anvil_setNextBlockBaseFeePerGas", hex(50 * 10**9))
                rpc.request("evm_mine")
                outcomes = chain.send_all([payment] * many)
                assert not any(isinstance(one, Reverted) for one in outcomes)


def test_a_node_that_forgets_states() -> None:
    """Why a transaction failed cannot be said then, but that it did."""
    with nodes.anvil(auto_impersonate=True, history=2) as node, closing(JsonRpc(node.url)) as chain:
        payment = Transaction(chain.actor(0), chain.actor(1), b"", value=1)
        block = chain.send(payment).block
        chain.send_all([payment] * 2)
        for _ in range(8):
            chain.send(payment)
        with closing(Rpc(node.url)) as rpc:
            failed = {"gasUsed": "0x5208", "status": "0x0", "blockNumber": hex(block), "logs": []}
            outcome = Client(rpc, traces=False).outcome(payment, failed)
    assert isinstance(outcome, Reverted)
    assert "gave no reason" in str(outcome)
