"""What a seller may set and what it may not: sizes, marks, times, deposit; and who may join, register and reveal what."""

import random
from typing import Any

import pytest

from offchain.bindings.contracts import contract
from offchain.chain.backend import Reverted
from offchain.io.units import WEI_PER_UNIT
from tests.universal.universal_lots import are_marks, case
from tests.universal.universal_world import DEPOSIT, HOUR, SALT, WINDOW, Lot, Phase, World, terms

MINUTE, DAY = 60, 86_400
SHORT, LONG = 10 * MINUTE, 30 * DAY
RIGHT = WEI_PER_UNIT * DEPOSIT


def refused(world: World, error: str, *expected: object, **changed: Any) -> None:
    """A lot on such terms is refused."""
    listed = terms(world.chain.now(), **changed)
    words = tuple({**listed, "marks": bytes(listed["marks"]).ljust(12, b"\0")}.values())
    world.fails(
        error, *expected, sender=world.seller, call=("list", *world.mint(world.seller), words)
    )


@pytest.mark.parametrize(("signals", "types"), [(2, 1), (8, 1), (7, 2), (2, 12), (4, 4), (3, 6)])
def test_sizes(world: World, signals: int, types: int) -> None:
    """Of as many sides as tables may have, or with as many signals; one more is refused."""
    lot = world.list(signals=signals, types=types, colours=0)
    assert lot.state["terms"][:3] == (signals, types, 0)
    if signals > 2:
        refused(world, "BadSignals", signals + 1, signals=signals + 1, types=types, colours=0)


@pytest.mark.parametrize(("signals", "types"), [(0, 1), (1, 1), (9, 1), (8, 2), (3, 7), (5, 4)])
def test_signals_that_are_refused(world: World, signals: int, types: int) -> None:
    """None, one, or with more than twelve sides or 4,096 values for two bidders."""
    refused(world, "BadSignals", signals, signals=signals, types=types, colours=0)


@pytest.mark.parametrize("types", [0, 13, 255])
def test_types_that_are_refused(world: World, types: int) -> None:
    """None, or more than sides."""
    refused(world, "BadTypes", types, types=types, colours=0)


@pytest.mark.parametrize(
    ("signals", "types", "colours", "marks", "flaw"),
    [
        (2, 1, 2, [0], (0, 1, 0)),  # neutral
        (2, 1, 2, [2], (0, 1, 0)),  # no element
        (2, 1, 2, [3], (0, 1, 0)),  # nor modulo the order
        (3, 1, 4, [1, 7], (0, 2, 0)),
        (2, 1, 1, [0], (0, 1, 0)),  # the group of one element
        (2, 2, 3, [1, 1], (1, 1, 0)),  # two types alike
        (2, 2, 2, [1, 1], (1, 1, 0)),
        (3, 1, 4, [1, 2], (0, 2, 1)),  # 0 - 1 and 1 - 2
        (3, 1, 4, [2, 2], (0, 2, 0)),
        (3, 1, 3, [1, 2], (0, 2, 1)),  # too few elements
        (3, 2, 7, [1, 3, 5, 3], (1, 2, 0)),  # 0 - 3 as before
        (2, 1, 255, [255], (0, 1, 0)),
    ],
)
def test_marks_that_are_none(
    world: World, signals: int, types: int, colours: int, marks: list[int], flaw: tuple[int, ...]
) -> None:
    """With them two served bidders' bases might have one colour, and lies would pay."""
    sizes = {"signals": signals, "types": types, "colours": colours}
    refused(world, "BadMarks", *flaw, marks=marks, **sizes)


def test_marks_by_the_definition(world: World) -> None:
    """Random ones are taken exactly if all differences are different and not neutral."""
    rng, seen = random.Random(5), [0, 0]
    house, item = contract("UniversalAuction"), world.mint(world.seller)
    for seed in range(400):
        one = case(seed)
        order = one.order or rng.randint(2, 12)
        rows = [list(row) for row in one.rows]
        if rng.random() < 0.6:
            row = rng.choice(rows)
            row[rng.randrange(len(row))] = rng.randrange(rng.choice((order + 1, 256)))
        flat = bytes([mark for row in rows for mark in row]).ljust(12, b"\0")
        sizes = {"signals": one.signals, "types": len(rows), "colours": order}
        words = tuple({**terms(world.chain.now(), **sizes), "marks": flat}.values())
        good = are_marks(order, rows)
        seen[good] += 1
        if good:
            world.chain.call(world.house, house.encode("list", *item, words), world.seller)
        else:
            with pytest.raises(Reverted) as caught:
                world.chain.call(world.house, house.encode("list", *item, words), world.seller)
            found = house.error(caught.value.data)
            assert found is not None
            assert found.name == "BadMarks"
    assert min(seen) > 50, seen


