"""The pictures of an auction, drawn with matplotlib's Agg renderer.

Amounts become floats here, on their way to pixels, and nowhere else; figures written into a picture are exact or say "≈".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from math import isqrt
from types import MappingProxyType
from typing import Any

from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from offchain.report.amounts import GWEI_PER_ETH, count, eth
from offchain.report.auction import Auction, Curve, Entry, curve
from offchain.report.flows import Sink, Source, Stream, kind, streams, totals
from offchain.report.theme import Theme

DOTS_PER_INCH = 200
SIZE = (9.6, 5.4)
"""Inches. On the page a picture is about half as many pixels wide as it has."""
_FEW = 150
"""Up to so many members each gets a bar or a dot; beyond, ranks are drawn on a logarithmic axis."""


def png(name: str, auction: Auction, theme: Theme) -> bytes:
    """The picture called `name`, one of `PICTURES`, as a PNG file. The same auction gives the same bytes."""
    buffer = BytesIO()
    with rc_context({"font.family": "DejaVu Sans", "font.size": 11.5, "hatch.linewidth": 0.8}):
        figure = PICTURES[name](auction, theme)
        figure.savefig(
            buffer, format="png", facecolor=figure.get_facecolor(), metadata={"Software": None}
        )
    return buffer.getvalue()


def split_curve(auction: Auction, theme: Theme) -> Figure:
    """i·b_(i) over i: what the i highest bidders can pay in equal shares, with the price and T."""
    shape = curve(auction)
    figure, axes = canvas(theme)
    ranks = range(1, len(shape.ranked) + 1)
    products = [_in_eth(product) for product in shape.products]
    top = _in_eth(max(shape.peak, shape.price)) * 1.3
    if len(shape.ranked) <= _FEW:
        axes.plot(ranks, products, color=theme.served, marker="o", markersize=4, linewidth=1.3)
        axes.set_xlim(0, len(shape.ranked) + 1)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    else:
        axes.plot(ranks, products, color=theme.served, linewidth=1.6)
        _log_ranks(axes, len(shape.ranked))
    axes.set_ylim(0, top)
    axes.set_xlabel("i: number of members who share")
    axes.set_ylabel("i · (i-th highest bid), in ETH")
    axes.yaxis.set_major_formatter(FuncFormatter(_plain))
    _mark_peak(axes, shape, theme)
    _mark_price(axes, shape, theme, auction.focus_won)
    axes.set_title(
        f"What {auction.focus} can pay in equal shares",
        loc="left",
        color=theme.text,
        pad=12,
        fontsize=_TITLE,
    )
    return figure


def served_members(auction: Auction, theme: Theme) -> Figure:
    """All members of the group by their bids, highest first: who is served, who is not, who kept silent."""
    members = sorted(auction.of(auction.focus), key=lambda entry: -entry.bid)
    members = [entry for entry in members if entry.bid > 0]
    figure, axes = canvas(theme)
    colours = {
        Source.SERVED: theme.served,
        Source.UNSERVED: theme.unserved,
        Source.SILENT: theme.silent,
    }
    share = auction.lot.share if auction.focus_won else members[-1].bid
    floor = _in_eth(min(members[-1].bid, share)) / 2
    axes.set_yscale("log")
    axes.set_ylim(floor, _ceiling(members, floor))
    draw = _bars if len(members) <= _FEW else _areas
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
        handles.append(axes.axhline(_in_eth(share), **_threshold(theme)))
        labels.append(f"share {eth(share)} ETH")
    legend_box(axes, handles, labels, theme)
    axes.set_title(
        f"Who is served in {auction.focus}", loc="left", color=theme.text, pad=12, fontsize=_TITLE
    )
    return figure


def money(auction: Auction, theme: Theme) -> Figure:
    """Where the deposits went: streams from whose they were to what became of them, widths to scale."""
    found = streams(auction)
    figure = _figure(theme)
    axes = figure.add_axes((0.0, 0.03, 1.0, 0.80))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    _sankey(axes, found, theme)
    total = totals(found)
    terms = " + ".join(f"{eth(amount)} {_TERMS[sink]}" for sink, amount in total.items() if amount)
    figure.text(
        0.03, 0.93, "Where every gwei of the deposits went", color=theme.text, fontsize=_TITLE
    )
    figure.text(
        0.03,
        0.875,
        f"{eth(sum(total.values()))} ETH of deposits = {terms}",
        color=theme.muted,
        fontsize=10.5,
    )
    return figure


PICTURES: Mapping[str, Callable[[Auction, Theme], Figure]] = MappingProxyType(
    {"curve": split_curve, "served": served_members, "money": money}
)
"""The pictures by the names of their files."""

_TITLE = 13.5
"""Points."""
_TERMS = MappingProxyType({Sink.REFUND: "back", Sink.PAID: "price", Sink.BOND: "bonds"})
_MARKS: Mapping[str, Any] = MappingProxyType(
    {"marker": "v", "markersize": 6, "linestyle": "none", "markeredgewidth": 0}
)
_HATCH = MappingProxyType({Source.SILENT: "////"})


def _in_eth(units: int) -> float:
    return units / GWEI_PER_ETH


def _figure(theme: Theme) -> Figure:
    figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, facecolor=theme.page)
    FigureCanvasAgg(figure)
    return figure


def canvas(theme: Theme) -> tuple[Figure, Axes]:
    """An empty picture with its axes."""
    figure = _figure(theme)
    axes = figure.add_axes((0.122, 0.125, 0.853, 0.78), facecolor=theme.page)
    dress(axes, theme)
    return figure, axes


def dress(axes: Axes, theme: Theme) -> None:
    """Axes in the colours of a theme: two sides, quiet marks, lines across."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(theme.muted)
    axes.tick_params(colors=theme.muted, labelcolor=theme.text, which="both")
    axes.xaxis.label.set_color(theme.text)
    axes.yaxis.label.set_color(theme.text)
    axes.grid(axis="y", color=theme.rule, linewidth=0.7)
    axes.set_axisbelow(True)


