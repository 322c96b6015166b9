"""`roll`: what is left of a deposit goes under the next bid, in one transaction and with no ether out."""

import pytest
from brownie import accounts, web3

from offchain.bindings.enumerations import BookState, Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    attempt,
    bid_all,
    claim,
    create_dao,
    decide,
    list_lot,
    next_block_at,
    now,
    prepare,
    reveal_all,
    schedule_from,
    seal,
    send,
    settle,
    tally,
)
from tests.contracts.checks import bid_of, emitted, logs_of, reentered, reverts_with
from tests.contracts.mechanism import (
    MOST,
    NO_BID,
    commitment,
    entry,
    open_bid,
    sealed_bid,
    sealed_slot,
)
from tests.puppets import Manner

BID = 4
"""What is bid on the next lot."""
PHASES = [
    Phase.NONE,
    Phase.BIDDING,
    Phase.REVEAL,
    Phase.TALLY,
    Phase.CLOSED,
    Phase.SETTLED,
    Phase.VOID,
]


@pytest.fixture
def following(auctioneer, dao, item, seller, lot):
    """A lot whose bidding lasts until long after the first is void, entered by the DAO."""
    start = now() + 7 * 24 * 3600
    following = list_lot(auctioneer, item, seller, schedule=schedule_from(start))
    dao.enter(following, {"from": accounts[0]})
    return following


@pytest.fixture
def rich(alice):
    """Alice, with more ether than a deposit can name."""
    web3.provider.make_request(
        "anvil_setBalance", [alice.address, hex((MOST + 10**12) * WEI_PER_UNIT)]
    )
    return alice


def roll(book, source, target, bidder, bid=BID, value=0, lock=None):
    """Roll, with a lock or without."""
    call = source, target, commitment(book, target, bidder, bid), *(() if lock is None else (lock,))
    return send(bidder, book.roll, *call, value=value)


def sealed_log(book, lot, bidder, bid, deposit):
    """The log of a bid sealed without a lock."""
    slot = sealed_slot(commitment(book, lot, bidder, bid), deposit).to_bytes(32, "big")
    return ("BidSealed", {"entry": entry(lot, 0, bidder), "sealedBid": slot})


def reach(book, lot, phase, bids, silent=()):
    """Bids under deposits 10 above come and open, but for some, until the book's lot is in the phase; at 3 the best wins."""
    for bidder, bid in {**bids, **dict(silent)}.items():
        seal(book, lot, bidder, bid, deposit=bid + 10)
    if phase == Phase.BIDDING:
        return
    advance(book, lot, Phase.REVEAL)
    reveal_all(book, lot, bids)
    if phase == Phase.REVEAL:
        return
    advance(book, lot, Phase.TALLY)
    if phase == Phase.TALLY:
        return
    if hasattr(book, "tally"):
        tally(book, lot, bids)
    advance(book, lot, Phase.VOID if phase == Phase.VOID else Phase.CLOSED)
    if phase == Phase.SETTLED:
        decide(book, lot, bids)


# FROM WHERE


def test_roll_from_a_served_remainder(book, lot, following, alice, bob):
    """What the item cost stays, the rest moves; access is as it was."""
    reach(book, lot, Phase.SETTLED, {alice: 5, bob: 1})
    held, before = book.balance(), accounts[1].balance()
    tx = roll(book, lot, following, alice)
    assert logs_of(tx, book) == [
        ("Rolled", {"entry": entry(lot, 12, alice)}),
        sealed_log(book, following, alice, BID, 12),
    ]
    assert (book.balance(), accounts[1].balance()) == (held, before)
    assert bid_of(book, lot, alice) == open_bid(5, 0)
    assert bid_of(book, following, alice) == sealed_bid(commitment(book, following, alice, BID), 12)
    if hasattr(book, "hasAccess"):
        assert book.hasAccess(lot, alice)
        assert not book.hasAccess(following, alice)


def test_roll_from_a_lost_bid(book, lot, following, alice, bob):
    """All of it."""
    reach(book, lot, Phase.SETTLED, {alice: 5, bob: 1})
    tx = roll(book, lot, following, bob)
    assert logs_of(tx, book)[0] == ("Rolled", {"entry": entry(lot, 11, bob)})
    assert bid_of(book, lot, bob) == NO_BID
    assert bid_of(book, following, bob) == sealed_bid(commitment(book, following, bob, BID), 11)


