"""The real contributions to ConstitutionDAO, where the data lies beside the checkout."""

import csv
from pathlib import Path

import pytest

from offchain.io.units import GWEI, UNITS_PER_ETH
from offchain.model.checks.two_level import harmonic
from offchain.model.instances import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.equal_split import served_count, willingness_to_pay
from offchain.model.mechanisms.two_level import solve

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "constitutiondao.csv"
"""One ether in units, which are gwei."""


@pytest.fixture(scope="module")
def bids() -> list[int]:
    """The 17,448 contributions in gwei; the nine that are not whole are rounded down."""
    if not DATA.exists():
        pytest.skip("the contributions are not part of the project; no ../shared/data here")
    with DATA.open(newline="") as file:
        return [int(row["wei"]) // GWEI for row in csv.DictReader(file)]


def test_the_dao_could_pay_2000_ether_equally(bids: list[int]) -> None:
    assert len(bids) == 17_448
    assert willingness_to_pay(bids) == 2000 * UNITS_PER_ETH
    assert served_count(bids, 2000 * UNITS_PER_ETH) == 20
    assert sum(bid >= 100 * UNITS_PER_ETH for bid in bids) == 20


def test_its_total_is_within_the_harmonic_bound(bids: list[int]) -> None:
    assert f"{sum(bids) / UNITS_PER_ETH:.4f}" == "11600.0057"
    assert f"{sum(bids) / willingness_to_pay(bids):.2f}" == "5.80"
    assert f"{float(harmonic(len(bids))):.2f}" == "10.34"


def test_it_wins_against_1000_ether_and_serves_as_many_as_can_share_it(bids: list[int]) -> None:
    crowd = Group("dao", tuple(Member(str(i), (bid,), (bid,)) for i, bid in enumerate(bids)))
    rival = Group("rival", (Member("rival", (1000 * UNITS_PER_ETH,), (1000 * UNITS_PER_ETH,)),))
    lot = solve(TwoLevelInstance(1, (1,), (rival, crowd))).items[0]
    assert (lot.winner, lot.price) == ("dao", 1000 * UNITS_PER_ETH + 1)
    assert sum(bid >= lot.share for bid in bids) == len(lot.served)
    assert lot.price <= lot.paid < lot.price + len(lot.served)
