"""Votes: one each, of those who paid and nobody else; what counts is what is wanted when the item is listed."""

import random

import pytest

from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Reverted
from tests.estate.estate_world import World, rebuilt
from tests.reverts import reverts

MOST = 2**96 - 1


def test_a_vote_counts_once(world: World) -> None:
    """However often it is said."""
    for _ in range(3):
        world.vote(5, world.ann)
    assert world.view(world.estate, "votesFor", 5) == 1
    world.fails(
        "NoMajority(reserve=5, votes=1, served=3)", world.stranger, world.estate, "resell", 5
    )


def test_a_vote_can_be_changed_and_taken_back(world: World) -> None:
    """What was wanted before is not, any more."""
    world.vote(5, world.ann, world.bob)
    world.vote(6, world.ann)
    world.vote(0, world.bob)
    assert [world.view(world.estate, "votesFor", reserve) for reserve in (5, 6, 0)] == [0, 1, 0]
    assert world.view(world.estate, "voteOf", world.ann) == 6
    world.fails(
        "NoMajority(reserve=5, votes=0, served=3)", world.stranger, world.estate, "resell", 5
    )


def test_only_who_is_served_votes(world: World) -> None:
    """Not who bid too little, kept silent, sold the item, is in another DAO, or only watches."""
    dao = world.new_dao()
    lot = world.list_item()
    world.enter(dao, lot, {world.rival: 5})  # a member, but of another DAO
    for who in (world.dan, world.eve, world.seller, world.rival, world.stranger):
        world.fails(f"NotServed(account={who})", who, world.estate, "vote", 5)
    assert world.view(world.estate, "votesFor", 5) == 0


def test_of_two_lots_each_has_its_own_voters(world: World) -> None:
    """Who is served at one has no voice at the other, be it of the same DAO."""
    lot = world.list_item()
    world.win(world.dao, lot, 1, {world.dan: 4})
    other = world.open_estate(world.dao, lot)
    world.fails(f"NotServed(account={world.ann})", world.ann, other, "vote", 5)
    world.fails(f"NotServed(account={world.dan})", world.dan, world.estate, "vote", 5)
    world.send(world.dan, other, "vote", 5)


def test_half_is_no_majority(world: World) -> None:
    """Of four, two are too few, three are enough."""
    lot = world.list_item()
    four = [*world.served, world.dan]
    world.win(world.dao, lot, 1, dict.fromkeys(four, 4))
    world.estate = world.open_estate(world.dao, lot)
    world.vote(5, *four[:2])
    world.fails(
        "NoMajority(reserve=5, votes=2, served=4)", world.stranger, world.estate, "resell", 5
    )
    world.vote(5, four[2])
    assert world.resell(5)


def test_a_reserve_of_nothing_is_never_decided(world: World) -> None:
    """However many want nothing."""
    world.vote(0)
    world.fails(
        "NoMajority(reserve=0, votes=0, served=3)", world.stranger, world.estate, "resell", 0
    )


def test_the_same_reserve_has_to_be_wanted(world: World) -> None:
    """Three for three of them decide nothing."""
    for reserve, member in enumerate(world.served, start=4):
        world.vote(reserve, member)
    for reserve in (4, 5, 6):
        world.fails("NoMajority", world.stranger, world.estate, "resell", reserve)


def test_the_largest_reserve(world: World) -> None:
    """It fits, nobody meets it, and the item comes back; the next number is none."""
    with pytest.raises(ValueError, match="vote"):
        world.vote(MOST + 1)
    raw = world.estate.contract.encode("vote", 0)[:4] + (MOST + 1).to_bytes(32, "big")
    with pytest.raises(Reverted):
        world.chain.call(world.estate.address, raw, world.ann)
    lot = world.unsold(MOST)
    assert world.view(world.house, "phase", lot) == Phase.VOID
    world.send(world.stranger, world.house, "reclaim", lot)
    assert world.owner() == world.estate.address


def test_votes_change_nothing_of_what_is_listed(world: World) -> None:
    """A majority that wants something else, or nothing any more, has to wait how it ends."""
    world.vote(5)
    lot = world.resell(5)
    world.vote(50)
    world.fails(f"AlreadyListed(resaleLot={lot})", world.stranger, world.estate, "resell", 50)
    world.vote(0)
    world.buy(lot, {world.buyer: 9})
    assert world.view(world.house, "standing", lot) == (Phase.SETTLED, world.buyer, 5)


def test_votes_stand_until_they_are_replaced(world: World) -> None:
    """Anyone lists again what came back, at what is wanted still; not once it is not wanted."""
    lot = world.unsold(5)
    world.send(world.stranger, world.house, "reclaim", lot)
    again = world.resell(5)
    world.to_phase(again, "endOfReveal")
    world.send(world.stranger, world.house, "reclaim", again)
    world.vote(0, world.ann, world.bob)
    world.fails(
        "NoMajority(reserve=5, votes=1, served=3)", world.stranger, world.estate, "resell", 5
    )


def test_nobody_votes_on_what_is_sold(world: World) -> None:
    """It is the buyer's."""
    lot = world.sell(9)
    world.fails(f"AlreadyResold(resaleLot={lot})", world.ann, world.estate, "vote", 5)


def test_votes_are_those_of_the_logs(world: World) -> None:
    """After any number of them, in any order."""
    rng = random.Random(8)
    for _ in range(60):
        world.vote(rng.randint(0, 4), rng.choice(world.served))
        wants = rebuilt(world.estate, world.logs(world.estate))
        assert {one: world.view(world.estate, "voteOf", one) for one in wants} == wants
        for reserve in range(1, 5):
            votes = sum(wanted == reserve for wanted in wants.values())
            assert world.view(world.estate, "votesFor", reserve) == votes


def test_the_template_is_nobodys_estate(world: World) -> None:
    """Its own code ends in no DAO: every call fails, and ether is refused."""
    template = type(world.estate)(world.estate.contract, world.view(world.dao, "estateTemplate"))
    for call in (
        ("vote", 5),
        ("resell", 0),
        ("resell", 5),
        ("claim",),
        ("claimBatch", [world.ann]),
    ):
        with pytest.raises(Reverted):
            world.send(world.ann, template, *call)
    with pytest.raises(Reverted):
        world.chain.send(template.call(world.ann, "claim", value=1))


def test_a_vote_before_there_is_code_is_none(world: World) -> None:
    """The call reaches an empty account: nothing happens, and nothing is kept for later."""
    lot = world.list_item()
    world.win(world.dao, lot, 1, {world.ann: 4})
    early = type(world.estate)(world.estate.contract, world.view(world.dao, "estateAt", lot))
    world.send(world.ann, early, "vote", 5)
    estate = world.open_estate(world.dao, lot)
    assert world.view(estate, "voteOf", world.ann) == 0
    with reverts("NoMajority"):
        world.send(world.ann, estate, "resell", 5)
