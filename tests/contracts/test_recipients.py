"""To whom an individual's item goes, named by itself before anybody settles; and the lots that are sold again."""

from fractions import Fraction

import pytest
from brownie import accounts

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.approximate_lots import (
    DELTA,
    TOKENS,
    decide,
    draw,
    draw_in,
    list_game,
    play,
)
from tests.contracts.auction import (
    advance,
    advance_to,
    bid_all,
    list_lot,
    now,
    reveal_all,
    schedule_from,
    seal,
    settle,
    tally,
)
from tests.contracts.checks import bid_of, emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import NOBODY, open_bid


class SecondPrice:
    """Alice wins at the auctioneer, at 3."""

    def __init__(self, contract, item, seller):
        self.contract, self.item, self.seller = contract, item, seller
        self.lot = self.token_id = list_lot(contract, item, seller)

    def bid(self, alice):
        bid_all(self.contract, self.lot, {alice: 5})

    def win(self, alice):
        advance(self.contract, self.lot, Phase.REVEAL)
        reveal_all(self.contract, self.lot, {alice: 5})
        advance(self.contract, self.lot, Phase.TALLY)
        advance(self.contract, self.lot, Phase.CLOSED)

    def relist(self, owner, reserve=1, schedule=None):
        schedule = schedule or schedule_from(now())
        return self.contract.relist(self.lot, reserve, schedule, {"from": owner})


class Approximate(SecondPrice):
    """She wins by a draw."""

    def __init__(self, contract, item, seller, words):
        self.contract, self.item, self.seller, self.words = contract, item, seller, words
        self.lot = list_game(contract, item, seller)
        self.token_id = TOKENS + self.lot

    def bid(self, alice):
        self.players = [(alice, 5), (accounts[20], 5)]
        for who, amount in self.players:
            seal(self.contract, self.lot, who, amount)

    def win(self, alice):
        advance(self.contract, self.lot, Phase.REVEAL)
        reveal_all(self.contract, self.lot, dict(self.players))
        advance(self.contract, self.lot, Phase.CLOSED)
        point = draw(self.contract, self.words, self.lot, draw_in([5, 5], 0, Fraction(1, 2)))
        decide(self.contract, self.lot, self.players, point)


@pytest.fixture(params=["auctioneer", "approximate"])
def house(request, auctioneer, approximate, item, seller, words):
    """A house of each kind, with a lot."""
    if request.param == "auctioneer":
        return SecondPrice(auctioneer, item, seller)
    return Approximate(approximate, item, seller, words)


def name(house, who, recipient):
    """Name a recipient."""
    return house.contract.nameRecipient(house.lot, recipient, {"from": who})


# RECIPIENTS


def test_a_name_stands_whoever_settles(house, alice, bob, carol, stranger):
    """Named early, and again; the last counts, also when a stranger settles at once."""
    house.bid(alice)
    tx = name(house, alice, carol)
    fields = {"lot": house.lot, "bidder": alice.address, "recipient": carol.address}
    assert emitted(tx) == [(house.contract.address, "RecipientNamed", fields)]
    house.win(alice)
    name(house, alice, bob)
    assert house.contract.recipientOf(house.lot, alice) == bob
    house.contract.settle(house.lot, {"from": stranger})
    assert house.item.ownerOf(house.token_id) == bob


def test_without_a_name_the_bidder_has_it(house, alice, stranger):
    """Nobody need name anybody."""
    house.bid(alice)
    house.win(alice)
    assert house.contract.recipientOf(house.lot, alice) == NOBODY
    house.contract.settle(house.lot, {"from": stranger})
    assert house.item.ownerOf(house.token_id) == alice


def test_a_name_before_there_is_a_bid(house, alice, stranger):
    """Is of no lot, or of nobody's bid."""
    with reverts_with(house.contract, "NoBid", house.lot, alice):
        name(house, alice, stranger)
    unlisted = house.contract.lotCount() + 1
    with reverts_with(house.contract, "WrongPhase", unlisted, Phase.NONE):
        house.contract.nameRecipient(unlisted, stranger, {"from": alice})


def test_a_strangers_name_counts_for_nobody(house, alice, stranger):
    """Neither who has no bid nor who lost says where another's item goes."""
    house.bid(alice)
    with reverts_with(house.contract, "NoBid", house.lot, stranger):
        name(house, stranger, stranger)
    seal(house.contract, house.lot, stranger, 1)
    house.win(alice)
    name(house, stranger, stranger)
    house.contract.settle(house.lot, {"from": stranger})
    assert house.item.ownerOf(house.token_id) == alice


