"""What sellers earn: prices, and nothing else. Bonds are nobody's."""

import pytest

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance, claim, list_lot, reveal_all, seal, settle, tally
from tests.contracts.checks import emitted, logs_of, reverts_with
from tests.puppets import Manner


@pytest.fixture
def sold(auctioneer, dao, lot, alice, bob, carol):
    """A lot that the DAO won at 3, with unrevealed deposits of 20 in it and 30 of an individual's."""
    seal(dao, lot, alice, 5)
    seal(dao, lot, bob, 9, deposit=20)
    seal(auctioneer, lot, carol, 9, deposit=30)
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, {alice: 5})
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 5})
    settle(dao, lot, {alice: 5}, 3)
    return lot


def test_withdraw_proceeds(auctioneer, sold, seller, stranger):
    """A seller takes everything earned so far, once, to any recipient."""
    before = stranger.balance()
    tx = auctioneer.withdrawProceeds(stranger, {"from": seller})
    assert stranger.balance() - before == 3 * WEI_PER_UNIT
    assert auctioneer.proceeds(seller) == 0
    fields = {
        "seller": seller.address,
        "recipient": stranger.address,
        "amountWei": 3 * WEI_PER_UNIT,
    }
    assert emitted(tx) == [(auctioneer.address, "ProceedsWithdrawn", fields)]
    with reverts_with(auctioneer, "NoProceeds", seller):
        auctioneer.withdrawProceeds(seller, {"from": seller})


def test_withdraw_nothing(auctioneer, sold, stranger):
    """Who sold nothing has earned nothing."""
    with reverts_with(auctioneer, "NoProceeds", stranger):
        auctioneer.withdrawProceeds(stranger, {"from": stranger})


def test_withdraw_to_who_refuses(auctioneer, sold, seller, actor):
    """A recipient that takes no ether fails the withdrawal; the proceeds stay."""
    refuser = actor(Manner.REFUSE)
    with reverts_with(auctioneer, "PaymentRefused", refuser, 3 * WEI_PER_UNIT):
        auctioneer.withdrawProceeds(refuser, {"from": seller})
    assert auctioneer.proceeds(seller) == 3 * WEI_PER_UNIT


def test_bonds_are_nobodys(auctioneer, dao, sold, seller, alice, bob, carol, stranger):
    """What is forfeited at either level stays there for ever: no seller, bidder or stranger gets at it."""
    for book, who, bond in ((auctioneer, carol, 3), (dao, bob, 2)):
        tx = claim(book, sold, who)
        burnt = ("BondBurnt", {"lot": sold, "bidder": who.address, "bond": bond})
        assert burnt in logs_of(tx, book)
    claim(dao, sold, alice)
    assert auctioneer.proceeds(seller) == 3 * WEI_PER_UNIT
    auctioneer.withdrawProceeds(seller, {"from": seller})
    assert (auctioneer.balance(), dao.balance()) == (3 * WEI_PER_UNIT, 2 * WEI_PER_UNIT)
    for who in (seller, alice, bob, carol, stranger, dao):
        assert auctioneer.proceeds(who) == 0
        for book in (auctioneer, dao):
            with reverts_with(book, "NothingToClaim", sold, who):
                book.claim.call(sold, {"from": who})
            assert emitted(book.claimBatch(sold, [who], {"from": stranger})) == []


def test_members_pay_what_sellers_get_and_what_is_burnt(
    auctioneer, dao, sold, seller, alice, bob, carol, stranger
):
    """To the wei: conservation."""
    before = {who: who.balance() for who in (alice, bob, carol)}
    held = auctioneer.balance() + dao.balance()
    dao.claimBatch(sold, [alice, bob], {"from": stranger})
    auctioneer.claimBatch(sold, [carol], {"from": stranger})
    back = sum(who.balance() - old for who, old in before.items())
    # deposits of 5, 20 and 30; 3 of them were paid already, to the proceeds
    assert held == (5 + 20 + 30) * WEI_PER_UNIT
    assert held - back == auctioneer.proceeds(seller) + (2 + 3) * WEI_PER_UNIT


def test_proceeds_of_many_lots_add_up(auctioneer, dao, item, sold, seller, carol):
    """One withdrawal pays for everything sold."""
    other = list_lot(auctioneer, item, seller, reserve=7)
    seal(auctioneer, other, carol, 8)
    advance(auctioneer, other, Phase.REVEAL)
    reveal_all(auctioneer, other, {carol: 8})
    advance(auctioneer, other, Phase.TALLY)
    auctioneer.settle(other, {"from": carol})
    assert auctioneer.proceeds(seller) == (3 + 7) * WEI_PER_UNIT