def test_without_marks_none_are_looked_at(world: World) -> None:
    """Bidders' places are the colours then, however many there are."""
    lot = world.list(colours=0, marks=[0])
    lot.join(*world.crowd(31))
    lot.close("Joining")
    lot.register(lot.bidders[0], 0, range(32))
    lot.close("Revealing")
    lot.draw(2**256 - 1)
    drawn = world.said(lot.decide(0, 0))[0][1]
    assert (drawn["colours"], drawn["colour"]) == (31, (2**256 - 1) % 31)


@pytest.mark.parametrize(
    ("bound", "beyond"),
    [
        ((1, SHORT, SHORT, SHORT), (0, SHORT, SHORT, SHORT)),
        ((LONG, SHORT, SHORT, SHORT), (LONG + 1, SHORT, SHORT, SHORT)),
        ((DAY, SHORT, SHORT, SHORT), (DAY, SHORT - 1, SHORT, SHORT)),
        ((DAY, LONG, SHORT, SHORT), (DAY, LONG + 1, SHORT, SHORT)),
        ((DAY, DAY, SHORT, SHORT), (DAY, DAY, SHORT - 1, SHORT)),
        ((DAY, DAY, LONG, SHORT), (DAY, DAY, LONG + 1, SHORT)),
        ((DAY, DAY, DAY, SHORT), (DAY, DAY, DAY, SHORT - 1)),
        ((DAY, DAY, DAY, DAY), (DAY, DAY, DAY, DAY + 1)),
    ],
)
def test_bounds_of_times(
    world: World, bound: tuple[int, int, int, int], beyond: tuple[int, int, int, int]
) -> None:
    """The longest and the shortest times are taken, and a second beyond is refused."""

    def times(joining: int, registering: int, revealing: int, answer: int) -> dict[str, int]:
        end = world.chain.now() + joining
        return {
            "endOfJoining": end,
            "endOfRegistering": end + registering,
            "endOfRevealing": end + registering + revealing,
            "answerSeconds": answer,
        }

    wrong = times(*beyond)
    refused(world, "BadSchedule", *wrong.values(), **wrong)
    world.list(**times(*bound))


def test_no_deposit(world: World) -> None:
    """Silence has to cost something."""
    refused(world, "NoDeposit", deposit=0)


def test_joining(world: World) -> None:
    """With exactly the deposit, once, as a type that there is, as long as tables have room."""
    lot = world.list(signals=3, types=2, colours=0)
    ann = world.ann
    for sent in (0, RIGHT - 1, RIGHT + 1):
        world.fails(
            "WrongDeposit",
            lot.number,
            sent,
            RIGHT,
            sender=ann,
            call=("join", lot.number, 0),
            value=sent,
        )
    world.fails("UnknownType", lot.number, 2, sender=ann, call=("join", lot.number, 2), value=RIGHT)
    lot.join(ann)
    world.fails(
        "AlreadyJoined", lot.number, ann, sender=ann, call=("join", lot.number, 1), value=RIGHT
    )
    people = world.crowd(31)
    lot.join(*people[:7], kind=0)
    lot.join(*people[7:13], kind=1)
    # 9^2 * 7^2 = 3,969 values; with one more of either type 4,900 or 5,184
    assert world.view("tableSize", lot.number) == 3_969
    for kind, size in ((0, 4_900), (1, 5_184)):
        call = ("join", lot.number, kind)
        world.fails("TableTooLarge", size, 4_096, sender=people[13], call=call, value=RIGHT)


