"""Sealed bids, at both levels: commit, commitMany, withdraw."""

import pytest
from brownie import accounts, web3

from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import create_dao, list_lot, seal
from tests.contracts.checks import bid_of, emitted, reverts_with
from tests.contracts.mechanism import MOST, NO_BID, commitment, entry, sealed_bid, sealed_slot
from tests.puppets import Manner


@pytest.fixture(scope="module")
def second(auctioneer, dao, item, seller):
    """A second lot that the DAO entered."""
    lot = list_lot(auctioneer, item, seller)
    dao.enter(lot, {"from": accounts[0]})
    return lot


@pytest.fixture
def rich(alice):
    """Alice, with more ether than a deposit can name."""
    web3.provider.make_request(
        "anvil_setBalance", [alice.address, hex((MOST + 10**12) * WEI_PER_UNIT)]
    )
    return alice


NO_LOCKS = (b"", b"")

# COMMIT


def test_commit_stores_seal_and_deposit(book, lot, alice):
    """One transaction: one slot, one log, and the contract holds the money."""
    tx = seal(book, lot, alice, 5, deposit=8)
    seal_ = commitment(book, lot, alice, 5)
    assert bid_of(book, lot, alice) == sealed_bid(seal_, 8)
    assert book.balance() == 8 * WEI_PER_UNIT
    fields = {"entry": entry(lot, 0, alice), "sealedBid": sealed_slot(seal_, 8).to_bytes(32, "big")}
    assert emitted(tx) == [(book.address, "BidSealed", fields)]
    assert book.bookOf(lot)["members"] == 0


def test_commit_again_replaces_the_bid_and_adds_to_the_deposit(book, lot, alice):
    """A bid can be changed while bidding lasts; deposits add up."""
    seal(book, lot, alice, 5)
    seal(book, lot, alice, 9, deposit=4)
    assert bid_of(book, lot, alice) == sealed_bid(commitment(book, lot, alice, 9), 9)
    assert book.balance() == 9 * WEI_PER_UNIT


def test_commit_again_without_ether_only_replaces_the_bid(book, lot, alice):
    """Changing one's mind costs no further deposit."""
    seal(book, lot, alice, 5)
    seal(book, lot, alice, 3, deposit=0)
    assert bid_of(book, lot, alice) == sealed_bid(commitment(book, lot, alice, 3), 5)


def test_bidders_and_lots_are_apart(book, lot, second, alice, bob):
    """One slot per bidder and lot."""
    seal(book, lot, alice, 5)
    seal(book, lot, bob, 6)
    seal(book, second, alice, 7)
    expected = {(lot, alice): 5, (lot, bob): 6, (second, alice): 7, (second, bob): None}
    for (where, who), bid in expected.items():
        kept = sealed_bid(commitment(book, where, who, bid), bid) if bid else NO_BID
        assert bid_of(book, where, who) == kept


def test_commit_without_deposit(book, lot, alice):
    """A first bid needs a deposit."""
    with reverts_with(book, "ZeroDeposit", lot, alice):
        seal(book, lot, alice, 5, deposit=0)


def test_deposit_below_the_minimum(factory, DAO, auctioneer, lot, alice):
    """A deposit that cannot cover the least bid is dust already when it comes; it can be topped up."""
    strict = create_dao(factory, DAO, auctioneer, minimum=4)
    strict.enter(lot, {"from": alice})
    with reverts_with(strict, "BelowMinimum", lot, alice, 3, 4):
        seal(strict, lot, alice, 4, deposit=3)
    seal(strict, lot, alice, 4, deposit=4)
    seal(strict, lot, alice, 5, deposit=1)
    assert strict.bidOf(lot, alice)["deposit"] == 5


@pytest.mark.parametrize("wei", [1, WEI_PER_UNIT - 1, WEI_PER_UNIT + 1])
def test_commit_of_a_fraction_of_a_unit(book, lot, alice, wei):
    """Nothing is rounded silently."""
    with reverts_with(book, "NotWholeUnits", wei):
        book.commit(lot, b"\x11" * 24, {"from": alice, "value": wei})


def test_largest_deposit(book, lot, rich):
    """A deposit fits 64 bits; one unit more is refused, at once or on top."""
    with reverts_with(book, "TooManyUnits", MOST + 1):
        seal(book, lot, rich, 5, deposit=MOST + 1)
    seal(book, lot, rich, 5, deposit=MOST)
    assert book.bidOf(lot, rich)["deposit"] == MOST
    with reverts_with(book, "TooManyUnits", MOST + 1):
        seal(book, lot, rich, 5, deposit=1)


@pytest.mark.parametrize("lower", [0, 5, MOST])
def test_commitment_that_looks_like_an_open_bid(book, lot, alice, lower):
    """Sixteen leading zero bytes mark open bids: nobody may forge one and skip the reveal."""
    forged = bytes(16) + lower.to_bytes(8, "big")
    with reverts_with(book, "InvalidCommitment", forged):
        book.commit(lot, forged, {"from": alice, "value": 5 * WEI_PER_UNIT})


def test_commitment_with_one_bit_in_the_mark(book, lot, alice):
    """A single bit above the mark makes a commitment."""
    seal = bytes(15) + b"\x01" + bytes(8)
    book.commit(lot, seal, {"from": alice, "value": 5 * WEI_PER_UNIT})
    assert bid_of(book, lot, alice) == sealed_bid(seal, 5)


# COMMIT ON MANY LOTS


