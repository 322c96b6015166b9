"""How the price of an auction at a house rose: the bids, whose they were, and what was known when.

Amounts are integers in units (gwei), times seconds since the epoch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from offchain.model.instances.rivals import PlacedBid
from offchain.report.amounts import eth
from offchain.report.auction import Auction
from offchain.report.drawing import (
    DASHES,
    TITLE_POINTS,
    beside,
    canvas,
    halo,
    in_eth,
    legend,
    plain_eth,
)
from offchain.report.theme import Theme

_BOX: Final = (0.122, 0.125, 0.853, 0.715)
_FEW: Final = 120
"""Up to so many bids each has a mark of its own."""
_APART: Final = 0.075
"""The least distance of two times on the axis, in parts of it."""
_ROOM: Final = 3
"""How far above the highest bid a limit is drawn, in its multiples; one beyond is only told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AscendingLot(Auction):
    """One lot that a house sold, or not, in an ascending auction. `proceeds`: what the house got.

    alone: who bid for itself. bids: all that it took, in order. announced: its end before any bid moved it. sealed: until when
    the groups' bids were.
    """

    alone: tuple[str, ...]
    bids: tuple[PlacedBid, ...]
    announced: int
    sealed: int

    @property
    def groups(self) -> list[str]:
        """The groups that bid through DAOs, in file order."""
        return [name for name in self.lot.group_bids if name not in self.alone]

    @property
    def moved(self) -> list[PlacedBid]:
        """The bids that moved the end: seconds between an answer and its mining are none."""
        ends = [self.announced, *(one.end for one in self.bids)]
        moves = zip(pairwise(ends), self.bids, strict=True)
        return [one for (before, after), one in moves if after - before >= _A_MOVE]

    @property
    def end(self) -> int:
        """When it ended."""
        return self.bids[-1].end if self.bids else self.announced


_A_MOVE: Final = 30
"""Seconds."""


def draw(lot: AscendingLot, theme: Theme) -> Figure:
    """Every bid in order: how high, whose, and when; and the groups' limits, sealed at first and then for all to see."""
    figure, axes = canvas(theme, box=_BOX)
    axes.set_title(
        "How the price rose", loc="left", color=theme.text, pad=32, fontsize=TITLE_POINTS
    )
    top = _top(lot)
    colours = _colours(lot, theme)
    _sealed(axes, lot, theme)
    _steps(axes, lot.bids, colours, theme)
    _limits(axes, lot, top, colours, theme)
    moved = {id(one) for one in lot.moved}
    places = [place for place, one in enumerate(lot.bids, 1) if id(one) in moved]
    axes.plot(places, [top * 0.025] * len(places), **_MOVED, color=theme.price)
    axes.set_xlim(0.4, len(lot.bids) + 1.6)
    axes.set_ylim(0, top)
    axes.set_xlabel("bids in order, at hours:minutes before (-) and after (+) the end as announced")
    axes.set_ylabel("bid, in ETH")
    plain_eth(axes)
    _times(axes, lot)
    handles = [Line2D([], [], color=colours[name], linewidth=3) for name in colours]
    labels = list(colours)
    if places:
        handles.append(Line2D([], [], color=theme.price, **_MOVED))
        labels.append("the end moves")
    legend(
        axes,
        theme,
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncol=4,
        handlelength=1.5,
    )
    return figure


_MOVED: Final[Mapping[str, Any]] = {
    "marker": "^",
    "markersize": 6,
    "linestyle": "none",
    "markeredgewidth": 0,
}


def _colours(lot: AscendingLot, theme: Theme) -> dict[str, str]:
    """Of everybody who ever led, in order of appearance; the group in the pictures has its own."""
    leaders = dict.fromkeys(one.bidder for one in lot.bids)
    others = [theme.rival, theme.silent, theme.peak, theme.muted]
    rest = [name for name in leaders if name != lot.focus]
    found = {name: others[min(place, len(others) - 1)] for place, name in enumerate(rest)}
    return {name: theme.served if name == lot.focus else found[name] for name in leaders}


