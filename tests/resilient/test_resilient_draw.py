"""The coin: asked for once, when nothing can change any more; and what happens if it never falls."""

import pytest

from offchain.bindings.announcements import Announcement
from offchain.chain.backend import Reverted
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from tests.resilient.resilient_world import (
    DRAW_WINDOW,
    EVERYTHING,
    HEADS,
    TAILS,
    Flaw,
    Outcome,
    Phase,
    World,
    announce,
    bits,
)
from tests.reverts import reverts


def test_the_coin_is_asked_for_when_all_is_known(world: World) -> None:
    """Not while an announcement can still be sealed or kept back; then by anyone, once."""
    lot, _ = world.sale()
    one = announce((world.bob, 2, bits(0)))
    world.seal(lot, world.ann, one)
    call, decide = ("requestDraw", lot), ("decide", lot, one.words)
    for phase in (Phase.BIDDING, Phase.REVEAL):
        world.fails("WrongResilientPhase", lot, phase, sender=world.stranger, call=call)
        world.fails("WrongResilientPhase", lot, phase, sender=world.stranger, call=decide)
        if phase == Phase.BIDDING:
            world.to(lot, Phase.REVEAL)
            world.reveal(lot, [(world.ann, one)])
    world.to(lot, Phase.DRAW)
    world.set_word(lot, HEADS)  # the source knows, but was not asked
    world.fails("NotDrawn", lot, sender=world.stranger, call=decide)
    world.send(world.stranger, "requestDraw", lot)
    with reverts("AlreadyRequested"):
        world.send(world.stranger, "requestDraw", lot)
    world.send(world.stranger, "decide", lot, one.words)
    world.fails("WrongResilientPhase", lot, Phase.FINAL, sender=world.stranger, call=call)
    world.fails("WrongResilientPhase", lot, Phase.FINAL, sender=world.stranger, call=decide)


@pytest.mark.parametrize(
    ("word", "outcome"),
    [(0, Outcome.TAILS), (1, Outcome.HEADS), (2**256 - 1, Outcome.HEADS), (2**255, Outcome.TAILS)],
)
def test_the_lowest_bit_is_the_coin(world: World, word: int, outcome: int) -> None:
    lot, _ = world.sale()
    one = announce((world.bob, 2, bits(0)))
    world.announced(lot, {world.ann: one})
    world.decide(lot, one, word)
    assert world.state(lot)["outcome"] == outcome


def test_only_the_announcement_that_rules_decides(world: World) -> None:
    """Neither that of a player who is no star, nor one that was never announced."""
    lot, _ = world.sale()
    star, other = announce((world.bob, 2, bits(0))), announce((world.bob, 1, bits(0)))
    world.announced(lot, {world.ann: star, world.cid: other})
    world.send(world.keeper, "requestDraw", lot)
    world.set_word(lot, HEADS)
    richer = announce((world.bob, 2, bits(0)), wish=EVERYTHING)
    for wrong in (other, richer):
        call = ("decide", lot, wrong.words)
        world.fails("WrongAnnouncement", lot, sender=world.ann, call=call)
    world.send(world.stranger, "decide", lot, star.words)


