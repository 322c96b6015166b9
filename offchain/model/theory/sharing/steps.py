"""A lower rule that gives parts of access in steps, and the two-level mechanism that it makes: for all values and all prices.

A price p is cut into `steps` equal parts. A member's index is how many of these its value has, `steps` at most, so that a group's
values become a profile of indexes. For each profile the rule says which part of the access each member has, and whether the group
buys: a set of profiles that no higher index leaves. A member pays, for each index up to its own, by how much its access grows
there times what that index costs: index/steps of the price, the least value that reaches it. So the truth is best at every price,
and payments are the price when the group buys, to the unit, as `Steps.check` holds the table to.

The group bids the highest price at which it buys. Members have no more access at a higher price, so its served values are worth
what it bids or more at every lower one. From that, and from the part of the optimum that `check` finds against one rival whose
bid is the price, follows the same part for any number of groups (docs/sharing.md).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources import files
from itertools import combinations_with_replacement, product
from math import ceil, floor
from typing import Any, TypeAlias

Indexes: TypeAlias = tuple[int, ...]
"""The indexes of a group's members."""

Value: TypeAlias = int | Fraction
"""What access is worth to a member, exactly."""

FILE = "steps.json"
"""Written by `python -m tools.write_certificates`."""


@dataclass(frozen=True, slots=True)
class Sold:
    """What a group gets at a price: each member's part of the access, and what it pays. None buys: all are 0."""

    access: tuple[Fraction, ...]
    pays: tuple[Fraction, ...]


@dataclass(frozen=True)
class Steps:
    """A rule for groups of `members`; smaller ones are filled up with values of 0.

    access: of a member, by the indexes of all in falling order and its own, unlisted 0. The group buys where anybody has access.
    """

    members: int
    steps: int
    access: Mapping[tuple[Indexes, int], Fraction]

    @cached_property
    def least(self) -> tuple[Indexes, ...]:
        """The profiles at which the group buys, and at none with a lower index: enough to tell all."""
        return tuple(
            one for one in self._profiles if self.buys(one) and not any(map(self.buys, _below(one)))
        )

    @property
    def _profiles(self) -> Iterator[Indexes]:
        return combinations_with_replacement(range(self.steps, -1, -1), self.members)

    def of(self, indexes: Sequence[int], member: int) -> Fraction:
        """A member's part of the access."""
        key = (tuple(sorted(indexes, reverse=True)), indexes[member])
        return self.access.get(key, Fraction(0))

    def buys(self, indexes: Sequence[int]) -> bool:
        """Whether the group buys."""
        return any(self.of(indexes, member) for member in range(len(indexes)))

    def pays(self, indexes: Sequence[int], member: int) -> Fraction:
        """What a member pays, in parts of the price over `steps`."""
        total = Fraction(0)
        for index in range(1, indexes[member] + 1):
            here, before = _with(indexes, member, index), _with(indexes, member, index - 1)
            total += index * (self.of(here, member) - self.of(before, member))
        return total

    def bid(self, values: Sequence[Value]) -> Fraction:
        """The highest price at which a group with these values buys; 0 if there is none."""
        ranked = [*sorted(values, reverse=True), *[0] * (self.members - len(values))]
        prices = (
            min(
                Fraction(value * self.steps, index)
                for value, index in zip(ranked, least, strict=True)
                if index
            )
            for least in self.least
        )
        return max(prices, default=Fraction(0))

    def sell(self, values: Sequence[Value], price: Fraction, above: bool = False) -> Sold:
        """What a group with these values gets at a positive price. above: by a bid that has to be above the price.

        Then an index is reached by values above its cost alone, as it is at any price a little higher.
        """
        indexes = [self._index(value * self.steps / price, above) for value in values]
        indexes += [0] * (self.members - len(values))
        places = range(len(values))
        return Sold(
            tuple(self.of(indexes, place) for place in places),
            tuple(self.pays(indexes, place) * price / self.steps for place in places),
        )

    def _index(self, steps: Fraction, above: bool) -> int:
        return min(max(ceil(steps) - 1, 0) if above else floor(steps), self.steps)

    def to_json(self) -> dict[str, object]:
        """As `rules` reads it."""
        told = {
            f"{','.join(map(str, indexes))} {own}": str(part)
            for (indexes, own), part in self.access.items()
        }
        return {"members": self.members, "steps": self.steps, "access": told}

    def check(self) -> Fraction:
        """The part of the optimum that is guaranteed, after all that the rule promises was found true of every profile.

        The optimum is the sum of values, or the price as the value of a rival who bids it. In a cell of values of the same
        indexes welfare less a part of the optimum is concave, and does not fall where an index is the last, since access is whole
        there: it is least at a corner. Raises ValueError that says what is broken. O(profiles * 2^members).
        """
        for indexes in self._profiles:
            self._check_access(indexes)
        for indexes in self._profiles:
            self._check_payments(indexes)
        return min(map(self._part, self._profiles))

    def _check_payments(self, indexes: Indexes) -> None:
        paid = sum((self.pays(indexes, place) for place in range(self.members)), Fraction(0))
        if paid != (self.steps if self.buys(indexes) else 0):
            raise ValueError(f"payments at {indexes} are not the price")

    def _check_access(self, indexes: Indexes) -> None:
        places = range(self.members)
        if not all(0 <= self.of(indexes, place) <= 1 for place in places):
            raise ValueError(f"access at {indexes} is no part")
        for place, index in enumerate(indexes):
            if index == self.steps and self.of(indexes, place) != 1:
                raise ValueError(f"who has the price at {indexes} has no whole access")
            if index < self.steps:
                above = _with(indexes, place, index + 1)
                if any(self.of(indexes, one) > self.of(above, one) for one in places):
                    raise ValueError(f"access falls from {indexes} to {tuple(above)}")

    def _part(self, indexes: Indexes) -> Fraction:
        buys, last = self.buys(indexes), self.steps
        access = [self.of(indexes, place) for place in range(self.members)]
        parts = []
        for up in product(*((0,) if index == last else (0, 1) for index in indexes)):
            corner = [index + more for index, more in zip(indexes, up, strict=True)]
            welfare = sum(
                (value * part for value, part in zip(corner, access, strict=True)), Fraction(0)
            )
            parts.append((welfare if buys else Fraction(last)) / max(sum(corner), last))
        return min(parts)


