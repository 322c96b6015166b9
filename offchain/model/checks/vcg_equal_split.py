"""That VCG over the equal split is not truthful, whatever the aggregation function: the member and the lie.

Source: "When Bidders Are DAOs", Appendix A. Its argument needs consumer sovereignty: that every
member can force every item by some bid. An aggregation that listens to one member only need not
leave the others a way to gain, but then it leaves them no way to some item either; so there are two
searches here. Amounts are integers in units.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

from offchain.model.checks.properties import (
    Award,
    Deviation,
    Game,
    find_deviation,
    find_unreachable,
)
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.vcg_equal_split import Aggregation, solve


def appendix_a(ten: int, epsilon: int = 1) -> TwoLevelInstance:
    """The paper's instance with items r and s, where `ten` units are its 10 and `epsilon` units its epsilon.

    Group G1 = {(10 + 2e, 0), (5 - e, e)}, group G2 = {(10, e)}; all bid truthfully.
    """
    values = [[(ten + 2 * epsilon, 0), (ten // 2 - epsilon, epsilon)], [(ten, epsilon)]]
    return TwoLevelInstance(
        items=2,
        reserves=(1, 1),
        groups=tuple(
            Group(
                f"G{j}",
                tuple(Member(f"{i}^{j}", value, value) for i, value in enumerate(group, start=1)),
            )
            for j, group in enumerate(values, start=1)
        ),
    )


def find_lie(
    instance: TwoLevelInstance, aggregation: Aggregation
) -> Deviation[tuple[int, ...]] | None:
    """A member and bids for all items that give it more than its values do, all others being truthful.

    Tries for every item 0, everybody's values and their neighbours, and more than all together: all
    combinations, so exponential in the number of items.
    """
    return find_deviation(game(instance, aggregation), lambda _: claims(instance))


def find_shut_out(instance: TwoLevelInstance, aggregation: Aggregation) -> tuple[str, int] | None:
    """A member and an item that it gets by none of these bids, all others being truthful: no consumer sovereignty."""
    seats = game(instance, aggregation)
    for item in range(instance.items):
        name = find_unreachable(seats, lambda _: claims(instance), prize_is(item))
        if name is not None:
            return name, item
    return None


def prize_is(item: int) -> Callable[[int, int | None], bool]:
    """Whether a member's prize is this item."""
    return lambda _, prize: prize == item


def game(instance: TwoLevelInstance, aggregation: Aggregation) -> Game[tuple[int, ...], int | None]:
    """The mechanism as all members of all groups see it; the prize is the item, None for nothing."""
    members = [member for group in instance.groups for member in group.members]

    def play(bids: tuple[tuple[int, ...], ...]) -> list[Award[int | None]]:
        rest = iter(bids)
        groups = tuple(
            replace(group, members=tuple(replace(m, bids=next(rest)) for m in group.members))
            for group in instance.groups
        )
        results = solve(replace(instance, groups=groups), aggregation)
        return [
            Award(result.item, result.share) if place in result.served else Award(None, 0)
            for group, result in zip(groups, results, strict=True)
            for place in range(len(group.members))
        ]

    return Game(
        names=tuple(member.name for member in members),
        bids=tuple(member.values for member in members),
        play=play,
        worth=lambda player, item: 0 if item is None else members[player].values[item],
    )


def claims(instance: TwoLevelInstance) -> Iterator[tuple[int, ...]]:
    """The bids that the searches try."""
    values = [v for group in instance.groups for member in group.members for v in member.values]
    near = {max(0, value + step) for value in (0, *values) for step in (-1, 0, 1)}
    return product(sorted({*near, sum(values) * len(values) + 1}), repeat=instance.items)