def test_heads_gives_the_star_its_wish_for_nothing(world: World) -> None:
    """Nobody pays, every deposit comes back, the rest of the goods returns."""
    lot, goods = world.sale(4)
    star = announce((world.bob, 5, bits(0, 1)), wish=bits(1, 3))
    other = announce((world.ann, 3, bits(2)), wish=bits(0))
    world.announced(lot, {world.ann: star, world.bob: other})
    world.decide(lot, star, HEADS)
    assert world.view("phase", lot) == Phase.FINAL
    call = ("answer", lot, star.words, 0, True)
    world.fails(
        "WrongResilientPhase", lot, Phase.FINAL, sender=world.bob, call=call, value=5 * WEI_PER_UNIT
    )
    refused = ("deliver", lot, star.words, 0, EVERYTHING)
    world.fails("NotDeliverable", lot, 0, sender=world.bob, call=refused)
    world.send(world.stranger, "deliverWish", lot, bits(1))
    world.send(world.stranger, "reclaim", lot, EVERYTHING)
    world.send(world.stranger, "deliverWish", lot, EVERYTHING)
    assert [world.owner_of(good) for good in goods] == [
        world.seller,
        world.ann,
        world.seller,
        world.ann,
    ]
    dues = [world.view("dueOf", lot, who) for who in (world.ann, world.bob)]
    assert dues == [11 * WEI_PER_UNIT, 7 * WEI_PER_UNIT]
    assert world.view("rebateOf", lot, world.ann)[0] == 0
    world.send(world.stranger, "claimBatch", lot, [world.ann, world.bob])
    assert world.view("proceeds", world.seller) == WEI_PER_UNIT == world.balance(world.auction)


def test_a_wish_can_be_had_on_heads_only(world: World) -> None:
    lot, _ = world.sale()
    star = announce((world.bob, 5, bits(0)), wish=bits(1))
    world.announced(lot, {world.ann: star})
    call = ("deliverWish", lot, EVERYTHING)
    world.fails("WrongResilientPhase", lot, Phase.DRAW, sender=world.ann, call=call)
    world.decide(lot, star, TAILS)
    world.fails("WrongResilientPhase", lot, Phase.ANSWERS, sender=world.ann, call=call)


@pytest.mark.parametrize("asked", [True, False], ids=["asked for", "not asked for"])
def test_a_word_that_never_comes_voids_the_sale(world: World, asked: bool) -> None:
    """After a week everything goes back, but for the bond of who kept silent: that was its own fault."""
    lot, goods = world.sale(2)
    star, silent = announce((world.bob, 5, bits(0)), wish=bits(1)), announce(wish=bits(0))
    world.seal(lot, world.cid, silent, deposit=50)
    world.announced(lot, {world.ann: star})
    if asked:
        world.send(world.keeper, "requestDraw", lot)
    call = ("claim", lot)
    world.fails("WrongResilientPhase", lot, Phase.DRAW, sender=world.ann, call=call)
    world.to(lot, Phase.VOID)
    world.set_word(lot, HEADS)  # too late
    late = ("decide", lot, star.words)
    world.fails("WrongResilientPhase", lot, Phase.VOID, sender=world.ann, call=late)
    before = [world.balance(who) for who in (world.ann, world.cid)]
    world.send(world.stranger, "claimBatch", lot, [world.ann, world.cid])
    gains = [
        world.balance(who) - was for who, was in zip((world.ann, world.cid), before, strict=True)
    ]
    assert gains == [11 * WEI_PER_UNIT, 45 * WEI_PER_UNIT]
    world.send(world.stranger, "reclaim", lot, EVERYTHING)
    assert {world.owner_of(good) for good in goods} == {world.seller}
    assert world.view("proceeds", world.seller) == WEI_PER_UNIT
    assert world.balance(world.auction) == (1 + 5) * WEI_PER_UNIT


def test_a_sale_that_nobody_revealed_is_void_and_costs_the_bonds(world: World) -> None:
    """Were it spared, rivals could have a sale called off by keeping silent together, for nothing."""
    lot, _ = world.sale()
    world.seal(lot, world.ann, announce((world.bob, 5, bits(0))), deposit=30)
    world.to(lot, Phase.DRAW)
    assert world.view("phase", lot) == Phase.VOID
    assert world.view("dueOf", lot, world.ann) == 27 * WEI_PER_UNIT
    world.send(world.ann, "claim", lot)
    assert world.view("proceeds", world.seller) == WEI_PER_UNIT
    assert world.balance(world.auction) == (1 + 3) * WEI_PER_UNIT


# SOURCES THAT MISBEHAVE


