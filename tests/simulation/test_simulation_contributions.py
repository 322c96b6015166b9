"""What a DAO would bid: the curve of a list of contributions."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from offchain.model.instances.contributions import Contribution, parse
from offchain.model.mechanisms.equal_split import served_count, share, willingness_to_pay
from offchain.report.amounts import eth
from offchain.report.curve import Curve, curve
from offchain.simulation.ascents import RULES, House, raw_bids, sales
from offchain.simulation.contributions import facts, members, prices, raw, raw_served, served

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "constitutiondao.csv"
BIDS = (10, 5, 5, 3, 1, 1)


def test_curve_of_a_small_group() -> None:
    found = curve(BIDS)
    assert (found.willingness_to_pay, found.rank, found.total) == (15, 3, 25)
    assert found.willingness_to_pay == willingness_to_pay(BIDS)
    assert found.median == 4


def test_every_price_has_its_served_members() -> None:
    served = {
        price: rank for first, last, rank in curve(BIDS).steps() for price in range(first, last + 1)
    }
    assert served == {price: served_count(BIDS, price) for price in range(1, 16)}
    assert all(curve(BIDS).served(price) == served_count(BIDS, price) for price in range(1, 18))


def test_prices_and_raw_file() -> None:
    found = curve(BIDS)
    table = prices(found)
    assert [row.cells[1] for row in table.rows][-1] == "3"
    lines = raw(found).splitlines()
    assert lines[0].startswith("first_price_gwei,last_price_gwei,served")
    for line in lines[1:]:
        first, last, rank, at_first, at_last = map(int, line.split(","))
        assert served_count(BIDS, first) == served_count(BIDS, last) == rank
        assert (at_first, at_last) == (share(first, rank), share(last, rank))


def test_served_are_those_of_the_reference() -> None:
    """At every price; equal contributions go together, and the highest stands first."""
    gifts = [Contribution(f"0x{i:040x}", bid * 10**9) for i, bid in enumerate(BIDS[::-1])]
    for price in range(1, 18):
        found = served(gifts, price)
        count = served_count(BIDS, price)
        assert [gift.units for gift in found.members] == list(BIDS[:count])
        assert found.share == (share(price, count) if count else 0)
        assert all(gift.units >= found.share for gift in found.members)
        left = set(gifts) - set(found.members)
        assert all(gift.units < found.share for gift in left) or not count
        rows = raw_served([found])
        assert [row[1] for row in rows] == [gift.address for gift in found.members]
        assert all(row[2] - row[4] == row[3] == found.share for row in rows)


def test_a_long_list_is_cut() -> None:
    gifts = [Contribution(f"0x{i:040x}", 10**9) for i in range(30)]
    assert len(members(served(gifts, 30)).rows) == 30
    *some, rest = members(served(gifts, 30), 4).rows
    assert len(some) == 4
    assert rest.cells[0] == "… 26 more"
    assert not any(row.is_rest for row in members(served(gifts, 30), 30).rows)


@pytest.fixture(scope="module")
def dao() -> Curve:
    if not DATA.exists():
        pytest.skip("the contributions are not part of the project; no ../shared/data here")
    return curve([one.units for one in parse(DATA.read_bytes(), DATA.name)])


def test_the_figures_of_constitution_dao(dao: Curve) -> None:
    shown = dict(facts(dao))
    assert shown["contributions"] == "17,448"
    assert shown["sum"].startswith("11,600.0057")
    assert shown["median"] == "0.052 ETH"
    assert shown["willingness to pay"] == "2,000 ETH"
    assert shown["reached by"] == "20 members of at least 100 ETH"
    assert shown["sum / willingness to pay"] == "5.80"
    assert shown["at most H_17448 = 1 + 1/2 + … + 1/17448"] == "10.34"


def test_the_table_of_constitution_dao_is_that_of_the_reference(dao: Curve) -> None:
    assert len(prices(dao).rows) == 20
    for part, row in enumerate(prices(dao).rows, start=1):
        price = dao.willingness_to_pay * part // 20
        assert row.cells[1] == f"{served_count(dao.bids, price):,}"


def test_constitution_dao_at_an_ascending_auction(dao: Curve) -> None:
    """The table of docs/simulation.md."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "simulation.md").read_text()
    house = House(100 * 10**9, Fraction(1, 20), (10_000 * 10**9, 1_000 * 10**9))
    shown = [
        (RULES[sale.rule], eth(sale.rival), sale.winner, eth(sale.price), sale.served, sale.share)
        for sale in sales(dao, house)
    ]
    rows = re.findall(r"^\| ((?:equal|all).+) \|$", page, re.MULTILINE)
    told = [tuple(cell.strip() for cell in row.split("|")) for row in rows if row.count("|") == 5]
    assert len(told) == 4
    for rule, rival, winner, price, who, each in told:
        (found,) = (one for one in shown if one[:2] == (rule, rival))
        assert found[2:4] == (winner, price)
        assert who == (f"{found[4]:,}" if found[4] else "")
        assert each == ("in proportion" if found[5] is None else eth(found[5]) if found[5] else "")
    bids = [line.split(",") for line in raw_bids(dao, house).splitlines()]
    last = [row for row in bids if row[0] == str(house.rivals[1]) and row[2] == "individual"][-1]
    assert eth(int(last[3])).startswith("943.4")
    assert house.rivals[1] < 990_597_109_306 + 990_597_109_306 // 20
