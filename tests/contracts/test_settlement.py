"""The winner pays and gets the item: DAOs by certificate, individuals from their deposit."""

import pytest
from brownie import accounts

from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    bid_all,
    list_lot,
    now,
    place,
    reveal,
    reveal_all,
    seal,
    settle,
    start_of,
    tally,
)
from tests.contracts.checks import bid_of, emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import NOBODY, ascending, certificate, equal_split, open_bid, pack


@pytest.fixture
def bids(alice, bob, carol, dave):
    """Ranks times bids, upward: 4*2, 3*5, 2*7, 1*9; so the willingness to pay is 15."""
    return {alice: 7, bob: 2, carol: 9, dave: 5}


@pytest.fixture
def lead(auctioneer, dao, lot):
    """Makes the DAO lead the closed lot at ``price``: an individual bids one unit less."""

    def lead(bids, price, step=500, tallier=None, others=()):
        rival = {accounts[20]: price - 1} if price > 3 else {}
        bid_all(auctioneer, lot, rival)
        bid_all(dao, lot, bids)
        advance(dao, lot, Phase.REVEAL)
        reveal_all(auctioneer, lot, rival)
        reveal_all(dao, lot, bids)
        advance(dao, lot, Phase.TALLY)
        tally(dao, lot, bids, tallier, step)
        for other in others:
            tally(other, lot, {})
        assert plain(auctioneer.standing(lot)) == (Phase.CLOSED, dao, price)

    return lead


# A DAO WINS


@pytest.mark.parametrize("step", [500, 2])
@pytest.mark.parametrize("price", range(3, 16))
def test_share_at_every_price(dao, lot, lead, bids, price, step):
    """Whatever the price, the largest set that can share it is served, at the least whole share."""
    lead(bids, price, step)
    tx = settle(dao, lot, bids, price, step=step)
    served, share = equal_split(list(bids.values()), price)
    (won,) = (log.fields for log in emitted(tx) if log.name == "BookWon")
    assert won == {"lot": lot, "price": price, "served": served, "share": share}
    access = [dao.hasAccess(lot, bidder) for bidder in bids]
    assert access == [bid >= share for bid in bids.values()]
    assert sum(access) == served


def test_settle_pays_and_delivers(auctioneer, dao, item, lot, lead, bids, seller, stranger):
    """By anyone's call, in one transaction: shares to the seller, the item to the estate, every log."""
    lead(bids, 13)
    held, earned = dao.balance(), auctioneer.balance()
    tx = settle(dao, lot, bids, 13, sender=stranger)
    assert [(log.emitter, log.name, log.fields) for log in emitted(tx)] == [
        (dao, "BookWon", {"lot": lot, "price": 13, "served": 3, "share": 5}),
        (auctioneer, "LotSettled", {"lot": lot, "winner": dao.address, "price": 13, "paid": 15}),
        (item, "Transfer", {"from": auctioneer, "to": dao.estateAt(lot), "tokenId": lot}),
    ]
    assert item.ownerOf(lot) == dao.estateAt(lot)
    assert (held - dao.balance(), auctioneer.balance() - earned) == (
        15 * WEI_PER_UNIT,
        15 * WEI_PER_UNIT,
    )
    assert auctioneer.proceeds(seller) == 15 * WEI_PER_UNIT
    assert auctioneer.phase(lot) == dao.phase(lot) == Phase.SETTLED
    assert plain(dao.bookOf(lot))[4:] == (3, 5, BookState.WON)
    assert dao.servedOf(lot) == 3


def test_settle_an_open_dao(auctioneer, open_dao, item, lot, alice, bob):
    """Open bids are settled in the same way."""
    bids = {alice: 6, bob: 5}
    bid_all(open_dao, lot, bids, is_open=True)
    advance(open_dao, lot, Phase.TALLY)
    tally(open_dao, lot, bids)
    advance(open_dao, lot, Phase.CLOSED)
    settle(open_dao, lot, bids, 3)
    assert item.ownerOf(lot) == open_dao.estateAt(lot)
    assert open_dao.bookOf(lot)["share"] == 2


def test_unrevealed_members_are_never_served(dao, lot, alice, bob):
    """A sealed bid gives no access, however large its deposit."""
    bid_all(dao, lot, {alice: 5, bob: 50})
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, alice, 5)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 5})
    settle(dao, lot, {alice: 5}, 3)
    assert [dao.hasAccess(lot, who) for who in (alice, bob)] == [True, False]


