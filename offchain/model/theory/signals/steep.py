"""Steep instances: a table says who is optimal at which signals, and selling to anybody else is next to nothing.

From one total to the next the optimal value grows by a factor. Up to the names of the bidders, all
such tables are gone through where that is little work, and else drawn at random.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from typing import TypeAlias

from offchain.model.instances.lotteries import Lottery, optimal_bidder
from offchain.model.instances.signal_clock import SignalClockInstance, shape
from offchain.model.instances.signals import Rule, SignalBidder, SignalInstance, Table

PAPER = "Prior-Free Clock Auctions for Bidders with Interdependent Values"

GAP = 10
"""How many times more the good is worth where one more signal is high."""

SEED = 1

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How many signals there are, and the type of each bidder.

    samples: how many instances to draw at random; None for all.
    """

    signals: int
    kinds: tuple[int, ...]
    samples: int | None = None


BINARY = (*(Shape(2, (0,) * count) for count in (1, 2, 3, 4)), Shape(2, (0,) * 6, 1000))

BINARY_TYPES = (Shape(2, (0, 1)), Shape(2, (0, 0, 1), 1000), Shape(2, (0, 0, 1, 1, 1, 2), 1000))

MANY = (Shape(3, (0, 0)), Shape(4, (0, 0)), Shape(3, (0,) * 3, 1000), Shape(4, (0,) * 5, 500))

MANY_TYPES = (Shape(3, (0, 1), 1000), Shape(3, (0, 0, 1), 1000), Shape(4, (0, 0, 0, 1, 1), 500))


def clock_auction(
    signals: int, *bidders: tuple[int, Sequence[int]], rule: Rule = Rule.WELFARE
) -> SignalClockInstance:
    """Bidders a, b, ... of one type: the signal of each, and its value at every total of signals."""
    return SignalClockInstance(
        signals,
        rule,
        ("x",),
        tuple(
            SignalBidder(name, "x", signal, Table((len(values),), tuple(values)))
            for name, (signal, values) in zip("abcdefgh", bidders, strict=False)
        ),
    )


def steep(
    signals: int, kinds: Sequence[int], best: Sequence[int], profile: Index, rule: Rule
) -> SignalClockInstance:
    """The instance whose optimal bidder is `best`, over all indices of the types' totals, the last fastest."""
    names = tuple(f"t{kind}" for kind in range(max(kinds) + 1))
    types = [names[kind] for kind in kinds]
    box = shape(signals, names, types)
    tables = steep_tables(box, best, len(kinds), below)
    return SignalClockInstance(
        signals, rule, names, tuple(map(SignalBidder, letters(kinds), types, profile, tables))
    )


def steep_tables(
    box: Sequence[int], best: Sequence[int], bidders: int, lower: Callable[[Index, Index], bool]
) -> list[Table]:
    """Every bidder's least table in which `best` is optimal by a factor of GAP; `lower` orders the indices."""
    cells = list(product(*map(range, box)))
    where: list[list[Index]] = [[] for _ in range(bidders)]
    for cell, bidder in zip(cells, best, strict=True):
        where[bidder].append(cell)

    def table(bidder: int) -> Table:
        return Table.of(
            box,
            lambda index: max(
                (GAP ** (sum(cell) + 1) for cell in where[bidder] if lower(cell, index)), default=0
            ),
        )

    return [table(bidder) for bidder in range(bidders)]


def below(cell: Index, index: Index) -> bool:
    """Whether no number of the cell is above that of the index."""
    return all(map(int.__le__, cell, index))


def letters(kinds: Sequence[int]) -> list[str]:
    """As many names."""
    return list("abcdefgh"[: len(kinds)])


def cases(
    shapes: Iterable[Shape], rule: Rule = Rule.WELFARE, seed: int = SEED
) -> Iterator[SignalClockInstance]:
    """Steep instances of these shapes."""
    for each in shapes:
        members = [each.kinds.count(kind) for kind in range(max(each.kinds) + 1)]
        cells = prod(count * (each.signals - 1) + 1 for count in members)
        for best, profile in draws(each, cells, seed):
            yield steep(each.signals, each.kinds, best, profile, rule)


def draws(each: Shape, cells: int, seed: int) -> Iterator[tuple[tuple[int, ...], Index]]:
    """Who is optimal where, and the signals: all of them but for bidders' names, or random ones."""
    count = len(each.kinds)
    if each.samples is None:
        names = tables(cells, count, alike=len(set(each.kinds)) == 1)
        yield from product(names, product(range(each.signals), repeat=count))
        return
    random = Random(seed)
    for _ in range(each.samples):
        yield (
            tuple(random.randrange(count) for _ in range(cells)),
            tuple(random.randrange(each.signals) for _ in range(count)),
        )


def tables(cells: int, bidders: int, alike: bool) -> Iterator[tuple[int, ...]]:
    """All ways to name a bidder for every cell; if they are alike, those in which they first come in order."""
    for best in product(range(bidders), repeat=cells):
        if not alike or all(
            bidder <= max(best[:place], default=-1) + 1 for place, bidder in enumerate(best)
        ):
            yield best


def sells_to_best(instance: SignalInstance, lottery: Lottery, in_full: bool) -> Fraction:
    """The probability that the optimal bidder wins; `in_full`: that it wins and pays its value."""
    worths = instance.worths(instance.profile)
    best = optimal_bidder(worths)
    return sum(
        (
            chance
            for (winner, price), chance in lottery.items()
            if winner == best and (price == worths[best] or not in_full)
        ),
        Fraction(0),
    )


def sampled(shapes: Iterable[Shape], seed: int) -> str:
    """How many of the instances are drawn, in words."""
    drawn = sum(each.samples or 0 for each in shapes)
    return f", {drawn} of them drawn (seed {seed})" if drawn else ""