def test_a_full_type(world: World) -> None:
    """31 bidders of one type; of another there is room."""
    lot = world.list(types=2, colours=3, marks=[1, 2])
    people = world.crowd(32)
    lot.join(*people[:31])
    world.fails(
        "TypeFull", lot.number, 0, 31, sender=people[31], call=("join", lot.number, 0), value=RIGHT
    )
    lot.join(people[31], kind=1)


def registering(world: World) -> Lot:
    """A lot with tables of four values."""
    lot = world.list()
    lot.join(world.ann, world.bob, world.cid)
    lot.close("Joining")
    return lot


def test_registering(world: World) -> None:
    """A table of the right length that never falls, once, by whoever joined."""
    lot = registering(world)
    word = bytes(7) + b"\x01"
    call = ("register", lot.number)
    world.fails(
        "NotJoined",
        lot.number,
        world.dan,
        sender=world.dan,
        call=(*call, word * 4, bytes(24)),
    )
    for count in (0, 3, 5):
        world.fails(
            "WrongLength", 8 * count, 32, sender=world.ann, call=(*call, word * count, bytes(24))
        )
    falling = word * 2 + bytes(8) + word
    world.fails("NotMonotone", 2, sender=world.ann, call=(*call, falling, bytes(24)))
    lot.register(world.ann, 1, (0, 0, 0, 2**64 - 1))
    world.fails(
        "AlreadyRegistered",
        lot.number,
        world.ann,
        sender=world.ann,
        call=(*call, word * 4, bytes(24)),
    )


@pytest.mark.parametrize("place", range(1, 9))
def test_falls_at_other_than_profiles(world: World, place: int) -> None:
    """Three signals, two bidders: also where more are said to have two than have one."""
    lot = world.list(signals=3, colours=0)
    lot.join(world.ann, world.bob)
    lot.close("Joining")
    values = [5] * 9
    values[place] = 4
    table = b"".join(value.to_bytes(8, "big") for value in values)
    call = ("register", lot.number, table, bytes(24))
    world.fails("NotMonotone", place, sender=world.ann, call=call)


def test_revealing(world: World) -> None:
    """By whoever knows the opening, once; signals there are none of cannot be revealed, nor others than were sealed."""
    lot = registering(world)
    ann, bob = world.ann, world.bob
    lot.register(ann, 1, (1, 2, 3, 4))
    lot.register(bob, 2, (1, 2, 3, 4))
    lot.close("Registering")
    call = ("reveal", lot.number)
    world.fails("NotJoined", lot.number, world.dan, sender=ann, call=(*call, world.dan, 1, SALT))
    world.fails("WrongOpening", lot.number, ann, sender=ann, call=(*call, ann, 0, SALT))
    world.fails("WrongOpening", lot.number, ann, sender=ann, call=(*call, ann, 1, bytes(32)))
    world.fails("BadSignal", 2, 1, sender=bob, call=(*call, bob, 2, SALT))
    world.fails("WrongOpening", lot.number, bob, sender=bob, call=(*call, bob, 1, SALT))
    lot.reveal(ann, sender=world.stranger)
    world.fails("AlreadyRevealed", lot.number, ann, sender=ann, call=(*call, ann, 1, SALT))
    assert lot.state["place"] == 1


def test_a_commitment_that_is_copied(world: World) -> None:
    """It cannot be opened by whoever copied it, on this lot or another."""
    lot, other = world.list(), world.list()
    for one in (lot, other):
        one.join(world.ann, world.bob, world.cid)
    lot.close("Joining")
    sealed = lot.seal(world.ann, 1)
    table = bytes(32)
    for one in (lot, other):
        world.send(world.bob, "register", one.number, table, sealed)
    world.send(world.ann, "register", other.number, table, sealed)
    world.send(world.ann, "register", lot.number, table, sealed)
    lot.close("Registering")
    for one, who in ((lot, world.bob), (other, world.bob), (other, world.ann)):
        call = ("reveal", one.number, who, 1, SALT)
        world.fails("WrongOpening", one.number, who, sender=who, call=call)
    world.send(world.ann, "reveal", lot.number, world.ann, 1, SALT)


