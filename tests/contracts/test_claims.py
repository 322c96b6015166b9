"""What is left of a deposit, at both levels: one's own claim, and many in a batch."""

from typing import Any

import pytest

from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    bid_all,
    claim,
    decide,
    list_lot,
    next_block_at,
    play,
    reveal_all,
    seal,
    settle,
    start_of,
    tally,
)
from tests.contracts.checks import bid_of, emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import NO_BID, commitment, entry, open_bid, sealed_bid
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
    assert bid_of(book, lot, alice) == open_bid(5, 0)


def test_claim_of_a_loser(book, lot, alice, bob):
    """Everything comes back, and the slot is cleared."""
    play(book, lot, {alice: 5, bob: 1})
    if book.bookOf(lot)["members"]:
        bids = {alice: 5, bob: 1}
        settle(book, lot, bids, 3)
    before = book.balance()
    tx = claim(book, lot, bob)
    assert before - book.balance() == 11 * WEI_PER_UNIT
    assert emitted(tx) == [(book.address, "Claimed", {"entry": entry(lot, 11, bob)})]
    assert bid_of(book, lot, bob) == NO_BID


def test_losing_individuals_need_not_wait_for_settlement(auctioneer, lot, alice, bob):
    """Once the lot is closed, who lost it is free."""
    play(auctioneer, lot, {alice: 5, bob: 1})
    claim(auctioneer, lot, bob)
    auctioneer.claimBatch(lot, [alice, bob], {"from": bob})
    with reverts_with(auctioneer, "WrongPhase", lot, Phase.CLOSED):
        claim(auctioneer, lot, alice)
    assert bid_of(auctioneer, lot, alice) == open_bid(5, 15)


def test_members_of_the_leading_dao_wait_for_settlement(dao, lot, alice, bob):
    """Until the price is shared, no open bid of the winning DAO is paid out; of served or unserved."""
    play(dao, lot, {alice: 5, bob: 1})
    for bidder in (alice, bob):
        with reverts_with(dao, "WrongPhase", lot, Phase.CLOSED):
            claim(dao, lot, bidder)
    assert emitted(dao.claimBatch(lot, [alice, bob], {"from": bob})) == []


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
def test_not_revealing_costs_the_bond(book, auctioneer, lot, seller, alice, bob, deposit, bond):
    """A tenth of the deposit, rounded down to a unit, stays in the contract for ever."""
    seal(book, lot, bob, 5, deposit=deposit)
    play(book, lot, {alice: 5})
    decide(book, lot, {alice: 5})
    tx = claim(book, lot, bob)
    burnt = [(book, "BondBurnt", {"lot": lot, "bidder": bob, "bond": bond})] if bond else []
    claimed = (book, "Claimed", {"entry": entry(lot, deposit - bond, bob)})
    assert emitted(tx) == [*burnt, claimed]
    assert bid_of(book, lot, bob) == NO_BID
    claim(book, lot, alice)
    earned = auctioneer.proceeds(seller)
    assert earned == 3 * WEI_PER_UNIT
    assert book.balance() == bond * WEI_PER_UNIT + (earned if book == auctioneer else 0)


def test_bond_of_the_whole_deposit(auctioneer, dao, item, seller, alice, bob):
    """Nothing is left to claim; a batch burns the bond, once."""
    lot = list_lot(auctioneer, item, seller, bond_bps=10_000)
    dao.enter(lot, {"from": alice})
    play(dao, lot, {alice: 5}, {bob: 6})
    settle(dao, lot, {alice: 5}, 3)
    with reverts_with(dao, "NothingToClaim", lot, bob):
        claim(dao, lot, bob)
    assert logs_of(dao.claimBatch(lot, [bob, bob], {"from": alice}), dao) == [
        ("BondBurnt", {"lot": lot, "bidder": bob.address, "bond": 16})
    ]
    assert bid_of(dao, lot, bob) == NO_BID
    claim(dao, lot, alice)
    assert dao.balance() == 16 * WEI_PER_UNIT
    with reverts_with(dao, "NothingToClaim", lot, bob):
        claim(dao, lot, bob)


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
    if book.bookOf(lot)["members"]:
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
        ("BondBurnt", {"lot": lot, "bidder": dave.address, "bond": 1}),
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
    """As soon as the lot is closed for another, the first batch says once that this DAO lost."""
    seal(rival, lot, bob, 1)  # too little for a bond of a unit
    play(dao, lot, {alice: 5}, until=Phase.TALLY)
    assert emitted(rival.claimBatch(lot, [carol], {"from": carol})) == []
    assert rival.bookOf(lot)["state"] == BookState.RUNNING
    tally(rival, lot, {})
    tx = rival.claimBatch(lot, [carol], {"from": carol})
    assert emitted(tx) == [(rival.address, "BookLost", {"lot": lot})]
    assert rival.bookOf(lot)["state"] == BookState.LOST
    assert [log.name for log in emitted(rival.claimBatch(lot, [bob], {"from": carol}))] == [
        "Pushed"
    ]


