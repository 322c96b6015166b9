"""The resale: one at a time, open to anyone, at what more than half want; whatever the token does, or whoever wins."""

from fractions import Fraction

import pytest

from offchain.bindings.constants import AuctionHouse
from offchain.bindings.draw_proofs import Walk, prove
from offchain.bindings.entries import pack
from offchain.bindings.enumerations import Phase
from offchain.chain.backend import Reverted
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from tests.estate.estate_world import SCHEDULE, World
from tests.puppets import ItemManner
from tests.reverts import reverts

# LISTING


def test_anyone_lists_what_is_wanted(world: World) -> None:
    """As the estate's lot, at that reserve, for the phases and the bond that are always the same."""
    world.vote(7, world.ann, world.bob)
    receipt = world.send(world.stranger, world.estate, "resell", 7)
    start = world.chain.now()
    ends = tuple(start + sum(SCHEDULE[: place + 1]) for place in range(3))
    lot = world.view(world.estate, "resaleLot")
    assert world.told(world.estate, [receipt]) == [("Resale", {"lot": lot, "reserve": 7})]
    (listed,) = (args for name, args in world.told(world.house, [receipt]) if name == "LotListed")
    assert listed == {
        "lot": lot,
        "seller": world.estate.address,
        "token": world.item.address,
        "tokenId": world.token,
        "reserve": 7,
        "schedule": (*ends, AuctionHouse.MIN_BOND_BPS),
    }
    assert world.view(world.item, "getApproved", world.token) == "0x" + "00" * 20


def test_one_lot_at_a_time(world: World) -> None:
    """Not while it is listed, in any phase, nor after it was sold."""
    world.vote(1)
    lot = world.resell(1)
    listed = f"AlreadyListed(resaleLot={lot})"
    world.fails(listed, world.stranger, world.estate, "resell", 1)
    world.seal(world.house, lot, world.buyer, 9, 9)
    world.reveal(world.house, lot, {world.buyer: 9})
    world.fails(listed, world.stranger, world.estate, "resell", 1)
    world.to_phase(lot, "endOfReveal")
    assert world.view(world.house, "phase", lot) == Phase.CLOSED
    world.fails(listed, world.stranger, world.estate, "resell", 1)
    world.send(world.keeper, world.house, "settle", lot)
    world.fails(f"AlreadyResold(resaleLot={lot})", world.stranger, world.estate, "resell", 1)


def test_unsold_it_comes_back_and_is_sold_again(world: World) -> None:
    """Anyone has it returned, before which it is not there to be listed."""
    lot = world.unsold()
    world.fails("ERC721InvalidApprover", world.stranger, world.estate, "resell", 1)
    world.send(world.stranger, world.house, "reclaim", lot)
    assert world.owner() == world.estate.address
    again = world.resell(1)
    world.buy(again, {world.buyer: 9, world.rival: 6})
    assert world.owner() == world.buyer
    assert world.view(world.estate, "resaleLot") == again
    assert world.push(world.ann)[0] == ("Collected", {"amount": 6, "part": 2})


def test_a_resale_that_is_not_settled_in_time(world: World) -> None:
    """Its winner has everything back, and the members their item: nobody is locked in."""
    world.vote(1)
    lot = world.resell(1)
    world.seal(world.house, lot, world.buyer, 9, 9)
    world.reveal(world.house, lot, {world.buyer: 9})
    world.to_phase(lot, "window")
    assert world.view(world.house, "phase", lot) == Phase.VOID
    assert world.access() == world.served
    world.send(world.stranger, world.house, "reclaim", lot)
    world.send(world.stranger, world.house, "claimBatch", lot, [world.buyer])
    assert world.resell(1) == lot + 1


