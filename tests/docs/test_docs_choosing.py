"""The figures on the page that compares the auctions are those of the reference models."""

import json
import re
from fractions import Fraction
from itertools import count
from math import comb

from offchain.bindings.constants import TabledAuction, UniversalAuction
from offchain.model.mechanisms.abelian import Group
from offchain.model.mechanisms.approximate import deterministic_guarantee, probabilistic_guarantee
from offchain.model.mechanisms.mark_search import search
from offchain.model.mechanisms.mark_table import LARGER
from tests.docs.markdown import ROOT

STEPS = json.loads((ROOT / "benchmarks" / "gas" / "gas.json").read_text(encoding="utf-8"))["steps"]
LOSER = {
    "sealed lost 400": ("bid", "batch reveal", "tally", "batch claim"),
    "approximate": ("bid", "batch reveal", "decide, all", "batch claim"),
    "resilient": ("seal", "batch reveal", "batch claim"),
    "signal_clock": ("join", "register 32", "learn", "prepare 32", "return"),
    "universal": ("join", "register 32", "reveal", "decide 32", "return"),
}
"""What a person who gets nothing goes through."""
PAGE = (ROOT / "docs" / "choosing.md").read_text(encoding="utf-8")


def percent(share: Fraction) -> str:
    """To one decimal, as the page has it."""
    return f"{round(share * 1000) / 10:.1f} %"


def test_guarantees_under_approximate_valuations() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
    told = {row[0]: row[1:] for row in rows if row[0].endswith(" %")}
    assert list(told) == ["1 %", "5 %", "10 %", "25 %", "50 %"]
    for name, figures in told.items():
        delta = Fraction(int(name.removesuffix(" %")), 100)
        guarantees = [deterministic_guarantee(delta)]
        guarantees += [probabilistic_guarantee(delta, players) for players in (2, 4, 10)]
        assert figures == [percent(one) for one in guarantees], name


def test_times_better() -> None:
    """Five times for two, three times for four, at one half."""
    half = Fraction(1, 2)
    second_price = deterministic_guarantee(half)
    assert probabilistic_guarantee(half, 2) == 5 * second_price
    assert probabilistic_guarantee(half, 4) == 3 * second_price
    assert "five times the guarantee for two bidders, three times for four" in " ".join(
        PAGE.split()
    )


def test_gas_of_who_gets_nothing() -> None:
    """To within 3 %: the exact figures are on the page about gas."""
    (row,) = (line for line in PAGE.splitlines() if line.startswith("| its gas"))
    told = [int(one.replace(",", "")) for one in re.findall(r"\| ([\d,]+)", row)]
    for figure, (book, steps) in zip(told, LOSER.items(), strict=True):
        used = sum(STEPS[book][step]["gas"] / STEPS[book][step]["members"] for step in steps)
        assert abs(used - figure) < 0.03 * figure, f"{book}: {used:,.0f}"


def entries(bidders: int, types: int, signals: int) -> int:
    """Of the least table for so many bidders, at least one of each type: as many of one type as may be, then of the next."""
    entries, rest = 1, bidders - types
    for _ in range(types):
        more = min(rest, TabledAuction.MOST_OF_A_TYPE - 1)
        entries, rest = entries * (2 + more) ** (signals - 1), rest - more
    assert not rest
    return entries


def least_cyclic(types: int, signals: int) -> int:
    """Elements of the least cyclic group that has marks."""
    least = types * comb(signals, 2) + 1
    return next(one for one in count(least) if search(Group((one,)), signals, types) is not None)


def test_a_little_more_in_the_model_for_three_sizes_and_in_the_contract_for_one() -> None:
    """Where the contract has room for no more bidders than colours, their places are the colours."""
    assert "[in the model](universal.md#marks) for three sizes" in PAGE
    assert len(LARGER) == 3
    sizes = [
        (types, signals)
        for signals in range(2, UniversalAuction.MOST_SIGNALS + 1)
        for types in range(1, UniversalAuction.MOST_SIDES // (signals - 1) + 1)
    ]
    least = {(types, signals): types * comb(signals, 2) + 1 for types, signals in sizes}
    roomy = [size for size in sizes if entries(least[size] + 1, *size) <= TabledAuction.MOST_VALUES]
    taken = {size: least_cyclic(*size) for size in roomy}
    larger = {size: (taken[size], least[size]) for size in roomy if taken[size] > least[size]}
    assert larger == {(3, 3): (11, 10)}
    assert "[in the contract](universal.md#on-a-chain) for one" in PAGE
    chain = " ".join((ROOT / "docs" / "universal.md").read_text(encoding="utf-8").split())
    assert "three types of three signals: there 11 colours stand for 10" in chain
