"""Listing, joining and registering at the signal clock auction: what is refused, and with which error."""

import pytest

from offchain.bindings.enumerations import ClockPhase
from offchain.io.units import WEI_PER_UNIT
from tests.contracts.auction import HOUR, now, send
from tests.contracts.checks import reverts_with
from tests.contracts.clock import DEPOSIT, ClockLot, crowd, packed, terms

MOST_VALUES = 4_096


@pytest.fixture
def lot(house, words, item, seller):
    """A lot with two signals and one type."""
    return ClockLot(house, words, item, seller)


# LISTING


@pytest.mark.parametrize(
    ("signals", "types"),
    [
        *[(signals, types) for signals in (0, 1, 2**16 - 1) for types in (1, 2, 12)],
        *[(signals, 1) for signals in (2_049, MOST_VALUES, MOST_VALUES + 1)],
        *[(signals, types) for signals in (65, 2_048, MOST_VALUES) for types in (2, 3, 12)],
    ],
)
def test_bad_signals(house, item, seller, signals, types):
    """Below 2 there is nothing to learn; above, whoever joined first, of whichever type, would shut somebody out for good."""
    with reverts_with(house, "BadSignals", signals):
        house.list(item, 1, terms(now(), signals=signals, types=types), {"from": seller})


@pytest.mark.parametrize("types", [0, 13, 255])
def test_bad_types(house, item, seller, types):
    """No type, or more than could have bidders."""
    with reverts_with(house, "BadTypes", types):
        house.list(item, 1, terms(now(), types=types), {"from": seller})


@pytest.mark.parametrize(
    ("joining", "registering", "answer"),
    [
        (0, HOUR, HOUR),
        (31 * 24 * HOUR, HOUR, HOUR),
        (HOUR, 599, HOUR),
        (HOUR, 30 * 24 * HOUR + 1, HOUR),
        (HOUR, HOUR, 599),
        (HOUR, HOUR, 24 * HOUR + 1),
    ],
    ids=[
        "past",
        "joining too long",
        "too short",
        "too long",
        "no time to answer",
        "too much time to answer",
    ],
)
def test_bad_times(house, item, seller, joining, registering, answer):
    """Nobody may be shut out by haste, nor kept waiting for ever."""
    end = now() + joining
    times = (end, end + registering, answer)
    bad = terms(now(), endOfJoining=times[0], endOfRegistering=times[1], answerSeconds=times[2])
    with reverts_with(house, "BadSchedule", *times):
        house.list(item, 1, bad, {"from": seller})


@pytest.mark.parametrize(
    ("signals", "types", "second", "size"),
    [(2_048, 1, 0, 4_095), (64, 2, 1, 4_096), (64, 12, 11, 4_096), (64, 2, 0, 64 * 2 - 1)],
)
def test_a_second_bidder_can_always_join(
    house, words, item, seller, alice, bob, signals, types, second, size
):
    """With the most signals that are taken: beside one bidder there is room for another, of any type."""
    lot = ClockLot(house, words, item, seller, signals=signals, types=types)
    lot.join(alice)
    lot.join(bob, kind=second)
    assert house.tableSize(lot.number) == size


def test_longest_and_shortest_times(house, words, item, seller):
    """The bounds themselves are within."""
    day = 24 * HOUR
    for joining, registering, answer in ((30 * day - 60, 30 * day, day), (60, 600, 600)):
        end = now() + joining
        times = {"endOfJoining": end, "endOfRegistering": end + registering}
        lot = ClockLot(house, words, item, seller, answerSeconds=answer, **times)
        assert lot.phase == ClockPhase.JOINING


def test_no_deposit(house, item, seller):
    """Without a deposit nobody would have a reason to answer."""
    with reverts_with(house, "NoDeposit"):
        house.list(item, 1, terms(now(), deposit=0), {"from": seller})


def test_item_of_another(house, item, seller, alice):
    """Only the owner lists an item."""
    item.mint(alice, 1, {"from": alice})
    with reverts_with(house, "NotItemOwner", item, 1, seller):
        house.list(item, 1, terms(now()), {"from": seller})


# JOINING


@pytest.mark.parametrize(
    "sent", [0, DEPOSIT * WEI_PER_UNIT - 1, DEPOSIT * WEI_PER_UNIT + 1, 2 * DEPOSIT * WEI_PER_UNIT]
)
def test_wrong_deposit(house, lot, alice, sent):
    """Exactly the deposit."""
    with reverts_with(house, "WrongDeposit", lot.number, sent, DEPOSIT * WEI_PER_UNIT):
        house.join(lot.number, 0, {"from": alice, "value": sent})


def test_join_twice(house, lot, alice):
    """One account is one bidder, of one type."""
    lot.join(alice)
    with reverts_with(house, "AlreadyJoined", lot.number, alice):
        lot.join(alice)


def test_unknown_type(house, lot, alice):
    """Types are numbered from 0."""
    with reverts_with(house, "UnknownType", lot.number, 1):
        lot.join(alice, kind=1)


def test_join_too_late(house, lot, alice, bob):
    """The time for joining excludes its end."""
    lot.join(alice)
    lot.close_joining()
    with reverts_with(house, "WrongClockPhase", lot.number, ClockPhase.REGISTERING):
        lot.join(bob)


def test_join_nothing(house, lot, alice):
    """There is no such lot."""
    with reverts_with(house, "WrongClockPhase", lot.number + 1, ClockPhase.NONE):
        house.join(lot.number + 1, 0, {"from": alice, "value": DEPOSIT * WEI_PER_UNIT})


