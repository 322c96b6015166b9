"""The figures on the page that compares the auctions are those of the reference models."""

from fractions import Fraction

from markdown import ROOT

from offchain.mechanisms.approximate import deterministic_guarantee, probabilistic_guarantee

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
    assert "five times the guarantee for two bidders, three times for four" in PAGE
