"""What people can do to a universal auction who lie, keep silent, refuse, call back, or whose words and tokens do."""

from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.bindings.value_tables import packed
from offchain.chain.backend import Reverted
from offchain.io.units import WEI_PER_UNIT
from tests.puppets import ItemManner, Manner
from tests.reverts import reverts
from tests.universal.universal_world import (
    ANSWER,
    DEPOSIT,
    SALT,
    WINDOW,
    Lot,
    Phase,
    World,
)

RIGHT = WEI_PER_UNIT * DEPOSIT
TABLES = ((10, 12, 12, 12), (0, 5, 20, 20), (0, 0, 10, 60))
"""Ann's, bob's and cid's: of colours 0 and 1 the first sells to bob at 20, the second to cid at 60, if all signals are high."""


def drawn(
    world: World,
    word: int = 1,
    bidders: tuple[str, ...] = (),
    silent: tuple[int, ...] = (),
    item: tuple[str, int] | None = None,
    seller: str = "",
) -> Lot:
    """A lot of three, the word of which is there; some do not reveal."""
    seller = seller or world.seller
    lot = Lot(world, item or world.mint(seller), seller, {})
    lot.join(*(bidders or (world.ann, world.bob, world.cid)))
    lot.close("Joining")
    for who, values in zip(lot.bidders, TABLES, strict=True):
        lot.register(who, 1, values)
    lot.close("Registering")
    lot.reveal(*(who for place, who in enumerate(lot.bidders) if place not in silent))
    lot.close("Revealing")
    lot.draw(word)
    return lot


def offered(world: World, **options: Any) -> Lot:
    """The same, with an offer to cid at 60."""
    lot = drawn(world, **options)
    lot.decide()
    assert lot.phase() == Phase.OFFERED
    return lot


# TABLES


def test_false_tables(world: World) -> None:
    """Any but the one registered is refused, in any place; and what was read is kept."""
    lot = drawn(world)
    right = [lot.tables[who] for who in lot.bidders]
    higher = packed((0, 0, 10, 61))
    call = ("decide", lot.number)
    wrong: list[tuple[int, list[bytes], str]] = [
        (0, [right[1]], world.ann),
        (0, [right[0], right[1], higher], world.cid),
        (0, [b""], world.ann),
        (0, [right[0], right[1], right[2] + bytes(8)], world.cid),
        (0, [right[0][:-1]], world.ann),
    ]
    for first, tables, liar in wrong:
        world.fails("WrongTable", lot.number, liar, sender=world.bob, call=(*call, first, tables))
    assert lot.state["read"] == 0
    lot.decide(0, 1)
    world.fails("WrongPlace", 2, 1, sender=world.bob, call=(*call, 2, right[2:]))
    world.fails("TooManyTables", lot.number, 3, sender=world.bob, call=(*call, 1, right))
    world.fails("TooManyTables", lot.number, 3, sender=world.bob, call=(*call, 0, [*right, b""]))
    lot.decide(0, 1)  # nothing new, and no harm
    assert lot.state["read"] == 1
    assert world.said(lot.decide(0, 3))[-1][0] == "OfferMade"


def test_who_registers_nothing(world: World) -> None:
    """It counts with the value 0 everywhere, whatever table is supplied for it, and loses its deposit."""
    lot = world.list()
    lot.join(world.ann, world.bob, world.cid)
    lot.close("Joining")
    lot.register(world.ann, 1, TABLES[0])
    lot.register(world.bob, 1, TABLES[1])
    lot.close("Registering")
    lot.reveal(world.ann, world.bob)
    with reverts("WrongOpening"):
        world.send(world.cid, "reveal", lot.number, world.cid, 0, bytes(32))
    lot.close("Revealing")
    lot.draw(0)
    call = ("decide", lot.number, 2, [packed(TABLES[2])])
    lot.decide(0, 2)
    world.fails("WrongTable", lot.number, world.cid, sender=world.ann, call=call)
    # colour 0 is that of the profile itself, where bob values it at 20, and not at less
    name, fields = world.said(lot.decide(2, 3))[-1]
    assert (name, fields["bidder"], fields["price"]) == ("OfferMade", world.bob, 20)
    lot.buy(world.bob, 20)
    world.fails(
        "NothingToClaim", lot.number, world.cid, sender=world.cid, call=("claim", lot.number)
    )
    said = world.said(lot.claim_batch(world.cid, world.ann))
    assert [name for name, _ in said] == ["DepositForfeited", "Claimed"]
    assert world.view("proceeds", world.seller) == (20 + DEPOSIT) * WEI_PER_UNIT


