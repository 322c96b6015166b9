"""Finite abelian groups, up to isomorphism: products of cyclic groups, elements numbered from 0, the neutral one.

A set of elements is an integer, bit e for element e, so that a set is moved by an element in a few shifts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod


@dataclass(frozen=True)
class Group:
    """The product of cyclic groups of these orders; an element's digits in them, the first fastest, make its number."""

    orders: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many elements there are."""
        return prod(self.orders)

    @property
    def is_cyclic(self) -> bool:
        """Whether it is written as one cyclic group."""
        return len(self.orders) == 1

    def digits(self, element: int) -> list[int]:
        """The element's part in every factor."""
        parts = []
        for order in self.orders:
            element, part = divmod(element, order)
            parts.append(part)
        return parts

    def sum(self, elements: Iterable[int]) -> int:
        """The sum of elements. O(elements * factors)."""
        totals = [0] * len(self.orders)
        for element in elements:
            totals = [
                total + part for total, part in zip(totals, self.digits(element), strict=True)
            ]
        return self._element(totals)

    def minus(self, one: int, other: int) -> int:
        """The difference of two elements."""
        pairs = zip(self.digits(one), self.digits(other), strict=True)
        return self._element(left - right for left, right in pairs)

    def moved(self, elements: int, by: int) -> int:
        """The set of sums of `by` with each of a set."""
        for low, up, high, down in self.moves[by]:
            elements = (elements & low) << up | (elements & high) >> down
        return elements

    def _element(self, parts: Iterable[int]) -> int:
        element, stride = 0, 1
        for order, part in zip(self.orders, parts, strict=True):
            element += stride * (part % order)
            stride *= order
        return element

    @cached_property
    def moves(self) -> list[list[tuple[int, int, int, int]]]:
        """For each element and factor: which elements go up in it and by how much, and which come down."""
        return [list(self._moves_of(element)) for element in range(self.size)]

    def _moves_of(self, by: int) -> Iterator[tuple[int, int, int, int]]:
        stride = 1
        for place, (order, part) in enumerate(zip(self.orders, self.digits(by), strict=True)):
            if part:
                low = sum(
                    1 << element
                    for element in range(self.size)
                    if self.digits(element)[place] < order - part
                )
                high = (1 << self.size) - 1 - low
                yield low, part * stride, high, (order - part) * stride
            stride *= order


def abelian_groups(size: int) -> list[Group]:
    """All abelian groups of that many elements, one of each kind, the cyclic one first."""
    choices = []
    for prime, power in _prime_powers(size):
        choices.append([[prime**part for part in parts] for parts in _partitions(power, power)])
    groups = []
    for parts in product(*choices):
        most = max(map(len, parts), default=0)
        factors = [prod(part[at] for part in parts if at < len(part)) for at in range(most)]
        groups.append(Group(tuple(factors) or (1,)))
    return groups


def _prime_powers(number: int) -> Iterator[tuple[int, int]]:
    prime = 2
    while number > 1:
        power = 0
        while number % prime == 0:
            number //= prime
            power += 1
        if power:
            yield prime, power
        prime += 1


def _partitions(total: int, most: int) -> Iterator[list[int]]:
    """The ways to write the total as a sum of numbers up to `most`, falling; the total alone first."""
    if not total:
        yield []
    for part in range(min(total, most), 0, -1):
        for rest in _partitions(total - part, part):
            yield [part, *rest]
