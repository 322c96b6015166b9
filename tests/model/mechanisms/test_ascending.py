"""The ascending auction against the plain walk, bid by bid; its promises; and the house's state machine."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offchain.model.instances.rules import LEAST_PART, Increment
from offchain.model.mechanisms.ascending import (
    AscendingAuction,
    Ascent,
    BidRefused,
    ascend,
    climb,
    least_over,
)
from offchain.model.mechanisms.price_rule import exact, run_auction

absolute = st.integers(1, 12)
relative = st.fractions(Fraction(1, 50), 1, max_denominator=60)
increments = st.one_of(absolute, relative)
crowds = st.lists(st.integers(0, 60), max_size=7)
starts = st.integers(1, 30)

GWEI = 10**9


def walk(limits: Sequence[int], start: int, increment: Increment) -> Ascent:
    """The rule's own words: at each step the first who does not lead and can bids the least bid."""
    leader, amount, bids = None, start, 0
    while True:
        least = start if leader is None else amount + increment_over(amount, increment)
        able = [place for place, limit in enumerate(limits) if place != leader and limit >= least]
        if not able:
            return Ascent(leader, amount, bids)
        leader, amount, bids = able[0], least, bids + 1


def increment_over(amount: int, increment: Increment) -> int:
    """The fewest whole units that are no less than the increment."""
    if isinstance(increment, int):
        return increment
    return next(units for units in range(1, amount + 1) if units >= amount * increment)


@given(crowds, starts, increments)
@example([7, 7, 7], 1, 2)
@example([3, 20, 20], 2, Fraction(1, 2))
def test_leaps_end_where_steps_do(limits: list[int], start: int, increment: Increment) -> None:
    assert ascend(limits, start, increment) == walk(limits, start, increment)


@given(crowds, starts, increments)
def test_bids_one_by_one_end_there_too(limits: list[int], start: int, increment: Increment) -> None:
    bids = list(climb(limits, start, increment))
    found = ascend(limits, start, increment)
    assert len(bids) == found.bids
    assert not bids or bids[-1] == (found.leader, found.price)
    amounts = [amount for _, amount in bids]
    assert amounts[:1] == [start] * bool(bids)
    assert amounts[1:] == [least_over(amount, increment) for amount in amounts[:-1]]
    assert all(limits[place] >= amount for place, amount in bids)
    assert all(one != other for (one, _), (other, _) in pairwise(bids))


@given(st.lists(st.integers(0, 5), max_size=6), st.integers(1, 3), st.sampled_from([1, 2, 3]))
def test_leaps_end_where_steps_do_at_ties(limits: list[int], start: int, increment: int) -> None:
    assert ascend(limits, start, increment) == walk(limits, start, increment)


@given(crowds, starts, increments)
def test_the_winner_is_within_an_increment_of_the_best(
    limits: list[int], start: int, increment: Increment
) -> None:
    found = ascend(limits, start, increment)
    if found.leader is None:
        assert max(limits, default=0) < start
        return
    assert start <= found.price <= limits[found.leader]
    rivals = [limit for place, limit in enumerate(limits) if place != found.leader]
    assert max(rivals, default=0) < least_over(found.price, increment)


@given(crowds, starts, increments)
def test_the_price_is_within_an_increment_of_the_critical_bid(
    limits: list[int], start: int, increment: Increment
) -> None:
    found, sealed = ascend(limits, start, increment), run_auction(limits, start, exact)
    assert (found.leader is None) == (sealed.leader is None)
    assert found.price <= least_over(sealed.price, increment)
    assert sealed.price <= least_over(found.price, increment)


def test_both_bounds_on_the_price_are_met() -> None:
    # The winner's last bid goes an increment over a limit that it had to beat by nothing.
    limits = [20, 7]
    assert (ascend(limits, 1, 3).price, run_auction(limits, 1, exact).price) == (7, 7)
    limits = [20, 4]
    assert (ascend(limits, 1, 3).price, run_auction(limits, 1, exact).price) == (7, 4)
    # The rival is one unit short of the next bid, and was there first.
    limits = [8, 20]
    assert (ascend(limits, 5, 2).price, run_auction(limits, 5, exact).price) == (7, 9)