def test_a_table_that_nobody_has_is_in_the_logs(world: World) -> None:
    """What is registered from within another contract is in the logs of the auction all the same."""
    ghost = world.actor()
    world.chain.fund_all({ghost: 10**20})
    lot = drawn(world, bidders=(world.ann, world.bob, ghost))
    logs = world.chain.logs([world.house], 0)
    events = [world.house_abi.event(log) for log in logs]
    found = [one.args for one in events if one is not None and one.name == "TableRegistered"]
    tables = {one["bidder"]: one["table"] for one in found}
    assert tables == lot.tables
    lot.tables = tables
    assert world.said(lot.decide())[-1][1]["bidder"] == ghost


# SIGNALS


@pytest.mark.parametrize("silent", [0, 1, 2])
def test_the_silent_count_as_signal_0(world: World, silent: int) -> None:
    """Exactly as if it had been reported, but for the deposit: with either colour the same buyer and price."""
    outcomes = []
    for word in (0, 1):
        for way in ("silent", "zero"):
            lot = world.list()
            lot.join(world.ann, world.bob, world.cid)
            lot.close("Joining")
            for place, (who, values) in enumerate(zip(lot.bidders, TABLES, strict=True)):
                low = way == "zero" and place == silent
                lot.register(who, 0 if low else 1, values)
            lot.close("Registering")
            lot.reveal(
                *(
                    who
                    for place, who in enumerate(lot.bidders)
                    if (way, place) != ("silent", silent)
                )
            )
            lot.close("Revealing")
            lot.draw(word)
            name, fields = world.said(lot.decide())[-1]
            outcomes.append((name, fields.get("bidder"), fields.get("price")))
    assert outcomes[0] == outcomes[1]
    assert outcomes[2] == outcomes[3]


@pytest.mark.parametrize("commitment", [bytes(24), b"\xff" * 24, "too high"])
def test_a_commitment_that_cannot_be_opened(world: World, commitment: bytes | str) -> None:
    """It is silence: the lot goes on, the deposit is lost."""
    lot = world.list()
    lot.join(world.ann, world.bob, world.cid)
    lot.close("Joining")
    for who, values in zip(lot.bidders[:2], TABLES, strict=False):
        lot.register(who, 1, values)
    sealed = lot.seal(world.cid, 2) if isinstance(commitment, str) else commitment
    lot.tables[world.cid] = packed(TABLES[2])
    world.send(world.cid, "register", lot.number, lot.tables[world.cid], sealed)
    lot.close("Registering")
    lot.reveal(world.ann, world.bob)
    for signal in range(3):
        for salt in (SALT, bytes(32)):
            with reverts("BadSignal" if signal == 2 else "WrongOpening"):
                world.send(world.cid, "reveal", lot.number, world.cid, signal, salt)
    lot.close("Revealing")
    lot.draw(1)
    # with two signals that are high, ann would be optimal if her own were low
    offer = {"bidder": world.ann, "price": 12, "deadline": world.chain.now() + ANSWER}
    assert world.said(lot.decide())[-1] == ("OfferMade", offer)
    lot.buy(world.ann, 12)
    said = world.said(lot.claim_batch(*lot.bidders))
    assert [name for name, _ in said] == ["Claimed", "Claimed", "DepositForfeited"]


def test_the_last_to_reveal_gains_nothing_by_silence(world: World) -> None:
    """Whatever it knows of the others and of the word: an offer at its value at least, or none, and no deposit."""
    for word in (0, 1):
        for place in range(3):
            honest, silent = drawn(world, word), drawn(world, word, silent=(place,))
            gains = []
            for lot in (honest, silent):
                name, fields = world.said(lot.decide())[-1]
                mine = name == "OfferMade" and fields["bidder"] == lot.bidders[place]
                gains.append(max(0, TABLES[place][3] - fields["price"]) if mine else 0)
            assert gains[1] <= gains[0], (word, place)


def test_a_silent_bidder_may_buy(world: World) -> None:
    """It is offered what signal 0 is offered, and loses its deposit anyway."""
    lot = drawn(world, 1, silent=(0, 1, 2))
    # nobody's signal counts: ann is optimal, her base is the profile, colour 0
    lot.decide()
    assert lot.phase() == Phase.UNSOLD
    lot = drawn(world, 0, silent=(0, 1, 2))
    lot.decide()
    lot.buy(world.ann, 10)
    said = world.said(lot.claim_batch(*lot.bidders))
    assert [name for name, _ in said] == ["DepositForfeited"] * 3
    assert world.view("proceeds", world.seller) == (10 + 3 * DEPOSIT) * WEI_PER_UNIT


