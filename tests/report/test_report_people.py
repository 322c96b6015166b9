"""Everybody's money: a row or a datum for each, with the reason, sums that leave nothing, a file with all of them."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from offchain.io.units import WEI_PER_UNIT
from offchain.report.auction import Auction
from offchain.report.auction_report import report
from offchain.report.fates import fate, people
from offchain.report.page import render
from offchain.report.people import ALL_ROWS, FIRST_ROWS, SHOWN, Fate, People, Person, Tone, as_file
from tests.report.paper_auctions import build, example
from tests.report.reading import Reader, drawn

AMOUNTS = ("back", "paid", "bond", "deposit")
SITUATIONS = {
    "two": build({"Rival": [3], "DAO": [2, 2]}),
    "won": example(),
    "lost": build({"Rival": [90], "Other": [3, 3], "DAO": [10, 5, 9]}, silent=[("DAO", "m2")]),
    "unsold": build({"Rival": [1], "DAO": [2, 1]}, reserve=10**10),
    "all silent": build({"Rival": [3], "DAO": [2, 1]}, silent=[("DAO", "m1"), ("DAO", "m2")]),
    "many": build({"Rival": [500], "DAO": range(1, 1_500)}, silent=[("DAO", "m1400")]),
}


def page(auction: Auction) -> Reader:
    return Reader.of(render(report(auction).page, drawn))


def lines(auction: Auction) -> list[dict[str, str]]:
    """The file."""
    return list(csv.DictReader(io.StringIO(as_file(people(auction)).decode())))


@pytest.mark.parametrize("auction", SITUATIONS.values(), ids=SITUATIONS)
def test_everybody_is_on_the_page_and_in_the_file(auction: Auction) -> None:
    everybody = sorted((entry.group, entry.member) for entry in auction.entries)
    alone = set(auction.alone)
    assert sorted((one["group"] or one["name"], one["name"]) for one in lines(auction)) == everybody
    assert alone == {one["name"] for one in lines(auction) if not one["group"]}
    reader = page(auction)
    shown = [text for text in reader.named("span") if text]
    if len(everybody) > SHOWN:
        assert sorted(name for name, *_ in reader.data["rows"]) == sorted(m for _, m in everybody)
    many = len(everybody) > ALL_ROWS
    assert len(shown) == (FIRST_ROWS if many else len(everybody))


@pytest.mark.parametrize("auction", SITUATIONS.values(), ids=SITUATIONS)
def test_sums_of_the_file_leave_nothing(auction: Auction) -> None:
    sums = {
        name: sum(int(one[f"{name}_wei"]) for one in lines(auction) if f"{name}_wei" in one)
        for name in AMOUNTS
    }
    assert sums["deposit"] == sums["back"] + sums["paid"] + sums["bond"] > 0
    assert sums["paid"] == auction.proceeds * WEI_PER_UNIT
    assert sums["bond"] == auction.burnt * WEI_PER_UNIT
    for one in lines(auction):
        assert int(one["deposit_wei"]) == sum(
            int(one.get(f"{name}_wei", 0)) for name in AMOUNTS[:3]
        )
        assert int(one["back_wei"]) == int(one["back_gwei"]) * WEI_PER_UNIT
    assert all(person.is_balanced for person in people(auction).persons)


def fates(auction: Auction) -> dict[str, str]:
    return {
        f"{entry.group} {entry.member}": f"{found.word}: {found.reason}"
        for entry in auction.entries
        for found in [fate(auction, entry)]
    }


def test_each_fate_has_its_reason() -> None:
    won, lost = fates(SITUATIONS["won"]), fates(SITUATIONS["lost"])
    assert won["DAO m1"] == "served: It bid at least the share of 0.466666667 ETH."
    assert won["DAO m5"] == "not served: It bid less than the share of 0.466666667 ETH."
    assert (
        won["DAO m2"]
        == "silent: Nobody opened its bid, which did not count, and its bond is burnt."
    )
    assert won["Rival Rival"] == "outbid: DAO won, at 1.400000001 ETH."
    assert lost["Rival Rival"].startswith("won: Its bid was the highest. It pays ")
    assert lost["Other m1"].startswith(
        "group lost: Other could pay 0.6 ETH in equal shares; Rival won, at "
    )
    unsold = fates(SITUATIONS["unsold"])
    assert unsold["DAO m1"] == "not sold: No bid reached the reserve of 10 ETH."


def test_a_refused_refund_is_told() -> None:
    auction = example()
    entry = replace(next(one for one in auction.entries if one.served), refused=True)
    found = fate(auction, entry)
    assert (found.word, found.tone) == ("served, refund refused", Tone.BAD)
    assert "waits in the contract to be claimed" in found.reason
    assert fate(auction, replace(entry, deposit=0)).word.startswith("no bid")


def test_a_member_is_first_its_name_then_its_fate_then_what_came_back() -> None:
    assert page(example()).named("th")[:4] == ["who", "status", "back", "paid"]


def test_columns_that_nobody_needs_are_not_there() -> None:
    person = Person("a", Fate("out", "Left."), back=3, paid=0, bond=0, deposit=3)
    assert [one.heading for one in People("x", (person,)).columns] == ["back", "paid", "put down"]
    burnt = replace(person, back=2, bond=1, bid=1)
    found = People("x", (person, burnt), bid_called="offer")
    assert [one.heading for one in found.columns][2:] == ["bond burnt", "put down", "offer"]
    assert found.cells(person)[-1] == ""
    assert found.total == (
        "0.000000000000000005",
        "0",
        "0.000000000000000001",
        "0.000000000000000006",
        "",
    )


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_name_is_no_formula_in_a_spreadsheet(name: str) -> None:
    person = Person(name, Fate("out", "Left."), back=3, paid=0, bond=0, deposit=3)
    (one,) = csv.DictReader(io.StringIO(as_file(People("x", (person,))).decode(), newline=""))
    assert one["name"] == f"'{name}"


def test_names_with_commas_quotes_and_lines_stay_whole_in_the_file() -> None:
    name = 'a, "b"\nc'
    person = Person(name, Fate("out", "Left."), back=3, paid=0, bond=0, deposit=3)
    (one,) = csv.DictReader(io.StringIO(as_file(People("x", (person,))).decode(), newline=""))
    assert (one["name"], one["back_gwei"], one["back_wei"]) == (name, "0.000000003", "3")


def test_17448_members_make_a_page_of_two_megabytes(tmp_path: Path) -> None:
    """What is measured is what a telephone has to load: names are as long as addresses."""
    auction = build({"Rival": [1_900], "DAO": [1_000] * 20 + [3] * 17_428})
    long = {f"m{place}": f"0x{place:040x}" for place in range(1, 17_449)}
    entries = tuple(
        replace(one, member=long.get(one.member, one.member)) for one in auction.entries
    )
    found = people(replace(auction, entries=entries))
    assert len(found.persons) == 17_449
    reader = Reader.of(html := render(report(replace(auction, entries=entries)).page, drawn))
    assert len(reader.data["rows"]) == 17_449
    assert len(reader.named("span")) == FIRST_ROWS
    assert len(html.encode()) < 2_000_000
