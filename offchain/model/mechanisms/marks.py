"""Marks: elements of an abelian group, one for each type and signal, by whose sums profiles are coloured.

All differences of a type's mark of a signal and its mark of a lower one, over all types, are different
and not neutral. Those are l*C(k,2) differences for l types and k signals, so that the group, whose
elements are the colours, has at least l*C(k,2) + 1 of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from offchain.model.mechanisms.abelian import Group
from offchain.model.mechanisms.mark_table import TABLE


@dataclass(frozen=True, slots=True)
class Marks:
    """rows: of each type the marks of the signals, from 0 up."""

    group: Group
    rows: tuple[tuple[int, ...], ...]

    def colour(self, kinds: Sequence[int], profile: Sequence[int]) -> int:
        """The sum of the marks of all bidders, by their types and signals. O(bidders)."""
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
    orders, rows = entry
    return Marks(Group(orders), tuple((0, *map(int, row.split())) for row in rows.split(";")))