# WORDS


def test_a_word_that_comes_before_it_is_asked_for() -> None:
    """It could have been known; it does not count before the request."""
    world = World(source="HostileRandomness")
    lot = late(world)
    world.tell("set", True, 1)
    call: tuple[Any, ...] = ("decide", lot.number, 0, [])
    world.fails("NotDrawn", lot.number, sender=world.keeper, call=call)
    world.send(world.keeper, "requestDraw", lot.number)
    world.send(world.keeper, *call)
    assert lot.phase() == Phase.DECIDING


def late(world: World) -> Lot:
    """A lot whose word can be asked for."""
    lot = world.list()
    lot.join(world.ann, world.bob, world.cid)
    lot.close("Joining")
    for who, values in zip(lot.bidders, TABLES, strict=True):
        lot.register(who, 1, values)
    lot.close("Registering")
    lot.reveal(world.ann, world.bob)
    lot.close("Revealing")
    return lot


@pytest.mark.parametrize("requested", [False, True])
def test_no_word(world: World, requested: bool) -> None:
    """After three days everybody gets the deposit back, the silent too, and the seller the item."""
    lot = late(world)
    if requested:
        world.send(world.keeper, "requestDraw", lot.number)
        with reverts("AlreadyRequested"):
            world.send(world.keeper, "requestDraw", lot.number)
    world.fails("NotDrawn", lot.number, sender=world.ann, call=("decide", lot.number, 0, []))
    world.chain.advance_to(lot.terms["endOfRevealing"] + WINDOW)
    all_back(world, lot)


def all_back(world: World, lot: Lot) -> None:
    """The lot is void: nobody is locked in, and nobody pays."""
    assert lot.phase() == Phase.VOID
    world.send(world.stranger, "reclaim", lot.number)
    assert world.owner_of(lot.item) == world.seller
    said = world.said(lot.claim_batch(*lot.bidders))
    assert [name for name, _ in said] == ["Claimed"] * len(lot.bidders)
    assert world.view("proceeds", world.seller) == 0


def test_a_late_word(world: World) -> None:
    """One that comes when it is not waited for any more is of no use; one second before, it is."""
    lot, other = late(world), late(world)
    for one in (lot, other):
        world.send(world.keeper, "requestDraw", one.number)
    end = lot.terms["endOfRevealing"] + WINDOW
    world.chain.advance_to(end - 1)
    world.tell("set", world.house, lot.number, 1)
    world.send(world.stranger, "decide", lot.number, 0, [])
    assert lot.phase() == Phase.DECIDING
    world.chain.advance_to(other.terms["endOfRevealing"] + WINDOW)
    world.tell("set", world.house, other.number, 1)
    call: tuple[Any, ...] = ("decide", other.number, 0, [])
    world.fails("WrongUniversalPhase", other.number, Phase.VOID, sender=world.ann, call=call)
    all_back(world, other)


def test_nobody_supplies_tables(world: World) -> None:
    """Three days after the colour was drawn the lot is void."""
    lot = drawn(world)
    lot.decide(0, 2)
    world.chain.advance_to(world.chain.now() + WINDOW - 1)
    assert lot.phase() == Phase.DECIDING
    world.chain.advance_to(world.chain.now() + 1)
    all_back(world, lot)


def test_words_that_are_taken_back() -> None:
    """The colour is drawn once: what the source says later does not count."""
    world = World(source="HostileRandomness")
    lot = late(world)
    world.send(world.keeper, "requestDraw", lot.number)
    world.tell("set", True, 1)
    lot.decide(0, 1)
    for words in ((True, 0), (False, 0)):
        world.tell("set", *words)
        lot.decide(1, 2)
    assert lot.state["drawn"] == 1


def test_a_source_that_refuses() -> None:
    """Then there is no word, and after the window the lot is void."""
    world = World(source="HostileRandomness")
    lot = late(world)
    world.tell("refuse")
    with reverts("Error"):
        world.send(world.keeper, "requestDraw", lot.number)
    world.chain.advance_to(lot.terms["endOfRevealing"] + WINDOW)
    all_back(world, lot)


