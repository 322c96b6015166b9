"""VCG among groups with the equal split below it: two truthful mechanisms whose composition is not.

Source: "When Bidders Are DAOs", Appendix A, and §4.2 for unit demand. Members have unit demand: they want one of the items and
value a set at the best item in it. A group bids for each item what an aggregation function makes
of its members' bids, takes part in VCG as if it were one unit-demand bidder, and shares what it
pays for its item by the maximum equal split. Whatever the aggregation function, some member gains by
misreporting, or cannot get an item at all.

Instances are those of the two-level mechanism, read with unit demand and without reserves. All
amounts are integers in units.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from offchain.model.instances.bundles import Values
from offchain.model.instances.two_level import Group, TwoLevelInstance
from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.model.mechanisms.lower import EQUAL_SHARES
from offchain.model.mechanisms.vcg import payments
from offchain.model.mechanisms.winner_determination import maximum_welfare, winners

Aggregation: TypeAlias = Callable[[Sequence[tuple[int, ...]]], tuple[int, ...]]
"""From all members' bids for each item to the group's. The identity for a single member (§2)."""


def per_item(aggregate: Callable[[Sequence[int]], int]) -> Aggregation:
    """The aggregation that treats every item alike and by itself."""
    return lambda members: tuple(aggregate(bids) for bids in zip(*members, strict=True))


AGGREGATIONS: Mapping[str, Aggregation] = MappingProxyType(
    {
        "sum": per_item(sum),
        "maximum": per_item(max),
        "minimum": per_item(min),
        "willingness to pay": per_item(willingness_to_pay),
        "mean, rounded down": per_item(lambda bids: sum(bids) // len(bids)),
        "median, the lower": per_item(lambda bids: sorted(bids)[(len(bids) - 1) // 2]),
        "first member": lambda members: members[0],
        "last member": lambda members: members[-1],
        "best member": lambda members: max(members, key=sum),
    }
)
"""A family of aggregation functions, by name."""


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What a group gets. item: None for nothing.

    price: what VCG asks of the group. served: the members who share it, by place; nobody if no
    number of them can, and then the price stays unpaid. share: what each of these pays.
    """

    item: int | None
    price: int
    served: tuple[int, ...]
    share: int


def solve(instance: TwoLevelInstance, aggregation: Aggregation) -> tuple[GroupResult, ...]:
    """What every group gets, in order. Ties go to the earlier group and the earlier item."""
    items = tuple(map(str, range(instance.items)))
    bids: list[Values] = [
        {(item,): bid for item, bid in zip(items, group_bids(group, aggregation), strict=True)}
        for group in instance.groups
    ]
    choice = winners(items, bids)
    prices = payments(items, bids, choice)
    return tuple(
        GroupResult(None, 0, (), 0)
        if bundle is None
        else split(group, items.index(bundle[0]), price)
        for group, bundle, price in zip(instance.groups, choice, prices, strict=True)
    )


def group_bids(group: Group, aggregation: Aggregation) -> tuple[int, ...]:
    """What the group bids for each item."""
    return aggregation([member.bids for member in group.members])


def split(group: Group, item: int, price: int) -> GroupResult:
    """The maximum equal split of a price; at price 0 it serves everybody who bids for the item."""
    bids = group.bids_on(item)
    shared = max(price, 1)  # a unit is within everybody's bid, and serves the same as nothing
    if shared > EQUAL_SHARES.bid(bids):
        return GroupResult(item, price, (), 0)
    split = EQUAL_SHARES.split(bids, shared)
    served = tuple(place for place, charge in enumerate(split.charges) if charge is not None)
    return GroupResult(item, price, served, 0 if price == 0 else split.share or 0)


def same_price_welfare(items: Sequence[str], wants: Sequence[Values]) -> int:
    """The most welfare under any upper mechanism that is truthful for groups whose structure it cannot see.

    Such a mechanism charges a group the same for every set (Corollary 13), so that a group takes one
    of its favourite items or nothing (Lemma 14). `wants`: each group's value for every single item.
    """
    favourites = [
        {bundle: value for bundle, value in values.items() if value == max(values.values())}
        for values in wants
    ]
    return maximum_welfare(tuple(items), favourites)
