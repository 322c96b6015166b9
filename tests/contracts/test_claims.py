"""What is left of a deposit, at both levels: one's own claim, and many in a batch."""

import pytest

from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    bid_all,
    claim,
    decide,
    list_lot,
    play,
    reveal_all,
    seal,
    settle,
    tally,
)
from tests.contracts.checks import emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import entry, open_slot
from tests.puppets import Manner

# Each level's winner pays 3, the reserve. Deposits are 10 more than the bids.
EXTRA = 10


def test_claim_of_the_winner(book, lot, alice, stranger):
    """The deposit less what the item cost, to the wei, to the recipient named; the bid stays."""
    play(book, lot, {alice: 5})
    decide(book, lot, {alice: 5})
    before = stranger.balance()
    tx = claim(book, lot, alice, recipient=stranger)
    assert stranger.balance() - before == 12 * WEI_PER_UNIT
    fields = {"entry": entry(lot, 12, alice), "recipient": stranger.address}
    assert emitted(tx) == [(book.address, "ClaimedTo", fields)]
    assert book.bidOf(lot, alice) == open_slot(5, 0)


def test_claim_of_a_loser(book, lot, alice, bob):
    """Everything comes back, and the slot is cleared."""
    play(book, lot, {alice: 5, bob: 1})
    if book.bookOf(lot)["opened"]:
        bids = {alice: 5, bob: 1}
        settle(book, lot, bids, 3)
    before = book.balance()
    tx = claim(book, lot, bob)
    assert before - book.balance() == 11 * WEI_PER_UNIT
    assert emitted(tx) == [(book.address, "Claimed", {"entry": entry(lot, 11, bob)})]
    assert book.bidOf(lot, bob) == 0


def test_losing_individuals_need_not_wait_for_settlement(auctioneer, lot, alice, bob):
    """Once the lot is closed, who lost it is free."""
    play(auctioneer, lot, {alice: 5, bob: 1})
    claim(auctioneer, lot, bob)
    auctioneer.claimBatch(lot, [alice, bob], {"from": bob})
    with reverts_with(auctioneer, "WrongPhase", lot, Phase.CLOSED):
        claim(auctioneer, lot, alice)
    assert auctioneer.bidOf(lot, alice) == open_slot(5, 15)


def test_unrevealed_individuals_wait_for_settlement(auctioneer, lot, alice, bob):
    """Until the lot is settled it may still turn void, so nobody's bond is taken."""
    play(auctioneer, lot, {alice: 5}, {bob: 10})
    with reverts_with(auctioneer, "WrongPhase", lot, Phase.CLOSED):
        claim(auctioneer, lot, bob)
    assert emitted(auctioneer.claimBatch(lot, [bob], {"from": alice})) == []
    auctioneer.settle(lot, {"from": alice})
    tx = claim(auctioneer, lot, bob)
    assert [log.name for log in emitted(tx)] == ["BondForfeited", "Claimed"]
    assert emitted(tx)[1].fields["entry"] == entry(lot, 18, bob)


def test_no_bond_is_taken_before_a_lot_turns_void(book, auctioneer, rival, lot, alice, bob):
    """Whoever asks for it in the settlement window: if the winner is not settled, nobody forfeits."""
    seal(book, lot, bob, 10, deposit=20)
    play(rival, lot, {alice: 5}, until=Phase.CLOSED)
    assert auctioneer.phase(lot) == Phase.CLOSED
    assert emitted(book.claimBatch(lot, [bob], {"from": alice})) == []
    advance(book, lot, Phase.VOID)
    before = bob.balance()
    book.claimBatch(lot, [bob], {"from": alice})
    assert bob.balance() - before == 20 * WEI_PER_UNIT


def test_members_of_the_leading_dao_wait_for_settlement(dao, lot, alice, bob):
    """Until the price is shared, no deposit of the winning DAO moves; of served or unserved."""
    play(dao, lot, {alice: 5, bob: 1})
    for bidder in (alice, bob):
        with reverts_with(dao, "WrongPhase", lot, Phase.CLOSED):
            claim(dao, lot, bidder)
    with reverts_with(dao, "WrongPhase", lot, Phase.CLOSED):
        dao.claimBatch(lot, [alice, bob], {"from": bob})


def test_claim_twice(book, lot, alice, bob):
    """The second time there is nothing, for who was served and who was not."""
    bids = {alice: 5, bob: 1}
    play(book, lot, bids)
    decide(book, lot, bids)
    for bidder in bids:
        claim(book, lot, bidder)
        with reverts_with(book, "NothingToClaim", lot, bidder):
            claim(book, lot, bidder)


