"""Parts: equal, once each, to those who paid; whoever refuses, re-enters or cannot take ether holds up nobody."""

import pytest

from offchain.bindings.contracts import Deployed
from offchain.chain.backend import Reverted, Transaction
from offchain.io.units import WEI_PER_UNIT
from tests.estate.estate_world import World
from tests.puppets import ACTOR, Manner, force
from tests.reverts import reverts

REFUSING = [Manner.REFUSE, Manner.BURN_GAS, Manner.RETURN_MUCH, Manner.REVERT_MUCH]


def balances(world: World) -> list[int]:
    """Of the served, in wei."""
    return [world.balance(member) for member in world.served]


def test_equal_parts_in_whole_units(world: World) -> None:
    """Of 20 for three 6 each; 2 units stay."""
    world.sell(20)
    before = balances(world)
    said = world.push(*world.served)
    assert said == [
        ("Collected", {"amount": 20, "part": 6}),
        *(("PartPushed", {"member": member}) for member in world.served),
    ]
    gains = [now - then for now, then in zip(balances(world), before, strict=True)]
    assert gains == [6 * WEI_PER_UNIT] * 3
    assert world.balance(world.estate.address) == 2 * WEI_PER_UNIT
    assert world.view(world.house, "proceeds", world.estate.address) == 0


def test_a_share_that_was_the_whole_deposit_is_a_share(world: World) -> None:
    """Cid had nothing to claim at the DAO, and has its part like the others, whoever claimed there before."""
    world.send(
        world.keeper, world.dao, "claimBatch", world.lot, [*world.served, world.dan, world.eve]
    )
    world.sell(30)
    assert [name for name, _ in world.push(*world.served)] == ["Collected", *["PartPushed"] * 3]


def test_less_than_a_unit_each(world: World) -> None:
    """2 units for three: nobody has a part, access ends all the same, and it all stays."""
    world.sell(2)
    world.fails(f"NoPart(member={world.ann})", world.ann, world.estate, "claim")
    assert world.push(*world.served) == [("Collected", {"amount": 2, "part": 0})]
    assert world.access() == []
    assert world.balance(world.estate.address) == 2 * WEI_PER_UNIT


def test_a_part_is_claimed_once(world: World) -> None:
    """By no way, for oneself or another, alone or in a batch, is there a second."""
    world.sell(30)
    world.send(world.ann, world.estate, "claim")
    world.push(world.bob)
    world.send(world.cid, world.estate, "claimTo", world.stranger)
    for member in world.served:
        assert world.view(world.estate, "hasClaimed", member)
        world.fails(f"NoPart(member={member})", member, world.estate, "claim")
        world.fails("NoPart", member, world.estate, "claimTo", world.stranger)
    assert world.push(*world.served, *world.served) == []
    assert world.balance(world.estate.address) == 0


def test_a_member_named_twice_is_paid_once(world: World) -> None:
    world.sell(30)
    said = world.push(world.ann, world.ann, world.ann)
    assert [name for name, _ in said] == ["Collected", "PartPushed"]
    assert world.balance(world.estate.address) == 20 * WEI_PER_UNIT


def test_who_did_not_pay_has_no_part(world: World) -> None:
    """Whoever claims, or is named."""
    world.sell(30)
    for who in (world.dan, world.eve, world.seller, world.buyer, world.stranger):
        world.fails(f"NoPart(member={who})", who, world.estate, "claim")
    said = world.push(world.dan, world.eve, world.stranger, world.estate.address, world.dao.address)
    assert [name for name, _ in said] == ["Collected"]


def test_a_member_names_a_recipient(world: World) -> None:
    world.sell(30)
    before = world.balance(world.stranger)
    receipt = world.send(world.ann, world.estate, "claimTo", world.stranger)
    claimed = ("PartClaimed", {"member": world.ann, "recipient": world.stranger})
    assert world.told(world.estate, [receipt])[1:] == [claimed]
    assert world.balance(world.stranger) - before == 10 * WEI_PER_UNIT


@pytest.mark.parametrize("listed", [False, True], ids=["never listed", "listed"])
def test_nothing_before_it_is_sold(world: World, listed: bool) -> None:
    """Be it listed, won or waiting to be settled."""
    lot = 0
    if listed:
        world.vote(1)
        lot = world.resell(1)
        world.seal(world.house, lot, world.buyer, 9, 9)
        world.reveal(world.house, lot, {world.buyer: 9})
        world.to_phase(lot, "endOfReveal")
    error = f"NotResold(resaleLot={lot})"
    world.fails(error, world.ann, world.estate, "claim")
    world.fails(error, world.ann, world.estate, "claimTo", world.stranger)
    world.fails(error, world.stranger, world.estate, "claimBatch", world.served)


def test_nobody_else_has_the_proceeds(world: World) -> None:
    """They are the estate's, which only asks for itself."""
    world.sell(30)
    for who in (*world.served, world.seller, world.stranger):
        if who == world.seller:
            world.send(who, world.house, "withdrawProceeds", who)  # of the first lot
        world.fails(f"NoProceeds(seller={who})", who, world.house, "withdrawProceeds", who)
    assert world.view(world.house, "proceeds", world.estate.address) == 30 * WEI_PER_UNIT


