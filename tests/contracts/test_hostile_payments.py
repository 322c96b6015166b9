"""Bidders, sellers and recipients that misbehave when they are paid, at both levels."""

import pytest
from brownie import accounts

from offchain.bindings.enumerations import Phase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import (
    advance,
    attempt,
    claim,
    list_lot,
    now,
    play_out,
    prepare,
    reveal_all,
    schedule_from,
    seal,
    send,
    settle,
    tally,
)
from tests.contracts.checks import bid_of, emitted, error_data, logs_of, reentered, reverts_with
from tests.contracts.mechanism import NO_BID, commitment, entry, open_bid
from tests.puppets import Manner

REFUSING = [Manner.REFUSE, Manner.BURN_GAS, Manner.REVERT_MUCH]
TAKING = [Manner.ACCEPT, Manner.WORK, Manner.RETURN_MUCH]


# Bid, and what is left to pay out of the deposit: served at 3, not served, not revealed (bond 1).
PARTS = {"served": (5, 12), "unserved": (1, 11), "unrevealed": (9, 18)}


@pytest.fixture(params=PARTS)
def part(request):
    """The part that a hostile bidder plays."""
    return request.param


def join(book, lot, hostile, part, others):
    """The hostile bidder plays its part between two others, of whom one does not reveal."""
    bid = PARTS[part][0]
    first, second = others
    if part == "served":
        play_out(book, lot, {first: 1, hostile: bid}, {second: 1})
    elif part == "unserved":
        play_out(book, lot, {hostile: bid, second: 5}, {first: 1})
    else:
        play_out(book, lot, {second: 5}, {first: 1, hostile: bid})


# PUSHED


@pytest.mark.parametrize("manner", REFUSING)
def test_who_refuses_a_push_keeps_the_claim(book, lot, alice, bob, stranger, actor, part, manner):
    """Others are paid, at a bounded price in gas; what was refused can be had by another way."""
    hostile, due = actor(manner), PARTS[part][1]
    join(book, lot, hostile, part, (alice, bob))
    held = book.balance()
    tx = book.claimBatch(lot, [alice, hostile, bob], {"from": stranger})
    assert tx.gas_used < 200_000
    logs = logs_of(tx, book)
    assert ("PushRefused", {"lot": lot, "bidder": hostile.address, "amount": due}) in logs
    paid = [word % 2**160 for word in logs[-1][1]["entries"]]
    assert paid == [int(who.address, 16) for who in (alice, bob)]
    left = book.balance()
    again = book.claimBatch(lot, [hostile, hostile], {"from": stranger})
    assert [log.name for log in emitted(again)] == ["PushRefused", "PushRefused"]
    assert book.balance() == left < held
    claim(book, lot, hostile, recipient=stranger)
    assert left - book.balance() == due * WEI_PER_UNIT
    with reverts_with(book, "NothingToClaim", lot, hostile):
        claim(book, lot, hostile, recipient=stranger)


@pytest.mark.parametrize("manner", TAKING)
def test_who_takes_a_push_strangely_is_paid_once(
    book, lot, alice, bob, stranger, actor, part, manner
):
    """Work and long answers within the bounded gas are fine, and cost the sender no copying."""
    hostile, due = actor(manner), PARTS[part][1]
    join(book, lot, hostile, part, (alice, bob))
    tx = book.claimBatch(lot, [alice, hostile, bob, hostile], {"from": stranger})
    assert tx.gas_used < 200_000
    assert entry(lot, due, hostile) in emitted(tx)[-1].fields["entries"]
    assert hostile.balance() == due * WEI_PER_UNIT


def test_refused_money_waits_for_better_manners(book, lot, alice, bob, stranger, actor, part):
    """A later push pays what an earlier one could not, to the wei, and access is as it was."""
    hostile, due = actor(Manner.REFUSE), PARTS[part][1]
    join(book, lot, hostile, part, (alice, bob))
    access = hasattr(book, "hasAccess") and book.hasAccess(lot, hostile)
    for _ in range(3):
        book.claimBatch(lot, [hostile], {"from": stranger})
    hostile.behave(Manner.ACCEPT, {"from": stranger})
    book.claimBatch(lot, [hostile, hostile], {"from": stranger})
    assert hostile.balance() == due * WEI_PER_UNIT
    served = part == "served"
    assert bid_of(book, lot, hostile) == (open_bid(5, 0) if served else NO_BID)
    if hasattr(book, "hasAccess"):
        assert book.hasAccess(lot, hostile) == access == served


def test_reentry_during_a_push_fails_for_want_of_gas(book, lot, alice, bob, stranger, actor, part):
    """Too little gas comes along to do anything; the money is had once, by the push or a claim."""
    hostile, due = actor(Manner.REENTER), PARTS[part][1]
    join(book, lot, hostile, part, (alice, bob))
    prepare(hostile, book.claimBatch, lot, [alice.address, hostile.address, bob.address])
    before = [alice.balance(), bob.balance()]
    tx = book.claimBatch(lot, [alice, hostile, bob], {"from": stranger})
    assert not any(success for success, _ in reentered(tx))
    after = [alice.balance(), bob.balance()]
    assert all(new > old for new, old in zip(after, before, strict=True))
    if hostile.balance() == 0:
        hostile.behave(Manner.ACCEPT, {"from": stranger})
        claim(book, lot, hostile)
    assert hostile.balance() == due * WEI_PER_UNIT


