"""Who bids with whom: groups that become one, and members who leave.

A grouping is a way to bid together; everybody bids its value in it. Groups that unite bid in the place of the earlier.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TypeAlias

from offchain.model.instances.two_level import LotOutcome
from offchain.model.mechanisms.two_level import solve_lot
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.daos import PAPER, auction

Grouping: TypeAlias = tuple[tuple[int, ...], ...]
"""Which people bid together, by their places; groups in order of arrival."""


@dataclass(frozen=True, slots=True)
class Sold:
    """What a grouping brings: gains by person; welfare; what the seller gets."""

    gains: tuple[int, ...]
    welfare: int
    paid: int


def sold(grouping: Grouping, values: Sequence[int], reserve: int = 1) -> Sold:
    """The lot where the groups bid so and everybody its value."""
    game = auction(*([values[person] for person in group] for group in grouping), reserve=reserve)
    lot = solve_lot(game, 0)
    served = served_people(grouping, lot)
    gains = tuple((value - lot.share) * (i in served) for i, value in enumerate(values))
    return Sold(gains, sum(values[person] for person in served), lot.paid)


def served_people(grouping: Grouping, lot: LotOutcome) -> frozenset[int]:
    """The places of those served; members are called a1, a2, ... in the first group, and so on."""
    names = {
        f"{letter}{number}": person
        for letter, group in zip("abcdefgh", grouping, strict=False)
        for number, person in enumerate(group, start=1)
    }
    return frozenset(names[name] for name in lot.served)


def groupings(people: int) -> Iterator[Grouping]:
    """Every way to put so many people into groups, in the order of each group's first."""
    if people == 0:
        yield ()
        return
    last = people - 1
    for grouping in groupings(last):
        for place, group in enumerate(grouping):
            yield (*grouping[:place], (*group, last), *grouping[place + 1 :])
        yield (*grouping, (last,))


def united(grouping: Grouping, first: int, second: int) -> Grouping:
    """The grouping where two groups have become one, in the place of the earlier."""
    together = (*grouping[first], *grouping[second])
    rest = list(grouping)
    rest[first] = together
    del rest[second]
    return tuple(rest)


def parted(grouping: Grouping, place: int, leaving: Sequence[int]) -> Grouping:
    """The grouping where some members of a group have left it, to bid together after all others."""
    staying = tuple(person for person in grouping[place] if person not in leaving)
    return (*grouping[:place], staying, *grouping[place + 1 :], tuple(leaving))


@claim(
    f"{PAPER}, beyond Theorem 2: groups that unite",
    "two groups that become one, in the place of the earlier, leave no member worse off and may leave all better off; all bidders"
    " as one group pay the reserve",
    Status.PROVED,
    proof="mechanism.md#groups-that-unite-or-part",
    wider={"people": 5},
)
def united_groups(people: int = 4, top: int = 3) -> Evidence:
    """Every grouping of so many people, every two groups of it, every profile of values."""
    count = worse = better = up = down = more = less = dear = 0
    for values in product(range(1, top + 1), repeat=people):
        dear += sold((tuple(range(people)),), values).paid > people
        for grouping in groupings(people):
            apart = sold(grouping, values)
            for first, second in combinations(range(len(grouping)), 2):
                together = sold(united(grouping, first, second), values)
                members = (*grouping[first], *grouping[second])
                change = [together.gains[i] - apart.gains[i] for i in members]
                count += 1
                worse += min(change) < 0
                better += min(change) > 0
                up += together.welfare > apart.welfare
                down += together.welfare < apart.welfare
                more += together.paid > apart.paid
                less += together.paid < apart.paid
    return Evidence(
        f"{people} people, values 1..{top}, {count} unions: {worse} leave a member worse off, {better} all of them better;"
        f" welfare rises in {up} and falls in {down}, what the seller gets in {more} and {less}; {dear} times all as one pay"
        f" more than a unit each at a reserve of 1",
        worse == dear == 0 < min(better, up, down, more, less),
    )


@claim(
    f"{PAPER}, beyond Theorem 2: members who leave",
    "members who leave their group to bid alone or together, after the others, are never better off, and who stays is not either",
    Status.PROVED,
    proof="mechanism.md#groups-that-unite-or-part",
    wider={"people": 5},
)
def leaving(people: int = 4, top: int = 3) -> Evidence:
    """Every grouping of so many people, all who may leave a group but everybody in it, every profile of values."""
    count = gaining = losing = staying = 0
    for values in product(range(1, top + 1), repeat=people):
        for grouping in groupings(people):
            before = sold(grouping, values)
            for place, gone in leavers(grouping):
                after = sold(parted(grouping, place, gone), values)
                count += 1
                change = [after.gains[i] - before.gains[i] for i in grouping[place]]
                gaining += any(after.gains[i] > before.gains[i] for i in gone)
                staying += max(change) > 0
                losing += min(change) < 0
    return Evidence(
        f"{people} people, values 1..{top}, {count} departures: {gaining} leave one who goes better off, {staying} anybody of the"
        f" group, {losing} somebody worse",
        gaining == staying == 0 < losing,
    )


def leavers(grouping: Grouping) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Every group's place with every set of its members that leaves some."""
    for place, group in enumerate(grouping):
        for size in range(1, len(group)):
            for gone in combinations(group, size):
                yield place, gone
