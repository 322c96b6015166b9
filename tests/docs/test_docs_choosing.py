"""The figures on the page that compares the auctions are those of the reference models."""

import json
import re
from fractions import Fraction

from offchain.model.mechanisms.approximate import deterministic_guarantee, probabilistic_guarantee
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
