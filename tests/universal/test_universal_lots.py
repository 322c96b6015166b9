"""Random universal auctions through the contract, in process, against the reference's auction of the colour drawn."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from offchain.bindings.constants import MOST_BASES
from offchain.model.mechanisms.marks import known_marks
from offchain.model.mechanisms.monotone_allocation import replaced
from offchain.model.mechanisms.universal_allocation import served
from tests.differential.chunks import chunks
from tests.universal.universal_lots import Case, are_marks, case, opened, play
from tests.universal.universal_world import Phase, World

LOTS, CHUNK, EACH_TIME = 2_000, 250, 500


def consistent(one: Case) -> Case:
    """Whoever registered nothing reports nothing."""
    reports = (
        report if table is not None else None
        for report, table in zip(one.reports, one.tables, strict=True)
    )
    return replace(one, reports=tuple(reports))


@pytest.mark.parametrize("first", chunks(LOTS, CHUNK, EACH_TIME))
def test_single_lots(first: int) -> None:
    """The same buyer at the same price, whatever the tables are cut into, and no wei astray; then buys, or declines."""
    world, seen = World(), Counter[str]()
    for seed in range(first, first + CHUNK):
        one = consistent(case(seed))
        expected = one.expected()
        lot, found = play(world, one)
        assert found == expected, f"seed {seed}"
        seen["sold" if found else "unsold"] += 1
        seen["marks" if one.colouring.marks else "places"] += 1
        if found is None:
            assert lot.phase() == Phase.UNSOLD
            world.send(world.stranger, "reclaim", lot.number)
            continue
        winner = lot.bidders[found[0]]
        if seed % 2:
            lot.buy(winner, found[1])
            assert world.owner_of(lot.item) == winner
        else:
            world.send(winner, "decline", lot.number)
        lot.claim_batch(*lot.bidders)
    assert min(seen.values()) > CHUNK // 8, seen


@pytest.mark.parametrize(("signals", "kinds", "order", "rows"), [
    (2, (0, 0, 0, 0), 2, ((1,),)),
    (2, (0, 1, 0, 1, 0), 3, ((1,), (2,))),
    (3, (0, 0, 0, 0, 0), 4, ((1, 3),)),
    (4, (0,) * 8, 7, ((1, 4, 6),)),
    (3, (0, 0, 0, 1, 1, 0, 1, 0), 7, ((1, 3), (5, 4))),
])  # fmt: skip
def test_every_colour_of_some_profiles(
    signals: int, kinds: tuple[int, ...], order: int, rows: tuple[tuple[int, ...], ...]
) -> None:
    """Everybody who is served sells with one colour, and no two with the same."""
    world, sold = World(), 0
    for seed in range(12):
        rng = random.Random(seed)
        one = Case(
            signals, kinds, order, rows, (), tuple(rng.choices(range(signals), k=len(kinds))), 0
        )
        values = [_steep(one, rng) for _ in kinds]
        one = replace(one, tables=tuple(values))
        for colour in range(order):
            drawn = replace(one, word=order * rng.getrandbits(200) + colour)
            _, found = play(world, drawn)
            assert found == drawn.expected(), (seed, colour)
            sold += found is not None
    assert sold >= 12, "one colour at least sells to whoever is optimal"


def _steep(one: Case, rng: random.Random) -> tuple[int, ...]:
    """A table in which the good's value jumps with how many signals are high, at a place of its own."""
    counts = Counter(one.kinds)
    sides = [counts[kind] + 1 for kind in range(len(one.rows)) for _ in range(one.signals - 1)]
    jump, flat, slope = rng.randint(0, sum(sides)), rng.randint(0, 20), rng.randint(0, 5)
    values = []
    place = [0] * len(sides)
    size = 1
    for side in sides:
        size *= side
    for code in range(size):
        for at in reversed(range(len(sides))):
            code, place[at] = divmod(code, sides[at])
        values.append(flat + slope * sum(place) + 50 * (sum(place) >= jump))
    return tuple(values)


def test_the_most_bases_there_can_be() -> None:
    """Six types of three signals in 19 colours, one with so many bidders that marks colour: all differences are looked at."""
    rows = ((1, 3), (4, 9), (6, 13), (11, 8), (12, 10), (15, 14))
    assert are_marks(19, rows)
    kinds = (0,) * 20
    world = World()
    for seed in range(3):
        rng = random.Random(seed)
        reports = tuple(rng.choices(range(3), k=len(kinds)))
        one = Case(3, kinds, 19, rows, (), reports, 0)
        one = replace(one, tables=tuple(_steep(one, rng) for _ in kinds))
        here = sum((0, *rows[0])[report] for report in reports) % 19
        one = replace(one, word=here)
        _, found = play(world, one)
        assert found == one.expected(), seed
    assert MOST_BASES == 1 + 6 * 3


def test_no_lot_has_more_bases() -> None:
    """Over all numbers of types and signals: where marks colour there are at most so many differences, and the profile itself."""
    most = 0
    for types in range(1, 13):
        for signals in range(2, 9):
            if types * (signals - 1) <= 12:
                differences = types * signals * (signals - 1) // 2
                # marks colour with more bidders than colours; as many bidders as possible are most of one type
                if _most_bidders(types, signals) > differences + 1:
                    most = max(most, differences + 1)
    assert most == MOST_BASES


