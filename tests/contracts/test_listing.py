"""Auctioneer: listing an item, the phases of its lot, and taking it back when nobody won."""

import brownie
import pytest

from offchain.bindings.deployment import NO_BEACON
from offchain.bindings.enumerations import BookState, Phase
from tests.contracts.auction import (
    HOUR,
    WINDOW,
    advance,
    advance_to,
    list_lot,
    next_block_at,
    now,
    schedule_from,
    seal,
    sealed_to_tally,
    start_of,
    tally,
)
from tests.contracts.auction import reveal as open_bid
from tests.contracts.checks import emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import NOBODY


@pytest.fixture(scope="module")
def offered(item, auctioneer, seller):
    """An item of the seller's, approved to the auctioneer."""
    item.mint(seller, 99, {"from": seller})
    item.approve(auctioneer, 99, {"from": seller})
    return 99


def test_list_takes_the_item_into_escrow(auctioneer, item, seller, offered):
    """The item moves, the lot gets the next number, and the log has every term of the sale."""
    before, schedule = auctioneer.lotCount(), schedule_from(now(), 2_500)
    tx = auctioneer.list(item, offered, 7, schedule, {"from": seller})
    lot = before + 1
    assert tx.return_value == auctioneer.lotCount() == lot
    assert item.ownerOf(offered) == auctioneer
    assert logs_of(tx, auctioneer) == [
        (
            "LotListed",
            {
                "lot": lot,
                "seller": seller.address,
                "token": item.address,
                "tokenId": offered,
                "reserve": 7,
                "schedule": schedule,
            },
        )
    ]
    assert plain(auctioneer.bookOf(lot)) == (*schedule, 0, 0, BookState.RUNNING)
    assert plain(auctioneer.lotOf(lot)) == (seller, 0, 0, item, 7, offered, NOBODY, 0)
    assert plain(auctioneer.standing(lot)) == (Phase.BIDDING, NOBODY, 7)


def test_lots_are_numbered_in_order_and_independent(auctioneer, item, seller, lot):
    """A second lot has the next number and leaves the first alone."""
    first = auctioneer.lotOf(lot)
    assert list_lot(auctioneer, item, seller, reserve=9) == lot + 1
    assert auctioneer.lotOf(lot) == first


@pytest.mark.parametrize("reserve", [1, 2**96 - 1])
def test_extreme_reserves(auctioneer, item, seller, reserve):
    """Any reserve that fits its field can be listed."""
    lot = list_lot(auctioneer, item, seller, reserve=reserve)
    assert auctioneer.standing(lot)[2] == reserve


def test_reserve_of_zero(auctioneer, item, seller, offered):
    """An item cannot be given away."""
    with reverts_with(auctioneer, "ReserveTooLow", 0):
        auctioneer.list(item, offered, 0, schedule_from(now()), {"from": seller})


LEAST, MOST = 600, 30 * 24 * HOUR


@pytest.mark.parametrize(
    "phases",
    [
        (0, HOUR, HOUR),
        (-1, HOUR, HOUR),
        (1, 0, HOUR),
        (1, HOUR, -HOUR),
        (1, LEAST - 1, HOUR),
        (1, HOUR, LEAST - 1),
        (1, MOST + 1, HOUR),
        (1, HOUR, MOST + 1),
    ],
    ids=str,
)
def test_bad_times(auctioneer, item, seller, offered, phases):
    """Bidding ends in the future; reveal and tally take ten minutes to thirty days each."""
    start = now() + HOUR
    times = [start + sum(phases[: i + 1]) for i in range(3)]
    next_block_at(start)
    with reverts_with(auctioneer, "BadSchedule", *times):
        auctioneer.list(item, offered, 1, (*times, 1_000), {"from": seller})


@pytest.mark.parametrize("length", [LEAST, MOST])
def test_extreme_times(auctioneer, item, seller, offered, length):
    """Both ends of what is allowed; bidding may be as short as a second."""
    start = now() + HOUR
    times = (start + 1, start + 1 + length, start + 1 + 2 * length)
    next_block_at(start)
    auctioneer.list(item, offered, 1, (*times, 1_000), {"from": seller})
    assert auctioneer.phase(auctioneer.lotCount()) == Phase.BIDDING


@pytest.mark.parametrize("bond", [0, 1, 999])
def test_bond_below_a_tenth(auctioneer, item, seller, offered, bond):
    """Phantom bids must cost something."""
    with reverts_with(auctioneer, "BondTooLow", bond):
        auctioneer.list(item, offered, 1, schedule_from(now(), bond), {"from": seller})


@pytest.mark.parametrize("bond", [10_001, 2**16 - 1])
def test_bond_above_the_deposit(auctioneer, item, seller, offered, bond):
    """A bond is at most everything."""
    with reverts_with(auctioneer, "BondTooHigh", bond):
        auctioneer.list(item, offered, 1, schedule_from(now(), bond), {"from": seller})


@pytest.mark.parametrize("bond", [1_000, 10_000])
def test_extreme_bonds(auctioneer, dao, item, seller, offered, alice, bond):
    """Both ends of what is allowed; a DAO keeps the same."""
    auctioneer.list(item, offered, 1, schedule_from(now(), bond), {"from": seller})
    lot = auctioneer.lotCount()
    dao.enter(lot, {"from": alice})
    assert auctioneer.bookOf(lot)["bondBps"] == dao.bookOf(lot)["bondBps"] == bond


def test_item_of_somebody_else(auctioneer, item, offered, stranger):
    """Only who owns the item sells it."""
    with reverts_with(auctioneer, "NotItemOwner", item, offered, stranger):
        auctioneer.list(item, offered, 1, schedule_from(now()), {"from": stranger})