def test_commit_many_equals_as_many_commits(book, lot, second, alice):
    """Several lots in one call; a deposit of zero keeps the one there."""
    seal(book, lot, alice, 9)
    first, other = commitment(book, lot, alice, 5), commitment(book, second, alice, 6)
    tx = book.commitMany(
        [(lot, first, 0), (second, other, 6)],
        NO_LOCKS[:2],
        {"from": alice, "value": 6 * WEI_PER_UNIT},
    )
    kept = [(lot, first, 9), (second, other, 6)]
    assert [bid_of(book, where, alice) for where, *_ in kept] == [
        sealed_bid(seal_, deposit) for _, seal_, deposit in kept
    ]
    assert emitted(tx) == [
        (
            book.address,
            "BidSealed",
            {
                "entry": entry(where, 0, alice),
                "sealedBid": sealed_slot(seal_, deposit).to_bytes(32, "big"),
            },
        )
        for where, seal_, deposit in kept
    ]
    assert book.balance() == 15 * WEI_PER_UNIT


def test_commit_many_on_one_lot(book, lot, alice):
    """The last seal counts, all deposits do."""
    seals = [(lot, commitment(book, lot, alice, bid), bid) for bid in (4, 3)]
    book.commitMany(seals, NO_LOCKS[:2], {"from": alice, "value": 7 * WEI_PER_UNIT})
    assert bid_of(book, lot, alice) == sealed_bid(commitment(book, lot, alice, 3), 7)


def test_commit_many_of_none(book, alice):
    """Nothing named, nothing sent, nothing done."""
    assert emitted(book.commitMany([], [], {"from": alice})) == []


@pytest.mark.parametrize(
    "sent", [0, 5 * WEI_PER_UNIT, 11 * WEI_PER_UNIT - 1, 11 * WEI_PER_UNIT + 1, 12 * WEI_PER_UNIT]
)
def test_commit_many_with_other_value(book, lot, second, alice, sent):
    """The deposits named must be the ether sent, to the wei; else no bid is kept."""
    seals = [
        (where, commitment(book, where, alice, 5), 5 + i) for i, where in enumerate((lot, second))
    ]
    with reverts_with(book, "ValueMismatch", 11 * WEI_PER_UNIT, sent):
        book.commitMany(seals, NO_LOCKS[:2], {"from": alice, "value": sent})
    assert bid_of(book, lot, alice) == bid_of(book, second, alice) == NO_BID


def test_commit_many_without_deposit(book, lot, second, alice):
    """One bad seal refuses all."""
    seals = [(where, b"\x11" * 24, amount) for where, amount in ((lot, 5), (second, 0))]
    with reverts_with(book, "ZeroDeposit", second, alice):
        book.commitMany(seals, NO_LOCKS[:2], {"from": alice, "value": 5 * WEI_PER_UNIT})


def test_commit_many_above_the_field(book, lot, alice):
    """Deposits that add up past 64 bits do not wrap around."""
    with reverts_with(book, "TooManyUnits", MOST + 1):
        seals = [(lot, b"\x11" * 24, MOST), (lot, b"\x11" * 24, 1)]
        book.commitMany(seals, NO_LOCKS[:2], {"from": alice})


# WITHDRAW


def test_withdraw_returns_the_whole_deposit(book, lot, alice, stranger):
    """Before bidding ends a bid can be taken back, to any recipient."""
    seal(book, lot, alice, 5, deposit=8)
    before = stranger.balance()
    tx = book.withdraw(lot, stranger, {"from": alice})
    assert stranger.balance() - before == 8 * WEI_PER_UNIT
    assert (book.balance(), bid_of(book, lot, alice)) == (0, NO_BID)
    fields = {"lot": lot, "bidder": alice.address, "deposit": 8}
    assert emitted(tx) == [(book.address, "BidWithdrawn", fields)]


def test_withdraw_twice(book, lot, alice, bob):
    """The second time there is nothing, although others' money is there."""
    seal(book, lot, alice, 5)
    seal(book, lot, bob, 5)
    book.withdraw(lot, alice, {"from": alice})
    with reverts_with(book, "NoBid", lot, alice):
        book.withdraw(lot, alice, {"from": alice})


def test_withdraw_without_a_bid(book, lot, second, alice, stranger):
    """Nobody takes what is not theirs, not even from another lot."""
    seal(book, lot, alice, 5)
    with reverts_with(book, "NoBid", lot, stranger):
        book.withdraw(lot, stranger, {"from": stranger})
    with reverts_with(book, "NoBid", second, alice):
        book.withdraw(second, alice, {"from": alice})


def test_withdraw_and_bid_again(book, lot, alice):
    """Taking a bid back bars nobody."""
    seal(book, lot, alice, 5)
    book.withdraw(lot, alice, {"from": alice})
    seal(book, lot, alice, 4)
    assert bid_of(book, lot, alice) == sealed_bid(commitment(book, lot, alice, 4), 4)


def test_withdraw_to_who_refuses(book, lot, alice, actor):
    """A recipient that takes no ether fails the withdrawal; the bid stays."""
    refuser = actor(Manner.REFUSE)
    seal(book, lot, alice, 5)
    with reverts_with(book, "PaymentRefused", refuser, 5 * WEI_PER_UNIT):
        book.withdraw(lot, refuser, {"from": alice})
    assert bid_of(book, lot, alice) == sealed_bid(commitment(book, lot, alice, 5), 5)


def test_plain_ether_is_refused(book, alice):
    """A contract takes no ether that nobody could claim."""
    with pytest.raises(Exception, match="revert"):
        alice.transfer(book, WEI_PER_UNIT)
    assert bid_of(book, 0, alice) == NO_BID