def _most_bidders(types: int, signals: int) -> int:
    """How many can join before the tables are too large: each time the type in which that costs least."""

    def most(left: int, size: int, largest: int) -> int:
        best = 0
        for count in range(largest + 1 if left else 0):
            grown = size * (count + 1) ** (signals - 1)
            if grown <= 4_096:
                best = max(best, count + most(left - 1, grown, count))
        return best

    return most(types, 1, 31)


@pytest.mark.parametrize(("signals", "counts"), [
    (2, (31, 31, 3)), (2, (7, 7, 7, 7)), (3, (31,)), (3, (7, 7)), (3, (15, 3)),
    (4, (15,)), (4, (3, 3)), (5, (7,)), (7, (3,)), (7, (1, 1)), (8, (2,)),
])  # fmt: skip
def test_as_many_bidders_as_there_can_be(signals: int, counts: tuple[int, ...]) -> None:
    """Of every number of signals: with the colours that sell, to the same bidder at the same price."""
    rng = random.Random(f"{signals} {counts}")
    kinds = [kind for kind, count in enumerate(counts) for _ in range(count)]
    rng.shuffle(kinds)
    known = known_marks(signals, len(counts))
    order = 0 if known is None else known.colours
    rows = tuple(
        (0,) * (signals - 1) if known is None else known.rows[kind][1:] for kind in set(kinds)
    )
    reports = tuple(rng.choices(range(signals), k=len(kinds)))
    one = Case(signals, tuple(kinds), order, rows, (), reports, 0)
    one = replace(one, tables=tuple(_steep(one, rng) for _ in kinds))
    colours = {
        each.colour: (each.bidder, one.worths(replaced(reports, each.bidder, each.threshold)))
        for each in served(one.worths, reports, one.colouring)
    }
    world = World()
    for colour in rng.sample(sorted(colours), min(3, len(colours))):
        bidder, worths = colours[colour]
        _, found = play(world, replace(one, word=colour))
        assert found == (bidder, worths[bidder])


@pytest.mark.parametrize("threshold", [0, 1])
def test_the_last_of_the_most_bidders_buys(threshold: int) -> None:
    """65 of three types in four colours: below the last one's threshold another is optimal, 32 places before it."""
    kinds = (0,) * 31 + (1,) * 31 + (2,) * 3
    last = tuple(7 * (place % 4 >= threshold) for place in range(4_096))
    tables = ((0,) * 4_096,) * 32 + ((5,) * 4_096,) + ((0,) * 4_096,) * 31 + (last,)
    one = Case(2, kinds, 4, ((1,), (2,), (3,)), tables, (0,) * 64 + (threshold,), 0)
    world = World()
    for word in range(4):
        _, found = play(world, replace(one, word=word))
        expected = (64, 7) if word == 3 * threshold else None
        assert found == expected


def test_the_largest_tables_there_can_be() -> None:
    """12 types of one bidder with two signals: 4,096 values, and places for colours."""
    rng = random.Random(12)
    rows = tuple((kind + 1,) for kind in range(12))
    reports = tuple(rng.choices((0, 1), k=12))
    one = Case(2, tuple(range(12)), 13, rows, (), reports, rng.getrandbits(256))
    one = replace(one, tables=tuple(_steep(one, rng) for _ in range(12)))
    _, found = play(World(), one)
    assert found == one.expected()


def test_what_is_tested() -> None:
    """Seeds have all numbers of signals and types, marks that are used, and both kinds of colours that sell."""
    cases = [case(seed) for seed in range(CHUNK)]
    for signals in (2, 3, 4):
        for types in (1, 2, 3):
            assert sum((one.signals, len(one.rows)) == (signals, types) for one in cases) >= 2
    marked = [one for one in cases if one.colouring.marks is not None]
    assert len(marked) > CHUNK // 10
    itself = [one for one in marked if one.colouring.of(0, one.profile) == one.word % one.order]
    assert len(itself) >= 5
    assert len(marked) - len(itself) >= 5


@pytest.mark.parametrize(("kinds", "order", "rows"), [
    ((0, 0, 0), 2, ((1,),)),
    ((0, 0, 0, 0, 0), 4, ((1, 3),)),
    ((0, 0, 0, 1, 1, 0, 1, 0), 7, ((1, 3), (5, 4))),
])  # fmt: skip
def test_lots_decided_early(
    kinds: tuple[int, ...], order: int, rows: tuple[tuple[int, ...], ...]
) -> None:
    """No table is needed exactly if no profile with one signal lower, nor the profile itself, has the colour."""
    world, seen = World(), Counter[bool]()
    signals = len(rows[0]) + 1
    alike = [(report,) * len(kinds) for report in range(signals)]
    mixed = tuple(place % signals for place in range(len(kinds)))
    for reports in (*alike, mixed):
        for colour in range(order):
            one = Case(signals, kinds, order, rows, (), reports, colour)
            flat = (1,) * (one.place((signals - 1,) * len(kinds)) + 1)
            lot = opened(world, replace(one, tables=(flat,) * len(kinds)))
            lot.draw(colour)
            said = world.said(world.send(world.stranger, "decide", lot.number, 0, []))
            is_early = colour not in _colours_below(one)
            assert [name for name, _ in said] == ["ColourDrawn", *["LotUnsold"] * is_early]
            seen[is_early] += 1
    assert min(seen.values()) > 0, seen


def _colours_below(one: Case) -> set[int]:
    """Those of the profile, and of all in which one bidder has a lower signal."""
    profile = one.profile
    return {
        one.colouring.of(bidder, [*profile[:bidder], lower, *profile[bidder + 1 :]])
        for bidder, own in enumerate(profile)
        for lower in range(own + 1)
    }
