"""DAOs at the auctioneer: entering a lot, bidding on it, paying for it.

The auctioneer's side is also called directly, on an auctioneer whose factory takes everybody for a
DAO, since genuine DAOs never misuse it.
"""

import pytest
from brownie import accounts

from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance, create_dao, list_lot, now, reveal, seal, start_of
from tests.contracts.checks import emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import NOBODY

NONE, ENTERED, ARRIVED = range(3)


@pytest.fixture(scope="module")
def lax(Auctioneer, CredulousFactory):
    """An auctioneer that takes everybody for a DAO."""
    return accounts[0].deploy(Auctioneer, accounts[0].deploy(CredulousFactory))


@pytest.fixture(scope="module")
def lax_lot(lax, item, seller):
    """A lot of that auctioneer's, in its bidding phase, at a reserve of 3."""
    item.mint(seller, 500, {"from": seller})
    item.approve(lax, 500, {"from": seller})
    start = now()
    times = (start + 3600, start + 7200, start + 10800, 1000)
    lax.list(item, 500, 3, times, {"from": seller})
    return 1


def to_tally(lax, lot, *daos):
    """These enter, and time passes until the tally."""
    for dao in daos:
        lax.enter(lot, {"from": dao})
    advance(lax, lot, Phase.TALLY)


# A GENUINE DAO ENTERS


def test_enter_opens_a_book(factory, DAO, auctioneer, lot, stranger):
    """Anyone can make a DAO enter; it keeps the lot's times and bond, and the lot waits for it."""
    dao = create_dao(factory, DAO, auctioneer)
    assert auctioneer.partOf(lot, dao) == NONE
    waited = auctioneer.lotOf(lot)["entered"]
    tx = dao.enter(lot, {"from": stranger})
    assert emitted(tx) == [
        (auctioneer.address, "DAOEntered", {"lot": lot, "dao": dao.address}),
        (dao.address, "BookOpened", {"lot": lot}),
    ]
    assert auctioneer.partOf(lot, dao) == ENTERED
    assert auctioneer.lotOf(lot)["entered"] == waited + 1
    assert plain(dao.bookOf(lot)) == (*plain(auctioneer.bookOf(lot))[:4], 0, 0, BookState.RUNNING)


def test_enter_twice(dao, lot, stranger):
    """One book per lot."""
    with reverts_with(dao, "AlreadyEntered", lot):
        dao.enter(lot, {"from": stranger})


def test_enter_a_lot_that_is_not_listed(dao, auctioneer, lot, stranger):
    """There is nothing to enter."""
    with reverts_with(auctioneer, "WrongPhase", lot + 7, Phase.NONE):
        dao.enter(lot + 7, {"from": stranger})


def test_dao_of_another_auctioneer(factory, DAO, Auctioneer, auctioneer, lot, stranger):
    """A DAO serves one auctioneer: the lots of others are unknown to it."""
    other = accounts[0].deploy(Auctioneer, factory)
    dao = create_dao(factory, DAO, other)
    with reverts_with(other, "WrongPhase", lot, Phase.NONE):
        dao.enter(lot, {"from": stranger})
    assert auctioneer.partOf(lot, dao) == NONE


@pytest.mark.parametrize("call", ["enter", "submit"])
def test_account_that_is_no_dao(auctioneer, lot, stranger, call):
    """Only DAOs of the factory may bid late."""
    args = (lot, 5) if call == "submit" else (lot,)
    with reverts_with(auctioneer, "UnknownDAO", stranger):
        getattr(auctioneer, call)(*args, {"from": stranger})


# WHAT THE AUCTIONEER TAKES FROM A DAO


def test_enter_returns_the_schedule(lax, lax_lot, alice):
    """A DAO is told the times and the bond, and entered once only."""
    tx = lax.enter(lax_lot, {"from": alice})
    assert plain(tx.return_value) == plain(lax.bookOf(lax_lot))[:4]
    with reverts_with(lax, "AlreadyEntered", lax_lot, alice):
        lax.enter(lax_lot, {"from": alice})