def test_a_source_that_refuses_to_be_asked(world: World) -> None:
    """The sale turns void in time; nobody's money depends on the source."""
    source = world.hostile_source()
    lot, _ = revealed(world)
    world.behave_source(source, "refuse")
    with pytest.raises(Reverted):
        world.send(world.keeper, "requestDraw", lot)
    world.to(lot, Phase.VOID)
    world.send(world.ann, "claim", lot)
    world.send(world.seller, "reclaim", lot, EVERYTHING)


def test_a_source_that_has_a_word_before_it_is_asked(world: World) -> None:
    """Such a coin could have been known before the announcements; none counts that nobody asked for."""
    source = world.hostile_source()
    lot, _ = world.sale()
    star = announce((world.bob, 2, bits(0)))
    world.announced(lot, {world.ann: star})
    world.behave_source(source, "set", True, HEADS)
    world.fails("NotDrawn", lot, sender=world.ann, call=("decide", lot, star.words))
    world.send(world.stranger, "requestDraw", lot)
    world.send(world.stranger, "decide", lot, star.words)


def test_a_source_that_calls_back_or_changes_its_mind(world: World) -> None:
    """It cannot decide before it was asked to, nor a second time."""
    source = world.hostile_source()
    lot, star = revealed(world)
    world.behave_source(source, "set", True, HEADS)
    world.prepare(source, "decide", lot, star.words)
    receipt = world.send(world.keeper, "requestDraw", lot)
    assert world.reentered(receipt) == [
        (True, "")
    ]  # all was final: as if anybody had decided just then
    world.behave_source(source, "set", True, TAILS)
    call = ("decide", lot, star.words)
    world.fails("WrongResilientPhase", lot, Phase.FINAL, sender=world.keeper, call=call)
    assert world.state(lot)["outcome"] == Outcome.HEADS


def revealed(world: World) -> tuple[int, Announcement]:
    """A sale that waits for its coin, and its star's announcement."""
    lot, _ = world.sale()
    star = announce((world.bob, 5, bits(0)), wish=bits(1))
    world.announced(lot, {world.ann: star})
    return lot, star


# THE SELLER'S OWN OFFER


def with_own(world: World, star: Announcement, own: Announcement, goods: int = 3) -> int:
    """A sale that waits for its coin, with Ann's announcement and one of the seller's own."""
    lot, _ = world.sale(goods)
    world.seal(lot, world.seller, own)
    world.seal(lot, world.ann, star)
    world.to(lot, Phase.REVEAL)
    world.reveal(lot, [(world.seller, own), (world.ann, star)])
    world.to(lot, Phase.DRAW)
    return lot


@pytest.mark.parametrize("answers", [(True, True), (True, False), (False, False)])
def test_the_sellers_own_offer_takes_the_place_of_a_smaller_one_on_tails(
    world: World, answers: tuple[bool, bool]
) -> None:
    """No star, no wish; a NO costs nobody anything, and rebates are paid even if nothing is earned."""
    star = announce((world.bob, 5, bits(0)), wish=bits(0, 1, 2))
    own = announce((world.bob, 4, bits(1)), (world.ann, 2, bits(2)))
    lot = with_own(world, star, own)
    world.send(world.keeper, "requestDraw", lot)
    world.set_word(lot, TAILS)
    call = ("decide", lot, star.words)
    world.fails("WrongAnnouncement", lot, sender=world.ann, call=call)
    world.send(world.keeper, "decide", lot, own.words)
    assert world.state(lot)["outcome"] == Outcome.OWN
    for who, yes in zip((world.bob, world.ann), answers, strict=True):
        world.answer(lot, own, who, yes)
        if yes:
            world.deliver(lot, own, who)
    world.fails(
        "WrongResilientPhase", lot, Phase.FINAL, sender=world.ann, call=("deliverWish", lot, 1)
    )
    earned = sum(p for p, yes in zip((4, 2), answers, strict=True) if yes) * WEI_PER_UNIT
    # Ann offered 5 of 5: half of a unit times 5/6, rounded down
    rebate = WEI_PER_UNIT * 5 // 12
    assert world.view("rebateOf", lot, world.ann) == (5, 12)
    assert world.view("dueOf", lot, world.ann) == 11 * WEI_PER_UNIT + rebate
    assert world.view("rebateOf", lot, world.seller)[0] == 0
    assert world.view("dueOf", lot, world.seller) == 13 * WEI_PER_UNIT
    world.send(world.stranger, "claimBatch", lot, [world.ann, world.bob, world.seller])
    assert world.view("proceeds", world.seller) == earned + WEI_PER_UNIT - rebate
    assert world.balance(world.auction) == earned + WEI_PER_UNIT - rebate


