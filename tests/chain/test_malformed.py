"""Well-formed answers of the wrong shape: whatever a node answers to whatever it is asked, only a chain error comes of it.

Each thing that is asked of a node is done once honestly, and then again and again, with one answer to one method spoilt in one
place. What the spoilt value does not matter to may still be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.chain import nodes, outbox, rpc
from offchain.chain.answers import Answer, MalformedAnswer
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.client import Client
from offchain.chain.errors import ChainError
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.keys import Keys
from offchain.chain.rpc import Rpc
from offchain.chain.signing import Signing
from tests.patience import PATIENCE

ITEM = contract("Item")
JUNK: list[Any] = [
    None, True, 7, -1, 1.5, "", "0x", "zz", "0xzz", "0x1", "-0x1", "0x_1", "0x" + "f" * 65, "0x" + "f" * 64, [], {}, [[]], [None],
]  # fmt: skip
"""Missing, of another type, no hexadecimal, odd, negative, too large, too short, too deep."""
FEW = [None, 7, "0x" + "f" * 65]


class Teller:
    """A provider that passes on what another says, but for what it was told to spoil; keeps what each method answered."""

    spoilt: tuple[str, Any] | None = None
    told: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, provider: Any) -> None:
        self.provider = provider

    def make_request(self, method: str, params: Any) -> Any:
        answer = self.provider.make_request(method, params)
        if "result" in answer:
            Teller.told.setdefault(method, answer["result"])
            if Teller.spoilt is not None and Teller.spoilt[0] == method:
                return answer | {"result": Teller.spoilt[1]}
        return answer

    def make_batch_request(self, batch: Any) -> Any:
        return [
            self.make_request(method, params) | {"id": n}
            for n, (method, params) in enumerate(batch)
        ]


class Relayed(JsonRpc):
    """Takes the node for one that it knows nothing of."""

    def _manners(self, keys: Keys | None, patience: float) -> Signing:
        return Signing(self._client, keys, patience, self._spending)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with nodes.anvil() as node:
        yield node.url


@pytest.fixture(autouse=True)
def telling(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Rpc._open
    monkeypatch.setattr(Rpc, "_open", lambda self, url: Teller(honest(self, url)))
    monkeypatch.setattr(rpc, "_PAUSES", ())
    monkeypatch.setattr(outbox, "_LAG_SECONDS", 0.05)
    Teller.spoilt, Teller.told = None, {}


def spoilt(value: Any, junk: list[Any]) -> Iterator[Any]:
    """`value` with junk in its place, and in that of each of its parts; of a list, of its first element."""
    yield from (one for one in junk if one != value or type(one) is not type(value))
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: other for name, other in value.items() if name != key}
            yield from (value | {key: one} for one in spoilt(part, junk))
    elif isinstance(value, list) and value:
        yield from ([one, *value[1:]] for one in spoilt(value[0], junk))


def tried(work: Callable[[], object], junk: list[Any] = JUNK) -> dict[str, int]:
    """Does `work` under every spoilt answer; how often a `MalformedAnswer` came of it, by method."""
    Teller.spoilt, Teller.told = None, {}
    work()
    found: dict[str, int] = {}
    for method, honest in dict(Teller.told).items():
        found[method] = 0
        for value in spoilt(honest, junk):
            Teller.spoilt = method, value
            try:
                work()
            except MalformedAnswer as error:
                found[method] += method in str(error)
            except ChainError:
                pass
            except Exception as error:
                error.add_note(f"{method} answered {value!r}")
                raise
    Teller.spoilt = None
    return found


def mint(chain: JsonRpc, item: str, number: int) -> Transaction:
    return Transaction(chain.actor(1), item, ITEM.encode("mint", chain.actor(1), number))


READS: dict[str, Callable[[JsonRpc, Client, Transaction], object]] = {
    "block": lambda chain, client, one: chain.block(),
    "latest": lambda chain, client, one: client.latest(),
    "header": lambda chain, client, one: chain.header(1),
    "block_hash": lambda chain, client, one: chain.block_hash(1),
    "now": lambda chain, client, one: chain.now(),
    "balance": lambda chain, client, one: chain.balance(one.sender),
    "nonces": lambda chain, client, one: client.nonces([one.sender]),
    "call": lambda chain, client, one: chain.call(str(one.to), one.data),
    "estimate": lambda chain, client, one: chain.estimate(one),
    "logs": lambda chain, client, one: chain.logs([str(one.to)], 0),
    "pending_time": lambda chain, client, one: client.pending_time(),
}


@pytest.mark.parametrize("name", READS)
def test_everything_that_is_read(url: str, name: str) -> None:
    with closing(JsonRpc(url)) as chain:
        item = chain.send(Transaction(chain.actor(1), None, ITEM.creation())).contract
        assert item is not None
        chain.send(mint(chain, item, 1))
        client = Client(chain._rpc, traces=True)
        found = tried(lambda: READS[name](chain, client, mint(chain, item, 2)))
    assert found
    assert all(found.values()), found


@pytest.mark.parametrize("succeeds", [True, False])
def test_receipts(url: str, succeeds: bool) -> None:
    with closing(JsonRpc(url)) as chain, closing(Rpc(url)) as other:
        item = chain.send(Transaction(chain.actor(1), None, ITEM.creation())).contract
        assert item is not None
        if not succeeds:
            chain.send(mint(chain, item, 1))
        one = mint(chain, item, 1)
        sent = chain._client.fields(one)
        hash_ = other.ask("eth_sendTransaction", sent).text()
        chain._client.wait([hash_], PATIENCE)
        client = Client(other, traces=True)

        def read() -> list[bool]:
            mined = client.receipts([hash_]).values()
            return [isinstance(client.outcome(one, raw), Reverted) for raw in mined]

        assert read() == [not succeeds]
        found = tried(read)
    assert found["eth_getTransactionReceipt"] > 50


@pytest.mark.parametrize("kind", [JsonRpc, Relayed])
def test_connecting(url: str, kind: type[JsonRpc]) -> None:
    def connect() -> None:
        kind(url).close()

    found = tried(connect, FEW)
    assert found["eth_chainId"] >= 2
    assert found["web3_clientVersion"] >= 2
    assert found["eth_getBlockByNumber"] >= 2


@pytest.mark.parametrize("kind", [JsonRpc, Relayed])
def test_sending(url: str, kind: type[JsonRpc]) -> None:
    """Signed here or by the node, several at once: what became of them may remain unknown."""
    with closing(kind(url, patience=PATIENCE)) as chain:
        chain.fund(chain.actor(1), 10**20)
        item = chain.send(Transaction(chain.actor(1), None, ITEM.creation())).contract
        assert item is not None
        numbers = iter(range(10**6))

        def send() -> None:
            if isinstance(chain._node, Signing):
                chain._node._outbox._patience = PATIENCE if Teller.spoilt is None else 0.1
            chain.send_all([mint(chain, item, next(numbers)) for _ in range(2)])

        found = tried(send, FEW)
    assert found["eth_getTransactionCount"] >= 2
    assert sum(found.values()) > 20


def test_a_message_says_where_and_is_short() -> None:
    answer = Answer({"a": [{"b": "x" * 10**6}]}, "node: method")
    with pytest.raises(MalformedAnswer) as caught:
        answer.field("a").items()[0].field("b").number()
    assert str(caught.value).startswith(
        "node: method: a[0].b is not a quantity in hexadecimal: 'xxx"
    )
    assert len(str(caught.value)) < 200


def test_a_message_can_be_printed_whatever_the_value() -> None:
    for value in (10**10_000, float("nan"), "\ud800", "\x1b[2J", "\u202e", [1] * 10**6):
        for read in (Answer.number, Answer.blob, Answer.flag):
            with pytest.raises(MalformedAnswer) as caught:
                read(Answer(value, "node: method"))
            assert str(caught.value).isascii()
            assert str(caught.value).isprintable()
            assert len(str(caught.value)) < 200