def test_submit_is_a_bid(lax, lax_lot, alice, bob):
    """The bid counts by the price rule, and the lot closes when all have bid."""
    to_tally(lax, lax_lot, alice, bob)
    tx = lax.submit(lax_lot, 8, {"from": bob})
    assert emitted(tx) == [(lax.address, "DAOBid", {"lot": lax_lot, "dao": bob.address, "bid": 8})]
    assert lax.partOf(lax_lot, bob) == ARRIVED
    assert plain(lax.standing(lax_lot)) == (Phase.TALLY, bob, 3)
    lax.submit(lax_lot, 2**96 - 1, {"from": alice})
    assert plain(lax.standing(lax_lot)) == (Phase.CLOSED, alice, 9)


def test_submit_of_zero_abstains(lax, lax_lot, alice):
    """A DAO without bids says so, and wins nothing."""
    to_tally(lax, lax_lot, alice)
    lax.submit(lax_lot, 0, {"from": alice})
    assert plain(lax.standing(lax_lot)) == (Phase.VOID, NOBODY, 0)


def test_submit_without_entering(lax, lax_lot, alice, bob):
    """Who did not enter is not awaited."""
    to_tally(lax, lax_lot, alice)
    with reverts_with(lax, "NotAwaited", lax_lot, bob):
        lax.submit(lax_lot, 8, {"from": bob})


def test_submit_twice(lax, lax_lot, alice, bob):
    """One bid per DAO."""
    to_tally(lax, lax_lot, alice, bob)
    lax.submit(lax_lot, 8, {"from": alice})
    with reverts_with(lax, "NotAwaited", lax_lot, alice):
        lax.submit(lax_lot, 9, {"from": alice})


def test_pay_settles_the_lot(lax, lax_lot, item, seller, alice):
    """The leader pays, the seller is credited, the item moves."""
    to_tally(lax, lax_lot, alice)
    lax.submit(lax_lot, 8, {"from": alice})
    tx = lax.pay(lax_lot, {"from": alice, "value": 3 * WEI_PER_UNIT})
    fields = {"lot": lax_lot, "winner": alice.address, "price": 3, "paid": 3}
    assert logs_of(tx, lax) == [("LotSettled", fields)]
    assert item.ownerOf(500) == alice
    assert lax.proceeds(seller) == lax.balance() == 3 * WEI_PER_UNIT
    assert lax.phase(lax_lot) == Phase.SETTLED


def test_pay_more_than_the_price(lax, lax_lot, seller, alice):
    """What shares round up to goes to the seller."""
    to_tally(lax, lax_lot, alice)
    lax.submit(lax_lot, 8, {"from": alice})
    tx = lax.pay(lax_lot, {"from": alice, "value": 5 * WEI_PER_UNIT})
    fields = {"lot": lax_lot, "winner": alice.address, "price": 3, "paid": 5}
    assert logs_of(tx, lax) == [("LotSettled", fields)]
    assert lax.proceeds(seller) == 5 * WEI_PER_UNIT


@pytest.mark.parametrize("sent", [0, 3 * WEI_PER_UNIT - 1])
def test_pay_too_little(lax, lax_lot, alice, sent):
    """The price, to the wei."""
    to_tally(lax, lax_lot, alice)
    lax.submit(lax_lot, 8, {"from": alice})
    with reverts_with(lax, "Underpaid", lax_lot, sent, 3 * WEI_PER_UNIT):
        lax.pay(lax_lot, {"from": alice, "value": sent})


def test_pay_by_another(lax, lax_lot, alice, bob, stranger):
    """Neither a losing DAO nor a stranger can buy a lot that another leads."""
    to_tally(lax, lax_lot, alice, bob)
    lax.submit(lax_lot, 8, {"from": alice})
    lax.submit(lax_lot, 8, {"from": bob})
    for payer in (bob, stranger):
        with reverts_with(lax, "NotLeader", lax_lot, payer):
            lax.pay(lax_lot, {"from": payer, "value": 9 * WEI_PER_UNIT})


def test_pay_by_a_winning_individual(auctioneer, item, seller, alice):
    """An individual pays from the deposit, not by `pay`."""
    lot = list_lot(auctioneer, item, seller)
    seal(auctioneer, lot, alice, 5)
    advance(auctioneer, lot, Phase.REVEAL)
    reveal(auctioneer, lot, alice, 5)
    advance(auctioneer, lot, Phase.TALLY)
    assert start_of(auctioneer, lot, Phase.CLOSED) > now()
    with reverts_with(auctioneer, "NotLeader", lot, alice):
        auctioneer.pay(lot, {"from": alice, "value": 3 * WEI_PER_UNIT})
