"""What strangers can do to groups at Nouns' real house: gifts, thefts, starved calls. Money is looked at after every step."""

from __future__ import annotations

from typing import cast

import pytest

from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.backend import Chain
from offchain.houses.house import Account
from offchain.houses.nouns import NounsHouse
from offchain.io.units import WEI_PER_ETH as ETH
from tests.houses.watch import MAKES, Hall, group, watched_hall
from tests.reverts import reverts


@pytest.fixture(params=list(MAKES))
def hall(request: pytest.FixtureRequest) -> Hall:
    return watched_hall(2, MAKES[request.param])


@pytest.fixture
def house(hall: Hall) -> NounsHouse:
    return cast(NounsHouse, hall.floor.house)


@pytest.fixture
def chain(hall: Hall) -> Chain:
    return hall.chain


@pytest.fixture
def thief(chain: Chain) -> str:
    return chain.actor(2)


def end_of(house: NounsHouse) -> int:
    end = house.auction().end
    assert end is not None
    return end


def test_who_was_paid_as_a_loser_does_not_win_after_all(
    hall: Hall, house: NounsHouse, chain: Chain, thief: str
) -> None:
    """A stranger pays the loan back, so that the adapter names the DAO when its members have left, and gives it the Noun.

    What it would pay then would be the money of its other lots.
    """
    lot, other = hall.floor.register(), hall.floor.register()
    dao = hall.found((lot, other))
    hall.place(dao, lot, group(chain, 4, 200, 200))
    hall.place(dao, other, group(chain, 8, 900, 900))
    hall.tally(lot, other)
    hall.floor.raise_for(lot, dao)
    price = hall.floor.standing(lot).price
    noun = house.auction().number
    house.bid(thief, 2 * ETH)
    assert hall.floor.standing(lot).phase == Phase.VOID
    hall.restore(thief, dao, lot, price)
    hall.floor.keeper.send(dao, "claimBatch", lot, tuple(hall.book(dao, lot).members))
    chain.advance_to(end_of(house))
    house.settle(thief)
    paddle = hall.floor.paddle(lot, dao)
    Account(chain, thief).send(house.token, "transferFrom", thief, paddle, noun)
    assert hall.floor.standing(lot).leader == dao.address
    with reverts("WrongPhase"):
        hall.settle(dao, lot)
    hall.floor.keeper.send(dao, "claimBatch", other, tuple(hall.book(dao, other).members))
    assert [hall.state(book)[0] for book in hall.books] == [BookState.LOST, BookState.LOST]
    assert [hall.owed(book) for book in hall.books] == [0, 0]
