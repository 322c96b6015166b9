"""Random universal auctions, each made from a seed alone, and what the reference says of them.

Values are alike within a type, as the contract's tables have them: over how many bidders of each type have at
least each signal from 1 up. Ties, plateaus, extremes and bidders who value nothing are common.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod

from offchain.bindings.constants import ValueTables
from offchain.model.mechanisms.abelian import Group
from offchain.model.mechanisms.marks import Marks, known_marks
from offchain.model.mechanisms.universal_allocation import Colouring, Draw, auction
from tests.differential.signal_draws import table as random_table
from tests.universal.universal_world import Fields, Lot, World

MOST_VALUES = 800
"""Of a table, so that a lot is played in milliseconds."""
MOST_BYTES = 96_000
"""Of tables in one transaction, more of which would need more gas than it may take."""


@dataclass(frozen=True)
class Case:
    """kinds, reports: by bidder, in the order of joining; a report is None where it was not revealed.

    rows: of each type the marks of the signals from 1 up, in the cyclic group of `order`; 0: none are given.
    tables: values by the contract's place; None where none was registered.
    """

    signals: int
    kinds: tuple[int, ...]
    order: int
    rows: tuple[tuple[int, ...], ...]
    tables: tuple[tuple[int, ...] | None, ...]
    reports: tuple[int | None, ...]
    word: int

    @property
    def profile(self) -> list[int]:
        """The signals that count."""
        return [report or 0 for report in self.reports]

    @property
    def colouring(self) -> Colouring:
        """By marks if there are more bidders than colours."""
        if not 0 < self.order < len(self.kinds):
            return Colouring(self.kinds, None)
        rows = tuple((0, *row) for row in self.rows)
        return Colouring(self.kinds, Marks(Group((self.order,)), rows))

    def place(self, profile: Sequence[int]) -> int:
        """Where in a table a profile is."""
        counts = Counter(self.kinds)
        place = 0
        for kind in range(len(self.rows)):
            for signal in range(1, self.signals):
                have = sum(
                    its == kind and own >= signal
                    for its, own in zip(self.kinds, profile, strict=True)
                )
                place = place * (counts[kind] + 1) + have
        return place

    def worths(self, profile: Sequence[int]) -> list[int]:
        """What the good is worth to each."""
        place = self.place(profile)
        return [0 if values is None else values[place] for values in self.tables]

    def expected(self) -> tuple[int, int] | None:
        """Who may buy, and at which price, by the reference."""
        colours = self.colouring
        draw = Draw(self.word % colours.colours, 0)
        return auction(self.worths, self.profile, self.signals, colours, draw)


def case(seed: int) -> Case:
    """The lot of a seed."""
    rng = random.Random(seed)
    while True:
        signals = rng.choices((2, 3, 4, 5), (5, 4, 3, 1))[0]
        types = rng.choices((1, 2, 3, 4), (6, 3, 2, 1))[0]
        kinds = rng.choices(range(types), k=rng.randint(1, 9))
        counts = Counter(kinds)
        box = [counts[kind] + 1 for kind in range(types) for _ in range(signals - 1)]
        if types * (signals - 1) <= 12 and prod(box) <= MOST_VALUES:
            break
    order, rows = marks(rng, types, signals)
    most = rng.choice((1, 3, 10, 10**6, 2**64 - 1))
    return Case(
        signals,
        tuple(kinds),
        order,
        rows,
        tuple(
            random_table(rng, tuple(box), most).entries if rng.random() < 0.97 else None
            for _ in kinds
        ),
        tuple(rng.randrange(signals) if rng.random() < 0.95 else None for _ in kinds),
        rng.getrandbits(256),
    )


def marks(rng: random.Random, types: int, signals: int) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """The order of a cyclic group and marks in it: those that are known, or others, or none."""
    known = known_marks(signals, types)
    way = rng.randrange(6)
    if way == 0:
        return 0, tuple((0,) * (signals - 1) for _ in range(types))
    if way < 4 and known is not None and known.group.is_cyclic and not known.pair:
        return known.group.size, tuple(row[1:] for row in known.rows)
    least = types * signals * (signals - 1) // 2 + 1
    for order in accumulate([least] + [1] * 200):
        found = _search(rng, types, signals, order)
        if found is not None:
            return order, found
    raise AssertionError((types, signals))


def are_marks(order: int, rows: Sequence[Sequence[int]]) -> bool:
    """The definition: elements, all of whose differences are different and not neutral."""
    seen = {0}
    for row in rows:
        full = [0, *row]
        for signal in range(len(full)):
            for lower in range(signal):
                difference = (full[lower] - full[signal]) % order
                if full[signal] >= order or difference in seen:
                    return False
                seen.add(difference)
    return True


def _search(
    rng: random.Random, types: int, signals: int, order: int
) -> tuple[tuple[int, ...], ...] | None:
    for _ in range(20):
        rows = tuple(
            tuple(rng.sample(range(1, order), min(signals - 1, order - 1))) for _ in range(types)
        )
        if all(len(row) == signals - 1 for row in rows) and are_marks(order, rows):
            return rows
    return None


def play(world: World, one: Case) -> tuple[Lot, tuple[int, int] | None]:
    """Brings a lot to its offer, or to none; who may buy, and at which price, as the contract says."""
    lot = opened(world, one)
    lot.draw(one.word)
    rng = random.Random(one.word)
    said: list[tuple[str, Fields]] = []
    at_once = MOST_BYTES // (ValueTables.WIDTH * world.view("tableSize", lot.number))
    first = 0
    while not said or (lot.state["read"] < len(lot.bidders) and said[-1][0] != "LotUnsold"):
        end = rng.randint(first, min(first + at_once, len(lot.bidders)))
        said = world.said(lot.decide(rng.randint(max(0, end - at_once), first), end)) or said
        first = max(first, end)
    name, fields = said[-1]
    if name == "LotUnsold":
        return lot, None
    assert name == "OfferMade"
    return lot, (lot.bidders.index(fields["bidder"]), fields["price"])


def opened(world: World, one: Case) -> Lot:
    """Brings a lot to where its word can be asked for."""
    flat = [mark for row in one.rows for mark in row]
    lot = world.list(signals=one.signals, types=len(one.rows), colours=one.order, marks=flat)
    people = world.crowd(len(one.kinds))
    for who, kind in zip(people, one.kinds, strict=True):
        lot.join(who, kind=kind)
    lot.close("Joining")
    for who, values, report in zip(people, one.tables, one.reports, strict=True):
        if values is not None:
            lot.register(who, report or 0, values)
    lot.close("Registering")
    for who, report in zip(people, one.reports, strict=True):
        if report is not None and who in lot.tables:
            lot.reveal(who)
    lot.close("Revealing")
    return lot
