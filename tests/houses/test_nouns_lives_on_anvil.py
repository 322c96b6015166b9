"""The main lives of groups at Nouns' real house, on a node."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.houses.nouns import NounsHouse
from offchain.houses.rivals import answer
from offchain.io.units import WEI_PER_ETH as ETH
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.adapter_world import FUNDS, Floor
from tests.houses.house_world import end_of
from tests.houses.lying_house import Answers, LyingHouse
from tests.houses.watch import MAKES, MILLI, PEOPLE, TERMS, Hall, Make, group
from tests.reverts import reverts


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with connect("anvil") as started:
        started.fund_all({started.actor(i): FUNDS for i in range(PEOPLE)})
        yield started


@pytest.fixture(params=["open", "sealed, standalone"])
def make(request: pytest.FixtureRequest) -> Make:
    return MAKES[request.param]


@pytest.fixture
def house(chain: Chain) -> NounsHouse:
    return NounsHouse.deploy(chain, chain.actor(0), TERMS)


@pytest.fixture
def hall(chain: Chain, house: NounsHouse, make: Make) -> Hall:
    return Hall(chain, Floor.on_nouns(house, chain.actor(1)), make)


def test_two_groups_a_rival_and_an_upgrade(hall: Hall, house: NounsHouse, chain: Chain) -> None:
    """Outbid by each other and, in the last seconds, by the rival; the second wins in the extension."""
    lot, rival = hall.floor.register(), chain.actor(2)
    first = hall.enter(lot, group(chain, 4, 150, 150, 10), silent=group(chain, 7, 90))
    second = hall.enter(lot, group(chain, 8, 400, 300, 300))
    hall.tally(lot)
    hall.floor.raise_for(lot, first)
    hall.check()
    hall.floor.raise_for(lot, second)
    hall.check()
    assert hall.floor.ask(first, "lentOf", lot) == 0
    house.upgrade()
    hall.floor.raise_for(lot, first)
    with reverts("AlreadyLeads"):
        hall.floor.raise_for(lot, first)
    end = end_of(house)
    chain.advance_to(end - 20)
    assert answer(house, rival, ETH)
    hall.check()
    hall.floor.raise_for(lot, second)
    assert end < end_of(house)
    hall.check()
    price = hall.floor.standing(lot).price
    assert house.auction().amount == price * UNIT
    chain.advance_to(end_of(house))
    noun = house.auction().number
    hall.leave()
    hall.check()
    assert [hall.state(book)[0] for book in hall.books] == [BookState.LOST, BookState.WON]
    assert hall.state(hall.books[1])[1] == -(-price // 3)
    assert house.owner_of(noun) == hall.floor.ask(second, "estateAt", lot)


def test_a_group_that_is_outbid_has_everything_back(
    hall: Hall, house: NounsHouse, chain: Chain
) -> None:
    lot = hall.floor.register()
    dao = hall.enter(lot, group(chain, 10, 150, 150, 10), silent=group(chain, 13, 90))
    hall.tally(lot)
    house.pause()
    hall.floor.raise_for(lot, dao)
    house.bid(chain.actor(2), ETH)
    hall.check()
    assert hall.floor.standing(lot).phase == Phase.VOID
    hall.leave()
    hall.check()
    assert chain.balance(dao.address) == (90 * MILLI + 7) * UNIT // 10 // UNIT * UNIT * (
        not hall.make.is_open
    )


def test_a_house_that_turns_hostile_is_given_up(
    hall: Hall, house: NounsHouse, chain: Chain
) -> None:
    """Another lot of the DAO is left at once; the item that comes late is the estate's."""
    lot, other = hall.floor.register(), hall.floor.register()
    dao = hall.found((lot, other))
    hall.place(dao, lot, group(chain, 14, 200, 200))
    hall.place(dao, other, group(chain, 16, 700, 700))
    hall.tally(lot, other)
    hall.floor.raise_for(lot, dao)
    hall.lies = True
    noun = house.auction().number
    liar = LyingHouse.behind(house)
    liar.behave(Answers.BURN_GAS)
    hall.check()
    hall.leave(other)
    with reverts("MoneyIsOut"):
        hall.recall(lot, dao)
    chain.advance_to(int(hall.lot_of(lot)["deadline"]))
    hall.leave()
    hall.check()
    assert [hall.state(book)[0] for book in hall.books] == [BookState.WON, BookState.LOST]
    liar.give(hall.floor.paddle(lot, dao), noun)
    hall.deliver(lot)
    assert house.owner_of(noun) == hall.floor.ask(dao, "estateAt", lot)
