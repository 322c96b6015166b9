"""The pictures of auctions that draw lots: nobody left out, nothing on top of something else."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from offchain.report.chance_figures import chances, knowledge, valuations
from offchain.report.theme import LIGHT, Theme

ETH = 10**9
BIDS = {"Ada": 12 * ETH, "Bruno": 11 * ETH, "Dev": 3 * ETH}
FOUND = {"Ada": Fraction(1, 2), "Bruno": Fraction(3, 8), "Dev": Fraction(0)}
OFFERS = {"Ann": 5 * ETH, "Ben": 0, "Dora": 99 * ETH, "the seller": ETH}
WORTHS = {
    "Dealer": [0, ETH, 2 * ETH],
    "Museum": [0, 2 * ETH, 4 * ETH],
    "Fund": [ETH, 2 * ETH, 4 * ETH],
}
NARROW = replace(LIGHT, is_narrow=True)


def only(figure: Figure) -> Axes:
    (axes,) = figure.axes
    return axes


def said(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def boxes(figure: Figure) -> dict[str, Bbox]:
    """Where all that is written beside the axes, above or in them, stands."""
    figure.draw_without_rendering()
    axes = only(figure)
    legend = axes.get_legend()
    titles = [text for text in axes.get_children() if isinstance(text, Text)]
    texts = [*titles, *(legend.get_texts() if legend else [])]
    return {text.get_text(): text.get_window_extent() for text in texts if text.get_text()}


@pytest.mark.parametrize("theme", [LIGHT, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("draw", [Fraction(1, 100), Fraction(6, 10), Fraction(99, 100)])
def test_everybody_has_a_row_with_the_chance_even_if_there_is_none(
    draw: Fraction, theme: Theme
) -> None:
    axes = only(chances(BIDS, FOUND, draw, "Ada" if draw < Fraction(1, 2) else None, theme))
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["Ada\n12 ETH", "Bruno\n11 ETH", "Dev\n3 ETH", "nobody"]
    assert said(axes) == ["50.0%", "37.5%", "no chance", "12.5%", f"the draw: {float(draw):.4f}"]
    widths = [patch.get_width() for patch in axes.patches if isinstance(patch, Rectangle)]
    assert widths == [0.5, 0.375, 0, 0.125]


@pytest.mark.parametrize("theme", [LIGHT, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("revenue", [0, 99 * ETH - 1])
def test_a_seller_who_gets_nothing_has_no_line(revenue: int, theme: Theme) -> None:
    """On heads a line at 0 would lie on the axis."""
    axes = only(knowledge(OFFERS, "Dora", revenue, theme))
    assert len(axes.lines) == (revenue > 0)
    assert f"the seller gets {'98.999999999' if revenue else 0} ETH" in said(axes)
    assert "99 ETH, the star" in said(axes)


@pytest.mark.parametrize("theme", [LIGHT, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    "figure",
    [
        lambda theme: chances(BIDS, FOUND, Fraction(9, 10), None, theme),
        lambda theme: knowledge(OFFERS, "Dora", 99 * ETH - 1, theme),
        lambda theme: knowledge(OFFERS, "Dora", 0, theme),
        lambda theme: valuations(WORTHS, 1, "Museum", 4 * ETH, theme),
        lambda theme: valuations(WORTHS, 2, None, 0, theme),
    ],
    ids=["chances", "tails", "heads", "sold", "unsold"],
)
def test_no_words_stand_on_others(figure: Callable[[Theme], Figure], theme: Theme) -> None:
    found = list(boxes(figure(theme)).items())
    touching = [
        (one, other)
        for place, (one, box) in enumerate(found)
        for other, beside in found[place + 1 :]
        if box.overlaps(beside)
    ]
    assert touching == []


@pytest.mark.parametrize("theme", [LIGHT, NARROW], ids=["wide", "narrow"])
def test_the_price_stands_above_the_lines_with_the_legend(theme: Theme) -> None:
    figure = valuations(WORTHS, 1, "Museum", 3 * ETH, theme)
    axes = only(figure)
    assert set(said(axes)) == set(WORTHS)
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "true total: 1",
        "Museum pays 3 ETH",
    ]
    figure.draw_without_rendering()
    assert legend.get_window_extent().y0 >= axes.get_window_extent().y1
