"""The picture of a group's members: who is served, who is not, whose bid nobody opened."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from offchain.report.amounts import eth
from offchain.report.auction import Auction, Entry
from offchain.report.curve import FEW, few_ranks
from offchain.report.drawing import canvas, heights, in_eth, legend_above, plain_eth, threshold
from offchain.report.flows import MEMBERS, Source, kind
from offchain.report.theme import Theme

_MARKS: Mapping[Source, Mapping[str, Any]] = MappingProxyType(
    {
        Source.SERVED: {"marker": "o", "markersize": 5},
        Source.UNSERVED: {"marker": "o", "markersize": 5, "fillstyle": "none"},
        Source.SILENT: {"marker": "v", "markersize": 7},
    }
)
_STRIP = 0.045
"""The height of the strip along the axis, in parts of the picture's."""


def draw(auction: Auction, theme: Theme) -> Figure:
    """All members of the group by their bids, highest first; along the axis a strip of what became of them, to scale."""
    members = sorted(auction.of(auction.focus), key=lambda entry: -entry.bid)
    members = [entry for entry in members if entry.bid > 0]
    lines = sum(_has(members, source) for source in MEMBERS) + auction.focus_won
    figure, axes = canvas(
        theme,
        f"Who is served in {auction.focus}",
        box=(0.122, 0.125, 0.853, 0.68),
        narrow=(0.165, 0.125, 0.805, 0.78 - 0.055 * lines),
    )
    colours = {
        Source.SERVED: theme.served,
        Source.UNSERVED: theme.muted,
        Source.SILENT: theme.silent,
    }
    axes.set_yscale("log")
    lowest = min([members[-1].bid, *([auction.lot.share] if auction.focus_won else [])])
    axes.set_ylim(in_eth(lowest) / 2, in_eth(members[0].bid) * 1.6)
    few_ranks(axes, len(members))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rank, _: f"{rank:,.0f}"))
    _bids(axes, members, colours)
    _strip(axes, members, colours)
    _eth_log_axis(axes)
    axes.set_xlabel("members, highest bid first")
    heights(axes, theme, "bid, in ETH (logarithmic)")
    handles: list[Artist] = [_line(source, colours) for source in MEMBERS if _has(members, source)]
    labels = [_label(source, members) for source in MEMBERS if _has(members, source)]
    if auction.focus_won:
        handles.append(threshold(axes, auction.lot.share, theme))
        labels.append(f"share {eth(auction.lot.share)} ETH")
    legend_above(axes, theme, handles, labels, columns=1 if theme.is_narrow else 2, pad=48)
    return figure


def _has(members: Sequence[Entry], source: Source) -> bool:
    return any(kind(entry) is source for entry in members)


def _label(source: Source, members: Sequence[Entry]) -> str:
    """How many of a kind, and what part of all that is."""
    found = [entry for entry in members if kind(entry) is source]
    bond = sum(entry.bond for entry in found)
    said = {
        Source.SERVED: "each pays the share",
        Source.UNSERVED: "all money back",
        Source.SILENT: f"{eth(bond)} ETH burnt" if bond else "all money back",
    }
    return f"{len(found):,} {source} ({_part(len(found), len(members))}): {said[source]}"


def _part(some: int, all_: int) -> str:
    return f"{some / all_:.1%}" if some * 2_000 >= all_ else "under 0.1%"


def _line(source: Source, colours: Mapping[Source, str]) -> Line2D:
    return Line2D([], [], color=colours[source], linewidth=0, **_MARKS[source])


def _bids(axes: Axes, members: Sequence[Entry], colours: Mapping[Source, str]) -> None:
    """A mark each; of many members a line, and marks for the silent ones alone."""
    kinds = [kind(entry) for entry in members]
    for source in MEMBERS:
        places = [rank for rank, one in enumerate(kinds, 1) if one is source]
        if len(members) <= FEW or source is Source.SILENT:
            levels = [in_eth(members[rank - 1].bid) for rank in places]
            axes.plot(places, levels, color=colours[source], linewidth=0, **_MARKS[source])
    if len(members) > FEW:
        for source, start, end in _runs(kinds):
            # a new point only where the bid changes
            steps = [
                i for i in range(start, end) if i == start or members[i].bid != members[i - 1].bid
            ]
            ranks = [edge + 1 for a, b in pairwise([*steps, end]) for edge in (a, b)]
            levels = [in_eth(members[index].bid) for index in steps for _ in range(2)]
            axes.plot(ranks, levels, color=colours[source], linewidth=3)


def _strip(axes: Axes, members: Sequence[Entry], colours: Mapping[Source, str]) -> None:
    for source, start, end in _runs([kind(entry) for entry in members]):
        axes.add_patch(
            Rectangle(
                (start + 0.5, 0),
                end - start,
                _STRIP,
                transform=axes.get_xaxis_transform(),
                color=colours[source],
                linewidth=0,
            )
        )


def _runs(kinds: Sequence[Source]) -> list[tuple[Source, int, int]]:
    """Neighbours of one kind, from which index up to before which."""
    edges = [0, *(b for b in range(1, len(kinds)) if kinds[b] is not kinds[b - 1]), len(kinds)]
    return [(kinds[a], a, b) for a, b in pairwise(edges)]


def _eth_log_axis(axes: Axes) -> None:
    low, high = axes.get_ylim()
    steps = (1.0,) if high > 1_000 * low else (1.0, 2.0, 5.0)
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=steps, numticks=20))
    axes.yaxis.set_minor_locator(NullLocator())
    plain_eth(axes.yaxis)