# HOSTILE MEMBERS


def with_puppet(world: World, manner: Manner) -> str:
    """A new lot, served at which are Ann, a puppet and Bob; the puppet."""
    puppet = world.puppet()
    world.chain.fund(puppet, 10**20)
    lot = world.list_item(reserve=15)
    world.win(world.dao, lot, 15, {world.ann: 5, puppet: 5, world.bob: 5})
    world.lot, world.estate = lot, world.open_estate(world.dao, lot)
    world.served = [world.ann, puppet, world.bob]
    world.sell(30)
    world.behave(puppet, manner)
    return puppet


@pytest.mark.parametrize("manner", REFUSING, ids=lambda manner: manner.name)
def test_a_member_that_refuses(world: World, manner: Manner) -> None:
    """The others are paid in the same transaction, and its part waits for it, whatever it does, for ever."""
    puppet = with_puppet(world, manner)
    said = world.push(*world.served)[1:]
    took = manner == Manner.RETURN_MUCH and ("PartPushed", {"member": puppet}) in said
    if not took:
        assert ("PartRefused", {"member": puppet}) in said
        assert world.balance(world.estate.address) == 10 * WEI_PER_UNIT
        world.send(puppet, world.estate, "claimTo", world.stranger)
    assert [name for name, _ in said].count("PartPushed") == 2 + took
    assert world.balance(world.estate.address) == 0


def test_a_refusal_of_its_own_claim(world: World) -> None:
    """Nothing is lost: the claim fails as a whole."""
    puppet = with_puppet(world, Manner.REFUSE)
    world.fails("PaymentRefused", puppet, world.estate, "claim")
    assert not world.view(world.estate, "hasClaimed", puppet)
    world.behave(puppet, Manner.ACCEPT)
    world.send(puppet, world.estate, "claim")
    assert world.view(world.estate, "hasClaimed", puppet)


@pytest.mark.parametrize(
    "call", [("claim",), ("claimTo",), ("claimBatch",), ("vote", 5), ("resell", 1)], ids=str
)
def test_a_member_that_comes_back_from_within(world: World, call: tuple[object, ...]) -> None:
    """It finds its part taken, and the item sold."""
    puppet = with_puppet(world, Manner.REENTER)
    name, *arguments = call
    if name == "claimTo":
        arguments = [world.stranger]
    if name == "claimBatch":
        arguments = [[puppet, puppet]]
    world.prepare(puppet, world.estate, str(name), *arguments)
    before = world.balance(puppet) + world.balance(world.stranger)
    receipt = world.send(puppet, world.estate, "claim")
    assert world.balance(puppet) + world.balance(world.stranger) - before == 10 * WEI_PER_UNIT
    (reentered,) = Deployed(ACTOR, puppet).events([receipt])
    assert reentered.args["success"] == (name == "claimBatch")
    assert world.balance(world.estate.address) == 20 * WEI_PER_UNIT


def test_a_push_cannot_be_starved(world: World) -> None:
    """A caller who gives too little gas makes the batch fail, not the payment."""
    world.sell(30)
    call = world.estate.call(world.stranger, "claimBatch", world.served)
    for gas in range(60_000, 330_000, 10_000):
        poor = Transaction(call.sender, call.to, call.data, gas=gas)
        try:
            receipt = world.chain.send(poor)
        except Reverted:
            continue
        said = [name for name, _ in world.told(world.estate, [receipt])]
        assert said == ["Collected", *["PartPushed"] * 3]
        return
    pytest.fail("never enough gas")


# ETHER BY OTHER WAYS


def test_ether_is_not_taken(world: World) -> None:
    """From nobody but the auctioneer, whenever it comes."""
    for who in (world.stranger, world.ann):
        with reverts(f"Unasked(sender={who})"):
            world.chain.send(Transaction(who, world.estate.address, b"", 1))
    world.sell(30)
    with reverts("Unasked"):
        world.chain.send(Transaction(world.ann, world.estate.address, b"", WEI_PER_UNIT))


@pytest.mark.parametrize("when", ["before there is code", "before it is sold", "before parts"])
def test_forced_ether_is_nobodys(world: World, when: str) -> None:
    """It changes no part, and stays."""
    forced = 7 * WEI_PER_UNIT + 1
    if when == "before there is code":
        world.lot = world.list_item(reserve=30)
        address = world.view(world.dao, "estateAt", world.lot)
        world.chain.send(Transaction(world.stranger, address, b"", forced))
        world.win(world.dao, world.lot, 30, world.bids)
        world.estate = world.open_estate(world.dao, world.lot)
    if when == "before it is sold":
        force(world.chain, world.stranger, world.estate.address, forced)
    world.sell(31)
    if when == "before parts":
        force(world.chain, world.stranger, world.estate.address, forced)
    assert world.push(*world.served)[0] == ("Collected", {"amount": 31, "part": 10})
    assert world.balance(world.estate.address) == forced + WEI_PER_UNIT
