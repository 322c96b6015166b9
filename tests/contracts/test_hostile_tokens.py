"""ERC-721 tokens that refuse, lie, or call back while they are moved."""

import pytest
from brownie import accounts

from offchain.bindings.deployment import NO_BEACON
from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    attempt,
    bid_all,
    list_lot,
    now,
    prepare,
    reveal,
    reveal_all,
    schedule_from,
    seal,
    send,
    settle,
    tally,
)
from tests.contracts.checks import emitted, error_data, plain, reverts_with
from tests.contracts.mechanism import NOBODY, pack
from tests.puppets import ItemManner


@pytest.fixture
def token(HostileItem):
    """A token that can be made to misbehave."""
    return accounts[0].deploy(HostileItem)


@pytest.fixture
def sale(auctioneer, dao, token, seller):
    """A lot of that token's, which the DAO entered."""
    lot = list_lot(auctioneer, token, seller)
    dao.enter(lot, {"from": accounts[0]})
    return lot


def lead(book, lot, bids, unrevealed=()):
    """Bring the book of one level to lead the closed lot, at 3."""
    bid_all(book, lot, {**bids, **dict(unrevealed)})
    advance(book, lot, Phase.REVEAL)
    reveal_all(book, lot, bids)
    advance(book, lot, Phase.TALLY)
    if hasattr(book, "tally"):
        tally(book, lot, bids)
    advance(book, lot, Phase.CLOSED)


def finish(book, lot, bids):
    """Settle it at that level."""
    if hasattr(book, "tally"):
        return settle(book, lot, bids, 3)
    return book.settle(lot, {"from": accounts[0]})


def answers(tx):
    """Success and answer of each call made from within."""
    return [
        (log.fields["success"], log.fields["answer"])
        for log in emitted(tx)
        if log.name == "Reentered"
    ]


def refused(contract, name, *args):
    """How a puppet logs a call that failed with this error."""
    return [(False, error_data(contract, name, *args)[:4])]


# LISTING


@pytest.mark.parametrize("pretended", ["nobody", "seller"])
def test_item_that_does_not_arrive(auctioneer, token, seller, pretended):
    """A transfer that moves nothing is found out."""
    token.mint(seller, 1, {"from": seller})
    token.approve(auctioneer, 1, {"from": seller})
    if pretended == "seller":
        token.pretend(seller, {"from": seller})
    token.behave(ItemManner.IDLE, {"from": seller})
    with reverts_with(auctioneer, "ItemNotReceived", token, 1):
        auctioneer.list(token, 1, 3, schedule_from(now()), {"from": seller})


def test_item_said_to_be_there_already(auctioneer, token, seller):
    """What the auctioneer is said to own, the seller does not."""
    token.pretend(auctioneer, {"from": seller})
    with reverts_with(auctioneer, "NotItemOwner", token, 1, seller):
        auctioneer.list(token, 1, 3, schedule_from(now()), {"from": seller})


def test_relisting_an_escrowed_item_of_a_careless_token(auctioneer, token, sale, stranger):
    """A token that ignores transfers by the wrong person does not let a thief list another's item."""
    token.behave(ItemManner.IDLE, {"from": stranger})
    with reverts_with(auctioneer, "NotItemOwner", token, sale, stranger):
        auctioneer.list(token, sale, 1, schedule_from(now()), {"from": stranger})


def test_reentering_list(auctioneer, token, seller, stranger):
    """From within a listing the new lot is in its bidding phase, and nothing else can be had of it."""
    lot = auctioneer.lotCount() + 1
    for method in (auctioneer.settle, auctioneer.reclaim):
        token.mint(seller, lot, {"from": seller})
        token.approve(auctioneer, lot, {"from": seller})
        prepare(token, method, lot)
        token.behave(ItemManner.REENTER, {"from": seller})
        tx = auctioneer.list(token, lot, 3, schedule_from(now()), {"from": seller})
        assert answers(tx) == refused(auctioneer, "WrongPhase", lot, Phase.BIDDING)
        lot += 1


