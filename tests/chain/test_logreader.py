"""Logs behind every kind of limit: all are read, in order, however many strangers made there be, and in few requests."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from offchain.chain.answers import MalformedAnswer
from offchain.chain.backend import Log
from offchain.chain.errors import ChainError
from offchain.chain.logreader import LogReader
from offchain.chain.rpc import NoAnswer, Request, Rpc, RpcError
from offchain.io.addresses import checksum

TOPICS = [bytes([n]) * 32 for n in range(1, 5)]
ODD = bytes(32)
WHO = [checksum(bytes([n]) * 20) for n in range(1, 41)]

Raw = dict[str, Any]


@dataclass
class Node(Rpc):
    """A node in this process: its logs by block, and how much it hands out at once.

    words: what it says about too wide a range, of which `{}` is its limit. block_receipts: whether it knows the method.
    """

    blocks: dict[int, list[Raw]]
    span: int = 10**9
    addresses: int = 10**9
    most: int = 10**9
    words: str = "query timeout exceeded"
    block_receipts: bool = True
    all_receipts: bool = True
    spoil: Callable[[list[Raw]], object] = lambda logs: None
    asked: list[tuple[str, Any]] = field(default_factory=list)
    url: str = "node"

    def request(self, method: str, *params: Any) -> Any:
        self.asked.append((method, params))
        return getattr(self, method)(*params)

    def batch(self, batch: Sequence[Request]) -> list[Any]:
        return [self.request(method, *params) for method, params in batch]

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.asked)

    def eth_getLogs(self, query: Any) -> list[Raw]:  # noqa: N802
        first, last = int(query["fromBlock"], 16), int(query["toBlock"], 16)
        if last - first + 1 > self.span:
            raise RpcError(self.words.format(self.span))
        if len(query["address"]) > self.addresses:
            raise RpcError("exceed max addresses or topics per search position", -32602)
        heads = query["topics"][0] if "topics" in query else None
        wanted = set(query["address"])
        found = [
            one
            for block in sorted(self.blocks)
            if first <= block <= last
            for one in self.blocks[block]
            if checksum(bytes.fromhex(one["address"][2:])) in wanted
            and (heads is None or one["topics"][0] in heads)
        ]
        if len(found) > self.most:
            raise RpcError(f"query returned more than {self.most} results", -32005)
        copied = [dict(one) for one in found]
        self.spoil(copied)
        return copied

    def eth_getBlockReceipts(self, block: str) -> list[Raw]:  # noqa: N802
        if not self.block_receipts:
            raise RpcError("the method eth_getBlockReceipts does not exist", -32601)
        return [self.eth_getTransactionReceipt(one) for one in self._hashes(int(block, 16))]

    def eth_getBlockByNumber(self, block: str, full: bool) -> Raw:  # noqa: N802
        return {"number": block, "transactions": self._hashes(int(block, 16))}

    def eth_getTransactionReceipt(self, hash_: str) -> Raw:  # noqa: N802
        if not self.all_receipts:
            raise RpcError("too much")
        block, part = int(hash_[2:34], 16), int(hash_[34:], 16)
        return {"logs": self.blocks[block][part::3]}

    def _hashes(self, block: int) -> list[str]:
        return [f"0x{block:032x}{part:032x}" for part in range(3)]


def a_log(block: int, index: int, who: str, topic: bytes) -> Raw:
    data = block.to_bytes(4, "big") + index.to_bytes(4, "big")
    return raw_log(Log(who, (topic,), data, block), index)


def raw_log(log: Log, index: int) -> Raw:
    """A log as a node tells it."""
    return {
        "address": log.address.lower(),
        "topics": ["0x" + topic.hex() for topic in log.topics],
        "data": "0x" + log.data.hex(),
        "blockNumber": hex(log.block),
        "logIndex": hex(index),
    }


def history(seed: int, dense: int = 0) -> dict[int, list[Raw]]:
    """Blocks 0 to 999: some logs here and there, and `dense` many at one contract in block 500."""
    rng = random.Random(seed)
    blocks = {}
    for block in rng.sample(range(1000), 60):
        count = rng.randint(1, 5)
        blocks[block] = [
            a_log(block, n, rng.choice(WHO), rng.choice([*TOPICS, ODD])) for n in range(count)
        ]
    if dense:
        blocks[500] = [a_log(500, n, WHO[0], TOPICS[n % 2]) for n in range(dense)]
    return blocks


def expected(
    node: Node, first: int, last: int, who: Sequence[str], topics: Sequence[bytes] | None
) -> list[tuple[int, str]]:
    """Block and data of what should be read, in order."""
    names = {one.lower() for one in who}
    heads = None if topics is None else {"0x" + one.hex() for one in topics}
    return [
        (block, one["data"])
        for block in range(first, last + 1)
        for one in node.blocks.get(block, [])
        if one["address"] in names and (heads is None or one["topics"][0] in heads)
    ]


def read(
    node: Node,
    first: int = 0,
    last: int = 999,
    who: Sequence[str] = WHO,
    topics: Sequence[bytes] | None = TOPICS,
    reader: LogReader | None = None,
) -> list[tuple[int, str]]:
    found = (reader or LogReader(node)).read(who, first, last, topics)
    return [(log.block, "0x" + log.data.hex()) for log in found]


@pytest.mark.parametrize("seed", range(60))
def test_everything_is_read_whatever_the_limits(seed: int) -> None:
    rng = random.Random(seed)
    node = Node(
        history(seed, rng.choice((0, 0, 30, 100))),
        span=rng.choice((1, 7, 10, 100, 500, 10**9)),
        addresses=rng.choice((1, 3, 20, 10**9)),
        most=rng.choice((5, 10, 50, 10**9)),
        words=rng.choice(("no", "limited to {} blocks", "up to a {} block range", "block range is too wide, max {}")),
        block_receipts=rng.random() < 0.5,
    )  # fmt: skip
    first, last = sorted(rng.sample(range(1000), 2))
    who = rng.sample(WHO, rng.randint(1, len(WHO)))
    topics = rng.choice((None, TOPICS, TOPICS[:1]))
    assert read(node, first, last, who, topics) == expected(node, first, last, who, topics)


def test_more_contracts_than_a_question_may_name() -> None:
    """Geth takes 1,000 addresses; a lot can have more DAOs."""
    many = [checksum(n.to_bytes(20, "big")) for n in range(1, 2_502)]
    node = Node({n: [a_log(n, 0, who, TOPICS[0])] for n, who in enumerate(many)}, addresses=1_000)
    assert len(read(node, 0, 2_600, many)) == len(many)
    assert len(node.asked) == 6


def test_one_block_with_more_logs_than_the_node_returns() -> None:
    """By event, then from receipts: all at once, or where that is unknown one by one."""
    for known in (True, False):
        node = Node(history(1, dense=300), most=100, block_receipts=known)
        assert read(node) == expected(node, 0, 999, WHO, TOPICS)
        assert node.count("eth_getBlockReceipts") >= 1
        assert (node.count("eth_getTransactionReceipt") > 0) is not known
    split = Node(history(1, dense=300), most=150)
    assert read(split) == expected(split, 0, 999, WHO, TOPICS)
    assert split.count("eth_getBlockReceipts") == 0


def test_what_cannot_be_had_at_all_is_an_error_and_teaches_nothing() -> None:
    node = Node(history(1, dense=300), most=100, block_receipts=False, all_receipts=False)
    reader = LogReader(node)
    with pytest.raises(ChainError, match="more than 100 results"):
        read(node, 500, 999, reader=reader)
    node.most = 10**9
    node.asked.clear()
    assert read(node, reader=reader) == expected(node, 0, 999, WHO, TOPICS)
    assert len(node.asked) == 1


@dataclass
class Tired(Node):
    """A node that asks for patience from the first question on that is as narrow as this."""

    narrow: Callable[[Any], bool] = lambda query: False
    receipts: bool = True

    def eth_getLogs(self, query: Any) -> list[Raw]:  # noqa: N802
        if self.narrow(query):
            raise RpcError("rate limit exceeded", 429)
        return super().eth_getLogs(query)

    def eth_getBlockReceipts(self, block: str) -> list[Raw]:  # noqa: N802
        if not self.receipts:
            raise RpcError("rate limit exceeded", 429)
        return super().eth_getBlockReceipts(block)


@pytest.mark.parametrize(
    ("narrow", "blocks"),
    [
        (lambda query: len(query["address"]) == 1, (400, 600)),
        (lambda query: len(query["topics"][0]) == 1, (500, 500)),
    ],
    ids=["one contract", "one event"],
)
def test_a_node_that_asks_for_patience_on_the_way_is_not_asked_for_less(
    narrow: Callable[[Any], bool], blocks: tuple[int, int]
) -> None:
    """What it says is told, not taken for a question too wide."""
    node = Tired(history(1, dense=300), most=100, narrow=narrow)
    with pytest.raises(RpcError, match="rate limit exceeded"):
        read(node, *blocks)
    assert node.count("eth_getBlockReceipts") == 0


def test_receipts_of_a_node_that_asks_for_patience_are_not_asked_one_by_one() -> None:
    """Then the refusal of the question itself is told."""
    node = Tired(history(1, dense=300), most=100, receipts=False)
    with pytest.raises(RpcError, match="more than 100 results"):
        read(node, 500, 500)
    assert node.count("eth_getTransactionReceipt") == 0


def test_a_node_that_refuses_everything_is_soon_given_up() -> None:
    node = Node(history(1), span=0, block_receipts=False, all_receipts=False)
    with pytest.raises(ChainError):
        read(node, 0, 10**6)
    assert len(node.asked) < 80


@pytest.mark.parametrize(
    ("words", "learning"),
    [
        ("no", 140),
        ("eth_getLogs is limited to {} blocks", 1),
        ("requests with up to a {} block range", 1),
        ("Block range too large: maximum allowed is {} blocks", 1),
        ("exceed maximum block range: {}", 1),
        ("Try with this block range [0x0, 0x9].", 1),
    ],
)
def test_a_range_limit_is_learnt_once(words: str, learning: int) -> None:
    """10,000 blocks behind a limit of 10: a thousand questions, few to learn it, and few to see whether it still stands."""
    node = Node({n: [a_log(n, 0, WHO[0], TOPICS[0])] for n in range(0, 10_000, 7)}, 10, words=words)
    reader = LogReader(node)
    assert len(read(node, 0, 9_999, reader=reader)) == 1_429
    assert len(node.asked) <= 1_000 + learning + 20
    node.asked.clear()
    read(node, 10_000, 10_999, reader=reader)
    assert len(node.asked) <= 115


def test_a_limit_that_is_gone_is_noticed() -> None:
    node = Node(history(2), span=10)
    reader = LogReader(node)
    read(node, reader=reader)
    node.span = 10**9
    node.asked.clear()
    read(node, 0, 10**6, reader=reader)
    assert len(node.asked) < 300


def test_a_hint_is_only_a_hint() -> None:
    """Numbers in a message may mean anything: what they make of a question still has to work."""
    for words in (
        "0 blocks",
        "99999999 blocks",
        "block 5 blocks",
        "[0x5, 0x1]",
        "1.5 blocks",
        "blocks",
    ):
        node = Node(history(3), span=90, words=words)
        assert read(node) == expected(node, 0, 999, WHO, TOPICS)


TOO_MUCH = [
    ("limit exceeded", -32005),
    ("Too many logs requested. Max logs per response is 20000.", -32005),
    ("logs matched by query exceeds limit of 10000", -32005),
    ("query returned more than 10000 results. Try with this block range [0x0, 0x9].", -32005),
    ("max results 10000 exceeded", -32005),
    ("request exceeds the configured limit", -32005),
    ("Log response size exceeded. This block range should work: [0x0, 0x9]", -32602),
    ("Under the Free tier plan, eth_getLogs takes up to a 10 block range", -32600),
    ("eth_getLogs is limited to a 10,000 range", -32614),
    ("Block range is too large", -32062),
    ("query exceeds max results 20000, retry with the range 0-9", -32602),
    ("ranges over 10 blocks are not supported on freetier", 35),
    ("Response size is larger than 150MB limit.", -32008),
    ("backend response too large", -32020),
    ("query timeout exceeded", -32002),
    ("request timed out", -32603),
]
"""What BSC, Nethermind, Base, Infura, Alchemy, QuickNode, Ankr, dRPC, Optimism and Geth say of too wide a question."""

TOO_OFTEN = [
    ("rate limit exceeded", -32005),
    ("project ID request rate exceeded", -32005),
    ("daily request count exceeded, request rate limited", -32005),
    ("Your app has exceeded its compute units per second capacity.", 429),
    ("over rate limit", -32016),
    ("15/second request limit reached - reduce calls per second or upgrade", -32007),
    ("Too many requests", -32090),
    ("You've exceeded the RPS limit", -32011),
    ("monthly capacity limit exceeded", -32000),
    ("insufficient credits", -32000),
    ("Exceeded the quota usage", -32600),
]
"""What they say of too many questions."""


@pytest.mark.parametrize(("words", "code"), TOO_MUCH)
def test_whatever_a_node_says_of_too_wide_a_question(words: str, code: int) -> None:
    class Worded(Node):
        def eth_getLogs(self, query: Any) -> list[Raw]:  # noqa: N802
            if int(query["toBlock"], 16) - int(query["fromBlock"], 16) >= 10:
                raise RpcError(words, code)
            return super().eth_getLogs(query)

    node = Worded(history(1))
    assert read(node) == expected(node, 0, 999, WHO, TOPICS)
    assert len(node.asked) < 200


@pytest.mark.parametrize(("words", "code"), TOO_OFTEN)
def test_a_busy_node_is_left_alone(words: str, code: int) -> None:
    """Smaller questions would only be more of them; and it does not mean that a call fails."""

    def busy(logs: list[Raw]) -> None:
        raise RpcError(words, code)

    node = Node(history(1), spoil=busy)
    with pytest.raises(RpcError) as caught:
        read(node)
    assert len(node.asked) == 1
    assert caught.value.is_transient()
    assert not caught.value.is_execution_failure()


@pytest.mark.parametrize(
    "told",
    [
        RpcError("execution reverted: rate limit per second", 3),
        RpcError("rate", -32000, "0x12"),
        RpcError("https://rate.example: nonce too low", -32000, None, "nonce too low"),
    ],
)
def test_what_only_sounds_like_a_busy_node(told: RpcError) -> None:
    """A contract's own words, and a node's name."""
    assert not told.is_transient()


@pytest.mark.parametrize("too_large", [True, False])
def test_an_answer_that_breaks_off_is_asked_for_in_parts(too_large: bool) -> None:
    def broken(logs: list[Raw]) -> None:
        if len(logs) > 20:
            raise NoAnswer("node: broken", perhaps_too_large=too_large)

    node = Node(history(1), spoil=broken)
    if too_large:
        assert read(node) == expected(node, 0, 999, WHO, TOPICS)
    else:
        with pytest.raises(NoAnswer, match="broken"):
            read(node)


SPOILT: list[tuple[str, Callable[[list[Any]], object]]] = [
    ("data is missing", lambda logs: logs[0].pop("data")),
    ("data is not bytes", lambda logs: logs[0].update(data="0x1")),
    ("address is not 20 bytes", lambda logs: logs[0].update(address="0x12")),
    ("address is not bytes", lambda logs: logs[0].update(address=12)),
    ("blockNumber is missing", lambda logs: logs[0].update(blockNumber=None)),
    ("blockNumber is not a quantity", lambda logs: logs[0].update(blockNumber=7)),
    ("blockNumber is not a quantity below", lambda logs: logs[0].update(blockNumber="0x" + "f" * 17)),
    ("logIndex is missing", lambda logs: logs[0].pop("logIndex")),
    ("logIndex is not a quantity", lambda logs: logs[0].update(logIndex="-0x1")),
    ("topics is not a list", lambda logs: logs[0].update(topics={})),
    (r"topics\[0\] is not 32 bytes", lambda logs: logs[0].update(topics=["0x00"])),
    (r"topics\[0\] is not bytes", lambda logs: logs[0].update(topics=["zz"])),
    ("was not asked for", lambda logs: logs[0].update(address="0x" + "99" * 20)),
    ("was not asked for", lambda logs: logs[0].update(blockNumber="0xffff")),
    ("was not asked for", lambda logs: logs[0].update(topics=["0x" + "99" * 32])),
    ("two logs are number", lambda logs: logs.append(logs[-1])),
    (r"eth_getLogs: \[0\] is not an object", lambda logs: logs.insert(0, [])),
]  # fmt: skip


@pytest.mark.parametrize(("told", "spoil"), SPOILT)
def test_a_log_of_the_wrong_shape_is_told(told: str, spoil: Callable[[list[Raw]], object]) -> None:
    """With method and field, and not cut into smaller questions."""
    node = Node(history(1), spoil=spoil)
    with pytest.raises(MalformedAnswer, match=told) as caught:
        read(node)
    assert "node: eth_getLogs" in str(caught.value)
    assert len(node.asked) == 1