def test_access_comes_with_settlement(dao, rival, lot, lead, bids, stranger):
    """Nobody has access before, strangers never, nor anybody in a DAO that did not win."""
    lead(bids, 3, others=[rival])
    assert not any(dao.hasAccess(lot, who) for who in (*bids, stranger))
    settle(dao, lot, bids, 3)
    assert all(dao.hasAccess(lot, who) for who in bids)
    assert not dao.hasAccess(lot, stranger)
    assert not dao.hasAccess(lot + 1, ascending(bids)[0])
    assert not any(rival.hasAccess(lot, who) for who in bids)


def test_settle_twice(dao, lot, lead, bids):
    """A lot is paid for once."""
    lead(bids, 3)
    settle(dao, lot, bids, 3)
    with reverts_with(dao, "WrongPhase", lot, Phase.SETTLED):
        settle(dao, lot, bids, 3)


def test_settling_clears_the_certificate(dao, auctioneer, lot, lead, bids, keeper, stranger):
    """What proved the tally is gone, and nobody tallies again, although there would be time."""
    lead(bids, 13, tallier=keeper)
    proved = dao.checkpoints(lot, keeper, 0)
    assert plain(dao.resultOf(lot)) == (keeper, 15)
    settle(dao, lot, bids, 13)
    assert dao.checkpoints(lot, keeper, 0) == "0x" + "00" * 32 != proved
    assert plain(dao.resultOf(lot)) == (NOBODY, 0)
    assert now() < start_of(dao, lot, Phase.CLOSED)
    for tallier, members in ((keeper, {}), (stranger, bids), (stranger, {})):
        with reverts_with(dao, "WrongPhase", lot, Phase.SETTLED):
            tally(dao, lot, members, tallier)
    assert (dao.servedOf(lot), auctioneer.lotOf(lot)["arrived"]) == (3, 1)


def test_settle_by_a_dao_that_lost(auctioneer, dao, rival, lot, alice, bob):
    """A certificate of one's own bids buys nothing that another won: not by a DAO, nor before one."""
    for book, bidder, bid in ((dao, alice, 5), (rival, bob, 6)):
        seal(book, lot, bidder, bid)
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, alice, 5)
    reveal(rival, lot, bob, 6)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 5})
    tally(rival, lot, {bob: 6})
    with reverts_with(dao, "NotWinner", lot, rival):
        settle(dao, lot, {alice: 5}, 3)
    with reverts_with(auctioneer, "LedByDAO", lot, rival):
        auctioneer.settle(lot, {"from": bob})


def test_settle_with_altered_bids(dao, lot, lead, bids):
    """The certificate is what was tallied, nothing else: bids, their order and number, start, best."""
    lead(bids, 13)
    start, best, packed = certificate(list(bids.values()), 13)
    wrong = [
        (start, best, pack([2, 5, 7, 10])),
        (start, best, pack([5, 2, 7, 9])),
        (start, best, pack([2, 5, 7])),
        (start, best, pack([2, 5, 7, 9, 9])),
        (start, best, packed + b"\x00"),
        (start, best, packed[:-1]),
        (start, best, b""),
        (start, best + 1, packed),
        (start + 1, best, packed),
        (2**256 - 1, best, packed),
    ]
    for proof in wrong:
        with reverts_with(dao, "DigestMismatch", lot, proof[0]):
            dao.settle(lot, *proof, {"from": accounts[0]})
    dao.settle(lot, start, best, packed, {"from": accounts[0]})


def test_settle_with_the_wrong_step(dao, lot, lead, bids):
    """Of several genuine steps only the one in which the price comes within reach serves all."""
    lead(bids, 13, step=1)
    steps = {0: (0, [2]), 1: (8, [5]), 2: (15, [7]), 3: (15, [9])}
    for start in (0, 2, 3):
        best, part = steps[start]
        with reverts_with(dao, "WrongCheckpoint", lot, start):
            dao.settle(lot, start, best, pack(part), {"from": accounts[0]})
    dao.settle(lot, 1, 8, pack([5]), {"from": accounts[0]})
    assert dao.bookOf(lot)["share"] == 5


