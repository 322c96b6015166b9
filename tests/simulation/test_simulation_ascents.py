"""A list of contributions at an ascending auction against one individual: what the reference mechanism says of the same."""

import csv
from dataclasses import replace
from fractions import Fraction
from io import StringIO

import pytest

from offchain.model.instances.rules import Ascending, Increment
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.two_level import solve
from offchain.report.curve import curve
from offchain.report.theme import LIGHT
from offchain.simulation import ascents
from offchain.simulation.ascents import House

BIDS = (10, 5, 5, 3, 1, 1)
"""They can pay 15, and are 25 in all."""


def auction(rival: int, start: int) -> TwoLevelInstance:
    """The individual, and then the group, with these bids."""
    members = tuple(Member(str(i), (bid,), (bid,)) for i, bid in enumerate(BIDS))
    alone = Group("individual", (Member("r", (rival,), (rival,)),))
    return TwoLevelInstance(1, (start,), (alone, Group("group", members)))


@pytest.mark.parametrize("increment", [1, 3, Fraction(1, 5), Fraction(1)])
@pytest.mark.parametrize("start", [1, 4, 16])
def test_sales_are_those_of_the_reference(increment: Increment, start: int) -> None:
    rivals = tuple(range(1, 30))
    found = ascents.sales(curve(BIDS), House(start, increment, rivals))
    assert [(sale.rule, sale.rival) for sale in found] == [
        (rule, rival) for rival in rivals for rule in ascents.RULES
    ]
    for sale in found:
        game = auction(sale.rival, start)
        if sale.rule == "ascending":
            game = replace(game, upper=Ascending(increment))
        elif sale.rule == "spending-all":
            # One member who can pay what all have: the same price, and nobody left out.
            whole = Group("group", (Member("all", (sum(BIDS),), (sum(BIDS),)),))
            game = replace(game, groups=(game.groups[0], whole), upper=Ascending(increment))
        lot = solve(game).items[0]
        assert (sale.winner, sale.price) == (lot.winner or "nobody", lot.price)
        if sale.rule == "spending-all":
            assert sale.served == (len(BIDS) if lot.winner == "group" else 0)
            assert sale.share == (None if lot.winner == "group" else 0)
        elif lot.winner == "group":
            assert (sale.served, sale.share) == (len(lot.served), lot.share)
        else:
            assert (sale.served, sale.share) == (0, 0)


def test_every_bid_is_written() -> None:
    house = House(2, 3, (9, 14))
    rows = list(csv.DictReader(StringIO(ascents.raw_bids(curve(BIDS), house))))
    against = {
        rival: [
            (row["bidder"], int(row["amount_gwei"])) for row in rows if row["rival_gwei"] == rival
        ]
        for rival in ("9", "14")
    }
    assert against["9"] == [("individual", 2), ("group", 5), ("individual", 8), ("group", 11)]
    assert against["14"] == [*against["9"], ("individual", 14)]
    assert [row["bid"] for row in rows] == ["1", "2", "3", "4", "1", "2", "3", "4", "5"]
    sales = list(csv.DictReader(StringIO(ascents.raw_sales(curve(BIDS), house))))
    assert [row["rule"] for row in sales] == list(ascents.RULES) * 2
    assert [row["bids"] for row in sales] == ["4", "", "4", "5", "", "6"]
    assert [row["share_gwei"] for row in sales][:3] == ["3", "3", ""]


def test_how_many_bids_there_are_at_most() -> None:
    assert ascents.bids(curve(BIDS), House(2, 3, ()), 14) == 6
    assert ascents.bids(curve(BIDS), House(1, 1, ()), 10**12) == 25


@pytest.mark.parametrize("house", [House(2, 3, (9,)), House(99, 3, (9,)), House(2, 3, (1,))])
def test_the_picture_can_be_drawn_of_any_number_of_bids(house: House) -> None:
    picture = ascents.picture(curve(BIDS), house)
    assert "from 0.0000000" in picture.caption
    drawn = picture.draw(LIGHT)
    assert bool(drawn.axes) == (house.start < 99)
    assert [text.get_text() for text in drawn.texts] == ([] if drawn.axes else ["nobody bids"])