# CLAIMED


def answer(contract, name, *args):
    """The selector of an error, as a puppet logs it."""
    return error_data(contract, name, *args)[:4]


@pytest.mark.parametrize("to", [False, True], ids=["claim", "claimTo"])
def test_reentering_claim(book, lot, alice, bob, actor, part, to):
    """With all the gas there is, a second claim from within the first finds nothing."""
    hostile, due = actor(Manner.REENTER), PARTS[part][1]
    join(book, lot, hostile, part, (alice, bob))
    if to:
        prepare(hostile, book.claimTo, lot, hostile)
    else:
        prepare(hostile, book.claim, lot)
    tx = claim(book, lot, hostile, recipient=hostile if to else None)
    assert reentered(tx) == [(False, answer(book, "NothingToClaim", lot, hostile))]
    assert hostile.balance() == due * WEI_PER_UNIT


def test_reentering_claim_with_a_batch(book, lot, alice, bob, actor, part):
    """A batch from within a claim pays the others, as anybody may, and the caller nothing more."""
    hostile, due = actor(Manner.REENTER), PARTS[part][1]
    join(book, lot, hostile, part, (alice, bob))
    prepare(hostile, book.claimBatch, lot, [hostile.address, alice.address, bob.address])
    before = [alice.balance(), bob.balance()]
    tx = claim(book, lot, hostile)
    assert reentered(tx) == [(True, bytes(4))]
    assert hostile.balance() == due * WEI_PER_UNIT
    after = [alice.balance(), bob.balance()]
    assert all(new > old for new, old in zip(after, before, strict=True))
    for who in (alice, bob, hostile):
        with reverts_with(book, "NothingToClaim", lot, who):
            claim(book, lot, who)


def test_reentering_one_claim_from_another_lot(book, auctioneer, item, seller, alice, actor):
    """Claims on two lots, one within the other, pay each once."""
    hostile = actor(Manner.REENTER)
    lots = [list_lot(auctioneer, item, seller) for _ in range(2)]
    for lot in lots:
        if book != auctioneer:
            book.enter(lot, {"from": alice})
        seal(book, lot, hostile, 2)
    advance(book, lots[1], Phase.CLOSED)
    prepare(hostile, book.claim, lots[1])
    tx = claim(book, lots[0], hostile)
    # the inner payment re-enters too, and finds nothing
    assert sorted(success for success, _ in reentered(tx)) == [False, True]
    assert hostile.balance() == 4 * WEI_PER_UNIT


@pytest.mark.parametrize("manner", [*REFUSING, Manner.RETURN_MUCH])
def test_claim_by_who_cannot_be_paid(book, lot, alice, bob, stranger, actor, manner):
    """A claim that does not pay fails as a whole; with another recipient it pays."""
    hostile = actor(manner)
    join(book, lot, hostile, "served", (alice, bob))
    slot = bid_of(book, lot, hostile)
    call = book.claim._address, book.claim.encode_input(lot)
    receipt = attempt(stranger, hostile.act, *call)
    if manner == Manner.RETURN_MUCH:
        assert receipt.status == 1
        assert hostile.balance() == 12 * WEI_PER_UNIT
    else:
        assert receipt.status == 0
        assert bid_of(book, lot, hostile) == slot
        claim(book, lot, hostile, recipient=stranger)


# WITHDRAWN WHILE BIDDING LASTS


def test_reentering_withdraw(book, lot, alice, actor):
    """A second withdrawal from within the first finds no bid."""
    hostile = actor(Manner.REENTER)
    seal(book, lot, alice, 50)
    seal(book, lot, hostile, 5)
    prepare(hostile, book.withdraw, lot, hostile)
    tx = send(hostile, book.withdraw, lot, hostile)
    assert reentered(tx) == [(False, answer(book, "NoBid", lot, hostile))]
    assert hostile.balance() == 5 * WEI_PER_UNIT


def test_bidding_again_from_within_withdraw(book, lot, alice, actor):
    """What was withdrawn backs no new bid."""
    hostile = actor(Manner.REENTER)
    seal(book, lot, alice, 50)
    seal(book, lot, hostile, 5)
    prepare(hostile, book.commit, lot, commitment(book, lot, hostile, 5))
    tx = send(hostile, book.withdraw, lot, hostile)
    assert reentered(tx) == [(False, answer(book, "ZeroDeposit", lot, hostile))]
    assert bid_of(book, lot, hostile) == NO_BID


@pytest.mark.parametrize("manner", REFUSING)
def test_withdraw_to_who_cannot_be_paid(book, lot, alice, actor, manner):
    """It fails as a whole, and the bid stays."""
    hostile = actor(manner)
    seal(book, lot, alice, 5)
    slot = bid_of(book, lot, alice)
    assert attempt(alice, book.withdraw, lot, hostile.address).status == 0
    assert bid_of(book, lot, alice) == slot
    book.withdraw(lot, alice, {"from": alice})


