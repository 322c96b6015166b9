"""DAO: the proof of the order of its bids, and the willingness to pay that follows from it."""

import pytest
from brownie import accounts, web3

from offchain.bindings.enumerations import Phase
from tests.contracts.auction import (
    advance,
    bid_all,
    list_lot,
    place,
    reveal_all,
    seal,
    sealed_to_tally,
    tally,
)
from tests.contracts.checks import emitted, plain, reverts_with
from tests.contracts.mechanism import NOBODY, ascending, entry, pack, willingness_to_pay


def digest(best, start, bids):
    """What a checkpoint stores: 32 bytes each of `best` and `start`, then 8 bytes per bid."""
    return web3.keccak(best.to_bytes(32, "big") + start.to_bytes(32, "big") + pack(bids))


@pytest.fixture
def bids(alice, bob, carol, dave):
    """Ranks times bids, upward: 4*2, 3*5, 2*7, 1*9; so the willingness to pay is 15."""
    return {alice: 7, bob: 2, carol: 9, dave: 5}


@pytest.fixture
def counted(dao, lot, bids):
    """A DAO in its tally phase, with all bids open."""
    sealed_to_tally(dao, lot, bids)
    return dao


def test_tally_in_one_step(counted, auctioneer, lot, bids, keeper):
    """All bids in order: the DAO bids its willingness to pay at once, and the proof is kept."""
    tx = tally(counted, lot, bids, keeper)
    assert emitted(tx) == [
        (
            counted.address,
            "Checkpoint",
            {"lot": lot, "tallier": keeper.address, "start": 0, "counted": 4, "best": 15},
        ),
        (
            counted.address,
            "Tallied",
            {"lot": lot, "tallier": keeper.address, "willingnessToPay": 15},
        ),
        (auctioneer.address, "DAOBid", {"lot": lot, "dao": counted.address, "bid": 15}),
    ]
    assert plain(counted.resultOf(lot)) == (keeper, 15)
    assert bytes(counted.checkpoints(lot, keeper, 0)) == digest(0, 0, [2, 5, 7, 9])
    assert plain(auctioneer.standing(lot)) == (Phase.CLOSED, counted, 3)


def test_tally_in_many_steps(counted, auctioneer, lot, bids, keeper):
    """A step takes up where the last one ended, and nothing is bid before the end."""
    order = ascending(bids)
    first = counted.tally(lot, order[:1], {"from": keeper})
    fields = {"lot": lot, "tallier": keeper.address, "start": 0, "counted": 1, "best": 8}
    assert emitted(first) == [(counted.address, "Checkpoint", fields)]
    assert plain(counted.progress(lot, keeper)) == (entry(0, 2, order[0]), 1, 8)
    second = counted.tally(lot, order[1:3], {"from": keeper})
    fields = {"lot": lot, "tallier": keeper.address, "start": 1, "counted": 3, "best": 15}
    assert emitted(second) == [(counted.address, "Checkpoint", fields)]
    assert plain(counted.resultOf(lot)) == (NOBODY, 0)
    assert auctioneer.phase(lot) == Phase.TALLY
    counted.tally(lot, order[3:], {"from": keeper})
    assert plain(counted.resultOf(lot)) == (keeper, 15)
    steps = {0: (0, [2]), 1: (8, [5, 7]), 3: (15, [9])}
    for start, (best, part) in steps.items():
        assert bytes(counted.checkpoints(lot, keeper, start)) == digest(best, start, part)


def test_equal_bids_come_in_the_order_of_addresses(dao, lot, alice, bob, carol):
    """Ties have one order only, which the tally checks."""
    bids = dict.fromkeys((alice, bob, carol), 4)
    sealed_to_tally(dao, lot, bids)
    order = ascending(bids)
    with reverts_with(dao, "OutOfOrder", order[0]):
        dao.tally(lot, [order[1], order[0], order[2]], {"from": alice})
    dao.tally(lot, order, {"from": alice})
    assert dao.resultOf(lot)[1] == 12


@pytest.mark.parametrize(
    "amounts", [[1], [1, 1], [1, 100], [100, 99], [5, 4, 3, 2, 1], [6, 3, 2, 1]]
)
def test_willingness_to_pay(open_dao, lot, amounts):
    """The largest number of members times the bid they all reach."""
    bids = {accounts[10 + i]: 2 * amount for i, amount in enumerate(amounts)}
    bid_all(open_dao, lot, bids, is_open=True)
    advance(open_dao, lot, Phase.TALLY)
    tally(open_dao, lot, bids)
    assert open_dao.resultOf(lot)[1] == willingness_to_pay([2 * amount for amount in amounts])


