"""The end of a small group's lot in one transaction, and everything that makes the keeper go step by step instead."""

from collections.abc import Callable

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.chain.backend import Transaction
from offchain.keeper.finishing import MAX_DELIVERY_GAS, TIME_TO_FALL_BACK, share_of, walk
from offchain.keeper.purse import Allowance
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from tests.keeper.chains import Dear, Refusing, Rivalled, Trap
from tests.keeper.market import SECOND_KEEPER, Market
from tests.puppets import ItemManner, Manner

MULTICALL = contract("DAO").encode("multicall", [])[:4]
SETTLE = contract("DAO").encode("settle", 1, 0, 0, b"")[:4]


def steps(market: Market, lot: int) -> list[str]:
    """What keepers did on a lot once bids were opened, in order."""
    return [one.step for one in market.actions if one.lot == lot and one.step != "reveal"]


def a_group(market: Market, *bids: int, reserve: int = 1) -> tuple[int, str]:
    """A lot with one DAO on it."""
    lot = market.list_lot(reserve=reserve)
    dao = market.new_dao(lot)
    market.bids(dao, lot, *(bids or (10, 5, 4)))
    return lot, dao


# TOGETHER


def test_tally_settlement_and_refunds_are_one_transaction(market: Market) -> None:
    """The silent and one who takes no money among them, and nothing is left to do."""
    lot, dao = a_group(market)
    market.bid(dao, lot, 50, entrusted=False)
    market.puppet_bid(dao, lot, 3, Manner.REFUSE)
    market.through(lot)
    assert steps(market, lot) == ["finish"]
    boxes = market.ledger().book(dao, lot).boxes.values()
    assert sorted((box.closed, box.refused) for box in boxes) == [(False, True)] + 4 * [
        (True, False)
    ]
    assert market.keep() == 0
    market.outcome([lot])


def test_after_a_tally_of_others_settlement_and_refunds_are_one(market: Market) -> None:
    """A stranger tallied, and did nothing more."""
    lot, dao = a_group(market)
    market.until_round(lot)
    market.keep()
    market.until_tally(lot)
    members = [bidder for _, bidder in market.ledger().book(dao, lot).ascending()]
    market.send(market.seller, dao, "DAO", "tally", lot, members)
    market.keep()
    assert steps(market, lot) == ["finish"]
    market.outcome([lot])


def test_a_tally_that_was_begun_is_ended_with_the_rest(market: Market) -> None:
    lot, dao = a_group(market, 30, 20, 10, 6, 1, reserve=35)
    keeper = market.keeper()
    market.until_round(lot)
    market.keep(keeper)
    market.until_tally(lot)
    members = [bidder for _, bidder in market.ledger().book(dao, lot).ascending()]
    market.send(keeper._sender._courier.account, dao, "DAO", "tally", lot, members[:2])
    market.keep(keeper)
    assert steps(market, lot) == ["finish"]
    assert market.outcome([lot])[f"lot {lot}"][:3] == (dao, 35, 36)


def test_the_price_to_come_is_a_unit_above_the_rival(market: Market) -> None:
    """Who comes last loses a tie. The price of 9 lies in another step of the tally than the rival's 8 would."""
    lot, dao = a_group(market, 2, 2, 2, 20)
    market.bid(market.auctioneer, lot, 8)
    keeper = market.keeper()
    market.until_round(lot)
    market.keep(keeper)
    market.until_tally(lot)
    members = [bidder for _, bidder in market.ledger().book(dao, lot).ascending()]
    market.send(keeper._sender._courier.account, dao, "DAO", "tally", lot, members[:1])
    market.keep(keeper)
    assert steps(market, lot)[0] == "finish"
    assert market.outcome([lot])[f"lot {lot}"][:2] == (dao, 9)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_foreseen_is_what_the_model_says(market: Market, seed: int) -> None:
    """Willingness to pay, and the share at every price up to it."""
    bids = [1 + (7 * seed + 13 * at * at) % 40 for at in range(seed % 5 + 1)]
    lot = market.list_lot()
    dao = market.new_dao(lot, is_open=True)
    market.place(dao, lot, *bids)
    book = market.ledger().book(dao, lot)
    most = walk(book, [])[-1].best
    assert most == willingness_to_pay(bids)
    for price in range(1, most + 1):
        assert share_of(book, price) == equal_split(bids, price).share


# ONE BY ONE


def test_while_others_are_awaited_or_lead(market: Market) -> None:
    """The last DAO to be tallied leads in one lot, and loses in the other, where the first settles with its refunds."""
    won, lost = market.list_lot(), market.list_lot()
    first, last = market.new_dao(won, lost), market.new_dao(won, lost)
    market.bids(first, won, 5)
    market.bids(last, won, 9)
    market.bids(first, lost, 9)
    market.bids(last, lost, 9)  # in a tie who came first has it
    market.through(won)
    assert steps(market, won) == ["tally", "finish", "refund"]
    assert steps(market, lost) == ["tally", "tally", "finish", "refund"]
    market.outcome([won, lost])


