"""The contracts on Ganache: two whole auctions and a few errors. All else is tested on Anvil."""

from brownie import accounts

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    bid_all,
    claim,
    place,
    reveal,
    reveal_all,
    seal,
    settle,
    tally,
)
from tests.contracts.checks import emitted, plain, reverts_with
from tests.contracts.mechanism import NOBODY, entry


def test_sealed_auction(
    auctioneer, dao, rival, item, lot, seller, alice, bob, carol, dave, stranger
):
    """Two sealed DAOs and an individual: everybody pays and receives what the mechanism says."""
    erin = accounts[6]
    seal(dao, lot, alice, 10, deposit=15)
    seal(dao, lot, bob, 9)
    seal(dao, lot, carol, 7, deposit=20)
    seal(rival, lot, dave, 12)
    seal(auctioneer, lot, erin, 14, deposit=30)
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, {alice: 10, bob: 9}, stranger)
    reveal(rival, lot, dave, 12)
    reveal(auctioneer, lot, erin, 14)
    advance(dao, lot, Phase.TALLY)
    tally(rival, lot, {dave: 12}, stranger)
    tally(dao, lot, {alice: 10, bob: 9}, stranger, step=1)
    # 2 * 9 against 12 and 14; the 14 came first, so 15 is critical: 8 each. Carol did not reveal.
    assert plain(auctioneer.standing(lot)) == (Phase.CLOSED, dao, 15)
    settle(dao, lot, {alice: 10, bob: 9}, 15, stranger, step=1)
    assert item.ownerOf(lot) == dao.estateAt(lot)
    assert [dao.hasAccess(lot, who) for who in (alice, bob, carol)] == [True, True, False]
    due = {alice: 7, bob: 1, carol: 18, dave: 12, erin: 30}
    before = {who: who.balance() for who in due}
    dao.claimBatch(lot, [alice, bob, carol], {"from": stranger})
    rival.claimBatch(lot, [dave], {"from": stranger})
    auctioneer.claimBatch(lot, [erin], {"from": stranger})
    assert {who: who.balance() - before[who] for who in due} == {
        who: amount * WEI_PER_UNIT for who, amount in due.items()
    }
    recipient = accounts[20]
    before = recipient.balance()
    auctioneer.withdrawProceeds(recipient, {"from": seller})
    assert recipient.balance() - before == 16 * WEI_PER_UNIT
    assert [book.balance() for book in (auctioneer, dao, rival)] == [0, 2 * WEI_PER_UNIT, 0]


def test_open_auction(auctioneer, open_dao, dao, item, lot, alice, bob, carol, stranger):
    """An open DAO wins at the reserve, and a member claims by itself."""
    bids = {alice: 5, bob: 4}
    bid_all(open_dao, lot, bids, is_open=True)
    place(open_dao, lot, carol, 2)
    open_dao.withdraw(lot, carol, {"from": carol})
    advance(open_dao, lot, Phase.TALLY)
    tally(open_dao, lot, bids, stranger)
    tally(dao, lot, {}, stranger)
    settle(open_dao, lot, bids, 3, stranger)
    assert item.ownerOf(lot) == open_dao.estateAt(lot)
    tx = claim(open_dao, lot, alice)
    assert emitted(tx) == [(open_dao.address, "Claimed", {"entry": entry(lot, 3, alice)})]
    open_dao.claimBatch(lot, [bob], {"from": stranger})
    assert open_dao.balance() == 0


def test_nobody_wins(auctioneer, dao, item, seller, lot, alice, stranger):
    """Without a bid at the reserve the item and the deposit go back."""
    seal(dao, lot, alice, 2)
    advance(dao, lot, Phase.CLOSED)
    assert plain(auctioneer.standing(lot)) == (Phase.VOID, NOBODY, 0)
    auctioneer.reclaim(lot, {"from": stranger})
    assert item.ownerOf(lot) == seller
    claim(dao, lot, alice)
    assert dao.balance() == 0


def test_errors(auctioneer, dao, lot, alice, bob, stranger):
    """Errors arrive with their arguments, on this node too."""
    with reverts_with(auctioneer, "UnknownDAO", stranger):
        auctioneer.enter(lot, {"from": stranger})
    with reverts_with(dao, "NotWholeUnits", WEI_PER_UNIT + 1):
        dao.commit(lot, b"\x11" * 24, {"from": alice, "value": WEI_PER_UNIT + 1})
    with reverts_with(dao, "ZeroDeposit", lot, alice):
        seal(dao, lot, alice, 5, deposit=0)
    seal(dao, lot, alice, 6, deposit=5)
    with reverts_with(dao, "WrongPhase", lot, Phase.BIDDING):
        reveal(dao, lot, alice, 6)
    advance(dao, lot, Phase.REVEAL)
    with reverts_with(dao, "BidAboveDeposit", lot, alice, 6, 5):
        reveal(dao, lot, alice, 6)
    with reverts_with(dao, "NoBid", lot, bob):
        reveal(dao, lot, bob, 5)
    advance(dao, lot, Phase.TALLY)
    with reverts_with(dao, "NotRevealed", alice):
        tally(dao, lot, {alice: 6})