@given(crowds, starts, increments, st.data())
def test_a_limit_moves_no_price_of_its_own(
    limits: list[int], start: int, increment: Increment, data: st.DataObject
) -> None:
    if not limits:
        return
    place = data.draw(st.integers(0, len(limits) - 1))
    prices = set()
    least = None
    for limit in range(64):
        found = ascend([*limits[:place], limit, *limits[place + 1 :]], start, increment)
        if found.leader == place:
            prices.add(found.price)
            least = limit if least is None else least
        else:
            assert least is None, f"{place} wins with a limit of {least} and loses with {limit}"
    assert len(prices) <= 1
    assert least is None or least <= 63
    if prices and least is not None:
        # Whoever wins at all wins with any limit from the price on, and with none below it.
        assert prices == {least}


def test_increments_of_a_unit_are_the_sealed_second_price_up_to_a_unit() -> None:
    for limits in ([9, 7], [7, 9], [7, 7], [9], [3, 8, 8, 5]):
        found, sealed = ascend(limits, 1, 1), run_auction(limits, 1, exact)
        assert abs(found.price - sealed.price) <= 1
        assert limits[found.leader or 0] == max(limits)


@pytest.mark.parametrize(
    ("limits", "start", "increment", "expected"),
    [
        ([], 5, 1, Ascent(None, 5, 0)),
        ([4], 5, 1, Ascent(None, 5, 0)),
        ([0, 0], 1, 1, Ascent(None, 1, 0)),
        ([5], 5, 1, Ascent(0, 5, 1)),
        # A limit more than an increment above all others pays no more for it.
        ([500, 9], 5, 2, Ascent(0, 9, 3)),
        # 5, 7, 9, 11: the first stands on 9, and the second cannot reach 11.
        ([9, 10], 5, 2, Ascent(0, 9, 3)),
        # 5, 7, 9, 12: a quarter, rounded up.
        ([12, 11], 5, Fraction(1, 4), Ascent(0, 9, 3)),
        ([12, 12, 12], 5, Fraction(1, 4), Ascent(1, 12, 4)),
        # The whole amount: 3, 6, 12.
        ([3, 7, 12], 3, Fraction(1), Ascent(2, 12, 3)),
    ],
)
def test_by_hand(limits: list[int], start: int, increment: Increment, expected: Ascent) -> None:
    assert walk(limits, start, increment) == ascend(limits, start, increment) == expected


def test_the_largest_amounts_take_no_steps() -> None:
    most = 2**96 - 1
    assert ascend([most, most - 1, most], 1, 1) == Ascent(0, most, most)
    assert ascend([most] * 20_000, 1, 1).price == most
    assert ascend([2**64 - place for place in range(20_000)], 3, 7).leader in (0, 1)


def test_the_least_part_reaches_the_largest_limits() -> None:
    found = ascend([2**96 - 1] * 3, 1, LEAST_PART)
    assert 2**96 - 1 < least_over(found.price, LEAST_PART) < 2**97
    assert found.bids == 579_118


@pytest.mark.parametrize("increment", [0, -1, Fraction(1, 10_001), Fraction(3, 2), Fraction(0)])
def test_what_is_no_increment_is_refused(increment: Increment) -> None:
    with pytest.raises(ValueError, match="an increment is"):
        ascend([5, 6], 1, increment)


def test_a_start_is_a_unit_at_least() -> None:
    with pytest.raises(ValueError, match="a start is at least 1 unit, not 0"):
        ascend([5, 6], 0, 1)


def house(**changes: object) -> AscendingAuction:
    """A house that starts at 10 gwei, five percent, ends at 1,000 and keeps open for 300 seconds."""
    fields: dict[str, object] = {
        "start": 10 * GWEI,
        "increment": Fraction(1, 20),
        "end": 1_000,
        "buffer": 300,
        "grid": GWEI,
    }
    return AscendingAuction(**{**fields, **changes})  # type: ignore[arg-type]


