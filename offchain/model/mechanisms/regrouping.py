"""Groups within a group: a group cut into subgroups, each of which bids as one, and what the subgroups can pay together.

Source: Chen and Zhou, "Less-excludable Mechanism for DAOs in Public Good Auctions" (arXiv 2504.11854). Subgroups share a price
as members do: each has its willingness to pay, and the group's is the most that some of them can pay in equal shares; what one
is asked for is shared equally among its members. Everybody alone, and everybody in one, is the equal split of `equal_split.py`;
what lies between can pay more: `in_equal_shares`.

Where each subgroup pays its own willingness to pay, more subgroups can always pay more: `each_its_own`, for so many at most.

docs/regrouping.md proves that subgroups which are blocks of the ranked bids do as well as any, and that the best are found. All
amounts are non-negative integers in units; a bid of 0 is none.
"""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise
from typing import ClassVar, TypeAlias

from offchain.model.mechanisms.equal_split import (
    equal_split,
    served_count,
    share,
    willingness_to_pay,
)
from offchain.model.mechanisms.lower import Split


@dataclass(frozen=True)
class Regrouping:
    """A group cut into blocks of its ranked bids, and what the subgroups pay together.

    bids: the positive ones, highest first. ends: the last rank of each subgroup, rising up to the number of bids.
    asked: what each subgroup is asked for when they pay the most.
    """

    bids: tuple[int, ...]
    ends: tuple[int, ...]
    asked: tuple[int, ...]

    @cached_property
    def total(self) -> int:
        """What the subgroups pay together, in units."""
        return sum(self.asked)

    @cached_property
    def subgroups(self) -> tuple[tuple[int, ...], ...]:
        """The bids of each subgroup, highest first."""
        return tuple(self.bids[first:last] for first, last in pairwise((0, *self.ends)))


Looked: TypeAlias = Callable[[], object]
"""Is called at every step of a search."""


def _unseen() -> None:
    """Nobody waits for the search."""


def willingness_of_subgroups(subgroups: Iterable[Iterable[int]]) -> int:
    """The most that subgroups with these bids can pay together, those who pay in equal shares. O(n log n)."""
    return willingness_to_pay(willingness_to_pay(subgroup) for subgroup in subgroups)


def shares(subgroups: Sequence[Sequence[int]], price: int) -> list[list[int | None]]:
    """What each member of each subgroup pays of a price, None if not served: an equal split among subgroups, then within each.

    Shares are rounded up at both. Above the subgroups' willingness to pay nobody is served. O(n log n).
    Raises ValueError if the price is below 1 unit.
    """
    able = [willingness_to_pay(subgroup) for subgroup in subgroups]
    paying = served_count(able, price)
    asked = share(price, paying) if paying else 0
    return [
        _shares_within(subgroup, asked) if paying and most >= asked else [None] * len(subgroup)
        for subgroup, most in zip(subgroups, able, strict=True)
    ]


def _shares_within(bids: Sequence[int], asked: int) -> list[int | None]:
    split = equal_split(bids, asked)
    return [split.share if split.serves(bid) else None for bid in bids]


class _BySubgroups(ABC):
    """A lower rule, as of `lower.py`, by which subgroups share a price. O(n log n) beside what cutting them takes."""

    serves_all: ClassVar[bool] = False

    def bid(self, bids: Sequence[int]) -> int:
        """As a LowerRule: the most that the subgroups can pay in equal shares."""
        return willingness_of_subgroups([[bids[place] for place in cut] for cut in self.cuts(bids)])

    def split(self, bids: Sequence[int], price: int) -> Split:
        """As a LowerRule."""
        most = self.bid(bids)
        if not 1 <= price <= most:
            raise ValueError(f"a price is from 1 to {most}, what the group bids, not {price}")
        cuts = self.cuts(bids)
        paid: list[int | None] = [None] * len(bids)
        for cut, pays in zip(
            cuts, shares([[bids[place] for place in cut] for cut in cuts], price), strict=True
        ):
            for place, each in zip(cut, pays, strict=True):
                paid[place] = each
        return Split(tuple(paid), None, sum(each for each in paid if each is not None))

    @abstractmethod
    def cuts(self, bids: Sequence[int]) -> list[Sequence[int]]:
        """The places of each subgroup's members in the list of bids."""