def test_listing_within_a_listing(auctioneer, token, item, stranger):
    """Two lots, each with its own item and number, whichever is listed first."""
    lot = auctioneer.lotCount() + 1
    item.mint(token, 800, {"from": stranger})
    send(token, item.approve, auctioneer, 800)
    token.mint(stranger, 801, {"from": stranger})
    token.approve(auctioneer, 801, {"from": stranger})
    prepare(token, auctioneer.list, item, 800, 5, schedule_from(now()))
    token.behave(ItemManner.REENTER, {"from": stranger})
    tx = auctioneer.list(token, 801, 3, schedule_from(now()), {"from": stranger})
    assert [success for success, _ in answers(tx)] == [True]
    assert plain(auctioneer.lotOf(lot)) == (stranger, 0, 0, token, 3, 801, NOBODY, 0)
    assert plain(auctioneer.lotOf(lot + 1)) == (token, 0, 0, item, 5, 800, NOBODY, 0)
    assert token.ownerOf(801) == item.ownerOf(800) == auctioneer


# DELIVERY


def test_item_that_cannot_be_delivered(book, auctioneer, token, sale, seller, alice, bob, carol):
    """Nobody pays for it: after the settlement window all deposits go back, but for the bond of who kept silent."""
    bids = {alice: 5, bob: 1}
    lead(book, sale, bids, {carol: 20})
    token.behave(ItemManner.REFUSE, {"from": seller})
    held = book.balance()
    for _ in range(2):
        with pytest.raises(Exception, match="not moving"):
            finish(book, sale, bids)
    assert auctioneer.phase(sale) == Phase.CLOSED
    assert (book.balance(), auctioneer.proceeds(seller)) == (held, 0)
    advance(book, sale, Phase.VOID)
    before = [who.balance() for who in (alice, bob, carol)]
    book.claimBatch(sale, [alice, bob, carol], {"from": seller})
    after = [who.balance() for who in (alice, bob, carol)]
    gains = [new - old for new, old in zip(after, before, strict=True)]
    assert gains == [5 * WEI_PER_UNIT, 1 * WEI_PER_UNIT, 18 * WEI_PER_UNIT]
    with pytest.raises(Exception, match="not moving"):
        auctioneer.reclaim(sale, {"from": seller})
    token.behave(ItemManner.HONEST, {"from": seller})
    auctioneer.reclaim(sale, {"from": seller})
    assert token.ownerOf(sale) == seller


def test_item_that_comes_to_its_senses(book, token, sale, seller, alice):
    """Within the window a delivery that failed can be tried again."""
    lead(book, sale, {alice: 5})
    token.behave(ItemManner.REFUSE, {"from": seller})
    with pytest.raises(Exception, match="not moving"):
        finish(book, sale, {alice: 5})
    token.behave(ItemManner.HONEST, {"from": seller})
    finish(book, sale, {alice: 5})
    assert token.ownerOf(sale) == (book.estateAt(sale) if hasattr(book, "tally") else alice)


def test_item_that_burns_all_gas(dao, auctioneer, token, sale, seller, alice):
    """It fails its own settlement only, at the caller's own gas."""
    lead(dao, sale, {alice: 5})
    token.behave(ItemManner.BURN_GAS, {"from": seller})
    proof = (0, 0, pack([5]))
    assert attempt(alice, dao.settle, sale, *proof, gas=1_000_000).status == 0
    assert auctioneer.phase(sale) == Phase.CLOSED
    assert not dao.hasAccess(sale, alice)


def test_item_that_only_pretends(book, token, sale, seller, alice):
    """A token that does not move its item cheats whoever trusted it, but no other lot or deposit."""
    lead(book, sale, {alice: 5})
    token.behave(ItemManner.IDLE, {"from": seller})
    token.pretend(book.estateAt(sale) if hasattr(book, "tally") else alice, {"from": seller})
    finish(book, sale, {alice: 5})
    assert book.bidOf(sale, alice)["deposit"] == 5


CALLS_BACK = ["settle", "auctioneer_settle", "reclaim", "pay", "enter", "submit"]


@pytest.mark.parametrize("call", CALLS_BACK)
def test_calling_back_during_delivery_to_a_dao(auctioneer, dao, token, sale, alice, call):
    """The lot counts as settled before the item moves: nothing can be done to it a second time."""
    lead(dao, sale, {alice: 5})
    settled = refused(auctioneer, "WrongPhase", sale, Phase.SETTLED)
    unknown = refused(auctioneer, "UnknownDAO", token)
    calls = {
        "settle": ((dao.settle, sale, 0, 0, pack([5])), settled),
        "auctioneer_settle": ((auctioneer.settle, sale), settled),
        "reclaim": ((auctioneer.reclaim, sale), settled),
        "pay": ((auctioneer.pay, sale, token), settled),
        "enter": ((auctioneer.enter, sale), unknown),
        "submit": ((auctioneer.submit, sale, 99), unknown),
    }
    prepared, expected = calls[call]
    prepare(token, *prepared)
    token.behave(ItemManner.REENTER, {"from": alice})
    assert answers(finish(dao, sale, {alice: 5})) == expected
    assert token.ownerOf(sale) == dao.estateAt(sale)