def test_item_not_approved(auctioneer, item, seller):
    """The token refuses an auctioneer that was not approved."""
    item.mint(seller, 77, {"from": seller})
    with reverts_with(item, "ERC721InsufficientApproval", auctioneer, 77):
        auctioneer.list(item, 77, 1, schedule_from(now()), {"from": seller})


def test_item_listed_twice(auctioneer, item, seller, lot):
    """What is in escrow cannot be listed again, by its seller or anybody."""
    with reverts_with(auctioneer, "NotItemOwner", item, lot, seller):
        auctioneer.list(item, lot, 1, schedule_from(now()), {"from": seller})


def test_token_without_code(auctioneer, seller, stranger):
    """An account is no token."""
    with brownie.reverts():
        auctioneer.list(stranger, 1, 1, schedule_from(now()), {"from": seller})


# PHASES


def test_unlisted_lots_have_no_phase(auctioneer, dao):
    """Numbers without a lot stand nowhere."""
    for lot in (0, 10**6, 2**256 - 1):
        assert auctioneer.phase(lot) == dao.phase(lot) == Phase.NONE


def test_phases_change_on_the_second(auctioneer, dao, lot, alice):
    """Each phase lasts from its first second to the last before the next one's."""
    seal(auctioneer, lot, alice, 5)
    reveal, count, closed = (
        start_of(dao, lot, phase) for phase in (Phase.REVEAL, Phase.TALLY, Phase.CLOSED)
    )
    advance_to(reveal - 1)
    assert auctioneer.phase(lot) == dao.phase(lot) == Phase.BIDDING
    advance_to(reveal)
    assert auctioneer.phase(lot) == dao.phase(lot) == Phase.REVEAL
    open_bid(auctioneer, lot, alice, 5)
    advance_to(count - 1)
    assert auctioneer.phase(lot) == dao.phase(lot) == Phase.REVEAL
    advance_to(count)
    assert auctioneer.phase(lot) == dao.phase(lot) == Phase.TALLY
    advance_to(closed - 1)
    assert auctioneer.phase(lot) == dao.phase(lot) == Phase.TALLY
    advance_to(closed)
    assert auctioneer.phase(lot) == dao.phase(lot) == Phase.CLOSED
    advance_to(closed + WINDOW - 1)
    assert auctioneer.phase(lot) == dao.phase(lot) == Phase.CLOSED
    advance_to(closed + WINDOW)
    assert auctioneer.phase(lot) == dao.phase(lot) == Phase.VOID


def test_no_tally_without_daos(auctioneer, item, seller, alice):
    """When only individuals bid, the lot closes with the reveal phase; void if nobody opened."""
    sold, unsold = (list_lot(auctioneer, item, seller) for _ in range(2))
    seal(auctioneer, sold, alice, 5)
    advance(auctioneer, unsold, Phase.REVEAL)
    open_bid(auctioneer, sold, alice, 5)
    advance(auctioneer, unsold, Phase.TALLY)
    assert auctioneer.phase(sold) == Phase.CLOSED
    assert auctioneer.phase(unsold) == Phase.VOID


def test_tally_ends_when_every_dao_has_bid(auctioneer, dao, rival, lot, alice, bob):
    """Nobody waits for the clock once all who entered have bid."""
    bids = {alice: 5, bob: 4}
    sealed_to_tally(dao, lot, bids)
    tally(dao, lot, bids)
    assert auctioneer.phase(lot) == Phase.TALLY
    tally(rival, lot, {})
    assert auctioneer.phase(lot) == Phase.CLOSED


# TAKING BACK


def test_reclaim_returns_the_item(auctioneer, item, seller, stranger, lot):
    """Once nobody can win any more, anyone can send the item back to its seller, once."""
    advance(auctioneer, lot, Phase.CLOSED)
    tx = auctioneer.reclaim(lot, {"from": stranger})
    assert item.ownerOf(lot) == seller
    assert [(log.emitter, log.name, log.fields) for log in emitted(tx)] == [
        (auctioneer, "ItemReturned", {"lot": lot}),
        (item, "Transfer", {"from": auctioneer, "to": seller, "tokenId": lot}),
    ]
    assert auctioneer.phase(lot) == Phase.VOID
    assert auctioneer.bookOf(lot)["state"] == BookState.LOST
    with reverts_with(auctioneer, "WrongPhase", lot, Phase.VOID):
        auctioneer.reclaim(lot, {"from": seller})


def test_reclaim_when_the_winner_was_never_settled(auctioneer, item, seller, lot, alice):
    """After the settlement window the lot is void: nobody leads it any more."""
    seal(auctioneer, lot, alice, 5)
    advance(auctioneer, lot, Phase.REVEAL)
    open_bid(auctioneer, lot, alice, 5)
    advance(auctioneer, lot, Phase.VOID)
    assert plain(auctioneer.standing(lot)) == (Phase.VOID, NOBODY, 0)
    auctioneer.reclaim(lot, {"from": seller})
    assert item.ownerOf(lot) == seller
    with reverts_with(auctioneer, "WrongPhase", lot, Phase.VOID):
        auctioneer.settle(lot, {"from": seller})


def test_constants(auctioneer, dao, factory):
    """What the documentation promises."""
    assert auctioneer.SETTLEMENT_WINDOW() == WINDOW
    assert (auctioneer.MIN_PHASE(), auctioneer.MAX_PHASE()) == (LEAST, MOST)
    assert auctioneer.MIN_BOND_BPS() == 1_000
    assert auctioneer.beaconHash() == "0x" + NO_BEACON.hex()
    assert auctioneer.factory() == factory
    assert dao.MAX_STEP() == 500
