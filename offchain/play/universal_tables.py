"""Instances of the universal auction as its contract has them: bidders by type, values by how many of a type have which signals.

A table there has a side for each type and each signal from 1 up: how many of the type's bidders have at least that signal. So it
cannot tell bidders of a type apart. Where values do, every bidder is a type of its own.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, product
from math import prod

from offchain.model.instances.monotone_signals import (
    MonotoneSignalsInstance,
    find_asymmetry,
    neighbours,
)


def kinds_of(instance: MonotoneSignalsInstance) -> tuple[int, ...]:
    """The type of every bidder, by number: the instance's, or each its own. O(entries * bidders)."""
    if is_alike(instance):
        return tuple(instance.types.index(bidder.type) for bidder in instance.bidders)
    return tuple(range(len(instance.bidders)))


def is_alike(instance: MonotoneSignalsInstance) -> bool:
    """Whether nobody's value changes when two bidders of a type exchange their signals."""
    pairs = neighbours([bidder.type for bidder in instance.bidders])
    return all(
        find_asymmetry(bidder.value, *pair) is None for bidder in instance.bidders for pair in pairs
    )


def sides(kinds: Sequence[int], signals: int) -> list[int]:
    """How long each side of a table is, the last running fastest."""
    counts = Counter(kinds)
    return [counts[kind] + 1 for kind in sorted(counts) for _ in range(1, signals)]


def size(kinds: Sequence[int], signals: int) -> int:
    """How many values a table has."""
    return prod(sides(kinds, signals))


def tables(instance: MonotoneSignalsInstance, kinds: Sequence[int]) -> list[list[int]]:
    """Every bidder's table. O(size * bidders^2)."""
    profiles = list(_profiles(kinds, instance.signals))
    return [[bidder.value.at(profile) for profile in profiles] for bidder in instance.bidders]


def _profiles(kinds: Sequence[int], signals: int) -> Iterator[list[int]]:
    """A profile of signals for each place of a table.

    No more bidders can have a signal than a lower one. Where a place says so, what counts is the fewest
    up to there: values that do not fall anywhere.
    """
    upper = signals - 1
    for index in product(*map(range, sides(kinds, signals))):
        rows = [
            list(accumulate(index[start : start + upper], min))
            for start in range(0, len(index), upper)
        ]
        seen: Counter[int] = Counter()
        profile = []
        for kind in kinds:
            profile.append(sum(count > seen[kind] for count in rows[kind]))
            seen[kind] += 1
        yield profile
