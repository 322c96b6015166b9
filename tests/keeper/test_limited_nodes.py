"""Whole auctions through keepers whose nodes limit, refuse, break off, or have small blocks."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from offchain.chain import rpc
from offchain.chain.errors import ChainError
from offchain.chain.jsonrpc import JsonRpc
from offchain.chain.nodes import Node, anvil
from offchain.cli.keeping import store_of
from offchain.keeper.keeper import Keeper
from offchain.keeper.ledger import Ledger
from tests.keeper.market import Market
from tests.proxy import Answer, Dropped, Liar, Status, proxy, refusal

Before = Callable[[str, Any], Answer | None]
After = Callable[[str, Any, Answer], Answer]


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with anvil(accounts=1) as started:
        yield started


@pytest.fixture
def liar(node: Node, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    monkeypatch.setattr(rpc, "_PAUSES", (0.0, 0.0, 0.0))
    with proxy(node.url) as started:
        yield started


@pytest.fixture
def town(node: Node, tmp_path: Path) -> Iterator[Market]:
    """A market whose people talk to the node itself."""
    with closing(JsonRpc(node.url)) as chain:
        yield Market(tmp_path, chain)


def an_auction(market: Market, members: int = 6) -> int:
    lot = market.list_lot()
    dao, rival = market.new_dao(lot), market.new_dao(lot)
    market.bids(dao, lot, *range(10, 10 + members))
    market.bid(rival, lot, 3)
    market.bid(market.auctioneer, lot, 9)
    return lot


def is_sold(market: Market, lot: int) -> bool:
    """Sold, and everybody has been paid what is due."""
    market.outcome([lot])
    return market.ledger().lots[lot].winner is not None and market.is_paid(lot)


def logs_asked(params: Any) -> tuple[int, int]:
    """How many blocks and addresses a question for logs spans."""
    (query,) = params
    span = int(query["toBlock"], 16) - int(query["fromBlock"], 16) + 1
    return span, len(query["address"])


def too_many_blocks(method: str, params: Any) -> Answer | None:
    if method == "eth_getLogs" and logs_asked(params)[0] > 10:
        return refusal("eth_getLogs is limited to a 10 block range")
    return None


def too_many_addresses(method: str, params: Any) -> Answer | None:
    if method == "eth_getLogs" and logs_asked(params)[1] > 2:
        return refusal("exceed max addresses or topics per search position", -32602)
    return None


def too_many_logs(method: str, params: Any, answer: Answer) -> Answer:
    if method == "eth_getLogs" and len(answer.get("result", ())) > 1:
        return {"result": None} | refusal("query returned more than 1 results", -32005)
    return answer


def no_block_receipts(method: str, params: Any) -> Answer | None:
    if method == "eth_getBlockReceipts":
        return refusal("the method does not exist", -32601)
    return None


def at_times(seed: int, share: float, trouble: Callable[[], Answer | None]) -> Before:
    rng = random.Random(seed)

    def before(method: str, params: Any) -> Answer | None:
        return trouble() if rng.random() < share else None

    return before


def fail(error: Exception) -> None:
    raise error


LIMITS: dict[str, tuple[Before | None, After | None]] = {
    "10 blocks": (too_many_blocks, None),
    "2 addresses": (too_many_addresses, None),
    "1 log": (None, too_many_logs),
    "1 log, no block receipts": (no_block_receipts, too_many_logs),
    "HTTP 429": (at_times(1, 0.1, lambda: fail(Status(429))), None),
    "-32005": (at_times(2, 0.1, lambda: refusal("rate limit exceeded", -32005)), None),
    "HTTP 503": (at_times(3, 0.05, lambda: fail(Status(503, "<html>busy</html>"))), None),
    "dropped": (at_times(4, 0.05, lambda: fail(Dropped())), None),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_whole_auction_behind_a_limit(town: Market, liar: Liar, limit: str) -> None:
    """Some steps fail; the keeper goes on with the next, and everything is done in the end."""
    lot = an_auction(town)
    with closing(JsonRpc(liar.url)) as chain:
        before, after = LIMITS[limit]
        liar.before = before or liar.before
        liar.after = after or liar.after
        keeper = town.keeper(chain)
        for wait in (town.until_reveal, town.until_tally, town.until_closed):
            wait(lot)
            work_off(keeper, town, lot)
    assert is_sold(town, lot), town.skipped


def work_off(keeper: Keeper, market: Market, lot: int, steps: int = 60) -> None:
    """Steps until two in a row have nothing to do and nothing went wrong."""
    idle = 0
    for _ in range(steps):
        market.skipped.clear()
        try:
            sent = keeper.step()
        except ChainError:
            continue
        idle = 0 if sent or market.skipped else idle + 1
        if idle == 2:
            return


@pytest.mark.parametrize("most", [0, 1, 3])
def test_batches_shrink_to_what_the_node_takes(town: Market, liar: Liar, most: int) -> None:
    """Once: what it takes is remembered."""
    accounts = [town.chain.actor(n) for n in range(30)]
    with closing(JsonRpc(liar.url)) as chain:
        liar.messages.clear()

        def before(method: str, params: Any) -> Answer | None:
            if liar.messages[-1] > max(most, 1) or (most == 0 and liar.messages[-1] > 1):
                raise Status(413)
            return None

        liar.before = before
        expected = [town.chain.balance(one) for one in accounts]
        for attempt in range(2):
            liar.messages.clear()
            assert chain._client.balances(accounts) == expected
            refused = sum(size > max(most, 1) for size in liar.messages)
            assert refused <= (8 if attempt == 0 else 0)


def test_a_limit_of_ten_blocks_costs_its_requests_once(town: Market, liar: Liar) -> None:
    """And not at every start: what is final is on disk."""
    lot = an_auction(town)
    town.chain.advance_to_block(town.chain.block() + 600)
    liar.before = too_many_blocks
    counts = []
    for _ in range(2):
        with closing(JsonRpc(liar.url)) as chain:
            liar.asked.clear()
            deployment = town.deployment
            store = store_of(town.folder, chain, deployment.auctioneer, deployment.block)
            assert store is not None
            ledger = Ledger(chain, deployment.auctioneer, deployment.block, store=store)
            ledger.sync()
            store.close()
            counts.append(liar.count("eth_getLogs"))
        assert len(ledger.books_on(lot)) == 3
    assert 60 <= counts[0] <= 130
    assert counts[1] <= 12


def test_blocks_of_twelve_million_gas(tmp_path: Path) -> None:
    """Every step of an auction fits, many members and all."""
    with anvil(accounts=1, block_gas_limit=12_000_000) as node, closing(JsonRpc(node.url)) as chain:
        market = Market(tmp_path, chain)
        lot = an_auction(market, members=150)
        keeper = market.keeper(gas_limit=12_000_000)
        market.through(lot, lambda: market.keep(keeper))
        assert is_sold(market, lot)
        assert max(action.gas_used for action in market.actions) < 12_000_000
        assert market.count("reveal", lot) >= 3


def test_a_web_socket(tmp_path: Path) -> None:
    with anvil(accounts=1) as node, closing(JsonRpc(node.url.replace("http:", "ws:"))) as chain:
        market = Market(tmp_path, chain)
        lot = an_auction(market)
        market.through(lot)
        assert is_sold(market, lot)