@given(
    st.lists(st.integers(0, 400), max_size=6),
    st.integers(1, 40),
    st.one_of(st.integers(1, 9), st.integers(1, 100).map(lambda percent: Fraction(percent, 100))),
)
def test_the_house_driven_by_limits_ends_where_the_model_does(
    limits: list[int], start: int, increment: Increment
) -> None:
    in_wei = increment * GWEI if isinstance(increment, int) else increment
    auction = house(start=start * GWEI, increment=in_wei)
    bids = 0
    while able := [
        place
        for place, limit in enumerate(limits)
        if auction.can_raise(str(place), limit * GWEI, time=0)
    ]:
        auction = auction.bid(str(able[0]), auction.least_raise, time=0)
        bids += 1
    found = ascend(limits, start, increment)
    leader = None if auction.leader is None else int(auction.leader)
    assert (leader, bids) == (found.leader, found.bids)
    assert leader is None or auction.amount == found.price * GWEI


def test_bids_of_any_amount_and_ours_on_the_grid() -> None:
    auction = house().bid("rival", 10 * GWEI + 1, time=0)
    assert auction.least_bid == 10 * GWEI + 1 + (10 * GWEI + 1) // 20
    assert auction.least_raise == 11 * GWEI
    assert not auction.can_raise("dao", 11 * GWEI - 1, time=0)
    assert auction.can_raise("dao", 11 * GWEI, time=0)
    with pytest.raises(BidRefused, match="the least bid is 10500000001"):
        auction.bid("dao", auction.least_bid - 1, time=0)
    assert auction.bid("dao", auction.least_bid, time=0).leader == "dao"


def test_a_start_that_was_raised_binds_who_bids_over_somebody() -> None:
    auction = replace(house().bid("a", 10 * GWEI, time=0), start=20 * GWEI)
    assert auction.least_bid == auction.least_raise == 20 * GWEI
    assert auction.bid("b", 20 * GWEI, time=0).least_bid == 21 * GWEI


def test_who_leads_does_not_raise_and_may_bid() -> None:
    auction = house().bid("dao", 10 * GWEI, time=0)
    assert not auction.can_raise("dao", 99 * GWEI, time=0)
    assert auction.bid("dao", 50 * GWEI, time=1).amount == 50 * GWEI


def test_the_last_minutes_keep_it_open() -> None:
    auction = house()
    assert auction.bid("a", 10 * GWEI, time=700).end == 1_000
    late = auction.bid("a", 10 * GWEI, time=701)
    assert late.end == 1_001
    later = late.bid("b", 11 * GWEI, time=1_000)
    assert later.end == 1_300
    assert not later.is_over(1_299)
    assert later.is_over(1_300)
    assert not later.can_raise("a", 99 * GWEI, time=1_300)
    with pytest.raises(BidRefused, match="b bids at 1300, the end was at 1300"):
        later.bid("b", 99 * GWEI, time=1_300)


def test_a_clock_that_starts_with_the_first_bid() -> None:
    auction = house(end=None, duration=500)
    assert not auction.is_over(10**9)
    first = auction.bid("a", 10 * GWEI, time=7_000)
    assert first.end == 7_500
    assert house(end=None, duration=100).bid("a", 10 * GWEI, time=7_000).end == 7_300


def test_houses_round_down_to_the_wei() -> None:
    auction = house(start=0)
    with pytest.raises(BidRefused, match=r"the least bid is 1$"):
        auction.bid("a", 0, time=0)
    # Five percent of 19 wei is none: an equal bid takes the lead, as it does at the houses.
    assert auction.bid("a", 19, time=0).bid("b", 19, time=1).leader == "b"
    assert auction.bid("a", 20, time=0).least_bid == 21
    assert auction.least_raise == GWEI
