"""Whoever keeps silent, at whatever phase of a signal clock auction: nobody waits for long, and it costs the deposit."""

import pytest
from brownie import accounts

from offchain.bindings.enumerations import ClockPhase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import advance_to, now
from tests.contracts.checks import emitted, reverts_with
from tests.contracts.clock import DEPOSIT, WINDOW, ClockLot, check_debts


def registered(house, words, item, seller, tables, **changed):
    """A lot whose bidders have joined and, where they have a table, registered it."""
    lot = ClockLot(house, words, item, seller, **changed)
    lot.join(*tables)
    lot.close_joining()
    for who, table in tables.items():
        if table:
            lot.register(who, *table)
    lot.close_registering()
    return lot


@pytest.fixture
def trio(house, words, item, seller, alice, bob, carol):
    """Alice is optimal if nobody's signal is high, bob if one is, carol if two or three are."""
    tables = {alice: [4] * 4, bob: [0, 6, 6, 6], carol: [0, 0, 9, 9]}
    return registered(house, words, item, seller, tables)


def names(tx):
    """What a transaction logged, by name."""
    return [log.name for log in emitted(tx)]


def forfeited(lot, *bidders):
    """Who of them loses the deposit, in the order given."""
    logs = emitted(lot.claim_batch(*bidders))
    assert len(logs) == len(bidders)
    return [log.fields["bidder"] for log in logs if log.name == "DepositForfeited"]


# TABLES


def test_no_table_is_value_zero(house, words, item, seller, alice, bob, carol):
    """Bob, first drawn, registered nothing; he counts, with value 0, answers, and loses the deposit."""
    tables = {alice: [4] * 4, bob: None, carol: [5, 5, 5, 5]}
    lot = registered(house, words, item, seller, tables)
    lot.draw(1)
    lot.prepare(alice, bob, carol)
    lot.exit(bob)
    lot.exit(alice)
    lot.state(carol)
    lot.buy(carol, 5)
    assert forfeited(lot, alice, bob, carol) == [bob]
    assert house.proceeds(seller) == (5 + DEPOSIT) * WEI_PER_UNIT


def test_nobody_registers(house, words, item, seller, alice):
    """The value is 0 everywhere, and so is the price; the deposit pays for it."""
    lot = registered(house, words, item, seller, {alice: None})
    lot.draw()
    lot.prepare(alice)
    lot.state(alice)
    lot.buy(alice, 0)
    assert item.ownerOf(lot.number) == alice
    assert forfeited(lot, alice) == [alice]


def test_who_registered_nothing_cannot_supply_a_table_later(house, words, item, seller, alice, bob):
    """Neither when it is prepared, nor when the offer is stated."""
    lot = registered(house, words, item, seller, {alice: None, bob: None})
    lot.draw()
    lot.tables[alice] = bytes(24)
    with reverts_with(house, "WrongTable", lot.number, alice):
        lot.prepare(alice, bob)
    del lot.tables[alice]
    lot.prepare(alice, bob)
    lot.exit(alice)  # drawn; bob is optimal nowhere, and discovered for free
    lot.exit(bob)
    assert lot.phase == ClockPhase.UNSOLD


# THE WORD


def test_word_never_comes(house, item, trio, seller, alice, bob, carol):
    """Three days after registering the lot is void: item and all deposits go back."""
    house.requestDraw(trio.number, {"from": accounts[9]})
    with reverts_with(house, "NotDrawn", trio.number):
        house.begin(trio.number, {"from": accounts[9]})
    advance_to(trio.terms[4] + WINDOW)
    assert trio.phase == ClockPhase.VOID
    with reverts_with(house, "WrongClockPhase", trio.number, ClockPhase.VOID):
        house.begin(trio.number, {"from": accounts[9]})
    trio.reclaim()
    assert item.ownerOf(trio.number) == seller
    assert forfeited(trio, alice, bob, carol) == []
    assert house.balance() == 0


