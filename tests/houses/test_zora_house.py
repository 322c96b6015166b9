"""Zora's real auction house does what is said of it here and counted on elsewhere."""

from dataclasses import replace

import pytest

from offchain.bindings.contracts import Deployed, contract
from offchain.chain.backend import MAX_TRANSACTION_GAS, Chain, Reverted
from offchain.chain.revm import Revm
from offchain.houses.house import Account, ask
from offchain.houses.zora import BUFFER, DAY, ZoraAuction, ZoraHouse
from offchain.io.units import WEI_PER_ETH as ETH
from tests.houses.house_world import FUNDS, People, refused, settle_in, tokens
from tests.puppets import ItemManner

RESERVE = ETH // 10


@pytest.fixture
def chain() -> Chain:
    return Revm()


@pytest.fixture
def people(chain: Chain) -> People:
    return settle_in(chain)


@pytest.fixture
def house(chain: Chain, people: People) -> ZoraHouse:
    return ZoraHouse.deploy(chain, people.owner)


@pytest.fixture
def item(chain: Chain, people: People) -> Deployed:
    """The items 1, which the owner has, and 2, which is Bob's."""
    account = Account(chain, people.owner)
    token = account.create(contract("HostileItem"))
    for number, holder in ((1, people.owner), (2, people.bob)):
        account.send(token, "mint", holder, number)
    return token


@pytest.fixture
def auction(house: ZoraHouse, people: People, item: Deployed) -> ZoraAuction:
    return house.list_item(people.owner, item, 1, RESERVE, duration=3_600)


def owner_of(chain: Chain, item: Deployed, number: int) -> str:
    return str(ask(chain, item, "ownerOf", number)[0])


def test_an_auction_begins_with_its_first_bid(
    auction: ZoraAuction, people: People, chain: Chain, item: Deployed
) -> None:
    before = auction.auction()
    assert (before.token, before.token_id, before.amount) == (item.address, 1, 0)
    assert (before.bidder, before.end, before.settled) == (None, None, False)
    chain.advance_to(chain.now() + 10 * DAY)
    auction.bid(people.ann, RESERVE)
    after = auction.auction()
    assert (after.bidder, after.amount) == (people.ann, RESERVE)
    assert after.end == chain.now() + 3_600


def test_the_reserve_and_the_increment(auction: ZoraAuction, people: People) -> None:
    assert auction.least_bid() == RESERVE
    with refused("Must send at least reservePrice"):
        auction.bid(people.ann, RESERVE - 1)
    auction.bid(people.ann, RESERVE)
    assert auction.least_bid() == RESERVE * 105 // 100
    with refused("Must send more than last bid by minBidIncrementPercentage amount"):
        auction.bid(people.bob, auction.least_bid() - 1)
    auction.bid(people.bob, auction.least_bid())
    assert auction.auction().bidder == people.bob


@pytest.mark.parametrize(
    ("left", "extended"), [(BUFFER + 1, False), (BUFFER, False), (BUFFER - 1, True), (1, True)]
)
def test_a_bid_near_the_end_keeps_it_open(
    auction: ZoraAuction, people: People, chain: Chain, left: int, extended: bool
) -> None:
    auction.bid(people.ann, RESERVE)
    end = auction.auction().end
    assert end is not None
    chain.advance_to(end - left)
    auction.bid(people.bob, ETH)
    assert auction.auction().end == (end - left + BUFFER if extended else end)


def test_who_is_outbid_has_the_money_back_at_once(
    auction: ZoraAuction, people: People, chain: Chain
) -> None:
    """In ether, or in WETH who takes none."""
    auction.bid(people.ann, ETH)
    auction.bid(people.cid, 2 * ETH, by=people.refuser)
    assert chain.balance(people.ann) == FUNDS
    auction.bid(people.bob, 3 * ETH)
    assert chain.balance(people.refuser) == 0
    assert tokens(chain, auction.house.weth, people.refuser) == 2 * ETH
    assert tokens(chain, auction.house.weth, auction.house.address) == 3 * ETH


def test_settling_gives_the_item_and_pays_seller_and_curator(
    house: ZoraHouse, people: People, chain: Chain, item: Deployed
) -> None:
    auction = house.list_item(people.bob, item, 2, RESERVE, 3_600, people.cid, fee=10)
    auction.approve(people.cid)
    auction.bid(people.ann, 3 * ETH)
    with refused("Auction hasn't completed"):
        auction.settle(people.bob)
    chain.advance_to(auction.auction().end or 0)
    with refused("Auction expired"):
        auction.bid(people.bob, 9 * ETH)
    auction.settle(people.bob)
    assert owner_of(chain, item, 2) == people.ann
    assert chain.balance(people.cid) == FUNDS + 3 * ETH // 10
    assert chain.balance(people.bob) == FUNDS + 27 * ETH // 10
    assert auction.auction().settled
    with refused("Auction doesn't exist"):
        auction.settle(people.bob)