def test_what_is_below_the_reserve_or_an_individuals_bid(market: Market) -> None:
    lot, _ = a_group(market, 3, reserve=7)
    led, _ = a_group(market, 3)
    market.bid(market.auctioneer, led, 3)
    market.through(lot)
    assert steps(market, lot) == ["tally", "refund", "reclaim"]
    assert steps(market, led) == ["tally", "settle", "refund", "refund"]
    market.outcome([lot, led])


@pytest.mark.parametrize("manner", [ItemManner.REFUSE, ItemManner.BURN_GAS])
def test_an_item_that_cannot_be_delivered_stops_no_tally(
    market: Market, manner: ItemManner
) -> None:
    token = create(market.chain, market.seller, "HostileItem")
    lot = market.list_lot(token=token)
    dao = market.new_dao(lot)
    market.bids(dao, lot, 5, 6)
    market.send(market.seller, token, "HostileItem", "behave", manner)
    market.until_round(lot)
    market.keep()
    market.until_tally(lot)
    market.keep()
    assert steps(market, lot) == ["tally"]
    assert market.ledger().lots[lot].group_bids == {dao: 10}


CHAINS: dict[str, Callable[[Market], object]] = {
    "is not simulated": lambda market: Refusing(market.chain, calls(MULTICALL)),
    "fails in earnest": lambda market: Trap(market.chain, MULTICALL),
    "takes too much gas": lambda market: Dear(market.chain, MULTICALL, 10**7),
    "takes more than a delivery may": lambda market: Dear(
        market.chain, MULTICALL, MAX_DELIVERY_GAS
    ),
}


def calls(selector: bytes) -> Callable[[Transaction], bool]:
    """Whether a transaction begins with this call."""
    return lambda one: one.data.startswith(selector)


@pytest.mark.parametrize("what", CHAINS)
def test_in_doubt_each_step_goes_by_itself(market: Market, what: str) -> None:
    """In the same step of the keeper for the tally, which is urgent; and nobody is told of trouble."""
    lot, _ = a_group(market)
    chain = CHAINS[what](market)
    keeper = market.keeper(chain, allowance=Allowance(lot=10**9))  # type: ignore[arg-type]
    market.until_round(lot)
    market.keep(keeper)
    market.until_tally(lot)
    keeper.step()
    assert steps(market, lot) == ["tally"]
    market.keep(keeper)
    assert steps(market, lot) == ["tally", "settle", "refund"]
    assert not market.skipped
    market.outcome([lot])


def test_what_the_lot_may_take_is_enough_for_the_steps_alone(market: Market) -> None:
    """The whole does not fit into what is left of the lot's gas: the tally is not lost to that."""
    lot, dao = a_group(market)
    keeper = market.keeper(allowance=Allowance(230_000, 0, 0, 0))
    market.until_round(lot)
    market.keep(keeper)
    market.until_tally(lot)
    market.keep(keeper)
    assert steps(market, lot)[0] == "tally"
    assert market.ledger().lots[lot].group_bids == {dao: 12}


def test_late_in_the_tally_nothing_is_tried_that_could_fail(market: Market) -> None:
    lot, _ = a_group(market)
    market.until_round(lot)
    market.keep()
    market.chain.advance_to(market.ends(lot)[2] - TIME_TO_FALL_BACK + 1)
    market.keep()
    assert steps(market, lot) == ["tally", "finish"]
    market.outcome([lot])


def test_without_refunds_or_if_told_so_steps_are_not_put_together(market: Market) -> None:
    for combines in (False, True):
        lot, _ = a_group(market)
        keeper = market.keeper(combines=combines)
        market.until_round(lot)
        market.keep(keeper)
        market.until_tally(lot)
        while keeper.step(refunds=not combines):
            pass
        market.keep(keeper)
        assert steps(market, lot) == ["tally", "settle", "refund"]
        market.outcome([lot])


def test_another_keeper_that_tallies_just_before(market: Market) -> None:
    """The whole fails on the chain, at a cost, and what is left is done."""
    lot, _ = a_group(market)
    second = market.keeper(account=SECOND_KEEPER, combines=False)
    first = market.keeper(Rivalled(market.chain, lambda: second.step(refunds=False)))
    market.through(lot, lambda: market.keep(first))
    assert market.is_paid(lot)
    market.outcome([lot])


def test_a_large_group_is_not_even_tried(market: Market) -> None:
    """What a transaction can hardly hold costs no simulation."""
    lot = market.list_lot()
    dao = market.new_dao(lot, is_open=True)
    market.place(dao, lot, *range(1, 502))
    asked: list[bool] = []

    def note(one: Transaction) -> bool:
        asked.append(SETTLE in one.data and one.data.startswith(MULTICALL))
        return False

    chain = Refusing(market.chain, note)
    market.until_tally(lot)
    market.keep(market.keeper(chain))
    assert steps(market, lot)[:3] == ["tally", "settle", "refund"]
    assert asked
    assert not any(asked)