def test_void_costs_nobody_anything(house, words, item, seller, alice, bob):
    """Not even those who registered no table."""
    lot = registered(house, words, item, seller, {alice: None, bob: [1, 1, 1]})
    advance_to(lot.terms[4] + WINDOW)
    assert forfeited(lot, alice, bob) == []


def test_word_that_comes_too_late(house, trio):
    """Void stays void."""
    house.requestDraw(trio.number, {"from": accounts[9]})
    advance_to(trio.terms[4] + WINDOW)
    trio.words.set(house, trio.number, 5, {"from": accounts[0]})
    with reverts_with(house, "WrongClockPhase", trio.number, ClockPhase.VOID):
        house.begin(trio.number, {"from": accounts[9]})


# LEARNING


@pytest.fixture
def learning(house, words, item, seller, alice, bob, carol, dave):
    """Alice's type is drawn; bob, carol and dave, of the other, have three signals to choose from."""
    lot = ClockLot(house, words, item, seller, types=2, signals=3)
    lot.join(alice)
    lot.join(bob, carol, dave, kind=1)
    lot.close_joining()
    for who in (alice, bob, carol, dave):
        lot.register(who, *(10 * x + y for x in range(3) for y in range(7)))
    lot.close_registering()
    lot.draw(0)
    return lot


def test_silent_while_learned(house, learning, alice, bob, carol, dave):
    """Bob answers, carol half, dave not at all: the clocks count where they stand, the silent pay."""
    learning.accept(bob, 2)
    learning.accept(carol, 1)
    advance_to(learning.deadline)
    assert learning.phase == ClockPhase.PREPARING
    for late in (carol, dave):
        with reverts_with(house, "WrongClockPhase", learning.number, ClockPhase.PREPARING):
            learning.exit(late)
    tx = learning.prepare(alice)
    assert names(tx) == ["OthersLearned", "TablesPrepared", "ClockStarted", "LastBidder"]
    assert house.lotOf(learning.number)["offset"] == 3
    learning.state(alice)
    learning.buy(alice, 3)
    assert forfeited(learning, alice, bob, carol, dave) == [carol, dave]