def test_roll_from_a_dao_that_lost(dao, rival, lot, auctioneer, item, seller, alice, bob):
    """The first to roll writes the loss down, before the winner is settled."""
    following = list_lot(auctioneer, item, seller, schedule=schedule_from(now() + 7 * 86_400))
    rival.enter(following, {"from": bob})
    bid_all(dao, lot, {alice: 9})
    bid_all(rival, lot, {bob: 4})
    advance(dao, lot, Phase.REVEAL)
    reveal_all(dao, lot, {alice: 9})
    reveal_all(rival, lot, {bob: 4})
    advance(dao, lot, Phase.TALLY)
    tally(dao, lot, {alice: 9})
    with reverts_with(rival, "WrongPhase", lot, Phase.TALLY):
        roll(rival, lot, following, bob)
    tally(rival, lot, {bob: 4})
    tx = roll(rival, lot, following, bob)
    assert logs_of(tx, rival) == [
        ("BookLost", {"lot": lot}),
        ("Rolled", {"entry": entry(lot, 4, bob)}),
        sealed_log(rival, following, bob, BID, 4),
    ]
    assert rival.bookOf(lot)["state"] == BookState.LOST


@pytest.mark.parametrize(
    "phase", [Phase.TALLY, Phase.CLOSED, Phase.SETTLED, Phase.VOID], ids=lambda phase: phase.name
)
def test_roll_from_a_silent_remainder(book, lot, following, alice, bob, phase):
    """From the end of reveal on, whatever becomes of the lot; the bond is burnt first."""
    reach(book, lot, phase, {alice: 5}, {bob: 9})
    tx = roll(book, lot, following, bob)
    assert [log for log in logs_of(tx, book) if log[0] != "BookLost"] == [
        ("BondBurnt", {"lot": lot, "bidder": bob.address, "bond": 1}),
        ("Rolled", {"entry": entry(lot, 18, bob)}),
        sealed_log(book, following, bob, BID, 18),
    ]


def test_roll_from_a_bond_of_everything(auctioneer, dao, item, seller, alice):
    """Nothing is left to roll, even with ether sent along."""
    lot = list_lot(auctioneer, item, seller, bond_bps=10_000)
    following = list_lot(auctioneer, item, seller, schedule=schedule_from(now() + 7 * 86_400))
    for where in (lot, following):
        dao.enter(where, {"from": alice})
    seal(dao, lot, alice, 5)
    advance(dao, lot, Phase.TALLY)
    with reverts_with(dao, "NothingToClaim", lot, alice):
        roll(dao, lot, following, alice, value=5 * WEI_PER_UNIT)


def test_roll_from_a_void_lot(book, lot, following, alice, bob):
    """Whoever opened a bid takes all along."""
    reach(book, lot, Phase.VOID, {alice: 5, bob: 1})
    for bidder, due in ((alice, 15), (bob, 11)):
        tx = roll(book, lot, following, bidder)
        assert ("Rolled", {"entry": entry(lot, due, bidder)}) in logs_of(tx, book)


# FROM AND TO EVERY PHASE


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_roll_from_every_phase(book, auctioneer, lot, following, alice, phase):
    """Only where the winner of a lot could claim: once it has paid, or the lot is void."""
    source = lot if phase != Phase.NONE else 1_000
    if phase != Phase.NONE:
        reach(book, lot, phase, {alice: 5})
    kept = bid_of(book, source, alice)
    if phase in (Phase.SETTLED, Phase.VOID):
        roll(book, source, following, alice)
        return
    with reverts_with(book, "WrongPhase", source, phase):
        roll(book, source, following, alice, value=5 * WEI_PER_UNIT)
    assert bid_of(book, source, alice) == kept
    assert bid_of(book, following, alice) == NO_BID


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_roll_to_every_phase(book, auctioneer, item, seller, lot, following, alice, bob, phase):
    """Only where bids are taken; what could not go stays where it was."""
    reach(book, lot, Phase.VOID, {alice: 5})
    target = following
    if phase == Phase.NONE:
        target = 1_000
    elif phase != Phase.BIDDING:
        reach(book, following, phase, {bob: 5})
    assert book.phase(target) == phase
    if phase == Phase.BIDDING:
        roll(book, lot, target, alice)
        return
    kept = bid_of(book, lot, alice)
    with reverts_with(book, "WrongPhase", target, phase):
        roll(book, lot, target, alice)
    assert bid_of(book, lot, alice) == kept == open_bid(5, 15)
    claim(book, lot, alice)