def test_settle_with_another_tally(dao, lot, lead, bids, alice, keeper):
    """Only the finished tally counts, not steps that others took."""
    order = ascending(bids)
    lead(bids, 13, step=4, tallier=keeper)
    assert dao.checkpoints(lot, alice, 0) == "0x" + "00" * 32
    with reverts_with(dao, "DigestMismatch", lot, 1):
        dao.settle(lot, 1, 8, pack([bids[who] for who in order[1:]]), {"from": alice})


# AN INDIVIDUAL WINS


@pytest.fixture
def led(auctioneer, lot, alice, bob):
    """A closed lot that Alice leads at 5, with a bid of 7 under a deposit of 9."""
    seal(auctioneer, lot, alice, 7, deposit=9)
    seal(auctioneer, lot, bob, 4)
    advance(auctioneer, lot, Phase.REVEAL)
    reveal_all(auctioneer, lot, {bob: 4, alice: 7})
    advance(auctioneer, lot, Phase.CLOSED)
    return lot


def test_individual_pays_from_the_deposit(auctioneer, item, led, seller, alice, stranger):
    """By anyone's call: the price moves from the deposit to the seller, the item to the winner."""
    held = auctioneer.balance()
    tx = auctioneer.settle(led, {"from": stranger})
    assert [(log.emitter, log.name, log.fields) for log in emitted(tx)] == [
        (auctioneer, "LotSettled", {"lot": led, "winner": alice.address, "price": 5, "paid": 5}),
        (item, "Transfer", {"from": auctioneer, "to": alice, "tokenId": led}),
    ]
    assert item.ownerOf(led) == alice
    assert auctioneer.proceeds(seller) == 5 * WEI_PER_UNIT
    assert auctioneer.balance() == held
    assert bid_of(auctioneer, led, alice) == open_bid(7, 9)
    assert plain(auctioneer.bookOf(led))[5:] == (5, BookState.WON)
    assert auctioneer.phase(led) == Phase.SETTLED


def test_individual_settled_twice(auctioneer, led, alice):
    """A deposit pays once."""
    auctioneer.settle(led, {"from": alice})
    with reverts_with(auctioneer, "WrongPhase", led, Phase.SETTLED):
        auctioneer.settle(led, {"from": alice})


def test_individual_beats_daos(auctioneer, dao, item, lot, alice, bob):
    """An individual above every DAO pays the best DAO's bid, and that DAO cannot settle."""
    seal(auctioneer, lot, alice, 11)
    seal(dao, lot, bob, 9)
    advance(dao, lot, Phase.REVEAL)
    reveal(auctioneer, lot, alice, 11)
    reveal(dao, lot, bob, 9)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {bob: 9})
    with reverts_with(dao, "NotWinner", lot, alice):
        settle(dao, lot, {bob: 9}, 9)
    tx = auctioneer.settle(lot, {"from": alice})
    assert logs_of(tx, auctioneer)[0][1]["price"] == 9
    assert item.ownerOf(lot) == alice


def test_settle_a_lot_nobody_won(auctioneer, dao, item, seller, lot, alice):
    """Without a leader there is nothing to settle, at either level."""
    seal(dao, lot, alice, 2)
    advance(dao, lot, Phase.REVEAL)
    reveal(dao, lot, alice, 2)
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 2})
    with reverts_with(auctioneer, "WrongPhase", lot, Phase.VOID):
        auctioneer.settle(lot, {"from": alice})
    with reverts_with(dao, "WrongPhase", lot, Phase.VOID):
        settle(dao, lot, {alice: 2}, 1)


def test_lots_are_settled_one_by_one(auctioneer, open_dao, item, seller, lot, alice):
    """Winning two lots, a member pays for each from what it deposited on each."""
    second = list_lot(auctioneer, item, seller)
    open_dao.enter(second, {"from": alice})
    place(open_dao, lot, alice, 5)
    place(open_dao, second, alice, 8)
    advance(open_dao, second, Phase.TALLY)
    tally(open_dao, lot, {alice: 5})
    tally(open_dao, second, {alice: 8})
    advance(open_dao, second, Phase.CLOSED)
    settle(open_dao, lot, {alice: 5}, 3)
    assert [open_dao.hasAccess(where, alice) for where in (lot, second)] == [True, False]
    settle(open_dao, second, {alice: 8}, 3)
    assert open_dao.hasAccess(second, alice)
    assert open_dao.balance() == (5 + 8 - 3 - 3) * WEI_PER_UNIT
