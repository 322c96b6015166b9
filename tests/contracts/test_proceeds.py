"""What sellers earn: prices, bonds of individuals, and bonds that DAOs forward."""

import pytest

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance, claim, list_lot, reveal_all, seal, settle, tally
from tests.contracts.checks import emitted, reverts_with
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


def test_bonds_of_individuals_are_proceeds_at_once(auctioneer, sold, seller, carol):
    """A forfeited bond at the auctioneer is the seller's."""
    claim(auctioneer, sold, carol)
    assert auctioneer.proceeds(seller) == 6 * WEI_PER_UNIT


def test_forward_bonds(auctioneer, dao, sold, seller, bob, stranger):
    """Bonds gather at the DAO, and anyone sends them on to the seller, once."""
    claim(dao, sold, bob)
    assert dao.bonds(sold) == 2
    tx = dao.forwardBonds(sold, {"from": stranger})
    assert emitted(tx) == [
        (dao.address, "BondsForwarded", {"lot": sold, "amount": 2}),
        (
            auctioneer.address,
            "BondsCredited",
            {"lot": sold, "giver": dao.address, "amountWei": 2 * WEI_PER_UNIT},
        ),
    ]
    assert dao.bonds(sold) == dao.balance() - 2 * WEI_PER_UNIT == 0
    assert auctioneer.proceeds(seller) == 5 * WEI_PER_UNIT
    with reverts_with(dao, "NoBonds", sold):
        dao.forwardBonds(sold, {"from": stranger})


def test_no_bonds(dao, sold, stranger):
    """Before anybody forfeits there is nothing to forward, on any lot."""
    for lot in (sold, sold + 1):
        with reverts_with(dao, "NoBonds", lot):
            dao.forwardBonds(lot, {"from": stranger})


def test_bonds_belong_to_their_lot(auctioneer, dao, item, sold, bob, stranger):
    """Each lot's bonds go to that lot's seller."""
    other = list_lot(auctioneer, item, stranger, bond_bps=2_500)
    dao.enter(other, {"from": stranger})
    seal(dao, other, bob, 8)
    seal(auctioneer, other, stranger, 5)
    advance(dao, other, Phase.REVEAL)
    reveal_all(auctioneer, other, {stranger: 5})
    advance(dao, other, Phase.CLOSED)
    auctioneer.settle(other, {"from": bob})
    claim(dao, other, bob)
    dao.forwardBonds(other, {"from": bob})
    assert auctioneer.proceeds(stranger) == (3 + 2) * WEI_PER_UNIT
    with reverts_with(dao, "NoBonds", sold):
        dao.forwardBonds(sold, {"from": bob})


def test_credit_is_a_gift(auctioneer, lot, seller, stranger):
    """Anyone may give to a lot's seller, any number of wei."""
    tx = auctioneer.credit(lot, {"from": stranger, "value": 5})
    fields = {"lot": lot, "giver": stranger.address, "amountWei": 5}
    assert emitted(tx) == [(auctioneer.address, "BondsCredited", fields)]
    assert auctioneer.proceeds(seller) == 5


def test_credit_of_nothing_leaves_no_log(auctioneer, lot, seller, stranger):
    """It would be free, and every keeper's to read."""
    assert emitted(auctioneer.credit(lot, {"from": stranger})) == []
    assert auctioneer.proceeds(seller) == 0


def test_credit_to_no_lot(auctioneer, lot, stranger):
    """Without a lot there is no seller."""
    with reverts_with(auctioneer, "WrongPhase", lot + 1, Phase.NONE):
        auctioneer.credit(lot + 1, {"from": stranger, "value": WEI_PER_UNIT})


def test_proceeds_of_many_lots_add_up(auctioneer, dao, item, sold, seller, carol):
    """One withdrawal pays for everything sold."""
    other = list_lot(auctioneer, item, seller, reserve=7)
    seal(auctioneer, other, carol, 8)
    advance(auctioneer, other, Phase.REVEAL)
    reveal_all(auctioneer, other, {carol: 8})
    advance(auctioneer, other, Phase.TALLY)
    auctioneer.settle(other, {"from": carol})
    assert auctioneer.proceeds(seller) == (3 + 7) * WEI_PER_UNIT