@pytest.mark.parametrize("gas", [300_000, 1_000_000, 4_000_000, MAX_TRANSACTION_GAS])
def test_a_bidder_whose_refund_costs_all_gas_cannot_be_outbid(
    auction: ZoraAuction, people: People, chain: Chain, item: Deployed, gas: int
) -> None:
    """The house refunds with all gas and reads the answer: nobody can do anything about it, whoever bids there."""
    other = auction.house.list_item(people.bob, item, 2, RESERVE)
    bomb = Account(chain, people.cid).create(contract("ReturnBomb")).address
    auction.bid(people.cid, RESERVE, by=bomb)
    other.bid(people.bob, RESERVE)
    with pytest.raises(Reverted):
        chain.send(replace(auction.bidding(people.ann, 100 * ETH), gas=gas))
    chain.send(replace(other.bidding(people.ann, 100 * ETH), gas=gas))
    assert other.auction().bidder == people.ann
    chain.advance_to(auction.auction().end or 0)
    auction.settle(people.cid)
    assert owner_of(chain, item, 1) == bomb


def test_a_curator_lets_bids_in(house: ZoraHouse, people: People, item: Deployed) -> None:
    auction = house.list_item(people.bob, item, 2, RESERVE, curator=people.cid)
    assert not auction.is_approved()
    with refused("Auction must be approved by curator"):
        auction.bid(people.ann, ETH)
    auction.approve(people.cid)
    auction.approve(people.cid, False)
    with refused("Auction must be approved by curator"):
        auction.bid(people.ann, ETH)
    auction.approve(people.cid)
    auction.bid(people.ann, ETH)
    with refused("Auction has already started"):
        auction.approve(people.cid, False)


def test_until_the_first_bid_a_seller_may_cancel_or_change_the_reserve(
    auction: ZoraAuction, house: ZoraHouse, people: People, chain: Chain, item: Deployed
) -> None:
    auction.set_reserve(people.owner, 2 * ETH)
    assert auction.least_bid() == 2 * ETH
    with refused("Can only be called by auction creator or curator"):
        auction.cancel(people.bob)
    auction.cancel(people.owner)
    assert auction.auction().settled
    assert owner_of(chain, item, 1) == people.owner
    with refused("Auction doesn't exist"):
        auction.bid(people.ann, 2 * ETH)
    again = house.list_item(people.owner, item, 1, RESERVE)
    assert again.number == auction.number + 1
    again.bid(people.ann, ETH)
    with refused("Can't cancel an auction once it's begun"):
        again.cancel(people.owner)


@pytest.mark.parametrize("by_refuser", [False, True])
def test_a_leader_who_does_not_get_the_item_gets_the_bid_back(
    auction: ZoraAuction, people: People, chain: Chain, item: Deployed, by_refuser: bool
) -> None:
    """The refuser, since it takes no items sent with `safeTransferFrom`; Ann, since the item does not move to her."""
    if by_refuser:
        auction.bid(people.cid, ETH, by=people.refuser)
    else:
        auction.bid(people.ann, ETH)
        Account(chain, people.owner).send(item, "mint", people.ann, 9)
        behave_as(chain, people, item, ItemManner.ONE_PER_WALLET)
    chain.advance_to(auction.auction().end or 0)
    auction.settle(people.bob)
    assert auction.auction().settled
    assert owner_of(chain, item, 1) == people.owner
    assert chain.balance(people.owner) == FUNDS
    assert chain.balance(people.ann) == FUNDS
    if by_refuser:
        assert tokens(chain, auction.house.weth, people.refuser) == ETH


def test_an_item_that_does_not_move_at_all_keeps_the_auction_and_the_money(
    auction: ZoraAuction, people: People, chain: Chain, item: Deployed
) -> None:
    """The house cannot give it back to its seller, so that nothing of what settling did stands, the refund neither."""
    auction.bid(people.ann, ETH)
    behave_as(chain, people, item, ItemManner.REFUSE)
    chain.advance_to(auction.auction().end or 0)
    with refused("not moving"):
        auction.settle(people.bob)
    assert chain.balance(people.ann) == FUNDS - ETH
    behave_as(chain, people, item, ItemManner.HONEST)
    auction.settle(people.bob)
    assert owner_of(chain, item, 1) == people.ann


def test_auctions_run_side_by_side(house: ZoraHouse, people: People, item: Deployed) -> None:
    one = house.list_item(people.owner, item, 1, RESERVE)
    two = house.list_item(people.bob, item, 2, RESERVE)
    one.bid(people.ann, ETH)
    two.bid(people.cid, 2 * ETH)
    assert (one.number, two.number) == (0, 1)
    assert (one.auction().bidder, two.auction().bidder) == (people.ann, people.cid)


def test_the_media_that_stands_for_zoras_own_cannot_be_bid_for(
    house: ZoraHouse, people: People, chain: Chain
) -> None:
    Account(chain, people.owner).send(house.media, "mint", people.owner, 1)
    auction = house.list_item(people.owner, house.media, 1, RESERVE)
    with refused("no reason given"):
        auction.bid(people.ann, ETH)


def test_bids_in_another_token(house: ZoraHouse, people: People, item: Deployed) -> None:
    auction = house.list_item(people.owner, item, 1, RESERVE, currency=house.weth.address)
    with refused("SafeERC20: low-level call failed"):  # nothing was approved; the ether is no bid
        auction.bid(people.ann, ETH)


def behave_as(chain: Chain, people: People, item: Deployed, manner: ItemManner) -> None:
    Account(chain, people.owner).send(item, "behave", manner)
