"""The pictures of one lot sold among groups: its members, and where the money went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isqrt
from types import MappingProxyType
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import LogLocator, NullLocator

from offchain.report.amounts import eth
from offchain.report.auction import Auction, Entry
from offchain.report.curve import FEW, few_ranks, many_ranks
from offchain.report.drawing import (
    TITLE_POINTS,
    blank,
    canvas,
    in_eth,
    legend,
    plain_eth,
    threshold,
)
from offchain.report.flows import Sink, Source, Stream, kind, streams, totals
from offchain.report.theme import Theme


def served_members(auction: Auction, theme: Theme) -> Figure:
    """All members of the group by their bids, highest first: who is served, who is not, who kept silent."""
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
    draw = _bars if len(members) <= FEW else _areas
    draw(axes, members, colours, floor)
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


def money(auction: Auction, theme: Theme) -> Figure:
    """Where the deposits went: streams from whose they were to what became of them, widths to scale."""
    found = streams(auction)
    figure = blank(theme)
    axes = figure.add_axes((0.0, 0.03, 1.0, 0.80))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    _sankey(axes, found, theme)
    total = totals(found)
    terms = " + ".join(f"{eth(amount)} {_TERMS[sink]}" for sink, amount in total.items() if amount)
    figure.text(
        0.03, 0.93, "Where every gwei of the deposits went", color=theme.text, fontsize=TITLE_POINTS
    )
    figure.text(
        0.03,
        0.875,
        f"{eth(sum(total.values()))} ETH of deposits = {terms}",
        color=theme.muted,
        fontsize=10.5,
    )
    return figure


_TERMS = MappingProxyType({Sink.REFUND: "back", Sink.PAID: "price", Sink.BOND: "bonds"})
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


# The members


def _legend(members: Sequence[Entry], auction: Auction) -> list[tuple[Source, str]]:
    kinds = [kind(entry) for entry in members]
    bond = sum(entry.bond for entry in members)
    described = (
        (Source.SERVED, "served: each pays the share"),
        (Source.UNSERVED, "not served: all money back"),
        (Source.SILENT, f"kept silent: bond of {eth(bond)} ETH in all" if bond else "kept silent"),
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


# The money


@dataclass(frozen=True, slots=True)
class _Node:
    """A bar of the flow picture: its lower and upper edge, and what is written beside it."""

    low: float
    high: float
    label: str
    colour: str

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


_LEFT, _RIGHT, _WIDTH = 0.36, 0.685, 0.016
_GAP = 0.05
_TEXT_STEP = 0.108
"""Least distance between two labels of two lines, in heights of the picture."""
_HAIRLINE = 0.0035
"""What is thinner is drawn this thick, or it would not be seen."""


def _sankey(axes: Axes, found: Sequence[Stream], theme: Theme) -> None:
    colours = {
        Source.RIVALS: theme.rival,
        Source.SERVED: theme.served,
        Source.UNSERVED: theme.unserved,
        Source.SILENT: theme.silent,
    }
    ends = {Sink.REFUND: theme.unserved, Sink.PAID: theme.price, Sink.BOND: theme.silent}
    whole = sum(stream.total for stream in found)
    used = {sink: amount for sink, amount in totals(found).items() if amount}
    found = [stream for stream in found if stream.total]
    scale = (1 - _GAP * (max(len(found), len(used)) - 1) - 0.04) / max(whole, 1)
    left = _stack(
        [(s.total, f"{s.label}\n{eth(s.total)} ETH", colours[s.source]) for s in found], scale
    )
    right = _stack(
        [(amount, f"{sink}\n{eth(amount)} ETH", ends[sink]) for sink, amount in used.items()], scale
    )
    reached = {sink: node.high for sink, node in zip(used, right, strict=True)}
    for stream, node in zip(found, left, strict=True):
        start = node.high
        for sink in used:
            amount = stream.amounts[sink]
            if amount:
                height = amount * scale
                _ribbon(axes, start, reached[sink], max(height, _HAIRLINE), colours[stream.source])
                start -= height
                reached[sink] -= height
    for nodes, edge, text, side in (
        (left, _LEFT, _LEFT - 0.014, "right"),
        (right, _RIGHT, _RIGHT + 0.014, "left"),
    ):
        corner = edge - _WIDTH if side == "right" else edge
        places = _spread([node.middle for node in nodes])
        for node, place in zip(nodes, places, strict=True):
            height = max(node.high - node.low, _HAIRLINE)
            axes.add_patch(
                Rectangle(
                    (corner, node.high - height), _WIDTH, height, color=node.colour, linewidth=0
                )
            )
            outer = text - _WIDTH if side == "right" else text + _WIDTH
            near = edge - _WIDTH if side == "right" else edge + _WIDTH
            if abs(place - node.middle) > 0.004:
                axes.plot((near, outer), (node.middle, place), color=theme.muted, linewidth=0.8)
            axes.text(
                outer + (-0.004 if side == "right" else 0.004),
                place,
                node.label,
                ha=side,
                va="center",
                color=theme.text,
                fontsize=11.5,
                linespacing=1.25,
            )


def _stack(parts: Sequence[tuple[int, str, str]], scale: float) -> list[_Node]:
    """The parts (amount, label, colour) one below the other from the top, `_GAP` apart, the whole centred."""
    height = sum(amount for amount, _, _ in parts) * scale + _GAP * (len(parts) - 1)
    high = 0.5 + height / 2
    nodes = []
    for amount, label, colour in parts:
        nodes.append(_Node(high - amount * scale, high, label, colour))
        high -= amount * scale + _GAP
    return nodes


def _spread(places: Sequence[float]) -> list[float]:
    """The places of labels, from the top, moved apart as little as a pass down and a pass up need."""
    moved: list[float] = []
    for place in places:
        moved.append(min(place, moved[-1] - _TEXT_STEP if moved else 0.955))
    floor = 0.045
    for index in reversed(range(len(moved))):
        moved[index] = max(moved[index], floor)
        floor = moved[index] + _TEXT_STEP
    return moved


def _ribbon(axes: Axes, start: float, end: float, height: float, colour: str) -> None:
    """A band whose upper edge runs from `start` on the left to `end` on the right."""
    bend = (_LEFT + _RIGHT) / 2
    points = [
        (_LEFT, start),
        (bend, start),
        (bend, end),
        (_RIGHT, end),
        (_RIGHT, end - height),
        (bend, end - height),
        (bend, start - height),
        (_LEFT, start - height),
        (_LEFT, start),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.45, linewidth=0))