def _top(lot: AscendingLot) -> float:
    """The upper end of the axis: room for the highest limit that is not far above all bids, and for the legend."""
    highest = lot.bids[-1].amount
    limits = [lot.lot.group_bids[name] for name in lot.groups]
    shown = [limit for limit in limits if limit <= _ROOM * highest]
    return in_eth(max(highest, *shown, 0)) * 1.15


def _sealed(axes: Axes, lot: AscendingLot, theme: Theme) -> None:
    """The bids during which the groups' were sealed, shaded."""
    edge = _edge(lot)
    axes.axvspan(0.4, edge, color=theme.panel, linewidth=0, zorder=0)
    axes.axvline(edge, color=theme.muted, linewidth=1)
    axes.text(
        edge,
        0.07,
        f"  ◂ the groups' bids are sealed until {_on_axis(lot.sealed - lot.announced)}",
        transform=axes.get_xaxis_transform(),
        color=theme.muted,
        fontsize=10,
        path_effects=halo(theme),
    )


def _edge(lot: AscendingLot) -> float:
    """Where on the axis sealed bids are opened."""
    return 0.8 + sum(one.at < lot.sealed for one in lot.bids)


def _steps(axes: Axes, bids: Sequence[PlacedBid], colours: dict[str, str], theme: Theme) -> None:
    """A bid is a step, as long as nobody bids more, in the colour of who leads by it."""
    amounts = [in_eth(one.amount) for one in bids]
    axes.step(
        range(1, len(bids) + 2),
        [*amounts, amounts[-1]],
        where="post",
        color=theme.rule,
        linewidth=1,
    )
    for name, colour in colours.items():
        steps = [
            (place, amounts[place - 1]) for place, one in enumerate(bids, 1) if one.bidder == name
        ]
        starts, heights = zip(*steps, strict=True)
        axes.hlines(heights, starts, [place + 1 for place in starts], color=colour, linewidth=3)
        if len(bids) <= _FEW:
            axes.plot(starts, heights, marker="o", markersize=4, linestyle="none", color=colour)


def _limits(
    axes: Axes, lot: AscendingLot, top: float, colours: dict[str, str], theme: Theme
) -> None:
    """What each group bids up to: sealed first, and then for all to see."""
    edge, last = _edge(lot), len(lot.bids) + 1.6
    for name in lot.groups:
        limit = lot.lot.group_bids[name]
        height, colour = in_eth(limit), colours.get(name, theme.muted)
        said = f"{name}'s limit {eth(limit)} ETH"
        if height > top:
            said, height = f"{said}, far above", top * 0.97
        else:
            axes.hlines(height, 0.4, edge, color=theme.muted, linewidth=1.2, linestyle=":")
            axes.hlines(height, edge, last, color=colour, linewidth=1.4, linestyle=DASHES)
        beside(
            axes,
            said,
            (edge, height),
            (6, 5),
            colour,
            path_effects=halo(theme),
        )


def _times(axes: Axes, lot: AscendingLot) -> None:
    """Times below the bids at which something begins: as many as there is room for."""
    bids = lot.bids
    pauses = [place for place, (one, two) in enumerate(pairwise(bids), 2) if two.at - one.at >= 30]
    places: list[int] = []
    for place in (1, len(bids), *pauses):
        if all(abs(place - other) >= _APART * len(bids) for other in places):
            places.append(place)
    places.sort()
    axes.set_xticks(places, [_on_axis(bids[place - 1].at - lot.announced) for place in places])


def _on_axis(seconds: int) -> str:
    hours, minutes = divmod(round(abs(seconds) / 60), 60)
    return f"{'-' if seconds < 0 else '+'}{hours}:{minutes:02}"


def clock(seconds: int) -> str:
    """A time as people say it, with its sign: "-16 h 43 min", "+4 min"."""
    sign, minutes = "-" if seconds < 0 else "+", round(abs(seconds) / 60)
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or not hours)
    return sign + " ".join(parts)
