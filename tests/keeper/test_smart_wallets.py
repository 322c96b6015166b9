"""Wallets with code are paid by a batch: Safes, ERC-4337 accounts, and accounts that delegate to code (EIP-7702).

Bidders bid as plain accounts; then their code is put in place, as Anvil lets one, under Prague's rules.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.artifacts import load
from offchain.bindings.deployment import create
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.nodes import anvil
from offchain.io.units import WEI_PER_UNIT
from tests.keeper.market import Market

PUSH_GAS, STIPEND = 10_000, 2_300
DEPOSIT = 9
MARGIN = 3_000
"""What the dearest leaves, for wallets that were compiled with less care than these."""
ERC1967_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
DELEGATION = "0xef0100"


@pytest.fixture
def node() -> Iterator[Chain]:
    """A chain that knows delegations."""
    options: Any = {"accounts": 1, "auto_impersonate": True, "hardfork": "prague"}
    with anvil(**options) as running, connect(running.url) as chain:
        yield chain


def request(chain: Any, method: str, *params: object) -> Any:
    """What only a development node does."""
    return chain._rpc.request(method, *params)


def word(address: str) -> str:
    """An address as a word of storage."""
    return "0x" + address[2:].lower().rjust(64, "0")


def become(chain: Chain, who: str, kind: str, behind: str) -> None:
    """The account is a wallet of this kind from now on, with the code `behind` it."""
    if kind == "delegation":
        request(chain, "anvil_setCode", who, DELEGATION + behind[2:].lower())
        return
    name, slot = {"safe": ("SafeProxy", "0x0"), "4337": ("AccountProxy", ERC1967_SLOT)}[kind]
    request(chain, "anvil_setCode", who, "0x" + load(name).runtime.hex())
    request(chain, "anvil_setStorageAt", who, "0x" + slot[2:].rjust(64, "0"), word(behind))


WALLETS = [
    ("safe", "SafeSingleton"),
    ("4337", "PlainAccount"),
    ("4337", "SafeSingleton"),
    ("delegation", "PlainAccount"),
    ("delegation", "SafeSingleton"),
]


@pytest.mark.parametrize("level", ["members", "individuals"])
def test_a_batch_pays_wallets_with_code(node: Chain, tmp_path: Path, level: str) -> None:
    """Each alone, so that all it touches is met for the first time, and with gas to spare; then all at once."""
    market = Market(tmp_path, node)
    lot = market.list_lot()
    book = market.new_dao(lot) if level == "members" else market.auctioneer
    others = market.bid(market.auctioneer, lot, 1_000)
    code = {name: create(node, market.seller, name) for name in ("SafeSingleton", "PlainAccount")}
    alone, together = ([market.bid(book, lot, 5, DEPOSIT) for _ in WALLETS] for _ in range(2))
    for people in (alone, together):
        for who, (kind, behind) in zip(people, WALLETS, strict=True):
            become(node, who, kind, code[behind])
    market.until_reveal(lot)
    keeper = market.keeper()
    keeper.step(refunds=False)
    market.until_closed(lot)
    keeper.step(refunds=False)
    assert market.ask("standing", lot)[1] == others

    name = market.name_of(book)
    for who, wallet in zip(alone, WALLETS, strict=True):
        used = taken(market, node, name, book, lot, [who])
        assert used <= PUSH_GAS + STIPEND - MARGIN, wallet
    taken(market, node, name, book, lot, together)


def taken(market: Market, node: Chain, name: str, book: str, lot: int, people: list[str]) -> int:
    """The most gas that any of these spent of what comes along with a payment, which each gets."""
    before = [node.balance(who) for who in people]
    receipt = market.send(market.seller, book, name, "claimBatch", lot, people)
    gains = [node.balance(who) - old for who, old in zip(people, before, strict=True)]
    assert gains == [DEPOSIT * WEI_PER_UNIT] * len(people)
    block = request(node, "eth_getBlockByNumber", hex(receipt.block), False)
    (transaction,) = block["transactions"]
    trace = request(node, "debug_traceTransaction", transaction, {"tracer": "callTracer"})
    paid = list(payments_within(trace))
    assert len(paid) == len(people)
    return max(int(call["gasUsed"], 16) for call in paid)


def payments_within(call: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The calls that pay somebody, at any depth: a DAO may be a proxy. What recipients call in turn is none."""
    for one in call.get("calls", ()):
        if int(one.get("value", "0x0"), 16):
            yield one
        else:
            yield from payments_within(one)