def test_unrevealed_members_do_not_count(dao, lot, alice, bob, carol):
    """Only open bids make up the willingness to pay."""
    bid_all(dao, lot, {alice: 5, bob: 6, carol: 7})
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, {alice: 5, bob: 6})
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 5, bob: 6})
    assert dao.resultOf(lot)[1] == 10


def test_book_without_open_bids(dao, auctioneer, lot, alice, keeper):
    """A DAO nobody bid for says so at once, with an empty tally, and nobody waits for it."""
    seal(dao, lot, alice, 5)
    advance(dao, lot, Phase.TALLY)
    tx = dao.tally(lot, [], {"from": keeper})
    assert [log.name for log in emitted(tx)] == ["Checkpoint", "Tallied", "DAOBid"]
    assert plain(dao.resultOf(lot)) == (keeper, 0)
    assert auctioneer.phase(lot) == Phase.VOID


# WHAT IS REFUSED


def test_descending_order(counted, lot, bids, keeper):
    """The order is proved, not assumed."""
    backwards = ascending(bids)[::-1]
    with reverts_with(counted, "OutOfOrder", backwards[1]):
        counted.tally(lot, backwards, {"from": keeper})


def test_member_repeated(counted, lot, bids, keeper):
    """Nobody counts twice, in a step or over two."""
    first, second, *_ = ascending(bids)
    with reverts_with(counted, "OutOfOrder", first):
        counted.tally(lot, [first, first], {"from": keeper})
    counted.tally(lot, [first, second], {"from": keeper})
    with reverts_with(counted, "OutOfOrder", second):
        counted.tally(lot, [second], {"from": keeper})
    with reverts_with(counted, "OutOfOrder", first):
        counted.tally(lot, [first], {"from": keeper})


def test_member_left_out(counted, lot, bids, keeper):
    """Who skips a member ends one short, and cannot go back."""
    first, skipped, *others = ascending(bids)
    counted.tally(lot, [first, *others], {"from": keeper})
    assert plain(counted.resultOf(lot)) == (NOBODY, 0)
    with reverts_with(counted, "OutOfOrder", skipped):
        counted.tally(lot, [skipped], {"from": keeper})


def test_members_without_open_bid(dao, lot, alice, bob, stranger):
    """Neither a stranger nor a member who did not reveal counts."""
    bid_all(dao, lot, {alice: 5, bob: 6})
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, {alice: 5})
    advance(dao, lot, Phase.TALLY)
    for absent in (bob, stranger):
        with reverts_with(dao, "NotRevealed", absent):
            dao.tally(lot, [alice, absent], {"from": alice})


def test_member_who_withdrew(open_dao, lot, alice, bob):
    """What was taken back is not counted."""
    bid_all(open_dao, lot, {alice: 5, bob: 6}, is_open=True)
    open_dao.withdraw(lot, alice, {"from": alice})
    advance(open_dao, lot, Phase.TALLY)
    with reverts_with(open_dao, "NotRevealed", alice):
        open_dao.tally(lot, [alice, bob], {"from": alice})
    tally(open_dao, lot, {bob: 6})
    assert open_dao.resultOf(lot)[1] == 6


def test_tally_again(counted, lot, bids, keeper, stranger):
    """A finished tally stands, also against its own tallier."""
    tally(counted, lot, bids, keeper)
    for who in (keeper, stranger):
        with reverts_with(counted, "AlreadyTallied", lot, keeper):
            counted.tally(lot, ascending(bids), {"from": who})


def test_step_too_large(counted, lot, alice, keeper):
    """A step is bounded, so that settling is; exactly as many as the bound are looked at."""
    with reverts_with(counted, "StepTooLarge", 501, 500):
        counted.tally(lot, [alice] * 501, {"from": keeper})
    with reverts_with(counted, "OutOfOrder", alice):
        counted.tally(lot, [alice] * 500, {"from": keeper})


def test_members_of_another_lot(open_dao, auctioneer, item, seller, lot, alice):
    """A bid on one lot does not count on another."""
    place(open_dao, lot, alice, 5)
    other = list_lot(auctioneer, item, seller)
    open_dao.enter(other, {"from": alice})
    advance(open_dao, other, Phase.TALLY)
    with reverts_with(open_dao, "NotRevealed", alice):
        open_dao.tally(other, [alice], {"from": alice})
