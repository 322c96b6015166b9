"""Tokens that refuse, lie or re-enter: a YES stays a YES, nobody is fined for them, and other goods move on."""

import pytest

from offchain.bindings.announcements import Announcement
from offchain.bindings.contracts import contract
from offchain.chain.backend import Reverted
from offchain.io.units import WEI_PER_UNIT
from tests.puppets import ItemManner, Manner
from tests.resilient.resilient_world import (
    DELIVERY_WINDOW,
    EVERYTHING,
    HEADS,
    NOTHING,
    TAILS,
    Phase,
    World,
    announce,
    bits,
    index_of,
)
from tests.reverts import reverts

Accepted = tuple[int, str, Announcement, list[tuple[str, int]]]
"""A sale's number, the token that will misbehave, what is carried out, and the goods."""


def mixed(world: World) -> tuple[int, str, list[tuple[str, int]]]:
    """A sale of goods 0 and 1 of an honest token, 2 and 3 of one that will misbehave."""
    token = world.hostile_token()
    goods = world.mint(world.seller, 2) + world.mint(world.seller, 2, token)
    return world.list_goods(goods), token, goods


@pytest.fixture
def accepted(world: World) -> Accepted:
    """Tails: Bob took goods 0 and 2 for 5, Cid good 1 for 7."""
    lot, token, goods = mixed(world)
    star = announce((world.bob, 5, bits(0, 2)), (world.cid, 7, bits(1)))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    for who in (world.bob, world.cid):
        world.answer(lot, star, who, yes=True)
    return lot, token, star, goods


BAD = [ItemManner.REFUSE, ItemManner.BURN_GAS]


@pytest.mark.parametrize("manner", BAD)
def test_a_token_that_refuses_delivery(
    world: World, accepted: Accepted, manner: ItemManner
) -> None:
    """The buyer waits three days at most, and gets all it paid back; the star is not fined, others get theirs."""
    lot, token, star, goods = accepted
    world.behave(token, manner)
    with pytest.raises(Reverted):
        world.deliver(lot, star, world.bob)
    world.deliver(lot, star, world.cid)
    index = index_of(star, world.bob)
    end = world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW
    refund = ("refund", lot, star.words, index)
    world.fails("TooEarly", lot, end, sender=world.bob, call=refund)
    rebate = WEI_PER_UNIT * 12 // 26
    assert world.view("dueOf", lot, world.ann) == 25 * WEI_PER_UNIT + rebate
    world.send(world.ann, "claim", lot)  # waits for no token
    world.chain.advance_to(end)
    late = ("deliver", lot, star.words, index, EVERYTHING)
    world.fails("TooLate", lot, end, sender=world.bob, call=late)
    before = world.balance(world.bob)
    world.send(world.stranger, *refund)
    assert world.balance(world.bob) == before + 5 * WEI_PER_UNIT
    world.fails("NotDeliverable", lot, index, sender=world.stranger, call=refund)
    world.send(world.stranger, "reclaim", lot, bits(0))
    assert world.owner_of(goods[0]) == world.seller
    assert world.view("proceeds", world.seller) == (7 + 1) * WEI_PER_UNIT - rebate


def test_nothing_delivered_at_all(world: World) -> None:
    """The seller earns nothing; rebates come out of its stake all the same."""
    token = world.hostile_token()
    lot = world.list_goods(world.mint(world.seller, 1, token))
    star = announce((world.bob, 5, bits(0)))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    world.answer(lot, star, world.bob, yes=True)
    world.behave(token, ItemManner.REFUSE)
    world.chain.advance_to(world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW)
    world.send(world.bob, "refund", lot, star.words, 0)
    world.send(world.ann, "claim", lot)
    assert world.view("proceeds", world.seller) == WEI_PER_UNIT - WEI_PER_UNIT * 5 // 12
    assert world.balance(world.auction) == WEI_PER_UNIT - WEI_PER_UNIT * 5 // 12


