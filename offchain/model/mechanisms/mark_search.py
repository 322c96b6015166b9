"""The search for marks: in every abelian group of a size, until one has them or none has.

Marks are built up type by type, and within a type signal by signal, starting at the neutral element.
A next mark x may be taken if no difference from it to a mark of its type is in use; those among
themselves differ. All are tried, so that a search that ends without marks proves that there are none.
What shortens it leaves that true: of the types, whose order does not matter, each next one has the
least difference that is not in use, unless no type has; and the first step of an only type in a cyclic
group divides the order, since marks stay marks when a unit multiplies them.
"""

from collections.abc import Iterator
from math import comb

from offchain.model.mechanisms.abelian import Group, abelian_groups
from offchain.model.mechanisms.marks import Marks


def find(signals: int, types: int, size: int | None = None) -> Marks:
    """Marks in the least abelian group that has some, or has some and as many elements as `size` says, or more."""
    size = size or types * comb(signals, 2) + 1
    while True:
        for group in abelian_groups(size):
            marks = search(group, signals, types)
            if marks is not None:
                return marks
        size += 1


def search(group: Group, signals: int, types: int) -> Marks | None:
    """Marks in the group, None if there are none."""
    spare = group.size - 1 - types * comb(signals, 2)
    if spare < 0 or is_odd_one_out(group.size, signals, types):
        return None
    if types == 1:
        rows = next(([row] for row, _ in _rows(group, signals, 1, _first_steps(group))), None)
    else:
        rows = _search(group, signals, types, 1, spare)
    return None if rows is None else Marks(group, tuple(map(tuple, rows)))


def search_pairs(group: Group, pair: int, signals: int, types: int) -> Marks | None:
    """Marks in a group of twice as many elements as colours, which are pairs of elements `pair` apart; None if there are none."""
    if group.size != 2 * (types * comb(signals, 2) + 1):
        return None
    used = _with_partners(group, 1, pair)
    rows = _search(group, signals, types, used, 0, pair)
    return None if rows is None else Marks(group, tuple(map(tuple, rows)), pair)


def _with_partners(group: Group, elements: int, pair: int) -> int:
    """A set and all that is `pair` apart from one of it, which no difference may be; the set itself for 0."""
    if not pair:
        return elements
    return elements | group.moved(elements, pair) | group.moved(elements, group.minus(0, pair))


def is_odd_one_out(size: int, signals: int, types: int) -> bool:
    """Whether parity rules out marks in every abelian group of that size.

    A group of twice an odd order has a homomorphism onto Z_2, and half of its elements, an odd number of
    them, go to 1. Of a type's differences p * (k - p) do, p being how many of its marks do; that is even
    where k is odd. So the differences cannot be all the elements but the neutral one.
    """
    all_used = size == types * comb(signals, 2) + 1
    return all_used and signals % 2 == 1 and size % 4 == 2


def _search(
    group: Group, signals: int, types: int, used: int, spare: int, pair: int = 0
) -> list[list[int]] | None:
    """Rows of marks for so many types, with differences that are not in use; `spare` elements may stay without use."""
    if not types:
        return []
    least = ~used & (used + 1)
    for row, after in _rows(group, signals, used, _everything(group), pair):
        if after & least:
            rest = _search(group, signals, types - 1, after, spare, pair)
            if rest is not None:
                return [row, *rest]
    return _search(group, signals, types, used | least, spare - 1, pair) if spare else None


def _everything(group: Group) -> int:
    return (1 << group.size) - 1


def _first_steps(group: Group) -> int:
    """Of the marks of signal 1 those to which units take all others."""
    if not group.is_cyclic:
        return _everything(group)
    return sum(1 << step for step in range(1, group.size) if group.size % step == 0)


def _rows(
    group: Group, signals: int, used: int, first: int, pair: int = 0
) -> Iterator[tuple[list[int], int]]:
    """Every row of marks with differences that are not in use, signal 1's among `first`, and what is in use with them."""
    everything = _everything(group)

    # negated: the set of what the row's marks take from another.
    def extend(
        row: list[int], negated: int, used: int, allowed: int
    ) -> Iterator[tuple[list[int], int]]:
        if len(row) == signals:
            yield row, used
            return
        for mark in row:
            allowed &= ~group.moved(used, mark)
        while allowed:
            bit = allowed & -allowed
            allowed ^= bit
            mark = bit.bit_length() - 1
            differences = group.moved(negated, mark)
            if pair and differences & group.moved(differences, pair):
                continue
            with_mark = negated | 1 << group.minus(0, mark)
            after = used | _with_partners(group, differences, pair)
            yield from extend([*row, mark], with_mark, after, everything)

    yield from extend([0], 1, used, first)
