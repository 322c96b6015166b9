"""The linear programme of the best way to share a price among members, by lottery or by parts of access.

A group whose members have whole values from 0 to p meets one rival who values the item at p and bids that; the price for the
group is p, as of a deterministic truthful upper rule. What a lower rule does with a profile of values is then: with which
probability the group buys (g), how much access each member has (x, a probability or a part, at most g), and what each pays (c),
in expectation. Rules are

- truthful: no member has more of value * x - c by another bid on the grid; and individually rational: that is not negative;
- budget balanced: payments come to p * g. (`Budget.COVERED`: or to more, which bounds prices above p, too.)

Of all such rules that one is best which guarantees the largest part of the optimum: for each profile, value * x over the members
and p * (1 - g) come to that part of the sum of values or p, whichever is more. Rules that treat members alike do as well as any,
since the mean of a rule over all orders of members is one; so variables stand for profiles in falling order, and for values, not
members. Only lies to neighbouring values are listed: they imply the others, as access does not fall in the value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations_with_replacement
from typing import TypeAlias

Profile: TypeAlias = tuple[int, ...]
"""The members' values, in falling order."""

Variable: TypeAlias = str
"""PART, or g, x or c of a profile, the last two of members with some value: "x 3,1 1"."""

PART: Variable = "part"
"""The part of the optimum that is guaranteed: the objective."""


class Budget(StrEnum):
    """What members pay together: EXACT: the price. COVERED: at least the price."""

    EXACT = "exact"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class Constraint:
    """The sum of `terms`, a coefficient for each variable, is at most `limit`."""

    name: str
    terms: Mapping[Variable, int]
    limit: int


@dataclass(frozen=True)
class Programme:
    """Maximize `PART` over variables that are not negative. members: how many. price: p, which is also the highest value."""

    members: int
    price: int
    budget: Budget

    @property
    def profiles(self) -> Iterator[Profile]:
        """Every profile of values, once for all its orders."""
        return combinations_with_replacement(range(self.price, -1, -1), self.members)

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """All of them, each by a name of its own."""
        return tuple(one for profile in self.profiles for one in self._of(profile))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """All that occur, PART first."""
        named = dict.fromkeys(name for one in self.constraints for name in one.terms)
        return (PART, *(name for name in named if name != PART))

    def _of(self, values: Profile) -> Iterator[Constraint]:
        count = {value: values.count(value) for value in values}
        buys, said = bought(values), told(values)
        welfare = {access(values, value): -value * many for value, many in count.items() if value}
        optimum = max(sum(values), self.price)
        yield Constraint(
            f"welfare {said}", {**welfare, buys: self.price, PART: optimum}, self.price
        )
        yield Constraint(f"lottery {said}", {buys: 1}, 1)
        paid = {payment(values, value): many for value, many in count.items()}
        owed = {name: -many for name, many in paid.items()}
        yield Constraint(f"covered {said}", {**owed, buys: self.price}, 0)
        if self.budget is Budget.EXACT:
            yield Constraint(f"returned {said}", {**paid, buys: -self.price}, 0)
        for value in count:
            who = f"{said} {value}"
            mine, cost = access(values, value), payment(values, value)
            yield Constraint(f"access {who}", {mine: 1, buys: -1}, 0)
            yield Constraint(f"rational {who}", {mine: -value, cost: 1}, 0)
            for bid in (value - 1, value + 1):
                if 0 <= bid <= self.price:
                    lie = replaced(values, value, bid)
                    gain = {access(lie, bid): value, payment(lie, bid): -1, mine: -value, cost: 1}
                    yield Constraint(f"truthful {who} {bid}", gain, 0)


def told(values: Profile) -> str:
    """A profile in the names of variables."""
    return ",".join(map(str, values))


def bought(values: Profile) -> Variable:
    """With which probability the group buys."""
    return f"g {told(values)}"


def access(values: Profile, value: int) -> Variable:
    """The access of a member with this value."""
    return f"x {told(values)} {value}"


def payment(values: Profile, value: int) -> Variable:
    """What a member with this value pays in expectation."""
    return f"c {told(values)} {value}"


def replaced(values: Profile, value: int, bid: int) -> Profile:
    """The profile in which a member with this value bids something else."""
    rest = list(values)
    rest.remove(value)
    return tuple(sorted([*rest, bid], reverse=True))