def test_a_source_that_calls_back() -> None:
    """A second request from within is one for the source to refuse; nothing else is possible then."""
    world = World(source="HostileRandomness")
    lot = late(world)
    world.tell("set", True, 1)
    world.prepare(world.source, "decide", lot.number, 0, [lot.tables[world.ann]])
    world.send(world.keeper, "requestDraw", lot.number)
    # the request was noted first, so the word is as good as one that comes later
    assert (lot.phase(), lot.state["read"]) == (Phase.DECIDING, 1)


def test_sources_that_are_too_slow() -> None:
    """A source that says how long its words take is held to the window, and to the time that is left."""
    with reverts("SourceTooSlow"):
        World(None, "TimedRandomness", WINDOW - 30 * 60 + 1)
    world = World(None, "TimedRandomness", WINDOW - 30 * 60)
    lot = late(world)
    last = lot.terms["endOfRevealing"] + WINDOW - (WINDOW - 30 * 60) - 10 * 60
    world.chain.advance_to(last + 1)
    call = ("requestDraw", lot.number)
    end = lot.terms["endOfRevealing"] + WINDOW
    world.fails("TooLateToDraw", lot.number, end, sender=world.ann, call=call)
    other = late(world)
    world.send(world.ann, "requestDraw", other.number)


# THE OFFER


def test_buying(world: World) -> None:
    """Only whoever is offered it, at exactly the price, once, in time."""
    lot = offered(world)
    price = 60 * WEI_PER_UNIT
    for who in (world.ann, world.bob, world.stranger):
        world.fails(
            "NotOffered", lot.number, who, sender=who, call=("buy", lot.number), value=price
        )
        world.fails("NotOffered", lot.number, who, sender=who, call=("decline", lot.number))
    for sent in (0, price - 1, price + 1):
        world.fails(
            "WrongPayment",
            lot.number,
            sent,
            price,
            sender=world.cid,
            call=("buy", lot.number),
            value=sent,
        )
    for nobody in ("0x" + "00" * 20, world.house):
        with reverts("BadRecipient"):
            world.send(world.cid, "buyTo", lot.number, nobody, value=price)
    receipt = world.send(world.cid, "buyTo", lot.number, world.dan, value=price)
    assert world.said(receipt)[0] == ("ItemSent", {"recipient": world.dan})
    assert world.owner_of(lot.item) == world.dan
    call = ("buy", lot.number)
    world.fails(
        "WrongUniversalPhase", lot.number, Phase.SETTLED, sender=world.cid, call=call, value=price
    )


def test_an_offer_lapses(world: World) -> None:
    """At its deadline, which costs the deposit; declining in time does not."""
    lot = offered(world)
    world.chain.advance_to(world.chain.now() + ANSWER - 1)
    assert lot.phase() == Phase.OFFERED
    world.chain.advance_to(world.chain.now() + 1)
    assert lot.phase() == Phase.UNSOLD
    for call in ("buy", "decline"):
        world.fails(
            "WrongUniversalPhase",
            lot.number,
            Phase.UNSOLD,
            sender=world.cid,
            call=(call, lot.number),
        )
    world.fails(
        "NothingToClaim", lot.number, world.cid, sender=world.cid, call=("claim", lot.number)
    )
    said = world.said(lot.claim_batch(*lot.bidders))
    assert [name for name, _ in said] == ["Claimed", "Claimed", "DepositForfeited"]
    world.send(world.stranger, "reclaim", lot.number)
    assert world.owner_of(lot.item) == world.seller


def test_declining_keeps_the_deposit(world: World) -> None:
    lot = offered(world)
    receipt = world.send(world.cid, "decline", lot.number)
    assert world.said(receipt) == [("LotUnsold", {})]
    said = world.said(lot.claim_batch(*lot.bidders))
    assert [name for name, _ in said] == ["Claimed"] * 3


@pytest.mark.parametrize("own", [0, 1])
def test_outbidding_all_and_declining(world: World, own: int) -> None:
    """The highest values everywhere leave nobody else to be served, whatever is drawn; and the deposit comes back."""
    for word in (0, 1):
        lot = world.list()
        lot.join(world.ann, world.bob, world.cid)
        lot.close("Joining")
        for who, values in zip(lot.bidders[:2], TABLES, strict=False):
            lot.register(who, 1, values)
        lot.register(world.cid, own, (2**64 - 1,) * 4)
        lot.close("Registering")
        lot.reveal(*lot.bidders)
        lot.close("Revealing")
        lot.draw(word)
        name, fields = world.said(lot.decide())[-1]
        # its threshold is 0, and the other two signals are high: colour 0
        assert name == ("LotUnsold" if word else "OfferMade")
        if name == "OfferMade":
            assert (fields["bidder"], fields["price"]) == (world.cid, 2**64 - 1)
            world.send(world.cid, "decline", lot.number)
        assert lot.phase() == Phase.UNSOLD
        said = world.said(lot.claim_batch(*lot.bidders))
        assert [name for name, _ in said] == ["Claimed"] * 3


