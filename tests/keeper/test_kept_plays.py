"""Random auctions without groups in which nobody but bidders acts, and keepers: the reference's outcome, to the wei."""

import random

import pytest

from offchain.chain.revm import Revm
from tests.differential.resilient_scenarios import hold_resilient_equal, resilient_scenario
from tests.differential.signal_draws import hold_equal
from tests.differential.universal_draws import hold_universal_equal
from tests.keeper.kept_plays import WildClocks, WildSales, WildUniversals

SALES, CLOCKS, UNIVERSALS, CHUNK = 90, 90, 90, 45


@pytest.mark.parametrize("calm", [True, False], ids=["one keeper", "two that die"])
@pytest.mark.parametrize("first", range(0, SALES, CHUNK))
def test_sales(first: int, calm: bool) -> None:
    """Both sides of the coin; the stage counts all money, and demands exact rebates."""
    stage = WildSales(Revm(), random.Random(f"staff {first}"))
    stage.staff.calm = calm
    for seed in range(first, first + CHUNK):
        stage.staff.rng.seed(f"staff {seed}")
        hold_resilient_equal(stage, resilient_scenario(seed))
    assert calm or stage.staff.killed > CHUNK // 2


@pytest.mark.parametrize("calm", [True, False], ids=["one keeper", "two that die"])
@pytest.mark.parametrize("first", range(0, CLOCKS, CHUNK))
def test_clocks(first: int, calm: bool) -> None:
    """The same sale, clocks and order; who says nothing is passed over, and its deposit is the seller's."""
    clocks = WildClocks(Revm(), random.Random(f"staff {first}"))
    clocks.staff.calm, clocks.mute = calm, 0.5
    sold = 0
    for seed in range(first, first + CHUNK):
        clocks.rng.seed(f"staff {seed}")
        sold += hold_equal(clocks, seed)
        clocks.audit()
    assert CHUNK // 10 < sold < CHUNK * 9 // 10, "a test of sales needs both"
    assert calm or clocks.staff.killed > CHUNK // 2


@pytest.mark.parametrize("calm", [True, False], ids=["one keeper", "two that die"])
@pytest.mark.parametrize("first", range(0, UNIVERSALS, CHUNK))
def test_universals(first: int, calm: bool) -> None:
    """The same sale; who says nothing counts with signal 0, and its deposit is the seller's."""
    stage = WildUniversals(Revm(), random.Random(f"staff {first}"))
    stage.staff.calm, stage.mute = calm, 0.5
    sold = 0
    for seed in range(first, first + CHUNK):
        stage.rng.seed(f"staff {seed}")
        sold += hold_universal_equal(stage, seed)
        stage.audit()
    assert CHUNK // 10 < sold < CHUNK * 9 // 10, "a test of sales needs both"
    assert calm or stage.staff.killed > CHUNK // 2
