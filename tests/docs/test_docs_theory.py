"""Rows of `consort theory` that the pages name exist, and the counter-examples in them are what the mechanisms do."""

import re
from fractions import Fraction

import pytest

from offchain.model.checks.two_level import harmonic
from offchain.model.document import parse_bytes
from offchain.model.instances.two_level import TwoLevelOutcome
from offchain.model.kinds import solve
from offchain.model.mechanisms.approximate import probabilistic_guarantee
from offchain.model.mechanisms.bonds import Recipient
from offchain.model.theory import CLAIMS
from offchain.model.theory.approximate.groups import access, part_of_best
from offchain.model.theory.daos import auction
from offchain.model.theory.daos import payments as paid
from offchain.model.theory.phantoms import BONDS, as_seller, different, search
from tests.docs.markdown import ROOT, pages

ROW = re.compile(r"`((?:daos|estate|phantoms|resilient|approximate|signals)-[a-z0-9-]+)`")
NAMES = {claim.name for claim in CLAIMS}


def words(name: str) -> str:
    """A page without its line ends."""
    return " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())


def test_every_row_that_a_page_names_exists() -> None:
    named = {
        (page.name, name)
        for page in pages()
        for name in ROW.findall(page.read_text(encoding="utf-8"))
    }
    assert len(named) > 20
    assert {(page, name) for page, name in named if name not in NAMES} == set()


def outcome(example: str) -> TwoLevelOutcome:
    """Of an instance that the pages show."""
    (instance,) = parse_bytes((ROOT / "docs" / "examples" / example).read_bytes()).instances
    solved = solve(instance)
    assert isinstance(solved, TwoLevelOutcome)
    return solved


def test_one_member_of_two_groups() -> None:
    """ "It wins at 11, and she pays a share of 4 ... at 1, a share of 1 for her"."""
    truth, lie = outcome("several-groups.json"), outcome("several-groups-abstaining.json")
    assert (truth.items[0].price, truth.payments["second"]["ann"]) == (11, 4)
    assert (lie.items[0].price, lie.payments["second"]["ann"]) == (1, 1)
    assert truth.payments["first"] == lie.payments["first"] == {"ann": 0}
    assert "it wins at 11, and she pays a share of 4" in words("mechanism.md")


def test_two_members_as_one() -> None:
    """ "It wins at 17, and they pay 9 for what is worth 10 to them"."""
    truth, merged = outcome("merging.json"), outcome("merging-merged.json")
    assert truth.items[0].winner == "rival"
    assert (merged.items[0].winner, merged.items[0].price) == ("crowd", 17)
    assert merged.payments["crowd"]["bob and cid"] == 9
    assert "it wins at 17, and they pay 9 for what is worth 10" in words("mechanism.md")


def test_one_member_as_two() -> None:
    """Against 19, {11, 5, 5} loses, and {5, 5, 5, 5} has a share of 5."""
    assert outcome("false-names.json").items[0].winner == "rival"
    assert paid(auction([19], [5, 5, 5, 5]))[1:] == [5] * 4


@pytest.mark.parametrize("page", ["approximate.md", "choosing.md"])
def test_what_a_group_gets_of_the_lottery(page: str) -> None:
    """{6, 3, 2} beside 6 at 1 %."""
    cent = Fraction(1, 100)
    part = part_of_best(access([6], [(6, 3, 2)], cent), 6, (6, 3, 2))
    promised = probabilistic_guarantee(cent, 2)
    assert part == Fraction(17, 22)
    assert promised / harmonic(3) < part < promised
    assert f"{100 * float(part):.1f} %" in words(page)
    assert f"{100 * float(promised):.1f} %" in words(page)


def test_what_a_phantom_ladder_brings_a_seller() -> None:
    """The table, and what is left: one phantom of 4 that is always opened."""
    found = search(as_seller, (1, 0), 8, different(8), sells=True)
    for recipients, label in (
        ([Recipient.SELLER], "to the seller"),
        ([Recipient.WINNERS, Recipient.BURNT], "to the winner, or are burnt"),
    ):
        for to in recipients:
            figures = " | ".join(str(found.best(bps, to)) for bps in BONDS)
            assert f"| {label} | {figures} |" in words("theory.md")
    assert found.always() == found.opened_always((4,)) == Fraction(5, 2)
    assert found.opened_always(()) == 1
