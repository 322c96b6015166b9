"""Recipients that refuse, burn or call back, and tokens that do, at the signal clock auction."""

import pytest
from brownie import accounts, web3

from offchain.bindings.enumerations import ClockPhase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance_to, attempt, now, prepare, send
from tests.contracts.checks import emitted, error_data, reentered, reverts_with
from tests.contracts.clock import DEPOSIT, WINDOW, ClockLot, check_debts, crowd, terms
from tests.puppets import ItemManner, Manner


@pytest.fixture
def token(HostileItem):
    """A token that can be made to misbehave."""
    return accounts[0].deploy(HostileItem)


def solo(house, words, token, seller, bidder, price=3):
    """A lot on which the only bidder may buy."""
    lot = ClockLot(house, words, token, seller)
    lot.join(bidder)
    lot.close_joining()
    lot.register(bidder, price, price)
    lot.close_registering()
    lot.draw()
    lot.prepare(bidder)
    lot.state(bidder)
    return lot


def ended(house, words, item, seller, *bidders):
    """A lot that turned void with these bidders in it."""
    lot = ClockLot(house, words, item, seller)
    lot.join(*bidders)
    lot.close_joining()
    advance_to(lot.terms[4] + WINDOW)
    assert lot.phase == ClockPhase.VOID
    return lot


# RECIPIENTS


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.BURN_GAS, Manner.REVERT_MUCH])
def test_refusing_recipient_holds_up_nobody(house, words, item, seller, alice, bob, actor, manner):
    """The others are paid; the refused deposit stays claimable, by its owner, for whom it likes."""
    hostile = actor(manner)
    lot = ended(house, words, item, seller, alice, hostile, bob)
    tx = lot.claim_batch(alice, hostile, bob)
    names = [log.name for log in emitted(tx)]
    assert names == ["Claimed", "PushRefused", "Claimed"]
    assert emitted(tx)[1].fields == {"lot": lot.number, "bidder": hostile, "amount": DEPOSIT}
    assert tx.gas_used < 250_000
    assert house.balance() == DEPOSIT * WEI_PER_UNIT
    before = bob.balance()
    send(hostile, house.claimTo, lot.number, bob)
    assert bob.balance() - before == DEPOSIT * WEI_PER_UNIT
    with reverts_with(house, "NothingToClaim", lot.number, hostile):
        send(hostile, house.claimTo, lot.number, bob)


@pytest.mark.parametrize("again", ["claim", "claimBatch"])
def test_reentering_recipient_is_paid_once(house, words, item, seller, alice, actor, again):
    """Whichever way it asks for more while it is paid."""
    hostile = actor(Manner.REENTER)
    lot = ended(house, words, item, seller, alice, hostile)
    if again == "claim":
        prepare(hostile, house.claim, lot.number)
    else:
        prepare(hostile, house.claimBatch, lot.number, [hostile.address])
    send(hostile, house.claim, lot.number)
    assert hostile.balance() == DEPOSIT * WEI_PER_UNIT
    assert house.balance() == DEPOSIT * WEI_PER_UNIT
    lot.claim_batch(hostile, alice)
    assert house.balance() == 0


def test_starved_push(house, words, item, seller, alice, bob):
    """A caller cannot make a payment fail by sending little gas: the whole call fails."""
    lot = ended(house, words, item, seller, alice, bob)
    receipt = attempt(accounts[9], house.claimBatch, lot.number, [alice.address], gas=90_000)
    assert receipt["status"] == 0
    lot.claim_batch(alice, bob)
    assert house.balance() == 0


def test_refused_claim(house, words, item, seller, alice, actor):
    """A recipient that takes no ether fails the claim, which stays."""
    refuser = actor(Manner.REFUSE)
    lot = ended(house, words, item, seller, alice)
    with reverts_with(house, "PaymentRefused", refuser, DEPOSIT * WEI_PER_UNIT):
        house.claimTo(lot.number, refuser, {"from": alice})
    lot.claim_batch(alice)


def test_deposits_while_the_auction_runs(house, words, item, seller, alice, stranger):
    """They answer for answers, and stay."""
    lot = solo(house, words, item, seller, alice)
    with reverts_with(house, "WrongClockPhase", lot.number, ClockPhase.OFFERED):
        house.claim(lot.number, {"from": alice})
    with reverts_with(house, "WrongClockPhase", lot.number, ClockPhase.OFFERED):
        lot.claim_batch(alice)
    lot.exit(alice)
    with reverts_with(house, "NotJoined", lot.number, stranger):
        house.claim(lot.number, {"from": stranger})
    house.claim(lot.number, {"from": alice})
    with reverts_with(house, "NothingToClaim", lot.number, alice):
        house.claim(lot.number, {"from": alice})


def test_strangers_in_a_batch_are_passed_over(house, words, item, seller, alice, stranger):
    """And so is who was paid; one deposit is paid once, however often it is named."""
    lot = ended(house, words, item, seller, alice)
    tx = lot.claim_batch(stranger, alice, alice, stranger)
    assert [log.fields["bidder"] for log in emitted(tx)] == [alice]
    assert emitted(lot.claim_batch(alice, stranger)) == []


def test_forfeited_deposit_is_the_sellers_once(house, words, item, seller, alice):
    """Neither claimed back, nor credited again."""
    lot = solo(house, words, item, seller, alice)
    lot.expire()
    with reverts_with(house, "NothingToClaim", lot.number, alice):
        house.claim(lot.number, {"from": alice})
    lot.claim_batch(alice)
    lot.claim_batch(alice)
    assert house.proceeds(seller) == house.balance() == DEPOSIT * WEI_PER_UNIT
    house.withdrawProceeds(seller, {"from": seller})
    with reverts_with(house, "NoProceeds", seller):
        house.withdrawProceeds(seller, {"from": seller})
    assert check_debts(house).wei == 0


