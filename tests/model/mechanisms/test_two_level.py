"""Mechanisms 1 and 2 against literal figures and against a slow model written from the definitions."""

from fractions import Fraction
from itertools import combinations
from math import lcm

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offchain.model.checks.two_level import harmonic
from offchain.model.document import parse_text
from offchain.model.instances import Group, LotOutcome, Member, TwoLevelInstance
from offchain.model.mechanisms.price_rule import plain_second_price
from offchain.model.mechanisms.two_level import solve
from offchain.model.mechanisms.two_level import solve as solve_two_level


def single_item(*groups: list[int], reserve: int = 1) -> TwoLevelInstance:
    """Groups A, B, ... of members a0, a1, ..., who bid their values."""
    return TwoLevelInstance(
        items=1,
        reserves=(reserve,),
        groups=tuple(
            Group(
                letter,
                tuple(Member(f"{letter.lower()}{i}", (b,), (b,)) for i, b in enumerate(bids)),
            )
            for letter, bids in zip("ABCDEFGH", groups, strict=False)
        ),
    )


@st.composite
def instances(draw: st.DrawFn) -> TwoLevelInstance:
    """Small instances with many ties, zero bids, and values that are not the bids."""
    items = draw(st.integers(1, 3))
    amounts = st.tuples(*[st.integers(0, 7)] * items)
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    return TwoLevelInstance(
        items=items,
        reserves=draw(st.tuples(*[st.integers(1, 6)] * items)),
        groups=tuple(
            Group(
                f"g{j}", tuple(Member(f"m{i}", draw(amounts), draw(amounts)) for i in range(size))
            )
            for j, size in enumerate(sizes)
        ),
    )


def oracle(instance: TwoLevelInstance, item: int) -> LotOutcome:
    """One lot by enumeration: sets of members for a group's bid, trial bids for the price."""

    def affordable(group: Group, amount: int) -> list[tuple[Member, ...]]:
        bidders = [member for member in group.members if member.bids[item] > 0]
        return [
            chosen
            for size in range(1, len(bidders) + 1)
            for chosen in combinations(bidders, size)
            if all(size * member.bids[item] >= amount for member in chosen)
        ]

    def most(group: Group) -> int:
        amount = 0
        while affordable(group, amount + 1):
            amount += 1
        return amount

    group_bids = {group.name: most(group) for group in instance.groups}

    def wins(name: str, bid: int) -> bool:
        if bid < instance.reserves[item]:
            return False
        earlier = True
        for rival, rival_bid in group_bids.items():
            if rival == name:
                earlier = False
            elif rival_bid > bid or (rival_bid == bid and earlier):
                return False
        return True

    for group in instance.groups:
        if wins(group.name, group_bids[group.name]):
            price = next(bid for bid in range(1000) if wins(group.name, bid))
            served = max(affordable(group, price), key=len)
            share = next(units for units in range(1000) if units * len(served) >= price)
            return LotOutcome(
                winner=group.name,
                price=price,
                share=share,
                paid=share * len(served),
                served=tuple(member.name for member in served),
                group_bids=group_bids,
            )
    return LotOutcome(None, 0, 0, 0, (), group_bids)


@given(instances())
def test_agrees_with_the_slow_model(instance: TwoLevelInstance) -> None:
    outcome = solve(instance)
    assert list(outcome.items) == [oracle(instance, item) for item in range(instance.items)]

    welfare = optimum = 0
    for item, lot in enumerate(outcome.items):
        worth = {g.name: {m.name: m.values[item] for m in g.members} for g in instance.groups}
        if lot.winner is not None:
            welfare += sum(worth[lot.winner][name] for name in lot.served)
        optimum += max(sum(values.values()) for values in worth.values())
    assert (outcome.welfare, outcome.optimal_welfare) == (welfare, optimum)
    for group in instance.groups:
        for member in group.members:
            lots = [
                lot
                for lot in outcome.items
                if lot.winner == group.name and member.name in lot.served
            ]
            assert outcome.payments[group.name][member.name] == sum(lot.share for lot in lots)


@given(instances())
def test_items_are_independent(instance: TwoLevelInstance) -> None:
    def alone(item: int) -> TwoLevelInstance:
        return TwoLevelInstance(
            items=1,
            reserves=(instance.reserves[item],),
            groups=tuple(
                Group(
                    group.name,
                    tuple(
                        Member(m.name, (m.bids[item],), (m.values[item],)) for m in group.members
                    ),
                )
                for group in instance.groups
            ),
        )

    assert solve(instance).items == tuple(
        solve(alone(item)).items[0] for item in range(instance.items)
    )


