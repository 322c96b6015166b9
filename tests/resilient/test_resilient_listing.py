"""Listing and escrow: what a seller may do, and that goods come back."""

from typing import Any

import pytest

from offchain.io.units import WEI_PER_UNIT
from tests.resilient.resilient_world import (
    BOND_BPS,
    EPSILON,
    EVERYTHING,
    HOUR,
    Phase,
    World,
    announce,
    bits,
)

MINUTE = 60


def test_listing_takes_the_goods_and_a_stake(world: World) -> None:
    """Everything that was agreed can be read."""
    start = world.now()
    lot, goods = world.sale(3)
    assert all(world.owner_of(good) == world.auction for good in goods)
    assert world.balance(world.auction) == WEI_PER_UNIT
    assert world.view("phase", lot) == Phase.BIDDING
    assert [world.view("goodOf", lot, n) for n in range(4)] == [*goods, ("0x" + "00" * 20, 0)]
    state = world.state(lot)
    assert (state["seller"], state["goods"], state["bondBps"]) == (world.seller, 3, BOND_BPS)
    assert (state["epsilonNumerator"], state["epsilonDenominator"]) == EPSILON
    assert start + HOUR <= state["endOfBidding"] == state["endOfReveal"] - HOUR <= start + HOUR + 60


def test_sales_are_numbered_and_apart(world: World) -> None:
    lots = [world.sale(1)[0] for _ in range(2)]
    assert lots == [1, 2]
    assert world.view("phase", 3) == Phase.NONE


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 1), (2, 1), (0, 0), (1, 0)])
def test_epsilon_lies_between_0_and_1(world: World, numerator: int, denominator: int) -> None:
    call = ("list", world.mint(world.seller, 1), numerator, denominator, schedule(world))
    world.fails(
        "BadEpsilon", numerator, denominator, sender=world.seller, call=call, value=WEI_PER_UNIT
    )


@pytest.mark.parametrize(
    ("bidding", "reveal", "answers"),
    [
        (-10, HOUR, HOUR),  # bidding that is over
        (0, HOUR, HOUR),  # just now
        (HOUR, 10 * MINUTE - 1, HOUR),
        (HOUR, 30 * 24 * HOUR + 1, HOUR),
        (HOUR, -1, HOUR),
        (HOUR, HOUR, 10 * MINUTE - 1),
        (HOUR, HOUR, 30 * 24 * HOUR + 1),
    ],
)
def test_schedules_that_shut_out_or_lock_in(
    world: World, bidding: int, reveal: int, answers: int
) -> None:
    end = world.now() + bidding
    times = (end, end + reveal, answers)
    call = ("list", world.mint(world.seller, 1), *EPSILON, (*times, BOND_BPS))
    world.fails("BadSchedule", *times, sender=world.seller, call=call, value=WEI_PER_UNIT)


@pytest.mark.parametrize("length", [10 * MINUTE, 30 * 24 * HOUR])
def test_the_shortest_and_the_longest_schedule(world: World, length: int) -> None:
    """And a bond of all there is."""
    end = world.now() + HOUR
    times = (end, end + length, length, 10_000)
    goods = world.mint(world.seller, 1)
    world.send(world.seller, "list", goods, *EPSILON, times, value=WEI_PER_UNIT)


@pytest.mark.parametrize(
    ("bond_bps", "error"), [(0, "BondTooLow"), (999, "BondTooLow"), (10_001, "BondTooHigh")]
)
def test_bonds_that_bind_nobody_or_are_more_than_the_deposit(
    world: World, bond_bps: int, error: str
) -> None:
    assert world.view("MIN_BOND_BPS") == 1_000
    call = ("list", world.mint(world.seller, 1), *EPSILON, schedule(world, bond_bps))
    world.fails(error, bond_bps, sender=world.seller, call=call, value=WEI_PER_UNIT)


@pytest.mark.parametrize("stake", [0, WEI_PER_UNIT - 1, WEI_PER_UNIT + 1])
def test_the_stake_is_one_unit(world: World, stake: int) -> None:
    call = ("list", world.mint(world.seller, 1), *EPSILON, schedule(world))
    world.fails("WrongStake", stake, WEI_PER_UNIT, sender=world.seller, call=call, value=stake)


