"""What a DAO lends, and takes back, whoever its auctioneer is: here one that bids nowhere, and borrows when it is told to."""

import pytest

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import NO_BEACON, create
from offchain.bindings.enumerations import BookState, Phase
from offchain.chain.backend import Receipt
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT as UNIT
from tests.estate.estate_world import PRICE, SHARE, World
from tests.reverts import reverts

WILLING = 30
"""Three times 10, in units: what the DAO of the world is willing to pay."""
MOST = 2**64 - 1


HOUSE = "BorrowingAuctioneer"


@pytest.fixture(params=["cheap", "standalone"])
def world(request: pytest.FixtureRequest) -> World:
    """A DAO that has entered a lot, and whose members have bid."""
    world = World(Revm(), request.param == "standalone", HOUSE, won=False)
    world.lot = world.list_item(reserve=PRICE)
    world.enter(world.dao, world.lot, world.bids)
    world.reveal(world.dao, world.lot, world.bids)
    return world


@pytest.fixture
def tallied(world: World) -> World:
    """Its bid is made, and not settled."""
    world.tally(world.dao, world.lot, world.bids)
    return world


def lend(world: World, units: int, lot: int | None = None) -> Receipt:
    """The auctioneer borrows for a paddle: the stranger."""
    call = world.lot if lot is None else lot, units, world.stranger
    return world.send(world.keeper, world.house, "borrow", world.dao.address, *call)


def restore(world: World, wei: int, lot: int | None = None) -> Receipt:
    """Whoever has it pays it back."""
    call = world.dao.call(world.seller, "restore", world.lot if lot is None else lot, value=wei)
    return world.chain.send(call)


def lent(world: World) -> int:
    return int(world.view(world.dao, "lentOf", world.lot))


def test_only_its_auctioneer_is_lent_anything(tallied: World) -> None:
    """Not a member, the seller, who keeps it going, the paddle itself, or another auctioneer of the same factory."""
    for who in (tallied.ann, tallied.seller, tallied.keeper, tallied.stranger):
        call = tallied.lot, 1, tallied.stranger
        tallied.fails(f"NotAuctioneer(caller={who})", who, tallied.dao, "lend", *call)
    terms = tallied.factory.address, NO_BEACON
    other = create(tallied.chain, tallied.keeper, HOUSE, *terms)
    with reverts(f"NotAuctioneer(caller={other})"):
        borrowing = Deployed(contract(HOUSE), other)
        tallied.send(tallied.keeper, borrowing, "borrow", tallied.dao.address, *call)
    assert lent(tallied) == 0


def test_nothing_is_lent_before_the_tally(world: World) -> None:
    """There is no willingness to pay yet, be the bids open."""
    with reverts(f"BeyondWillingness(lot={world.lot}, lent=1, willingnessToPay=0)"):
        lend(world, 1)


def test_nothing_is_lent_on_a_lot_that_was_not_entered(tallied: World) -> None:
    lot = tallied.list_item()
    with reverts("WrongPhase"):
        lend(tallied, 1, lot)


def test_never_more_than_the_willingness_to_pay_is_out(tallied: World) -> None:
    """Over all bids together, to the unit."""
    before = tallied.balance(tallied.stranger)
    with reverts(f"BeyondWillingness(lot={tallied.lot}, lent=31, willingnessToPay=30)"):
        lend(tallied, WILLING + 1)
    lend(tallied, 20)
    with reverts("BeyondWillingness"):
        lend(tallied, 11)
    lend(tallied, 10)
    assert (lent(tallied), tallied.balance(tallied.stranger)) == (WILLING, before + WILLING * UNIT)
    with reverts("BeyondWillingness"):
        lend(tallied, 1)
    restore(tallied, 4 * UNIT)
    lend(tallied, 4)
    assert lent(tallied) == WILLING


