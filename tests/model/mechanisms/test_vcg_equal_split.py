"""VCG over the equal split: Appendix A for a family of aggregations, and the limit of Lemma 14."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain.model.checks.vcg_equal_split import appendix_a, find_lie, find_shut_out
from offchain.model.instances import Group, Member, TwoLevelInstance
from offchain.model.instances.bundles import Values
from offchain.model.mechanisms.vcg_equal_split import (
    AGGREGATIONS,
    GroupResult,
    group_bids,
    per_item,
    same_price_welfare,
    solve,
    split,
)
from offchain.model.mechanisms.winner_determination import maximum_welfare

TEN = 1000
"""The paper's 10 in units; its epsilon is 1 unit."""


def game(*groups: Sequence[tuple[int, ...]]) -> TwoLevelInstance:
    """Groups of members with these values for the items, which they bid."""
    return TwoLevelInstance(
        items=len(groups[0][0]),
        reserves=(1,) * len(groups[0][0]),
        groups=tuple(
            Group(f"g{j}", tuple(Member(f"m{j}{i}", bids, bids) for i, bids in enumerate(group)))
            for j, group in enumerate(groups)
        ),
    )


def test_the_instance_of_appendix_a() -> None:
    instance = appendix_a(TEN)
    values = [[member.values for member in group.members] for group in instance.groups]
    assert values == [[(TEN + 2, 0), (TEN // 2 - 1, 1)], [(TEN, 1)]]


def test_what_the_group_pays_in_appendix_a() -> None:
    """10 - epsilon for r, of which the first member alone can pay; nothing for s."""
    by_sum, _ = solve(appendix_a(TEN), AGGREGATIONS["sum"])
    assert by_sum == GroupResult(item=0, price=TEN - 1, served=(0,), share=TEN - 1)
    by_last, _ = solve(appendix_a(TEN), AGGREGATIONS["last member"])
    assert by_last == GroupResult(item=1, price=0, served=(1,), share=0)


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_no_aggregation_makes_it_truthful(name: str) -> None:
    """Some member gains by a lie, or cannot get an item at all, which no mechanism may do to it."""
    instance = appendix_a(TEN)
    lie = find_lie(instance, AGGREGATIONS[name])
    shut_out = find_shut_out(instance, AGGREGATIONS[name])
    assert (lie is None) == (name in LISTENS_TO_FEW)
    assert (shut_out is not None) == (name in LISTENS_TO_FEW)


LISTENS_TO_FEW = ["minimum", "median, the lower", "first member", "last member"]
"""Aggregations under which somebody in a group of two has no say about some item."""


@pytest.mark.parametrize("name", ["sum", "maximum", "willingness to pay"])
def test_the_second_member_makes_the_group_take_the_other_item(name: str) -> None:
    lie = find_lie(appendix_a(TEN), AGGREGATIONS[name])
    assert lie is not None
    assert (lie.players, lie.bids) == (("2^1",), ((0, TEN // 2 - 2),))
    assert (lie.truthful, lie.utility) == (0, 1)


def test_the_first_member_makes_the_group_take_the_first_item() -> None:
    """Under the mean the group gets nothing by the truth; the first member's own bid must make up for both."""
    lie = find_lie(appendix_a(TEN), AGGREGATIONS["mean, rounded down"])
    assert lie is not None
    assert (lie.players, lie.truthful, lie.utility) == (("1^1",), 0, 3)


def test_a_member_that_alone_decides_gains_elsewhere() -> None:
    """It bids for two, and pays for one."""
    lie = find_lie(game([(5,), (5,)], [(8,)]), AGGREGATIONS["first member"])
    assert lie is not None
    assert (lie.players, lie.bids, lie.utility) == (("m00",), ((8,),), 1)


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_aggregations_are_the_identity_on_one_member(name: str) -> None:
    assert AGGREGATIONS[name]([(3, 0, 7)]) == (3, 0, 7)


def test_aggregations_of_two_members() -> None:
    group = Group("g", tuple(Member(str(i), bids, bids) for i, bids in enumerate([(4, 1), (3, 9)])))
    assert {name: group_bids(group, rule) for name, rule in AGGREGATIONS.items()} == {
        "sum": (7, 10),
        "maximum": (4, 9),
        "minimum": (3, 1),
        "willingness to pay": (6, 9),
        "mean, rounded down": (3, 5),
        "median, the lower": (3, 1),
        "first member": (4, 1),
        "last member": (3, 9),
        "best member": (3, 9),
    }


def test_a_group_that_cannot_pay_serves_nobody() -> None:
    """The sum promises more than equal shares can bring: VCG asks 12, two members bear 5 each."""
    group, _ = solve(game([(9,), (5,)], [(12,)]), AGGREGATIONS["sum"])
    assert group == GroupResult(item=0, price=12, served=(), share=0)


def test_at_price_0_everybody_who_bids_is_served() -> None:
    group = game([(3,), (0,), (1,)]).groups[0]
    assert split(group, 0, 0) == GroupResult(0, 0, (0, 2), 0)


@given(
    st.lists(st.tuples(*[st.integers(0, 5)] * 2), min_size=2, max_size=3),
    st.sampled_from(sorted(AGGREGATIONS)),
)
@settings(max_examples=30)
def test_among_individuals_it_is_truthful(values: list[tuple[int, int]], name: str) -> None:
    """The composition is what breaks: with groups of one there is nothing to split."""
    assert find_lie(game(*([value] for value in values)), AGGREGATIONS[name]) is None


def test_on_one_item_willingness_to_pay_loses_at_ties_only() -> None:
    """There it is Mechanism 1 with the plain second price, which a tie makes manipulable."""
    rule = AGGREGATIONS["willingness to pay"]
    assert find_lie(game([(10,), (5,)], [(9,)]), rule) is None
    assert find_lie(game([(10,)], [(10,), (5,)]), rule) is not None


@pytest.mark.parametrize("players", [2, 3, 6, 12])
def test_lemma_14(players: int) -> None:
    """Everybody values the first item at 1 + epsilon and all others at 1: 1 + epsilon of a possible n + epsilon."""
    one, epsilon = 1000, 1
    items = tuple(map(str, range(players)))
    values: Values = {(item,): one + epsilon * (item == "0") for item in items}
    wants = [values] * players
    assert same_price_welfare(items, wants) == one + epsilon
    assert maximum_welfare(items, wants) == players * one + epsilon
    ratio = Fraction(players * one + epsilon, one + epsilon)
    assert players - Fraction(players, one) < ratio < players


def test_any_rule_can_be_tried() -> None:
    """One that listens to everybody: half the sum and half the maximum."""
    rule = per_item(lambda bids: bids[0] if len(bids) == 1 else (sum(bids) + max(bids)) // 2)
    assert find_lie(appendix_a(TEN), rule) is not None
