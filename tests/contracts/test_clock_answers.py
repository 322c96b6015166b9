"""Answers at the wrong time, by the wrong person, or of the wrong height; and offers answered so."""

import pytest
from brownie import accounts

from offchain.bindings.enumerations import ClockPhase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance_to, attempt, next_block_at, send
from tests.contracts.checks import emitted, reverts_with
from tests.contracts.clock import ANSWER, WINDOW, ClockLot


@pytest.fixture
def lot(house, words, item, seller, alice, bob, carol, dave):
    """Alice and bob of type 0, carol and dave of type 1, four signals; dave joined last."""
    lot = ClockLot(house, words, item, seller, types=2, signals=4)
    for who, kind in ((alice, 0), (bob, 0), (carol, 1), (dave, 1)):
        lot.join(who, kind=kind)
    lot.close_joining()
    for n, who in enumerate((alice, bob, carol, dave)):
        lot.register(who, *(10 * x + y + n for x in range(7) for y in range(7)))
    lot.close_registering()
    return lot


@pytest.fixture
def learning(lot):
    """Type 0 and residue 0 are drawn; carol and dave answer."""
    lot.draw(0)
    assert lot.phase == ClockPhase.LEARNING
    return lot


@pytest.fixture
def asking(learning, alice, bob, carol, dave):
    """The others' total is 0; alice is asked."""
    learning.exit(carol)
    learning.exit(dave)
    learning.prepare(alice, bob)
    assert learning.phase == ClockPhase.ASKING
    return learning


@pytest.fixture
def offered(asking, alice, bob):
    """Alice left at 1: bob may buy at the value of total 3, 31, for a signal of 2."""
    asking.accept(alice, 1)
    asking.exit(alice)
    asking.state(bob)
    assert asking.phase == ClockPhase.OFFERED
    return asking


# LEARNING


def test_drawn_type_is_not_learned(house, learning, alice):
    """Whoever can still win keeps its signal to itself."""
    for answer in (lambda: learning.accept(alice, 1), lambda: learning.exit(alice)):
        with reverts_with(house, "NotAsked", learning.number, alice):
            answer()


@pytest.mark.parametrize("signal", [0, 4, 2**16 - 1])
def test_signals_there_are(house, learning, carol, signal):
    """A clock rises, to the top at most."""
    with reverts_with(house, "BadSignal", signal, 0, 3):
        learning.accept(carol, signal)


def test_clock_never_falls(house, learning, carol):
    """What was accepted stays accepted, step by step."""
    learning.accept(carol, 2)
    for signal in (1, 2):
        with reverts_with(house, "BadSignal", signal, 2, 3):
            learning.accept(carol, signal)
    learning.accept(carol, 3)


def test_leaving_is_for_good(house, learning, carol):
    """No answer after the last one."""
    learning.accept(carol, 1)
    learning.exit(carol)
    for answer in (lambda: learning.accept(carol, 2), lambda: learning.exit(carol)):
        with reverts_with(house, "AlreadyLearned", learning.number, carol):
            answer()


def test_nothing_to_leave_at_the_top(house, learning, carol):
    """Who accepted the highest signal is done, and is not counted twice."""
    learning.accept(carol, 3)
    with reverts_with(house, "AlreadyLearned", learning.number, carol):
        learning.exit(carol)
    assert learning.phase == ClockPhase.LEARNING


def test_strangers_have_no_signal(house, learning, stranger):
    """Only bidders answer, and only at their own lot."""
    with reverts_with(house, "NotJoined", learning.number, stranger):
        learning.accept(stranger, 1)
    with reverts_with(house, "NotJoined", learning.number, stranger):
        learning.exit(stranger)


def test_learned_too_late(house, learning, carol):
    """The last second is in time, the deadline is not."""
    deadline = learning.deadline
    next_block_at(deadline - 1)
    learning.accept(carol, 1)
    next_block_at(deadline)
    with reverts_with(house, "WrongClockPhase", learning.number, ClockPhase.PREPARING):
        learning.accept(carol, 2)


# THE CLOCK


def test_answering_for_another(house, asking, bob, carol, stranger):
    """Only who is asked: no rival, nobody of another type, no stranger."""
    for who in (bob, carol):
        with reverts_with(house, "NotAsked", asking.number, who):
            asking.accept(who, 1)
        with reverts_with(house, "NotAsked", asking.number, who):
            asking.exit(who)
    with reverts_with(house, "NotJoined", asking.number, stranger):
        asking.exit(stranger)


