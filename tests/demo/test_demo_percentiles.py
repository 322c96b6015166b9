"""The figures of the built-in demo: that they are the percentiles they claim to be."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.model.instances import constitutiondao as figures
from offchain.model.instances.contributions import Contribution, parse
from offchain.model.instances.percentiles import main, percentiles
from offchain.model.mechanisms.equal_split import willingness_to_pay

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "constitutiondao.csv"


@pytest.fixture(scope="module")
def contributions() -> tuple[Contribution, ...]:
    if not DATA.exists():
        pytest.skip("the contributions are not part of the project; no ../shared/data here")
    return parse(DATA.read_bytes(), DATA.name)


def test_the_bids_are_the_percentiles(contributions: tuple[Contribution, ...]) -> None:
    amounts = [one.units for one in contributions]
    assert len(amounts) == 17_448
    assert f"{sum(amounts) / 10**9:.4f}" == "11600.0057"
    assert percentiles(amounts, 60) == figures.CONSTITUTION_DAO


def test_the_tool_prints_the_tuple(
    contributions: tuple[Contribution, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    main(str(DATA), "60")
    assert eval(capsys.readouterr().out) == figures.CONSTITUTION_DAO


def test_the_rivals_are_as_described() -> None:
    assert len(figures.CONSTITUTION_DAO) == 60
    assert sorted(figures.CONSTITUTION_DAO, reverse=True) == list(figures.CONSTITUTION_DAO)
    assert sum(bid > figures.COLLECTOR for bid in figures.CONSTITUTION_DAO) == 1
    assert willingness_to_pay(figures.GALLERY_DAO) == 7 * 300_000_000 < figures.COLLECTOR
    assert willingness_to_pay(figures.CONSTITUTION_DAO) == 5 * 10**9


@given(st.lists(st.integers(1, 100), min_size=1), st.integers(1, 70))
def test_percentiles_occur_and_descend(amounts: list[int], parts: int) -> None:
    found = percentiles(amounts, parts)
    assert len(found) == parts
    assert set(found) <= set(amounts)
    assert list(found) == sorted(found, reverse=True)


def test_percentiles_of_a_range() -> None:
    assert percentiles(range(1, 100), 3) == (75, 50, 25)