def _plain(value: float, _: object) -> str:
    """A number on an axis, never in powers of ten."""
    return f"{value:,.9f}".rstrip("0").rstrip(".")


def _threshold(theme: Theme) -> dict[str, Any]:
    """How the line of the price or the share is drawn."""
    return {"color": theme.price, "linewidth": 1.8, "linestyle": (0, (5, 3))}


def legend_box(axes: Axes, handles: Sequence[Artist], labels: Sequence[str], theme: Theme) -> None:
    """A legend in the upper right corner, which both the curve and the bars leave free."""
    legend = axes.legend(
        handles, labels, loc="upper right", borderaxespad=0.2, frameon=False, handlelength=2.4
    )
    for text in legend.get_texts():
        text.set_color(theme.text)
        text.set_path_effects(_halo(theme))


def _log_ranks(axes: Axes, most: int) -> None:
    axes.set_xscale("log")
    axes.set_xlim(0.9, most * 1.15)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _ceiling(members: Sequence[Entry], floor: float) -> float:
    """The upper end of the logarithmic axis: bars reach at most 70 % of its height where the legend begins."""
    place = len(members) // 2 if len(members) <= _FEW else isqrt(len(members))
    middle = _in_eth(members[place].bid)
    return max(_in_eth(members[0].bid) * 2.2, floor * float((middle / floor) ** (1 / 0.7)))


def _eth_log_axis(axes: Axes) -> None:
    low, high = axes.get_ylim()
    steps = (1.0,) if high > 1_000 * low else (1.0, 2.0, 5.0)
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=steps, numticks=20))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(_plain))


# The curve


