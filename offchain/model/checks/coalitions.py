"""Whether some members gain together by a joint lie, where no money passes between them: group strategyproofness.

Source: Moulin and Shenker, "Strategyproof Sharing of Submodular Costs", 2001, for the notion; docs/mechanism.md proves it of
the rules of the contracts. For each item, all others' bids being what they are:

- no coalition, of members of any groups, makes all of its members better off;
- no coalition within one group makes one of its members better off and none worse off.

A member of a coalition may tell the truth. So of a joint lie those who lie decide: with somebody who gains and does not lie they
are a coalition as well. Amounts are integers in units, or fractions where they are expected.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, islice, product
from math import prod

from offchain.model.checks.finding import Finding
from offchain.model.instances.rules import Posted
from offchain.model.instances.two_level import BID_LIMIT, AnyTwoLevel
from offchain.model.mechanisms.two_level import TwoLevel

Amount = int | Fraction
Place = tuple[int, int]
"""A member: the place of its group, and its own in that."""

LARGEST = 3
"""How many lie together at most, where not all can."""

WORK_LIMIT = 60_000
"""How many bids the search may read (a tenth of a second); beyond, it tries fewer lies and coalitions, and says so."""


@dataclass(frozen=True, slots=True)
class Coalition:
    """Who lies, and how; who is then better off than by the truth, with what they have by each, in the order of `gaining`."""

    item: int
    liars: tuple[str, ...]
    bids: tuple[int, ...]
    gaining: tuple[str, ...]
    truthful: tuple[Amount, ...]
    utilities: tuple[Amount, ...]

    def __str__(self) -> str:
        lies = _words(f"{liar} bids {bid}" for liar, bid in zip(self.liars, self.bids, strict=True))
        gains = _words(
            f"{name} gets {after} and not {before}"
            for name, before, after in zip(self.gaining, self.truthful, self.utilities, strict=True)
        )
        worse = "" if set(self.liars) <= set(self.gaining) else ", none of these being worse off"
        return f"item {self.item}: if {lies}, {gains}{worse}"


def _words(parts: Iterable[str]) -> str:
    return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class Lot:
    """One item as all members of all groups see it. least: what has to be bid at least, a posted price or the reserve."""

    item: int
    reserve: int
    least: int
    names: tuple[tuple[str, ...], ...]
    bids: tuple[tuple[int, ...], ...]
    values: tuple[tuple[int, ...], ...]
    mechanism: TwoLevel

    @property
    def places(self) -> list[Place]:
        """All members."""
        return [(g, m) for g, members in enumerate(self.bids) for m in range(len(members))]

    @property
    def size(self) -> int:
        """How many bids one play reads."""
        return sum(map(len, self.bids)) + len(self.bids)

    def kind(self, place: Place) -> tuple[int, int, int]:
        """What members have in common who need not be told apart."""
        group, member = place
        return group, self.bids[group][member], self.values[group][member]

    def play(self, told: Sequence[tuple[Place, int]]) -> list[list[Amount]]:
        """What every member has of it, if these bid so and the others as they do. One play."""
        bids = [list(members) for members in self.bids]
        for (group, member), bid in told:
            bids[group][member] = bid
        found: list[list[Amount]] = [[0] * len(members) for members in bids]
        for chance, charges in self.mechanism.chances(bids, self.reserve):
            for group, paid in enumerate(charges):
                for member, charge in enumerate(paid):
                    if charge is not None:
                        found[group][member] += chance * (self.values[group][member] - charge)
        return found


def lots_of(instance: AnyTwoLevel, mechanism: TwoLevel) -> list[Lot]:
    """All items of an instance."""
    posted = instance.upper.price if isinstance(instance.upper, Posted) else 0
    return [
        Lot(
            item,
            reserve,
            max(reserve, posted),
            tuple(tuple(m.name for m in group.members) for group in instance.groups),
            tuple(tuple(m.bids[item] for m in group.members) for group in instance.groups),
            tuple(tuple(m.values[item] for m in group.members) for group in instance.groups),
            mechanism,
        )
        for item, reserve in enumerate(instance.reserves)
    ]


def find_coalition(
    lot: Lot, liars: Iterable[Sequence[Place]], lies: Callable[[Place], Sequence[int]]
) -> Coalition | None:
    """The first joint lie of the first of these that gives a coalition more than the truth; None if none does.

    lies: what each may bid. One play for each joint lie, and one for the truth of each.
    """
    for some in liars:
        told = [(place, lot.values[place[0]][place[1]]) for place in some]
        truth = lot.play(told)
        for bids in product(*map(lies, some)):
            lie = list(zip(some, bids, strict=True))
            gaining = _gaining(some, truth, after := lot.play(lie))
            if gaining:
                return _told(lot, lie, gaining, truth, after)
    return None


def _gaining(
    liars: Sequence[Place], truth: Sequence[Sequence[Amount]], after: Sequence[Sequence[Amount]]
) -> list[Place]:
    """Who is better off in the coalition that the lie pays; nobody if there is none."""
    gains = [after[group][member] - truth[group][member] for group, member in liars]
    if all(gain > 0 for gain in gains):
        return list(liars)
    groups = {group for group, _ in liars}
    if len(groups) > 1 or min(gains) < 0:
        return []
    (group,) = groups
    better = [m for m, had in enumerate(truth[group]) if after[group][m] > had]
    return [(group, member) for member in better]


def _told(
    lot: Lot,
    lie: Sequence[tuple[Place, int]],
    gaining: Sequence[Place],
    truth: Sequence[Sequence[Amount]],
    after: Sequence[Sequence[Amount]],
) -> Coalition:
    return Coalition(
        item=lot.item,
        liars=tuple(lot.names[group][member] for (group, member), _ in lie),
        bids=tuple(bid for _, bid in lie),
        gaining=tuple(lot.names[group][member] for group, member in gaining),
        truthful=tuple(truth[group][member] for group, member in gaining),
        utilities=tuple(after[group][member] for group, member in gaining),
    )


def different(lot: Lot, places: Sequence[Place], size: int) -> Iterator[tuple[Place, ...]]:
    """Every so many of these who may lie together, once for all who are alike."""
    seen = set()
    for some in combinations(places, size):
        kind = tuple(sorted(map(lot.kind, some)))
        if kind not in seen:
            seen.add(kind)
            yield some


def group_strategyproofness(
    instance: AnyTwoLevel,
    mechanism: TwoLevel,
    critical: Callable[[int, Place], Iterable[int]],
    work: int = WORK_LIMIT,
) -> Finding:
    """No coalition gains by a joint lie, on each item by itself; every liar tries 0 to one above all amounts, if that is few.

    critical: bids of a member, for an item, that may decide, those that decide most first: tried where a grid is too many.
    work: how many bids may be read.
    """
    tried, largest, whole = 0, 0, True
    for lot in lots_of(instance, mechanism):
        sizes = range(1, min(LARGEST, len(lot.places)) + 1)
        plays = work // (lot.size * instance.items * len(sizes))
        for size in sizes:
            search = _search(lot, size, plays, critical)
            found = find_coalition(lot, search.liars, search.lies)
            if found is not None:
                return Finding.of(NAME, str(found), "")
            tried += sum(prod(len(search.lies(place)) for place in some) for some in search.liars)
            largest = max(largest, size)
            whole = whole and search.whole
    what = "every bid" if whole else "of some members, bids that may decide"
    return Finding.of(
        NAME,
        None,
        "no coalition gains on an item, across groups all of it, within a group one at no cost to the others:"
        f" {tried:,} lies of up to {largest} liars tried, {what}; no side payments, one address in one group",
    )


NAME = "group strategyproofness"

MEMBERS = 16
"""How many members, evenly spaced, are liars where there are more."""

FEW = {1: 40, 2: 12, 3: 6}
"""How many critical bids each of so many liars tries where every bid is too many."""


@dataclass(frozen=True, slots=True)
class Search:
    """Who lies together, what each tries, and whether that is all there is."""

    liars: Sequence[Sequence[Place]]
    lies: Callable[[Place], Sequence[int]]
    whole: bool


def _search(
    lot: Lot, size: int, plays: int, critical: Callable[[int, Place], Iterable[int]]
) -> Search:
    """What fits about so many plays, one coalition at least."""
    places = lot.places[:: -(-len(lot.places) // MEMBERS)]
    liars = list(different(lot, places, size))
    top = max(lot.least, *(max(members) for members in (*lot.values, *lot.bids))) + 1
    grid = range(min(top, BID_LIMIT) + 1)
    if len(places) == len(lot.places) and len(liars) * len(grid) ** size <= plays:
        return Search(liars, lambda place: grid, whole=True)

    @cache
    def lies(place: Place) -> Sequence[int]:
        return tuple(islice(critical(lot.item, place), FEW[size]))

    most = max(1, plays // FEW[size] ** size)
    return Search(liars[:: -(-len(liars) // most)], lies, whole=False)
