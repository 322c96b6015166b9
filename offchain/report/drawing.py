"""How every picture is drawn: matplotlib's Agg renderer, one size, the colours of a theme, PNG for light and for dark pages.

Amounts become floats on their way to pixels, and nowhere else; figures written into a picture are exact or say "≈".
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import FuncFormatter

from offchain.io.units import UNITS_PER_ETH
from offchain.report.theme import Theme

DOTS_PER_INCH: Final = 200
SIZE: Final = (9.6, 5.4)
"""Inches."""
PIXELS: Final = tuple(round(inches * 96) for inches in SIZE)
"""The size on a page, in CSS pixels: about half as many as the picture has."""
TITLE_POINTS: Final = 13.5
BOX: Final = (0.122, 0.125, 0.853, 0.78)
"""Where the axes lie: left, bottom, width and height, as parts of the picture."""
DASHES: Final = (0, (5, 3))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its file's name, what it shows, what a reader who cannot see it should know, and how it is drawn."""

    name: str
    caption: str
    alt: str
    draw: Callable[[Theme], Figure]


def png(picture: Picture, theme: Theme) -> bytes:
    """The picture as a PNG file. The same figures give the same bytes."""
    buffer = BytesIO()
    with rc_context({"font.family": "DejaVu Sans", "font.size": 11.5, "hatch.linewidth": 0.8}):
        figure = picture.draw(theme)
        figure.savefig(
            buffer, format="png", facecolor=figure.get_facecolor(), metadata={"Software": None}
        )
    return buffer.getvalue()


def blank(theme: Theme) -> Figure:
    """A picture with nothing in it."""
    figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, facecolor=theme.page)
    FigureCanvasAgg(figure)
    return figure


def canvas(
    theme: Theme, title: str = "", box: tuple[float, float, float, float] = BOX
) -> tuple[Figure, Axes]:
    """A picture with empty axes in `box`: two sides, quiet marks, lines across."""
    figure = blank(theme)
    axes = figure.add_axes(box, facecolor=theme.page)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(theme.muted)
    axes.tick_params(colors=theme.muted, labelcolor=theme.text, which="both")
    axes.xaxis.label.set_color(theme.text)
    axes.yaxis.label.set_color(theme.text)
    axes.grid(axis="y", color=theme.rule, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_title(title, loc="left", color=theme.text, pad=12, fontsize=TITLE_POINTS)
    return figure, axes


def legend(axes: Axes, theme: Theme, *entries: Any, **layout: Any) -> None:
    """A legend without a frame, by default in the upper right corner; `entries` and `layout` as of `Axes.legend`."""
    placed = {"loc": "upper right", "borderaxespad": 0.2, "handlelength": 2.4, **layout}
    for text in axes.legend(*entries, frameon=False, **placed).get_texts():
        text.set_color(theme.text)
        text.set_path_effects(halo(theme))


def threshold(axes: Axes, units: int, theme: Theme, **more: Any) -> Line2D:
    """The dashed line of a price or a share."""
    return axes.axhline(in_eth(units), color=theme.price, linewidth=1.8, linestyle=DASHES, **more)


def beside(
    axes: Axes, text: str, place: tuple[float, float], by: tuple[int, int], colour: str, **how: Any
) -> None:
    """Text beside a place of the axes, `by` so many points to the right and up; `how` as in `Axes.annotate`."""
    axes.annotate(text, place, xytext=by, textcoords="offset points", color=colour, **how)


def halo(theme: Theme) -> list[AbstractPathEffect]:
    """Keeps text legible over lines."""
    return [withStroke(linewidth=3, foreground=theme.page)]


def plain_eth(axes: Axes) -> None:
    """Amounts beside the axes are never in powers of ten."""
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:,.9f}".rstrip("0").rstrip("."))
    )


def in_eth(units: int) -> float:
    """Units as pixels need them."""
    return units / UNITS_PER_ETH