PLAYS: dict[str, tuple[str, tuple[object, ...], set[Phase]]] = {
    "join": ("ann", (0,), {Phase.JOINING}),
    "register": ("ann", (bytes(32), bytes(24)), {Phase.REGISTERING}),
    "reveal": ("ann", ("ann", 1, SALT), {Phase.REVEALING}),
    "requestDraw": ("stranger", (), {Phase.DRAW}),
    "decide": ("stranger", (0, []), {Phase.DRAW, Phase.DECIDING}),
    "buy": ("cid", (), {Phase.OFFERED}),
    "buyTo": ("cid", ("dan",), {Phase.OFFERED}),
    "decline": ("cid", (), {Phase.OFFERED}),
    "claim": ("ann", (), {Phase.SETTLED, Phase.UNSOLD, Phase.VOID}),
    "claimTo": ("ann", ("dan",), {Phase.SETTLED, Phase.UNSOLD, Phase.VOID}),
    "claimBatch": ("stranger", ([],), {Phase.SETTLED, Phase.UNSOLD, Phase.VOID}),
    "reclaim": ("stranger", (), {Phase.UNSOLD, Phase.VOID}),
}
"""Who calls what, and in which phases that is possible."""


@pytest.mark.parametrize("phase", Phase)
def test_calls_out_of_their_phase(world: World, phase: Phase) -> None:
    """Each call that belongs to others is refused by name."""
    number = brought_to(world, phase)
    assert world.view("phase", number) == phase
    for call, (who, arguments, phases) in PLAYS.items():
        if phase in phases:
            continue
        some = [getattr(world, one) if one in ("ann", "dan") else one for one in arguments]
        sender, value = getattr(world, who), RIGHT if call == "join" else 0
        world.fails(
            "WrongUniversalPhase",
            number,
            phase,
            sender=sender,
            call=(call, number, *some),
            value=value,
        )


def brought_to(world: World, phase: Phase) -> int:
    """A lot in that phase; cid has the colour."""
    if phase == Phase.NONE:
        return 7
    lot = world.list()
    if phase == Phase.JOINING:
        return lot.number
    lot.join(world.ann, world.bob, world.cid)
    lot.close("Joining")
    for who, values in (
        (world.ann, (1, 1, 1, 1)),
        (world.bob, (0, 0, 2, 2)),
        (world.cid, (0, 0, 0, 3)),
    ):
        if phase != Phase.REGISTERING:
            lot.register(who, 1, values)
    if phase == Phase.REGISTERING:
        return lot.number
    lot.close("Registering")
    if phase == Phase.REVEALING:
        return lot.number
    lot.reveal(world.ann, world.bob, world.cid)
    lot.close("Revealing")
    if phase == Phase.VOID:
        world.chain.advance_to(lot.terms["endOfRevealing"] + WINDOW)
    if phase in (Phase.DRAW, Phase.VOID):
        return lot.number
    lot.draw(1)
    lot.decide(0, 2 if phase == Phase.DECIDING else 3)
    if phase == Phase.SETTLED:
        lot.buy(world.cid, 3)
    elif phase == Phase.UNSOLD:
        world.send(world.cid, "decline", lot.number)
    return lot.number


def test_when_phases_change(world: World) -> None:
    """To the second, at each of the times given, and a window after."""
    lot = world.list()
    lot.join(world.ann)
    for name, before, after in (
        ("Joining", Phase.JOINING, Phase.REGISTERING),
        ("Registering", Phase.REGISTERING, Phase.REVEALING),
        ("Revealing", Phase.REVEALING, Phase.DRAW),
    ):
        world.chain.advance_to(lot.terms[f"endOf{name}"] - 1)
        assert lot.phase() == before
        lot.close(name)
        assert lot.phase() == after
    world.chain.advance_to(lot.terms["endOfRevealing"] + WINDOW - 1)
    assert lot.phase() == Phase.DRAW
    world.chain.advance_to(lot.terms["endOfRevealing"] + WINDOW)
    assert lot.phase() == Phase.VOID


def test_a_lot_that_nobody_joins_is_void(world: World) -> None:
    """As soon as joining ends."""
    lot = world.list()
    world.chain.advance_to(world.chain.now() + HOUR)
    assert lot.phase() == Phase.VOID
    world.send(world.stranger, "reclaim", lot.number)
    assert world.owner_of(lot.item) == world.seller
    world.fails("AlreadyReturned", lot.number, sender=world.seller, call=("reclaim", lot.number))
