"""Answers: each by whom the offer is to, once, in time and at its price; nothing else makes a YES or a NO."""

import pytest

from offchain.bindings.announcements import Announcement
from offchain.chain.backend import Reverted, Transaction
from offchain.io.units import WEI_PER_UNIT
from tests.puppets import Manner
from tests.resilient.resilient_world import (
    EVERYTHING,
    HOUR,
    TAILS,
    Phase,
    World,
    announce,
    bits,
    index_of,
)

Tails = tuple[int, Announcement, list[tuple[str, int]]]
"""A sale's number, what is carried out, and the goods."""


@pytest.fixture
def tails(world: World) -> Tails:
    """Ann is the star: good 0 to Bob for 5, goods 1 and 2 to Cid for 7, 3 to Dan for 1. The coin fell tails."""
    lot, goods = world.sale(5)
    star = announce(
        (world.bob, 5, bits(0)), (world.cid, 7, bits(1, 2)), (world.dan, 1, bits(3)), wish=bits(4)
    )
    world.announced(lot, {world.ann: star, world.bob: announce((world.ann, 4, bits(0)))})
    world.decide(lot, star, TAILS)
    return lot, star, goods


def test_yes_no_and_silence(world: World, tails: Tails) -> None:
    """Bob takes his and pays; Cid declines, Dan says nothing: the star pays for both."""
    lot, star, goods = tails
    world.answer(lot, star, world.bob, yes=True)
    world.answer(lot, star, world.cid, yes=False)
    assert world.view("phase", lot) == Phase.ANSWERS
    world.fails("WrongResilientPhase", lot, Phase.ANSWERS, sender=world.ann, call=("claim", lot))
    assert world.view("dueOf", lot, world.ann) == 0
    world.to(lot, Phase.FINAL)
    assert world.view("phase", lot) == Phase.FINAL
    world.deliver(lot, star, world.bob)
    world.send(world.stranger, "reclaim", lot, EVERYTHING)
    assert [world.owner_of(good) for good in goods] == [world.bob, *[world.seller] * 4]
    # R is 13 and 4 of 18 with the 1: rebates of 13/36 and 4/36 of a unit, rounded down to the wei
    rebates = [WEI_PER_UNIT * 13 // 36, WEI_PER_UNIT * 4 // 36]
    assert world.view("rebateOf", lot, world.ann) == (13, 36)
    assert world.view("dueOf", lot, world.ann) == (27 - 8) * WEI_PER_UNIT + rebates[0]
    assert world.view("dueOf", lot, world.bob) == 9 * WEI_PER_UNIT + rebates[1]
    world.send(world.ann, "claim", lot)
    world.send(world.bob, "claimTo", lot, world.eve)
    assert world.view("proceeds", world.seller) == (13 + 1) * WEI_PER_UNIT - sum(rebates)
    world.send(world.seller, "withdrawProceeds", world.seller)
    assert world.balance(world.auction) == 0


def test_all_answers_end_the_wait(world: World, tails: Tails) -> None:
    """Nobody waits for a deadline when everybody has answered."""
    lot, star, _ = tails
    for who in (world.bob, world.cid, world.dan):
        assert world.view("phase", lot) == Phase.ANSWERS
        world.answer(lot, star, who, yes=True)
    assert world.view("phase", lot) == Phase.FINAL
    assert world.view("dueOf", lot, world.ann) == 27 * WEI_PER_UNIT + WEI_PER_UNIT * 13 // 36


def test_an_offer_of_nothing_waits_for_nobody(world: World) -> None:
    lot, _ = world.sale(1)
    star = announce(wish=bits(0))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    assert world.view("phase", lot) == Phase.FINAL
    assert world.view("dueOf", lot, world.ann) == WEI_PER_UNIT


def test_answering_for_others(world: World, tails: Tails) -> None:
    """Nobody can: not the star, who would spare the fine, nor the seller, who would collect it."""
    lot, star, _ = tails
    index = index_of(star, world.bob)
    for who in (world.ann, world.seller, world.cid, world.stranger):
        for yes in (True, False):
            call, value = ("answer", lot, star.words, index, yes), 5 * WEI_PER_UNIT if yes else 0
            world.fails("NotOffered", lot, index, who, sender=who, call=call, value=value)


def test_answering_twice(world: World, tails: Tails) -> None:
    """Neither answer can be taken back, or paid again."""
    lot, star, _ = tails
    for who, first in ((world.bob, True), (world.cid, False)):
        world.answer(lot, star, who, yes=first)
        index = index_of(star, who)
        for yes in (True, False):
            value = star.offers[index][1] * WEI_PER_UNIT if yes else 0
            call = ("answer", lot, star.words, index, yes)
            world.fails("AlreadyAnswered", lot, index, sender=who, call=call, value=value)


def test_answering_late(world: World, tails: Tails) -> None:
    """Silence was a NO; the money of a late YES is not taken."""
    lot, star, _ = tails
    world.to(lot, Phase.FINAL)
    index = index_of(star, world.bob)
    call = ("answer", lot, star.words, index, True)
    world.fails(
        "WrongResilientPhase", lot, Phase.FINAL, sender=world.bob, call=call, value=5 * WEI_PER_UNIT
    )


def test_answering_at_another_price(world: World, tails: Tails) -> None:
    """A YES pays exactly the price, a NO nothing."""
    lot, star, _ = tails
    index = index_of(star, world.bob)
    for yes, value, due in ((True, 0, 5), (True, 4, 5), (True, 6, 5), (False, 5, 0), (False, 1, 0)):
        call, error = (
            ("answer", lot, star.words, index, yes),
            ("WrongPayment", lot, value * WEI_PER_UNIT),
        )
        world.fails(
            *error, due * WEI_PER_UNIT, sender=world.bob, call=call, value=value * WEI_PER_UNIT
        )


def test_answering_to_another_announcement(world: World, tails: Tails) -> None:
    """Not Bob's own, and not a forgery at a better price: only what was announced counts."""
    lot, star, _ = tails
    forged = announce((world.bob, 1, bits(0, 1, 2)))
    call = ("answer", lot, forged.words, 0, True)
    world.fails("WrongAnnouncement", lot, sender=world.bob, call=call, value=WEI_PER_UNIT)
    call = ("answer", lot, star.words, 3, True)
    world.fails("NoSuchOffer", lot, 3, sender=world.bob, call=call, value=WEI_PER_UNIT)


def test_a_star_cannot_be_spared_by_want_of_gas(world: World, tails: Tails) -> None:
    """An answer is whole or did not happen, with however little gas it is sent."""
    lot, star, _ = tails
    index = index_of(star, world.bob)
    data = world.auction_abi.encode("answer", lot, star.words, index, True)
    call = Transaction(world.bob, world.auction, data, 5 * WEI_PER_UNIT)
    enough = world.chain.estimate(call)
    with pytest.raises(Reverted):
        world.answer(lot, star, world.bob, yes=True, gas=enough * 2 // 3)
    assert world.state(lot)["answered"] == 0
    world.answer(lot, star, world.bob, yes=True, gas=enough)
    state = world.state(lot)
    assert (state["answered"], state["accepted"], state["taken"]) == (1 << index, 1 << index, 5)


def test_offers_to_nobody_are_fined(world: World) -> None:
    """An address that nobody acts for, the zero address, and a contract that cannot answer say NO by silence."""
    lot, goods = world.sale(3)
    nobody = "0x" + "00" * 19 + "01"
    star = announce(
        ("0x" + "00" * 20, 1, bits(0)), (nobody, 2, bits(1)), (world.auction, 3, bits(2))
    )
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    world.to(lot, Phase.FINAL)
    assert world.view("dueOf", lot, world.ann) == (13 - 6) * WEI_PER_UNIT + WEI_PER_UNIT * 6 // 14
    world.send(world.stranger, "reclaim", lot, EVERYTHING)
    assert {world.owner_of(good) for good in goods} == {world.seller}


def test_a_star_that_hears_no_from_everybody_pays_all_it_offered(world: World) -> None:
    """With no more in deposit than that: what is left is the rebate."""
    lot, _ = world.sale(3)
    star = announce((world.bob, 5, bits(0)), (world.cid, 7, bits(1)))
    world.seal(lot, world.ann, star, deposit=12)
    world.to(lot, Phase.REVEAL)
    world.reveal(lot, [(world.ann, star)])
    world.to(lot, Phase.DRAW)
    world.decide(lot, star, TAILS)
    for who in (world.bob, world.cid):
        world.answer(lot, star, who, yes=False)
    rebate = WEI_PER_UNIT * 12 // 26
    assert world.view("dueOf", lot, world.ann) == rebate
    world.send(world.keeper, "claimBatch", lot, [world.ann])
    assert world.view("proceeds", world.seller) == 13 * WEI_PER_UNIT - rebate


def test_the_seller_may_be_offered_something(world: World) -> None:
    """It then pays itself."""
    lot, goods = world.sale(1)
    star = announce((world.seller, 5, bits(0)))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    world.answer(lot, star, world.seller, yes=True)
    world.deliver(lot, star, world.seller)
    assert world.owner_of(goods[0]) == world.seller
    assert world.view("proceeds", world.seller) == 5 * WEI_PER_UNIT


def test_a_contract_can_answer(world: World) -> None:
    """And receives goods though it knows nothing of tokens."""
    lot, goods = world.sale(1)
    buyer = world.actor(Manner.REFUSE)
    star = announce((buyer, 5, bits(0)))
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, TAILS)
    world.answer(lot, star, buyer, yes=True)
    world.deliver(lot, star, buyer)
    assert world.owner_of(goods[0]) == buyer


def test_when_answers_are_taken(world: World, tails: Tails) -> None:
    """For as long as listed, from the decision on, however late that comes."""
    lot, star, _ = tails
    assert world.state(lot)["endOfAnswers"] >= world.state(lot)["endOfReveal"] + HOUR
    world.chain.advance_to(world.state(lot)["endOfAnswers"] - 30)
    world.answer(lot, star, world.bob, yes=True)
