"""Pictures of a sweep and of a curve, by matplotlib's Agg renderer. Amounts become floats here, on their way to pixels."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from io import BytesIO

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from offchain.report.amounts import GWEI_PER_ETH, eth
from offchain.report.theme import Theme
from offchain.simulation.cells import Cell
from offchain.simulation.contributions import Curve
from offchain.simulation.summary import NAMES, WAYS, Figures

DOTS_PER_INCH = 160
SIZE = (9.6, 5.4)
"""Inches."""
MOST_CELLS = 24
"""So many combinations fit side by side; of more, the first are drawn."""
_WIDTH = 0.8

Rows = Sequence[tuple[Cell, tuple[Figures, ...]]]


def png(draw: Callable[[Theme], Figure], theme: Theme) -> bytes:
    """What `draw` draws, as a PNG file. The same figures give the same bytes."""
    buffer = BytesIO()
    with rc_context({"font.family": "DejaVu Sans", "font.size": 10.5}):
        figure = draw(theme)
        figure.savefig(
            buffer, format="png", facecolor=figure.get_facecolor(), metadata={"Software": None}
        )
    return buffer.getvalue()


def bars(rows: Rows, title: str, read: Callable[[Figures], Fraction]) -> Callable[[Theme], Figure]:
    """A group of bars for each combination, a bar for each way to sell; `read` is its height, a part of the optimum."""

    def draw(theme: Theme) -> Figure:
        figure, axes = _canvas(theme, bottom=0.27)
        shown = rows[:MOST_CELLS]
        colours = (theme.served, theme.unserved, theme.silent, theme.rival)
        width = _WIDTH / len(WAYS)
        for place, (way, colour) in enumerate(zip(WAYS, colours, strict=True)):
            at = [cell + (place - (len(WAYS) - 1) / 2) * width for cell in range(len(shown))]
            heights = [float(read(ways[place])) for _, ways in shown]
            axes.bar(at, heights, width=width * 0.92, color=colour, label=NAMES[way])
        axes.set_xticks(range(len(shown)), [tick(cell) for cell, _ in shown])
        if len(shown) > 6:
            axes.tick_params(axis="x", labelrotation=90, labelsize=7)
        axes.set_ylabel("part of the optimum")
        legend = axes.legend(loc="upper left", ncol=4, frameon=False, bbox_to_anchor=(-0.1, 1.1))
        for text in legend.get_texts():
            text.set_color(theme.text)
        figure.text(0.03, 0.95, title, color=theme.text, fontsize=13)
        return figure

    return draw


def tick(cell: Cell) -> str:
    """A combination below its bars."""
    return (
        f"{cell.family}\n{cell.groups} groups of {cell.members}\nrivals: {cell.rivals}, strength {cell.strength}\n"
        f"correlation {cell.correlation:g}"
    )


def curve(found: Curve) -> Callable[[Theme], Figure]:
    """i·b_(i) over i, with its largest value, the willingness to pay."""

    def draw(theme: Theme) -> Figure:
        figure, axes = _canvas(theme, bottom=0.125)
        ranks = range(1, len(found.bids) + 1)
        axes.plot(
            ranks,
            [product / GWEI_PER_ETH for product in found.products],
            color=theme.served,
            linewidth=1.6,
        )
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        top = found.wtp / GWEI_PER_ETH
        axes.plot(found.peak, top, marker="D", markersize=8, color=theme.peak, linestyle="none")
        axes.annotate(
            f"willingness to pay {eth(found.wtp)} ETH\n{found.peak:,} of at least {eth(found.bids[found.peak - 1])} ETH each",
            (found.peak, top),
            xytext=(8, 8),
            textcoords="offset points",
            color=theme.peak,
            fontweight="bold",
        )
        axes.set_ylim(0, top * 1.25)
        axes.set_xlabel("i: number of members who share (logarithmic)")
        axes.set_ylabel("i · (i-th highest contribution), in ETH")
        axes.set_title("What the group can pay in equal shares", loc="left", color=theme.text)
        return figure

    return draw


def _canvas(theme: Theme, bottom: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, facecolor=theme.page)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.1, bottom, 0.88, 0.86 - bottom), facecolor=theme.page)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(theme.muted)
    axes.tick_params(colors=theme.muted, labelcolor=theme.text, which="both")
    axes.xaxis.label.set_color(theme.text)
    axes.yaxis.label.set_color(theme.text)
    axes.grid(axis="y", color=theme.rule, linewidth=0.7)
    axes.set_axisbelow(True)
    return figure, axes