def test_on_heads_nothing_is_sold_where_the_sellers_own_offer_is_worth_the_most(
    world: World,
) -> None:
    """Nobody is asked, no wish is granted, no rebate paid; goods and deposits go back, but for bonds."""
    lot, goods = world.sale(3)
    star = announce((world.bob, 5, bits(0)), wish=bits(0, 1, 2))
    own = announce((world.bob, 4, bits(1)), (world.ann, 2, bits(2)))
    world.seal(lot, world.cid, announce(), deposit=50)  # never revealed
    world.announced(lot, {world.seller: own, world.ann: star})
    world.send(world.keeper, "requestDraw", lot)
    world.set_word(lot, HEADS)
    call = ("decide", lot, star.words)
    world.fails("WrongAnnouncement", lot, sender=world.ann, call=call)
    receipt = world.send(world.keeper, "decide", lot, own.words)
    (_, decided), *_ = world.events(receipt)
    assert decided["outcome"] == Outcome.UNSOLD
    final = Phase.FINAL
    assert world.view("phase", lot) == final
    for one, value in ((own, 4), (star, 5)):
        answer = ("answer", lot, one.words, 0, True)
        world.fails(
            "WrongResilientPhase",
            lot,
            final,
            sender=world.bob,
            call=answer,
            value=value * WEI_PER_UNIT,
        )
    world.fails(
        "WrongResilientPhase", lot, final, sender=world.ann, call=("deliverWish", lot, EVERYTHING)
    )
    assert world.view("rebateOf", lot, world.ann)[0] == 0
    dues = [world.view("dueOf", lot, who) for who in (world.ann, world.cid)]
    assert dues == [11 * WEI_PER_UNIT, 45 * WEI_PER_UNIT]
    world.send(world.stranger, "reclaim", lot, EVERYTHING)
    assert {world.owner_of(good) for good in goods} == {world.seller}
    everybody = [world.ann, world.cid, world.seller]
    world.send(world.stranger, "claimBatch", lot, everybody)
    assert world.view("proceeds", world.seller) == WEI_PER_UNIT  # its stake
    assert world.balance(world.auction) == (1 + 5) * WEI_PER_UNIT  # and the bond


def test_an_own_offer_waits_for_the_coin(world: World) -> None:
    """Without one it cannot be carried out, by whomever: the seller would have its price for certain, and a player a
    reason to tell less than it knows."""
    star, own = announce((world.bob, 5, bits(0))), announce((world.bob, 6, bits(1)))
    lot = with_own(world, star, own)
    world.set_word(lot, TAILS)  # the source knows, but was not asked
    for who in (world.seller, world.stranger):
        world.fails("NotDrawn", lot, sender=who, call=("decide", lot, own.words))
    world.send(world.seller, "requestDraw", lot)
    world.send(world.stranger, "decide", lot, own.words)