@given(instances())
def test_every_served_member_pays_their_critical_bid(instance: TwoLevelInstance) -> None:
    for item, lot in enumerate(solve(instance).items):
        for group in instance.groups:
            for member in group.members:
                if lot.winner != group.name or member.name not in lot.served:
                    continue
                served = [bid for bid in range(12) if is_served(instance, item, group, member, bid)]
                assert served == list(range(lot.share, 12))


def is_served(
    instance: TwoLevelInstance, item: int, group: Group, member: Member, bid: int
) -> bool:
    """Whether the member is served on the item when it bids so and nobody else changes anything."""
    bids = (*member.bids[:item], bid, *member.bids[item + 1 :])
    members = tuple(Member(m.name, bids, m.values) if m == member else m for m in group.members)
    groups = tuple(Group(g.name, members) if g == group else g for g in instance.groups)
    lot = solve(TwoLevelInstance(instance.items, instance.reserves, groups)).items[item]
    return lot.winner == group.name and member.name in lot.served


def test_the_documented_example() -> None:
    (instance,) = parse_text(
        """{"mechanism": "two-level", "items": 1, "reserve": 1,
            "groups": [{"name": "A", "members": [{"name": "ann", "bid": 10, "value": 10},
                                                 {"name": "bob", "bid": 5}]},
                       {"name": "B", "members": [{"name": "cid", "bid": 9}]}]}"""
    ).instances
    assert isinstance(instance, TwoLevelInstance)
    assert solve(instance).to_json() == {
        "mechanism": "two-level",
        "items": [
            {
                "winner": "A",
                "price": 9,
                "share": 5,
                "paid": 10,
                "served": ["ann", "bob"],
                "group_bids": {"A": 10, "B": 9},
            }
        ],
        "payments": {"A": {"ann": 5, "bob": 5}, "B": {"cid": 0}},
        "welfare": 15,
        "optimal_welfare": 15,
    }


def test_unsold_below_the_reserve() -> None:
    outcome = solve(single_item([10, 5], [9], reserve=11))
    assert outcome.items[0] == LotOutcome(None, 0, 0, 0, (), {"A": 10, "B": 9})
    assert outcome.payments == {"A": {"a0": 0, "a1": 0}, "B": {"b0": 0}}
    assert (outcome.welfare, outcome.optimal_welfare) == (0, 15)


def test_nobody_bids() -> None:
    outcome = solve(single_item([0, 0], [0]))
    assert outcome.items[0] == LotOutcome(None, 0, 0, 0, (), {"A": 0, "B": 0})


def test_members_who_do_not_bid_are_not_served() -> None:
    lot = solve(single_item([0, 4, 0, 4])).items[0]
    assert (lot.winner, lot.price, lot.share, lot.paid, lot.served) == ("A", 1, 1, 2, ("a1", "a3"))


def test_individuals_are_groups_of_one_in_a_second_price_auction() -> None:
    lot = solve(single_item([7], [12], [9])).items[0]
    assert (lot.winner, lot.price, lot.share, lot.paid) == ("B", 9, 9, 9)


def test_the_tie_that_makes_the_plain_rule_manipulable() -> None:
    """The rival's 10 arrives first: bidding 11 instead of 10 pays under the plain rule only."""
    honest, bold = single_item([10], [10, 5]), single_item([10], [11, 5])

    def winner_and_share(instance: TwoLevelInstance, exactly: bool) -> tuple[str | None, int]:
        rule = {} if exactly else {"rule": plain_second_price}
        lot = solve_two_level(instance, **rule).items[0]
        return lot.winner, lot.share

    assert winner_and_share(honest, exactly=False) == ("A", 10)
    assert winner_and_share(bold, exactly=False) == ("B", 5)  # worth 10 to the first member
    assert winner_and_share(honest, exactly=True) == ("A", 10)
    assert winner_and_share(bold, exactly=True) == ("B", 11)


@pytest.mark.parametrize("members", [2, 5, 12])
def test_the_lower_bound_instances_of_theorem_5(members: int) -> None:
    """A group worth almost H_n times its rival loses to it, and nothing truthful could do better."""
    unit = 1000 * lcm(*range(1, members + 1))
    crowd = [unit // rank - 1 for rank in range(1, members + 1)]
    for outcome, rival in [
        (solve(single_item(crowd, [unit])), "B"),
        (solve(single_item([unit], crowd)), "A"),
    ]:
        assert outcome.items[0].winner == rival
        assert outcome.welfare == unit
        ratio = Fraction(outcome.optimal_welfare, outcome.welfare)
        assert harmonic(members) - Fraction(members, unit) == ratio


def test_outcomes_that_differ_only_in_gas_are_equal() -> None:
    outcome = solve(single_item([10, 5], [9]))
    priced = type(outcome)(
        outcome.items, outcome.payments, outcome.welfare, outcome.optimal_welfare, gas={"total": 1}
    )
    assert priced == outcome
    assert priced.to_json() == {**outcome.to_json(), "gas": {"total": 1}}