def test_claim_by_a_stranger(book, lot, alice, stranger):
    """Nobody claims what is not theirs."""
    play(book, lot, {alice: 5})
    decide(book, lot, {alice: 5})
    with reverts_with(book, "NothingToClaim", lot, stranger):
        claim(book, lot, stranger)


def test_claim_for_who_refuses(book, lot, alice, actor):
    """A recipient that takes no ether fails the claim, and the bidder names another."""
    play(book, lot, {alice: 5})
    decide(book, lot, {alice: 5})
    refuser = actor(Manner.REFUSE)
    with reverts_with(book, "PaymentRefused", refuser, 12 * WEI_PER_UNIT):
        claim(book, lot, alice, recipient=refuser)
    claim(book, lot, alice)


@pytest.mark.parametrize(
    ("deposit", "bond"), [(9, 0), (10, 1), (19, 1), (20, 2), (10**9 + 9, 10**8)]
)
def test_not_revealing_costs_the_bond(book, lot, alice, bob, deposit, bond):
    """A tenth of the deposit, rounded down to a unit, goes to the seller."""
    seal(book, lot, bob, 5, deposit=deposit)
    play(book, lot, {alice: 5})
    decide(book, lot, {alice: 5})
    tx = claim(book, lot, bob)
    assert emitted(tx) == [
        (book, "BondForfeited", {"lot": lot, "bidder": bob, "bond": bond}),
        (book, "Claimed", {"entry": entry(lot, deposit - bond, bob)}),
    ]
    assert book.bidOf(lot, bob) == 0


def test_bond_of_the_whole_deposit(auctioneer, dao, item, seller, alice, bob):
    """Nothing is left to claim; a batch takes the bond, once."""
    lot = list_lot(auctioneer, item, seller, bond_bps=10_000)
    dao.enter(lot, {"from": alice})
    play(dao, lot, {alice: 5}, {bob: 6})
    settle(dao, lot, {alice: 5}, 3)
    with reverts_with(dao, "NothingToClaim", lot, bob):
        claim(dao, lot, bob)
    assert logs_of(dao.claimBatch(lot, [bob, bob], {"from": alice}), dao) == [
        ("BondForfeited", {"lot": lot, "bidder": bob.address, "bond": 16})
    ]
    assert dao.bonds(lot) == 16


def test_served_for_the_whole_deposit(open_dao, lot, alice):
    """Who bid and paid everything has nothing to claim, and access."""
    open_dao.raiseBid(lot, {"from": alice, "value": 3 * WEI_PER_UNIT})
    advance(open_dao, lot, Phase.TALLY)
    tally(open_dao, lot, {alice: 3})
    advance(open_dao, lot, Phase.CLOSED)
    settle(open_dao, lot, {alice: 3}, 3)
    with reverts_with(open_dao, "NothingToClaim", lot, alice):
        claim(open_dao, lot, alice)
    assert emitted(open_dao.claimBatch(lot, [alice], {"from": alice})) == []
    assert open_dao.hasAccess(lot, alice)
    assert open_dao.balance() == 0


# BATCHES


def test_batch_pays_each_once(book, lot, alice, bob, carol, dave, stranger):
    """Anyone can push what is owed; strangers and repetitions are passed over, one log says all."""
    bids = {alice: 5, bob: 1, carol: 2}
    play(book, lot, bids, {dave: 9})
    decide(book, lot, bids)
    share = book.bookOf(lot)["share"]
    due = {bidder: bid + EXTRA - (share if bidder == alice else 0) for bidder, bid in bids.items()}
    if book.bookOf(lot)["opened"]:
        due = {bidder: bid + EXTRA - (share if bid >= share else 0) for bidder, bid in bids.items()}
    due[dave] = 19 - 1
    before = {bidder: bidder.balance() for bidder in due}
    order = [dave, alice, stranger, bob, alice, carol, dave]
    tx = book.claimBatch(lot, order, {"from": stranger})
    assert {bidder: bidder.balance() - before[bidder] for bidder in due} == {
        bidder: amount * WEI_PER_UNIT for bidder, amount in due.items()
    }
    entries = tuple(entry(lot, due[bidder], bidder) for bidder in (dave, alice, bob, carol))
    assert logs_of(tx, book) == [
        ("BondForfeited", {"lot": lot, "bidder": dave.address, "bond": 1}),
        ("Pushed", {"entries": entries}),
    ]
    for bidder in due:
        with reverts_with(book, "NothingToClaim", lot, bidder):
            claim(book, lot, bidder)


