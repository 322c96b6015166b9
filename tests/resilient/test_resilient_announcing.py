"""Announcements: sealed under a deposit, opened once, and taken only if they keep all bounds."""

import pytest

from offchain.bindings.announcements import Announcement
from offchain.bindings.seals import Opening, commitment
from offchain.io.units import WEI_PER_UNIT
from tests.resilient.resilient_world import Flaw, Outcome, Phase, World, announce, bits

MOST = 2**64 - 1


# SEALING


def test_seal_replace_raise_and_withdraw(world: World) -> None:
    """One slot: the last seal counts, deposits add up, and all of it comes back before bidding ends."""
    lot, _ = world.sale()
    first, second = announce((world.bob, 2, bits(0))), announce((world.cid, 9, bits(1)))
    world.seal(lot, world.ann, first, deposit=5)
    world.seal(lot, world.ann, second, deposit=0)
    world.seal(lot, world.ann, second, deposit=4)
    seal = second.commitment(world.chain.chain_id, world.auction, lot, world.ann)
    assert world.view("bidOf", lot, world.ann) == (seal, 0, 9)
    before = world.balance(world.dan)
    world.send(world.ann, "withdraw", lot, world.dan)
    assert world.balance(world.dan) == before + 9 * WEI_PER_UNIT
    call = ("withdraw", lot, world.dan)
    world.fails("NothingSealed", lot, world.ann, sender=world.ann, call=call)
    world.seal(lot, world.ann, second, deposit=9)
    world.to(lot, Phase.REVEAL)
    world.fails("WrongResilientPhase", lot, Phase.REVEAL, sender=world.ann, call=call)
    seal = second.commitment(world.chain.chain_id, world.auction, lot, world.ann)
    late = ("commit", lot, seal)
    world.fails(
        "WrongResilientPhase", lot, Phase.REVEAL, sender=world.ann, call=late, value=WEI_PER_UNIT
    )
    world.send(world.ann, "reveal", lot, second.words)


def test_deposits_that_are_none(world: World) -> None:
    """Whole units, one at least, and 64 bits at most."""
    lot, _ = world.sale()
    call = ("commit", lot, b"\1" * 24)
    world.fails("ZeroDeposit", lot, world.ann, sender=world.ann, call=call)
    world.fails("NotWholeUnits", 1, sender=world.ann, call=call, value=1)
    world.send(world.ann, *call, value=MOST * WEI_PER_UNIT)
    world.fails("TooManyUnits", MOST + 1, sender=world.ann, call=call, value=WEI_PER_UNIT)
    zeros = bytes(16) + b"\1" * 8
    call = ("commit", lot, zeros)
    world.fails("InvalidCommitment", zeros, sender=world.ann, call=call, value=0)


# OPENING


def flawed(world: World) -> dict[int, Announcement]:
    """An announcement of Ann's for each flaw that a sealed one can have, in a sale of three goods."""
    bob, cid = sorted((world.bob, world.cid), key=str.lower)
    crowd = [("0x" + n.to_bytes(20, "big").hex(), 1, 1 << n) for n in range(33)]

    def disorderly(*offers: tuple[str, int, int]) -> Announcement:
        return Announcement(offers, 0, bytes(32))

    return {
        Flaw.TOO_MANY_OFFERS: announce(*crowd),
        Flaw.ZERO_PRICE: announce((bob, 1, bits(0)), (cid, 0, bits(1))),
        Flaw.EMPTY_BUNDLE: announce((bob, 1, 0)),
        Flaw.OVERLAPPING_BUNDLES: announce((bob, 1, bits(0, 2)), (cid, 1, bits(1, 2))),
        Flaw.OFFER_TO_SELF: announce((world.ann, 1, bits(0))),
        Flaw.RECIPIENTS_OUT_OF_ORDER: disorderly((cid, 1, bits(0)), (bob, 1, bits(1))),
    }


@pytest.mark.parametrize("flaw", [Flaw.TOO_MANY_OFFERS, *range(5, 8), 9, 10])
def test_flaws_of_an_announcement(world: World, flaw: int) -> None:
    """Refused when its owner opens it, skipped in a batch; it counts as not revealed, and costs the bond."""
    refused_and_skipped(world, flaw, flawed(world)[flaw])


