"""Nouns' real auction house, of both versions, does what is said of it here and counted on elsewhere."""

from collections.abc import Callable

import pytest

from offchain.bindings.contracts import contract
from offchain.chain.backend import Chain
from offchain.chain.revm import Revm
from offchain.houses.house import Account, ask
from offchain.houses.nouns import NounsHouse, NounsTerms
from offchain.io.units import WEI_PER_ETH as ETH
from tests.houses.house_world import FUNDS, People, refused, settle_in, tokens

RESERVE = ETH // 10
BUFFER = 300
TERMS = NounsTerms(BUFFER, RESERVE, increment=5, duration=3_600)
REASONS = {
    "under the reserve": ("Must send at least reservePrice", "MustSendAtLeastReservePrice"),
    "too small a step": (
        "Must send more than last bid by minBidIncrementPercentage",
        "BidDifferenceMustBeGreaterThanMinBidIncrement",
    ),
    "too late": ("Auction expired", "AuctionExpired"),
    "not over": ("Auction hasn't completed", "AuctionNotDone"),
    "another Noun": ("Noun not up for auction", "NounNotUpForAuction"),
}
"""Why the first and the second version refuse, as they say it."""


@pytest.fixture(params=[1, 2])
def version(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
def chain() -> Chain:
    return Revm()


@pytest.fixture
def people(chain: Chain) -> People:
    return settle_in(chain)


@pytest.fixture
def house(chain: Chain, people: People, version: int) -> NounsHouse:
    """A house whose first auction has just begun, of each version."""
    found = NounsHouse.deploy(chain, people.owner, TERMS)
    if version == 2:
        found.upgrade()
    return found


@pytest.fixture
def why(version: int) -> Callable[[str], str]:
    """How the house says what is wrong."""
    return lambda what: REASONS[what][version - 1]


def test_an_auction_runs_from_the_start(house: NounsHouse, chain: Chain) -> None:
    auction = house.auction()
    assert auction.number == auction.token_id == 1  # the first Noun is its founders'
    assert auction.token == house.token.address
    assert (auction.amount, auction.bidder, auction.settled) == (0, None, False)
    assert auction.end == chain.now() + TERMS.duration
    assert house.owner_of(1) == house.address


def test_the_reserve_and_the_increment(
    house: NounsHouse, people: People, why: Callable[[str], str]
) -> None:
    assert house.least_bid() == RESERVE
    with refused(why("under the reserve")):
        house.bid(people.ann, RESERVE - 1)
    house.bid(people.ann, RESERVE)
    assert house.auction().bidder == people.ann
    assert house.least_bid() == RESERVE + RESERVE // 20
    with refused(why("too small a step")):
        house.bid(people.bob, RESERVE + RESERVE // 20 - 1)
    house.bid(people.bob, RESERVE + RESERVE // 20)
    assert (house.auction().bidder, house.auction().amount) == (people.bob, RESERVE * 21 // 20)


def test_the_least_bid_is_rounded_down(house: NounsHouse, people: People) -> None:
    """By less than a wei, and so an equal bid takes the lead of an amount that is small enough."""
    house.set_reserve(0)
    house.bid(people.ann, 19)
    assert house.least_bid() == 19
    house.bid(people.bob, 19)
    assert (house.auction().bidder, house.auction().amount) == (people.bob, 19)


def test_the_leader_can_raise_itself(house: NounsHouse, people: People, chain: Chain) -> None:
    house.bid(people.ann, ETH)
    house.bid(people.ann, 2 * ETH)
    assert house.auction().bidder == people.ann
    assert chain.balance(people.ann) == FUNDS - 2 * ETH


@pytest.mark.parametrize(
    ("left", "extended"), [(BUFFER + 1, False), (BUFFER, False), (BUFFER - 1, True), (1, True)]
)
def test_a_bid_near_the_end_keeps_it_open(
    house: NounsHouse, people: People, chain: Chain, left: int, extended: bool
) -> None:
    end = house.auction().end
    assert end is not None
    chain.advance_to(end - left)
    house.bid(people.ann, ETH)
    assert house.auction().end == (end - left + BUFFER if extended else end)


def test_no_bid_at_the_end_itself(
    house: NounsHouse, people: People, chain: Chain, why: Callable[[str], str]
) -> None:
    end = house.auction().end
    assert end is not None
    with refused(why("not over")):
        house.settle(people.bob)
    chain.advance_to(end)
    with refused(why("too late")):
        house.bid(people.ann, ETH)


def test_who_is_outbid_has_the_ether_back_at_once(
    house: NounsHouse, people: People, chain: Chain
) -> None:
    house.bid(people.ann, ETH)
    house.bid(people.bob, 2 * ETH)
    assert chain.balance(people.ann) == FUNDS
    assert chain.balance(house.address) == 2 * ETH


def test_who_takes_no_ether_is_refunded_in_weth(
    house: NounsHouse, people: People, chain: Chain
) -> None:
    house.bid(people.cid, ETH, by=people.refuser)
    assert house.auction().bidder == people.refuser
    house.bid(people.bob, 2 * ETH)
    assert chain.balance(people.refuser) == 0
    assert tokens(chain, house.weth, people.refuser) == ETH


def test_a_refund_takes_little_gas_whatever_the_bidder_does_with_it(
    house: NounsHouse, people: People, chain: Chain
) -> None:
    """Unlike at Zora's: what the bidder answers is bounded by the gas that comes with the refund."""
    bomb = Account(chain, people.cid).create(contract("ReturnBomb")).address
    house.bid(people.cid, ETH, by=bomb)
    assert house.bid(people.ann, 2 * ETH).gas_used < 150_000
    assert (chain.balance(bomb), tokens(chain, house.weth, bomb)) == (ETH, 0)


def test_settling_gives_the_item_and_begins_the_next(
    house: NounsHouse, people: People, chain: Chain, why: Callable[[str], str]
) -> None:
    house.bid(people.ann, 3 * ETH)
    end = house.auction().end
    assert end is not None
    chain.advance_to(end)
    house.settle(people.bob)
    assert house.owner_of(1) == people.ann
    assert chain.balance(people.owner) == FUNDS + 3 * ETH
    assert (house.auction().number, house.auction().settled) == (2, False)
    assert house.auction().end == end + TERMS.duration
    with refused(why("another Noun")):
        chain.send(house.at.call(people.ann, "createBid", 1, value=4 * ETH))


def test_without_a_bid_the_item_is_burnt(house: NounsHouse, people: People, chain: Chain) -> None:
    end = house.auction().end
    assert end is not None
    chain.advance_to(end)
    house.settle(people.bob)
    with refused("ERC721: owner query for nonexistent token"):
        house.owner_of(1)


def test_a_paused_house_takes_bids_and_begins_nothing_new(
    house: NounsHouse, people: People, chain: Chain
) -> None:
    house.pause()
    house.bid(people.ann, ETH)
    end = house.auction().end
    assert end is not None
    chain.advance_to(end)
    house.settle(people.bob)
    assert (house.auction().number, house.auction().settled) == (1, True)
    assert house.owner_of(1) == people.ann
    house.unpause()
    assert (house.auction().number, house.auction().settled) == (2, False)


def test_unpausing_in_mid_auction_leaves_it_as_it_is(house: NounsHouse, people: People) -> None:
    house.bid(people.ann, ETH)
    before = house.auction()
    house.pause()
    house.unpause()
    assert house.auction() == before


def test_its_owner_changes_the_rules_in_mid_auction(
    house: NounsHouse, people: People, chain: Chain, why: Callable[[str], str]
) -> None:
    house.bid(people.ann, ETH)
    house.set_increment(50)
    assert house.least_bid() == 3 * ETH // 2
    house.set_reserve(10 * ETH)
    assert house.least_bid() == 10 * ETH
    with refused(why("under the reserve")):
        house.bid(people.bob, 2 * ETH)
    house.set_buffer(1_000)
    end = house.auction().end
    assert end is not None
    chain.advance_to(end - 999)
    house.bid(people.bob, 10 * ETH)
    assert house.auction().end == end + 1


@pytest.mark.parametrize("version", [1])
def test_an_upgrade_in_mid_auction_keeps_it(
    house: NounsHouse, people: People, chain: Chain
) -> None:
    house.bid(people.ann, ETH)
    before, code = house.auction(), code_of(house)
    house.upgrade()
    assert code_of(house) != code
    assert house.auction() == before
    assert not house.is_paused()
    with refused("BidDifferenceMustBeGreaterThanMinBidIncrement"):  # the second one's own words
        house.bid(people.bob, ETH)
    house.bid(people.bob, house.least_bid())
    assert chain.balance(people.ann) == FUNDS
    chain.advance_to(before.end or 0)
    house.settle(people.cid)
    assert house.owner_of(1) == people.bob


@pytest.mark.parametrize("version", [1])
def test_in_the_midst_of_an_upgrade_nobody_can_bid(
    house: NounsHouse, people: People, chain: Chain
) -> None:
    house.begin_upgrade()
    with refused("no reason given"):
        house.bid(people.ann, ETH)
    assert ask(chain, house.at_migration(), "owner") == (people.owner,)


def code_of(house: NounsHouse) -> str:
    """The address of the code that the proxy runs."""
    (code,) = ask(house.chain, house.admin, "getProxyImplementation", house.address)
    return str(code)