def test_seller_who_takes_no_ether(house, words, item, alice, actor):
    """The sale stands; the proceeds wait for another recipient."""
    seller = actor(Manner.REFUSE)
    lot = solo(house, words, item, seller, alice)
    lot.buy(alice, 3)
    assert item.ownerOf(lot.number) == alice
    with reverts_with(house, "PaymentRefused", seller, 3 * WEI_PER_UNIT):
        send(seller, house.withdrawProceeds, seller)
    send(seller, house.withdrawProceeds, alice)


def test_forced_ether_changes_nothing(house, words, item, seller, alice, forced):
    """Nobody can take out more than is owed."""
    lot = ended(house, words, item, seller, alice)
    more = 10**18
    balance = hex(house.balance() + more)
    web3.provider.make_request("anvil_setBalance", [house.address, balance])
    forced[house.address] = more
    lot.claim_batch(alice)
    assert house.balance() == more


# TOKENS


def test_item_that_does_not_arrive(house, words, token, seller):
    """A transfer that moves nothing is found out."""
    token.mint(seller, 1, {"from": seller})
    token.approve(house, 1, {"from": seller})
    token.behave(ItemManner.IDLE, {"from": seller})
    with reverts_with(house, "ItemNotReceived", token, 1):
        house.list(token, 1, terms(now()), {"from": seller})


def test_item_that_cannot_be_delivered(house, words, token, seller, alice):
    """The buyer keeps its money, says no, and has its deposit back; the item stays where it is, holding up nobody."""
    lot = solo(house, words, token, seller, alice)
    token.behave(ItemManner.REFUSE, {"from": seller})
    receipt = attempt(alice, house.buy, lot.number)
    assert receipt["status"] == 0
    lot.exit(alice)
    lot.claim_batch(alice)
    assert attempt(accounts[9], house.reclaim, lot.number)["status"] == 0
    assert house.balance() == 0
    token.behave(ItemManner.HONEST, {"from": seller})
    lot.reclaim()
    assert token.ownerOf(lot.number) == seller


@pytest.mark.parametrize("call", ["buy", "exit", "expire", "reclaim", "claimBatch"])
def test_token_that_calls_back_while_it_is_sold(house, words, token, seller, alice, call):
    """The lot is sold already: nothing of it can be done twice."""
    lot = solo(house, words, token, seller, alice)
    arguments = [[token.address]] if call == "claimBatch" else []
    prepare(token, getattr(house, call), lot.number, *arguments)
    token.behave(ItemManner.REENTER, {"from": seller})
    tx = lot.buy(alice, 3)
    if call == "claimBatch":
        assert [done for done, _ in reentered(tx)] == [True]  # of nobody, which is no harm
    else:
        error = error_data(house, "WrongClockPhase", lot.number, ClockPhase.SETTLED)[:4]
        assert reentered(tx) == [(False, error)]
    assert token.ownerOf(lot.number) == alice
    assert house.proceeds(seller) == 3 * WEI_PER_UNIT


def test_token_that_calls_back_while_it_is_returned(house, words, token, seller, alice):
    """It is returned once."""
    lot = solo(house, words, token, seller, alice)
    lot.exit(alice)
    prepare(token, house.reclaim, lot.number)
    token.behave(ItemManner.REENTER, {"from": seller})
    error = error_data(house, "AlreadyReturned", lot.number)[:4]
    assert reentered(lot.reclaim()) == [(False, error)]


def test_item_of_a_sold_lot_is_not_returned(house, words, item, seller, alice):
    """Nor of one that runs."""
    lot = solo(house, words, item, seller, alice)
    with reverts_with(house, "WrongClockPhase", lot.number, ClockPhase.OFFERED):
        lot.reclaim()
    lot.buy(alice, 3)
    with reverts_with(house, "WrongClockPhase", lot.number, ClockPhase.SETTLED):
        lot.reclaim()


def test_contract_as_bidder(house, words, item, seller, actor):
    """A wallet with code joins, registers, answers, buys, and is paid back."""
    wallet = actor(Manner.WORK)
    lot = solo(house, words, item, seller, wallet)
    lot.buy(wallet, 3)
    assert item.ownerOf(lot.number) == wallet
    lot.claim_batch(wallet)
    assert wallet.balance() == DEPOSIT * WEI_PER_UNIT


# SEATS


def test_one_person_in_every_seat(house, words, item, seller, stranger):
    """What docs/signal-clock.md warns of: nobody else gets in, and the item goes for nothing; the deposits come back."""
    lot = ClockLot(house, words, item, seller)
    names = crowd(31)
    lot.join(*names)
    with reverts_with(house, "TypeFull", lot.number, 0, 31):
        lot.join(stranger)
    lot.close_joining()
    for name in names:
        lot.register(name, *[0] * 32)
    lot.close_registering()
    lot.draw(12_345)
    lot.prepare(*names)
    while lot.phase == ClockPhase.ASKING:
        lot.exit(names[house.lotOf(lot.number)["clock"]["asked"]])
    last = names[house.lotOf(lot.number)["clock"]["asked"]]
    lot.state(last)
    lot.buy(last, 0)
    assert item.ownerOf(lot.number) == last
    lot.claim_batch(*names)
    assert house.balance() == house.proceeds(seller) == 0
