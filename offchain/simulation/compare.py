"""The simulation against the plain reference mechanisms: the same auctions played by both, held equal, and timed in one run.

Times are those of the processor, so that what else runs on the machine does not count. Drawing is not timed, nor, for the
truthful figures, the building of the instances that the reference mechanisms read.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from offchain.report.tables import Row, Table
from offchain.simulation import plain
from offchain.simulation.cells import Cell, Draw, blocks, mix_text, whole_cell
from offchain.simulation.families import Units
from offchain.simulation.outcomes import outcomes, truthful

REPEATS = 10
"""Of the fast one, whose best time counts: one run of it is too short to tell."""


class Differs(Exception):
    """The simulation and the reference find different figures for one auction."""


@dataclass(frozen=True, slots=True)
class Race:
    """Both on the first auctions of a cell, and the nanoseconds that each takes for one."""

    cell: Cell
    figures: str
    auctions: int
    plain: Fraction
    fast: Fraction

    @property
    def ratio(self) -> Fraction:
        """How many times as fast the simulation is."""
        return self.plain / self.fast


def races(cell: Cell, auctions: int, heard: Callable[[], None] = lambda: None) -> tuple[Race, ...]:
    """Plays the first `auctions` of the cell, or all if it has fewer, with both: truthful bids only, then all figures.

    The simulation plays whole blocks, as it always does. `heard` hears of every auction that the reference has played. Raises
    Differs if a figure differs. O(auctions · members² · log members · log value), which is the reference's.
    """
    draws, left = [], min(auctions, cell.auctions)
    for draw in blocks(whole_cell(cell)):
        draws.append((draw, min(left, len(draw.rivals))))
        left -= draws[-1][1]
        if left == 0:
            break
    return (
        _race(
            cell,
            "truthful",
            draws,
            partial(truthful, reserve=cell.reserve),
            _truthful,
            lambda: None,
        ),
        _race(
            cell,
            "all figures",
            draws,
            partial(outcomes, reserve=cell.reserve, increment=cell.increment),
            _everything,
            heard,
        ),
    )


def _race(
    cell: Cell,
    figures: str,
    draws: Sequence[tuple[Draw, int]],
    fast: Callable[[Draw], dict[str, Units]],
    slow: Callable[[plain.Values, Cell], tuple[dict[str, int], int]],
    heard: Callable[[], None],
) -> Race:
    """`slow` returns what it found and the nanoseconds that it took."""
    played = drawn = of_plain = of_fast = 0
    for draw, auctions in draws:
        columns, nanoseconds = _best(partial(fast, draw))
        of_fast, drawn = of_fast + nanoseconds, drawn + len(draw.rivals)
        for auction, values in enumerate(lists(draw, auctions)):
            expected, nanoseconds = slow(values, cell)
            of_plain, played = of_plain + nanoseconds, played + 1
            _hold_equal(cell, played, columns, auction, expected)
            heard()
    return Race(cell, figures, played, Fraction(of_plain, played), Fraction(of_fast, drawn))


def lists(draw: Draw, auctions: int) -> list[list[list[int]]]:
    """The values of every bidder's members in the first auctions, as the reference reads them."""
    rivals, runs = draw.rivals[:auctions], [run[:auctions].tolist() for run in draw.groups]
    return [
        [[value] for value in individuals] + [group for run in runs for group in run[auction]]
        for auction, individuals in enumerate(rivals.tolist())
    ]


def _truthful(values: plain.Values, cell: Cell) -> tuple[dict[str, int], int]:
    instance = plain.instance(values, cell.reserve)
    start = time.thread_time_ns()
    found = plain.truthful_of(instance)
    return found, time.thread_time_ns() - start


def _everything(values: plain.Values, cell: Cell) -> tuple[dict[str, int], int]:
    start = time.thread_time_ns()
    found = plain.everything(values, cell.reserve, cell.increment)
    return found, time.thread_time_ns() - start


def _best(work: Callable[[], dict[str, Units]]) -> tuple[dict[str, Units], int]:
    """What came out, and the fewest nanoseconds of several runs."""
    times = []
    for _ in range(REPEATS):
        start = time.thread_time_ns()
        found = work()
        times.append(time.thread_time_ns() - start)
    return found, min(times)


def _hold_equal(
    cell: Cell, number: int, columns: Mapping[str, Units], row: int, expected: Mapping[str, int]
) -> None:
    found = {name: int(column[row]) for name, column in columns.items()}
    if found != expected:
        name = next(one for one in expected if found.get(one) != expected[one])
        raise Differs(
            f"{cell.label}, seed {cell.seed}, auction {number}: {name} is {found.get(name)}, "
            f"and {expected[name]} by the reference"
        )


def table(found: Sequence[Race]) -> Table:
    """A row for each race."""
    rows = [
        (
            race.cell.family,
            mix_text(race.cell.mix),
            race.figures,
            f"{race.auctions:,}",
            f"{float(race.plain / 1_000):,.1f}",
            f"{float(race.fast / 1_000):,.2f}",
            f"{float(race.ratio):,.0f}",
        )
        for race in found
    ]
    return Table(
        title="Against the plain reference: all figures equal",
        headings=(
            "family",
            "groups",
            "figures",
            "auctions",
            "reference, us",
            "NumPy, us",
            "times as fast",
        ),
        rows=tuple(map(Row, rows)),
        texts=3,
        note="Microseconds of one core for one auction, both in this run. Drawing is not counted.",
    )