@pytest.mark.parametrize("late", [0, 1])
def test_roll_to_the_last_second_of_bidding(book, auctioneer, item, seller, lot, alice, late):
    """A second later is too late, and the deposit stays where it is."""
    start = now()
    schedule = (start + 4 * 3600, start + 5 * 3600, start + 6 * 3600, 1_000)
    following = list_lot(auctioneer, item, seller, schedule=schedule)
    if book != auctioneer:
        book.enter(following, {"from": alice})
    reach(book, lot, Phase.SETTLED, {alice: 5})
    next_block_at(schedule[0] - 1 + late)
    if late:
        with reverts_with(book, "WrongPhase", following, Phase.REVEAL):
            roll(book, lot, following, alice)
        claim(book, lot, alice)
    else:
        roll(book, lot, following, alice)


@pytest.mark.parametrize("phase", PHASES[1:], ids=lambda phase: phase.name)
def test_roll_to_itself(book, lot, alice, phase):
    """A lot that pays out takes no bids."""
    reach(book, lot, phase, {alice: 5})
    with reverts_with(book, "WrongPhase", lot, phase):
        roll(book, lot, lot, alice)
    assert bid_of(book, lot, alice)[2] == 15


# HOW OFTEN, HOW MUCH


def test_roll_twice(book, lot, following, alice, bob):
    """The second time there is nothing, although others' money is there; not even with ether sent along."""
    reach(book, lot, Phase.SETTLED, {alice: 5, bob: 1})
    for bidder in (alice, bob):
        roll(book, lot, following, bidder)
    kept = bid_of(book, following, alice)
    for value in (0, WEI_PER_UNIT):
        for bidder in (alice, bob):
            with reverts_with(book, "NothingToClaim", lot, bidder):
                roll(book, lot, following, bidder, value=value)
    assert bid_of(book, following, alice) == kept


def test_roll_after_a_claim_and_before_one(book, lot, following, alice, bob, stranger):
    """A deposit is paid out or rolled, whichever comes first."""
    reach(book, lot, Phase.SETTLED, {alice: 5, bob: 1})
    book.claimBatch(lot, [alice], {"from": stranger})
    with reverts_with(book, "NothingToClaim", lot, alice):
        roll(book, lot, following, alice)
    roll(book, lot, following, bob)
    with reverts_with(book, "NothingToClaim", lot, bob):
        claim(book, lot, bob)
    assert emitted(book.claimBatch(lot, [alice, bob], {"from": stranger})) == []


def test_roll_by_a_stranger(book, lot, following, alice, stranger):
    """What is there is not the stranger's."""
    reach(book, lot, Phase.SETTLED, {alice: 5})
    with reverts_with(book, "NothingToClaim", lot, stranger):
        roll(book, lot, following, stranger, value=WEI_PER_UNIT)


def test_roll_with_ether_sent_along(book, lot, following, alice):
    """It comes on top; the log of what was due says nothing of it."""
    reach(book, lot, Phase.VOID, {alice: 5})
    held = book.balance()
    tx = roll(book, lot, following, alice, bid=17, value=2 * WEI_PER_UNIT)
    assert logs_of(tx, book)[-2:] == [
        ("Rolled", {"entry": entry(lot, 15, alice)}),
        sealed_log(book, following, alice, 17, 17),
    ]
    assert book.balance() == held + 2 * WEI_PER_UNIT


@pytest.mark.parametrize("wei", [1, WEI_PER_UNIT - 1, 3 * WEI_PER_UNIT + 1])
def test_roll_with_a_fraction_of_a_unit(book, lot, following, alice, wei):
    """Nothing is rounded."""
    reach(book, lot, Phase.VOID, {alice: 5})
    with reverts_with(book, "NotWholeUnits", wei):
        roll(book, lot, following, alice, value=wei)


def test_roll_onto_a_deposit_that_is_there(book, lot, following, alice):
    """It adds up, and the new bid replaces the old."""
    seal(book, following, alice, 3, deposit=20)
    reach(book, lot, Phase.VOID, {alice: 5})
    roll(book, lot, following, alice)
    assert bid_of(book, following, alice) == sealed_bid(commitment(book, following, alice, BID), 35)
    advance(book, following, Phase.REVEAL)
    reveal_all(book, following, {alice: BID})
    assert bid_of(book, following, alice) == open_bid(BID, 35)


