"""Several calls in one transaction, at both levels, for everything that brings no ether."""

import brownie
import pytest
from brownie import accounts

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance, list_lot, reveal_all, seal
from tests.contracts.checks import bid_of, reverts_with
from tests.contracts.mechanism import commitment, open_bid, salt_of, sealed_bid


@pytest.fixture(scope="module")
def second(auctioneer, dao, item, seller):
    """A second lot that the DAO entered."""
    lot = list_lot(auctioneer, item, seller)
    dao.enter(lot, {"from": accounts[0]})
    return lot


def test_reveal_and_claim_on_many_lots(book, lot, second, alice):
    """One transaction opens, another takes back, whatever the number of lots."""
    for where in (lot, second):
        seal(book, where, alice, 2)
    advance(book, second, Phase.REVEAL)
    calls = [book.reveal.encode_input(where, 2, salt_of(where, alice)) for where in (lot, second)]
    book.multicall(calls, {"from": alice})
    assert [bid_of(book, where, alice) for where in (lot, second)] == [open_bid(2, 2)] * 2
    advance(book, second, Phase.CLOSED)
    calls = [book.claim.encode_input(where) for where in (lot, second)]
    book.multicall(calls, {"from": alice})
    assert book.balance() == 0


def test_one_failure_fails_all(book, lot, second, alice):
    """Nothing is half done, and the error is the failing call's own."""
    seal(book, lot, alice, 5)
    advance(book, second, Phase.REVEAL)
    calls = [book.reveal.encode_input(where, 5, salt_of(where, alice)) for where in (lot, second)]
    with reverts_with(book, "NoBid", second, alice):
        book.multicall(calls, {"from": alice})
    assert bid_of(book, lot, alice) == sealed_bid(commitment(book, lot, alice, 5), 5)


def test_brings_no_ether(book, lot, alice):
    """Ether sent once must not be counted in every call."""
    call = book.commit.encode_input(lot, commitment(book, lot, alice, 5))
    with brownie.reverts():
        alice.transfer(book, WEI_PER_UNIT, data=book.multicall.encode_input([call, call]))
    with reverts_with(book, "ZeroDeposit", lot, alice):
        book.multicall([call], {"from": alice})


def test_acts_as_the_caller(book, lot, alice, stranger):
    """A multicall takes nothing of anybody else's."""
    seal(book, lot, alice, 5)
    call = book.withdraw.encode_input(lot, stranger)
    with reverts_with(book, "NoBid", lot, stranger):
        book.multicall([call], {"from": stranger})


def test_withdraws_once(book, lot, alice, bob):
    """Repeating a call inside repeats its error, not its payment."""
    for bidder in (alice, bob):
        seal(book, lot, bidder, 5)
    call = book.withdraw.encode_input(lot, alice)
    with reverts_with(book, "NoBid", lot, alice):
        book.multicall([call, call], {"from": alice})
    advance(book, lot, Phase.REVEAL)
    reveal_all(book, lot, {alice: 5, bob: 5})
