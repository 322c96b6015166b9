"""Rows of `consort theory` that the pages name exist, and the counter-examples in them are what the mechanisms do."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from offchain.model.checks.two_level import harmonic
from offchain.model.document import parse_bytes
from offchain.model.instances.rules import CRITICAL_BID
from offchain.model.instances.two_level import TwoLevelInstance, TwoLevelOutcome
from offchain.model.kinds import solve
from offchain.model.mechanisms.approximate import probabilistic_guarantee
from offchain.model.mechanisms.ascending import ascend, least_over
from offchain.model.mechanisms.bonds import Recipient
from offchain.model.mechanisms.two_level import sell_lot, solve_lot
from offchain.model.mechanisms.upper import OpenBids, SeenLimits
from offchain.model.theory import CLAIMS
from offchain.model.theory.approximate.groups import access, part_of_best
from offchain.model.theory.daos import auction, shares
from offchain.model.theory.daos import payments as paid
from offchain.model.theory.phantoms import BONDS, as_seller, different, search
from tests.docs.markdown import ROOT, pages

NAMES = {claim.name for claim in CLAIMS}
PAPERS = sorted({name.partition("-")[0] for name in NAMES})
ROW = re.compile(rf"`((?:{'|'.join(PAPERS)})-[a-z0-9-]+)`")


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


def test_the_crowd_at_a_house() -> None:
    """ "The crowd pays 93 ... T = 4, at a share of 24"; "its 120, share 40 ... keeps 20 ... by a bid of 30 ... 100 ... 35"."""
    (instance,) = parse_bytes(
        (ROOT / "docs" / "examples" / "ascending.json").read_bytes()
    ).instances
    assert isinstance(instance, TwoLevelInstance)
    (lot,) = outcome("ascending.json").items
    assert (lot.winner, lot.price, lot.share, len(lot.served)) == ("crowd", 93, 24, 4)
    assert solve_lot(replace(instance, upper=CRITICAL_BID), 0).price == 91
    assert ladder(40, Fraction(1, 20), 98)[:3] == [40, 42, 45]
    assert ladder(40, Fraction(1, 20), 98)[-3:] == [88, 93, 98]
    seen = sell_lot(instance, 0, SeenLimits(Fraction(1, 20)))
    assert (seen.price, seen.share) == (120, 40)
    whale, crowd = instance.groups
    lying = replace(crowd, members=(replace(crowd.members[0], bids=(30,)), *crowd.members[1:]))
    lied = sell_lot(replace(instance, groups=(whale, lying)), 0, SeenLimits(Fraction(1, 20)))
    assert (lied.price, 60 - lied.share) == (100, 35)
    page = words("mechanism.md")
    assert (
        "pays 93, where sealed bids would have cost it 91: again `T = 4`, at a share of 24" in page
    )
    assert "The crowd pays its 120, share 40, and ann, who values access at 60, keeps 20" in page
    assert "By a bid of 30 the group could pay 100, and she would keep 35" in page
    # "From 1 on in steps of 10 anybody who can pay 1 may win against 10."
    assert ascend([1, 10], 1, 10).leader == 0


def ladder(start: int, increment: Fraction, last: int) -> list[int]:
    """The least bids from the start on."""
    amounts = [start]
    while amounts[-1] < last:
        amounts.append(least_over(amounts[-1], increment))
    return amounts


def test_ann_at_a_house() -> None:
    """ "Unseen she pays 2 of 5; a shill that has seen the 15 makes it 5; had she bid 4 she would pay 4"."""
    truth, lie = auction([10, 5, 5], [4]), auction([4, 5, 5], [4])
    paid = [
        shares(game, sell_lot(game, 0, rule))[0]
        for rule in (OpenBids(1), SeenLimits(1))
        for game in (truth, lie)
    ]
    assert paid == [2, 2, 5, 4]


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
