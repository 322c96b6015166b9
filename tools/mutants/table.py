"""The table of what came of the mutants, by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from scipy.special import betaincinv

from tools.mutants.declared import Declaration
from tools.mutants.records import Record
from tools.mutants.sources import Mutant, by_file

_HEAD = ("contracts/", "mutants", "killed", "by time", "equivalent", "gas", "survived", "killed %")
_WIDTHS = (36, 8, 7, 8, 11, 5, 9, 9)
KILLED = ("killed", "timed out")
CONFIDENCE = 0.95


def fate(record: Record, entry: Declaration | None) -> str:
    """In which column a mutant is counted; "wrong" of one that a test kills though it is declared to do the same."""
    if record.verdict == "same bytecode":
        return "equivalent"
    if entry is None or record.verdict == "refused":
        return record.verdict
    return "wrong" if record.verdict in KILLED else entry.kind


def fates(
    mutants: Iterable[Mutant],
    records: Mapping[str, Record],
    entries: Mapping[str, Declaration],
) -> Iterator[tuple[Mutant, str]]:
    """Of each that was run what came of it; what did not compile is no mutant."""
    for mutant in mutants:
        if mutant.key in records:
            found = fate(records[mutant.key], entries.get(mutant.key))
            if found != "refused":
                yield mutant, found


def table(run: Iterable[tuple[Mutant, str]]) -> Iterator[str]:
    """Its lines in Markdown: a line for each file, and the total."""
    told = list(run)
    yield _line(_HEAD)
    yield _line(["-" * _WIDTHS[0], *("-" * (width - 1) + ":" for width in _WIDTHS[1:])])
    counts = {file: Counter[str]() for file in by_file(mutant for mutant, _ in told)}
    for mutant, what in told:
        counts[mutant.file][what] += 1
    for file, count in sorted(counts.items()):
        yield _line(_cells(file, count))
    yield _line(_cells("all", sum(counts.values(), Counter[str]())))


def most_alive(killed: int, survived: int) -> float:
    """The largest share of survivors of which one in twenty samples has so few (Clopper and Pearson 1934)."""
    return float(betaincinv(survived + 1, killed, CONFIDENCE)) if killed else 1.0


def _cells(name: str, count: Counter[str]) -> list[str]:
    killed = sum(count[one] for one in KILLED)
    can_die = killed + count["survived"]
    share = f"{100 * killed / can_die:.1f}" if can_die else "-"
    numbers = (count.total(), killed, count["timed out"], count["equivalent"], count["gas"])
    return [name, *map(str, numbers), str(count["survived"]), share]


def _line(cells: Iterable[str]) -> str:
    aligned = (
        cell.ljust(width) if place == 0 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return f"| {' | '.join(aligned)} |"