def test_delivery_can_be_tried_again_and_in_parts(world: World, accepted: Accepted) -> None:
    """The seller is paid when the whole bundle has arrived, and not before."""
    lot, token, star, goods = accepted
    world.behave(token, ItemManner.REFUSE)
    receipt = world.deliver(lot, star, world.bob, bits(0, 1, 3), sender=world.seller)
    assert [name for name, _ in world.events(receipt)] == ["GoodsGiven"]
    assert world.owner_of(goods[0]) == world.bob
    assert world.owner_of(goods[1]) == world.auction  # not in the bundle
    assert world.view("proceeds", world.seller) == 0
    index = index_of(star, world.bob)
    again = ("deliver", lot, star.words, index, bits(0))
    world.fails("NoGoodsLeft", lot, bits(0), sender=world.seller, call=again)
    world.behave(token, ItemManner.HONEST)
    world.deliver(lot, star, world.bob, bits(2))  # the rest, by anyone
    assert world.owner_of(goods[2]) == world.bob
    assert world.view("proceeds", world.seller) == 5 * WEI_PER_UNIT
    whole = ("deliver", lot, star.words, index, EVERYTHING)
    world.fails("NotDeliverable", lot, index, sender=world.keeper, call=whole)
    world.chain.advance_to(world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW)
    refund = ("refund", lot, star.words, index)
    world.fails("NotDeliverable", lot, index, sender=world.bob, call=refund)


def test_a_buyer_cannot_take_a_part_and_have_the_price_back(
    world: World, accepted: Accepted
) -> None:
    """Of a token that Bob can keep from coming to it, it would get the other goods of the bundle for nothing."""
    lot, token, star, goods = accepted
    world.behave(token, ItemManner.REFUSE)
    index = index_of(star, world.bob)
    for who in (world.bob, world.ann, world.stranger):
        call = ("deliver", lot, star.words, index, bits(0))
        world.fails("NotWhole", lot, index, bits(2), sender=who, call=call)
    world.chain.advance_to(world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW)
    world.send(world.bob, "refund", lot, star.words, index)
    world.send(world.stranger, "reclaim", lot, bits(0))
    assert world.owner_of(goods[0]) == world.seller


def test_a_bundle_delivered_in_part_is_refunded_in_full(world: World, accepted: Accepted) -> None:
    """Part of a bundle may be worth nothing; only the seller, whose goods they are, can give parts away so."""
    lot, token, star, goods = accepted
    world.behave(token, ItemManner.REFUSE)
    world.deliver(lot, star, world.bob, bits(0), sender=world.seller)
    world.chain.advance_to(world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW)
    before = world.balance(world.bob)
    world.send(world.stranger, "refund", lot, star.words, index_of(star, world.bob))
    assert world.balance(world.bob) == before + 5 * WEI_PER_UNIT
    world.behave(token, ItemManner.HONEST)
    world.send(world.stranger, "reclaim", lot, EVERYTHING)
    owners = [world.owner_of(good) for good in goods]
    assert owners == [world.bob, world.auction, world.seller, world.seller]


def test_what_was_accepted_cannot_be_reclaimed(world: World, accepted: Accepted) -> None:
    """Neither before it is delivered, nor while the delivery is late."""
    lot, _, star, goods = accepted
    world.send(world.seller, "reclaim", lot, EVERYTHING)
    assert world.owner_of(goods[3]) == world.seller
    call = ("reclaim", lot, EVERYTHING)
    # what is left is held by buyers
    world.fails("NoGoodsLeft", lot, bits(3), sender=world.seller, call=call)
    world.deliver(lot, star, world.bob)


def test_nothing_can_be_delivered_that_was_not_accepted(world: World) -> None:
    lot, _, _ = mixed(world)
    star = announce((world.bob, 5, bits(0, 2)), (world.cid, 7, bits(1)))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    for who in (world.bob, world.cid):
        index = index_of(star, who)
        for _ in ("while answers are taken", "afterwards"):
            call = ("deliver", lot, star.words, index, EVERYTHING)
            world.fails("NotDeliverable", lot, index, sender=who, call=call)
            refund = ("refund", lot, star.words, index)
            world.fails("NotDeliverable", lot, index, sender=who, call=refund)
            world.chain.advance_to(world.state(lot)["endOfAnswers"])


@pytest.mark.parametrize("manner", BAD)
def test_a_wish_that_a_token_refuses(world: World, manner: ItemManner) -> None:
    """The star gets the rest, and what was refused whenever the token has come round: nobody else may have it."""
    lot, token, goods = mixed(world)
    star = announce((world.bob, 5, bits(0)), wish=bits(0, 2))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, HEADS)
    world.behave(token, manner)
    for call in (("deliverWish", lot, EVERYTHING), ("reclaim", lot, EVERYTHING)):
        with pytest.raises(Reverted):
            world.send(world.keeper, *call)
    world.send(world.keeper, "deliverWish", lot, bits(0))
    world.send(world.keeper, "reclaim", lot, bits(1))
    world.send(world.ann, "claim", lot)
    world.chain.advance_to(world.now() + 30 * 24 * 3_600)
    world.behave(token, ItemManner.HONEST)
    world.send(world.keeper, "reclaim", lot, EVERYTHING)
    world.send(world.keeper, "deliverWish", lot, EVERYTHING)
    owners = [world.owner_of(good) for good in goods]
    assert owners == [world.ann, world.seller, world.ann, world.seller]