def _with(indexes: Sequence[int], member: int, index: int) -> list[int]:
    changed = list(indexes)
    changed[member] = index
    return changed


def _below(indexes: Indexes) -> Iterator[list[int]]:
    """The profiles in which one member's index is one less."""
    return (_with(indexes, member, index - 1) for member, index in enumerate(indexes) if index > 0)


def sell_to(rule: Steps, groups: Sequence[Sequence[Value]], reserve: int = 1) -> list[Sold]:
    """What every group's members get of one item by the two-level mechanism of a rule, groups bidding in this order.

    The first of the highest bids wins, at the reserve at least, and the price is the highest other bid, or the reserve.
    """
    bids = [rule.bid(values) for values in groups]
    winner = bids.index(max(bids))
    others = [Fraction(reserve), *bids[:winner], *bids[winner + 1 :]]
    price = max(others)
    above = price in bids[:winner]
    nothing = [Sold((Fraction(0),) * len(group), (Fraction(0),) * len(group)) for group in groups]
    if bids[winner] < price:
        return nothing
    return [
        rule.sell(values, price, above) if place == winner else nothing[place]
        for place, values in enumerate(groups)
    ]


@cache
def rules() -> tuple[Steps, ...]:
    """All that are kept, read from the file."""
    text = files(__package__ or "").joinpath(FILE).read_text(encoding="utf-8")
    return tuple(map(_read, json.loads(text)))


def _read(entry: Mapping[str, Any]) -> Steps:
    access = {}
    for told, part in entry["access"].items():
        indexes, own = told.split(" ")
        access[tuple(map(int, indexes.split(","))), int(own)] = Fraction(part)
    return Steps(entry["members"], entry["steps"], access)
