"""The check that no money is missing or stuck, and that what was burnt is neither."""

from collections import Counter

import pytest

from offchain.io.units import WEI_PER_UNIT
from offchain.play.audit import MoneyAstray, audit
from tests.keeper.market import Market


def test_what_is_burnt_lies_in_the_book_for_ever(market: Market) -> None:
    """Of a DAO that entered two lots, and of the individuals' book."""
    first, second = market.list_lot(), market.list_lot()
    dao = market.new_dao(first, second)
    for lot in (first, second):
        market.bid(dao, lot, 9)
        market.bid(dao, lot, 50, entrusted=False)
        market.bid(market.auctioneer, lot, 30, entrusted=False)
    market.through(first)
    burnt = Counter({dao: 20, market.auctioneer: 12})
    for contract, units in burnt.items():
        due = 0 if contract == dao else market.ask("proceeds", market.seller)[0]
        assert market.chain.balance(contract) == units * WEI_PER_UNIT + due
    found: Counter[str] = Counter()
    audit(market.chain, market.ledger(), [first, second], market.withdraw_proceeds, found)
    assert found == burnt


def test_a_bond_that_left_is_noticed(market: Market) -> None:
    """As if a contract had paid out what it says it burnt."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid(dao, lot, 9)
    market.bid(dao, lot, 50, entrusted=False)
    market.through(lot)
    with pytest.raises(MoneyAstray, match=f"^the balance of {dao}: "):
        audit(market.chain, market.ledger(), [lot], market.withdraw_proceeds, Counter({dao: -1}))


@pytest.mark.parametrize("wei", [-1, 1, -10 * WEI_PER_UNIT])
def test_a_seller_who_is_owed_another_sum_is_noticed(market: Market, wei: int) -> None:
    """A bond that is burnt is nothing of the seller's."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid(dao, lot, 9)
    market.bid(dao, lot, 50, entrusted=False)
    market.through(lot)
    with pytest.raises(MoneyAstray, match=r"^the seller's proceeds: "):
        audit(
            market.chain,
            market.ledger(),
            [lot],
            lambda: market.withdraw_proceeds() + wei,
            Counter(),
        )


def test_money_that_stays_in_a_dao_is_noticed(market: Market) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid(dao, lot, 9)
    market.through(lot)
    market.chain.fund(dao, market.chain.balance(dao) + 1)
    with pytest.raises(MoneyAstray, match=f"^the balance of {dao}: "):
        market.outcome([lot])
