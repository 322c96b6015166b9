"""The pictures: that they are drawn in every situation, at full size, and the same each time."""

import re
import struct
from dataclasses import replace
from html import escape

import pytest
from matplotlib.patches import Rectangle

from offchain.report.auction import Auction
from offchain.report.auction_report import pictures
from offchain.report.drawing import DOTS_PER_INCH, SIZE, Picture, png
from offchain.report.theme import DARK, LIGHT, THEMES, Theme
from offchain.report.vector import svg
from tests.report.paper_auctions import build, example

SITUATIONS = {
    "won": example(),
    "lost": build({"Rival": [90], "DAO": [10, 5, 9]}),
    "unsold": build({"Rival": [1], "DAO": [2, 1]}, reserve=10**10),
    "one member": build({"Rival": [1], "DAO": [2]}),
    "all silent": build({"Rival": [3], "DAO": [2, 1]}, silent=[("DAO", "m1"), ("DAO", "m2")]),
    "all equal": build({"Rival": [30], "DAO": [2] * 40}),
    "many": build(
        {"Rival": [500], "DAO": range(1, 400)}, silent=[("DAO", f"m{n}") for n in (3, 200, 399)]
    ),
}


def named(name: str, auction: Auction) -> Picture:
    """The picture of this name."""
    return next(picture for picture in pictures(auction) if picture.name == name)


@pytest.mark.parametrize("name", ["curve", "served", "money"])
@pytest.mark.parametrize("auction", SITUATIONS.values(), ids=SITUATIONS)
def test_every_picture_in_every_situation(name: str, auction: Auction) -> None:
    picture = png(named(name, auction), LIGHT)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    expected = tuple(round(inches * DOTS_PER_INCH) for inches in SIZE)
    assert struct.unpack(">II", picture[16:24]) == expected


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_pictures_repeat_to_the_byte(theme: Theme) -> None:
    assert png(named("money", example()), theme) == png(named("money", example()), theme)


def test_themes_differ() -> None:
    assert png(named("curve", example()), LIGHT) != png(named("curve", example()), DARK)


@pytest.mark.parametrize("is_narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", ["curve", "served", "money"])
@pytest.mark.parametrize("auction", SITUATIONS.values(), ids=SITUATIONS)
def test_on_a_page_a_picture_has_words_colours_of_the_page_and_ids_of_its_own(
    name: str, auction: Auction, is_narrow: bool
) -> None:
    picture = named(name, auction)
    drawn = svg(picture, is_narrow)
    key = f"{name}-{'narrow' if is_narrow else 'wide'}"
    assert f'aria-labelledby="{key}-title {key}-desc"' in drawn
    title = re.search(f'<title id="{key}-title">(.+?)</title>', drawn)
    desc = re.search(f'<desc id="{key}-desc">(.+?)</desc>', drawn)
    assert title is not None
    assert title[1] == escape(picture.title)
    assert desc is not None
    assert len(desc[1]) > 60
    assert not re.search(r"#[0-9a-f]{6}\b|<style|<metadata|<image|http", drawn)
    ids = re.findall(r'\bid="([^"]+)"', drawn)
    assert all(one.startswith(f"{key}-") for one in ids)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawn)) <= {
        pair for one in ids for pair in ((one, ""), ("", one))
    }


def sizes(drawn: str, width: int) -> list[float]:
    """Of all letters, in pixels, if the picture is so wide."""
    view = re.search(r'viewBox="0 0 ([0-9.]+) ', drawn)
    assert view is not None
    found = re.findall(r"font(?:-size)?: [^;\"]*?([0-9.]+)px", drawn)
    return [float(size) * width / float(view[1]) for size in found]


@pytest.mark.parametrize(("is_narrow", "width"), [(True, 350), (False, 660)])
@pytest.mark.parametrize("name", ["curve", "served", "money"])
def test_letters_are_large_enough(name: str, is_narrow: bool, width: int) -> None:
    """On a telephone of 390 pixels, whose page has margins, and on the narrowest page that has the wide pictures."""
    found = sizes(svg(named(name, SITUATIONS["many"]), is_narrow), width)
    assert found
    assert min(found) >= (11 if is_narrow else 9.5)


def test_what_a_picture_says_is_text() -> None:
    """A name is neither markup nor mathematics nor a colour."""
    hostile = '</svg><script>x</script> $a_b$ & #0b62a8 id="1'
    auction = build({"Rival": [3], hostile: [5, 5, 2]})
    for name in ("curve", "money", "served"):
        drawn = svg(named(name, auction), is_narrow=False)
        assert "<script" not in drawn
        assert drawn.count("</svg>") == 1
    assert 'script&gt; $a_b$ &amp; #0b62a8 id="1' in drawn
    told = svg(replace(named("money", auction), title=hostile, alt=hostile), is_narrow=True)
    assert "<script" not in told
    assert told.count(escape(hostile)) == 2


def test_parts_are_to_scale_where_many_take_part() -> None:
    """14 % of the members take 14 % of the axis, not 80 as on a logarithmic one, and the legend says how many percent."""
    auction = build({"Rival": [1_000], "DAO": [10] * 140 + [1] * 860})
    assert len(auction.lot.served) == 140
    figure = named("served", auction).draw(LIGHT)
    (axes,) = figure.axes
    assert axes.get_xscale() == "linear"
    widths = [patch.get_width() for patch in axes.patches if isinstance(patch, Rectangle)]
    assert widths == [140, 860]
    legend = axes.get_legend()
    assert legend is not None
    said = [text.get_text() for text in legend.get_texts()]
    assert said[:2] == [
        "140 served (14.0%): each pays the share",
        "860 not served (86.0%): all money back",
    ]


@pytest.mark.parametrize("is_narrow", [False, True], ids=["wide", "narrow"])
def test_names_of_any_length_leave_what_is_said_of_them(is_narrow: bool) -> None:
    auction = build({"Rival" * 30: [3], "DAO" * 50: [5, 5, 2]})
    texts = re.findall("<text[^>]*>([^<]*)</text>", svg(named("money", auction), is_narrow))
    assert max(map(len, texts)) < 90
    assert any(re.fullmatch("(DAO)+D?A?…(D?A?O?)+: 3 served", text) for text in texts), texts
    for name in ("curve", "served"):
        drawn = svg(named(name, auction), is_narrow)
        assert max(map(len, re.findall("<text[^>]*>([^<]*)</text>", drawn))) <= 70
