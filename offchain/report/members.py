"""The picture of a group's members: who is served, who is not, whose bid nobody opened."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isqrt
from types import MappingProxyType
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator

from offchain.report.amounts import eth
from offchain.report.auction import Auction, Entry
from offchain.report.curve import FEW, few_ranks, many_ranks
from offchain.report.drawing import canvas, in_eth, legend, plain_eth, threshold
from offchain.report.flows import Source, kind
from offchain.report.theme import Theme


def draw(auction: Auction, theme: Theme) -> Figure:
    """All members of the group by their bids, highest first: who is served, who is not, whose bid nobody opened."""
    members = sorted(auction.of(auction.focus), key=lambda entry: -entry.bid)
    members = [entry for entry in members if entry.bid > 0]
    figure, axes = canvas(theme, f"Who is served in {auction.focus}")
    colours = {
        Source.SERVED: theme.served,
        Source.UNSERVED: theme.unserved,
        Source.SILENT: theme.silent,
    }
    share = auction.lot.share if auction.focus_won else members[-1].bid
    floor = in_eth(min(members[-1].bid, share)) / 2
    axes.set_yscale("log")
    axes.set_ylim(floor, _ceiling(members, floor))
    fill = _bars if len(members) <= FEW else _areas
    fill(axes, members, colours, floor)
    _eth_log_axis(axes)
    axes.set_xlabel("members, highest bid first")
    axes.set_ylabel("bid, in ETH (logarithmic)")
    handles: list[Artist] = []
    labels: list[str] = []
    for source, label in _legend(members, auction):
        handles.append(_key(colours[source], source, len(members), theme))
        labels.append(label)
    if auction.focus_won:
        handles.append(threshold(axes, share, theme))
        labels.append(f"share {eth(share)} ETH")
    legend(axes, theme, handles, labels)
    return figure


_MARKS: Mapping[str, Any] = MappingProxyType(
    {"marker": "v", "markersize": 6, "linestyle": "none", "markeredgewidth": 0}
)
_HATCH = MappingProxyType({Source.SILENT: "////"})


def _ceiling(members: Sequence[Entry], floor: float) -> float:
    """The upper end of the logarithmic axis: bars reach at most 70 % of its height where the legend begins."""
    place = len(members) // 2 if len(members) <= FEW else isqrt(len(members))
    middle = in_eth(members[place].bid)
    return max(in_eth(members[0].bid) * 2.2, floor * float((middle / floor) ** (1 / 0.7)))


def _eth_log_axis(axes: Axes) -> None:
    low, high = axes.get_ylim()
    steps = (1.0,) if high > 1_000 * low else (1.0, 2.0, 5.0)
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=steps, numticks=20))
    axes.yaxis.set_minor_locator(NullLocator())
    plain_eth(axes)


def _legend(members: Sequence[Entry], auction: Auction) -> list[tuple[Source, str]]:
    kinds = [kind(entry) for entry in members]
    bond = sum(entry.bond for entry in members)
    described = (
        (Source.SERVED, "served: each pays the share"),
        (Source.UNSERVED, "not served: all money back"),
        (Source.SILENT, f"not opened: {eth(bond)} ETH burnt" if bond else "not opened"),
    )
    return [
        (source, f"{kinds.count(source):,} {label}")
        for source, label in described
        if source in kinds
    ]


def _bars(
    axes: Axes, members: Sequence[Entry], colours: Mapping[Source, str], floor: float
) -> None:
    for source, colour in colours.items():
        places = [rank for rank, entry in enumerate(members, 1) if kind(entry) is source]
        axes.bar(
            places,
            [in_eth(members[rank - 1].bid) - floor for rank in places],
            bottom=floor,
            width=0.82,
            color=colour,
            hatch=_HATCH.get(source),
            edgecolor=axes.get_facecolor(),
            linewidth=0,
        )
    few_ranks(axes, len(members))


def _areas(
    axes: Axes, members: Sequence[Entry], colours: Mapping[Source, str], floor: float
) -> None:
    """One area per run of members of one kind; marks for the silent ones, who would be too thin to see."""
    many_ranks(axes, len(members))
    kinds = [kind(entry) for entry in members]
    spoken = [index for index, source in enumerate(kinds) if source is not Source.SILENT]
    changes = [0, *(b for a, b in pairwise(spoken) if kinds[a] is not kinds[b]), len(members)]
    for start, end in pairwise(changes):
        # a new point only where the bid changes: the areas of many members are slow to fill
        steps = [i for i in range(start, end) if i == start or members[i].bid != members[i - 1].bid]
        ranks = [edge + 1 for a, b in pairwise([*steps, end]) for edge in (a, b)]
        bids = [in_eth(members[index].bid) for index in steps for _ in range(2)]
        colour = colours[kinds[next(i for i in range(start, end) if kinds[i] is not Source.SILENT)]]
        axes.fill_between(ranks, floor, bids, color=colour, linewidth=0)
    silent = [index for index, source in enumerate(kinds) if source is Source.SILENT]
    axes.plot(
        [index + 1.5 for index in silent],
        [in_eth(members[index].bid) for index in silent],
        color=colours[Source.SILENT],
        **_MARKS,
    )


def _key(colour: str, source: Source, members: int, theme: Theme) -> Artist:
    """The legend's sample of a kind of member, as `_bars` or `_areas` draws it."""
    if source is Source.SILENT and members > FEW:
        return Line2D([], [], color=colour, **_MARKS)
    return Patch(facecolor=colour, edgecolor=theme.page, hatch=_HATCH.get(source), linewidth=0)
