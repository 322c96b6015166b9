"""The picture of the money: streams from whose the deposits were to what became of them, widths to scale; bars, where it is
narrow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from offchain.io.quoting import abridge
from offchain.report.amounts import eth
from offchain.report.auction import Auction
from offchain.report.drawing import TITLE_POINTS, blank
from offchain.report.flows import Sink, Source, Stream, streams, totals
from offchain.report.theme import Theme

_TERMS: Final = MappingProxyType({Sink.REFUND: "back", Sink.PAID: "price", Sink.BOND: "burnt"})
_LEFT, _RIGHT, _WIDTH = 0.36, 0.685, 0.016
_LONGEST = 34
"""Characters of a label: a longer name is cut, and what is said of it stays."""
_GAP = 0.05
_TEXT_STEP = 0.108
"""Least distance between two labels of two lines, in heights of the picture."""
_HAIRLINE = 0.0035
"""What is thinner is drawn this thick, or it would not be seen."""


@dataclass(frozen=True, slots=True)
class _Bar:
    """One end of streams: its lower and upper edge, and what is written beside it."""

    low: float
    high: float
    label: str
    colour: str


def draw(auction: Auction, theme: Theme) -> Figure:
    """Where the deposits went: streams from whose they were to what became of them, widths to scale."""
    found = [stream for stream in streams(auction) if stream.total]
    figure = blank(theme)
    if theme.is_narrow:
        _bars_by_source(figure.add_axes((0.03, 0.02, 0.94, 0.96)), found, theme)
        return figure
    axes = figure.add_axes((0.0, 0.03, 1.0, 0.80))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    _sankey(axes, found, theme)
    total = totals(found)
    terms = " + ".join(f"{eth(amount)} {_TERMS[sink]}" for sink, amount in total.items() if amount)
    figure.text(0.03, 0.93, "Where the money went", color=theme.text, fontsize=TITLE_POINTS)
    figure.text(
        0.03,
        0.875,
        f"{eth(sum(total.values()))} ETH of deposits = {terms}",
        color=theme.muted,
        fontsize=10.5,
    )
    return figure


def _ends(theme: Theme) -> Mapping[Sink, str]:
    return {Sink.REFUND: theme.unserved, Sink.PAID: theme.price, Sink.BOND: theme.silent}


def _bars_by_source(axes: Axes, found: Sequence[Stream], theme: Theme) -> None:
    """A bar for whose the deposits were, in pieces by what became of them, all to one scale."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    most = max((stream.total for stream in found), default=1)
    used = [sink for sink, amount in totals(found).items() if amount]
    axes.set_ylim(len(found) + 0.45 * len(used), 0)
    for row, stream in enumerate(found):
        text = f"{abridge(stream.label, _LONGEST, 16)}\n{eth(stream.total)} ETH"
        axes.text(0, row + 0.38, text, color=theme.text, fontsize=10.5, va="center")
        left = 0.0
        for sink in used:
            if amount := stream.amounts[sink]:
                width = max(amount / most, _HAIRLINE)
                axes.barh(row + 0.78, width, 0.26, left=left, color=_ends(theme)[sink])
                left += width
    for place, sink in enumerate(used):
        height = len(found) + 0.45 * place + 0.3
        axes.barh(height, 0.04, 0.22, color=_ends(theme)[sink])
        said = f"{eth(totals(found)[sink])} ETH {sink}"
        axes.text(0.06, height, said, color=theme.text, fontsize=10.5, va="center")


def _sankey(axes: Axes, found: Sequence[Stream], theme: Theme) -> None:
    colours = {
        Source.RIVALS: theme.rival,
        Source.SERVED: theme.served,
        Source.UNSERVED: theme.unserved,
        Source.SILENT: theme.silent,
    }
    used = {sink: amount for sink, amount in totals(found).items() if amount}
    gaps = _GAP * (max(len(found), len(used)) - 1) + 0.04
    scale = (1 - gaps) / max(sum(used.values()), 1)
    left = _stack([(s.total, s.label, colours[s.source]) for s in found], scale)
    right = _stack([(amount, sink, _ends(theme)[sink]) for sink, amount in used.items()], scale)
    reached = {sink: bar.high for sink, bar in zip(used, right, strict=True)}
    for stream, bar in zip(found, left, strict=True):
        start = bar.high
        for sink in used:
            if height := stream.amounts[sink] * scale:
                _ribbon(axes, start, reached[sink], max(height, _HAIRLINE), bar.colour)
                start -= height
                reached[sink] -= height
    _bars(axes, left, _LEFT, -1, theme)
    _bars(axes, right, _RIGHT, 1, theme)


def _stack(parts: Sequence[tuple[int, str, str]], scale: float) -> list[_Bar]:
    """The parts (amount, label, colour) one below the other from the top, `_GAP` apart, the whole centred."""
    height = sum(amount for amount, _, _ in parts) * scale + _GAP * (len(parts) - 1)
    high = 0.5 + height / 2
    bars = []
    for amount, label, colour in parts:
        said = f"{abridge(label, _LONGEST, 16)}\n{eth(amount)} ETH"
        bars.append(_Bar(high - amount * scale, high, said, colour))
        high -= amount * scale + _GAP
    return bars


def _bars(axes: Axes, bars: Sequence[_Bar], edge: float, side: int, theme: Theme) -> None:
    """Bars from the `edge` of the streams to the left, if `side` is -1, or right, 1, with their labels beyond."""
    corner, near = edge + min(side, 0) * _WIDTH, edge + side * _WIDTH
    outer = near + side * 0.014
    middles = [(bar.low + bar.high) / 2 for bar in bars]
    for bar, middle, place in zip(bars, middles, _spread(middles), strict=True):
        height = max(bar.high - bar.low, _HAIRLINE)
        foot = (corner, bar.high - height)
        axes.add_patch(Rectangle(foot, _WIDTH, height, color=bar.colour, linewidth=0))
        if abs(place - middle) > 0.004:
            axes.plot((near, outer), (middle, place), color=theme.muted, linewidth=0.8)
        axes.text(
            outer + side * 0.004,
            place,
            bar.label,
            ha="right" if side < 0 else "left",
            va="center",
            color=theme.text,
            fontsize=11.5,
            linespacing=1.25,
        )


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
    way = np.linspace(0, 1, 80)
    upper = start + (end - start) * way**2 * (3 - 2 * way)
    across = np.linspace(_LEFT - 0.001, _RIGHT + 0.001, way.size)  # a hair below the bars
    axes.fill_between(across, upper - height, upper, color=colour, alpha=0.45, linewidth=0)
