"""Opening sealed bids, at both levels: one's own, and many in a batch."""

import pytest
from brownie import accounts

from offchain.bindings.enumerations import Flaw, Phase
from tests.contracts.auction import advance, create_dao, reveal, reveal_all, seal, send
from tests.contracts.checks import bid_of, emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import commitment, entry, open_bid, opening, sealed_bid


@pytest.fixture(scope="module")
def strict(factory, DAO, auctioneer, lot):
    """A sealed DAO with a minimum bid of 4."""
    dao = create_dao(factory, DAO, auctioneer, minimum=4)
    dao.enter(lot, {"from": accounts[0]})
    return dao


def test_reveal_opens_the_bid(book, dao, lot, alice):
    """The slot shows the bid over the whole deposit, and one log says so; a DAO counts it."""
    seal(book, lot, alice, 5, deposit=8)
    advance(book, lot, Phase.REVEAL)
    tx = reveal(book, lot, alice, 5)
    assert bid_of(book, lot, alice) == open_bid(5, 8)
    assert dao.bookOf(lot)["members"] == (1 if book == dao else 0)
    assert emitted(tx) == [(book.address, "BidOpened", {"entry": entry(lot, 5, alice)})]


def test_reveal_of_the_last_seal_only(book, lot, alice):
    """A bid that was replaced cannot be opened."""
    seal(book, lot, alice, 5)
    seal(book, lot, alice, 4, deposit=0)
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "WrongOpening", lot, alice):
        reveal(book, lot, alice, 5)
    reveal(book, lot, alice, 4)


def test_an_individual_leads_as_soon_as_it_reveals(auctioneer, lot, alice):
    """At the auctioneer an opened bid is a bid."""
    seal(auctioneer, lot, alice, 5)
    advance(auctioneer, lot, Phase.REVEAL)
    reveal(auctioneer, lot, alice, 5)
    assert plain(auctioneer.standing(lot)) == (Phase.REVEAL, alice, 3)


def test_a_member_moves_nothing_upstairs(auctioneer, dao, lot, alice):
    """At a DAO an opened bid waits for the tally."""
    before = auctioneer.standing(lot)[1:]
    seal(dao, lot, alice, 5)
    advance(dao, lot, Phase.REVEAL)
    tx = reveal(dao, lot, alice, 5)
    assert logs_of(tx, auctioneer) == []
    assert auctioneer.standing(lot)[1:] == before


def test_bid_as_large_as_the_deposit_and_of_one_unit(book, lot, alice, bob):
    """Both ends of what a deposit covers."""
    seal(book, lot, alice, 7, deposit=7)
    seal(book, lot, bob, 1, deposit=7)
    advance(book, lot, Phase.REVEAL)
    reveal(book, lot, alice, 7)
    reveal(book, lot, bob, 1)
    assert [bid_of(book, lot, who) for who in (alice, bob)] == [open_bid(7, 7), open_bid(1, 7)]


# WHAT DOES NOT OPEN


def test_reveal_without_a_bid(book, lot, stranger):
    """There has to be something to open."""
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "NoBid", lot, stranger):
        reveal(book, lot, stranger, 5)


def test_reveal_of_a_withdrawn_bid(book, lot, alice):
    """What was taken back is gone."""
    seal(book, lot, alice, 5)
    book.withdraw(lot, alice, {"from": alice})
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "NoBid", lot, alice):
        reveal(book, lot, alice, 5)


def test_reveal_twice(book, lot, alice):
    """A bid opens once."""
    seal(book, lot, alice, 5)
    advance(book, lot, Phase.REVEAL)
    reveal(book, lot, alice, 5)
    with reverts_with(book, "AlreadyRevealed", lot, alice):
        reveal(book, lot, alice, 5)


@pytest.mark.parametrize(("bid", "salt"), [(6, None), (4, None), (5, bytes(32))])
def test_reveal_of_something_else(book, lot, alice, bid, salt):
    """Another bid or another salt does not open."""
    seal(book, lot, alice, 5, deposit=9)
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "WrongOpening", lot, alice):
        book.reveal(lot, bid, salt or opening(lot, alice, bid)[2], {"from": alice})


def test_reveal_of_nothing(book, lot, alice):
    """A bid is at least one unit."""
    seal(book, lot, alice, 0, deposit=5)
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "ZeroBid", lot, alice):
        reveal(book, lot, alice, 0)


def test_reveal_above_the_deposit(book, lot, alice):
    """A bid is backed in full."""
    seal(book, lot, alice, 6, deposit=5)
    advance(book, lot, Phase.REVEAL)
    with reverts_with(book, "BidAboveDeposit", lot, alice, 6, 5):
        reveal(book, lot, alice, 6)
    assert bid_of(book, lot, alice) == sealed_bid(commitment(book, lot, alice, 6), 5)