def test_losing_dao_refunds_before_the_winner_is_settled(dao, rival, lot, alice, bob, carol):
    """Losers wait for nobody, whether they opened their bids or not."""
    bid_all(rival, lot, {bob: 4, carol: 20})
    seal(dao, lot, alice, 5)
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, {alice: 5})
    reveal_all(rival, lot, {bob: 4})
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 5})
    tally(rival, lot, {bob: 4})
    tx = rival.claimBatch(lot, [bob, carol], {"from": alice})
    assert logs_of(tx, rival) == [
        ("BookLost", {"lot": lot}),
        ("BondBurnt", {"lot": lot, "bidder": carol.address, "bond": 2}),
        ("Pushed", {"entries": (entry(lot, 4, bob), entry(lot, 18, carol))}),
    ]
    settle(dao, lot, {alice: 5}, 5)
    assert emitted(rival.claimBatch(lot, [bob, carol], {"from": alice})) == []


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


def test_void_after_the_settlement_window(book, auctioneer, item, lot, seller, alice, bob, carol):
    """A winner nobody settled in time has not won: everybody who opened a bid is refunded in full, the item goes back."""
    bids = {alice: 5, bob: 1}
    play(book, lot, bids, {carol: 9}, until=Phase.VOID)
    due = {alice: 15, bob: 11, carol: 18}
    tx = book.claimBatch(lot, list(due), {"from": bob})
    entries = tuple(entry(lot, amount, bidder) for bidder, amount in due.items())
    assert logs_of(tx, book)[-1] == ("Pushed", {"entries": entries})
    assert book.balance() == 1 * WEI_PER_UNIT
    auctioneer.reclaim(lot, {"from": bob})
    assert item.ownerOf(lot) == seller
    if book != auctioneer:
        assert plain(book.bookOf(lot))[3:] == (1_000, 2, 0, BookState.LOST)
        assert not book.hasAccess(lot, alice)


# WHO DID NOT OPEN ITS BID


@pytest.fixture
def silent(book, dao, rival, lot, alice, bob):
    """Brings a lot, in which Bob sealed 20 units and keeps silent, to a phase: Alice's DAO wins, unless it is void."""

    def to(phase, deposit=20):
        winner = rival if book == dao else dao
        seal(book, lot, bob, 10, deposit=deposit)
        seal(winner, lot, alice, 5)
        if phase == Phase.BIDDING:
            return
        advance(book, lot, Phase.REVEAL)
        if phase != Phase.VOID:
            reveal_all(winner, lot, {alice: 5})
        if phase == Phase.REVEAL:
            return
        advance(book, lot, Phase.TALLY)
        if phase == Phase.TALLY:
            return
        for one in (dao, rival):
            tally(one, lot, {alice: 5} if one == winner and phase != Phase.VOID else {})
        if phase == Phase.SETTLED:
            settle(winner, lot, {alice: 5}, 3)

    return to


AFTER_REVEAL = [Phase.TALLY, Phase.CLOSED, Phase.SETTLED, Phase.VOID]


@pytest.mark.parametrize("phase", [Phase.BIDDING, Phase.REVEAL], ids=lambda phase: phase.name)
def test_the_silent_wait_for_the_end_of_reveal(book, lot, silent, bob, stranger, phase):
    """Until then a bid can still be opened."""
    silent(phase)
    for call in (
        lambda: claim(book, lot, bob),
        lambda: claim(book, lot, bob, recipient=stranger),
        lambda: book.claimBatch(lot, [bob], {"from": stranger}),
    ):
        with reverts_with(book, "WrongPhase", lot, phase):
            call()


def test_the_silent_wait_to_the_last_second_of_reveal(book, lot, silent, bob, stranger):
    """And not a second longer."""
    silent(Phase.BIDDING)
    end = start_of(book, lot, Phase.TALLY)
    next_block_at(end - 1)
    with reverts_with(book, "WrongPhase", lot, Phase.REVEAL):
        book.claimBatch(lot, [bob], {"from": stranger})
    next_block_at(end)
    claim(book, lot, bob)


