"""What the auctions of a cell come to: exact sums, and the ratios of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import numpy as np

from offchain.report.tables import Row, Table
from offchain.simulation.cells import Cell, mix_text
from offchain.simulation.families import Units
from offchain.simulation.outcomes import Columns


@dataclass(frozen=True, slots=True)
class Way:
    """A way to sell. auction: prefix of the columns that say who wins, who is served, and the welfare. paid, gain: columns.

    gain is None where members lie already, and in open bids, where it is not measured.
    """

    name: str
    auction: str
    paid: str
    gain: str | None = None


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "split": Way("equal split", "split", "split_paid", "split_gain"),
        "pooled": Way("pay-your-bid, truthful", "pooled", "pooled_paid", "pooled_gain"),
        "turns": Way("pay-your-bid, in turn", "turns", "turns_paid"),
        "once": Way("pay-your-bid, at once", "once", "once_paid"),
        "second": Way("second price, truthful", "pooled", "second_paid", "second_gain"),
        "second_turns": Way("second price, in turn", "turns", "second_turns_paid"),
        "second_once": Way("second price, at once", "once", "second_once_paid"),
    }
)
"""By name. With a second price the same groups win as with the first, and members are served alike."""

ASCENDING = "ascending"
WITH_INCREMENT: Mapping[str, Way] = MappingProxyType(
    {
        "split": WAYS["split"],
        ASCENDING: Way("equal split, ascending", "ascending", "ascending_paid"),
        **WAYS,
    }
)
"""The same where an ascending auction is played beside."""


def ways_of(cell: Cell) -> Mapping[str, Way]:
    """The ways in which the cell's auctions are sold."""
    return WAYS if cell.increment is None else WITH_INCREMENT


@dataclass(frozen=True, slots=True)
class Figures:
    """One way to sell, over all auctions of a cell. Sums in units, exact.

    worst: the largest optimum / welfare of a sold auction, 1 if none is. members: bidders in the winning groups, of whom `served`
    are served. gain: the most that one member gained by a lie in any auction; None where members lie already, and in open bids.
    """

    way: str
    auctions: int
    sold: int
    optimum: int
    welfare: int
    revenue: int
    served: int
    members: int
    worst: Fraction
    gain: int | None

    @property
    def welfare_share(self) -> Fraction:
        """Welfare as a part of the optimum, over all auctions."""
        return Fraction(self.welfare, self.optimum)

    @property
    def served_share(self) -> Fraction:
        """Members served as a part of the winning groups' members."""
        return Fraction(self.served, self.members) if self.members else Fraction(0)

    @property
    def revenue_share(self) -> Fraction:
        """Revenue as a part of the optimum, over all auctions."""
        return Fraction(self.revenue, self.optimum)


def total(column: Units) -> int:
    """The exact sum of non-negative entries: by halves of 32 bits, so that 2^31 entries fit."""
    low = int((column & np.int64(0xFFFFFFFF)).sum())
    return (int((column >> np.int64(32)).sum()) << 32) + low


def summarize(cell: Cell, columns: Columns) -> tuple[Figures, ...]:
    """The figures of each way to sell."""
    return tuple(_figures(cell, columns, way) for way in ways_of(cell))


def _figures(cell: Cell, columns: Columns, name: str) -> Figures:
    way = WITH_INCREMENT[name]
    winner, welfare = columns[f"{way.auction}_winner"], columns[f"{way.auction}_welfare"]
    sold = winner >= 0
    return Figures(
        way=name,
        auctions=cell.auctions,
        sold=int(sold.sum()),
        optimum=total(columns["optimum"]),
        welfare=total(welfare),
        revenue=total(columns[way.paid]),
        served=total(columns[f"{way.auction}_served"]),
        members=int(np.array(cell.sizes, dtype=np.int64)[winner[sold]].sum()),
        worst=_worst(columns["optimum"][sold], welfare[sold]),
        gain=None if way.gain is None else int(columns[way.gain].max()),
    )


def _worst(optimum: Units, welfare: Units) -> Fraction:
    """The largest quotient, exact: floats find the few that may be it."""
    if not optimum.size:
        return Fraction(1)
    about = optimum / welfare
    near = np.flatnonzero(about >= about.max() * (1 - 1e-12))
    return max(Fraction(int(optimum[place]), int(welfare[place])) for place in near[:_CANDIDATES])


_CANDIDATES = 100_000


def about_harmonic(count: int) -> float:
    """H_count to about 15 digits, for printing: the exact fraction of a million has as many digits. O(count)."""
    return float((1 / np.arange(count, 0, -1, dtype=np.float64)).sum())


_COLUMNS: Mapping[str, Callable[[Cell, Figures], str]] = MappingProxyType(
    {
        "family": lambda cell, _: cell.family,
        "sold by": lambda _, figures: WITH_INCREMENT[figures.way].name,
        "groups": lambda cell, _: mix_text(cell.mix),
        "rivals": lambda cell, _: str(cell.rivals),
        "strength": lambda cell, _: str(cell.strength),
        "correlation": lambda cell, _: f"{cell.correlation:g}",
        "sold": lambda _, figures: f"{float(Fraction(figures.sold, figures.auctions)):.1%}",
        "welfare / opt": lambda _, figures: f"{float(figures.welfare_share):.4f}",
        "worst opt / welfare": lambda _, figures: f"{float(figures.worst):.3f}",
        # the guarantee of the equal split; l is the number of members of the largest group
        "H_l": lambda cell, figures: (
            f"{about_harmonic(cell.largest):.3f}" if figures.way == "split" else ""
        ),
        "revenue / opt": lambda _, figures: f"{float(figures.revenue_share):.4f}",
        "served": lambda _, figures: f"{float(figures.served_share):.1%}",
        "largest gain by a lie": lambda _, figures: (
            "" if figures.gain is None else f"{figures.gain:,}"
        ),
    }
)
"""What the table says of each cell and way to sell."""
_SETTING: Final = ("groups", "rivals", "strength", "correlation", "sold")
"""Columns that a sentence stands for where they say the same in every row."""


def table(found: Mapping[Cell, tuple[Figures, ...]], title: str) -> Table:
    """A row for each cell and way to sell. Ratios are rounded, sums of the raw data are not."""
    rows = [
        tuple(read(cell, figures) for read in _COLUMNS.values())
        for cell, ways in found.items()
        for figures in ways
    ]
    alike = {
        heading: cells[0]
        for heading, cells in zip(_COLUMNS, zip(*rows, strict=True), strict=True)
        if heading in _SETTING and len(set(cells)) == 1
    }
    everywhere = ", ".join(f"{heading} {cell}" for heading, cell in alike.items())
    whole = Table(
        title=title,
        headings=tuple(_COLUMNS),
        rows=tuple(map(Row, rows)),
        texts=2,
        note=(f"Everywhere: {everywhere}. " if alike else "")
        + "groups: how many x members of each. opt: the optimum; the ratios are of sums over all auctions, "
        "but for the worst. H_l = 1 + 1/2 + … + 1/l, the most that opt / welfare can be under the equal split, with l "
        "members in the largest group. served: of the winning groups' members. Gain in units, by one member, all others "
        "telling the truth; 0 for the equal split is measured.",
    )
    return whole.columns(place for place, one in enumerate(_COLUMNS) if one not in alike)