def test_answering_too_late(house, asking, alice):
    """Whether or not somebody has said so."""
    deadline = asking.deadline
    advance_to(deadline)
    with reverts_with(house, "TooLate", asking.number, deadline):
        asking.accept(alice, 3)
    with reverts_with(house, "TooLate", asking.number, deadline):
        asking.exit(alice)


def test_last_second_to_answer(asking, alice):
    """The deadline is excluded, to the second."""
    next_block_at(asking.deadline - 1)
    asking.exit(alice)
    assert asking.phase == ClockPhase.STATING


def test_first_second_after_an_answer(house, asking, alice, stranger):
    """At the deadline itself the answer is refused, and the bidder passed over."""
    deadline = asking.deadline
    next_block_at(deadline - 1)
    with reverts_with(house, "TooEarly", asking.number, deadline):
        house.expire(asking.number, {"from": stranger})
    next_block_at(deadline)
    with reverts_with(house, "TooLate", asking.number, deadline):
        asking.exit(alice)


def test_passed_over_in_the_first_second(house, asking, stranger):
    """Nobody waits longer than the deadline."""
    next_block_at(asking.deadline)
    house.expire(asking.number, {"from": stranger})
    assert asking.phase == ClockPhase.STATING


def test_phases_change_on_the_second(house, words, item, seller, alice, bob, carol):
    """Each begins with its second: joining ended, registering ended."""
    lot = ClockLot(house, words, item, seller)
    next_block_at(lot.terms[3] - 1)
    lot.join(alice)
    next_block_at(lot.terms[3])
    with reverts_with(house, "WrongClockPhase", lot.number, ClockPhase.REGISTERING):
        lot.join(bob)
    next_block_at(lot.terms[4] - 1)
    lot.register(alice, 1, 1)
    next_block_at(lot.terms[4])
    house.requestDraw(lot.number, {"from": carol})
    words.set(house, lot.number, 0, {"from": carol})
    next_block_at(lot.terms[4] + WINDOW - 1)
    house.begin(lot.number, {"from": carol})
    assert lot.phase == ClockPhase.PREPARING


