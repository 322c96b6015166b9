"""What keepers spend on auctions without groups: on honest ones less than they may, on hostile ones no more."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.chain.backend import Chain, Reverted
from offchain.chain.connect import connect
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.purse import GAS_OF_RETURN, Purse
from tests.keeper.chains import Dear
from tests.keeper.drawn_worlds import HEADS, HOUR, TAILS, ClockWorld, SaleWorld, UniversalWorld
from tests.puppets import ItemManner


@pytest.fixture(scope="module")
def real() -> Iterator[Chain]:
    """An Anvil, whose gas is that of the real thing."""
    with connect("anvil") as chain:
        yield chain


SALES: list[dict[str, Any]] = [
    {"goods": 1, "players": 1, "offers": 0, "word": HEADS},
    {"goods": 1, "players": 2, "offers": 1, "word": TAILS},
    {"goods": 6, "players": 5, "offers": 4, "word": TAILS},
    {"goods": 40, "players": 3, "offers": 1, "word": HEADS},
    {"goods": 32, "players": 34, "offers": 32, "word": TAILS},
    {"goods": 3, "players": 0, "offers": 0, "word": TAILS},
]


@pytest.mark.parametrize("shape", SALES, ids=lambda one: "-".join(map(str, one.values())))
def test_an_honest_sale_fits_with_room(real: Chain, shape: dict[str, Any]) -> None:
    """Whatever comes of it, all that a keeper does takes at most three quarters of what it may."""
    world, purse = SaleWorld(real), Purse()
    world.behave(ItemManner.HONEST)
    lot = world.list_goods(world.mint(shape["goods"]))
    players = [world.person() for _ in range(shape["players"])]
    offers = [(players[1 + n], 5, 1 << n) for n in range(shape["offers"])]
    for n, who in enumerate(players):
        wish = (1 << shape["goods"]) - 1 if n == 0 else 0
        world.seal(lot, who, *(offers if n == 0 else ()), wish=wish)
    keeper = world.keeper(purse=purse)

    def keep() -> None:
        world.keep(keeper)

    world.until_reveal()
    keep()
    world.until_draw()
    keep()
    if players:
        world.tell(shape["word"], lot)
        keep()
    if offers and shape["word"] == TAILS:
        told = world.told[players[0]]
        for index, (to, price, _) in enumerate(told.offers):
            call = (lot, told.words, index, True)
            world.send(to, "answer", *call, wei=price * WEI_PER_UNIT)
        keep()
    allowance = keeper._trade.allowance(lot)
    assert 0 < purse.gas_of(lot) <= allowance * 3 // 4
    assert not world.skipped
    assert real.balance(world.auction) == world.view("proceeds", world.seller)


CLOCKS = [(2, [0]), (2, [0] * 5), (9, [0, 1, 0, 1]), (500, [0] * 8), (2, [0] * 31), (2, [])]


@pytest.mark.parametrize(("signals", "kinds"), CLOCKS, ids=lambda one: str(one))
@pytest.mark.parametrize("silent", [False, True], ids=["answered", "silent"])
def test_an_honest_clock_fits_with_room(
    real: Chain, signals: int, kinds: list[int], silent: bool
) -> None:
    """With everybody answering, or nobody, so that the keeper passes each over."""
    world, purse = ClockWorld(real), Purse()
    lot = world.list_item(signals, max([0, *kinds]) + 1)
    people = world.join(lot, kinds)
    keeper = world.keeper(purse=purse)
    world.until_registering()
    if people:
        world.register(lot, people)
    world.until_draw()
    world.keep(keeper)
    if people:
        world.tell(0, lot)
        world.keep(keeper)
    for _ in range(2 * len(people) + 2):
        name = world.phase(lot)
        if name in ("SETTLED", "UNSOLD", "VOID"):
            break
        if not silent and name in ("LEARNING", "ASKING", "OFFERED"):
            answer(world, lot, people)
        else:
            real.advance_to(real.now() + HOUR)
        world.keep(keeper)
    assert world.phase(lot) in ("UNSOLD", "VOID")
    assert 0 < purse.gas_of(lot) <= keeper._trade.allowance(lot) * 3 // 4
    assert not world.skipped
    assert real.balance(world.auction) == world.view("proceeds", world.seller)


def answer(world: ClockWorld, lot: int, people: list[str]) -> None:
    """Whoever can leaves."""
    for who in people:
        with suppress(Reverted):
            world.send(who, "exit", lot)


UNIVERSALS = [
    (2, [0]),
    (2, [0] * 5),
    (3, [0, 1, 0, 1]),
    (3, [0] * 31),
    (2, list(range(12))),
    (2, []),
]


@pytest.mark.parametrize(("signals", "kinds"), UNIVERSALS, ids=lambda one: str(one))
@pytest.mark.parametrize("silent", [False, True], ids=["told", "silent"])
def test_an_honest_universal_auction_fits_with_room(
    real: Chain, signals: int, kinds: list[int], silent: bool
) -> None:
    """With every signal revealed by the keeper, or none; and an offer that is not taken."""
    world, purse = UniversalWorld(real), Purse()
    lot = world.list_item(signals, max([0, *kinds]) + 1)
    people = world.join(lot, kinds)
    keeper = world.keeper(purse=purse)
    world.until_registering()
    for who in people:
        world.seal(lot, who, world.table(lot, 10**9), 1, entrusted=not silent)
    for until in (world.until_revealing, lambda: real.advance_to(world.end + 2 * HOUR)):
        until()
        world.keep(keeper)
    if people:
        world.tell(0, lot)
        world.keep(keeper)
        real.advance_to(real.now() + HOUR)
        world.keep(keeper)
    assert world.phase(lot) in ("UNSOLD", "VOID")
    assert 0 < purse.gas_of(lot) <= keeper._trade.allowance(lot) * 3 // 4
    assert not world.skipped
    assert real.balance(world.auction) == world.view("proceeds", world.seller)


def test_a_token_that_burns_gas_costs_no_more_than_the_allowance() -> None:
    """Each good is tried by itself; what takes too much is left where it is, and all else of the sale is done."""
    world, purse = SaleWorld(), Purse()
    decent = world.mint(2)
    hostile = world.mint(3, new_token(world))
    lot = world.list_goods([*decent, *hostile])
    ann = world.person()
    world.seal(lot, ann, wish=0b11111)
    keeper = world.keeper(purse=purse)
    world.behave(ItemManner.BURN_GAS, hostile[0][0])
    world.until_reveal()
    world.keep(keeper)
    world.until_draw()
    world.keep(keeper)
    world.tell(HEADS, lot)
    for _ in range(40):
        keeper.step()
    assert [world.owner(good) for good in decent] == [ann, ann]
    assert [world.owner(good) for good in hostile] == [world.auction] * 3
    assert "refund" in world.steps()
    assert purse.gas_of(lot) <= keeper._trade.allowance(lot)
    assert {what.partition(" of ")[0] for what, _ in world.skipped} == {"deliver"}


WISH = contract("ResilientAuction").encode("deliverWish", 1, 1)[:4]


def test_a_good_that_takes_too_much_to_move_is_left_where_it_is() -> None:
    """Though the allowance of many goods would pay for it."""
    world = SaleWorld()
    goods = world.mint(40)
    lot = world.list_goods(goods)
    ann = world.person()
    world.seal(lot, ann, wish=0b1)
    world.until_reveal()
    world.keep()
    world.until_draw()
    world.keep()
    world.tell(HEADS, lot)
    dear = Dear(world.chain, WISH, 10 * GAS_OF_RETURN)
    for _ in range(10):
        world.keeper(dear).step()
    assert world.owner(goods[0]) == world.auction
    assert world.owner(goods[1]) == world.seller
    assert any("too much" in str(error) for _, error in world.skipped)
    world.keep()
    assert world.owner(goods[0]) == ann


def new_token(world: SaleWorld) -> str:
    """Another token with manners."""
    return create(world.chain, world.seller, "HostileItem")