@pytest.mark.parametrize("offers", [True, False], ids=["offered", "wished"])
def test_goods_that_are_not_for_sale(world: World, offers: bool) -> None:
    one = announce((world.bob, 1, bits(0, 3))) if offers else announce(wish=bits(3))
    refused_and_skipped(world, Flaw.UNKNOWN_GOODS, one)


def test_one_recipient_twice(world: World) -> None:
    twice = announce((world.bob, 1, bits(0)), (world.bob, 1, bits(1)))
    refused_and_skipped(world, Flaw.RECIPIENTS_OUT_OF_ORDER, twice)


def test_a_deposit_that_does_not_cover_the_fines(world: World) -> None:
    one = announce((world.bob, 3, bits(0)), (world.cid, 4, bits(1)))
    refused_and_skipped(world, Flaw.REVENUE_ABOVE_DEPOSIT, one, deposit=6)


def refused_and_skipped(
    world: World, flaw: int, one: Announcement, deposit: int | None = None
) -> None:
    """Ann's flawed announcement beside Dan's good one, which is the only one to count."""
    lot, _ = world.sale(3)
    good = announce((world.eve, 1, bits(0)))
    world.seal(lot, world.ann, one, deposit)
    world.seal(lot, world.dan, good)
    world.to(lot, Phase.REVEAL)
    call = ("reveal", lot, one.words)
    world.fails("FlawedAnnouncement", lot, world.ann, flaw, sender=world.ann, call=call)
    receipt = world.reveal(lot, [(world.ann, one), (world.dan, good)])
    skipped, announced = world.events(receipt)
    assert skipped == ("AnnouncementSkipped", {"lot": lot, "player": world.ann, "flaw": flaw})
    assert announced[0] == "AnnouncementOpened"
    assert world.view("bidOf", lot, world.dan)[:2] == (bytes(24), 1)
    assert world.state(lot)["revenues"] == 1
    world.to(lot, Phase.DRAW)
    world.decide(lot, good)
    world.answer(lot, good, world.eve, yes=False)
    _, _, deposited = world.view("bidOf", lot, world.ann)
    due = world.view("dueOf", lot, world.ann)
    assert due == (deposited - deposited // 10) * WEI_PER_UNIT


def test_what_is_not_sealed_cannot_be_opened(world: World) -> None:
    """Nothing sealed, another announcement, another salt, an announcement opened before."""
    lot, _ = world.sale()
    one, other = announce((world.bob, 2, bits(0))), announce((world.bob, 2, bits(0)), salt=8)
    world.seal(lot, world.ann, one)
    world.to(lot, Phase.REVEAL)
    attempts = [
        (world.cid, one, Flaw.NOT_SEALED),
        (world.ann, other, Flaw.WRONG_OPENING),
        (world.ann, announce((world.bob, 2, bits(0)), wish=1), Flaw.WRONG_OPENING),
        (world.ann, announce((world.bob, 1, bits(0))), Flaw.WRONG_OPENING),
        (world.ann, announce((world.bob, MOST, 1), (world.cid, MOST, 2)), Flaw.WRONG_OPENING),
    ]
    for player, opening, flaw in attempts:
        call = ("reveal", lot, opening.words)
        world.fails("FlawedAnnouncement", lot, player, flaw, sender=player, call=call)
    receipt = world.reveal(lot, [(world.ann, one), (world.ann, one)])
    assert [name for name, _ in world.events(receipt)] == [
        "AnnouncementOpened",
        "AnnouncementSkipped",
    ]
    call, flaw = ("reveal", lot, one.words), Flaw.ALREADY_REVEALED
    world.fails("FlawedAnnouncement", lot, world.ann, flaw, sender=world.ann, call=call)


def test_openings_of_nobody_leave_no_log(world: World) -> None:
    """They cost next to nothing, and every log is somebody's to read."""
    lot, _ = world.sale()
    one = announce((world.bob, 2, bits(0)))
    for player in (world.ann, world.dan):
        world.seal(lot, player, one)
    world.send(world.dan, "withdraw", lot, world.dan)
    world.to(lot, Phase.REVEAL)
    nobody = [(world.cid, one), (world.dan, one)]
    assert world.events(world.reveal(lot, nobody)) == []
    receipt = world.reveal(lot, [*nobody, (world.ann, one)])
    assert [name for name, _ in world.events(receipt)] == ["AnnouncementOpened"]


def test_prices_that_wrap_around(world: World) -> None:
    """Together 1 more than 64 bits hold, sealed as 0: no star whose fines its deposit does not cover."""
    lot, _ = world.sale()
    one = announce((world.bob, MOST, bits(0)), (world.cid, 1, bits(1)))
    opening = Opening(world.auction, lot, world.ann, one.revenue % 2**64, one.digest())
    seal = commitment(world.chain.chain_id, opening)
    world.send(world.ann, "commit", lot, seal, value=WEI_PER_UNIT)
    world.to(lot, Phase.REVEAL)
    call, flaw = ("reveal", lot, one.words), Flaw.WRONG_OPENING
    world.fails("FlawedAnnouncement", lot, world.ann, flaw, sender=world.ann, call=call)


def test_a_copied_seal_opens_for_its_maker_only(world: World) -> None:
    """Ann's seal, sent by Bob, or on another sale, is of no use once she opened hers."""
    lots = [world.sale()[0] for _ in range(2)]
    one = announce((world.cid, 5, bits(0)))
    seal = one.commitment(world.chain.chain_id, world.auction, lots[0], world.ann)
    world.seal(lots[0], world.ann, one)
    for lot, who in ((lots[0], world.bob), (lots[1], world.bob), (lots[1], world.ann)):
        world.send(who, "commit", lot, seal, value=20 * WEI_PER_UNIT)
    world.to(lots[1], Phase.REVEAL)
    world.send(world.ann, "reveal", lots[0], one.words)
    for lot, who in ((lots[0], world.bob), (lots[1], world.bob), (lots[1], world.ann)):
        call, flaw = ("reveal", lot, one.words), Flaw.WRONG_OPENING
        world.fails("FlawedAnnouncement", lot, who, flaw, sender=who, call=call)


def test_reveals_out_of_time(world: World) -> None:
    """Neither before bidding ends, when others could still answer, nor after the reveal."""
    lot, _ = world.sale()
    one = announce((world.bob, 2, bits(0)))
    world.seal(lot, world.ann, one)
    calls = [("reveal", lot, one.words), ("revealBatch", lot, [(world.ann, one.words)])]
    for call in calls:
        world.fails("WrongResilientPhase", lot, Phase.BIDDING, sender=world.ann, call=call)
    world.to(lot, Phase.DRAW)
    for call in calls:
        world.fails("WrongResilientPhase", lot, Phase.VOID, sender=world.ann, call=call)


def test_32_offers_fill_an_announcement(world: World) -> None:
    """As many as are taken, worth the most that they can be together."""
    lot, _ = world.sale(32)
    price = MOST // 32
    one = announce(*((f"0x{n + 1:040x}", price, 1 << n) for n in range(32)))
    world.seal(lot, world.ann, one, deposit=one.revenue)
    world.to(lot, Phase.REVEAL)
    receipt = world.reveal(lot, [(world.ann, one)])
    assert receipt.gas_used < 400_000
    assert world.state(lot)["starRevenue"] == price * 32


# THE STAR


def test_the_star_is_worth_the_most(world: World) -> None:
    star_of(world, [1, 5, 3], star=1)


def test_ties_go_to_who_revealed_first(world: World) -> None:
    star_of(world, [4, 5, 5], star=1)
    star_of(world, [5, 5, 4], star=0)


def test_nothing_offered_at_all_makes_the_first_a_star(world: World) -> None:
    star_of(world, [0, 0, 0], star=0)


def test_nothing_offered_is_beaten_by_anything(world: World) -> None:
    star_of(world, [0, 1, 1], star=1)


def star_of(world: World, prices: list[int], star: int) -> None:
    lot, _ = world.sale()
    players = world.people[: len(prices)]
    offers = [[(world.eve, price, bits(0))] if price else [] for price in prices]
    world.announced(lot, {who: announce(*some) for who, some in zip(players, offers, strict=True)})
    state = world.state(lot)
    assert (state["star"], state["starRevenue"]) == (players[star], max(prices))
    assert (state["revenues"], state["unpaid"]) == (sum(prices), len(prices))
    assert state["outcome"] == Outcome.OPEN
