"""The marks that are kept, held to their definition by arithmetic of the test's own; and the search that found them."""

from itertools import combinations, product
from math import comb, prod

import pytest

from offchain.model.mechanisms.abelian import Group, abelian_groups
from offchain.model.mechanisms.mark_search import find, is_odd_one_out, search, search_pairs
from offchain.model.mechanisms.mark_table import LARGER, MOST_COLOURS, PAIRED, TABLE
from offchain.model.mechanisms.marks import known_marks
from tools.find_marks import sizes

SIZES = [
    (types, signals)
    for signals in range(2, MOST_COLOURS)
    for types in range(1, MOST_COLOURS)
    if types * comb(signals, 2) + 1 <= MOST_COLOURS
]


def parts(element: int, orders: tuple[int, ...]) -> tuple[int, ...]:
    """The element of the product that a number stands for, the first factor's part fastest."""
    found = []
    for order in orders:
        found.append(element % order)
        element //= order
    assert element == 0
    return tuple(found)


def test_there_are_sixty_six_sizes_and_marks_for_each() -> None:
    assert len(SIZES) == 66
    assert sorted(sizes()) == sorted(TABLE) == sorted(size for size in SIZES if size[1] > 2)
    assert all(known_marks(signals, types) is not None for types, signals in SIZES)
    assert known_marks(9, 2) is None


@pytest.mark.parametrize(("types", "signals"), SIZES)
def test_differences_of_marks_are_different_and_not_neutral(types: int, signals: int) -> None:
    """By the definition alone: `lower minus higher`, in every factor modulo its order."""
    marks = known_marks(signals, types)
    assert marks is not None
    orders = marks.group.orders
    least = types * comb(signals, 2) + 1
    assert marks.colours == LARGER.get((types, signals), least)
    assert prod(orders) == (2 * least if (types, signals) in PAIRED else marks.colours)
    assert [len(row) for row in marks.rows] == [signals] * types
    differences = [
        tuple(
            (low - high) % order
            for low, high, order in zip(
                parts(row[lower], orders), parts(row[higher], orders), orders, strict=True
            )
        )
        for row in marks.rows
        for lower, higher in combinations(range(signals), 2)
    ]
    assert (0,) * len(orders) not in differences
    assert len(set(differences)) == len(differences) == types * comb(signals, 2)
    assert sorted(differences) == sorted(
        parts(difference, orders) for *_, difference in marks.differences()
    )


@pytest.mark.parametrize(("types", "signals"), PAIRED)
def test_pairs_are_colours(types: int, signals: int) -> None:
    """Whatever is added to the differences and 0, one of every pair is there: each colour once."""
    marks = known_marks(signals, types)
    assert marks is not None
    (order,) = marks.group.orders
    ends = {0, *(difference for *_, difference in marks.differences())}
    for moved in range(order):
        seen = [marks.colour_of[(end + moved) % order] for end in ends]
        assert sorted(seen) == list(range(marks.colours))
    assert all(marks.colour_of[end] == marks.colour_of[(end + marks.pair) % order] for end in ends)


def test_elements_are_colours_where_there_are_no_pairs() -> None:
    marks = known_marks(4, 1)
    assert marks is not None
    assert marks.colour_of == tuple(range(7))


@pytest.mark.parametrize(("types", "pair"), [(3, 5), (7, 11)])
def test_the_search_finds_the_pairs_that_are_kept(types: int, pair: int) -> None:
    assert search_pairs(Group((4 * pair,)), pair, 3, types) == known_marks(3, types)
    assert search_pairs(Group((4 * pair - 1,)), pair, 3, types) is None


@pytest.mark.parametrize(
    ("types", "signals"),
    [size for size in SIZES if size[1] > 2 and size not in {*PAIRED, *LARGER}],
)
def test_the_search_finds_those_that_are_kept(types: int, signals: int) -> None:
    assert find(signals, types) == known_marks(signals, types)


@pytest.mark.parametrize(("types", "signals"), [(3, 3), (7, 3), (11, 3), (1, 7)])
def test_parity_rules_out_groups(types: int, signals: int) -> None:
    """Twice an odd number of elements, an odd number of signals: half the elements are odd, an even number of differences."""
    size = types * comb(signals, 2) + 1
    assert is_odd_one_out(size, signals, types)
    assert search(abelian_groups(size)[0], signals, types) is None
    assert size // 2 % 2 == 1
    assert {odd * (signals - odd) % 2 for odd in range(signals + 1)} == {0}


def every_row(size: int, signals: int) -> bool:
    """Whether Z_size has marks of one type: every row, mark by mark, with sets and no shortcuts."""

    def extend(row: list[int], used: frozenset[int]) -> bool:
        if len(row) == signals:
            return True
        for mark in range(1, size):
            new = {(mark - other) % size for other in row}
            fits = 0 not in new and len(new) == len(row) and not new & used
            if fits and extend([*row, mark], used | new):
                return True
        return False

    return extend([0], frozenset())


@pytest.mark.parametrize(
    ("signals", "size"), [(3, 4), (4, 6), (4, 7), (5, 10), (5, 11), (5, 12), (6, 15), (6, 16)]
)
def test_the_search_agrees_with_trying_every_row(signals: int, size: int) -> None:
    """(6, 16): none in Z_16, though there are some in Z_8 x Z_2."""
    assert (search(Group((size,)), signals, 1) is not None) == every_row(size, signals)


def test_seven_signals_need_more_than_twenty_three() -> None:
    assert search(Group((23,)), 7, 1) is None
    assert find(7, 1, 24) == known_marks(7, 1)


@pytest.mark.parametrize(
    ("size", "orders"),
    [
        (1, [(1,)]),
        (7, [(7,)]),
        (12, [(12,), (6, 2)]),
        (16, [(16,), (8, 2), (4, 4), (4, 2, 2), (2, 2, 2, 2)]),
        (36, [(36,), (12, 3), (18, 2), (6, 6)]),
    ],
)
def test_abelian_groups(size: int, orders: list[tuple[int, ...]]) -> None:
    """As many as there are ways to write the powers of its primes as sums."""
    assert sorted(group.orders for group in abelian_groups(size)) == sorted(orders)
    assert abelian_groups(size)[0].is_cyclic


@pytest.mark.parametrize("orders", [(7,), (8, 2), (3, 4), (2, 2, 2)])
def test_arithmetic_of_groups(orders: tuple[int, ...]) -> None:
    group = Group(orders)
    elements = range(group.size)
    for one, other in product(elements, elements):
        added = group.sum([one, other])
        assert parts(added, orders) == tuple(
            (a + b) % order
            for a, b, order in zip(parts(one, orders), parts(other, orders), orders, strict=True)
        )
        assert group.minus(added, other) == one
        assert group.moved(1 << one, other) == 1 << added
    everything = (1 << group.size) - 1
    assert all(group.moved(everything, by) == everything for by in elements)