def test_a_dao_that_nobody_tallies(world: World) -> None:
    """The resale waits for it until the tally ends, and no longer."""
    world.vote(1)
    lot = world.resell(1)
    dao = world.new_dao()
    world.enter(dao, lot, {world.rival: 50})
    world.seal(world.house, lot, world.buyer, 9, 9)
    world.reveal(world.house, lot, {world.buyer: 9})
    world.reveal(dao, lot, {world.rival: 50})
    world.to_phase(lot, "endOfReveal")
    assert world.view(world.house, "phase", lot) == Phase.TALLY
    world.to_phase(lot, "endOfTally")
    world.send(world.keeper, world.house, "settle", lot)
    assert world.owner() == world.buyer


def test_members_may_buy_it(world: World) -> None:
    """Ann outbids: the item is hers alone, and she has a part of what she paid."""
    world.vote(1)
    lot = world.resell(1)
    world.buy(lot, {world.ann: 40, world.buyer: 33})
    assert world.owner() == world.ann
    assert world.push(*world.served)[0] == ("Collected", {"amount": 33, "part": 11})


def test_bonds_of_a_resale_are_burnt(world: World) -> None:
    """What somebody forfeits there is no part of the proceeds."""
    world.vote(1)
    lot = world.resell(1)
    world.seal(world.house, lot, world.rival, 100, 100)
    world.buy(lot, {world.buyer: 9})
    world.send(world.stranger, world.house, "claimBatch", lot, [world.rival, world.buyer])
    assert world.push(world.ann)[0] == ("Collected", {"amount": 1, "part": 0})
    held = world.balance(world.house.address)
    assert (
        held == (30 + 10) * WEI_PER_UNIT
    )  # the first lot's price, which its seller left there, and the bond


def test_the_dao_buys_its_own_item_again(world: World) -> None:
    """A second estate, of whom it was bought for: the first has sold, and its members their parts."""
    world.vote(1)
    lot = world.resell(1)
    bids = {world.dan: 12, world.ann: 12}
    world.win(world.dao, lot, 1, bids)
    second = world.open_estate(world.dao, lot)
    assert world.owner() == second.address != world.estate.address
    assert world.access() == []
    assert world.access(lot=lot) == [world.ann, world.dan]
    assert world.push(*world.served)[0] == ("Collected", {"amount": 2, "part": 0})
    world.fails("AlreadyResold", world.ann, world.estate, "vote", 5)
    world.send(world.dan, second, "vote", 5)
    world.send(world.ann, second, "vote", 5)
    world.send(world.stranger, second, "resell", 5)
    assert world.access(lot=lot) == [world.ann, world.dan]


# THE ADDRESS


def test_anyone_opens_an_estate_once(world: World) -> None:
    with reverts(f"EstateIsOpen(lot={world.lot})"):
        world.send(world.ann, world.dao, "deployEstate", world.lot)
    assert world.view(world.estate, "dao") == world.dao.address
    assert world.view(world.estate, "lot") == world.lot


def test_no_estate_before_the_lot_is_settled(world: World) -> None:
    """In no phase before."""
    lot, bids = world.list_item(), {world.ann: 4}
    with reverts(f"WrongPhase(lot={lot}, phase=None)"):
        world.send(world.ann, world.dao, "deployEstate", lot)
    world.enter(world.dao, lot, bids)
    with reverts(f"WrongPhase(lot={lot}, phase=Bidding)"):
        world.send(world.ann, world.dao, "deployEstate", lot)
    world.reveal(world.dao, lot, bids)
    world.tally(world.dao, lot, bids)
    with reverts(f"WrongPhase(lot={lot}, phase=Closed)"):
        world.send(world.ann, world.dao, "deployEstate", lot)
    world.settle(world.dao, lot, bids)
    world.open_estate(world.dao, lot)


