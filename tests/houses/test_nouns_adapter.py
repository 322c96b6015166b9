"""DAOs at Nouns' real auction house, of both versions."""

import pytest

from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Chain
from offchain.chain.revm import Revm
from offchain.houses.nouns import NounsHouse, NounsTerms
from offchain.houses.rivals import answer
from offchain.io.units import WEI_PER_ETH as ETH
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.houses.adapter_world import FUNDS, Floor
from tests.reverts import reverts

TERMS = NounsTerms(buffer=300, reserve=ETH // 10, increment=5, duration=86_400)
MILLI = 10**6
"""Units in a thousandth of an ETH."""


@pytest.fixture
def chain() -> Chain:
    found = Revm()
    found.fund_all({found.actor(i): FUNDS for i in range(10)})
    return found


@pytest.fixture
def floor(chain: Chain) -> Floor:
    house = NounsHouse.deploy(chain, chain.actor(0), TERMS)
    return Floor.on_nouns(house, chain.actor(1))


def test_a_group_wins_at_the_price_of_its_last_raise(chain: Chain, floor: Floor) -> None:
    lot = floor.register()
    members = [chain.actor(i) for i in range(2, 6)]
    bids = dict(zip(members, [400 * MILLI, 300 * MILLI, 300 * MILLI, 10 * MILLI], strict=True))
    (dao,) = floor.tallied({0: bids}, lot)
    rival = chain.actor(9)
    floor.raise_for(lot, dao)
    assert floor.standing(lot).price * UNIT == TERMS.reserve
    while answer(floor.house, rival, 600 * MILLI * UNIT):
        assert floor.standing(lot).phase == Phase.DRAW
        floor.raise_for(lot, dao)
    price = floor.standing(lot).price
    assert 600 * MILLI * 100 < price * 105 <= 630 * MILLI * 105
    assert floor.ask(dao, "lentOf", lot) == price
    end = floor.house.auction().end
    assert end is not None
    chain.advance_to(end)
    floor.house.settle(rival)
    assert floor.standing(lot).phase == Phase.CLOSED
    floor.settle(dao, lot, bids)
    share = -(-price // 3)
    assert [floor.ask(dao, "isServed", lot, member) for member in members] == [True] * 3 + [False]
    estate = floor.ask(dao, "estateAt", lot)
    assert isinstance(floor.house, NounsHouse)
    assert floor.house.owner_of(floor.house.auction().number - 1) == estate
    before = {member: chain.balance(member) for member in members}
    floor.keeper.send(dao, "claimBatch", lot, tuple(members))
    back = [chain.balance(member) - before[member] for member in members]
    assert back == [(bids[m] - share) * UNIT for m in members[:3]] + [10 * MILLI * UNIT]
    assert chain.balance(dao.address) == 0


def test_a_group_that_is_outbid_has_everything_back(chain: Chain, floor: Floor) -> None:
    lot = floor.register()
    members = [chain.actor(i) for i in range(2, 5)]
    bids = dict(zip(members, [200 * MILLI, 150 * MILLI, 100 * MILLI], strict=True))
    (dao,) = floor.tallied({0: bids}, lot)
    floor.raise_for(lot, dao)
    floor.house.bid(chain.actor(9), ETH)
    assert floor.standing(lot).phase == Phase.VOID
    before = {member: chain.balance(member) for member in members}
    for member in members:
        chain.send(dao.call(member, "claim", lot))
    assert all(chain.balance(m) == before[m] + bids[m] * UNIT for m in members)


def test_groups_of_several_adapters_are_rivals_like_others(chain: Chain, floor: Floor) -> None:
    """Lots of one number at two adapters of a house: each pays its own group's money back, and only the winner's is gone."""
    assert isinstance(floor.house, NounsHouse)
    floors = [floor, Floor.on_nouns(floor.house, chain.actor(1))]
    lots = [one.register() for one in floors]
    assert lots[0] == lots[1]
    (lot, _), start = lots, floor.ends(lots[0])[1]
    books = [
        {chain.actor(2): 200 * MILLI, chain.actor(3): 200 * MILLI},
        {chain.actor(4): 300 * MILLI, chain.actor(5): 300 * MILLI},
    ]
    daos = [one.create_dao((lot,), salt) for salt, one in enumerate(floors)]
    for one, dao, bids in zip(floors, daos, books, strict=True):
        one.place(dao, lot, bids)
    chain.advance_to(max(start, floors[1].ends(lot)[1]))
    for one, dao, bids in zip(floors, daos, books, strict=True):
        one.tally(dao, lot, bids)
    for turn in range(6):
        floors[turn % 2].raise_for(lot, daos[turn % 2])
    with reverts("BeyondLimit"):
        floors[0].raise_for(lot, daos[1])
    price = floors[1].standing(lot).price
    assert floors[0].standing(lot).leader == daos[0].address  # its money is back, and not home yet
    end = floor.house.auction().end
    assert end is not None
    chain.advance_to(end)
    floor.house.settle(chain.actor(9))
    assert floors[0].standing(lot).phase == Phase.VOID
    assert floors[1].standing(lot).phase == Phase.CLOSED
    floors[1].settle(daos[1], lot, books[1])
    owed = [400 * MILLI, 600 * MILLI - 2 * -(-price // 2)]
    for one, dao, bids, units in zip(floors, daos, books, owed, strict=True):
        before = sum(chain.balance(member) for member in bids)
        one.keeper.send(dao, "claimBatch", lot, tuple(bids))
        assert sum(chain.balance(member) for member in bids) - before == units * UNIT
        assert chain.balance(dao.address) == 0
    number = floor.house.auction().number - 1
    assert floor.house.owner_of(number) == floor.ask(daos[1], "estateAt", lot)
