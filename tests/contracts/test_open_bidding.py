"""DAO, open bids: raiseBid, raiseMany, and what they share with sealed ones."""

import pytest
from brownie import accounts, web3

from offchain.bindings.enumerations import Flaw, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance, list_lot, place, reveal, reveal_all, seal
from tests.contracts.checks import bid_of, emitted, reverts_with
from tests.contracts.mechanism import MOST, entry, open_bid


@pytest.fixture
def second(auctioneer, open_dao, item, seller):
    """A second lot that the open DAO entered."""
    lot = list_lot(auctioneer, item, seller)
    open_dao.enter(lot, {"from": accounts[0]})
    return lot


def test_raise_bid_is_bid_and_deposit_at_once(open_dao, lot, alice):
    """One transaction, open from the start."""
    tx = place(open_dao, lot, alice, 5)
    assert bid_of(open_dao, lot, alice) == open_bid(5, 5)
    assert open_dao.bookOf(lot)["members"] == 1
    assert open_dao.balance() == 5 * WEI_PER_UNIT
    assert emitted(tx) == [(open_dao.address, "BidPlaced", {"entry": entry(lot, 5, alice)})]


def test_raise_bid_again_adds(open_dao, lot, alice, bob):
    """Each call raises the bid by what it brings, and counts its bidder once."""
    place(open_dao, lot, alice, 5)
    place(open_dao, lot, bob, 2)
    tx = place(open_dao, lot, alice, 1)
    assert bid_of(open_dao, lot, alice) == open_bid(6, 6)
    assert open_dao.bookOf(lot)["members"] == 2
    assert emitted(tx)[0].fields["entry"] == entry(lot, 6, alice)


def test_raise_bids_equals_as_many_raises(open_dao, lot, second, alice):
    """Several lots in one call."""
    tx = open_dao.raiseMany([(lot, 5), (second, 6)], {"from": alice, "value": 11 * WEI_PER_UNIT})
    assert bid_of(open_dao, lot, alice) == open_bid(5, 5)
    assert bid_of(open_dao, second, alice) == open_bid(6, 6)
    assert emitted(tx) == [
        (open_dao.address, "BidPlaced", {"entry": entry(where, bid, alice)})
        for where, bid in ((lot, 5), (second, 6))
    ]


@pytest.mark.parametrize("sent", [0, 10 * WEI_PER_UNIT, 11 * WEI_PER_UNIT + 1, 12 * WEI_PER_UNIT])
def test_raise_bids_with_other_value(open_dao, lot, second, alice, sent):
    """The amounts named must be the ether sent, to the wei."""
    with reverts_with(open_dao, "ValueMismatch", 11 * WEI_PER_UNIT, sent):
        open_dao.raiseMany([(lot, 5), (second, 6)], {"from": alice, "value": sent})


def test_raise_bids_of_none(open_dao, alice):
    """Nothing named, nothing sent, nothing done."""
    assert emitted(open_dao.raiseMany([], {"from": alice})) == []


def test_raise_bids_by_nothing(open_dao, lot, second, alice):
    """One bad amount refuses all."""
    with reverts_with(open_dao, "ZeroDeposit", second, alice):
        open_dao.raiseMany([(lot, 5), (second, 0)], {"from": alice, "value": 5 * WEI_PER_UNIT})


def test_raise_bid_by_nothing(open_dao, lot, alice):
    """A raise brings something, the first and any later."""
    for _ in range(2):
        with reverts_with(open_dao, "ZeroDeposit", lot, alice):
            place(open_dao, lot, alice, 0)
        place(open_dao, lot, alice, 2)


@pytest.mark.parametrize("wei", [1, WEI_PER_UNIT - 1, 5 * WEI_PER_UNIT + 1])
def test_raise_bid_by_a_fraction_of_a_unit(open_dao, lot, alice, wei):
    """Nothing is rounded silently."""
    with reverts_with(open_dao, "NotWholeUnits", wei):
        open_dao.raiseBid(lot, {"from": alice, "value": wei})


def test_raise_bid_above_the_field(open_dao, lot, alice):
    """A bid fits 64 bits; one unit more is refused, at once or on top."""
    web3.provider.make_request(
        "anvil_setBalance", [alice.address, hex((MOST + 10**12) * WEI_PER_UNIT)]
    )
    with reverts_with(open_dao, "TooManyUnits", MOST + 1):
        place(open_dao, lot, alice, MOST + 1)
    place(open_dao, lot, alice, MOST)
    with reverts_with(open_dao, "TooManyUnits", MOST + 1):
        place(open_dao, lot, alice, 1)
    with reverts_with(open_dao, "TooManyUnits", 2 * MOST):
        open_dao.raiseMany([(lot, MOST)], {"from": alice})


def test_minimum_counts_the_whole_bid(open_dao, lot, alice):
    """A first bid under the minimum is refused; a raise of one unit on top of it is not."""
    with reverts_with(open_dao, "BelowMinimum", lot, alice, 1, 2):
        place(open_dao, lot, alice, 1)
    place(open_dao, lot, alice, 2)
    place(open_dao, lot, alice, 1)
    assert bid_of(open_dao, lot, alice) == open_bid(3, 3)


def test_open_bid_in_a_sealed_dao(dao, lot, alice):
    """A sealed DAO's members do not show their bids."""
    with reverts_with(dao, "BidsAreSealed", lot):
        place(dao, lot, alice, 5)
    with reverts_with(dao, "BidsAreSealed", lot):
        dao.raiseMany([(lot, 5)], {"from": alice, "value": 5 * WEI_PER_UNIT})


def test_sealed_bid_in_an_open_dao(open_dao, lot, alice):
    """An open DAO's members do."""
    with reverts_with(open_dao, "BidsAreOpen", lot):
        seal(open_dao, lot, alice, 5)
    with reverts_with(open_dao, "BidsAreOpen", lot):
        seals = [(lot, b"\x11" * 24, 5)]
        open_dao.commitMany(seals, [b""], {"from": alice, "value": 5 * WEI_PER_UNIT})


def test_withdraw_an_open_bid(open_dao, lot, alice, bob, stranger):
    """To lower a bid, take it back: it is no longer counted, and can be made anew."""
    place(open_dao, lot, alice, 5)
    place(open_dao, lot, bob, 4)
    before = stranger.balance()
    tx = open_dao.withdraw(lot, stranger, {"from": alice})
    assert stranger.balance() - before == 5 * WEI_PER_UNIT
    fields = {"lot": lot, "bidder": alice.address, "deposit": 5}
    assert emitted(tx) == [(open_dao.address, "BidWithdrawn", fields)]
    assert open_dao.bookOf(lot)["members"] == 1
    place(open_dao, lot, alice, 3)
    assert open_dao.bookOf(lot)["members"] == 2
    assert bid_of(open_dao, lot, alice) == open_bid(3, 3)


def test_nothing_to_reveal(open_dao, lot, alice):
    """An open bid is revealed already: alone an error, in a batch passed over."""
    place(open_dao, lot, alice, 5)
    advance(open_dao, lot, Phase.REVEAL)
    with reverts_with(open_dao, "AlreadyRevealed", lot, alice):
        reveal(open_dao, lot, alice, 5)
    (skipped,) = emitted(reveal_all(open_dao, lot, {alice: 5}))
    assert skipped.fields["flaw"] == Flaw.ALREADY_REVEALED
    assert open_dao.bookOf(lot)["members"] == 1
