"""What coalitions gain: nothing under the rules of the contracts; under others the first joint lie that pays is shown."""

from fractions import Fraction

import pytest

from offchain.model.checks import Verdict
from offchain.model.checks.coalitions import (
    find_coalition,
    group_strategyproofness,
    lots_of,
)
from offchain.model.instances.rules import (
    CRITICAL_BID,
    FIRST_PRICE,
    Ascending,
    Lottery,
    Lower,
    Posted,
    Upper,
)
from offchain.model.instances.two_level import (
    AnyTwoLevel,
    TwoLevelInstance,
    TwoLevelLotteryInstance,
)
from offchain.model.kinds import check_reference
from offchain.model.mechanisms.price_rule import plain_second_price
from offchain.model.mechanisms.two_level import mechanism_of
from offchain.model.theory import composing
from offchain.model.theory.daos import additive, auction
from tests.model.checking import named


def by(upper: Upper, lower: Lower, *groups: list[int]) -> TwoLevelInstance:
    """An auction by these rules."""
    instance = auction(*groups)
    return TwoLevelInstance(1, (1,), instance.groups, upper, lower)


@pytest.mark.parametrize("upper", [CRITICAL_BID, Ascending(2), Posted(4)], ids=lambda u: u.name)
def test_no_coalition_gains_over_equal_shares(upper: Upper) -> None:
    for groups in ([[4], [3, 2]], [[2, 2], [3, 1]], [[5, 1, 1], [3]], [[0], [0, 0]]):
        finding = named(
            check_reference(by(upper, Lower.EQUAL_SPLIT, *groups)), "group strategyproofness"
        )
        assert finding.verdict is Verdict.HOLDS, finding.detail
        assert "every bid" in finding.detail


def test_the_plain_second_price_is_not_group_strategyproof() -> None:
    finding = named(
        check_reference(auction([10], [10, 5]), plain_second_price), "group strategyproofness"
    )
    assert finding.verdict is Verdict.FAILS
    assert finding.detail == "item 0: if b1 bids 11, b1 gets 5 and not 0"


def test_who_lies_for_another_at_no_cost_is_found_out() -> None:
    finding = named(
        check_reference(by(CRITICAL_BID, Lower.VCG, [9], [6, 6])), "group strategyproofness"
    )
    assert finding.verdict is Verdict.FAILS
    assert finding.detail.endswith("none of these being worse off")


def test_rivals_who_lower_each_others_prices_are_found_out() -> None:
    """Each is better off, and neither alone: a lottery posts prices to both."""
    instance = TwoLevelLotteryInstance(1, (1,), auction([2], [2]).groups, Lottery(Fraction(1, 10)))
    findings = check_reference(instance)
    assert named(findings, "incentive compatibility").verdict is Verdict.HOLDS
    finding = named(findings, "group strategyproofness")
    assert finding.verdict is Verdict.FAILS
    assert finding.detail == (
        "item 0: if a1 bids 1 and b1 bids 1, a1 gets 1/2 and not 0 and b1 gets 1/2 and not 0"
    )


def test_a_gift_across_groups_is_no_coalition_and_neither_is_a_sacrifice() -> None:
    """A rival who loses anyway lowers the price, and a member buys the others a lower share: neither counts."""
    for instance, liar, bid in (
        (auction([4], [3]), (1, 0), 0),
        (auction([9], [5, 5, 3]), (1, 2), 4),
    ):
        (lot,) = lots_of(instance, mechanism_of(instance))
        before, after = lot.play([]), lot.play([(liar, bid)])
        assert any(
            now > then
            for had, has in zip(before, after, strict=True)
            for then, now in zip(had, has, strict=True)
        )
        assert find_coalition(lot, [[liar]], lambda place, bid=bid: [bid]) is None  # type: ignore[misc]


def test_favours_on_several_lots_are_not_a_joint_lie_on_one() -> None:
    instance = additive([(4, 3)], [(3, 4)])
    finding = named(check_reference(instance), "group strategyproofness")
    assert finding.verdict is Verdict.HOLDS
    assert "on an item" in finding.detail


def test_large_instances_are_searched_in_part_and_the_row_says_so() -> None:
    instance = auction([10**12], list(range(10**9, 10**9 + 3_000)))
    plays = 0

    def counting(item: int, place: tuple[int, int]) -> list[int]:
        nonlocal plays
        plays += 1
        return [0, 10**9, 10**12]

    finding = group_strategyproofness(instance, mechanism_of(instance), counting)
    assert finding.verdict is Verdict.HOLDS
    assert "of some members" in finding.detail
    assert plays < 60


@pytest.mark.parametrize("sizes", [(1, 2), (2, 1)], ids=str)
@pytest.mark.parametrize("lower", Lower)
@pytest.mark.parametrize("upper", [CRITICAL_BID, FIRST_PRICE, Posted(2)], ids=lambda u: u.name)
def test_the_check_finds_what_the_enumeration_finds(
    upper: Upper, lower: Lower, sizes: tuple[int, ...]
) -> None:
    """In every game in which some coalition gains, and in no other."""
    table = composing.table(composing.at_work(upper, lower), sizes, 2)
    gaining = {lie.values for lie in composing.joint_lies(table, sizes)}
    for values in table:
        groups = [list(group) for group in composing.in_groups(values, sizes)]
        instance: AnyTwoLevel = by(upper, lower, *groups)
        finding = group_strategyproofness(
            instance, mechanism_of(instance), lambda item, place: range(3)
        )
        # The check goes a unit above all values, where the enumeration ends at 2.
        assert (finding.verdict is Verdict.FAILS) >= (values in gaining), values
        if max(values) == 1:
            assert (finding.verdict is Verdict.FAILS) == (values in gaining), values