def test_roll_from_two_lots_to_one(book, auctioneer, item, seller, lot, following, alice):
    """One after the other."""
    other = list_lot(auctioneer, item, seller)
    if book != auctioneer:
        book.enter(other, {"from": alice})
    seal(book, other, alice, 2, deposit=7)
    reach(book, lot, Phase.VOID, {alice: 5})
    roll(book, lot, following, alice)
    roll(book, other, following, alice, bid=9)
    # on the second no bid was opened, which cost nothing of 7: less than a unit
    assert bid_of(book, following, alice) == sealed_bid(commitment(book, following, alice, 9), 22)


def test_roll_above_the_field(book, lot, following, alice, rich):
    """A deposit that would not fit is refused, and stays where it is."""
    seal(book, following, alice, 3, deposit=MOST - 14)
    reach(book, lot, Phase.VOID, {alice: 5})
    with reverts_with(book, "TooManyUnits", MOST + 1):
        roll(book, lot, following, alice)
    claim(book, lot, alice)


def test_roll_below_the_minimum(factory, DAO, auctioneer, item, seller, alice):
    """What is left may be too little for the next bid; ether sent along helps."""
    strict = create_dao(factory, DAO, auctioneer, minimum=6)
    lots = [
        list_lot(auctioneer, item, seller, reserve=5),
        list_lot(auctioneer, item, seller, schedule=schedule_from(now() + 7 * 86_400)),
    ]
    for lot in lots:
        strict.enter(lot, {"from": alice})
    seal(strict, lots[0], alice, 6, deposit=10)
    advance(strict, lots[0], Phase.REVEAL)
    reveal_all(strict, lots[0], {alice: 6})
    advance(strict, lots[0], Phase.TALLY)
    tally(strict, lots[0], {alice: 6})
    settle(strict, lots[0], {alice: 6}, 5)
    with reverts_with(strict, "BelowMinimum", lots[1], alice, 5, 6):
        roll(strict, lots[0], lots[1], alice, bid=6)
    roll(strict, lots[0], lots[1], alice, bid=6, value=WEI_PER_UNIT)
    assert bid_of(strict, lots[1], alice)[2] == 6


def test_roll_in_an_open_dao(open_dao, auctioneer, item, seller, lot, alice):
    """Its bids are not sealed: the deposit is claimed, and bid anew."""
    following = list_lot(auctioneer, item, seller, schedule=schedule_from(now() + 7 * 86_400))
    open_dao.enter(following, {"from": alice})
    open_dao.raiseBid(lot, {"from": alice, "value": 2 * WEI_PER_UNIT})
    advance(open_dao, lot, Phase.VOID)
    with reverts_with(open_dao, "BidsAreOpen", following):
        roll(open_dao, lot, following, alice)
    assert bid_of(open_dao, lot, alice) == open_bid(2, 2)
    claim(open_dao, lot, alice)


def test_roll_with_a_commitment_that_is_none(book, lot, following, alice):
    """As by `commit`."""
    reach(book, lot, Phase.VOID, {alice: 5})
    with reverts_with(book, "InvalidCommitment", bytes(24)):
        book.roll(lot, following, bytes(24), {"from": alice})


def test_roll_with_a_lock(book, lot, following, alice):
    """Logged as by `commit`, and as bounded."""
    reach(book, lot, Phase.VOID, {alice: 5})
    with reverts_with(book, "LockTooLong", following, 161, 160):
        roll(book, lot, following, alice, lock=bytes(161))
    tx = roll(book, lot, following, alice, lock=b"\x07" * 160)
    rolled, locked = logs_of(tx, book)[-2:]
    assert rolled == ("Rolled", {"entry": entry(lot, 15, alice)})
    assert (locked[0], locked[1]["lock"]) == ("BidLocked", b"\x07" * 160)


def test_roll_with_an_empty_lock(book, lot, following, alice):
    """It is none."""
    reach(book, lot, Phase.VOID, {alice: 5})
    tx = roll(book, lot, following, alice, lock=b"")
    assert logs_of(tx, book)[-1] == sealed_log(book, following, alice, BID, 15)


# IN OTHERS' HANDS


