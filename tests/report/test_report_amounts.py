"""Amounts in words: exact to the gwei, never through a float."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.report.amounts import about, count, eth, gwei


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (0, "0"),
        (1, "0.000000001"),
        (2_500_000_001, "2.500000001"),
        (100_000_000, "0.1"),
        (1_900 * 10**9, "1,900"),
        (2**96, "79,228,162,514,264,337,593.543950336"),
        (-25_000_000, "-0.025"),
    ],
)
def test_eth_is_exact(units: int, text: str) -> None:
    assert eth(units) == text


@given(st.integers(-(2**96), 2**96))
def test_eth_reads_back(units: int) -> None:
    assert Fraction(eth(units).replace(",", "")) * 10**9 == units


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (0, "0"),
        (2_500_000_000, "2.5"),
        (2_500_000_001, "≈ 2.5"),
        (96_153_847, "≈ 0.09615"),
        (31_251_429_349_208, "≈ 31,250"),
        (2**96, "≈ 79,230,000,000,000,000,000"),
    ],
)
def test_rounded_amounts_say_so(units: int, text: str) -> None:
    assert about(units) == text


def test_units_and_plurals() -> None:
    assert gwei(2_500_000_001) == "2,500,000,001 gwei"
    assert count(1, "member") == "1 member"
    assert count(2_398, "member") == "2,398 members"
    assert count(2, "member keeps", "members keep") == "2 members keep"
