"""The houses stand on a node as they do in process."""

from collections.abc import Iterator

import pytest

from offchain.bindings.contracts import contract
from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.houses.house import Account, AtHouse, ask
from offchain.houses.nouns import NounsHouse, NounsTerms
from offchain.houses.rivals import RivalBid, Rivals
from offchain.houses.zora import ZoraHouse
from offchain.io.units import WEI_PER_ETH as ETH
from tests.houses.house_world import People, settle_in, tokens
from tests.houses.zora_world import BIDS, ZoraWorld, leader, won

HOUR = 3_600


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with connect("anvil") as started:
        yield started


@pytest.fixture(scope="module")
def people(chain: Chain) -> People:
    return settle_in(chain)


def fight(auction: AtHouse, people: People, end: int) -> int:
    """Cid's puppet, Ann and, in the last seconds, Bob bid; the end then."""
    bids = [
        RivalBid(end - 2_000, people.cid, ETH, by=people.refuser),
        RivalBid(end - 1_500, people.ann, 2 * ETH),
        RivalBid(end - 20, people.bob, 3 * ETH),
    ]
    before = auction.chain.balance(people.ann)
    outcomes = Rivals(auction, bids).play(until=end)
    fees = outcomes[1][1].fee
    assert auction.chain.balance(people.ann) == before - fees
    assert auction.auction().bidder == people.bob
    extended = auction.auction().end
    assert extended is not None
    return extended


def test_nouns_with_an_upgrade(chain: Chain, people: People) -> None:
    house = NounsHouse.deploy(chain, people.owner, NounsTerms(reserve=ETH, duration=HOUR))
    house.upgrade()
    end = house.auction().end
    assert end is not None
    extended = fight(house, people, end)
    assert end < extended <= end + 300
    assert tokens(chain, house.weth, people.refuser) == ETH
    chain.advance_to(extended)
    house.settle(people.cid)
    assert house.owner_of(1) == people.bob
    assert house.auction().number == 2


def test_zora(chain: Chain, people: People) -> None:
    house = ZoraHouse.deploy(chain, people.owner)
    account = Account(chain, people.owner)
    item = account.create(contract("Item"))
    account.send(item, "mint", people.owner, 1)
    auction = house.list_item(people.owner, item, 1, reserve=ETH // 2, duration=HOUR)
    auction.bid(people.owner, ETH // 2)
    end = auction.auction().end
    assert end is not None
    extended = fight(auction, people, end)
    assert end < extended <= end + 900
    assert tokens(chain, house.weth, people.refuser) == ETH
    chain.advance_to(extended)
    auction.settle(people.cid)
    assert ask(chain, item, "ownerOf", 1) == (people.bob,)


def test_a_group_wins_at_zora_in_the_time_that_its_rival_added(chain: Chain) -> None:
    world = ZoraWorld(chain)
    auction = world.sell()
    lot = world.register(auction)
    group = world.group(lot, *BIDS)
    world.keep("raiseFor", lot, group.address)
    end = auction.auction().end
    assert end is not None
    world.chain.advance_to(end - 60)
    world.rival(auction, 25)
    world.chain.advance_to(end + 1)
    world.keep("raiseFor", lot, group.address)
    assert leader(auction) == (world.paddle(lot, group), 27)
    world.end(auction)
    world.keep("conclude", lot)
    assert won(world, lot, group, 27)
    assert world.settle(group, lot) == 7
    assert world.claim(group, lot) == [5, 4, 3, 0]
    assert world.owner_of(auction) == world.estate(group, lot)
