"""Access: of whoever is served, from the settlement of the lot until that of a resale, whatever happens in between."""

import pytest

from offchain.bindings.contracts import Deployed, contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import Phase
from offchain.chain.connect import connect
from offchain.chain.revm import Revm
from tests.estate.estate_world import World
from tests.reverts import reverts

GATED = 53_000
"""The most gas that asking for access takes within a transaction, the 21,000 of that and all cold reads included."""
PUSHED = 50_000
"""The most gas that a pushed part takes, in a batch."""


def test_access_through_all_phases(world: World) -> None:
    """Before there is code, listed, in every phase of a resale, void, back, listed again, closed; not once it is settled."""
    dao, bids = world.dao, {world.ann: 4, world.bob: 4}
    lot = world.list_item()
    assert world.access(lot=lot) == []
    world.enter(dao, lot, bids)
    world.reveal(dao, lot, bids)
    world.tally(dao, lot, bids)
    assert world.access(lot=lot) == []
    world.settle(dao, lot, bids)
    both = [world.ann, world.bob]
    assert world.access(lot=lot) == both
    world.estate = world.open_estate(dao, lot)
    assert world.access(lot=lot) == both
    world.vote(1, *both)
    resale = world.resell(1)
    for end in ("endOfBidding", "endOfReveal"):
        assert world.access(lot=lot) == both
        world.to_phase(resale, end)
    assert world.view(world.house, "phase", resale) == Phase.VOID
    assert world.access(lot=lot) == both
    world.send(world.stranger, world.house, "reclaim", resale)
    assert world.access(lot=lot) == both
    again = world.resell(1)
    world.seal(world.house, again, world.buyer, 9, 9)
    world.reveal(world.house, again, {world.buyer: 9})
    world.to_phase(again, "endOfReveal")
    assert world.view(world.house, "phase", again) == Phase.CLOSED
    assert world.access(lot=lot) == both
    world.send(world.keeper, world.house, "settle", again)
    assert world.access(lot=lot) == []
    assert [world.view(dao, "isServed", lot, member) for member in both] == [True, True]
    assert world.view(dao, "servedOf", lot) == 2
    world.push(*both)
    assert world.access(lot=lot) == []


def test_claims_change_nothing_of_access(world: World) -> None:
    """Neither of deposits nor of the bond."""
    assert world.access() == world.served
    everybody = [*world.served, world.dan, world.eve]
    world.send(world.keeper, world.dao, "claimBatch", world.lot, everybody)
    assert world.access() == world.served


def test_other_lots_change_nothing_of_access(world: World) -> None:
    """Each has its own estate, be it of the same DAO."""
    lot = world.list_item()
    world.win(world.dao, lot, 1, {world.ann: 4})
    first, world.estate = world.estate, world.open_estate(world.dao, lot)
    world.vote(1, world.ann)
    world.buy(world.resell(1), {world.buyer: 9})
    assert world.access(lot=lot) == []
    assert world.access() == world.served
    assert not world.view(first, "resold")


# A GATE


def gate(world: World, dao: Deployed, factory: str = "") -> Deployed:
    """A door for those who have access to what `dao` won."""
    terms = factory or world.factory.address, world.house.address, dao.address, world.lot
    return Deployed(
        contract("MembersOnly"), create(world.chain, world.stranger, "MembersOnly", *terms)
    )


def test_a_gate(world: World) -> None:
    """It opens for the served, until the item is sold again."""
    door = gate(world, world.dao)
    for who in (world.dan, world.eve, world.stranger):
        world.fails(f"NoAccess(caller={who})", who, door, "enter")
    for who in world.served:
        receipt = world.send(who, door, "enter")
        assert world.told(door, [receipt]) == [("Entered", {"member": who})]
    world.vote(1)
    lot = world.resell(1)
    world.send(world.ann, door, "enter")
    world.buy(lot, {world.buyer: 9})
    for who in (world.ann, world.buyer):
        world.fails(f"NoAccess(caller={who})", who, door, "enter")


def test_a_gate_knows_whom_it_asks(world: World) -> None:
    """Not what only answers like a DAO, nor a DAO that bids elsewhere: both may let in whom they like."""
    other = World(world.chain, world.standalone)
    for dao in (other.dao, world.house, Deployed(world.dao.contract, world.stranger)):
        with reverts(f"NotGenuine(dao={dao.address})"):
            gate(world, dao)
    with reverts("NotGenuine"):
        gate(world, other.dao, other.factory.address)
    gate(world, world.dao)


# GAS


@pytest.mark.parametrize("standalone", [False, True], ids=["cheap", "standalone"])
def test_what_access_and_parts_cost(standalone: bool) -> None:
    """On a node, where what a transaction reads is cold: for a gate, before and after a resale; and for a member's part."""
    with connect("anvil") as chain:
        world = World(chain, standalone)
        asked = []

        def ask() -> None:
            asked.append(
                world.send(world.ann, world.dao, "hasAccess", world.lot, world.ann).gas_used
            )

        ask()
        world.vote(1)
        lot = world.resell(1)
        ask()
        world.buy(lot, {world.buyer: 30})
        ask()
        assert max(asked) <= GATED, asked
        alone = world.send(world.stranger, world.estate, "claimBatch", world.served[:1])
        both = world.send(world.stranger, world.estate, "claimBatch", world.served[1:])
        assert both.gas_used - 21_000 <= 2 * PUSHED, (alone.gas_used, both.gas_used)


def test_it_costs_the_same_however_many_are_served() -> None:
    """A vote, a listing, a part: nothing is walked."""
    used = []
    for members in (2, 300):
        world = World(Revm(), won=False)
        crowd = [world.chain.actor(100 + place) for place in range(members)]
        world.chain.fund_all(dict.fromkeys(crowd, 10**18))
        world.lot = world.list_item(reserve=members)
        bids = dict.fromkeys(crowd, 1)
        world.enter(world.dao, world.lot, bids)
        world.reveal(world.dao, world.lot, bids)
        world.tally(world.dao, world.lot, bids)
        world.settle(world.dao, world.lot, bids)
        world.estate, world.served = world.open_estate(world.dao, world.lot), crowd
        votes = [world.send(member, world.estate, "vote", 1).gas_used for member in crowd]
        listing = world.send(world.stranger, world.estate, "resell", 1).gas_used
        used.append((votes[0], votes[1], listing))
    assert used[0] == used[1]
