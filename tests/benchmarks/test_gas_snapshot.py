"""Gas is what benchmarks/gas/gas.json says, within the budgets, and docs/gas.md says the same."""

import json
import re
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from typing import Any

import pytest

from benchmarks.gas import houses_all_in
from benchmarks.gas.__main__ import RECORD, dumped
from benchmarks.gas.all_in import SIZES, STEPS, TRACED
from benchmarks.gas.meter import floor_since_prague, instructions, parts_of, without_code
from benchmarks.gas.peers import party_all_in
from benchmarks.gas.report import at_house, budgets, crowd, differences, figures, goals, tables
from offchain.bindings.constants import DAO
from offchain.bindings.daos import CROWD, is_crowd
from tests.benchmarks.running import run

SNAPSHOT = RECORD.load()
RENEW = "if that is meant, renew it with: make gas ARGS=--write"


@pytest.mark.parametrize("most", [SIZES[-2], pytest.param(SIZES[-1], marks=pytest.mark.long)])
def test_the_contracts_use_what_the_snapshot_says(most: int) -> None:
    """A crowd of thousands takes as long as all the rest."""
    expected = SNAPSHOT | {
        "all_in": {size: cost for size, cost in SNAPSHOT["all_in"].items() if int(size) <= most}
    }
    done = run("gas", "--json", "--most", str(most))
    assert done.stdout, done.stderr
    changed = differences(expected, json.loads(done.stdout))
    assert not changed, "\n".join(["benchmarks/gas/gas.json has changed:", *changed, RENEW])


@pytest.mark.parametrize("budget", budgets(SNAPSHOT), ids=lambda budget: budget.name)
def test_budgets(budget: Any) -> None:
    assert budget.verdict != "over", f"{float(budget.figure):,.1f} > {budget.limit:,}"


def test_only_open_books_are_beyond_what_was_meant() -> None:
    beyond = [one.name for one in budgets(SNAPSHOT) if one.verdict == "out of reach"]
    assert beyond == ["open, in batches: all of it"]


def test_all_in_only_two_members_are_dearer_than_a_party_bid() -> None:
    """The arithmetic of the two is on the page."""
    beyond = [one.members for one in goals(SNAPSHOT) if one.ratio > one.limit]
    assert beyond == [2]
    assert goals(SNAPSHOT)[0].figure < party_all_in(2)[1], "each refunded by oneself"


def test_all_in_is_the_sum_of_its_steps() -> None:
    for size, cost in SNAPSHOT["all_in"].items():
        assert int(size) == cost["members"]
        assert cost["gas"] == sum(cost[step] for step in STEPS)
        assert abs(cost["per_member"] - cost["gas"] / cost["members"]) <= 0.5
        # list, make, one for each member, at least one of openings and one of all the rest
        assert cost["transactions"] >= 4 + int(size)
        small = int(size) <= DAO.MAX_STEP
        assert not small or cost["transactions"] == 4 + int(size), "the keeper sends two"


@pytest.mark.parametrize("raises", houses_all_in.RAISES)
def test_at_houses_twenty_members_are_cheaper_than_a_party_bid(raises: int) -> None:
    """Everything counted here, and there neither its bids nor what comes after it won. Fewer are dearer, as the page says."""
    dearer = [goal.members for goal in at_house(SNAPSHOT, raises) if goal.ratio > 1]
    assert dearer == [2, 3, 5, 10]


def test_at_houses_all_in_is_the_sum_of_its_steps() -> None:
    for raises, sizes in SNAPSHOT["houses_all_in"].items():
        for size, cost in sizes.items():
            assert int(size) == cost["members"]
            assert cost["gas"] == sum(cost[step] for step in houses_all_in.STEPS)
            # register, make, open, tally, conclude, settle and pay; each member's bid; raises
            assert cost["transactions"] == 6 + int(size) + int(raises)


def test_each_size_has_the_cheaper_dao() -> None:
    for size in SIZES:
        assert is_crowd(size) == (size >= crowd(SNAPSHOT))


def test_crowds_are_told_by_what_is_measured() -> None:
    """Rounded up to whole hundreds."""
    assert CROWD - 100 < crowd(SNAPSHOT) <= CROWD


def test_a_party_bid_all_in() -> None:
    assert party_all_in(2) == (Fraction(171_559 + 156_969), Fraction(171_559 + 181_786))


def test_the_page_has_the_tables_of_the_snapshot() -> None:
    assert sorted(RECORD.names()) == sorted(tables(SNAPSHOT))
    assert RECORD.text() == RECORD.renewed(tables(SNAPSHOT)), RENEW