# SELLERS


@pytest.mark.parametrize("manner", REFUSING)
def test_seller_that_takes_no_ether(auctioneer, dao, item, alice, stranger, actor, manner):
    """It hurts nobody but itself: the sale goes on, and the money waits for another recipient."""
    seller = actor(manner)
    lot = list_lot(auctioneer, item, seller)
    dao.enter(lot, {"from": alice})
    play_out(dao, lot, {alice: 5})
    claim(dao, lot, alice)
    assert item.ownerOf(lot) == dao.estateAt(lot)
    call = auctioneer.withdrawProceeds._address, auctioneer.withdrawProceeds.encode_input(seller)
    assert attempt(stranger, seller.act, *call).status == 0
    assert auctioneer.proceeds(seller) == 3 * WEI_PER_UNIT
    before = stranger.balance()
    send(seller, auctioneer.withdrawProceeds, stranger)
    assert stranger.balance() - before == 3 * WEI_PER_UNIT


def test_reentering_withdraw_proceeds(auctioneer, dao, item, seller, alice, actor):
    """A second withdrawal from within the first finds nothing, although others' money is there."""
    hostile = actor(Manner.REENTER)
    honest, lot = (list_lot(auctioneer, item, who) for who in (seller, hostile))
    for where in (honest, lot):
        dao.enter(where, {"from": alice})
        seal(dao, where, alice, 5)
    advance(dao, lot, Phase.REVEAL)
    for where in (honest, lot):
        reveal_all(dao, where, {alice: 5})
    advance(dao, lot, Phase.TALLY)
    for where in (honest, lot):
        tally(dao, where, {alice: 5})
        settle(dao, where, {alice: 5}, 3)
    prepare(hostile, auctioneer.withdrawProceeds, hostile)
    tx = send(hostile, auctioneer.withdrawProceeds, hostile)
    assert reentered(tx) == [(False, answer(auctioneer, "NoProceeds", hostile))]
    assert (hostile.balance(), auctioneer.balance()) == (3 * WEI_PER_UNIT, 3 * WEI_PER_UNIT)


def test_winner_without_a_receiver_hook(auctioneer, item, lot, actor):
    """The item goes to a contract that knows nothing of tokens: it must not be able to refuse."""
    winner = actor(Manner.REFUSE)
    play_out(auctioneer, lot, {winner: 5})
    assert item.ownerOf(lot) == winner


# A PRICE THAT CHANGES DURING A BATCH


@pytest.fixture
def touched(TouchedAuctioneer, factory):
    """An auctioneer at which settling can be made cheap."""
    return accounts[0].deploy(TouchedAuctioneer, factory)


@pytest.fixture
def heist(touched, seller, alice, Item, CheapItem, Accomplice):
    """A lot of a cheap item's, closed and led by Alice at 500, beside another of the same seller's, led at 3 under 1000 units.

    An accomplice, who lost, settles it as soon as he is paid. That the caller has read and written all
    that a settlement will, in the same transaction, leaves him gas enough.
    """
    other = list_lot(touched, seller.deploy(Item), seller)
    seal(touched, other, accounts[21], 1_000)
    token = seller.deploy(CheapItem)
    touched.list(token, 0, 1, schedule_from(now()), {"from": seller})
    target = touched.lotCount()
    touched.hold(target, target + 1, {"from": seller})  # put right by the caller: a second write
    accomplice = seller.deploy(Accomplice, touched, target)
    unrevealed = accounts[22]
    for bidder, bid in ((alice, 501), (accomplice, 499), (unrevealed, 10)):
        seal(touched, target, bidder, bid)
    advance(touched, target, Phase.REVEAL)
    reveal_all(touched, target, {accomplice: 499, alice: 501})
    reveal_all(touched, other, {accounts[21]: 1_000})
    advance(touched, target, Phase.TALLY)
    return other, target, unrevealed, accomplice


@pytest.mark.parametrize("first", ["unrevealed", "accomplice"])
def test_settling_from_within_a_batch(touched, seller, alice, stranger, Heist, heist, first):
    """The winner pays, even if it is settled in the middle of the batch that refunds it."""
    other, target, unrevealed, accomplice = heist
    before = [who.balance() for who in (alice, unrevealed)]
    batch = [unrevealed, accomplice] if first == "unrevealed" else [accomplice, unrevealed]
    caller = stranger.deploy(Heist)
    caller.run(touched, other, target, alice, [*batch, alice], {"from": stranger})
    assert touched.phase(target) == Phase.SETTLED
    touched.claimBatch(target, [alice, unrevealed], {"from": stranger})
    gains = [who.balance() - old for who, old in zip((alice, unrevealed), before, strict=True)]
    assert gains == [1 * WEI_PER_UNIT, 9 * WEI_PER_UNIT]
    assert touched.proceeds(seller) == (3 + 500) * WEI_PER_UNIT
    assert touched.balance() - touched.proceeds(seller) == (1_000 - 3 + 1) * WEI_PER_UNIT
