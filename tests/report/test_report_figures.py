"""The pictures: that they are drawn in every situation, at full size, and the same each time."""

import struct

import pytest

from offchain.report.auction import Auction
from offchain.report.auction_report import pictures
from offchain.report.drawing import DOTS_PER_INCH, SIZE, Picture, png
from offchain.report.theme import DARK, LIGHT, THEMES, Theme
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