@pytest.mark.parametrize("lost", ["nobody", "house"])
def test_names_that_would_lose_the_item(house, alice, bob, lost):
    """Refused, and an earlier name stands."""
    house.bid(alice)
    name(house, alice, bob)
    recipient = NOBODY if lost == "nobody" else house.contract.address
    with reverts_with(house.contract, "BadRecipient", recipient):
        name(house, alice, recipient)
    assert house.contract.recipientOf(house.lot, alice) == bob


def test_a_name_after_settlement(house, alice, bob):
    """The item is gone."""
    house.bid(alice)
    house.win(alice)
    house.contract.settle(house.lot, {"from": alice})
    with reverts_with(house.contract, "WrongPhase", house.lot, Phase.SETTLED):
        name(house, alice, bob)
    assert house.item.ownerOf(house.token_id) == alice


def test_a_name_in_a_void_lot(house, alice, bob):
    """There is nothing to deliver; the item goes back to the seller whatever was named."""
    house.bid(alice)
    name(house, alice, bob)
    advance_to(house.contract.bookOf(house.lot)["endOfTally"] + 4 * 86_400)
    with reverts_with(house.contract, "WrongPhase", house.lot, Phase.VOID):
        name(house, alice, bob)
    house.contract.reclaim(house.lot, {"from": bob})
    assert house.item.ownerOf(house.token_id) == house.seller


def test_a_name_of_one_lot_is_none_of_another(house, item, auctioneer, alice, bob):
    """Each lot has its own."""
    house.bid(alice)
    name(house, alice, bob)
    assert house.contract.recipientOf(house.lot + 1, alice) == NOBODY


def test_a_bid_taken_back_names_nobody_any_more(house, alice, bob):
    """Its owner has none to name for."""
    house.bid(alice)
    house.contract.withdraw(house.lot, alice, {"from": alice})
    with reverts_with(house.contract, "NoBid", house.lot, alice):
        name(house, alice, bob)


# A WINNER WHO BID NOTHING


def test_a_bid_of_nothing_that_wins(approximate, item, words, seller, alice, bob, stranger):
    """In the draw it can: the item is delivered to whom it named, for nothing, and the whole deposit comes back once."""
    lot = list_game(approximate, item, seller)
    players = [(alice, 0)]
    point = draw_in([0], 0)
    play(approximate, words, lot, players, point)
    assert plain(approximate.standing(lot)) == (Phase.CLOSED, alice, 0)
    with reverts_with(approximate, "WrongPhase", lot, Phase.CLOSED):
        approximate.claim(lot, {"from": alice})
    with reverts_with(approximate, "NotLeader", lot, alice):
        approximate.pay(lot, alice, {"from": alice})
    approximate.nameRecipient(lot, bob, {"from": alice})
    approximate.settle(lot, {"from": stranger})
    assert item.ownerOf(TOKENS + lot) == bob
    assert bid_of(approximate, lot, alice) == open_bid(0, 10)
    before = alice.balance()
    tx = approximate.claimBatch(lot, [alice, alice], {"from": stranger})
    assert [log.name for log in emitted(tx)] == ["Pushed"]
    assert alice.balance() - before == 10 * WEI_PER_UNIT
    with reverts_with(approximate, "NothingToClaim", lot, alice):
        approximate.claim(lot, {"from": alice})


# SOLD AGAIN


def test_relist_by_who_owns_it(house, alice, bob, stranger):
    """The recipient of the item sells it as a lot of its own, on terms of its own; the old lot stays as it is."""
    house.bid(alice)
    name(house, alice, bob)
    house.win(alice)
    house.contract.settle(house.lot, {"from": stranger})
    old = plain(house.contract.lotOf(house.lot))
    house.item.approve(house.contract, house.token_id, {"from": bob})
    schedule = schedule_from(now(), 2_500)
    tx = house.relist(bob, schedule=schedule)
    new = house.contract.lotCount()
    assert tx.return_value == new == house.lot + 1
    assert house.item.ownerOf(house.token_id) == house.contract
    listed = logs_of(tx, house.contract)[0]
    assert listed[0] == "LotListed"
    assert listed[1]["seller"] == bob
    assert (listed[1]["token"], listed[1]["tokenId"]) == (house.item, house.token_id)
    assert plain(house.contract.bookOf(new))[:4] == schedule
    assert plain(house.contract.lotOf(house.lot)) == old
    assert house.contract.phase(house.lot) == Phase.SETTLED
    if isinstance(house, Approximate):
        lottery = house.contract.lotteryOf(new)
        assert (lottery["numerator"], lottery["denominator"]) == (
            DELTA.numerator,
            DELTA.denominator,
        )
        assert lottery["decidedAt"] == 0