def test_no_estate_of_a_lot_that_was_not_won(world: World) -> None:
    """Void, or another's."""
    void, lost = world.list_item(reserve=9), world.list_item()
    for lot in (void, lost):
        world.enter(world.dao, lot, {world.ann: 4})
    world.seal(world.house, lost, world.buyer, 9, 9)
    for lot in (void, lost):
        world.reveal(world.dao, lot, {world.ann: 4})
    world.reveal(world.house, lost, {world.buyer: 9})
    for lot in (void, lost):
        world.tally(world.dao, lot, {world.ann: 4})
    world.send(world.keeper, world.house, "settle", lost)
    for lot, phase in ((void, "Void"), (lost, "Settled")):
        with reverts(f"WrongPhase(lot={lot}, phase={phase})"):
            world.send(world.ann, world.dao, "deployEstate", lot)
        assert world.access(lot=lot) == []


def test_each_dao_and_lot_has_its_own_address(world: World) -> None:
    """Nobody's item ends at another's."""
    daos = [world.dao, world.new_dao(), world.new_dao()]
    found = {world.view(dao, "estateAt", lot) for dao in daos for lot in range(5)}
    assert len(found) == 15


def test_items_that_nobody_asked_for_stay(world: World) -> None:
    """Another item, before or after: the estate has one item, that of its lot."""
    world.send(world.stranger, world.item, "mint", world.estate.address, 99)
    lot = world.sell(9)
    assert world.owner(99) == world.estate.address
    assert world.owner() == world.buyer
    world.send(
        world.buyer, world.item, "transferFrom", world.buyer, world.estate.address, world.token
    )
    world.fails(f"AlreadyResold(resaleLot={lot})", world.stranger, world.estate, "resell", 1)
    assert world.access() == []


def test_no_item_is_sent_there_safely(world: World) -> None:
    """Who asks whether the account takes it is told no."""
    with pytest.raises(Reverted):
        world.send(
            world.stranger,
            world.item,
            "safeTransferFrom(address,address,uint256)",
            world.stranger,
            world.estate.address,
            99,
        )


def test_a_buyer_who_has_it_sent_back_has_bought_it(world: World) -> None:
    """Named as the recipient of its own resale the estate keeps it, and cannot sell it twice."""
    world.vote(1)
    lot = world.resell(1)
    world.seal(world.house, lot, world.buyer, 9, 9)
    world.send(world.buyer, world.house, "nameRecipient", lot, world.estate.address)
    world.reveal(world.house, lot, {world.buyer: 9})
    world.to_phase(lot, "endOfReveal")
    world.send(world.keeper, world.house, "settle", lot)
    assert world.owner() == world.estate.address
    world.fails("AlreadyResold", world.stranger, world.estate, "resell", 1)
    assert world.access() == []


# TOKENS


@pytest.mark.parametrize(
    "manner",
    [
        *(ItemManner.REFUSE_APPROVAL, ItemManner.REFUSE, ItemManner.BURN_GAS),
        *(ItemManner.IDLE, ItemManner.SAY_FALSE, ItemManner.TRAP),
    ],
    ids=lambda manner: manner.name,
)
def test_a_token_that_refuses(world: World, manner: ItemManner) -> None:
    """Nothing is listed, and nothing changes: it is sold once the token relents."""
    world.vote(1)
    world.behave(world.item.address, manner)
    with pytest.raises(Reverted):
        world.resell(1)
    assert world.view(world.estate, "resaleLot") == 0
    assert world.owner() == world.estate.address
    assert world.access() == world.served
    world.behave(world.item.address, ItemManner.HONEST)
    world.buy(world.resell(1), {world.buyer: 9})
    assert world.owner() == world.buyer


def test_a_token_whose_owners_may_not_move_their_items(world: World) -> None:
    """Who is approved may, and that is the auctioneer."""
    world.vote(1)
    world.behave(world.item.address, ItemManner.APPROVED_ONLY)
    world.buy(world.resell(1), {world.buyer: 9})
    assert world.owner() == world.buyer


