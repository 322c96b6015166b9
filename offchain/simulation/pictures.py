"""Pictures of a sweep and of a curve, by matplotlib's Agg renderer. Amounts become floats here, on their way to pixels."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from io import BytesIO
from types import MappingProxyType

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from offchain.report.amounts import GWEI_PER_ETH, count, eth
from offchain.report.figures import dress
from offchain.report.theme import Theme
from offchain.simulation.cells import Cell, mix_text
from offchain.simulation.contributions import Curve
from offchain.simulation.summary import WAYS, Figures

DOTS_PER_INCH = 160
SIZE = (9.6, 5.4)
"""Inches."""
MOST_CELLS = 24
"""So many combinations fit side by side; of more, the first are drawn."""
WELFARE = ("split", "pooled", "turns", "once")
"""Ways to sell of different welfare."""
REVENUE = tuple(WAYS)
_HATCHED = {"second": "pooled", "second_turns": "turns", "second_once": "once"}
"""Ways at the second price, and the same at the first."""
_PARAMETERS: Mapping[str, Callable[[Cell], str]] = MappingProxyType(
    {
        "family": lambda cell: cell.family,
        "mix": lambda cell: f"groups {mix_text(cell.mix)}",
        "rivals": lambda cell: count(cell.rivals, "rival"),
        "strength": lambda cell: f"strength {cell.strength}",
        "correlation": lambda cell: f"correlation {cell.correlation:g}",
    }
)
"""Parameters of a combination, as text."""
_UPRIGHT = 8
"""So many combinations have room for labels that lie."""
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


def bars(
    rows: Rows, title: str, ways: Sequence[str], read: Callable[[Figures], Fraction]
) -> Callable[[Theme], Figure]:
    """A group of bars for each combination, a bar for each of `ways`; `read` is its height, a part of the optimum."""

    def draw(theme: Theme) -> Figure:
        shown = rows[:MOST_CELLS]
        varying = _varying([cell for cell, _ in shown])
        figure, axes = _canvas(
            theme, bottom=0.3 if len(shown) > _UPRIGHT else 0.05 + 0.03 * len(varying)
        )
        width = _WIDTH / len(ways)
        for place, way in enumerate(ways):
            at = [cell + (place - (len(ways) - 1) / 2) * width for cell in range(len(shown))]
            found = [next(one for one in figures if one.way == way) for _, figures in shown]
            axes.bar(
                at,
                [float(read(one)) for one in found],
                width=width * 0.92,
                color=_colour(theme, way),
                hatch="////" if way in _HATCHED else None,
                edgecolor=theme.page,
                linewidth=0,
                label=WAYS[way].name,
            )
        axes.set_xticks(
            range(len(shown)),
            ["\n".join(_PARAMETERS[name](cell) for name in varying) for cell, _ in shown],
        )
        axes.tick_params(axis="x", labelsize=9)
        if len(shown) > _UPRIGHT:
            axes.tick_params(axis="x", labelrotation=90, labelsize=7)
        axes.set_ylabel("part of the optimum")
        legend = axes.legend(
            loc="lower left",
            ncol=4,
            frameon=False,
            bbox_to_anchor=(-0.1, 1.0),
            fontsize=9,
            columnspacing=1.2,
        )
        for text in legend.get_texts():
            text.set_color(theme.text)
        same = [_PARAMETERS[name](shown[0][0]) for name in _PARAMETERS if name not in varying]
        figure.text(0.03, 0.95, title, color=theme.text, fontsize=13)
        figure.text(0.97, 0.955, ", ".join(same), color=theme.muted, fontsize=9, ha="right")
        return figure

    return draw


def _colour(theme: Theme, way: str) -> str:
    """The same for the first price and the second, which is hatched."""
    colours = {
        "split": theme.served,
        "pooled": theme.unserved,
        "turns": theme.silent,
        "once": theme.rival,
    }
    return colours[_HATCHED.get(way, way)]


def _varying(cells: Sequence[Cell]) -> list[str]:
    """The parameters that differ between the combinations, and the family in any case: what stands below the bars."""
    return [
        name
        for name, text in _PARAMETERS.items()
        if name == "family" or len({text(cell) for cell in cells}) > 1
    ]


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
    dress(axes, theme)
    return figure, axes