def test_goods_of_others_and_goods_twice(world: World) -> None:
    """What is in escrow already cannot be listed again, by anyone."""
    lot, (good, *_) = world.sale(2)
    for listed in ([good], world.mint(world.seller, 1) * 2):
        call = ("list", listed, *EPSILON, schedule(world))
        owner_missing = listed[0]
        world.fails(
            "NotItemOwner",
            *owner_missing,
            world.seller,
            sender=world.seller,
            call=call,
            value=WEI_PER_UNIT,
        )
    world.fails("NotItemOwner", *good, world.seller, sender=world.seller, call=("add", lot, [good]))


@pytest.mark.parametrize("count", [0, 257])
def test_number_of_goods(world: World, count: int) -> None:
    """Checked before any is taken."""
    goods = [(world.item, token) for token in range(count)]
    call = ("list", goods, *EPSILON, schedule(world))
    world.fails("BadNumberOfGoods", count, sender=world.seller, call=call, value=WEI_PER_UNIT)


def test_adding_goods(world: World) -> None:
    """Only by the seller, while bidding lasts, 256 in all; numbers given before stay."""
    lot, first = world.sale(1)
    more = world.mint(world.seller, 2)
    world.fails("NotSeller", lot, world.ann, sender=world.ann, call=("add", lot, more))
    world.send(world.seller, "add", lot, more)
    assert [world.view("goodOf", lot, n) for n in range(3)] == [*first, *more]
    too_many = [(world.item, 9)] * 254
    world.fails("BadNumberOfGoods", 257, sender=world.seller, call=("add", lot, too_many))
    world.to(lot, Phase.REVEAL)
    late = world.mint(world.seller, 1)
    world.fails(
        "WrongResilientPhase", lot, Phase.REVEAL, sender=world.seller, call=("add", lot, late)
    )


def test_256_goods_and_no_more(world: World) -> None:
    """The last one is bit 255."""
    lot, _ = world.sale(100)
    for count in (100, 56):
        world.send(world.seller, "add", lot, world.mint(world.seller, count))
    last = world.view("goodOf", lot, 255)
    assert world.state(lot)["goods"] == 256
    call = ("add", lot, [last])
    world.fails("BadNumberOfGoods", 257, sender=world.seller, call=call)
    world.to(lot, Phase.DRAW)
    world.send(world.stranger, "reclaim", lot, bits(255))
    assert world.owner_of(last) == world.seller


def test_a_sale_that_nobody_takes_part_in(world: World) -> None:
    """It is void as soon as the reveal is over: goods and stake come back, whoever asks."""
    lot, goods = world.sale(3)
    for phase, after in ((Phase.BIDDING, Phase.REVEAL), (Phase.REVEAL, Phase.DRAW)):
        for call in (("reclaim", lot, EVERYTHING), ("settle", lot)):
            world.fails("WrongResilientPhase", lot, phase, sender=world.seller, call=call)
        world.to(lot, after)
    assert world.view("phase", lot) == Phase.VOID
    world.fails("WrongResilientPhase", lot, Phase.VOID, sender=world.ann, call=("requestDraw", lot))
    empty = announce().words
    world.fails(
        "WrongResilientPhase", lot, Phase.VOID, sender=world.ann, call=("decide", lot, empty)
    )
    world.send(world.stranger, "reclaim", lot, bits(0, 2))
    assert [world.owner_of(good) for good in goods] == [world.seller, world.auction, world.seller]
    again = ("reclaim", lot, bits(0))
    world.fails("NoGoodsLeft", lot, bits(0), sender=world.stranger, call=again)
    world.send(world.stranger, "reclaim", lot, EVERYTHING)
    assert world.owner_of(goods[1]) == world.seller
    world.send(world.stranger, "settle", lot)
    world.fails("AlreadySettled", lot, sender=world.stranger, call=("settle", lot))
    assert world.view("proceeds", world.seller) == WEI_PER_UNIT == world.balance(world.auction)


def test_no_sale(world: World) -> None:
    """A number that was never given."""
    calls: tuple[tuple[Any, ...], ...] = (
        ("commit", 9, b"\1" * 24),
        ("withdraw", 9, world.ann),
        ("add", 9, []),
        ("reveal", 9, announce().words),
        ("claim", 9),
        ("reclaim", 9, 1),
        ("settle", 9),
    )
    for call in calls:
        world.fails("WrongResilientPhase", 9, Phase.NONE, sender=world.ann, call=call)
    assert world.view("dueOf", 9, world.ann) == 0
    assert world.view("rebateOf", 9, world.ann) == (0, 0)


def schedule(world: World, bond_bps: int = BOND_BPS) -> tuple[int, int, int, int]:
    start = world.now()
    return start + HOUR, start + 2 * HOUR, HOUR, bond_bps
