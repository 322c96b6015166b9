"""The equal split against its definition, by enumerating sets of members."""

from fractions import Fraction
from itertools import combinations
from math import ceil, lcm

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.model.checks.two_level import harmonic
from offchain.model.mechanisms.equal_split import (
    equal_split,
    served_count,
    share,
    willingness_to_pay,
)

bids_of_a_group = st.lists(st.integers(0, 12), max_size=7)


def subsets(bids: list[int]) -> list[tuple[int, ...]]:
    """Every non-empty set of members, as their bids."""
    return [chosen for size in range(1, len(bids) + 1) for chosen in combinations(bids, size)]


@given(bids_of_a_group)
def test_willingness_to_pay_is_the_most_any_set_of_members_can_pay_equally(bids: list[int]) -> None:
    assert willingness_to_pay(bids) == max(
        (len(chosen) * min(chosen) for chosen in subsets(bids)), default=0
    )


@given(bids_of_a_group, st.integers(1, 90))
def test_served_count_is_the_largest_set_that_can_share_the_price(
    bids: list[int], price: int
) -> None:
    able = [len(chosen) for chosen in subsets(bids) if min(chosen) >= Fraction(price, len(chosen))]
    assert served_count(bids, price) == max(able, default=0)
    assert (served_count(bids, price) > 0) == (price <= willingness_to_pay(bids))


@given(bids_of_a_group, st.integers(1, 90))
def test_share_covers_the_price_and_exactly_the_served_can_bear_it(
    bids: list[int], price: int
) -> None:
    if price > willingness_to_pay(bids):
        with pytest.raises(ValueError, match="nobody is served"):
            equal_split(bids, price)
        return
    split = equal_split(bids, price)
    assert split.share == ceil(Fraction(price, split.served))
    assert price <= split.paid < price + split.served
    assert split.paid <= willingness_to_pay(bids)
    assert sum(split.serves(bid) for bid in bids) == split.served


@given(bids_of_a_group, st.integers(1, 60))
def test_share_is_the_critical_bid_of_every_served_member(bids: list[int], price: int) -> None:
    if price > willingness_to_pay(bids):
        return
    split = equal_split(bids, price)
    for place, bid in enumerate(bids):
        if not split.serves(bid):
            continue
        others = bids[:place] + bids[place + 1 :]
        for other_bid in range(16):
            group = [*others, other_bid]
            affordable = price <= willingness_to_pay(group)
            served = affordable and equal_split(group, price).serves(other_bid)
            assert served == (other_bid >= split.share)


@given(bids_of_a_group, st.integers(1, 60))
def test_a_zero_bid_changes_nothing(bids: list[int], price: int) -> None:
    assert willingness_to_pay([*bids, 0]) == willingness_to_pay(bids)
    assert served_count([*bids, 0], price) == served_count(bids, price)


@pytest.mark.parametrize(
    ("bids", "wtp"),
    [
        ([], 0),
        ([0, 0], 0),
        ([7], 7),
        ([10, 5], 10),
        ([6, 5, 5], 15),
        ([2**64 - 1] * 3, 3 * (2**64 - 1)),
    ],
)
def test_willingness_to_pay_figures(bids: list[int], wtp: int) -> None:
    assert willingness_to_pay(bids) == wtp


@pytest.mark.parametrize("members", [1, 2, 5, 40])
def test_harmonic_values_are_worth_h_n_times_what_the_group_can_pay(members: int) -> None:
    unit = lcm(*range(1, members + 1))
    values = [unit // rank for rank in range(1, members + 1)]
    assert willingness_to_pay(values) == unit
    assert Fraction(sum(values), unit) == harmonic(members)
    assert served_count(values, unit) == members


def test_a_rounded_share_pays_less_than_one_unit_each_over_the_price() -> None:
    split = equal_split([10, 5], 9)
    assert (split.served, split.share, split.paid) == (2, 5, 10)


@pytest.mark.parametrize("price", [0, -1])
def test_a_price_below_one_unit_is_refused(price: int) -> None:
    with pytest.raises(ValueError, match=f"at least 1 unit, not {price}"):
        served_count([5], price)


def test_a_share_among_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody is served at price 3"):
        share(3, 0)