def test_a_token_that_lies(world: World) -> None:
    """It names the estate as the owner of what the auctioneer holds: no second lot, and none without the item."""
    lot = world.unsold()
    world.send(world.stranger, world.item, "pretend", world.estate.address)
    with pytest.raises(Reverted):
        world.resell(1)
    world.send(world.stranger, world.item, "pretend", "0x" + "00" * 20)
    world.send(world.stranger, world.house, "reclaim", lot)
    world.resell(1)


@pytest.mark.parametrize(
    "manner", [ItemManner.REENTER, ItemManner.REENTER_APPROVAL], ids=lambda m: m.name
)
@pytest.mark.parametrize("call", [("resell", 1), ("claimBatch", []), ("claim",)], ids=str)
def test_a_token_that_comes_back_from_within(
    world: World, manner: ItemManner, call: tuple[object, ...]
) -> None:
    """While the item is being listed nothing else can be done with it."""
    world.vote(1)
    name, *arguments = call
    world.prepare(world.item.address, world.estate, str(name), *arguments)
    world.behave(world.item.address, manner)
    receipt = world.send(world.stranger, world.estate, "resell", 1)
    errors = {"resell": "AlreadyListed", "claim": "NotResold", "claimBatch": "NotResold"}
    answers = [args for said, args in world.told(world.item, [receipt]) if said == "Reentered"]
    assert answers
    for answer in answers:
        assert not answer["success"]
        refusal = world.estate.contract.error(answer["answer"] + bytes(32))
        assert refusal is not None
        assert refusal.name == errors[str(name)]
    world.behave(world.item.address, ItemManner.HONEST)
    lots = [args for said, args in world.told(world.estate, [receipt]) if said == "Resale"]
    assert [one["lot"] for one in lots] == [world.view(world.estate, "resaleLot")]


def test_a_token_that_looks_while_it_is_being_listed(world: World) -> None:
    """Access is as before, from within, too."""
    world.vote(1)
    world.prepare(world.item.address, world.dao, "hasAccess", world.lot, world.ann)
    world.behave(world.item.address, ItemManner.REENTER)
    receipt = world.send(world.stranger, world.estate, "resell", 1)
    answers = [args for said, args in world.told(world.item, [receipt]) if said == "Reentered"]
    assert answers
    assert all(answer["success"] for answer in answers)


def test_an_item_that_does_not_come_back(world: World) -> None:
    """As long as its token holds it fast members have access, and it cannot be listed; then it comes."""
    lot = world.unsold()
    world.behave(world.item.address, ItemManner.LOCKED)
    with pytest.raises(Reverted):
        world.send(world.stranger, world.house, "reclaim", lot)
    with pytest.raises(Reverted):
        world.resell(1)
    assert world.access() == world.served
    world.behave(world.item.address, ItemManner.HONEST)
    world.send(world.stranger, world.house, "reclaim", lot)
    world.resell(1)


def test_an_item_that_its_token_took_away(world: World) -> None:
    """Somebody else's resale of it is not the members': no money, no votes of theirs, and access stays as it was."""
    world.send(world.stranger, world.item, "seize", world.rival, world.token)
    lot = world.list_token(world.token, 5, world.rival)
    world.vote(1)
    world.fails("ERC721InvalidApprover", world.stranger, world.estate, "resell", 1)
    world.buy(lot, {world.buyer: 9})
    assert world.view(world.house, "proceeds", world.rival) == 5 * WEI_PER_UNIT
    assert not world.view(world.estate, "resold")
    world.fails("NotResold(resaleLot=0)", world.ann, world.estate, "claim")
    assert world.access() == world.served


