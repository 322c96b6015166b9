"""What docs/regrouping.md says of subgroups: the small cases, and the contributions to ConstitutionDAO."""

import re
from pathlib import Path

import pytest

from offchain.model.instances.contributions import parse
from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.model.mechanisms.regrouping import (
    each_its_own,
    in_equal_shares,
    shares,
    willingness_of_subgroups,
)
from offchain.report.amounts import eth
from offchain.simulation.regroupings import EQUAL, IN_ETH, Bidder, Regrouped, at_price
from tests.docs.markdown import ROOT

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "constitutiondao.csv"
PAGE = " ".join((ROOT / "docs" / "regrouping.md").read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def dao() -> tuple[Bidder, ...]:
    if not DATA.exists():
        pytest.skip("the contributions are not part of the project; no ../shared/data here")
    return tuple(Bidder(one.address, one.units) for one in parse(DATA.read_bytes(), DATA.name))


def test_ann_and_two_others() -> None:
    assert "For `2, 1, 1` it is 3 undivided or all alone, and 4 as `{2}` and `{1, 1}`." in PAGE
    assert willingness_to_pay([2, 1, 1]) == willingness_of_subgroups([[2], [1], [1]]) == 3
    assert in_equal_shares([2, 1, 1]).subgroups == ((2,), (1, 1))
    assert shares([[2], [1, 1]], 3)[0] == [2]
    assert shares(in_equal_shares([1, 1, 1]).subgroups, 3) == [[1], [1], [1]]


def test_badly_settled_subgroups() -> None:
    assert "of three bids of 1, `{1, 1}` and `{1}` pay 2" in PAGE
    assert (willingness_to_pay([1, 1, 1]), willingness_of_subgroups([[1, 1], [1]])) == (3, 2)


def test_the_table_of_constitution_dao(dao: tuple[Bidder, ...]) -> None:
    one = Regrouped(dao, in_equal_shares([who.units for who in dao]), EQUAL, IN_ETH)
    assert (len(one.groups), eth(one.found.total)) == (44, "8,712")
    assert "44 groups of 198 ETH: 8,712 ETH" in PAGE
    rows = re.findall(r"\| ([\d,]+) (\| [\d,.]+ (?:\| [\d,.]* ?){4})\|", PAGE)
    assert len(rows) == 3
    for price, cells in rows:
        at = at_price(one, int(price.replace(",", "")) * 10**9)
        told = [cell.strip() for cell in cells.strip("|").split("|")]
        share = eth(at.share) if at.undivided else ""
        assert told[:2] == [f"{at.undivided:,}", share]
        assert told[2:] == [f"{at.served:,}", eth(at.lowest), eth(at.highest)]


@pytest.mark.parametrize(
    ("groups", "said"), [(2, "3,483 ETH in 2 groups"), (10, "8,755.055446883 in 10")]
)
def test_each_its_own(dao: tuple[Bidder, ...], groups: int, said: str) -> None:
    assert said in PAGE
    assert eth(each_its_own([who.units for who in dao], groups).total) == said.split()[0]