def test_join_through_multicall_pays_nothing(house, lot, alice):
    """The one payment of a transaction cannot be counted twice: multicall takes none."""
    join = house.join.encode_input(lot.number, 0)
    with reverts_with(house, "WrongDeposit", lot.number, 0, DEPOSIT * WEI_PER_UNIT):
        house.multicall([join], {"from": alice})


def test_type_full(house, lot, alice):
    """31 of a type, which is what a slot can tell apart at 32 levels."""
    lot.join(*crowd(31))
    with reverts_with(house, "TypeFull", lot.number, 0, 31):
        lot.join(alice)
    assert house.tableSize(lot.number) == 32


@pytest.mark.parametrize(
    ("signals", "kinds", "size"),
    [(1000, [0] * 4, 5 * 999 + 1), (16, [0] * 15 + [1], 226 * 31), (2, [*range(12)], 3 * 2**11)],
    ids=["one type", "two types", "twelve types"],
)
def test_table_too_large(house, words, item, seller, alice, signals, kinds, size):
    """A join that would make everybody's table too large is refused; all before it stand."""
    lot = ClockLot(house, words, item, seller, signals=signals, types=max(kinds) + 1)
    for who, kind in zip(crowd(len(kinds)), kinds, strict=True):
        lot.join(who, kind=kind)
    before = house.tableSize(lot.number)
    assert before <= MOST_VALUES
    with reverts_with(house, "TableTooLarge", size, MOST_VALUES):
        lot.join(alice, kind=kinds[-1])
    assert house.tableSize(lot.number) == before
    assert house.balance() == len(kinds) * DEPOSIT * WEI_PER_UNIT


# REGISTERING


@pytest.fixture
def joined(house, words, item, seller, alice, bob, carol):
    """Two types, of two bidders and one, with two signals: tables of 3 times 2 values."""
    lot = ClockLot(house, words, item, seller, types=2)
    lot.join(alice, bob)
    lot.join(carol, kind=1)
    lot.close_joining()
    return lot


@pytest.mark.parametrize("length", [0, 40, 47, 49, 56])
def test_wrong_length(house, joined, alice, length):
    """8 bytes for each vector of totals."""
    with reverts_with(house, "WrongLength", length, 48):
        house.register(joined.number, bytes(length), {"from": alice})


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ([1, 0, 1, 1, 1, 1], 1),
        ([0, 0, 1, 1, 2, 1], 5),
        ([1, 1, 0, 1, 1, 1], 2),
        ([0, 1, 0, 1, 0, 0], 5),
        ([0, 2, 0, 1, 0, 2], 3),
        ([0, 0, 0, 0, 2**64 - 1, 2**64 - 2], 5),
        ([0, 0, 0, 2**63, 0, 2**63 - 1], 5),
    ],
)
def test_not_monotone(house, joined, alice, values, place):
    """Values may fall along no side; all 64 bits count."""
    with reverts_with(house, "NotMonotone", place):
        house.register(joined.number, packed(values), {"from": alice})


@pytest.mark.parametrize(
    "values", [[0] * 6, [7] * 6, [0, 1, 0, 1, 5, 2**64 - 1], [0, 0, 0, 0, 0, 1]]
)
def test_monotone(joined, alice, values):
    """Values may stay, and jump."""
    joined.register(alice, *values)


def test_register_twice(house, joined, alice):
    """A table stands once it is registered."""
    joined.register(alice, *range(6))
    with reverts_with(house, "AlreadyRegistered", joined.number, alice):
        joined.register(alice, *range(6))


def test_register_without_joining(house, joined, stranger):
    """Only bidders have tables."""
    with reverts_with(house, "NotJoined", joined.number, stranger):
        joined.register(stranger, *range(6))


def test_register_too_early(house, lot, alice):
    """Before joining ends nobody knows how large the tables are."""
    lot.join(alice)
    with reverts_with(house, "WrongClockPhase", lot.number, ClockPhase.JOINING):
        lot.register(alice, 1, 2)


def test_register_too_late(house, joined, alice):
    """The word may be asked for from now on: no table may depend on it."""
    joined.close_registering()
    with reverts_with(house, "WrongClockPhase", joined.number, ClockPhase.DRAW):
        joined.register(alice, *range(6))


def test_register_the_largest(house, words, item, seller, alice):
    """4,096 values and, as a side each, 12 types: the dearest check there is, within a transaction's gas."""
    lot = ClockLot(house, words, item, seller, types=12)
    for kind, who in enumerate([alice, *crowd(11)]):
        lot.join(who, kind=kind)
    lot.close_joining()
    values = [2**64 - 1 - 2**40 * (12 - n.bit_count()) for n in range(MOST_VALUES)]
    tx = lot.register(alice, *values)
    assert tx.gas_used < 16_777_216 // 2


def test_end_of_joining_without_bidders(house, item, lot, seller):
    """A lot that nobody joined is void at once, and the item goes back."""
    lot.close_joining()
    assert lot.phase == ClockPhase.VOID
    lot.reclaim()
    assert item.ownerOf(lot.number) == seller
    with reverts_with(house, "AlreadyReturned", lot.number):
        lot.reclaim()


def test_reclaimed_item_listed_anew_stays(house, words, item, seller, lot):
    """A second reclaim of the first listing must not reach the item in its second."""
    lot.close_joining()
    lot.reclaim()
    send(seller, item.approve, house, lot.number)
    house.list(item, lot.number, terms(now()), {"from": seller})
    with reverts_with(house, "AlreadyReturned", lot.number):
        lot.reclaim()
    assert item.ownerOf(lot.number) == house
