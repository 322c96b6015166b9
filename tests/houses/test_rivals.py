"""Rivals bid when they are told to, and answer up to their limits."""

import pytest

from offchain.chain.backend import Chain, Receipt, Reverted
from offchain.chain.revm import Revm
from offchain.houses.nouns import NounsHouse, NounsTerms
from offchain.houses.rivals import RivalBid, Rivals, answer
from offchain.io.units import WEI_PER_ETH as ETH
from tests.houses.house_world import People, settle_in


@pytest.fixture
def chain() -> Chain:
    return Revm()


@pytest.fixture
def people(chain: Chain) -> People:
    return settle_in(chain)


@pytest.fixture
def house(chain: Chain, people: People) -> NounsHouse:
    return NounsHouse.deploy(chain, people.owner, NounsTerms(reserve=ETH, increment=10))


def test_bids_come_at_their_times_each_once(
    house: NounsHouse, chain: Chain, people: People
) -> None:
    start = chain.now()
    bids = [
        RivalBid(start + 20, people.bob, 2 * ETH),
        RivalBid(start + 10, people.ann, ETH),
        RivalBid(start + 20, people.ann, 2 * ETH),  # behind Bob's, and no more than his
    ]
    rivals = Rivals(house, bids)
    assert rivals.act() == []
    assert rivals.next_at == start + 10
    outcomes = rivals.play(until=start + 15)
    assert [one for one, _ in outcomes] == [bids[1]]
    assert (chain.now(), house.auction().bidder) == (start + 15, people.ann)
    chain.advance_to(start + 100)
    outcomes = rivals.act()
    assert [(one, type(outcome)) for one, outcome in outcomes] == [
        (bids[0], Receipt),
        (bids[2], Reverted),
    ]
    assert rivals.next_at is None
    assert rivals.act() == []


def test_bids_at_the_end_wait_for_who_plays_on(
    house: NounsHouse, chain: Chain, people: People
) -> None:
    end = house.auction().end
    assert end is not None
    rivals = Rivals(house, [RivalBid(end, people.ann, ETH)])
    assert rivals.play(until=end) == []
    assert chain.now() == end
    [(_, outcome)] = rivals.play(until=end + 1)
    assert isinstance(outcome, Reverted)


def test_an_answer_is_the_least_that_leads_within_a_limit(
    house: NounsHouse, people: People
) -> None:
    assert answer(house, people.ann, limit=ETH - 1) is None
    assert answer(house, people.ann, limit=ETH) is not None
    assert (house.auction().bidder, house.auction().amount) == (people.ann, ETH)
    assert answer(house, people.ann, limit=5 * ETH) is None
    assert answer(house, people.bob, limit=11 * ETH // 10) is not None
    assert (house.auction().bidder, house.auction().amount) == (people.bob, 11 * ETH // 10)
    assert answer(house, people.ann, limit=12 * ETH // 10) is None
