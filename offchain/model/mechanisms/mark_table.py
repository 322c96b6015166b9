"""Marks for every number of types l and of signals k > 2 with l*C(k,2) + 1 <= 40, as `tools/find_marks.py` found them.

By (l, k): the orders of the group's cyclic factors; the marks of the signals from 1 up, apart by spaces, types by
semicolons, that of signal 0 being the neutral element, 0; and how far apart two elements of one colour are, 0 where
every element is a colour.
"""

from collections.abc import Mapping
from typing import Final

MOST_COLOURS: Final = 40
"""The largest l*C(k,2) + 1 in the table."""

LARGER: Final[Mapping[tuple[int, int], int]] = {
    (1, 7): 24,
    (1, 8): 31,
    (1, 9): 40,
}
"""The sizes (l, k) that take more than l*C(k,2) + 1 colours here: the order of the least abelian group with marks."""

PAIRED: Final = ((3, 3), (7, 3), (11, 3))
"""Those whose colours are pairs of elements, as no abelian group of l*C(k,2) + 1 elements has marks."""

# fmt: off
# Found:
TABLE: Final[Mapping[tuple[int, int], tuple[tuple[int, ...], str, int]]] = {
    (1, 3): ((4,), "1 3", 0),
    (2, 3): ((7,), "1 3; 5 4", 0),
    (3, 3): ((20,), "1 12; 2 10; 4 18", 5),
    (4, 3): ((13,), "1 3; 4 9; 7 6; 10 8", 0),
    (5, 3): ((16,), "1 3; 4 9; 6 13; 10 8; 12 11", 0),
    (6, 3): ((19,), "1 3; 4 9; 6 13; 11 8; 12 10; 15 14", 0),
    (7, 3): ((44,), "1 3; 4 9; 6 24; 25 22; 26 10; 31 19; 27 23", 11),
    (8, 3): ((25,), "1 3; 4 9; 6 13; 8 18; 12 11; 16 14; 19 15; 20 17", 0),
    (9, 3): ((28,), "1 3; 4 9; 6 13; 8 18; 11 23; 15 14; 19 16; 21 17; 22 20", 0),
    (10, 3): ((31,), "1 3; 4 9; 6 13; 8 18; 11 23; 15 14; 19 16; 21 17; 25 20; 24 22", 0),
    (11, 3): ((68,), "1 3; 4 9; 6 13; 8 35; 11 42; 37 32; 39 16; 47 29; 41 34; 38 36; 43 40", 17),
    (12, 3): ((37,), "1 3; 4 9; 6 13; 8 18; 11 23; 14 29; 17 16; 21 19; 25 20; 28 22; 27 24; 30 26", 0),
    (13, 3): ((40,), "1 3; 4 9; 6 13; 8 18; 11 23; 14 29; 16 33; 19 39; 24 21; 26 22; 31 25; 32 27; 30 28", 0),
    (1, 4): ((7,), "1 4 6", 0),
    (2, 4): ((13,), "1 3 9; 7 5 4", 0),
    (3, 4): ((19,), "1 3 7; 9 5 17; 16 11 10", 0),
    (4, 4): ((25,), "1 3 7; 5 13 22; 20 11 10; 18 14 12", 0),
    (5, 4): ((31,), "1 3 7; 5 13 22; 11 10 25; 23 19 12; 21 18 16", 0),
    (6, 4): ((37,), "1 3 7; 5 13 22; 10 21 36; 19 12 35; 24 18 14; 28 25 20", 0),
    (1, 5): ((11,), "1 6 3 10", 0),
    (2, 5): ((21,), "1 3 7 12; 14 13 10 8", 0),
    (3, 5): ((31,), "1 3 7 12; 10 29 25 18; 28 23 14 13", 0),
    (1, 6): ((8, 2), "1 7 8 3 13", 0),
    (2, 6): ((31,), "1 3 8 12 18; 25 21 16 14 13", 0),
    (1, 7): ((24,), "1 3 23 7 17 12", 0),
    (1, 8): ((31,), "1 5 7 18 27 30 15", 0),
    (1, 9): ((40,), "1 4 30 15 38 17 22 10", 0),
}
# End.
