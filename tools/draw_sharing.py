"""Draws docs/pictures/sharing-*.svg, the figures of docs/sharing.md beside H_2 and H_3: `python -m tools.draw_sharing`.

From the certificates that are kept, for light and for dark pages; tests/docs/test_docs_sharing.py holds the pictures to them.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.svg import svg, title
from offchain.io.output import write_whole
from offchain.io.paths import PROJECT
from offchain.model.checks.two_level import harmonic
from offchain.model.theory.sharing.certificates import Certificate, bound, certificates
from offchain.model.theory.sharing.lotteries import by_equal_split
from offchain.model.theory.sharing.programme import Budget
from offchain.model.theory.sharing.steps import rules
from offchain.report.drawing import DASHES
from offchain.report.theme import THEMES, Theme

PICTURES: Final = PROJECT / "docs" / "pictures"
SIZE: Final = (9.6, 4.4)
"""Inches."""
EQUAL, PARTS, PRICE, COVERED = LINES = (
    "equal split",
    "parts of access, nothing drawn",
    "lotteries, payments equal to the price",
    "lotteries, payments at least the price",
)
Points = dict[int, Fraction]
"""Factors by price."""


def factors(members: int) -> Mapping[str, Points]:
    """The lines for groups of so many."""
    found: dict[str, Points] = {line: {} for line in LINES}
    for one in certificates():
        if one.programme.members == members:
            for line, part in _parts(one):
                found[line][one.programme.price] = 1 / part
    return found


def _parts(one: Certificate) -> Iterator[tuple[str, Fraction]]:
    yield EQUAL, by_equal_split(one.programme)
    if one.partial is not None:
        yield PARTS, one.partial["part"]
    is_exact = one.programme.budget is Budget.EXACT
    yield PRICE if is_exact else COVERED, bound(one.programme, one.multipliers)


def pictures() -> dict[str, str]:
    """The pictures by file name, as SVG. The same certificates give the same text."""
    return {
        f"sharing-{theme.name}.svg": svg(partial(_figure, theme), "sharing") for theme in THEMES
    }


def _figure(theme: Theme) -> Figure:
    figure = Figure(SIZE)
    for place, members in enumerate((2, 3)):
        axes = figure.add_axes((0.07 + 0.48 * place, 0.27, 0.43, 0.56), facecolor="none")
        _panel(axes, members, theme)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="lower center",
        ncol=2,
        frameon=False,
        labelcolor=theme.text,
        fontsize=10,
    )
    title(figure, "How far from the optimum, at worst", theme.text)
    return figure


def _panel(axes: Axes, members: int, theme: Theme) -> None:
    colours = (theme.rival, theme.peak, theme.served, theme.silent)
    for (line, points), colour, marker in zip(
        factors(members).items(), colours, "sD^o", strict=True
    ):
        prices = sorted(points)
        heights = [float(points[price]) for price in prices]
        axes.plot(prices, heights, color=colour, marker=marker, markersize=5, label=line)
    limit, reached = harmonic(members), for_all_values(members)
    _level(axes, limit, f"H_{members} = {limit}", theme.price)
    _level(axes, reached, f"parts of access, all values: {reached}", theme.peak)
    axes.set_ylim(1, 1.95)
    axes.set_xlim(left=2)
    axes.set_title(f"groups of {members}", loc="left", fontsize=11, color=theme.muted)
    axes.set_xlabel("price, and highest value of the grid", color=theme.muted)
    axes.tick_params(colors=theme.muted)
    axes.grid(axis="y", color=theme.rule, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def _level(axes: Axes, factor: Fraction, said: str, colour: str) -> None:
    axes.axhline(float(factor), color=colour, linestyle=DASHES, linewidth=1.6)
    axes.annotate(
        said,
        (1, float(factor)),
        xycoords=("axes fraction", "data"),
        xytext=(-4, 4),
        textcoords="offset points",
        ha="right",
        color=colour,
    )


def for_all_values(members: int) -> Fraction:
    """The best factor of a rule that is kept for all values."""
    return min(1 / rule.check() for rule in rules() if rule.members == members)


def main() -> None:
    """Write them."""
    for name, picture in pictures().items():
        write_whole(PICTURES / name, picture.encode())


if __name__ == "__main__":
    main()