@pytest.mark.parametrize(
    "call",
    ["deliver", "refund", "reclaim", "deliverWish", "settle", "claimBatch", "withdrawProceeds"],
)
def test_a_token_that_calls_back_during_delivery(
    world: World, accepted: Accepted, call: str
) -> None:
    """It can do what anybody may, once; a bundle is delivered and paid for once. (`world` counts the money after it.)"""
    lot, token, star, goods = accepted
    index = index_of(star, world.bob)
    arguments: dict[str, tuple[object, ...]] = {
        "deliver": (lot, star.words, index, EVERYTHING),
        "refund": (lot, star.words, index),
        "reclaim": (lot, bits(0, 2)),
        "deliverWish": (lot, EVERYTHING),
        "settle": (lot,),
        "claimBatch": (lot, [world.ann, world.bob]),
        "withdrawProceeds": (world.seller,),
    }
    world.prepare(token, call, *arguments[call])
    world.behave(token, ItemManner.REENTER)
    receipt = world.deliver(lot, star, world.bob)
    (success, error), *more = world.reentered(receipt)
    assert not more
    assert success == (call in ("settle", "claimBatch"))
    refused = {
        "deliver": "NotDeliverable",
        "refund": "NotDeliverable",
        "reclaim": "NoGoodsLeft",
        "deliverWish": "WrongResilientPhase",
        "withdrawProceeds": "NoProceeds",
    }
    assert error == refused.get(call, "")
    assert world.owner_of(goods[2]) == world.bob
    assert world.ledger().proceeds[world.seller] >= 5 * WEI_PER_UNIT


def test_a_token_that_calls_back_while_it_is_listed(world: World) -> None:
    """What it lists or adds meanwhile gets numbers of its own."""
    token = world.hostile_token()
    goods = world.mint(world.seller, 2, token)
    world.prepare(token, "commit", 1, b"\1" * 24)
    world.behave(token, ItemManner.REENTER)
    lot = world.list_goods(goods)
    assert [world.view("goodOf", lot, n) for n in range(3)] == [*goods, ("0x" + "00" * 20, 0)]
    assert world.view("bidOf", lot, token) == NOTHING


@pytest.mark.parametrize("manner", [ItemManner.IDLE, ItemManner.REFUSE])
def test_a_token_that_does_not_come_is_not_listed(world: World, manner: ItemManner) -> None:
    token = world.hostile_token()
    goods = world.mint(world.seller, 1, token)
    world.behave(token, manner)
    with pytest.raises(Reverted):
        world.list_goods(goods)
    assert world.view("lotCount") == 0


def test_a_buyer_that_refuses_its_refund(world: World) -> None:
    """The price waits for it; the sale goes on."""
    lot, token, _ = mixed(world)
    buyer = world.actor(Manner.BURN_GAS)
    star = announce((buyer, 5, bits(2)))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    world.answer(lot, star, buyer, yes=True)
    world.behave(token, ItemManner.REFUSE)
    world.chain.advance_to(world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW)
    receipt = world.send(world.stranger, "refund", lot, star.words, 0)
    assert [name for name, _ in world.events(receipt)] == ["BundleRefunded", "PushCredited"]
    assert receipt.gas_used < 150_000
    world.send(buyer, "withdrawProceeds", world.eve)
    assert world.view("proceeds", buyer) == 0


# WHAT ARRIVES, AND WHERE


@pytest.mark.parametrize("word", [HEADS, TAILS])
def test_a_token_whose_owner_may_not_move_it(world: World, word: int) -> None:
    """Who is approved may, so the auction approves itself: wish, bundle and what is left all arrive."""
    token = world.hostile_token(ItemManner.APPROVED_ONLY)
    goods = approved(world, token, 2)
    lot = world.list_goods(goods)
    star = announce((world.bob, 5, bits(0)), wish=bits(0))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, word)
    if word == HEADS:
        world.send(world.keeper, "deliverWish", lot, EVERYTHING)
    else:
        world.answer(lot, star, world.bob, yes=True)
        world.deliver(lot, star, world.bob)
    world.send(world.keeper, "reclaim", lot, EVERYTHING)
    owners = [world.owner_of(good) for good in goods]
    assert owners == [world.ann if word == HEADS else world.bob, world.seller]


