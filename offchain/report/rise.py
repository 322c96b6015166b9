"""The picture of rising bids: how high, whose, up to which limits. Amounts are integers in units (gwei)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from offchain.io.quoting import cut
from offchain.report.amounts import eth
from offchain.report.drawing import (
    DASHES,
    beside,
    canvas,
    halo,
    heights,
    in_eth,
    legend_above,
    plain_eth,
)
from offchain.report.theme import Theme

_FEW: Final = 120
"""Up to so many bids each has a mark of its own."""
_MANY: Final = 1_000
"""Of more bids only so many are drawn, as one line: steps are thinner than a hair."""
_LONGEST: Final = 20
"""Characters of a name."""
_ROOM: Final = 3
"""How far above the highest bid a limit is drawn, in its multiples; one beyond is only told."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The moment from which limits are no secret: after how many bids, and what is said of it."""

    after: int
    note: str


@dataclass(frozen=True, slots=True)
class Rise:
    """What is drawn. bids: who bid how much, in order, one at least. focus: whose colour is that of the served. limits: up to
    what somebody bids. axis: what the bids are in order of. opening: if limits were a secret at first. moves: places, from 1,
    of bids that moved the end. ticks: what is written below which places.
    """

    bids: Sequence[tuple[str, int]]
    focus: str
    limits: Mapping[str, int]
    axis: str
    opening: Opening | None = None
    moves: Sequence[int] = ()
    ticks: Mapping[int, str] | None = None

    @property
    def edge(self) -> float:
        """Where on the axis limits become known."""
        return 0.4 if self.opening is None else 0.8 + self.opening.after

    @property
    def last(self) -> float:
        """Where the axis ends."""
        return len(self.bids) + 1.6

    @property
    def top(self) -> float:
        """The upper end of the other axis: above all bids, and every limit that is not far above them."""
        highest = self.bids[-1][1]
        shown = [limit for limit in self.limits.values() if limit <= _ROOM * highest]
        return in_eth(max(highest, *shown, 1)) * 1.15


def draw(rise: Rise, theme: Theme, title: str) -> Figure:
    """Every bid is a step in the colour of who leads by it; limits are dotted while they are a secret, dashed from then on."""
    figure, axes = canvas(
        theme, title, box=(0.122, 0.125, 0.853, 0.715), narrow=(0.165, 0.125, 0.805, 0.66)
    )
    colours = _colours(rise, theme)
    if rise.opening is not None:
        _veil(axes, rise.opening, rise.edge, theme)
    _steps(axes, rise.bids, colours, theme)
    _limits(axes, rise, colours, theme)
    axes.plot(rise.moves, [rise.top * 0.025] * len(rise.moves), **_MOVED, color=theme.price)
    axes.set_xlim(0.4, rise.last)
    axes.set_ylim(0, rise.top)
    axes.set_xlabel(rise.axis)
    heights(axes, theme, "bid, in ETH")
    plain_eth(axes.yaxis)
    if rise.ticks is not None:
        axes.set_xticks(list(rise.ticks), list(rise.ticks.values()))
    handles: list[Artist] = [Line2D([], [], color=colours[name], linewidth=3) for name in colours]
    labels = [cut(name, _LONGEST) for name in colours]
    if rise.moves:
        handles.append(Line2D([], [], color=theme.price, **_MOVED))
        labels.append("the end moves")
    legend_above(axes, theme, handles, labels)
    return figure


_MOVED: Final[Mapping[str, Any]] = {
    "marker": "^",
    "markersize": 6,
    "linestyle": "none",
    "markeredgewidth": 0,
}


def _colours(rise: Rise, theme: Theme) -> dict[str, str]:
    """Of everybody who ever led, in order of appearance."""
    leaders = dict.fromkeys(name for name, _ in rise.bids)
    others = [theme.rival, theme.silent, theme.peak, theme.muted]
    rest = [name for name in leaders if name != rise.focus]
    found = {name: others[min(place, len(others) - 1)] for place, name in enumerate(rest)}
    return {name: theme.served if name == rise.focus else found[name] for name in leaders}


def _veil(axes: Axes, opening: Opening, edge: float, theme: Theme) -> None:
    """The bids during which limits were a secret, shaded."""
    axes.axvspan(0.4, edge, color=theme.panel, linewidth=0, zorder=0)
    axes.axvline(edge, color=theme.muted, linewidth=1)
    axes.text(
        edge,
        0.07,
        f"  ◂ {opening.note}",
        transform=axes.get_xaxis_transform(),
        color=theme.muted,
        fontsize=10,
        path_effects=halo(theme),
    )


def _steps(
    axes: Axes, bids: Sequence[tuple[str, int]], colours: Mapping[str, str], theme: Theme
) -> None:
    """A bid is a step, as long as nobody bids more, in the colour of who leads by it."""
    amounts = [in_eth(amount) for _, amount in bids]
    if len(bids) > _MANY:
        places = [*range(1, len(bids), len(bids) // _MANY), len(bids)]
        axes.plot(places, [amounts[place - 1] for place in places], color=theme.text, linewidth=1.6)
        return
    axes.step(
        range(1, len(bids) + 2),
        [*amounts, amounts[-1]],
        where="post",
        color=theme.rule,
        linewidth=1,
    )
    for name, colour in colours.items():
        starts = [place for place, (bidder, _) in enumerate(bids, 1) if bidder == name]
        levels = [amounts[place - 1] for place in starts]
        axes.hlines(levels, starts, [place + 1 for place in starts], color=colour, linewidth=3)
        if len(bids) <= _FEW:
            axes.plot(starts, levels, marker="o", markersize=4, linestyle="none", color=colour)


def _limits(axes: Axes, rise: Rise, colours: Mapping[str, str], theme: Theme) -> None:
    """What each bids up to: a secret first, and then for all to see."""
    for name, limit in rise.limits.items():
        height = in_eth(limit)
        said = f"{cut(name, _LONGEST)}'s limit {eth(limit)} ETH"
        if height > rise.top:
            said, height = f"{said}, far above", rise.top * 0.97
        else:
            colour = colours.get(name, theme.muted)
            axes.hlines(height, 0.4, rise.edge, color=theme.muted, linewidth=1.2, linestyle=":")
            axes.hlines(height, rise.edge, rise.last, color=colour, linewidth=1.4, linestyle=DASHES)
        is_left = not theme.is_narrow or rise.edge < 0.4 * rise.last
        beside(
            axes,
            said,
            (rise.edge if is_left else rise.last, height),
            (6 if is_left else -2, 5),
            theme.text,
            ha="left" if is_left else "right",
            path_effects=halo(theme),
        )