def test_nobody_prepares_after_learning(learning, alice, bob, carol, dave):
    """The window starts with the end of learning, whenever the first table, or none, is supplied."""
    end = learning.deadline
    advance_to(end + WINDOW // 2)
    learning.prepare()
    assert learning.deadline == end + WINDOW
    advance_to(end + WINDOW - 1)
    assert learning.phase == ClockPhase.PREPARING
    advance_to(end + WINDOW)
    assert learning.phase == ClockPhase.VOID
    assert forfeited(learning, alice, bob, carol, dave) == []


# THE CLOCK


def test_asked_and_silent(house, trio, alice, bob, carol):
    """Alice is asked and says nothing: she left at 0, which anyone may say once the time is over."""
    trio.draw(0)
    trio.prepare(alice, bob, carol)
    deadline = trio.deadline
    with reverts_with(house, "TooEarly", trio.number, deadline):
        house.expire(trio.number, {"from": accounts[9]})
    assert names(trio.expire()) == ["BidderLeft", "BidderAsked"]
    with reverts_with(house, "NotAsked", trio.number, alice):
        trio.accept(alice, 1)
    trio.accept(bob, 1)
    trio.state(carol)
    trio.buy(carol, 9)
    assert forfeited(trio, alice, bob, carol) == [alice]


def test_asked_and_half_silent(house, words, item, seller, alice, bob):
    """What was accepted counts; a bidder below the top has to say that it leaves."""
    tables = {alice: range(7), bob: range(1, 8)}
    lot = registered(house, words, item, seller, tables, signals=4)
    lot.draw(0)
    lot.prepare(alice, bob)
    lot.accept(alice, 2)
    lot.expire()
    assert house.lotOf(lot.number)["clock"]["least"] == 2
    lot.state(bob)
    lot.exit(bob)
    assert forfeited(lot, alice, bob) == [alice]


def test_everybody_silent(house, item, trio, seller, alice, bob, carol):
    """The auction ends all the same, with one deadline for each; silence means signals of 0, so carol goes for free."""
    trio.draw(0)
    trio.prepare(alice, bob, carol)
    for _ in range(3):
        assert trio.phase == ClockPhase.ASKING
        trio.expire()
    assert trio.phase == ClockPhase.UNSOLD
    trio.reclaim()
    assert item.ownerOf(trio.number) == seller
    assert forfeited(trio, alice, bob, carol) == [alice, bob, carol]
    assert house.proceeds(seller) == 3 * DEPOSIT * WEI_PER_UNIT


def test_unanswered_question_waits_for_no_window(house, trio, alice, bob, carol):
    """However late somebody says that the time is over."""
    trio.draw(0)
    trio.prepare(alice, bob, carol)
    advance_to(now() + 10 * WINDOW)
    assert trio.phase == ClockPhase.ASKING
    with reverts_with(house, "TooLate", trio.number, trio.deadline):
        trio.exit(alice)
    house.expire(trio.number, {"from": accounts[9]})
    trio.exit(bob)


# TABLES AND THE OFFER


def test_nobody_prepares(trio, alice, bob, carol):
    """Three days after the draw the lot is void."""
    trio.draw(0)
    trio.prepare(alice)
    advance_to(trio.deadline)
    assert trio.phase == ClockPhase.VOID
    with reverts_with(trio.house, "WrongClockPhase", trio.number, ClockPhase.VOID):
        trio.prepare(bob, carol, place=1)
    assert forfeited(trio, alice, bob, carol) == []


def test_nobody_states_the_offer(trio, alice, bob, carol):
    """Nor is anything locked in if the last bidder's table is lost."""
    trio.draw(0)
    trio.prepare(alice, bob, carol)
    trio.exit(alice)
    trio.accept(bob, 1)
    advance_to(trio.deadline)
    assert trio.phase == ClockPhase.VOID
    with reverts_with(trio.house, "WrongClockPhase", trio.number, ClockPhase.VOID):
        trio.state(carol)
    trio.reclaim()
    assert forfeited(trio, alice, bob, carol) == []


def test_offered_and_silent(house, item, trio, seller, alice, bob, carol):
    """No sale, and the last bidder pays for the wait."""
    trio.draw(0)
    trio.prepare(alice, bob, carol)
    trio.exit(alice)
    trio.accept(bob, 1)
    trio.state(carol)
    advance_to(trio.deadline)
    with reverts_with(house, "TooLate", trio.number, trio.deadline):
        trio.buy(carol, 9)
    assert names(trio.expire()) == ["BidderLeft", "LotUnsold"]
    trio.reclaim()
    assert item.ownerOf(trio.number) == seller
    assert forfeited(trio, alice, bob, carol) == [carol]


def test_offered_and_declined(house, item, trio, seller, alice, bob, carol):
    """Who says no gets the deposit back."""
    trio.draw(0)
    trio.prepare(alice, bob, carol)
    trio.exit(alice)
    trio.accept(bob, 1)
    trio.state(carol)
    assert names(trio.exit(carol)) == ["BidderLeft", "LotUnsold"]
    assert forfeited(trio, alice, bob, carol) == []
    assert check_debts(house).wei == 0


def test_expire_at_other_phases(house, trio, alice, bob, carol):
    """There is nobody to speak for."""
    for phase in (ClockPhase.DRAW, ClockPhase.PREPARING, ClockPhase.STATING):
        assert trio.phase == phase
        with reverts_with(house, "WrongClockPhase", trio.number, phase):
            house.expire(trio.number, {"from": accounts[9]})
        if phase == ClockPhase.DRAW:
            trio.draw(0)
        elif phase == ClockPhase.PREPARING:
            trio.prepare(alice, bob, carol)
            trio.exit(alice)
            trio.accept(bob, 1)
