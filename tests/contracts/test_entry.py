"""DAOs at the auctioneer: entering a lot, bidding on it, paying for it.

The auctioneer's side is also called directly, on an auctioneer whose factory takes everybody for a
DAO, since genuine DAOs never misuse it.
"""

import pytest
from brownie import accounts

from offchain.bindings.deployment import NO_BEACON
from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    bid_all,
    create_dao,
    list_lot,
    now,
    reveal,
    reveal_all,
    seal,
    settle,
    start_of,
    tally,
)
from tests.contracts.checks import emitted, logs_of, plain, reverts_with
from tests.contracts.mechanism import NOBODY


@pytest.fixture(scope="module")
def lax(Auctioneer, CredulousFactory):
    """An auctioneer that takes everybody for a DAO."""
    return accounts[0].deploy(Auctioneer, accounts[0].deploy(CredulousFactory), NO_BEACON)


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
    waited = auctioneer.lotOf(lot)["entered"]
    tx = dao.enter(lot, {"from": stranger})
    assert emitted(tx) == [
        (auctioneer.address, "DAOEntered", {"lot": lot, "dao": dao.address}),
        (dao.address, "BookOpened", {"lot": lot}),
    ]
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
    other = accounts[0].deploy(Auctioneer, factory, NO_BEACON)
    dao = create_dao(factory, DAO, other)
    before = plain(auctioneer.lotOf(lot))
    with reverts_with(other, "WrongPhase", lot, Phase.NONE):
        dao.enter(lot, {"from": stranger})
    assert plain(auctioneer.lotOf(lot)) == before


@pytest.mark.parametrize("call", ["enter", "submit"])
def test_account_that_is_no_dao(auctioneer, lot, stranger, call):
    """Only DAOs of the factory may bid late."""
    args = (lot, 5) if call == "submit" else (lot,)
    with reverts_with(auctioneer, "UnknownDAO", stranger):
        getattr(auctioneer, call)(*args, {"from": stranger})


# WHAT THE AUCTIONEER TAKES FROM A DAO


def test_enter_returns_the_schedule(lax, lax_lot, alice):
    """A DAO is told the times and the bond, and the lot waits for one more."""
    tx = lax.enter(lax_lot, {"from": alice})
    assert plain(tx.return_value) == plain(lax.bookOf(lax_lot))[:4]
    assert lax.lotOf(lax_lot)["entered"] == 1


def test_submit_is_a_bid(lax, lax_lot, alice, bob):
    """The bid counts by the price rule, and the lot closes when all have bid."""
    to_tally(lax, lax_lot, alice, bob)
    tx = lax.submit(lax_lot, 8, {"from": bob})
    assert emitted(tx) == [(lax.address, "DAOBid", {"lot": lax_lot, "dao": bob.address, "bid": 8})]
    assert lax.lotOf(lax_lot)["arrived"] == 1
    assert plain(lax.standing(lax_lot)) == (Phase.TALLY, bob, 3)
    lax.submit(lax_lot, 2**96 - 1, {"from": alice})
    assert plain(lax.standing(lax_lot)) == (Phase.CLOSED, alice, 9)


def test_submit_of_zero_abstains(lax, lax_lot, alice):
    """A DAO without bids says so, and wins nothing."""
    to_tally(lax, lax_lot, alice)
    lax.submit(lax_lot, 0, {"from": alice})
    assert plain(lax.standing(lax_lot)) == (Phase.VOID, NOBODY, 0)


def test_pay_settles_the_lot(lax, lax_lot, item, seller, alice, stranger):
    """The leader pays, the seller has earned it, the item goes where the leader says."""
    to_tally(lax, lax_lot, alice)
    lax.submit(lax_lot, 8, {"from": alice})
    tx = lax.pay(lax_lot, stranger, {"from": alice, "value": 3 * WEI_PER_UNIT})
    fields = {"lot": lax_lot, "winner": alice.address, "price": 3, "paid": 3}
    assert logs_of(tx, lax) == [("LotSettled", fields)]
    assert item.ownerOf(500) == stranger
    assert lax.proceeds(seller) == lax.balance() == 3 * WEI_PER_UNIT
    assert lax.phase(lax_lot) == Phase.SETTLED


def test_pay_more_than_the_price(lax, lax_lot, seller, alice, stranger):
    """What shares round up to goes to the seller."""
    to_tally(lax, lax_lot, alice)
    lax.submit(lax_lot, 8, {"from": alice})
    tx = lax.pay(lax_lot, stranger, {"from": alice, "value": 5 * WEI_PER_UNIT})
    fields = {"lot": lax_lot, "winner": alice.address, "price": 3, "paid": 5}
    assert logs_of(tx, lax) == [("LotSettled", fields)]
    assert lax.proceeds(seller) == 5 * WEI_PER_UNIT


