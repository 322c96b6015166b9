"""The check that no money is missing or stuck, and that it does not take a gift for either."""

import pytest

from offchain.io.units import WEI_PER_UNIT
from offchain.play.audit import MoneyAstray, audit
from tests.keeper.fair import fair
from tests.keeper.market import STRANGER, Market


def test_a_strangers_gift_is_not_astray(market: Market) -> None:
    """Wei that are no whole unit, before and after the lot was settled, and to a lot beside it."""
    lots = fair(market)
    stranger = market.account(STRANGER)

    def give(lot: int, wei: int) -> None:
        market.tell(stranger, "credit", lot, wei=wei)

    give(lots[0], 5)
    market.through(lots[0])
    give(lots[0], 7 * WEI_PER_UNIT + 1)
    give(lots[1], 3)
    ledger = market.ledger()
    assert [ledger.lots[lot].gifts for lot in lots] == [7 * WEI_PER_UNIT + 6, 3]
    market.outcome(lots)


def test_bonds_that_a_dao_forwards_are_no_gift(market: Market) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid(dao, lot, 9)
    market.bid(dao, lot, 50, entrusted=False)
    market.through(lot)
    assert market.count("bonds", lot) == 1
    assert market.ledger().lots[lot].gifts == 0
    market.outcome([lot])


@pytest.mark.parametrize("wei", [-1, 1, -10 * WEI_PER_UNIT])
def test_a_seller_who_is_owed_another_sum_is_noticed(market: Market, wei: int) -> None:
    """10 units are the bond that the DAO forwards: it counts once."""
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid(dao, lot, 9)
    market.bid(dao, lot, 50, entrusted=False)
    market.through(lot)
    with pytest.raises(MoneyAstray, match=r"^the seller's proceeds: "):
        audit(market.chain, market.ledger(), [lot], lambda: market.withdraw_proceeds() + wei)


def test_money_that_stays_in_a_dao_is_noticed(market: Market) -> None:
    lot = market.list_lot()
    dao = market.new_dao(lot)
    market.bid(dao, lot, 9)
    market.through(lot)
    market.chain.fund(dao, market.chain.balance(dao) + 1)
    with pytest.raises(MoneyAstray, match=f"^the balance of {dao}: "):
        market.outcome([lot])
