"""The pictures of the auctions that draw lots, from plain data."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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
    threshold,
    title_above,
)
from offchain.report.theme import Theme

_MARKERS = ("o", "s", "^", "D")
_ROWS = (0.2, 0.125, 0.775, 0.7)
_NARROW_ROWS = (0.27, 0.12, 0.70, 0.76)
"""Axes with names on their left, and room above for what stands over a line."""


def chances(
    bids: Mapping[str, int],
    found: Mapping[str, Fraction],
    draw: Fraction,
    winner: str | None,
    theme: Theme,
) -> Figure:
    """Every player's piece of the line from 0 to 1, each in a row of its own, and where the draw falls."""
    figure, axes = canvas(theme, "Whose piece the draw falls into", box=_ROWS, narrow=_NARROW_ROWS)
    left, pieces = 0.0, [*found.items(), ("nobody", 1 - sum(found.values(), Fraction(0)))]
    names = []
    for row, (name, chance) in enumerate(pieces):
        width = float(chance)
        is_winner = name == winner or (winner is None and name == "nobody")
        axes.barh(row, width, 0.62, left=left, color=theme.served if is_winner else theme.unserved)
        is_left = left + width > 0.8
        beside(
            axes,
            f"{width:.1%}" if chance else "no chance",
            (left if is_left else left + width, row),
            (-6 if is_left else 6, 0),
            theme.text,
            ha="right" if is_left else "left",
            va="center",
            path_effects=halo(theme),
        )
        names.append(f"{name}\n{eth(bids[name])} ETH" if name in bids else name)
        left += width
    axes.axvline(float(draw), color=theme.price, linewidth=2)
    beside(
        axes,
        f"the draw: {float(draw):.4f}",
        (float(draw), -0.5),
        (0, 4),
        theme.price,
        ha="center" if 0.15 < draw < 0.85 else "left" if draw < 0.5 else "right",
        va="bottom",
        fontweight="bold",
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(len(pieces) - 0.5, -0.5)
    axes.set_yticks(range(len(pieces)), names)
    axes.set_xlabel("the line from 0 to 1")
    axes.grid(visible=False)
    title_above(axes, theme)
    return figure


def knowledge(offered: Mapping[str, int], star: str | None, revenue: int, theme: Theme) -> Figure:
    """What everybody's offers to others are worth, and what the sale brought."""
    figure, axes = canvas(theme, "What everybody offers to others", box=_ROWS, narrow=_NARROW_ROWS)
    names = list(offered)
    most = in_eth(max([*offered.values(), revenue, 1]))
    for row, name in enumerate(names):
        width = in_eth(offered[name])
        axes.barh(row, width, 0.62, color=theme.served if name == star else theme.unserved)
        is_inside = width > 0.6 * most
        beside(
            axes,
            f"{eth(offered[name])} ETH" + (", the star" if name == star else ""),
            (width, row),
            (-6 if is_inside else 6, 0),
            theme.page if is_inside and name == star else theme.text,
            ha="right" if is_inside else "left",
            va="center",
        )
    said = f"the seller gets {eth(revenue)} ETH"
    if revenue:
        axes.axvline(in_eth(revenue), color=theme.price, linewidth=1.8, linestyle=DASHES)
    is_left = in_eth(revenue) > most / 2
    beside(
        axes,
        said,
        (in_eth(revenue), -0.5),
        (0, 5),
        theme.price,
        ha="right" if is_left else "left",
        va="bottom",
        fontweight="bold",
    )
    axes.set_xlim(0, most * 1.06)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("offers to others, in ETH")
    axes.grid(visible=False)
    title_above(axes, theme)
    plain_eth(axes.xaxis)
    return figure


def valuations(
    worths: Mapping[str, Sequence[int]], total: int, winner: str | None, price: int, theme: Theme
) -> Figure:
    """What the item is worth to each at every total of the signals, the true one, and the price."""
    figure, axes = canvas(
        theme,
        "What it is worth, by what all know together",
        box=(0.1, 0.125, 0.78, 0.715),
        narrow=(0.165, 0.125, 0.62, 0.66),
    )
    colours = (theme.served, theme.peak, theme.silent, theme.rival)
    totals = range(len(next(iter(worths.values()))))
    top = in_eth(max(max(worth) for worth in worths.values())) * 1.06
    ends = sorted(worths, key=lambda name: worths[name][-1])
    height = 0.0
    for name in ends:
        place = list(worths).index(name)
        colour = colours[place % len(colours)]
        worth = worths[name]
        axes.plot(
            totals,
            [in_eth(value) for value in worth],
            color=colour,
            marker=_MARKERS[place % len(_MARKERS)],
            markersize=6,
            linewidth=2.6 if name == winner else 1.4,
        )
        height = max(in_eth(worth[-1]), height + 0.06 * top)  # names keep apart
        beside(
            axes, name, (totals[-1], height), (9, 0), theme.text, va="center", annotation_clip=False
        )
    lines = [axes.axvline(total, color=theme.muted, linewidth=1.2, linestyle=":")]
    said = [f"true total: {total}"]
    if winner is not None:
        lines.append(threshold(axes, price, theme))
        said.append(f"{winner} pays {eth(price)} ETH")
    axes.set_xlim(-0.2, len(totals) - 0.8)
    axes.set_ylim(0, top)
    axes.set_xlabel("total of all signals")
    heights(axes, theme, "worth, in ETH")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    plain_eth(axes.yaxis)
    legend_above(axes, theme, lines, said, columns=1 if theme.is_narrow else 2)
    return figure