@pytest.mark.parametrize("manner", [ItemManner.LOCKED, ItemManner.TRAP])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_the_auction_could_not_move_is_not_listed(
    world: World, place: int, manner: ItemManner
) -> None:
    """Wherever among the goods it stands; nothing is taken then."""
    token = world.hostile_token(manner)
    goods = world.mint(world.seller, 2)
    (stuck,) = approved(world, token, 1)
    goods.insert(place, stuck)
    start = world.now()
    call = ("list", goods, 1, 2, (start + 600, start + 1_200, 600, 1_000))
    world.fails("ItemCannotLeave", *stuck, sender=world.seller, call=call, value=WEI_PER_UNIT)
    lot = world.list_goods(goods[:place] + goods[place + 1 :])
    add = ("add", lot, [stuck])
    world.fails("ItemCannotLeave", *stuck, sender=world.seller, call=add)
    assert world.owner_of(stuck) == world.seller


def approved(world: World, token: str, count: int) -> list[tuple[str, int]]:
    """New goods of the seller's, of a token that heeds approvals one by one only."""
    goods = world.mint(world.seller, count, token)
    for good, number in goods:
        data = contract("Item").encode("approve", world.auction, number)
        world.as_(world.seller, good, data)
    return goods


def test_a_sale_that_lost_a_good_gives_away_no_other(world: World, accepted: Accepted) -> None:
    """Good 2 ran out, and who took it lists it in a sale of its own: that sale has it, whatever was accepted here."""
    lot, token, star, goods = accepted
    index = index_of(star, world.bob)
    world.as_(world.dan, token, contract("HostileItem").encode("seize", world.dan, goods[2][1]))
    data = contract("Item").encode("approve", world.auction, goods[2][1])
    world.as_(world.dan, token, data)
    other = world.list_goods([goods[2]], seller=world.dan)
    gone = ("NotHeldFor", lot, *goods[2])
    delivery = ("deliver", lot, star.words, index, EVERYTHING)
    world.fails(*gone, sender=world.keeper, call=delivery)
    elsewhere = ("deliverTo", lot, star.words, index, world.eve)
    world.fails(*gone, sender=world.bob, call=elsewhere)
    world.chain.advance_to(world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW)
    world.send(world.keeper, "refund", lot, star.words, index)
    world.fails(*gone, sender=world.seller, call=("reclaim", lot, EVERYTHING))
    world.send(world.seller, "reclaim", lot, bits(0, 3))
    world.to(other, Phase.DRAW)
    world.send(world.keeper, "reclaim", other, EVERYTHING)
    owners = [world.owner_of(goods[n]) for n in (0, 2, 3)]
    assert owners == [world.seller, world.dan, world.seller]


def test_a_wish_for_a_good_that_was_lost(world: World) -> None:
    """The star cannot have it out of another's sale either."""
    lot, token, goods = mixed(world)
    star = announce((world.bob, 5, bits(0)), wish=bits(0, 2))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, HEADS)
    world.as_(world.dan, token, contract("HostileItem").encode("seize", world.dan, goods[2][1]))
    data = contract("Item").encode("approve", world.auction, goods[2][1])
    world.as_(world.dan, token, data)
    world.list_goods([goods[2]], seller=world.dan)
    gone = ("NotHeldFor", lot, *goods[2])
    world.fails(*gone, sender=world.ann, call=("deliverWish", lot, EVERYTHING))
    world.fails(*gone, sender=world.ann, call=("deliverWishTo", lot, bits(2), world.eve))
    world.send(world.ann, "deliverWish", lot, bits(0))
    assert [world.owner_of(goods[n]) for n in (0, 2)] == [world.ann, world.auction]


@pytest.mark.parametrize("manner", [ItemManner.SAY_FALSE, ItemManner.IDLE])
def test_what_did_not_arrive_is_not_paid_for(
    world: World, accepted: Accepted, manner: ItemManner
) -> None:
    """Its token said nothing, or false: the buyer gets its price back, the seller the goods once they move."""
    lot, token, star, goods = accepted
    world.behave(token, manner)
    index = index_of(star, world.bob)
    delivery = ("deliver", lot, star.words, index, EVERYTHING)
    world.fails("ItemNotDelivered", *goods[2], world.bob, sender=world.keeper, call=delivery)
    world.deliver(lot, star, world.cid)
    world.chain.advance_to(world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW)
    before = world.balance(world.bob)
    world.send(world.stranger, "refund", lot, star.words, index)
    assert world.balance(world.bob) == before + 5 * WEI_PER_UNIT
    world.send(world.keeper, "claimBatch", lot, [world.ann])
    back = ("reclaim", lot, EVERYTHING)
    world.fails("ItemNotDelivered", *goods[2], world.seller, sender=world.keeper, call=back)
    world.send(world.keeper, "reclaim", lot, bits(0))
    world.behave(token, ItemManner.HONEST)
    world.send(world.keeper, "reclaim", lot, EVERYTHING)
    owners = [world.owner_of(good) for good in goods]
    assert owners == [world.seller, world.cid, world.seller, world.seller]


