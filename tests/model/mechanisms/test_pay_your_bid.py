"""Pay-your-bid aggregation: what everybody pays, its optimal welfare, and why nobody should tell it the truth."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain.model.checks.pay_your_bid import find_lie
from offchain.model.instances import Group, LotOutcome, Member, TwoLevelInstance
from offchain.model.mechanisms import two_level
from offchain.model.mechanisms.pay_your_bid import Asks, solve


def game(*groups: list[int], reserve: int = 1) -> TwoLevelInstance:
    """Groups g0, g1, ... of members m0, m1, ... who bid their values for one item."""
    return TwoLevelInstance(
        items=1,
        reserves=(reserve,),
        groups=tuple(
            Group(f"g{j}", tuple(Member(f"m{i}", (bid,), (bid,)) for i, bid in enumerate(bids)))
            for j, bids in enumerate(groups)
        ),
    )


games = st.builds(
    lambda groups, reserve: game(*groups, reserve=reserve),
    st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4), min_size=1, max_size=3),
    st.integers(1, 12),
)


def test_everybody_pays_their_bid() -> None:
    outcome = solve(game([10, 5, 0], [9]))
    assert outcome.items == (
        LotOutcome("g0", 15, 0, 15, ("m0", "m1"), {"g0": 15, "g1": 9}, {"m0": 10, "m1": 5}),
    )
    assert outcome.payments == {"g0": {"m0": 10, "m1": 5, "m2": 0}, "g1": {"m0": 0}}
    assert (outcome.welfare, outcome.optimal_welfare) == (15, 15)


def test_everybody_pays_in_proportion() -> None:
    """9 of the 15 that they bid: 6 of 10 and 3 of 5."""
    lot = solve(game([10, 5], [9]), Asks.SECOND).items[0]
    assert lot == LotOutcome("g0", 9, 0, 9, ("m0", "m1"), {"g0": 15, "g1": 9}, {"m0": 6, "m1": 3})


def test_parts_are_rounded_up() -> None:
    lot = solve(game([10, 5], [8]), Asks.SECOND).items[0]
    assert (lot.price, lot.paid, lot.charges) == (8, 9, {"m0": 6, "m1": 3})


def test_alone_it_pays_the_reserve() -> None:
    assert solve(game([6, 3], reserve=3), Asks.SECOND).items[0].charges == {"m0": 2, "m1": 1}


def test_unsold_below_the_reserve() -> None:
    for asks in Asks:
        outcome = solve(game([6, 3], reserve=10), asks)
        assert outcome.items == (LotOutcome(None, 0, 0, 0, (), {"g0": 9}),)
        assert (outcome.welfare, outcome.optimal_welfare) == (0, 9)


def test_the_first_of_two_equal_sums_wins() -> None:
    lot = solve(game([6, 3], [9]), Asks.SECOND).items[0]
    assert (lot.winner, lot.price) == ("g0", 9)


def test_items_are_sold_by_themselves() -> None:
    members = (Member("a", (4, 1), (4, 1)), Member("b", (2, 2), (2, 2)))
    instance = TwoLevelInstance(
        2, (1, 1), (Group("g", members), Group("h", (Member("c", (5, 4), (5, 4)),)))
    )
    outcome = solve(instance)
    assert [lot.winner for lot in outcome.items] == ["g", "h"]
    assert outcome.payments == {"g": {"a": 4, "b": 2}, "h": {"c": 4}}
    assert outcome.welfare == outcome.optimal_welfare == 10


@given(games)
def test_truthful_bids_give_the_optimal_welfare(instance: TwoLevelInstance) -> None:
    outcome = solve(instance)
    sums = [sum(group.bids_on(0)) for group in instance.groups]
    assert outcome.welfare == (max(sums) if max(sums) >= instance.reserves[0] else 0)
    assert outcome.welfare >= two_level.solve(instance).welfare


@given(games)
def test_payments_cover_the_price_and_stay_within_the_bids(instance: TwoLevelInstance) -> None:
    for asks in Asks:
        outcome = solve(instance, asks)
        lot = outcome.items[0]
        if lot.winner is None:
            continue
        bids = {m.name: m.bids[0] for m in instance.group(lot.winner).members if m.bids[0]}
        assert lot.charges is not None
        assert lot.charges.keys() == bids.keys() == set(lot.served)
        assert all(0 < lot.charge(name) <= bid for name, bid in bids.items())
        assert lot.paid == sum(lot.charges.values()) == sum(outcome.payments[lot.winner].values())
        assert lot.price <= lot.paid < lot.price + len(bids)
        rivals = [bid for name, bid in lot.group_bids.items() if name != lot.winner]
        assert lot.price == (
            lot.group_bids[lot.winner]
            if asks is Asks.FIRST
            else max([*rivals, instance.reserves[0]])
        )


@pytest.mark.parametrize("asks", Asks)
def test_it_pays_to_bid_less_and_let_the_others_pay(asks: Asks) -> None:
    lie = find_lie(game([10, 5], [9]), asks)
    assert lie is not None
    assert lie.players == ("m0",)
    assert lie.utility > lie.truthful
    assert lie.bids[0] < 10


@given(games)
@settings(max_examples=40)
def test_a_group_that_wins_by_far_always_has_a_free_rider(instance: TwoLevelInstance) -> None:
    """Whoever is needed with less than their whole bid gains by bidding less."""
    lot = solve(instance).items[0]
    if lot.charges is None:
        return
    slack = lot.price - solve(instance, Asks.SECOND).items[0].price
    if slack > 1 and max(lot.charges.values()) > 1:
        assert find_lie(instance) is not None