# TOKENS


def test_a_token_that_does_not_move(world: World) -> None:
    """Whoever cannot get the item pays nothing, and can decline; another recipient may be had."""
    token = world.hostile_token()
    lot = offered(world, item=world.mint(world.seller, token))
    price = 60 * WEI_PER_UNIT
    for manner in (ItemManner.REFUSE, ItemManner.IDLE, ItemManner.SAY_FALSE, ItemManner.BURN_GAS):
        world.behave(token, manner)
        before = world.balance(world.cid)
        with pytest.raises(Reverted):
            world.send(world.cid, "buy", lot.number, value=price)
        assert world.balance(world.cid) == before
    world.behave(token, ItemManner.REFUSE)
    world.send(world.cid, "decline", lot.number)
    with pytest.raises(Reverted):
        world.send(world.stranger, "reclaim", lot.number)
    said = world.said(lot.claim_batch(*lot.bidders))
    assert [name for name, _ in said] == ["Claimed"] * 3
    world.behave(token, ItemManner.HONEST)
    world.send(world.stranger, "reclaim", lot.number)
    assert world.owner_of(lot.item) == world.seller


@pytest.mark.parametrize(
    "manner",
    [ItemManner.REFUSE, ItemManner.IDLE, ItemManner.SAY_FALSE, ItemManner.TRAP, ItemManner.LOCKED],
)
def test_items_that_do_not_come_or_could_not_leave(world: World, manner: ItemManner) -> None:
    """They are not listed."""
    token = world.hostile_token()
    item = world.mint(world.seller, token)
    world.behave(token, manner)
    with pytest.raises(Reverted):
        Lot(world, item, world.seller, {})
    assert world.view("lotCount") == 0


def test_an_item_of_somebody_else(world: World) -> None:
    item = world.mint(world.ann)
    with reverts("NotItemOwner"):
        Lot(world, item, world.seller, {})


def test_an_item_that_is_seized_and_listed_again(world: World) -> None:
    """The old lot cannot give away what the new one holds."""
    token = world.hostile_token()
    lot = offered(world, item=world.mint(world.seller, token))
    hostile = contract("HostileItem")
    world.raw(world.keeper, token, hostile.encode("seize", world.dan, lot.item[1]))
    world.as_(world.dan, token, hostile.encode("approve", world.house, lot.item[1]))
    other = Lot(world, lot.item, world.dan, {})
    with reverts("NotHeldFor"):
        world.send(world.cid, "buy", lot.number, value=60 * WEI_PER_UNIT)
    world.send(world.cid, "decline", lot.number)
    with reverts("NotHeldFor"):
        world.send(world.stranger, "reclaim", lot.number)
    other.close("Joining")
    world.send(world.stranger, "reclaim", other.number)
    assert world.owner_of(lot.item) == world.dan


@pytest.mark.parametrize("call", ["buy", "decline", "claim", "reclaim", "claimBatch"])
def test_a_token_that_calls_back(world: World, call: str) -> None:
    """When the item leaves, the lot is settled: a second buy or claim from within finds it so."""
    token = world.hostile_token()
    buyer = world.actor()
    world.chain.fund_all({buyer: 10**20})
    lot = offered(
        world, bidders=(world.ann, world.bob, buyer), item=world.mint(world.seller, token)
    )
    world.behave(token, ItemManner.REENTER)
    arguments = ([buyer],) if call == "claimBatch" else ()
    world.prepare(token, call, lot.number, *arguments)
    receipt = world.send(buyer, "buy", lot.number, value=60 * WEI_PER_UNIT)
    ((success, _),) = world.reentered(receipt)
    assert success == (call == "claimBatch")
    assert world.owner_of(lot.item) == buyer
    assert world.view("proceeds", world.seller) == 60 * WEI_PER_UNIT


# PAYMENTS