def test_the_seller_cannot_open_its_own_offer_once_the_coin_can_be_known(world: World) -> None:
    """It may keep it sealed, for its bond, but chooses before the coin is asked for."""
    lot, _ = world.sale(1)
    star, own = announce((world.bob, 5, bits(0))), announce((world.bob, 9, bits(0)))
    world.seal(lot, world.seller, own)
    world.announced(lot, {world.ann: star})
    call = ("reveal", lot, own.words)
    world.fails("WrongResilientPhase", lot, Phase.DRAW, sender=world.seller, call=call)
    world.send(world.keeper, "requestDraw", lot)
    world.fails("WrongResilientPhase", lot, Phase.DRAW, sender=world.seller, call=call)
    call = ("decide", lot, own.words)
    world.set_word(lot, HEADS)
    world.fails("WrongAnnouncement", lot, sender=world.seller, call=call)
    world.send(world.stranger, "decide", lot, star.words)
    assert world.state(lot)["outcome"] == Outcome.HEADS


@pytest.mark.parametrize("word", [HEADS, TAILS], ids=["heads", "tails"])
def test_a_seller_who_calls_the_sale_off_by_an_offer_that_nobody_pays(
    world: World, word: int
) -> None:
    """Opened last, when all others are known. It costs no more than the rebates, on tails; no player loses anything."""
    lot, goods = world.sale(2)
    veto = announce(("0x" + "77" * 20, 2**63, bits(0)))
    star = announce((world.bob, 5, bits(0)), wish=bits(0, 1))
    world.seal(lot, world.seller, veto, deposit=2**63)
    world.seal(lot, world.ann, star)
    world.to(lot, Phase.REVEAL)
    world.send(world.ann, "reveal", lot, star.words)
    world.send(world.seller, "reveal", lot, veto.words)
    world.to(lot, Phase.DRAW)
    world.decide(lot, veto, word)
    if word == TAILS:
        world.to(lot, Phase.FINAL)
    rebate = WEI_PER_UNIT * 5 // 12 if word == TAILS else 0
    assert world.view("dueOf", lot, world.ann) == 11 * WEI_PER_UNIT + rebate
    world.send(world.stranger, "reclaim", lot, EVERYTHING)
    assert {world.owner_of(good) for good in goods} == {world.seller}
    world.send(world.stranger, "claimBatch", lot, [world.ann, world.seller])
    assert world.view("proceeds", world.seller) == WEI_PER_UNIT - rebate


def test_an_own_offer_that_is_worth_no_more_changes_nothing(world: World) -> None:
    """On a tie the star's is carried out, with its fines; and the seller's is in no rebate."""
    star, own = announce((world.bob, 5, bits(0))), announce((world.bob, 5, bits(1)))
    lot = with_own(world, star, own)
    assert world.state(lot)["revenues"] == 5
    world.decide(lot, star, TAILS)
    world.answer(lot, star, world.bob, yes=False)
    assert world.view("dueOf", lot, world.ann) == (11 - 5) * WEI_PER_UNIT + WEI_PER_UNIT * 5 // 12
    assert world.view("dueOf", lot, world.seller) == 11 * WEI_PER_UNIT


def test_an_own_offer_needs_no_players(world: World) -> None:
    """It is carried out on tails even if nobody announced anything, and on heads nothing is sold."""
    lot, goods = world.sale(1)
    own = announce((world.bob, 5, bits(0)))
    world.seal(lot, world.seller, own)
    world.to(lot, Phase.REVEAL)
    world.send(world.seller, "reveal", lot, own.words)
    world.to(lot, Phase.DRAW)
    world.decide(lot, own, TAILS)
    world.answer(lot, own, world.bob, yes=True)
    world.deliver(lot, own, world.bob)
    assert world.owner_of(goods[0]) == world.bob


def test_an_own_offer_that_is_not_revealed_costs_the_seller_its_bond(world: World) -> None:
    """Nobody has it then, the seller no more than others."""
    lot, _ = world.sale(1)
    star = announce((world.bob, 5, bits(0)))
    world.seal(lot, world.seller, announce((world.bob, 9, bits(0))), deposit=40)
    world.announced(lot, {world.ann: star})
    world.decide(lot, star, HEADS)
    assert world.view("dueOf", lot, world.seller) == 36 * WEI_PER_UNIT
    world.send(world.stranger, "claimBatch", lot, [world.ann, world.seller])
    assert world.view("proceeds", world.seller) == WEI_PER_UNIT
    assert world.balance(world.auction) == (1 + 4) * WEI_PER_UNIT