def test_figures_in_the_text_are_printed_by_make_gas() -> None:
    """To as many digits as they have: 47,000 stands for anything that rounds to it."""
    printed = {number(one) for one in figures("\n".join(tables(SNAPSHOT).values()))}
    text = re.sub(r"<!-- make gas: .*?<!-- end -->", "", RECORD.text(), flags=re.DOTALL)
    for told in map(number, figures(text)):
        zeros = len(str(told)) - len(str(told).rstrip("0"))
        assert any(round(one, -zeros) == told for one in printed), f"{told:,}"


def test_the_pictures_show_the_figures_of_the_snapshot() -> None:
    from benchmarks.gas.chart import pictures

    drawn = pictures(SNAPSHOT)
    assert {path.name for path in RECORD.pictures.iterdir()} == set(drawn)
    for name, picture in drawn.items():
        kept = (RECORD.pictures / name).read_text(encoding="utf-8")
        assert texts(kept) == texts(picture), f"{name}: {RENEW}"
        shown = {"all-in": "80,", "gas": "71,", "houses": "85,"}[name.rpartition("-")[0]]
        assert shown in "".join(texts(kept))


def test_a_snapshot_survives_being_written() -> None:
    assert json.loads(dumped(SNAPSHOT)) == SNAPSHOT


def test_parts_add_up() -> None:
    for book, steps in SNAPSHOT["parts"].items():
        for step, parts in steps.items():
            assert sum(parts.values()) == SNAPSHOT["steps"][book][step]["gas"], (book, step)

    for step, parts in SNAPSHOT["all_in_parts"].items():
        assert sum(parts.values()) == SNAPSHOT["all_in"][str(TRACED)][step], step


def test_differences_can_be_read() -> None:
    old = {
        "steps": {"book": {"bid": {"gas": 2_000, "members": 2, "transactions": 2}}},
        "largest": 1_500,
    }
    new = {"steps": {"book": {"bid": {"gas": 2_200, "members": 2, "transactions": 2}}}, "more": 1}
    assert differences(old, old) == []
    assert differences(old, new) == [
        "steps / book / bid: 1,000.0 each (2,000 for 2 in 2) -> 1,100.0 each (2,200 for 2 in 2)",
        "largest: 1,500 -> nothing",
        "more: nothing -> 1",
    ]


def test_instructions_of_a_called_contract_count_once() -> None:
    """A call of 1,000 gas that uses 30 of it, between two instructions of 3: the call itself costs 100."""
    trace = [
        {"op": "PUSH1", "gas": 9_000, "gasCost": 3, "depth": 1},
        {"op": "CALL", "gas": 8_997, "gasCost": 1_100, "depth": 1},
        {"op": "SLOAD", "gas": 1_000, "gasCost": 27, "depth": 2},
        {"op": "RETURN", "gas": 973, "gasCost": 3, "depth": 2},
        {"op": "POP", "gas": 8_867, "gasCost": 3, "depth": 1},
        {"op": "STOP", "gas": 8_864, "gasCost": 0, "depth": 1},
    ]
    assert list(instructions(trace)) == [
        ("PUSH1", 3, False),
        ("SLOAD", 27, False),
        ("RETURN", 3, False),
        ("CALL", 100, True),
        ("POP", 3, False),
        ("STOP", 0, False),
    ]
    parts = parts_of({"failed": False, "gas": 21_136 + 40, "structLogs": trace}, calldata=40)
    assert parts == {
        "transaction": 21_000,
        "calldata": 40,
        "slots read": 27,
        "other contracts": 100,
        "code": 9,
    }


def test_a_trace_of_a_failure_is_refused() -> None:
    with pytest.raises(ValueError, match="failed"):
        parts_of({"failed": True, "gas": 0, "structLogs": []}, calldata=0)


def test_without_code_refunds_are_capped_anew() -> None:
    assert without_code({"transaction": 1_000, "code": 500, "refund": -300}) == 800
    assert without_code({"transaction": 1_000, "code": 500, "refund": -150}) == 850


def test_what_prague_asks_for_calldata() -> None:
    assert floor_since_prague(b"\0\0\1") == 21_000 + 10 * (2 + 4)


def number(figure: str) -> int:
    return int(figure.replace(",", ""))


def texts(picture: str) -> list[str]:
    """What is written in an SVG."""
    return [
        "".join(one.itertext()).strip()
        for one in ElementTree.fromstring(picture).iter()
        if one.tag.endswith("text")
    ]