def test_relist_by_anybody_else(house, alice, bob, stranger):
    """Neither a stranger nor who won it once sells what is another's, approved or not."""
    house.bid(alice)
    name(house, alice, bob)
    house.win(alice)
    house.contract.settle(house.lot, {"from": stranger})
    house.item.setApprovalForAll(house.contract, True, {"from": bob})
    for who in (alice, stranger, house.seller):
        with reverts_with(house.contract, "NotItemOwner", house.item, house.token_id, who):
            house.relist(who)
    assert house.item.ownerOf(house.token_id) == bob


def test_relist_without_approval(house, alice, stranger):
    """The token refuses."""
    house.bid(alice)
    house.win(alice)
    house.contract.settle(house.lot, {"from": stranger})
    with reverts_with(house.item, "ERC721InsufficientApproval", house.contract, house.token_id):
        house.relist(alice)


def test_relist_what_is_for_sale(house, alice, seller):
    """What is in escrow is nobody's to list, in any phase up to the sale, though its seller approved it once."""
    for step in (lambda: None, lambda: house.bid(alice), lambda: house.win(alice)):
        step()
        for who in (seller, alice):
            with reverts_with(house.contract, "NotItemOwner", house.item, house.token_id, who):
                house.relist(who)


def test_relist_what_was_reclaimed(house, seller, stranger):
    """Unsold, its seller may have it listed again in this way, too."""
    advance_to(house.contract.bookOf(house.lot)["endOfTally"] + 4 * 86_400)
    house.contract.reclaim(house.lot, {"from": stranger})
    house.item.approve(house.contract, house.token_id, {"from": seller})
    house.relist(seller)
    assert house.item.ownerOf(house.token_id) == house.contract


def test_relist_no_lot(auctioneer, approximate, lot, seller):
    """A number without a lot sells nothing."""
    unlisted = auctioneer.lotCount() + 1
    with reverts_with(auctioneer, "NotItemOwner", NOBODY, 0, seller):
        auctioneer.relist(unlisted, 1, schedule_from(now()), {"from": seller})
    unlisted = approximate.lotCount() + 1
    with reverts_with(approximate, "BadInaccuracy", 0, 0):
        approximate.relist(unlisted, 1, schedule_from(now()), {"from": seller})


def test_relist_on_bad_terms(house, alice, stranger):
    """As when it is listed: reserve, times and bond."""
    house.bid(alice)
    house.win(alice)
    house.contract.settle(house.lot, {"from": stranger})
    house.item.approve(house.contract, house.token_id, {"from": alice})
    start = now()
    with reverts_with(house.contract, "BondTooLow", 999):
        house.relist(alice, schedule=schedule_from(start, 999))
    times = start + 3_600, start + 3_601, start + 7_200
    with reverts_with(house.contract, "BadSchedule", *times):
        house.relist(alice, schedule=(*times, 1_000))
    if isinstance(house, Approximate):
        with reverts_with(house.contract, "NoReserves", 2):
            house.relist(alice, reserve=2)
        house.relist(alice, reserve=0)
    else:
        with reverts_with(house.contract, "ReserveTooLow", 0):
            house.relist(alice, reserve=0)
        house.relist(alice, reserve=2**96 - 1)


def test_relisted_and_sold(auctioneer, dao, item, lot, seller, alice, bob, carol, stranger):
    """A lot like any other: bought by a DAO the second time, its proceeds are the first winner's."""
    bid_all(auctioneer, lot, {alice: 5})
    advance(auctioneer, lot, Phase.REVEAL)
    reveal_all(auctioneer, lot, {alice: 5})
    advance(auctioneer, lot, Phase.CLOSED)
    auctioneer.settle(lot, {"from": stranger})
    item.approve(auctioneer, lot, {"from": alice})
    again = auctioneer.relist(lot, 7, schedule_from(now()), {"from": alice}).return_value
    dao.enter(again, {"from": stranger})
    bids = {bob: 5, carol: 4}
    bid_all(dao, again, bids)
    advance(dao, again, Phase.REVEAL)
    reveal_all(dao, again, bids)
    advance(dao, again, Phase.TALLY)
    tally(dao, again, bids)
    settle(dao, again, bids, 7)
    assert item.ownerOf(lot) == dao.estateAt(again)
    assert auctioneer.proceeds(alice) == 8 * WEI_PER_UNIT
    assert auctioneer.proceeds(seller) == 3 * WEI_PER_UNIT
    assert auctioneer.itemOf(again) == auctioneer.itemOf(lot)