@pytest.mark.parametrize("sent", [0, 3 * WEI_PER_UNIT - 1])
def test_pay_too_little(lax, lax_lot, alice, stranger, sent):
    """The price, to the wei."""
    to_tally(lax, lax_lot, alice)
    lax.submit(lax_lot, 8, {"from": alice})
    with reverts_with(lax, "Underpaid", lax_lot, sent, 3 * WEI_PER_UNIT):
        lax.pay(lax_lot, stranger, {"from": alice, "value": sent})


def test_pay_by_another(lax, lax_lot, alice, bob, stranger):
    """Neither a losing DAO nor a stranger can buy a lot that another leads."""
    to_tally(lax, lax_lot, alice, bob)
    lax.submit(lax_lot, 8, {"from": alice})
    lax.submit(lax_lot, 8, {"from": bob})
    for payer in (bob, stranger):
        with reverts_with(lax, "NotLeader", lax_lot, payer):
            lax.pay(lax_lot, payer, {"from": payer, "value": 9 * WEI_PER_UNIT})


def test_pay_by_a_winning_individual(auctioneer, item, seller, alice):
    """An individual pays from the deposit, not by `pay`."""
    lot = list_lot(auctioneer, item, seller)
    seal(auctioneer, lot, alice, 5)
    advance(auctioneer, lot, Phase.REVEAL)
    reveal(auctioneer, lot, alice, 5)
    advance(auctioneer, lot, Phase.TALLY)
    assert start_of(auctioneer, lot, Phase.CLOSED) > now()
    with reverts_with(auctioneer, "NotLeader", lot, alice):
        auctioneer.pay(lot, alice, {"from": alice, "value": 3 * WEI_PER_UNIT})


# WHAT A GENUINE DAO'S OWN CODE KEEPS, SINCE THE AUCTIONEER DOES NOT NOTE IT AGAIN


def play_to_tally(dao, lot, bids):
    """Members bid and open; the tally begins."""
    bid_all(dao, lot, bids)
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, bids)
    advance(dao, lot, Phase.TALLY)


def test_a_dao_enters_once_whatever_became_of_the_lot(auctioneer, dao, lot, alice):
    """In every phase after it entered, the lot waits for it once."""
    for phase in (Phase.BIDDING, Phase.REVEAL, Phase.TALLY, Phase.CLOSED, Phase.VOID):
        if phase != Phase.BIDDING:
            advance(dao, lot, phase)
        with reverts_with(dao, "AlreadyEntered", lot):
            dao.enter(lot, {"from": alice})
        with reverts_with(dao, "AlreadyEntered", lot):
            dao.multicall([dao.enter.encode_input(lot)] * 2, {"from": alice})
    assert auctioneer.lotOf(lot)["entered"] == 1


def test_entering_twice_in_one_transaction(factory, DAO, auctioneer, lot, alice):
    """The second time fails, and so the first: nothing is half done."""
    dao = create_dao(factory, DAO, auctioneer)
    before = plain(auctioneer.lotOf(lot))
    with reverts_with(dao, "AlreadyEntered", lot):
        dao.multicall([dao.enter.encode_input(lot)] * 2, {"from": alice})
    assert plain(auctioneer.lotOf(lot)) == before


def test_a_dao_bids_once(auctioneer, dao, rival, lot, alice, bob):
    """Neither a second tally of the same nor one of somebody else's comes to a second bid, with the rival awaited."""
    bids = {alice: 5, bob: 4}
    play_to_tally(dao, lot, bids)
    tally(dao, lot, bids)
    for tallier in (alice, bob):
        for members in (bids, {}):
            with reverts_with(dao, "AlreadyTallied", lot, accounts[0]):
                tally(dao, lot, members, tallier)
    assert auctioneer.lotOf(lot)["arrived"] == 1
    assert auctioneer.phase(lot) == Phase.TALLY
    tally(rival, lot, {})
    assert plain(auctioneer.standing(lot)) == (Phase.CLOSED, dao, 3)


def test_two_tallies_that_end_together(auctioneer, dao, rival, lot, alice, bob):
    """Two callers are each one member short; who comes second bids for nobody."""
    bids = {alice: 5, bob: 4}
    play_to_tally(dao, lot, bids)
    for tallier in (alice, bob):
        dao.tally(lot, [bob], {"from": tallier})
    dao.tally(lot, [alice], {"from": bob})
    with reverts_with(dao, "AlreadyTallied", lot, bob):
        dao.tally(lot, [alice], {"from": alice})
    assert auctioneer.lotOf(lot)["arrived"] == 1