def test_reveal_below_the_minimum(strict, lot, alice, bob):
    """A DAO can keep dust out; a bid at the minimum is in."""
    seal(strict, lot, alice, 3, deposit=9)
    seal(strict, lot, bob, 4)
    advance(strict, lot, Phase.REVEAL)
    with reverts_with(strict, "BelowMinimum", lot, alice, 3, 4):
        reveal(strict, lot, alice, 3)
    reveal(strict, lot, bob, 4)


# BATCHES


def test_batch_opens_many_in_the_order_given(book, dao, lot, alice, bob, carol, stranger):
    """Anyone can open for anyone who entrusted bid and salt; one log names all."""
    bids = {carol: 4, alice: 5, bob: 5}
    for bidder, bid in bids.items():
        seal(book, lot, bidder, bid, deposit=9)
    advance(book, lot, Phase.REVEAL)
    tx = reveal_all(book, lot, bids, sender=stranger)
    entries = tuple(entry(lot, bid, bidder) for bidder, bid in bids.items())
    assert logs_of(tx, book) == [("BidsOpened", {"entries": entries})]
    assert [bid_of(book, lot, bidder) for bidder in bids] == [
        open_bid(bid, 9) for bid in bids.values()
    ]
    assert dao.bookOf(lot)["members"] == (3 if book == dao else 0)


def test_batch_skips_every_flaw(strict, lot, alice, bob, carol, dave, stranger):
    """Nobody can spoil a batch: what does not open is skipped and named, the rest opens."""
    frank = accounts[7]
    seal(strict, lot, alice, 5)
    seal(strict, lot, bob, 6, deposit=5)
    seal(strict, lot, carol, 0, deposit=5)
    seal(strict, lot, dave, 3, deposit=5)
    seal(strict, lot, frank, 5)
    advance(strict, lot, Phase.REVEAL)
    openings = [
        opening(lot, stranger, 5),
        (alice.address, 5, bytes(32)),
        opening(lot, bob, 6),
        opening(lot, carol, 0),
        opening(lot, alice, 5),
        opening(lot, alice, 5),
        opening(lot, dave, 3),
        opening(lot, frank, 5),
    ]
    tx = strict.revealBatch(lot, openings, {"from": stranger})
    skipped = [
        (alice, Flaw.WRONG_OPENING),
        (bob, Flaw.BID_ABOVE_DEPOSIT),
        (carol, Flaw.ZERO_BID),
        (alice, Flaw.ALREADY_REVEALED),
        (dave, Flaw.BELOW_MINIMUM),
    ]
    assert logs_of(tx, strict) == [
        *(
            ("OpeningSkipped", {"lot": lot, "bidder": bidder.address, "flaw": flaw})
            for bidder, flaw in skipped
        ),
        ("BidsOpened", {"entries": (entry(lot, 5, alice), entry(lot, 5, frank))}),
    ]
    assert strict.bookOf(lot)["members"] == 2
    assert bid_of(strict, lot, bob) == sealed_bid(commitment(strict, lot, bob, 6), 5)


def test_openings_of_nobody_leave_no_log(book, lot, alice, bob, stranger):
    """They cost next to nothing, and every log is read by every keeper."""
    seal(book, lot, alice, 5)
    seal(book, lot, bob, 5)
    send(bob, book.withdraw, lot, bob)
    advance(book, lot, Phase.REVEAL)
    nobody = [opening(lot, who, bid) for who in (stranger, bob, accounts[20]) for bid in (0, 5)]
    assert emitted(book.revealBatch(lot, nobody * 20, {"from": stranger})) == []
    tx = book.revealBatch(lot, [*nobody, opening(lot, alice, 5)], {"from": stranger})
    assert [log.name for log in emitted(tx)] == ["BidsOpened"]


def test_flaws_can_be_told_apart_unread(strict, lot, alice, stranger):
    """Those that only who knows the opening can bring about can be asked for by topic."""
    seal(strict, lot, alice, 6, deposit=5)
    advance(strict, lot, Phase.REVEAL)
    wrong = [(alice.address, 5, bytes(32)), opening(lot, alice, 6)]
    tx = strict.revealBatch(lot, wrong, {"from": stranger})
    topics = [int.from_bytes(log["topics"][3], "big") for log in tx.logs]
    assert topics == [Flaw.WRONG_OPENING, Flaw.BID_ABOVE_DEPOSIT]


def test_batch_of_another_lot(book, lot, alice):
    """An opening for one lot opens nothing on another."""
    seal(book, lot, alice, 5)
    advance(book, lot, Phase.REVEAL)
    tx = book.revealBatch(lot, [opening(lot + 1, alice, 5)], {"from": alice})
    (skipped,) = emitted(tx)
    assert skipped.fields["flaw"] == Flaw.WRONG_OPENING


def test_empty_batch(book, lot, alice):
    """Nothing opens, nothing changes, nothing is logged."""
    advance(book, lot, Phase.REVEAL)
    before = book.bookOf(lot)
    assert emitted(book.revealBatch(lot, [], {"from": alice})) == []
    assert book.bookOf(lot) == before