@pytest.mark.parametrize("units", [MOST, MOST + 1, 2**96 - 1])
def test_an_amount_beyond_all_bounds_is_not_cut_to_size(tallied: World, units: int) -> None:
    """What is out has 64 bits, and what is asked for has 96."""
    lend(tallied, 1)
    with reverts("TooManyUnits"):
        lend(tallied, units)
    assert lent(tallied) == 1


def test_it_comes_back_in_parts_and_never_more_than_is_out(tallied: World) -> None:
    lend(tallied, 20)
    told = [restore(tallied, 5 * UNIT), restore(tallied, 15 * UNIT)]
    assert tallied.told(tallied.dao, told) == [
        ("Restored", {"lot": tallied.lot, "amount": amount}) for amount in (5, 15)
    ]
    with reverts(f"NotLent(lot={tallied.lot}, amount=1, lent=0)"):
        restore(tallied, UNIT)
    with reverts("NotWholeUnits"):
        restore(tallied, UNIT + 1)


def test_what_is_out_when_it_wins_is_not_paid_again(tallied: World) -> None:
    """The auctioneer is paid the rest alone, and so refuses here, where nothing was bid elsewhere."""
    lend(tallied, 20)
    with reverts("Underpaid"):
        tallied.settle(tallied.dao, tallied.lot, tallied.bids)
    restore(tallied, 20 * UNIT)
    tallied.settle(tallied.dao, tallied.lot, tallied.bids)
    assert tallied.view(tallied.house, "proceeds", tallied.seller) == PRICE * UNIT


def test_once_it_is_won_nothing_is_lent_or_restored(tallied: World) -> None:
    """Nor does an empty payment change what members share, which stands where what is out stood."""
    tallied.settle(tallied.dao, tallied.lot, tallied.bids)
    with reverts("WrongPhase"):
        lend(tallied, 1)
    for wei in (0, UNIT):
        with reverts("NotLent"):
            restore(tallied, wei)
    assert lent(tallied) == 0
    assert tallied.view(tallied.dao, "bookOf", tallied.lot)[5] == SHARE


@pytest.fixture
def lost() -> World:
    """A DAO that is tallied, and lost to an individual; nobody has claimed yet."""
    world = World(Revm(), house=HOUSE, won=False)
    world.lot = world.list_item(reserve=PRICE)
    world.enter(world.dao, world.lot, world.bids)
    world.seal(world.house, world.lot, world.rival, 100, 100)
    world.reveal(world.dao, world.lot, world.bids)
    world.reveal(world.house, world.lot, {world.rival: 100})
    world.tally(world.dao, world.lot, world.bids)
    assert world.view(world.house, "standing", world.lot)[:2] == (Phase.CLOSED, world.rival)
    return world


def test_nobody_is_paid_out_of_a_lost_book_before_all_is_back(lost: World) -> None:
    """An auctioneer that bids nowhere cannot recall it; as soon as it is paid back everybody has everything."""
    lend(lost, 7)
    for call in (("claim", lost.lot), ("claimBatch", lost.lot, [lost.ann, lost.bob])):
        lost.fails(f"NotLent(lot={lost.lot}, amount=0, lent=7)", lost.ann, lost.dao, *call)
    assert lost.view(lost.dao, "bookOf", lost.lot)[6] == BookState.RUNNING
    restore(lost, 7 * UNIT)
    before = {who: lost.balance(who) for who in lost.bids}
    lost.send(lost.keeper, lost.dao, "claimBatch", lost.lot, list(lost.bids))
    due = {who: bid if who == lost.cid else 2 * bid for who, bid in lost.bids.items()}
    assert {who: lost.balance(who) - before[who] for who in lost.bids} == {
        who: units * UNIT for who, units in due.items()
    }


def test_once_it_is_lost_nothing_is_lent_or_restored(lost: World) -> None:
    lost.send(lost.ann, lost.dao, "claim", lost.lot)
    with reverts("WrongPhase"):
        lend(lost, 1)
    with reverts("NotLent"):
        restore(lost, UNIT)
