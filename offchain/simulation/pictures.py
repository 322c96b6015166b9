"""The pictures of a sweep."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from offchain.report.amounts import count
from offchain.report.drawing import TITLE_POINTS, Picture, canvas, legend
from offchain.report.theme import Theme
from offchain.simulation.cells import Cell, mix_text
from offchain.simulation.summary import ASCENDING, WITH_INCREMENT, Figures, ways_of

MOST_CELLS = 24
"""So many combinations fit side by side; of more, the first are drawn."""
WELFARE = ("split", ASCENDING, "pooled", "turns", "once")
"""Ways to sell of different welfare."""
_HATCHED = {ASCENDING: "split", "second": "pooled", "second_turns": "turns", "second_once": "once"}
"""Ways by open bids or at the second price, and the same by sealed bids and at the first."""
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


def welfare(rows: Rows) -> Picture:
    """Welfare by combination and way to sell."""
    caption = (
        "Welfare over the optimum, by combination; with a second price it is that of pay-your-bid"
    )
    ways = [way for way in _ways(rows) if way in WELFARE]
    return _picture("Welfare", caption, rows, ways, lambda figures: figures.welfare_share)


def revenue(rows: Rows) -> Picture:
    """Revenue by combination and way to sell."""
    caption = "Revenue over the optimum, by combination"
    return _picture("Revenue", caption, rows, _ways(rows), lambda figures: figures.revenue_share)


def _ways(rows: Rows) -> list[str]:
    """Those of the first combination: they all have the same."""
    return list(ways_of(rows[0][0]))


def _picture(
    title: str, caption: str, rows: Rows, ways: Sequence[str], read: Callable[[Figures], Fraction]
) -> Picture:
    return Picture(
        title.lower(), caption, caption, lambda theme: _bars(rows, title, ways, read, theme)
    )


def _bars(
    rows: Rows, title: str, ways: Sequence[str], read: Callable[[Figures], Fraction], theme: Theme
) -> Figure:
    """A group of bars for each combination, a bar for each of `ways`; `read` is its length, a part of the optimum.

    They stand side by side, or lie below each other on a narrow picture, which is as tall as it takes.
    """
    shown = rows[:MOST_CELLS]
    varying = _varying([cell for cell, _ in shown])
    names = ["\n".join(_PARAMETERS[name](cell) for name in varying) for cell, _ in shown]
    same = [_PARAMETERS[name](shown[0][0]) for name in _PARAMETERS if name not in varying]
    figure, axes = (
        _lying(names, len(ways), theme) if theme.is_narrow else _upright(names, len(varying), theme)
    )
    draw = axes.barh if theme.is_narrow else axes.bar
    width = _WIDTH / len(ways)
    for place, way in enumerate(ways):
        at = [cell + (place - (len(ways) - 1) / 2) * width for cell in range(len(shown))]
        found = [next(one for one in figures if one.way == way) for _, figures in shown]
        draw(
            at,
            [float(read(one)) for one in found],
            width * 0.92,
            color=_colour(theme, way),
            hatch="////" if way in _HATCHED else None,
            edgecolor=theme.page,
            linewidth=0,
            label=WITH_INCREMENT[way].name,
        )
    legend(
        axes,
        theme,
        loc="lower left",
        ncol=1 if theme.is_narrow else 4,
        bbox_to_anchor=(-0.4 if theme.is_narrow else -0.1, 1.0),
        fontsize=10 if theme.is_narrow else 9,
        columnspacing=1.2,
        handlelength=2,
    )
    if not theme.is_narrow:
        figure.text(0.03, 0.95, title, color=theme.text, fontsize=TITLE_POINTS)
        figure.text(0.97, 0.955, ", ".join(same), color=theme.muted, fontsize=9, ha="right")
    return figure


def _upright(names: Sequence[str], lines: int, theme: Theme) -> tuple[Figure, Axes]:
    """Axes for bars that stand, with these names of so many lines below them."""
    bottom = 0.3 if len(names) > _UPRIGHT else 0.05 + 0.03 * lines
    figure, axes = canvas(theme, box=(0.1, bottom, 0.88, 0.86 - bottom))
    axes.set_xticks(range(len(names)), names)
    axes.tick_params(axis="x", labelsize=9)
    if len(names) > _UPRIGHT:
        axes.tick_params(axis="x", labelrotation=90, labelsize=7)
    axes.set_ylabel("part of the optimum")
    return figure, axes


def _lying(names: Sequence[str], ways: int, theme: Theme) -> tuple[Figure, Axes]:
    """Axes for bars that lie, each a seventh of an inch, with these names on their left and room for a legend above."""
    above, below = 0.25 + 0.2 * ways, 0.5
    bars = len(names) * max(ways / 7, 0.8)
    tall = above + bars + below
    figure, axes = canvas(theme, narrow=(0.34, below / tall, 0.62, bars / tall), tall=tall)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", labelsize=10)
    axes.set_xlabel("part of the optimum")
    axes.grid(visible=False)
    axes.grid(axis="x", color=theme.rule, linewidth=0.7)
    return figure, axes


def _colour(theme: Theme, way: str) -> str:
    """The same for the first price and the second, and for sealed and open bids; the latter are hatched."""
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
