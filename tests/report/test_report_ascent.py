"""The report of an ascending auction: its picture in every situation, exact figures, what is said of who won and lost."""

import json
import re
import struct
from dataclasses import replace
from itertools import pairwise

import pytest
from matplotlib.figure import Figure

from offchain.model.document import parse_bytes
from offchain.report import ascent
from offchain.report.amounts import eth
from offchain.report.ascending_report import balance, lead, report
from offchain.report.ascent import AscendingLot
from offchain.report.drawing import DOTS_PER_INCH, SIZE, png
from offchain.report.flows import DoesNotAddUp, streams
from offchain.report.page import render
from offchain.report.theme import LIGHT, THEMES, Theme
from tests.report.paper_ascents import END, ascend
from tests.report.reading import drawn

CROWD = [40, 20, 10, 10, 10, 6, 5, 5]
SITUATIONS = {
    "won": ascend({"Gallery": [5, 5, 4, 4, 3], "Crowd": CROWD}, {"Rich": 25}, reserve=10),
    "lost": ascend({"Gallery": [5, 5], "Crowd": [3, 3, 2]}, {"Rich": 90}, reserve=5),
    "lost to a group": ascend({"Gallery": [50, 40], "Crowd": CROWD}, {"Rich": 25}, reserve=10),
    "nobody": ascend({"Crowd": [1, 1]}, {"Rich": 5}, reserve=10),
    "alone": ascend({"Crowd": CROWD}, reserve=10),
    "far above": ascend({"Crowd": [900, 800]}, {"Rich": 20}, reserve=10),
    "many bids": ascend({"Gallery": [500] * 9, "Crowd": [600] * 9}, {"Rich": 8_000, "Old": 900}),
}


def sold(name: str) -> AscendingLot:
    return SITUATIONS[name]


@pytest.mark.parametrize("lot", SITUATIONS.values(), ids=SITUATIONS)
def test_a_page_in_every_situation(lot: AscendingLot) -> None:
    page = report(lot).page
    for picture in page.pictures:
        file = png(picture, LIGHT)
        assert struct.unpack(">II", file[16:24]) == tuple(round(x * DOTS_PER_INCH) for x in SIZE)
    assert ("ascent" in [one.name for one in page.pictures]) == bool(lot.bids)
    html = render(page, drawn)
    assert "A &lt;small&gt; auction" in html


def figure(lot: AscendingLot, theme: Theme = LIGHT) -> Figure:
    return ascent.draw(lot, theme)


def texts(drawn: Figure) -> list[str]:
    """All that stands in a picture."""
    (axes,) = drawn.axes
    legend = axes.get_legend()
    assert legend is not None
    return [
        *(text.get_text().strip() for text in axes.texts),
        *(text.get_text() for text in legend.get_texts()),
        *(label.get_text() for label in axes.get_xticklabels()),
    ]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_the_picture_names_who_led_the_limits_and_when_they_opened(theme: Theme) -> None:
    said = texts(figure(sold("won"), theme))
    assert {"Rich", "Gallery", "Crowd", "the end moves"} <= set(said)
    assert "Crowd's limit 5 ETH" in said
    assert "Gallery's limit 1.6 ETH" in said
    assert "◂ the groups' bids are sealed until -2:03" in said


def test_a_limit_far_above_is_told_and_does_not_flatten_the_rest() -> None:
    shown = figure(sold("far above"))
    assert "Crowd's limit 160 ETH, far above" in texts(shown)
    assert shown.axes[0].get_ylim()[1] < 5


def test_times_on_the_axis_do_not_touch() -> None:
    for lot in SITUATIONS.values():
        if not lot.bids:
            continue
        places = figure(lot).axes[0].get_xticks().tolist()
        assert all(two - one >= 0.075 * len(lot.bids) for one, two in pairwise(places))


def test_only_bids_that_move_the_end_are_marked() -> None:
    lot = sold("won")
    assert {one.bidder for one in lot.moved} == {"Rich"}
    assert lot.end == lot.announced + sum(240 for _ in lot.moved)


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "won",
            [
                "2 groups and 1 individual, 14 bidders in all, bid in",
                "Crowd won at",
                "though it would have bid up to 5 ETH",
            ],
        ),
        ("lost", ["Rich won at", "Crowd could pay 0.6 ETH", "would have needed"]),
        ("lost to a group", ["Gallery won at"]),
        ("nobody", ["Nobody reached the reserve."]),
        ("alone", ["1 group, 8 bidders in all, bid in", "Crowd won at 1 ETH"]),
    ],
)
def test_the_lead_says_who_won_and_what_it_took(name: str, sentences: list[str]) -> None:
    said = lead(sold(name))
    assert [sentence for sentence in sentences if sentence not in said] == []


def test_who_lost_would_have_needed_the_least_over_the_price() -> None:
    lot = sold("lost")
    needed = -(-lot.lot.price * 102 // 100)
    assert f"would have needed {needed / 10**9:.9f}".rstrip("0").rstrip(".") in lead(lot)


def test_money_adds_up_with_what_rounding_left() -> None:
    lot = sold("won")
    assert lot.surplus == lot.lot.paid - lot.lot.price > 0
    total = sum(entry.deposit for entry in lot.entries)
    assert f"adds up exactly: {eth(total)} = " in balance(lot)
    assert f"the {eth(lot.surplus)} more stay in the adapter for ever" in balance(lot)
    with pytest.raises(DoesNotAddUp, match="the seller got"):
        streams(replace(lot, surplus=0))


def test_every_bid_is_listed_with_its_time() -> None:
    lot = sold("won")
    html = re.sub(r"\s+", " ", render(report(lot).page, drawn))
    assert f"All {len(lot.bids)} bids" in html
    first, *_, last = lot.bids
    assert (END - first.at, last.at - END) == (60_067, 2_580)
    assert ">-16 h 41 min</td>" in html
    assert ">+43 min</td>" in html
    assert html.count("+4 min") >= len(lot.moved)


def test_the_instance_beside_the_page_is_the_auction_without_jumps() -> None:
    lot = sold("won")
    files = report(lot).files
    assert list(parse_bytes(files["instance.json"]).instances) == [lot.instance]
    assert json.loads(files["outcome.json"])["rules"] == ["ascending", "equal-split"]