@pytest.mark.parametrize("manner", [Manner.REFUSE, Manner.BURN_GAS, Manner.REVERT_MUCH])
def test_recipients_that_refuse(world: World, manner: Manner) -> None:
    """They hold nobody up, and keep the claim."""
    rude = world.actor(manner)
    world.chain.fund_all({rude: 10**20})
    lot = offered(world, bidders=(rude, world.bob, world.cid))
    lot.buy(world.cid, 60)
    said = world.said(lot.claim_batch(*lot.bidders))
    assert said[0] == ("PushRefused", {"bidder": rude, "amount": DEPOSIT})
    assert [name for name, _ in said[1:]] == ["Claimed", "Claimed"]
    if manner != Manner.BURN_GAS:
        with reverts("PaymentRefused"):
            world.send(rude, "claim", lot.number)
    before = world.balance(world.dan)
    world.send(rude, "claimTo", lot.number, world.dan)
    assert world.balance(world.dan) - before == RIGHT
    world.fails("NothingToClaim", lot.number, rude, sender=rude, call=("claim", lot.number))


@pytest.mark.parametrize("manner", [Manner.ACCEPT, Manner.WORK, Manner.RETURN_MUCH])
def test_recipients_that_take_it(world: World, manner: Manner) -> None:
    careful = world.actor(manner)
    world.chain.fund_all({careful: 10**20})
    lot = offered(world, bidders=(careful, world.bob, world.cid))
    lot.buy(world.cid, 60)
    assert world.said(lot.claim_batch(careful))[0][0] == "Claimed"


@pytest.mark.parametrize("call", ["claim", "claimBatch", "claimTo"])
def test_claims_from_within_a_claim(world: World, call: str) -> None:
    """A deposit is paid once."""
    thief = world.actor(Manner.REENTER)
    world.chain.fund_all({thief: 10**20})
    lot = offered(world, bidders=(thief, world.bob, world.cid))
    lot.buy(world.cid, 60)
    more = {"claim": (), "claimBatch": ([thief],), "claimTo": (thief,)}[call]
    world.prepare(thief, call, lot.number, *more)
    before = world.balance(thief)
    receipt = world.send(thief, "claim", lot.number)
    assert world.balance(thief) - before == RIGHT
    ((success, _),) = world.reentered(receipt)
    assert success == (call == "claimBatch")


def test_claims_of_nobody_and_twice(world: World) -> None:
    """Strangers, doubles and the paid are passed over in a batch; alone they are refused."""
    lot = offered(world)
    lot.buy(world.cid, 60)
    said = world.said(lot.claim_batch(world.stranger, world.ann, world.ann, world.dan))
    assert [fields["bidder"] for _, fields in said] == [world.ann]
    assert world.said(lot.claim_batch(world.ann)) == []
    world.fails(
        "NothingToClaim", lot.number, world.ann, sender=world.ann, call=("claim", lot.number)
    )
    world.fails("NotJoined", lot.number, world.dan, sender=world.dan, call=("claim", lot.number))


def test_the_seller_refuses_ether(world: World) -> None:
    """It holds nobody up, and names somebody else."""
    seller = world.actor(Manner.REFUSE)
    lot = offered(world, seller=seller)
    lot.buy(world.cid, 60)
    with reverts("PaymentRefused"):
        world.send(seller, "withdrawProceeds", seller)
    before = world.balance(world.dan)
    world.send(seller, "withdrawProceeds", world.dan)
    assert world.balance(world.dan) - before == 60 * WEI_PER_UNIT
    with reverts("NoProceeds"):
        world.send(seller, "withdrawProceeds", world.dan)


def test_forced_ether_is_nobodys(world: World) -> None:
    """It changes no sum, and no call takes it."""
    world.force(7)
    lot = offered(world)
    lot.buy(world.cid, 60)
    lot.claim_batch(*lot.bidders)
    world.send(world.seller, "withdrawProceeds", world.seller)
    assert world.balance(world.house) == 7


def test_lots_are_independent(world: World) -> None:
    """What is one lot's is no other's, whatever is asked in its name."""
    lot, other = drawn(world), drawn(world, 0)
    assert other.number == lot.number + 1
    lot.decide()
    other.decide()
    price = 60 * WEI_PER_UNIT
    world.fails(
        "NotOffered",
        other.number,
        world.cid,
        sender=world.cid,
        call=("buy", other.number),
        value=price,
    )
    other.buy(world.bob, 20)
    lot.buy(world.cid, 60)
    other.claim_batch(*other.bidders)
    world.fails(
        "NothingToClaim", other.number, world.ann, sender=world.ann, call=("claim", other.number)
    )
    lot.claim_batch(*lot.bidders)
    assert world.balance(world.house) == 80 * WEI_PER_UNIT
