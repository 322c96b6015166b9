"""The upper mechanism against its definition: the critical bid, and the second price."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.model.mechanisms.price_rule import (
    RULES,
    PriceRule,
    exact,
    opening,
    plain_second_price,
    run_auction,
)

arrivals = st.lists(st.integers(0, 6), max_size=6)
reserves = st.integers(1, 5)


def winner(bids: list[int], reserve: int) -> int | None:
    """The first of the highest bids, if it meets the reserve."""
    highest = max(bids, default=0)
    return bids.index(highest) if highest >= reserve else None


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
@given(bids=arrivals, reserve=reserves)
def test_the_first_highest_bid_wins_if_it_meets_the_reserve(
    rule: PriceRule, bids: list[int], reserve: int
) -> None:
    assert run_auction(bids, reserve, rule).leader == winner(bids, reserve)


@given(arrivals, reserves)
def test_exact_price_is_the_least_bid_that_wins(bids: list[int], reserve: int) -> None:
    sold = run_auction(bids, reserve, exact)
    if sold.leader is None:
        assert sold.price == reserve
        return
    place = sold.leader
    winning = [
        bid
        for bid in range(10)
        if winner([*bids[:place], bid, *bids[place + 1 :]], reserve) == place
    ]
    assert sold.price == min(winning)
    assert winning == list(range(sold.price, 10))


@given(arrivals, reserves)
def test_plain_price_is_the_second_highest_bid_or_the_reserve(
    bids: list[int], reserve: int
) -> None:
    sold = run_auction(bids, reserve, plain_second_price)
    if sold.leader is not None:
        assert sold.price == max([reserve, *sorted(bids, reverse=True)[1:2]])


@given(arrivals, reserves)
def test_the_rules_differ_by_at_most_the_unit_that_breaks_a_tie(
    bids: list[int], reserve: int
) -> None:
    difference = (
        run_auction(bids, reserve, exact).price
        - run_auction(bids, reserve, plain_second_price).price
    )
    assert difference in (0, 1)


@pytest.mark.parametrize(
    ("bids", "reserve", "leader", "exact_price", "plain_price"),
    [
        ([], 3, None, 3, 3),
        ([2], 3, None, 3, 3),
        ([3], 3, 0, 3, 3),
        ([0], 1, None, 1, 1),
        ([10, 9], 1, 0, 9, 9),
        ([9, 10], 1, 1, 10, 9),
        ([10, 10], 1, 0, 10, 10),
        ([2, 5], 3, 1, 3, 3),
        ([5, 2], 3, 0, 3, 3),
        ([4, 9, 7], 1, 1, 7, 7),
        ([7, 9, 7], 1, 1, 8, 7),
        ([1, 2, 3, 4], 1, 3, 4, 3),
    ],
)
def test_figures(
    bids: list[int], reserve: int, leader: int | None, exact_price: int, plain_price: int
) -> None:
    assert run_auction(bids, reserve, exact).leader == leader
    assert run_auction(bids, reserve, exact).price == exact_price
    assert run_auction(bids, reserve, plain_second_price).price == plain_price


def test_a_reserve_below_one_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 unit, not 0"):
        opening(0)