def test_an_item_that_its_token_took_out_of_the_resale(world: World) -> None:
    """Whoever lists it then sells it; the estate's lot is void, nobody pays for it, and nothing else is given in its place."""
    world.vote(1)
    lot = world.resell(1)
    world.seal(world.house, lot, world.buyer, 9, 9)
    world.reveal(world.house, lot, {world.buyer: 9})
    world.send(world.stranger, world.item, "seize", world.rival, world.token)
    other = world.list_token(world.token, 5, world.rival)
    world.to_phase(lot, "endOfReveal")
    with reverts("NotHeldFor"):
        world.send(world.keeper, world.house, "settle", lot)
    world.to_phase(lot, "window")
    with reverts("NotHeldFor"):
        world.send(world.stranger, world.house, "reclaim", lot)
    assert world.access() == world.served
    world.send(world.stranger, world.house, "reclaim", other)
    assert world.owner() == world.rival
    world.send(
        world.rival, world.item, "transferFrom", world.rival, world.estate.address, world.token
    )
    assert world.resell(1) == other + 1


# A HOUSE WITHOUT RESERVES


@pytest.fixture
def drawn() -> World:
    """A DAO that won at the house that draws lots, where every bid has its chance: it paid 1, Ann, Bob and Cid 1 each."""
    world = World(Revm(), house="ApproximateAuction", won=False)
    world.lot = world.list_item()
    bids = {world.ann: 4, world.bob: 4, world.cid: 4}
    world.enter(world.dao, world.lot, bids)
    world.reveal(world.dao, world.lot, bids)
    world.tally(world.dao, world.lot, bids)
    draw(world, world.lot, world.dao.address, 12, 0)
    world.settle(world.dao, world.lot, bids)
    world.estate = world.open_estate(world.dao, world.lot)
    return world


def draw(world: World, lot: int, player: str, bid: int, word: int) -> None:
    """The only player of a lot wins it by this word."""
    assert world.words is not None
    world.send(world.keeper, world.house, "requestDraw", lot)
    world.send(world.keeper, world.words, "set", world.house.address, lot, word)
    proof = prove([bid], Fraction(1, 2), word >> 1).words
    entries = [pack(lot, bid, player)]
    world.send(world.keeper, world.house, "decide", lot, proof, Walk().words, entries)


def test_there_a_reserve_is_refused(drawn: World) -> None:
    """More than half may want one; it is listed at 1 only, with the inaccuracy that it was sold with."""
    drawn.vote(2)
    drawn.fails("NoReserves(reserve=2)", drawn.stranger, drawn.estate, "resell", 2)
    assert drawn.view(drawn.estate, "resaleLot") == 0
    drawn.vote(1)
    lot = drawn.resell(1)
    lottery = drawn.view(drawn.house, "lotteryOf", lot)
    assert lottery[1:3] == drawn.view(drawn.house, "lotteryOf", drawn.lot)[1:3] == (1, 2)


def test_there_it_may_be_sold_for_nothing(drawn: World) -> None:
    """An individual alone pays what it takes to have a chance, and that is nothing: no parts, and access ends."""
    drawn.vote(1)
    lot = drawn.resell(1)
    drawn.seal(drawn.house, lot, drawn.buyer, 9, 9)
    drawn.reveal(drawn.house, lot, {drawn.buyer: 9})
    drawn.to_phase(lot, "endOfReveal")
    draw(drawn, lot, drawn.buyer, 9, 0)
    drawn.send(drawn.keeper, drawn.house, "settle", lot)
    assert drawn.owner() == drawn.buyer
    assert drawn.access() == []
    drawn.fails(f"NoProceeds(seller={drawn.estate.address})", drawn.ann, drawn.estate, "claim")


def test_there_a_draw_that_does_not_come_gives_the_item_back(drawn: World) -> None:
    drawn.vote(1)
    lot = drawn.resell(1)
    drawn.seal(drawn.house, lot, drawn.buyer, 9, 9)
    drawn.reveal(drawn.house, lot, {drawn.buyer: 9})
    drawn.to_phase(lot, "window")
    assert drawn.view(drawn.house, "phase", lot) == Phase.VOID
    drawn.send(drawn.stranger, drawn.house, "reclaim", lot)
    assert drawn.owner() == drawn.estate.address
    drawn.resell(1)