def test_roll_through_multicall(book, auctioneer, item, seller, lot, following, alice, bob):
    """Two lots' deposits in one transaction; a repetition fails all."""
    other = list_lot(auctioneer, item, seller)
    if book != auctioneer:
        book.enter(other, {"from": alice})
    seal(book, other, alice, 2, deposit=7)
    reach(book, lot, Phase.VOID, {alice: 5, bob: 1})
    calls = [
        book.roll.encode_input(where, following, commitment(book, following, alice, BID))
        for where in (lot, other)
    ]
    with reverts_with(book, "NothingToClaim", lot, alice):
        book.multicall([*calls, calls[0]], {"from": alice})
    held = book.balance()
    book.multicall(calls, {"from": alice})
    assert bid_of(book, following, alice)[2] == 22
    assert book.balance() == held


def test_roll_brings_no_ether_through_multicall(book, lot, following, alice):
    """What was sent once would be counted in every call: it takes none."""
    reach(book, lot, Phase.VOID, {alice: 5})
    call = book.roll.encode_input(lot, following, commitment(book, following, alice, BID))
    with pytest.raises(Exception, match="revert"):
        alice.transfer(book, WEI_PER_UNIT, data=book.multicall.encode_input([call]))


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.BURN_GAS])
def test_roll_of_a_contract_that_takes_no_ether(
    book, lot, following, alice, stranger, actor, manner
):
    """It need not: a deposit whose push it refused goes on to the next lot."""
    wallet = actor(manner)
    reach(book, lot, Phase.SETTLED, {alice: 5, wallet: 1})
    book.claimBatch(lot, [wallet], {"from": stranger})
    tx = roll(book, lot, following, wallet)
    assert ("Rolled", {"entry": entry(lot, 11, wallet)}) in logs_of(tx, book)
    assert wallet.balance() == 0
    with reverts_with(book, "NothingToClaim", lot, wallet):
        claim(book, lot, wallet, recipient=stranger)


def test_roll_from_within_a_claim(book, auctioneer, item, seller, lot, following, alice, actor):
    """What is being claimed is gone already; another lot's deposit may go on meanwhile, once."""
    other = list_lot(auctioneer, item, seller)
    wallet = actor(Manner.REENTER)
    if book != auctioneer:
        book.enter(other, {"from": alice})
    seal(book, other, wallet, 2, deposit=7)
    reach(book, lot, Phase.VOID, {alice: 5, wallet: 1})
    seal_ = commitment(book, following, wallet, BID)
    prepare(wallet, book.roll, lot, following, seal_)
    tx = claim(book, lot, wallet)
    assert [success for success, _ in reentered(tx)] == [False]
    assert (wallet.balance(), bid_of(book, following, wallet)) == (11 * WEI_PER_UNIT, NO_BID)
    seal(book, following, wallet, 1)
    prepare(wallet, book.roll, other, following, seal_)
    tx = send(wallet, book.withdraw, following, wallet)
    # the deposit withdrawn is out, and what is rolled in stays
    assert [success for success, _ in reentered(tx)] == [True]
    assert bid_of(book, following, wallet) == sealed_bid(seal_, 7)
    assert wallet.balance() == 12 * WEI_PER_UNIT


def test_roll_from_within_a_push(book, lot, following, alice, stranger, actor):
    """With the little gas that comes along it fails; the push goes through, and pays once."""
    wallet = actor(Manner.REENTER)
    reach(book, lot, Phase.VOID, {alice: 5, wallet: 1})
    prepare(wallet, book.roll, lot, following, commitment(book, following, wallet, BID))
    tx = book.claimBatch(lot, [alice, wallet, wallet], {"from": stranger})
    assert not any(success for success, _ in reentered(tx))
    if wallet.balance() == 0:
        wallet.behave(Manner.ACCEPT, {"from": stranger})
        claim(book, lot, wallet)
    assert wallet.balance() == 11 * WEI_PER_UNIT
    assert bid_of(book, following, wallet) == NO_BID


def test_roll_with_too_little_gas(book, lot, following, alice):
    """All or nothing."""
    reach(book, lot, Phase.VOID, {alice: 5})
    seal_ = commitment(book, following, alice, BID)
    for gas in range(30_000, 120_000, 5_000):
        receipt = attempt(
            alice, book.roll["uint256,uint256,bytes24"], lot, following, seal_, gas=gas
        )
        if receipt.status == 1:
            break
        assert bid_of(book, lot, alice) == open_bid(5, 15)
    assert bid_of(book, following, alice) == sealed_bid(seal_, 15)
