"""Tables as text cells: for a terminal (`as_text`) and for a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from textwrap import fill, wrap

_NARROW, _WIDE = 72, 80
"""Columns that notes are wrapped at: those of the table between these. What is wider and ends in words has these wrapped."""
_LEAST = 24
"""Columns that wrapped words have at least."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells as text. `is_total`: the sum of the rows above. `is_rest`: stands for rows left out."""

    cells: tuple[str, ...]
    is_total: bool = False
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their headings; all columns but the first `texts` hold numbers. `note` explains it.

    folded: a page shows this sentence in its place until it is asked for.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    texts: int = 1
    note: str = ""
    folded: str = ""

    def without_empty_columns(self) -> "Table":
        """The same without the columns in which no row has anything."""
        columns = zip(*(row.cells for row in self.rows), strict=True)
        kept = [place for place, cells in enumerate(columns) if any(cells)]
        return replace(
            self,
            headings=tuple(self.headings[place] for place in kept),
            rows=tuple(
                replace(row, cells=tuple(row.cells[place] for place in kept)) for row in self.rows
            ),
            texts=sum(place < self.texts for place in kept),
        )


def as_text(table: Table) -> str:
    """The table in aligned columns, numbers to the right, with its title above and its note below."""
    lines = [table.headings, *(row.cells for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if table.texts == len(widths):
        before = sum(widths[:-1]) + 2 * (len(widths) - 1)
        widths[-1] = min(widths[-1], max(_WIDE - before, _LEAST))
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    written = [table.title, _line(table.headings, widths, table.texts), rule]
    for row in table.rows:
        if row.is_total:
            written.append(rule)
        written += (_line(cells, widths, table.texts) for cells in _wrapped(row.cells, widths[-1]))
    if table.note:
        written.append(fill(table.note, min(max(len(rule), _NARROW), _WIDE)))
    return "\n".join(written) + "\n"


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Numbers and names without commas, a line for each row."""
    return "".join(",".join(map(str, row)) + "\n" for row in (headings, *rows))


def _wrapped(cells: tuple[str, ...], width: int) -> list[tuple[str, ...]]:
    """The row, and further ones for what of its last cell is wider."""
    first, *more = wrap(cells[-1], max(width, 1)) or [""]
    return [(*cells[:-1], first), *(("",) * (len(cells) - 1) + (rest,) for rest in more)]


def _line(cells: Sequence[str], widths: Sequence[int], texts: int) -> str:
    padded = (
        cell.ljust(width) if place < texts else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()