def test_partial_answer_buys_no_time(asking, alice):
    """One deadline for the whole clock: steps cannot be used to delay."""
    deadline = asking.deadline
    advance_to(deadline - ANSWER // 2)
    asking.accept(alice, 1)
    assert asking.deadline == deadline


def test_answering_after_being_discovered(house, asking, alice):
    """Neither lower nor higher: the clock stands."""
    asking.accept(alice, 1)
    asking.exit(alice)
    with reverts_with(house, "WrongClockPhase", asking.number, ClockPhase.STATING):
        asking.accept(alice, 2)


def test_leaving_after_the_top_in_one_call(house, asking, alice, bob):
    """The second half of the call comes too late, and the whole call fails."""
    calls = [
        house.accept.encode_input(asking.number, 3),
        house.exit.encode_input(asking.number),
    ]
    with reverts_with(house, "WrongClockPhase", asking.number, ClockPhase.STATING):
        house.multicall(calls, {"from": alice})
    assert asking.phase == ClockPhase.ASKING


# THE OFFER


@pytest.mark.parametrize(
    "sent", [0, 30 * WEI_PER_UNIT, 31 * WEI_PER_UNIT - 1, 31 * WEI_PER_UNIT + 1, 62 * WEI_PER_UNIT]
)
def test_wrong_payment(house, offered, bob, sent):
    """Exactly the price."""
    with reverts_with(house, "WrongPayment", offered.number, sent, 31 * WEI_PER_UNIT):
        house.buy(offered.number, {"from": bob, "value": sent})


def test_payment_through_multicall(house, offered, bob):
    """No ether comes with it."""
    buy = house.buy.encode_input(offered.number)
    with reverts_with(house, "WrongPayment", offered.number, 0, 31 * WEI_PER_UNIT):
        house.multicall([buy], {"from": bob})


def test_buying_in_place_of_the_last(house, offered, alice, carol, stranger):
    """Nobody else gets the item at that price, or declines it."""
    for who in (alice, carol):
        with reverts_with(house, "NotAsked", offered.number, who):
            offered.buy(who, 31)
        with reverts_with(house, "NotAsked", offered.number, who):
            offered.exit(who)
    with reverts_with(house, "NotJoined", offered.number, stranger):
        offered.buy(stranger, 31)


def test_last_clock_rises_to_the_offer_only(house, offered, bob):
    """Below the signal that the offer takes the clock may rise, to it only by paying."""
    for signal in (2, 3):
        with reverts_with(house, "BadSignal", signal, 0, 1):
            offered.accept(bob, signal)
    offered.accept(bob, 1)
    offered.buy(bob, 31)
    assert house.bidderOf(offered.number, bob)[2]["clock"] == 2


def test_buying_too_late(house, offered, bob):
    """The deadline holds for payments too."""
    deadline = offered.deadline
    advance_to(deadline)
    with reverts_with(house, "TooLate", offered.number, deadline):
        offered.buy(bob, 31)


def test_buying_twice(house, offered, bob):
    """The second payment is refused as a whole."""
    offered.buy(bob, 31)
    with reverts_with(house, "WrongClockPhase", offered.number, ClockPhase.SETTLED):
        offered.buy(bob, 31)


def test_buying_before_the_offer(house, asking, alice):
    """There is no price yet."""
    with reverts_with(house, "WrongClockPhase", asking.number, ClockPhase.ASKING):
        asking.buy(alice, 0)


def test_declining_is_for_good(house, offered, bob):
    """No sale after no."""
    offered.exit(bob)
    with reverts_with(house, "WrongClockPhase", offered.number, ClockPhase.UNSOLD):
        offered.buy(bob, 31)
    with reverts_with(house, "WrongClockPhase", offered.number, ClockPhase.UNSOLD):
        offered.exit(bob)


# THE DRAW


def test_no_second_draw(house, words, lot):
    """A word that somebody does not like is not drawn again: neither before it is taken, nor after."""
    house.requestDraw(lot.number, {"from": accounts[9]})
    with reverts_with(words, "AlreadyRequested", house, lot.number):
        house.requestDraw(lot.number, {"from": accounts[9]})
    words.set(house, lot.number, 0, {"from": accounts[0]})
    house.begin(lot.number, {"from": accounts[9]})
    for again in (house.requestDraw, house.begin):
        with reverts_with(house, "WrongClockPhase", lot.number, ClockPhase.LEARNING):
            again(lot.number, {"from": accounts[9]})


def test_no_draw_before_the_tables_stand(house, words, item, seller, alice, bob):
    """Or who registers last would know the word."""
    lot = ClockLot(house, words, item, seller)
    lot.join(alice, bob)
    for phase in (ClockPhase.JOINING, ClockPhase.REGISTERING):
        with reverts_with(house, "WrongClockPhase", lot.number, phase):
            house.requestDraw(lot.number, {"from": accounts[9]})
        lot.close_joining()


def test_word_of_another_lot_does_not_count(house, words, lot):
    """Ids are lots."""
    words.set(house, lot.number + 1, 7, {"from": accounts[0]})
    house.requestDraw(lot.number, {"from": accounts[9]})
    with reverts_with(house, "NotDrawn", lot.number):
        house.begin(lot.number, {"from": accounts[9]})


def test_a_source_that_has_a_word_before_it_is_asked(
    SignalClockAuction, HostileRandomness, item, seller, alice, bob
):
    """Such a word could have been known before the tables; none counts that nobody asked for."""
    source = accounts[0].deploy(HostileRandomness)
    house = accounts[0].deploy(SignalClockAuction, source)
    lot = ClockLot(house, source, item, seller)
    lot.join(alice, bob)
    lot.close_joining()
    lot.register(alice, 1, 2, 3)
    lot.register(bob, 1, 2, 4)
    lot.close_registering()
    source.set(True, 0, {"from": accounts[9]})
    with reverts_with(house, "NotDrawn", lot.number):
        house.begin(lot.number, {"from": accounts[9]})
    house.requestDraw(lot.number, {"from": accounts[9]})
    house.begin(lot.number, {"from": accounts[9]})
    assert lot.phase == ClockPhase.PREPARING  # one type only: nobody has to be learned


# TABLES


def test_wrong_table_when_preparing(house, asking, words, item, seller, alice, bob):
    """Another's, an altered, a shortened, an empty one."""
    lot = ClockLot(house, words, item, seller)
    lot.join(alice, bob)
    lot.close_joining()
    good = lot.register(alice, 1, 2, 3), lot.register(bob, 1, 2, 4)
    assert len(good) == 2
    lot.close_registering()
    lot.draw()
    right = lot.tables[alice]
    for wrong in (lot.tables[bob], right[:-1] + b"\x09", right[:-8], b"", right + bytes(8)):
        with reverts_with(house, "WrongTable", lot.number, alice):
            house.prepare(lot.number, 0, [wrong], {"from": accounts[9]})
    lot.prepare(alice)
    with reverts_with(house, "WrongTable", lot.number, bob):
        house.prepare(lot.number, 1, [right], {"from": accounts[9]})


def test_preparing_out_of_order(house, learning, alice, bob, carol, dave):
    """No bidder is left out, none comes twice, none of another type comes in."""
    learning.exit(carol)
    learning.exit(dave)
    with reverts_with(house, "WrongPlace", 1, 0):
        learning.prepare(bob, place=1)
    with reverts_with(house, "WrongPlace", 2**256 - 1, 0):
        learning.prepare(bob, place=2**256 - 1)
    with reverts_with(house, "TooManyTables", learning.number, 2):
        learning.prepare(alice, bob, carol)


def test_progress_cannot_be_spoiled(house, learning, alice, bob, carol, dave, stranger):
    """Somebody's table comes in before a longer call: what was looked at is passed over, not even read."""
    learning.exit(carol)
    learning.exit(dave)
    learning.prepare(alice, sender=stranger)
    for again in ([alice], []):
        assert emitted(learning.prepare(*again, sender=stranger)) == []
    assert house.lotOf(learning.number)["prepared"] == 1
    house.prepare(learning.number, 0, [b"junk", learning.tables[bob]], {"from": accounts[9]})
    assert learning.phase == ClockPhase.ASKING
    with reverts_with(house, "WrongClockPhase", learning.number, ClockPhase.ASKING):
        learning.prepare(bob, place=1)


def test_prepared_in_steps_is_prepared_at_once(house, words, item, seller, alice, bob, carol, dave):
    """The best values so far survive between calls, at every level."""
    tables = {
        alice: [5, 5, 5, 5, 5],
        bob: [0, 7, 7, 7, 7],
        carol: [5, 7, 8, 9, 9],
        dave: [6] * 4 + [9],
    }
    levels = []
    for steps in ([4], [1, 1, 1, 1], [2, 2], [1, 3]):
        lot = ClockLot(house, words, item, seller)
        lot.join(*tables)
        lot.close_joining()
        for who, table in tables.items():
            lot.register(who, *table)
        lot.close_registering()
        lot.draw()
        place = 0
        for count in steps:
            lot.prepare(*list(tables)[place : place + count], place=place)
            place += count
        levels.append(house.lotOf(lot.number)["clock"]["levels"])
    # dave at 0, then bob (first of two with 7), carol, carol, carol (first of two with 9)
    assert levels == [3 | 1 << 5 | 2 << 10 | 2 << 15 | 2 << 20] * 4


def test_wrong_table_when_the_offer_is_stated(house, asking, alice, bob):
    """Only the last bidder's own: neither a cheaper nor a dearer price."""
    asking.exit(alice)
    for wrong in (asking.tables[alice], b"", asking.tables[bob][:-8], bytes(8 * 49)):
        with reverts_with(house, "WrongTable", asking.number, bob):
            house.stateOffer(asking.number, wrong, {"from": accounts[9]})
    asking.state(bob)
    with reverts_with(house, "WrongClockPhase", asking.number, ClockPhase.OFFERED):
        asking.state(bob)


def test_gas_of_an_answer_is_the_callers_to_choose_but_not_its_effect(house, asking, alice):
    """Too little gas fails the answer as a whole."""
    receipt = attempt(alice, house.accept, asking.number, 3, gas=45_000)
    assert receipt["status"] == 0
    assert asking.phase == ClockPhase.ASKING
    send(alice, house.accept, asking.number, 3)
    assert asking.phase == ClockPhase.STATING