def test_batch_of_none(book, lot, alice, stranger):
    """With nobody to pay nothing is logged."""
    play(book, lot, {alice: 5})
    decide(book, lot, {alice: 5})
    assert emitted(book.claimBatch(lot, [], {"from": stranger})) == []
    assert emitted(book.claimBatch(lot, [stranger], {"from": stranger})) == []


def test_access_survives_the_claim(dao, lot, alice, bob):
    """A served member stays served after taking the rest of its deposit, an unserved one never is."""
    bids = {alice: 5, bob: 1}
    play(dao, lot, bids)
    decide(dao, lot, bids)
    dao.claimBatch(lot, [alice, bob], {"from": alice})
    assert [dao.hasAccess(lot, who) for who in (alice, bob)] == [True, False]


# BOOKS THAT LOST


def test_first_claim_writes_down_the_loss(dao, rival, lot, alice, bob, carol):
    """When another DAO has won and is settled, the first claim says once that this one lost."""
    play(dao, lot, {alice: 5}, until=Phase.TALLY)
    with reverts_with(rival, "WrongPhase", lot, Phase.TALLY):
        claim(rival, lot, bob)
    tally(rival, lot, {})
    assert emitted(rival.claimBatch(lot, [bob], {"from": carol})) == []
    settle(dao, lot, {alice: 5}, 5)
    tx = rival.claimBatch(lot, [bob], {"from": carol})
    assert emitted(tx) == [(rival.address, "BookLost", {"lot": lot, "bondBps": 1_000})]
    assert rival.bookOf(lot)["state"] == BookState.LOST
    assert emitted(rival.claimBatch(lot, [bob], {"from": carol})) == []


def test_losing_dao_refunds_before_the_winner_is_settled(dao, rival, lot, alice, bob, carol):
    """Losers wait for nobody; who did not reveal waits to see whether the lot turns void."""
    bid_all(rival, lot, {bob: 4, carol: 20})
    seal(dao, lot, alice, 5)
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, {alice: 5})
    reveal_all(rival, lot, {bob: 4})
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 5})
    tally(rival, lot, {bob: 4})
    tx = rival.claimBatch(lot, [bob, carol], {"from": alice})
    assert logs_of(tx, rival) == [("Pushed", {"entries": (entry(lot, 4, bob),)})]
    with reverts_with(rival, "WrongPhase", lot, Phase.CLOSED):
        claim(rival, lot, carol)
    settle(dao, lot, {alice: 5}, 5)
    tx = rival.claimBatch(lot, [bob, carol], {"from": alice})
    assert logs_of(tx, rival) == [
        ("BookLost", {"lot": lot, "bondBps": 1_000}),
        ("BondForfeited", {"lot": lot, "bidder": carol.address, "bond": 2}),
        ("Pushed", {"entries": (entry(lot, 18, carol),)}),
    ]


def test_dao_nobody_tallied(dao, lot, alice, bob):
    """A DAO that was not tallied in time did not bid: its members are refunded in full."""
    bid_all(dao, lot, {alice: 5, bob: 6})
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, {alice: 5, bob: 6})
    advance(dao, lot, Phase.CLOSED)
    tx = dao.claimBatch(lot, [alice, bob], {"from": alice})
    assert logs_of(tx, dao)[-1] == (
        "Pushed",
        {"entries": (entry(lot, 5, alice), entry(lot, 6, bob))},
    )
    assert dao.balance() == 0


def test_void_lot_costs_nobody_a_bond(book, lot, alice):
    """If nobody won, who did not reveal gets everything back too."""
    seal(book, lot, alice, 5, deposit=20)
    advance(book, lot, Phase.CLOSED)
    assert book.phase(lot) == Phase.VOID
    tx = claim(book, lot, alice)
    assert emitted(tx)[-1].fields["entry"] == entry(lot, 20, alice)
    assert book.balance() == 0


def test_void_after_the_settlement_window(book, auctioneer, item, lot, seller, alice, bob, carol):
    """A winner nobody settled in time has not won: everybody is refunded in full, the item goes back."""
    bids = {alice: 5, bob: 1}
    play(book, lot, bids, {carol: 9}, until=Phase.VOID)
    due = {alice: 15, bob: 11, carol: 19}
    tx = book.claimBatch(lot, list(due), {"from": bob})
    entries = tuple(entry(lot, amount, bidder) for bidder, amount in due.items())
    assert logs_of(tx, book)[-1] == ("Pushed", {"entries": entries})
    assert book.balance() == 0
    auctioneer.reclaim(lot, {"from": bob})
    assert item.ownerOf(lot) == seller
    if book != auctioneer:
        assert plain(book.bookOf(lot))[3:] == (0, 2, 0, BookState.LOST)
        assert not book.hasAccess(lot, alice)