@pytest.mark.parametrize("call", ["settle", "reclaim"])
def test_calling_back_during_delivery_to_an_individual(auctioneer, token, sale, alice, call):
    """The same one level up."""
    lead(auctioneer, sale, {alice: 5})
    prepare(token, getattr(auctioneer, call), sale)
    token.behave(ItemManner.REENTER, {"from": alice})
    tx = finish(auctioneer, sale, {alice: 5})
    assert answers(tx) == refused(auctioneer, "WrongPhase", sale, Phase.SETTLED)
    assert auctioneer.proceeds(auctioneer.lotOf(sale)["seller"]) == 3 * WEI_PER_UNIT


def test_paying_again_from_within_pay(Auctioneer, CredulousFactory, token, seller):
    """Were the token itself the leading DAO, it could still pay only once."""
    lax = accounts[0].deploy(Auctioneer, accounts[0].deploy(CredulousFactory), NO_BEACON)
    lot = list_lot(lax, token, seller)
    send(token, lax.enter, lot)
    advance(lax, lot, Phase.TALLY)
    send(token, lax.submit, lot, 9)
    prepare(token, lax.pay, lot, seller)
    token.behave(ItemManner.REENTER, {"from": seller})
    tx = send(token, lax.pay, lot, seller, value=3 * WEI_PER_UNIT)
    assert answers(tx) == refused(lax, "WrongPhase", lot, Phase.SETTLED)
    assert lax.proceeds(seller) == 3 * WEI_PER_UNIT


def test_claiming_as_a_member_during_delivery(dao, token, sale, alice):
    """A member that is the token itself gets what it would get a moment later, and no more."""
    bids = {alice: 5, token: 1}
    for bidder, bid in bids.items():
        seal(dao, sale, bidder, bid, deposit=9)
    advance(dao, sale, Phase.REVEAL)
    reveal_all(dao, sale, bids)
    advance(dao, sale, Phase.TALLY)
    tally(dao, sale, bids)
    recipient = accounts[21]
    before = recipient.balance()
    prepare(token, dao.claimTo, sale, recipient)
    token.behave(ItemManner.REENTER, {"from": alice})
    tx = settle(dao, sale, bids, 3)
    assert [success for success, _ in answers(tx)] == [True]
    assert recipient.balance() - before == 9 * WEI_PER_UNIT
    with reverts_with(dao, "NothingToClaim", sale, token):
        send(token, dao.claimTo, sale, recipient)


def test_claiming_as_the_winner_during_delivery(auctioneer, token, sale, seller):
    """An individual that is the token itself pays before it is paid."""
    recipient = accounts[21]
    seal(auctioneer, sale, token, 5, deposit=9)
    advance(auctioneer, sale, Phase.REVEAL)
    reveal(auctioneer, sale, token, 5)
    advance(auctioneer, sale, Phase.CLOSED)
    before = recipient.balance()
    prepare(token, auctioneer.claimTo, sale, recipient)
    token.behave(ItemManner.REENTER, {"from": seller})
    tx = auctioneer.settle(sale, {"from": seller})
    assert [success for success, _ in answers(tx)] == [True]
    assert recipient.balance() - before == 6 * WEI_PER_UNIT
    assert auctioneer.balance() == auctioneer.proceeds(seller) == 3 * WEI_PER_UNIT


def test_calling_back_during_reclaim(auctioneer, token, sale, seller, stranger):
    """An item goes back once."""
    advance(auctioneer, sale, Phase.CLOSED)
    prepare(token, auctioneer.reclaim, sale)
    token.behave(ItemManner.REENTER, {"from": stranger})
    tx = auctioneer.reclaim(sale, {"from": stranger})
    assert answers(tx) == refused(auctioneer, "WrongPhase", sale, Phase.VOID)
    assert token.ownerOf(sale) == seller
