"""A DAO that bids again: what came back stays with its paddle, and only what is missing is lent."""

import pytest

from offchain.bindings.contracts import Deployed
from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.backend import Chain
from offchain.io.addresses import NOBODY
from offchain.io.units import WEI_PER_ETH as ETH
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.lying_house import LyingHouse, Refunds, lying_hall
from tests.houses.watch import MAKES, TERMS, Hall, group
from tests.reverts import reverts

LIMIT = 300 * ETH // 1_000


@pytest.fixture(params=list(MAKES))
def hall(request: pytest.FixtureRequest) -> Hall:
    return lying_hall(MAKES[request.param])


@pytest.fixture
def rival(chain: Chain) -> str:
    return chain.actor(2)


@pytest.fixture
def lot(hall: Hall) -> int:
    """One that two DAOs have tallied; the first is willing to pay 0.3 ETH, and has as much on another lot."""
    lot, other = hall.floor.register(), hall.floor.register()
    dao = hall.found((lot, other))
    hall.place(dao, lot, group(hall.chain, 4, 150, 150, 20))
    hall.place(dao, other, group(hall.chain, 7, 150, 150))
    hall.enter(lot, group(hall.chain, 9, 140, 140))
    hall.tally(lot, other)
    return lot


@pytest.fixture
def dao(hall: Hall, lot: int) -> Deployed:
    return hall.books[0].dao


def lent(hall: Hall, dao: Deployed, lot: int) -> int:
    """In wei."""
    return int(hall.floor.ask(dao, "lentOf", lot)) * UNIT


def answer(house: LyingHouse, rival: str) -> None:
    house.bid(rival, house.least_bid())


def test_only_what_is_missing_is_lent(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str, lot: int, dao: Deployed
) -> None:
    """However often it is outbid, what is out is its last bid, and the paddle keeps nothing beside."""
    paddle = hall.floor.paddle(lot, dao)
    before, bids = chain.balance(dao.address), []
    for _ in range(5):
        receipt = hall.floor.raise_for(lot, dao)
        (amount,) = (
            event.args["amount"] * UNIT for event in dao.events([receipt]) if event.name == "Lent"
        )
        bids.append(house.auction().amount)
        assert amount == bids[-1] - (bids[-2] if bids[1:] else 0)
        assert lent(hall, dao, lot) == before - chain.balance(dao.address) == bids[-1]
        assert chain.balance(paddle) == 0
        answer(house, rival)
        assert chain.balance(paddle) == bids[-1]
    hall.recall(lot, dao)
    assert (chain.balance(dao.address), chain.balance(paddle)) == (before, 0)


def test_a_house_that_begins_again_lower(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str, lot: int, dao: Deployed
) -> None:
    """What had been bid is more than is bid now: it comes home first, so that no more is out than that."""
    hall.lies = True
    hall.floor.raise_for(lot, dao)
    answer(house, rival)
    hall.floor.raise_for(lot, dao)
    answer(house, rival)
    assert lent(hall, dao, lot) > TERMS.reserve
    house.say(NOBODY, 0, chain.now() + 3_600)
    hall.floor.raise_for(lot, dao)
    assert lent(hall, dao, lot) == TERMS.reserve
    assert chain.balance(hall.floor.paddle(lot, dao)) == 0
    house.give(hall.floor.paddle(lot, dao))
    hall.settle(dao, lot)
    hall.leave(lot)
    assert hall.state(hall.books[0])[0] == BookState.WON


def test_a_house_that_begins_again_at_the_same(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str, lot: int, dao: Deployed
) -> None:
    hall.lies = True
    hall.floor.raise_for(lot, dao)
    answer(house, rival)
    house.say(NOBODY, 0, chain.now() + 3_600)
    hall.floor.raise_for(lot, dao)
    assert lent(hall, dao, lot) == TERMS.reserve == house.auction().amount


@pytest.mark.parametrize("refunds", [Refunds.NONE, Refunds.SHORT], ids=["none", "a wei short"])
def test_nothing_more_is_lent_before_all_is_back(
    hall: Hall, house: LyingHouse, rival: str, lot: int, dao: Deployed, refunds: Refunds
) -> None:
    """Be it a wei that is missing."""
    hall.lies = True
    hall.floor.raise_for(lot, dao)
    house.behave(refunds=refunds)
    answer(house, rival)
    with reverts("MoneyIsOut"):
        hall.floor.raise_for(lot, dao)
    assert lent(hall, dao, lot) == TERMS.reserve


def test_a_stranger_who_pays_back_what_is_out(
    hall: Hall, house: LyingHouse, chain: Chain, rival: str, lot: int, dao: Deployed
) -> None:
    """It is the stranger's loss: nobody else pays more or less for it, and the DAO still bids to its limit."""
    hall.lies = True
    hall.floor.raise_for(lot, dao)
    hall.restore(rival, dao, lot, TERMS.reserve // UNIT)
    assert lent(hall, dao, lot) == 0
    while (house.least_bid() * 105 + 99) // 100 <= LIMIT:
        answer(house, rival)
        hall.floor.raise_for(lot, dao)
    assert lent(hall, dao, lot) == house.auction().amount - TERMS.reserve
    chain.advance_to(house.auction().end or 0)
    hall.conclude(lot)
    assert hall.floor.standing(lot).phase == Phase.CLOSED
    hall.settle(dao, lot)
    hall.leave()