@pytest.mark.parametrize("phase", AFTER_REVEAL, ids=lambda phase: phase.name)
@pytest.mark.parametrize("way", ["claim", "claimTo", "claimBatch"])
def test_the_silent_have_the_rest_in_every_later_phase(
    book, lot, silent, bob, carol, stranger, phase, way
):
    """Nine tenths, once; the bond is burnt in each of them, in a void lot, too."""
    silent(phase)
    assert book.phase(lot) == phase
    held = book.balance()
    recipient = carol if way == "claimTo" else bob
    before = recipient.balance()
    if way == "claimBatch":
        tx = book.claimBatch(lot, [bob, bob], {"from": stranger})
        paid: tuple[str, dict[str, Any]] = ("Pushed", {"entries": (entry(lot, 18, bob),)})
        assert bob.balance() - before == 18 * WEI_PER_UNIT
    elif way == "claimTo":
        tx = claim(book, lot, bob, recipient=carol)
        paid = ("ClaimedTo", {"entry": entry(lot, 18, bob), "recipient": carol.address})
        assert carol.balance() - before == 18 * WEI_PER_UNIT
    else:
        tx = claim(book, lot, bob)
        paid = ("Claimed", {"entry": entry(lot, 18, bob)})
    burnt = ("BondBurnt", {"lot": lot, "bidder": bob.address, "bond": 2})
    assert [log for log in logs_of(tx, book) if log[0] != "BookLost"][-2:] == [burnt, paid]
    assert held - book.balance() == 18 * WEI_PER_UNIT
    assert bid_of(book, lot, bob) == NO_BID
    with reverts_with(book, "NothingToClaim", lot, bob):
        claim(book, lot, bob)
    assert emitted(book.claimBatch(lot, [bob], {"from": stranger})) == []


@pytest.mark.parametrize("phase", AFTER_REVEAL, ids=lambda phase: phase.name)
def test_a_refused_push_of_a_silent_member_changes_nothing(
    book, dao, rival, lot, alice, actor, stranger, phase
):
    """Sealed bid and deposit stay as they were, no bond is taken, and it can claim to another, once."""
    silent = actor(Manner.REFUSE)
    winner = rival if book == dao else dao
    seal(book, lot, silent, 10, deposit=20)
    seal(winner, lot, alice, 5)
    advance(book, lot, Phase.REVEAL)
    if phase != Phase.VOID:
        reveal_all(winner, lot, {alice: 5})
    advance(book, lot, Phase.TALLY)
    if phase != Phase.TALLY:
        for one in (dao, rival):
            tally(one, lot, {alice: 5} if one == winner and phase != Phase.VOID else {})
    if phase == Phase.SETTLED:
        settle(winner, lot, {alice: 5}, 3)
    assert book.phase(lot) == phase
    kept, held = bid_of(book, lot, silent), book.balance()
    for _ in range(2):
        tx = book.claimBatch(lot, [silent, silent], {"from": stranger})
        refused = ("PushRefused", {"lot": lot, "bidder": silent.address, "amount": 18})
        assert [log for log in logs_of(tx, book) if log[0] != "BookLost"] == [refused] * 2
        assert (
            bid_of(book, lot, silent) == kept == sealed_bid(commitment(book, lot, silent, 10), 20)
        )
    assert book.balance() == held
    before = stranger.balance()
    tx = claim(book, lot, silent, recipient=stranger)
    assert stranger.balance() - before == 18 * WEI_PER_UNIT
    assert ("BondBurnt", {"lot": lot, "bidder": silent.address, "bond": 2}) in logs_of(tx, book)
    with reverts_with(book, "NothingToClaim", lot, silent):
        claim(book, lot, silent, recipient=stranger)


def test_a_claimed_silent_bid_is_no_bid_to_count(dao, lot, alice, bob, actor, stranger):
    """Neither one that was paid out nor one whose push was refused can enter a tally that goes on."""
    silent = actor(Manner.REFUSE)
    bids = {alice: 5}
    bid_all(dao, lot, {alice: 5, bob: 9})
    seal(dao, lot, silent, 10, deposit=20)
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, bids)
    advance(dao, lot, Phase.TALLY)
    dao.claimBatch(lot, [bob, silent], {"from": stranger})
    for member in (bob, silent):
        with reverts_with(dao, "NotRevealed", member):
            dao.tally(lot, [member], {"from": stranger})
        with reverts_with(dao, "NotRevealed", member):
            dao.tally(lot, [alice, member], {"from": stranger})
    tally(dao, lot, bids)
    assert dao.resultOf(lot)["willingnessToPay"] == 5
    settle(dao, lot, bids, 3)
    assert [dao.hasAccess(lot, who) for who in (alice, bob, silent)] == [True, False, False]


def test_open_bids_stay_while_the_silent_are_paid(book, dao, lot, alice, bob, carol):
    """In the tally phase a batch passes over who opened its bid, and the tally is as it was."""
    bids = {alice: 5, carol: 4}
    bid_all(book, lot, {**bids, bob: 10})
    advance(book, lot, Phase.REVEAL)
    reveal_all(book, lot, bids)
    advance(book, lot, Phase.TALLY)
    if book != dao:
        assert book.phase(lot) == Phase.TALLY  # the DAO is awaited
    tx = book.claimBatch(lot, [alice, bob, carol], {"from": carol})
    assert logs_of(tx, book)[-1] == ("Pushed", {"entries": (entry(lot, 9, bob),)})
    for who in bids:
        with reverts_with(book, "WrongPhase", lot, Phase.TALLY):
            claim(book, lot, who)
    assert [bid_of(book, lot, who) for who in bids] == [open_bid(5, 5), open_bid(4, 4)]
    tally(dao, lot, bids if book == dao else {})
    assert book.bookOf(lot)["members"] == (2 if book == dao else 0)
