"""Who asks for its deposit while it has to wait is told so; who has nothing here is told that. The same in both kinds of book."""

import pytest

from offchain.bindings.contracts import Deployed
from offchain.bindings.enumerations import Phase
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from tests.estate.estate_world import PRICE, World


@pytest.fixture
def world() -> World:
    """A lot that a DAO has entered; its members have sealed bids."""
    world = World(Revm(), won=False)
    world.lot = world.list_item(reserve=PRICE)
    world.enter(world.dao, world.lot, world.bids)
    return world


def refused(world: World, error: str, book: Deployed, who: str) -> None:
    """Neither way of claiming gets anything."""
    world.fails(error, who, book, "claim", world.lot)
    world.fails(error, who, book, "claimTo", world.lot, world.stranger)


def wait(world: World, phase: Phase, book: Deployed, *people: str) -> None:
    """All of them, whether they ask themselves or are paid in a batch, which passes them over."""
    if phase != Phase.REVEAL:
        held = world.balance(book.address)
        world.send(world.stranger, book, "claimBatch", world.lot, list(people))
        assert world.balance(book.address) == held
    for who in people:
        refused(world, f"WrongPhase(lot={world.lot}, phase={phase.name.capitalize()})", book, who)


def nothing(world: World, book: Deployed, *people: str) -> None:
    """They never bid here, or have had it all."""
    for who in people:
        refused(world, f"NothingToClaim(lot={world.lot}, bidder={who})", book, who)


def close(world: World, individuals: dict[str, int]) -> None:
    """All bids are opened and counted, and nothing is settled. On the way everybody waits."""
    for bidder, bid in individuals.items():
        world.seal(world.house, world.lot, bidder, bid, 2 * bid)
    world.reveal(world.dao, world.lot, world.bids)
    world.reveal(world.house, world.lot, individuals)
    wait(world, Phase.REVEAL, world.dao, *world.bids, world.stranger)
    wait(world, Phase.REVEAL, world.house, *individuals, world.stranger)
    world.to_phase(world.lot, "endOfReveal")
    wait(world, Phase.TALLY, world.dao, *world.bids)
    wait(world, Phase.TALLY, world.house, *individuals)
    world.tally(world.dao, world.lot, world.bids)
    assert world.view(world.house, "phase", world.lot) == Phase.CLOSED
    for book in (world.dao, world.house):
        nothing(world, book, world.stranger)


def test_members_of_the_leader_wait_for_the_settlement(world: World) -> None:
    """Those who will not be served as well."""
    close(world, {})
    wait(world, Phase.CLOSED, world.dao, *world.bids)
    world.settle(world.dao, world.lot, world.bids)
    for member in world.bids:
        if member != world.cid:  # who deposited the share exactly
            world.send(member, world.dao, "claim", world.lot)
        nothing(world, world.dao, member)


def test_of_individuals_the_leader_alone_waits_once_the_lot_is_closed(world: World) -> None:
    """The loser has its deposit at once, and so have the members of a DAO that lost."""
    high, low = 2 * PRICE, PRICE + 1
    close(world, {world.buyer: high, world.rival: low})
    wait(world, Phase.CLOSED, world.house, world.buyer)
    before = world.balance(world.rival)
    world.send(world.rival, world.house, "claim", world.lot)
    assert world.balance(world.rival) - before == 2 * low * WEI_PER_UNIT
    nothing(world, world.house, world.rival)
    for member in world.bids:
        world.send(member, world.dao, "claim", world.lot)
        nothing(world, world.dao, member)
    world.send(world.keeper, world.house, "settle", world.lot)
    before = world.balance(world.buyer)
    world.send(world.buyer, world.house, "claim", world.lot)
    assert world.balance(world.buyer) - before == (2 * high - low) * WEI_PER_UNIT
    nothing(world, world.house, world.buyer)
