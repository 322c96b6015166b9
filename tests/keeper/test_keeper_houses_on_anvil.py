"""Keepers at houses on a node: gas as it is there, blocks that are taken back, and simulations that find the least gas."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.connect import connect
from offchain.chain.nodes import anvil
from offchain.chain.rpc import Rpc
from offchain.keeper.keeper import Keeper
from offchain.keeper.purse import Allowance, Purse
from tests.keeper.house_market import RESERVE, TERMS, HouseMarket
from tests.keeper.market import SECOND_KEEPER


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with anvil(accounts=1, auto_impersonate=True) as node:
        yield node.url


@pytest.fixture
def market(url: str, tmp_path: Path) -> Iterator[HouseMarket]:
    with connect(url) as chain:
        yield HouseMarket(tmp_path, chain)


def ready(market: HouseMarket, *bids: int, **options: Any) -> tuple[int, str, Keeper]:
    """A lot, a group of so many multiples of the reserve, and a keeper that has bid for it as the buffer began."""
    lot = market.register()
    dao = market.group(lot, *(bid * RESERVE for bid in bids))
    keeper = market.keeper(only=[lot], **options)
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    market.keep(keeper)
    assert market.leads(lot, dao)
    return lot, dao, keeper


def closed(market: HouseMarket, lot: int, keeper: Keeper) -> None:
    """Lets the house's auction end, and the keeper finish."""
    market.chain.advance_to(market.end())
    market.keep(keeper)
    assert market.standing(lot)[0] == Phase.SETTLED
    assert market.is_paid(lot)
    assert not market.skipped


@pytest.mark.parametrize("size", [1, 3, 20])
def test_an_honest_lot_fits_with_room(market: HouseMarket, size: int) -> None:
    """A war of bids included: it takes at most three quarters of the allowance, and a bid less than it is counted with."""
    purse = Purse()
    lot, dao, keeper = ready(market, *[9] * size, purse=purse)
    for _ in range(20):
        market.until_seconds_left(30)
        assert market.rival(9 * TERMS.reserve * size)
        market.keep(keeper)
    assert market.leads(lot, dao)
    closed(market, lot, keeper)
    allowance = Allowance()
    used = {
        name: [a.gas_used for a in market.actions if a.step == name]
        for name in ("raise", "conclude")
    }
    assert len(used["raise"]) == 21
    assert max(used["raise"][1:]) * 64 <= allowance.raises
    assert sum(used["conclude"]) * 4 <= allowance.house
    assert purse.gas_of(lot) <= allowance.of(1, size, at_house=True) * 3 // 4


def test_an_item_is_handed_on_as_the_lot_is_settled(market: HouseMarket) -> None:
    """That fails quietly if it has too little gas, and simulation looks for as little as will do."""
    lot, dao, keeper = ready(market, 4, 3, combines=False)
    closed(market, lot, keeper)
    assert market.count("settle", lot) == 1
    assert market.count("deliver", lot) == 0
    assert market.house.owner_of(market.ledger().lots[lot].token_id) == market.estate(lot, dao)


def test_a_bid_that_comes_second_costs_little(market: HouseMarket) -> None:
    """As docs/keeper.md says."""
    lot, dao, _ = ready(market, 4)
    data = contract("HouseAdapter").encode("raiseFor", lot, dao)
    stranger = market.account(SECOND_KEEPER)
    with pytest.raises(Reverted) as late:
        market.chain.send(Transaction(stranger, market.auctioneer, data, gas=400_000))
    paid = next(one.receipt for one in market.actions if one.step == "raise")
    price = paid.fee // paid.gas_used
    assert 75_000 < late.value.fee // price < 90_000


def test_a_bid_that_a_reorganization_took_back_is_made_again(market: HouseMarket, url: str) -> None:
    lot = market.register()
    dao = market.group(lot, 9 * RESERVE)
    keeper = market.keeper(only=[lot])
    market.tallied(lot, keeper)
    market.until_seconds_left(TERMS.buffer)
    node = Rpc(url)
    fork = node.request("evm_snapshot")
    market.keep(keeper)
    assert market.leads(lot, dao)
    newest = market.chain.block()
    node.request("evm_revert", fork)
    assert not market.leads(lot, dao)
    market.chain.advance_to_block(newest + 1)
    market.keep(keeper)
    assert market.leads(lot, dao)
    assert market.count("raise", lot) == 2
    closed(market, lot, keeper)


def test_two_keepers_and_a_rival_near_every_end(market: HouseMarket) -> None:
    """At the end the group has answered each of its bids once."""
    lot, dao, first = ready(market, 5, 4)
    second = market.keeper(account=SECOND_KEEPER, only=[lot])
    answers = 0
    while market.rival(6 * TERMS.reserve):
        answers += 1
        for keeper in (second, first) if answers % 2 else (first, second):
            market.keep(keeper)
        assert market.leads(lot, dao)
        market.until_seconds_left(30)
    assert market.count("raise", lot) == 1 + answers
    closed(market, lot, first)