def test_an_own_offer_needs_a_deposit_that_covers_it(world: World) -> None:
    """Under a unit a veto against whoever tells much would be had for a bond of nothing."""
    lot, _ = world.sale(1)
    own = announce((world.bob, 9, bits(0)))
    world.seal(lot, world.seller, own, deposit=8)
    world.to(lot, Phase.REVEAL)
    call, flaw = ("reveal", lot, own.words), Flaw.REVENUE_ABOVE_DEPOSIT
    world.fails("FlawedAnnouncement", lot, world.seller, flaw, sender=world.seller, call=call)


@pytest.mark.parametrize(("bond_bps", "saves"), [(1_000, True), (5_000, False), (10_000, False)])
def test_half_the_deposit_is_enough_to_have_an_own_offer_opened(
    world: World, bond_bps: int, saves: bool
) -> None:
    """The seller claims that Bob would pay 11; Ann knows that Cid will pay 10. Shut, the claim costs its bond on both sides of
    the coin, and lets Ann's offer be carried out on tails.
    """
    own, star = announce((world.bob, 11, bits(0))), announce((world.cid, 10, bits(1)))
    worth = {}
    for opens in (True, False):
        earned = 0
        for word in (HEADS, TAILS):
            lot, _ = world.sale(2, bond_bps=bond_bps)
            was = world.view("proceeds", world.seller)
            world.seal(lot, world.seller, own, deposit=11)
            world.seal(lot, world.ann, star)
            world.to(lot, Phase.REVEAL)
            world.reveal(lot, [(world.ann, star), (world.seller, own)][: 1 + opens])
            world.to(lot, Phase.DRAW)
            world.decide(lot, own if opens else star, word)
            if word == TAILS:
                world.answer(
                    lot, own if opens else star, world.bob if opens else world.cid, not opens
                )
                if not opens:
                    world.deliver(lot, star, world.cid)
            earned += world.view("dueOf", lot, world.seller)
            world.send(world.stranger, "claimBatch", lot, [world.ann])
            earned += world.view("proceeds", world.seller) - was
        worth[opens] = earned
    assert (worth[False] > worth[True]) == saves


def test_an_undecided_own_offer_voids_the_sale_too(world: World) -> None:
    """Its coin never fell: as with a star's, nobody is locked in."""
    lot, _ = world.sale(1)
    own = announce((world.bob, 5, bits(0)))
    world.seal(lot, world.seller, own)
    world.to(lot, Phase.REVEAL)
    world.send(world.seller, "reveal", lot, own.words)
    world.to(lot, Phase.VOID)
    assert world.view("phase", lot) == Phase.VOID
    world.send(world.stranger, "reclaim", lot, EVERYTHING)


@pytest.mark.parametrize("late", [False, True])
def test_a_coin_that_would_fall_too_late_is_not_asked_for(world: World, late: bool) -> None:
    """It could fall less than ten minutes before nobody waits for it any more: from then on the sale can only become void."""
    longest, use = 5_000, 600
    passing = 0 if isinstance(world.chain, Revm) else 60  # a node's time passes while it is asked
    world.timed_source(longest)
    lot, _ = world.sale()
    one = announce((world.bob, 5, bits(0)))
    world.announced(lot, {world.ann: one})
    deadline = world.state(lot)["endOfReveal"] + DRAW_WINDOW
    world.chain.advance_to(deadline - longest - use + (1 if late else -passing))
    if late:
        call = ("requestDraw", lot)
        world.fails("TooLateToDraw", lot, deadline, sender=world.keeper, call=call)
        return
    world.decide(lot, one)
    assert world.view("phase", lot) == Phase.ANSWERS