def test_a_dao_bids_nothing_where_it_did_not_enter(factory, DAO, auctioneer, dao, lot, alice):
    """An empty tally of a lot without a book is no bid of nothing, which would close the lot for who is awaited."""
    outsider = create_dao(factory, DAO, auctioneer)
    play_to_tally(dao, lot, {alice: 5})
    with reverts_with(outsider, "WrongPhase", lot, Phase.NONE):
        tally(outsider, lot, {})
    assert plain(auctioneer.lotOf(lot))[1:3] == (1, 0)
    assert auctioneer.phase(lot) == Phase.TALLY


def test_a_settled_dao_bids_no_more(auctioneer, dao, lot, alice, bob):
    """Settling clears result and certificate, while the tally's time still runs: nobody starts anew."""
    bids = {alice: 5, bob: 4}
    play_to_tally(dao, lot, bids)
    tally(dao, lot, bids)
    settle(dao, lot, bids, 3)
    assert now() < start_of(dao, lot, Phase.CLOSED)
    for tallier in accounts[:3]:
        with reverts_with(dao, "WrongPhase", lot, Phase.SETTLED):
            dao.tally(lot, [], {"from": tallier})
        with reverts_with(dao, "WrongPhase", lot, Phase.SETTLED):
            tally(dao, lot, bids, tallier)
    with reverts_with(dao, "WrongPhase", lot, Phase.SETTLED):
        settle(dao, lot, bids, 3)
    assert plain(auctioneer.lotOf(lot))[1:3] == (1, 1)


def test_a_dao_that_lost_early_bids_no_more(auctioneer, dao, rival, lot, alice, bob):
    """Its book is written off while the tally's time still runs, and stays so."""
    bid_all(dao, lot, {alice: 5})
    bid_all(rival, lot, {bob: 4})
    advance(dao, lot, Phase.REVEAL)
    for book, bids in ((dao, {alice: 5}), (rival, {bob: 4})):
        reveal_all(book, lot, bids)
    advance(dao, lot, Phase.TALLY)
    for book, bids in ((dao, {alice: 5}), (rival, {bob: 4})):
        tally(book, lot, bids)
    rival.claimBatch(lot, [bob], {"from": alice})
    assert rival.bookOf(lot)["state"] == BookState.LOST
    with reverts_with(rival, "WrongPhase", lot, Phase.CLOSED):
        tally(rival, lot, {bob: 4}, alice)
    with reverts_with(rival, "NotWinner", lot, dao):
        settle(rival, lot, {bob: 4}, 4)
    settle(dao, lot, {alice: 5}, 4)


def test_a_register_that_lies_hurts_those_alone_who_named_it(
    lax, lax_lot, auctioneer, dao, lot, alice, bob
):
    """Whom it takes for a DAO enters twice and bids thrice there; at another house it is nobody."""
    for _ in range(2):
        lax.enter(lax_lot, {"from": alice})
    advance(lax, lax_lot, Phase.TALLY)
    for bid in (8, 9):
        lax.submit(lax_lot, bid, {"from": alice})
    assert plain(lax.lotOf(lax_lot))[1:3] == (2, 2)
    before = plain(auctioneer.lotOf(lot))
    for call in (
        lambda: auctioneer.enter(lot, {"from": alice}),
        lambda: auctioneer.submit(lot, 9, {"from": alice}),
    ):
        with reverts_with(auctioneer, "UnknownDAO", alice):
            call()
    assert plain(auctioneer.lotOf(lot)) == before


def test_a_dao_that_leads_is_not_settled_as_an_individual(auctioneer, dao, lot, alice, stranger):
    """Nor does anybody name a recipient for what it won."""
    play_to_tally(dao, lot, {alice: 5})
    tally(dao, lot, {alice: 5})
    with reverts_with(auctioneer, "LedByDAO", lot, dao):
        auctioneer.settle(lot, {"from": stranger})
    for who in (alice, stranger):
        with reverts_with(auctioneer, "NoBid", lot, who):
            auctioneer.nameRecipient(lot, who, {"from": who})
        with reverts_with(auctioneer, "NotLeader", lot, who):
            auctioneer.pay(lot, who, {"from": who, "value": 5 * WEI_PER_UNIT})
    settle(dao, lot, {alice: 5}, 3)