@dataclass(frozen=True, slots=True)
class SettledSubgroups(_BySubgroups):
    """Subgroups of `size` members each, in their order, whatever they bid; the last may be smaller. No lie pays."""

    size: int

    def cuts(self, bids: Sequence[int]) -> list[Sequence[int]]:
        """As _BySubgroups."""
        places = range(len(bids))
        return [places[first : first + self.size] for first in range(0, len(bids), self.size)]


@dataclass(frozen=True, slots=True)
class BestSubgroups(_BySubgroups):
    """The subgroups that can pay most of what the members bid, who may gain by lies; of equal bids the earlier ranks higher."""

    def cuts(self, bids: Sequence[int]) -> list[Sequence[int]]:
        """As _BySubgroups; who bids nothing is in none."""
        ranked = sorted(
            (place for place, bid in enumerate(bids) if bid), key=lambda place: -bids[place]
        )
        ends = (0, *in_equal_shares(bids).ends)
        return [ranked[first:last] for first, last in pairwise(ends)]


def in_equal_shares(
    bids: Iterable[int], most: int | None = None, looked: Looked = _unseen
) -> Regrouping:
    """The subgroups, at most `most`, whose equal shares come to the most; of several ways, that by the most subgroups.

    How many subgroups can pay an amount each falls as the amount rises, so that between two amounts the total stays below the
    larger times the subgroups at the smaller: a bound that rules out all but some hundred amounts for 17,448 real contributions.
    A look at one takes O(sizes of subgroups * log n), and at most sqrt(2n) sizes differ; `looked` is called after each. Raises
    ValueError if `most` is below 1.
    """
    ranked = _ranked(bids)
    limit = _limit(most, len(ranked))
    if not ranked:
        return Regrouping((), (), ())
    blocks = _Blocks(ranked)
    subgroups, asked = _best_share(blocks, limit, looked)
    return _with_rest(ranked, blocks.ends(asked, subgroups), [asked] * subgroups)


def each_its_own(bids: Iterable[int], most: int, looked: Looked = _unseen) -> Regrouping:
    """The subgroups, at most `most`, whose own willingness to pay sums up to the most.

    The best sum is concave in the number of subgroups, so that a toll on each subgroup holds them to a number. O(n) for each toll
    tried, after which `looked` is called; they are as many as the willingness to pay has bits. Raises ValueError if `most` is
    below 1.
    """
    ranked = _ranked(bids)
    limit = _limit(most, len(ranked))
    ends = _ends_of_so_many(ranked, limit, looked)
    asked = [(last - first) * ranked[last - 1] for first, last in pairwise((0, *ends))]
    return _with_rest(ranked, ends, asked)


def _ranked(bids: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted((bid for bid in bids if bid > 0), reverse=True))


def _limit(most: int | None, bids: int) -> int:
    if most is not None and most < 1:
        raise ValueError(f"a group has at least 1 subgroup, not {most}")
    return bids if most is None else min(most, bids)


def _with_rest(ranked: tuple[int, ...], ends: Sequence[int], asked: Sequence[int]) -> Regrouping:
    """Those whom no subgroup needs belong to the last, which can pay no less for it."""
    return Regrouping(ranked, (*ends[:-1], len(ranked)) if ranked else (), tuple(asked))