def test_a_wish_that_does_not_arrive(world: World) -> None:
    """It stays the star's, and comes once the token moves it."""
    lot, token, goods = mixed(world)
    star = announce((world.bob, 5, bits(0)), wish=bits(2))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, HEADS)
    world.behave(token, ItemManner.SAY_FALSE)
    call = ("deliverWish", lot, EVERYTHING)
    world.fails("ItemNotDelivered", *goods[2], world.ann, sender=world.keeper, call=call)
    world.behave(token, ItemManner.HONEST)
    world.send(world.keeper, "deliverWish", lot, EVERYTHING)
    assert world.owner_of(goods[2]) == world.ann


def test_a_buyer_names_another_recipient(world: World, accepted: Accepted) -> None:
    """Its wallet is full; the seller is paid for the whole bundle, which nobody else can send anywhere."""
    lot, token, star, goods = accepted
    world.mint(world.bob, 1, token)
    world.behave(token, ItemManner.ONE_PER_WALLET)
    with reverts("Error('one each')"):
        world.deliver(lot, star, world.bob)
    index = index_of(star, world.bob)
    elsewhere = ("deliverTo", lot, star.words, index, world.eve)
    for who in (world.ann, world.cid, world.seller, world.stranger):
        world.fails("NotOffered", lot, index, who, sender=who, call=elsewhere)
    for lost in (world.auction, "0x" + "00" * 20):
        call = ("deliverTo", lot, star.words, index, lost)
        world.fails("BadRecipient", lost, sender=world.bob, call=call)
    before = world.view("proceeds", world.seller)
    receipt = world.send(world.bob, *elsewhere)
    given = {"lot": lot, "recipient": world.eve, "goods": bits(0, 2)}
    assert ("GoodsGiven", given) in world.events(receipt)
    assert world.view("proceeds", world.seller) == before + 5 * WEI_PER_UNIT
    assert [world.owner_of(goods[n]) for n in (0, 2)] == [world.eve] * 2
    world.fails("NotDeliverable", lot, index, sender=world.bob, call=elsewhere)


def test_a_buyer_too_late_to_name_anybody(world: World, accepted: Accepted) -> None:
    lot, _, star, _ = accepted
    end = world.state(lot)["endOfAnswers"] + DELIVERY_WINDOW
    world.chain.advance_to(end)
    call = ("deliverTo", lot, star.words, index_of(star, world.bob), world.eve)
    world.fails("TooLate", lot, end, sender=world.bob, call=call)


def test_a_star_names_another_recipient(world: World) -> None:
    """For any part of its wish; nobody else does, and nobody on tails."""
    lot, _, goods = mixed(world)
    star = announce((world.bob, 5, bits(0)), wish=bits(0, 2))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, HEADS)
    elsewhere = ("deliverWishTo", lot, bits(2, 3), world.eve)
    for who in (world.bob, world.seller):
        world.fails("NotStar", lot, who, sender=who, call=elsewhere)
    call = ("deliverWishTo", lot, bits(2), world.auction)
    world.fails("BadRecipient", world.auction, sender=world.ann, call=call)
    world.send(world.ann, *elsewhere)
    world.send(world.keeper, "deliverWish", lot, EVERYTHING)
    owners = [world.owner_of(good) for good in goods]
    assert owners == [world.ann, world.auction, world.eve, world.auction]
    world.fails("NoGoodsLeft", lot, bits(2), sender=world.ann, call=elsewhere)


def test_nobody_has_a_wish_on_tails(world: World, accepted: Accepted) -> None:
    lot = accepted[0]
    call = ("deliverWishTo", lot, EVERYTHING, world.eve)
    world.fails("WrongResilientPhase", lot, Phase.FINAL, sender=world.ann, call=call)


def test_nobody_else_rehearses(world: World, accepted: Accepted) -> None:
    """A rehearsal is between the auction and itself."""
    call = ("rehearse", *accepted[3][3], world.stranger)
    world.fails("NotItself", world.stranger, sender=world.stranger, call=call)
