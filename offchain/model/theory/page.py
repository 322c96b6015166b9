"""The rows as a page of Markdown, which docs/theory.md has between two marks of its own."""

from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile

from offchain.model.theory.claim import Row, Status

HEAD = "| row | claim | status | measured |\n| --- | --- | --- | --- |"

_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\|*_[]`"} | {"<": "&lt;"})


def in_markdown(rows: Iterable[Row]) -> str:
    """A table for each paper or subject, in the order of the rows, and below them how many there are of each status."""
    told = list(rows)
    papers = groupby(told, key=lambda row: row.name.partition("-")[0])
    return "\n\n".join([*(_table(name, list(members)) for name, members in papers), _count(told)])


def line(row: Row, common: str = "") -> str:
    """One row of a table, its name a link to its example, as seen from a page of docs.

    common: what the source begins with, and the heading says.
    """
    example = f"../examples/{row.name.replace('-', '_')}.py"
    status = f"[{row.status}]({row.proof})" if row.proof else row.status.value
    verdict = status if row.holds else f"{status}, **does not hold**"
    amended = f" **Amended:** {plain(row.amended)}" if row.amended else ""
    place = row.source.removeprefix(common).removeprefix(", ")
    claim = plain(f"{place}: {row.statement}" if place else row.statement)
    return f"| [{row.name}]({example}) | {claim} | {verdict} | {plain(row.measured)}{amended} |"


def common_source(rows: Sequence[Row]) -> str:
    """What the sources of all the rows begin with, in whole parts between commas: the paper, as a rule."""
    parts = zip(*(row.source.split(", ") for row in rows), strict=False)
    return ", ".join(same[0] for same in takewhile(lambda same: len(set(same)) == 1, parts))


def _table(name: str, rows: Sequence[Row]) -> str:
    common = common_source(rows)
    heading = f"### {name}: {plain(common)}" if common else f"### {name}"
    return "\n".join([heading, "", HEAD, *(line(row, common) for row in rows)])


def _count(rows: Sequence[Row]) -> str:
    """ "60 rows: 40 proved, ..."; a status that no row has is left out."""
    number = {status: sum(row.status is status for row in rows) for status in Status}
    parts = ", ".join(f"{count} {status}" for status, count in number.items() if count)
    amended = sum(bool(row.amended) for row in rows)
    return f"{len(rows)} rows: {parts}; {amended} of them hold as amended."


def plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return text.translate(_SPECIAL)