class _Blocks:
    """The most blocks of ranked bids that can pay an amount each: each as short as can be, from the highest bid on."""

    def __init__(self, ranked: tuple[int, ...]) -> None:
        self._ranked = ranked
        self._negative = [-bid for bid in ranked]
        self.highest = willingness_to_pay(ranked)

    def _runs(self, asked: int) -> Iterator[tuple[int, int, int]]:
        """Blocks of one size after each other: (bids before them, their size, how many). Sizes rise."""
        start, size, bids = 0, 1, self._ranked
        while start + size <= len(bids):
            needed = -(-asked // bids[start + size - 1])
            if (
                needed > size
            ):  # a longer block's lowest bid is no higher, so no size below this will do
                size = needed
                continue
            able = bisect_right(self._negative, -asked // size)
            count = (able - start) // size
            yield start, size, count
            start += size * count

    def count(self, asked: int, limit: int) -> tuple[int, int]:
        """How many blocks there are, up to a limit, and the most that just these can pay each; `asked` if there are none."""
        subgroups, able = 0, []
        for start, size, found in self._runs(asked):
            within = min(found, limit - subgroups)
            subgroups += within
            able.append(size * self._ranked[start + size * within - 1])
            if subgroups == limit:
                break
        return subgroups, min(able, default=asked)

    def ends(self, asked: int, limit: int) -> list[int]:
        """The last rank of each block, up to a limit."""
        found = [
            start + size * place
            for start, size, count in self._runs(asked)
            for place in range(1, count + 1)
        ]
        return found[:limit]


@dataclass(frozen=True, slots=True)
class _Gap:
    """Amounts between two that were looked at, neither included, and the subgroups that can pay the lower one."""

    low: int
    high: int
    subgroups: int

    @property
    def bound(self) -> tuple[int, int]:
        """No total between them is above the first, and none is by more subgroups than the second."""
        return (self.high - 1) * self.subgroups, self.subgroups

    def __lt__(self, other: "_Gap") -> bool:
        """The more promising gap comes first."""
        return self.bound > other.bound


def _best_share(blocks: _Blocks, limit: int, looked: Looked) -> tuple[int, int]:
    """How many subgroups pay, and what each is asked for."""
    subgroups, able = blocks.count(1, limit)
    best = (subgroups * able, subgroups, able)
    gaps = [_Gap(able, blocks.highest + 1, subgroups)]
    while gaps and gaps[0].bound > best[:2]:
        gap = heappop(gaps)
        if gap.high - gap.low < 2:
            continue
        middle = (gap.low + gap.high) // 2
        subgroups, able = blocks.count(middle, limit)
        looked()
        best = max(best, (subgroups * able, subgroups, able))
        heappush(gaps, _Gap(gap.low, middle, gap.subgroups))
        heappush(gaps, _Gap(able, gap.high, subgroups))
    return best[1], best[2]


def _ends_of_so_many(ranked: tuple[int, ...], subgroups: int, looked: Looked) -> list[int]:
    """The last ranks of so many blocks whose own willingness to pay sums up to the most.

    A last block of a bid of 0 takes those whom no other needs, so that blocks always reach the end.
    """
    if not ranked:
        return []
    bids, wanted = (*ranked, 0), subgroups + 1
    scale = (
        len(bids) + 1
    )  # a toll of one subgroup more or less in `scale` prefers the fewest blocks, or the most
    low, high = 0, willingness_to_pay(ranked)
    while low < high:
        toll = (low + high) // 2
        if len(_ends_at(bids, toll * scale + 1, scale)) <= wanted:
            high = toll
        else:
            low = toll + 1
        looked()
    fewest = _ends_at(bids, low * scale + 1, scale)
    most = _ends_at(bids, low * scale - 1, scale)
    return _spliced(fewest, most, wanted)[:-1]


def _ends_at(bids: Sequence[int], toll: int, scale: int) -> list[int]:
    """The last ranks of the blocks whose payments, times `scale`, less a toll for each, are the most.

    best[i] = max over j < i of best[j] + scale·(i - j)·b_(i) - toll: of lines best[j] - j·x at x = scale·b_(i), which falls, so
    that later lines overtake earlier ones.
    """
    best, before = [0], [0]
    lines: deque[int] = deque([0])
    for rank, bid in enumerate(bids, start=1):
        at = scale * bid
        while len(lines) > 1 and best[lines[1]] - lines[1] * at >= best[lines[0]] - lines[0] * at:
            lines.popleft()
        start = lines[0]
        best.append(best[start] + (rank - start) * at - toll)
        before.append(start)
        while len(lines) > 1 and _is_never_highest(best, lines[-2], lines[-1], rank):
            lines.pop()
        lines.append(rank)
    ends = []
    rank = len(bids)
    while rank:
        ends.append(rank)
        rank = before[rank]
    return ends[::-1]


def _is_never_highest(best: Sequence[int], first: int, middle: int, last: int) -> bool:
    """Whether of three lines best[j] - j·x, which fall ever more steeply, the middle one is below another wherever x is."""
    return (best[middle] - best[first]) * (last - middle) <= (best[last] - best[middle]) * (
        middle - first
    )


def _spliced(fewer: list[int], more: list[int], wanted: int) -> list[int]:
    """Blocks as good as two ways that are equally good, so many: the first of one way, then the last of the other.

    Where a block of `fewer` encloses one of `more`, the crossing blocks pay no less (docs/regrouping.md), and so the same.
    """
    a, b = [0, *fewer], [0, *more]
    ahead = len(more) - wanted
    place = next(i for i in range(len(fewer)) if b[i + 1 + ahead] <= a[i + 1])
    return [*a[1 : place + 1], *b[place + 1 + ahead :]]
