"""How every picture is drawn: by matplotlib, in the colours of a theme, wide or narrow, as a PNG file (`vector.py`: as SVG).

Amounts become floats on their way to pixels, and nowhere else; figures written into a picture are exact or say "≈".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import FuncFormatter

from offchain.io.quoting import cut
from offchain.io.units import UNITS_PER_ETH
from offchain.report.theme import Theme

DOTS_PER_INCH: Final = 200
SIZE: Final = (9.6, 5.4)
"""Inches."""
NARROW_SIZE: Final = (4.25, 4.7)
"""Of a picture on a narrow page, which is shown larger than it is: a telephone is 390 pixels wide, and 350 are its."""
TITLE_POINTS: Final = 13.5
BOX: Final = (0.122, 0.125, 0.853, 0.78)
"""Where the axes lie: left, bottom, width and height, as parts of the picture."""
NARROW_BOX: Final = (0.165, 0.125, 0.805, 0.82)
_LONGEST_TITLE: Final = 70
"""Characters: names may be of any length."""
DASHES: Final = (0, (5, 3))
SETTINGS: Final[Mapping[Any, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 11.5,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "text.parse_math": False,  # names are only text
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its file's name, what it shows, what a reader who cannot see it should know, and how it is drawn.

    title: what it is, in a few words; by default its name.
    """

    name: str
    caption: str
    alt: str
    draw: Callable[[Theme], Figure]
    title: str = ""


def png(picture: Picture, theme: Theme) -> bytes:
    """The picture as a PNG file. The same figures give the same bytes."""
    buffer = BytesIO()
    with rc_context({**SETTINGS}):
        figure = picture.draw(theme)
        figure.savefig(
            buffer, format="png", facecolor=figure.get_facecolor(), metadata={"Software": None}
        )
    return buffer.getvalue()


def blank(theme: Theme) -> Figure:
    """A picture with nothing in it."""
    size = NARROW_SIZE if theme.is_narrow else SIZE
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor=theme.page)
    FigureCanvasAgg(figure)
    return figure


def canvas(
    theme: Theme,
    title: str = "",
    box: tuple[float, float, float, float] = BOX,
    narrow: tuple[float, float, float, float] = NARROW_BOX,
    tall: float | None = None,
) -> tuple[Figure, Axes]:
    """A picture with empty axes in `box`, or in `narrow`: two sides, quiet marks, lines across.

    A narrow one has no title, since the page says it above, and may be `tall`, in inches.
    """
    if theme.is_narrow:
        title, box = "", narrow
    figure = blank(theme)
    if theme.is_narrow and tall is not None:
        figure.set_figheight(tall)
    axes = figure.add_axes(box, facecolor=theme.page)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(theme.muted)
    axes.tick_params(colors=theme.muted, labelcolor=theme.text, which="both")
    axes.xaxis.label.set_color(theme.text)
    axes.yaxis.label.set_color(theme.text)
    axes.grid(axis="y", color=theme.rule, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_title(
        cut(title, _LONGEST_TITLE), loc="left", color=theme.text, pad=12, fontsize=TITLE_POINTS
    )
    return figure, axes


def heights(axes: Axes, theme: Theme, said: str) -> None:
    """Names the upright axis: beside it, or above it on a narrow picture, which has no room beside."""
    if theme.is_narrow:
        axes.set_title(said, loc="left", x=-0.14, color=theme.muted, fontsize=10.5, pad=6)
    else:
        axes.set_ylabel(said)


def title_above(axes: Axes, theme: Theme, pad: int = 32) -> None:
    """Moves the title up by so many points, so that there is room between it and the axes."""
    if not theme.is_narrow:
        title = axes.get_title(loc="left")
        axes.set_title(title, loc="left", color=theme.text, pad=pad, fontsize=TITLE_POINTS)


def nothing(theme: Theme, why: str) -> Figure:
    """A picture of what there is none of."""
    figure = blank(theme)
    figure.text(0.5, 0.5, why, color=theme.muted, ha="center", va="center")
    return figure


def legend(axes: Axes, theme: Theme, *entries: Any, **layout: Any) -> None:
    """A legend without a frame, by default in the upper right corner; `entries` and `layout` as of `Axes.legend`."""
    placed = {"loc": "upper right", "borderaxespad": 0.2, "handlelength": 2.4, **layout}
    if theme.is_narrow:
        placed = {"fontsize": 10, "handletextpad": 0.5, **placed, "handlelength": 1.4}
    for text in axes.legend(*entries, frameon=False, **placed).get_texts():
        text.set_color(theme.text)
        text.set_path_effects(halo(theme))


def legend_above(
    axes: Axes, theme: Theme, *entries: Any, columns: int | None = None, pad: int = 32
) -> None:
    """A legend of so many columns above the axes, where nothing is drawn; below the title, or above what stands in its place."""
    title_above(axes, theme, pad)
    legend(
        axes,
        theme,
        *entries,
        loc="lower left",
        bbox_to_anchor=(-0.15, 1.09) if theme.is_narrow else (-0.01, 1.0),
        ncol=columns or (2 if theme.is_narrow else 4),
        handlelength=1.5,
    )


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


def plain_eth(axis: Axis) -> None:
    """Amounts along an axis are never in powers of ten."""
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:,.9f}".rstrip("0").rstrip("."))
    )


def in_eth(units: int) -> float:
    """Units as pixels need them."""
    return units / UNITS_PER_ETH
