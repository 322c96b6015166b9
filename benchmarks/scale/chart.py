"""The picture of docs/performance.md: gas over the number of members, for light and for dark pages."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from benchmarks.svg import svg, title
from offchain.report.theme import THEMES, Theme

Row = Mapping[str, Any]
Rows = Sequence[Row]
Record = Mapping[str, Rows]
"""Measurements by back end, as in benchmarks/scale/scale.json."""

SIZE: Final = (9.6, 4.8)
"""Inches."""
_POWERS: Final = {3: "thousand", 6: "million", 9: "billion"}


def pictures(record: Record) -> dict[str, str]:
    """The picture by file name, as SVG. The same record gives the same text."""
    return {
        f"scale-{theme.name}.svg": svg(partial(_figure, record, theme), "scale") for theme in THEMES
    }


def _figure(record: Record, theme: Theme) -> Figure:
    figure = Figure(SIZE)
    axes = figure.add_axes((0.13, 0.13, 0.67, 0.74), facecolor="none")
    for back_end, marker, style in (("anvil", "o", "-"), ("revm", "s", "--")):
        rows = record.get(back_end, ())
        _line(axes, rows, _total, theme.served, marker, style)
        _line(axes, rows, _settle, theme.price, marker, style)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(2e4, 2e11)
    axes.set_xlim(70, 1.4e6)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(10, numticks=12))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(_power))
    axes.tick_params(colors=theme.muted)
    axes.grid(color=theme.rule, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xlabel("members of the DAO", color=theme.muted)
    axes.legend(
        *_key(axes, theme),
        loc="upper left",
        frameon=False,
        labelcolor=theme.muted,
        handlelength=2.6,
    )
    _ends(axes, record, theme)
    title(figure, "Gas of a whole auction, and of settling it", theme.text)
    return figure


def _total(row: Row) -> int:
    total: int = row["gas_total"]
    return total


def _settle(row: Row) -> int:
    settle: int = row["gas_by_step"]["settle"]
    return settle


def _line(axes: Axes, rows: Rows, gas: Any, colour: str, marker: str, style: str) -> None:
    axes.plot(
        [row["members"] for row in rows],
        [gas(row) for row in rows],
        color=colour,
        marker=marker,
        markersize=5,
        linestyle=style,
        linewidth=1.6,
    )


def _key(axes: Axes, theme: Theme) -> tuple[list[Any], list[str]]:
    handles = [
        axes.plot([], [], color=theme.muted, marker=marker, linestyle=style, markersize=5)[0]
        for marker, style in (("o", "-"), ("s", "--"))
    ]
    return handles, ["on Anvil: what it costs", "on revm in process: slots stay warm, so less"]


def _ends(axes: Axes, record: Record, theme: Theme) -> None:
    """What the lines are, and their figures, where they end."""
    node, last = record["anvil"][-1], record["revm"][-1]
    _label(axes, last, _total(last), f"everything:\n{_each(last)}", theme.served, (12, 0), "left")
    _label(axes, node, _total(node), _each(node), theme.served, (-6, 12), "right")
    _label(axes, last, _settle(last), f"settling:\n{_settle(last):,}", theme.price, (12, 0), "left")
    _label(axes, node, _settle(node), f"{_settle(node):,}", theme.price, (0, 12), "center")


def _each(row: Row) -> str:
    return f"{_total(row) / row['members']:,.0f} a member"


def _label(
    axes: Axes, row: Row, gas: int, text: str, colour: str, offset: tuple[int, int], side: str
) -> None:
    axes.annotate(
        text,
        (row["members"], gas),
        xytext=offset,
        textcoords="offset points",
        ha=side,
        va="center",
        color=colour,
        annotation_clip=False,
    )


def _power(value: float, _: object) -> str:
    """1, 10, 100 of thousands, millions, billions, in words."""
    amount = round(value)
    for power in sorted(_POWERS, reverse=True):
        if amount >= 10**power:
            return f"{amount // 10**power} {_POWERS[power]}"
    return str(amount)
