"""Marks: elements of an abelian group, one for each type and signal, by whose sums profiles are coloured.

All differences of a type's mark of a signal and its mark of a lower one, over all types, are different
and not neutral. Those are l*C(k,2) differences for l types and k signals, so that the group, whose
elements are the colours, has at least l*C(k,2) + 1 of them. In a group of exactly twice as many the
colours may be pairs of elements, `pair` apart, if no two of the differences and the neutral element are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from offchain.model.mechanisms.abelian import Group
from offchain.model.mechanisms.mark_table import TABLE


@dataclass(frozen=True)
class Marks:
    """rows: of each type the marks of the signals, from 0 up. pair: how far apart two elements of one colour are; 0: none are."""

    group: Group
    rows: tuple[tuple[int, ...], ...]
    pair: int = 0

    @property
    def colours(self) -> int:
        """How many there are."""
        return self.group.size // 2 if self.pair else self.group.size

    @cached_property
    def colour_of(self) -> tuple[int, ...]:
        """The colour of each element: itself, or the place of its pair among those of the differences and the neutral one."""
        if not self.pair:
            return tuple(range(self.group.size))
        ends = sorted({0, *(difference for *_, difference in self.differences())})
        colours = {end: colour for colour, end in enumerate(ends)}
        colours |= {self.group.sum([end, self.pair]): colour for end, colour in colours.items()}
        return tuple(colours[element] for element in range(self.group.size))

    def sum(self, kinds: Sequence[int], profile: Sequence[int]) -> int:
        """The sum of the marks of all bidders, by their types and signals: an element. O(bidders)."""
        return self.group.sum(
            self.rows[kind][signal] for kind, signal in zip(kinds, profile, strict=True)
        )

    def differences(self) -> list[tuple[int, int, int, int]]:
        """For every type, signal and lower signal the difference of their marks: (type, signal, lower, difference)."""
        return [
            (kind, signal, lower, self.group.minus(row[lower], row[signal]))
            for kind, row in enumerate(self.rows)
            for signal in range(len(row))
            for lower in range(signal)
        ]


def known_marks(signals: int, types: int) -> Marks | None:
    """Marks of the fewest elements known, None beyond the table; of two signals there are some at any number of types."""
    if signals == 2:
        return Marks(Group((types + 1,)), tuple((0, kind + 1) for kind in range(types)))
    entry = TABLE.get((types, signals))
    if entry is None:
        return None
    orders, rows, pair = entry
    return Marks(Group(orders), tuple((0, *map(int, row.split())) for row in rows.split(";")), pair)
