"""Tables as text cells: for a terminal (`as_text`) and for a page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product, zip_longest
from textwrap import fill, wrap

_NARROW, WIDTH = 72, 80
"""Columns that notes are wrapped at: those of the table between these. No line of a table is wider."""
_LEAST = 16
"""Columns that wrapped words have at least."""
_INDENT = "  "
_GAP = 2
"""Columns between two of a table, where there is room."""


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
        return self.without_columns_of("")

    def without_columns_of(self, nothing: str) -> "Table":
        """The same without the columns in which every row has that."""
        columns = list(zip(*(row.cells for row in self.rows), strict=True))
        return self.columns(
            place for place, cells in enumerate(columns) if any(cell != nothing for cell in cells)
        )

    def columns(self, places: Iterable[int]) -> "Table":
        """The same with these columns only."""
        kept = tuple(places)
        return replace(
            self,
            headings=tuple(self.headings[place] for place in kept),
            rows=tuple(
                replace(row, cells=tuple(row.cells[place] for place in kept)) for row in self.rows
            ),
            texts=sum(place < self.texts for place in kept),
        )


def as_text(table: Table, width: int | None = WIDTH) -> str:
    """The table in aligned columns, numbers to the right, with its title above and its note below.

    What is wider than `width` has its words wrapped, then its columns closer, and at last those columns that do not fit below,
    under the same first ones. Only a number or a word that is wider itself stands out. Without a `width` nothing is wrapped.
    """
    written = [table.title] if width is None else wrap(table.title, width)
    parts = [_Grid(table)] if width is None else _fitted(table, width)
    for place, part in enumerate(parts):
        written += ([""] if place else []) + part.lines()
    if table.note:
        rule = max(map(len, written[1:]))
        written.append(fill(table.note, min(max(rule, _NARROW), width or WIDTH)))
    return "\n".join(written) + "\n"


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Numbers and names without commas, a line for each row."""
    return "".join(",".join(map(str, row)) + "\n" for row in (headings, *rows))


class _Grid:
    """A table on its way to a terminal: how wide each column is, and how far from the next."""

    def __init__(self, table: Table, gap: int = _GAP) -> None:
        self._table, self._gap = table, gap
        self._columns = list(zip(table.headings, *(row.cells for row in table.rows), strict=True))
        self._widths = [max(map(len, column)) for column in self._columns]

    @property
    def width(self) -> int:
        """Of its widest line."""
        return sum(self._widths) + self._gap * (len(self._widths) - 1)

    def narrowed(self, width: int, wraps: bool = True) -> "_Grid":
        """Itself, with headings, and if it `wraps` texts too, on several lines until it is so wide, if that is enough."""
        for place, (heading, *cells) in enumerate(self._columns):
            if place >= self._table.texts and self.width > width:
                self._widths[place] = max(_longest_word(heading), *map(len, cells), 0)
        texts = range(self._table.texts if wraps else 0)
        for place in sorted(texts, key=lambda place: -self._widths[place]):
            least = max(_LEAST, *map(_longest_word, self._columns[place]))
            over = max(self.width - width, 0)
            self._widths[place] = max(self._widths[place] - over, min(least, self._widths[place]))
        return self

    def lines(self) -> list[str]:
        """Headings, a rule, and the rows, with one above a total."""
        rule = "-" * self.width
        written = [*self._line(self._table.headings), rule]
        for row in self._table.rows:
            written += ([rule] if row.is_total else []) + list(self._line(row.cells))
        return written

    def _line(self, cells: Sequence[str]) -> Iterator[str]:
        """A row, and further lines for what of it is wider than its column."""
        wrapped = [
            _words(cell, width) or [""] for cell, width in zip(cells, self._widths, strict=True)
        ]
        for line in zip_longest(*wrapped, fillvalue=""):
            padded = (
                cell.ljust(width) if place < self._table.texts else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(line, self._widths, strict=True))
            )
            yield (" " * self._gap).join(padded).rstrip()


def _fitted(table: Table, width: int) -> list[_Grid]:
    """The table within `width`, in as few parts as it takes."""
    shapes = ((table, _GAP), (_grouped(table), _GAP), (_grouped(table), 1))
    has_numbers = table.texts < len(table.headings)
    for wraps, (shown, gap) in product((False, True) if has_numbers else (True,), shapes):
        grid = _Grid(shown, gap).narrowed(width, wraps)
        if grid.width <= width:
            return [grid]
    texts, numbers = range(shown.texts), range(shown.texts, len(shown.headings))
    for fitting in reversed(numbers[1:]):
        first = _Grid(shown.columns((*texts, *range(shown.texts, fitting)))).narrowed(width)
        if first.width <= width:
            break
    else:
        return [grid]
    rest = shown.columns((*texts, *range(fitting, len(shown.headings))))
    return [first, *_fitted(rest, width)]


def _grouped(table: Table) -> Table:
    """Rows that begin alike stand indented under what they begin with, if there are such."""
    groups = [(begin, list(rows)) for begin, rows in groupby(table.rows, lambda row: row.cells[0])]
    if table.texts < 2 or len(groups) == len(table.rows):
        return table
    first, second, *others = table.headings
    rows: list[Row] = []
    for begin, alike in groups:
        rows.append(Row((begin, *("" for _ in others))))
        rows += (replace(row, cells=(f"{_INDENT}{row.cells[1]}", *row.cells[2:])) for row in alike)
    return replace(
        table, headings=(f"{first}, {second}", *others), rows=tuple(rows), texts=table.texts - 1
    )


def _words(text: str, width: int) -> list[str]:
    """The text in lines, indented as it is."""
    indent = " " * (len(text) - len(text.lstrip()))
    return wrap(
        text.strip(),
        max(width, 1),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _longest_word(text: str) -> int:
    """How wide the widest word is, with the indent of all."""
    return len(text) - len(text.lstrip()) + max(map(len, text.split()), default=0)