def _mark_peak(axes: Axes, shape: Curve, theme: Theme) -> None:
    if not shape.ranked:
        return
    place = (shape.peak_rank, _in_eth(shape.peak))
    axes.plot(*place, marker="D", markersize=8, color=theme.peak, linestyle="none")
    bid = shape.ranked[shape.peak_rank - 1]
    is_left = _fraction(axes, shape.peak_rank) > 0.6
    axes.annotate(
        f"willingness to pay {eth(shape.peak)} ETH\n"
        f"{count(shape.peak_rank, 'member')} at {eth(bid)} ETH each",
        place,
        xytext=(-10 if is_left else 10, 6),
        textcoords="offset points",
        ha="right" if is_left else "left",
        va="bottom",
        color=theme.peak,
        fontweight="bold",
        path_effects=_halo(theme),
    )


def _fraction(axes: Axes, rank: int) -> float:
    """Where a rank lies between the left end of its axis, 0, and the right, 1."""
    place = axes.transData.transform((rank, 0))
    return float(axes.transAxes.inverted().transform(place)[0])


def _halo(theme: Theme) -> list[AbstractPathEffect]:
    """Keeps text legible over lines."""
    return [withStroke(linewidth=3, foreground=theme.page)]


def _mark_price(axes: Axes, shape: Curve, theme: Theme, won: bool) -> None:
    level = _in_eth(shape.price)
    line = axes.axhline(level, zorder=1.5, **_threshold(theme))
    what = "price" if won else "price it would have paid"
    legend_box(axes, [line], [f"{what} {eth(shape.price)} ETH"], theme)
    if not shape.served:
        return
    axes.axvspan(axes.get_xlim()[0], shape.served, color=theme.served, alpha=0.10, linewidth=0)
    axes.plot((shape.served, shape.served), (0, level), color=theme.text, linewidth=1.3)
    # beside the line, on the left if there is room: right of it the curve lies lower
    is_left = _fraction(axes, shape.served) > 0.22
    axes.annotate(
        f"T = {shape.served:,}\nthe most members who\ncan share the price",
        (shape.served, 0),
        xytext=(-8 if is_left else 8, 10),
        textcoords="offset points",
        ha="right" if is_left else "left",
        va="bottom",
        color=theme.text,
        path_effects=_halo(theme),
    )


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
            [_in_eth(members[rank - 1].bid) - floor for rank in places],
            bottom=floor,
            width=0.82,
            color=colour,
            hatch=_HATCH.get(source),
            edgecolor=axes.get_facecolor(),
            linewidth=0,
        )
    axes.set_xlim(0, len(members) + 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def _areas(
    axes: Axes, members: Sequence[Entry], colours: Mapping[Source, str], floor: float
) -> None:
    """One area per run of members of one kind; marks for the silent ones, who would be too thin to see."""
    _log_ranks(axes, len(members))
    kinds = [kind(entry) for entry in members]
    spoken = [index for index, source in enumerate(kinds) if source is not Source.SILENT]
    changes = [0, *(b for a, b in pairwise(spoken) if kinds[a] is not kinds[b]), len(members)]
    for start, end in pairwise(changes):
        # a new point only where the bid changes: the areas of many members are slow to fill
        steps = [i for i in range(start, end) if i == start or members[i].bid != members[i - 1].bid]
        ranks = [edge + 1 for a, b in pairwise([*steps, end]) for edge in (a, b)]
        bids = [_in_eth(members[index].bid) for index in steps for _ in range(2)]
        colour = colours[kinds[next(i for i in range(start, end) if kinds[i] is not Source.SILENT)]]
        axes.fill_between(ranks, floor, bids, color=colour, linewidth=0)
    silent = [index for index, source in enumerate(kinds) if source is Source.SILENT]
    axes.plot(
        [index + 1.5 for index in silent],
        [_in_eth(members[index].bid) for index in silent],
        color=colours[Source.SILENT],
        **_MARKS,
    )


def _key(colour: str, source: Source, members: int, theme: Theme) -> Artist:
    """The legend's sample of a kind of member, as `_bars` or `_areas` draws it."""
    if source is Source.SILENT and members > _FEW:
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
