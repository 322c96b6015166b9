"""Incentive compatibility, exhaustively on small grids: every profile of bids, every value, every lie."""

from collections.abc import Iterator
from itertools import product

import pytest

from offchain.model.checks.deviations import find_deviation, find_false_names, seats
from offchain.model.instances import BID_LIMIT, Group, Member, TwoLevelInstance
from offchain.model.mechanisms.price_rule import PriceRule, exact, plain_second_price
from offchain.model.mechanisms.two_level import solve
from offchain.model.mechanisms.upper import SealedBids

SIZES = [(1, 2), (2, 2), (1, 3), (2, 1, 1), (1, 1, 2)]
LATE_GROUP = [(1, 2), (2, 2), (1, 3), (1, 1, 2)]
"""Under the plain rule a lie pays only in a group of several that loses a tie to an earlier bid."""
VALUES = range(1, 5)
BIDS = range(6)


def instance(sizes: tuple[int, ...], bids: tuple[int, ...], reserve: int = 1) -> TwoLevelInstance:
    """Groups of these sizes; the bids, which are also the values, in order."""
    members = iter(enumerate(bids))
    groups = tuple(
        Group(
            f"g{index}",
            tuple(
                Member(f"m{place}", (bid,), (bid,))
                for place, bid in (next(members) for _ in range(size))
            ),
        )
        for index, size in enumerate(sizes)
    )
    return TwoLevelInstance(items=1, reserves=(reserve,), groups=groups)


def payments(game: TwoLevelInstance, rule: PriceRule) -> list[int | None]:
    """What every member pays, None if unserved, in order over all groups."""
    lot = solve(game, rule).items[0]
    return [
        lot.share if group.name == lot.winner and member.name in lot.served else None
        for group in game.groups
        for member in group.members
    ]


def profitable_lies(
    sizes: tuple[int, ...], rule: PriceRule, reserve: int = 1
) -> Iterator[tuple[tuple[int, ...], int, int, int]]:
    """Every (bids of all, member, value, lie) in which the lie beats bidding the value.

    The bids of the others range over the whole grid, 0 (not bidding) included: a dominant strategy is a
    best answer to them all.
    """
    members = sum(sizes)
    paid = {
        bids: payments(instance(sizes, bids, reserve), rule)
        for bids in product(BIDS, repeat=members)
    }

    def utility(bids: tuple[int, ...], member: int, value: int) -> int:
        payment = paid[bids][member]
        return 0 if payment is None else value - payment

    for bids in paid:
        for member in range(members):
            value = bids[member]
            if value in VALUES:
                for lie in BIDS:
                    lying = (*bids[:member], lie, *bids[member + 1 :])
                    if utility(lying, member, value) > utility(bids, member, value):
                        yield bids, member, value, lie


@pytest.mark.parametrize("reserve", [1, 3])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_no_lie_pays_under_the_exact_rule(sizes: tuple[int, ...], reserve: int) -> None:
    assert next(profitable_lies(sizes, exact, reserve), None) is None


@pytest.mark.parametrize("sizes", LATE_GROUP, ids=str)
def test_some_lies_pay_under_the_plain_rule(sizes: tuple[int, ...]) -> None:
    assert next(profitable_lies(sizes, plain_second_price), None) is not None


def test_no_lie_pays_under_the_plain_rule_where_only_individuals_lose_ties() -> None:
    assert next(profitable_lies((2, 1, 1), plain_second_price), None) is None


def test_a_lie_that_pays_under_the_plain_rule() -> None:
    """One member bids 4; the other group, {4, 2}, arrives later and ties. Its first member bids 5 and pays 2."""
    assert ((4, 4, 2), 1, 4, 5) in profitable_lies((1, 2), plain_second_price)


@pytest.mark.parametrize("rule", [exact, plain_second_price])
@pytest.mark.parametrize("sizes", [(1, 2), (2, 2)], ids=str)
def test_the_deviation_search_finds_every_profile_with_a_lie(
    sizes: tuple[int, ...], rule: PriceRule
) -> None:
    manipulable = {bids for bids, *_ in profitable_lies(sizes, rule)}
    for bids in product(VALUES, repeat=sum(sizes)):
        places = list(seats(instance(sizes, bids)))
        assert (find_deviation(places, lambda seat: BIDS, SealedBids(rule)) is not None) == (
            bids in manipulable
        )
        if bids in manipulable:
            assert find_deviation(places, lambda seat: (0, BID_LIMIT), SealedBids(rule)) is not None


def test_no_lie_on_several_items_pays() -> None:
    """Two items at once: all values and all joint lies of one member of a group of two, against a rival."""
    grid = list(product(range(4), repeat=2))

    def utility(bids: tuple[int, ...], value: tuple[int, ...], mate: tuple[int, ...]) -> int:
        game = TwoLevelInstance(
            items=2,
            reserves=(1, 2),
            groups=(
                Group("rival", (Member("r", (2, 3), (2, 3)),)),
                Group("us", (Member("me", bids, value), Member("mate", mate, mate))),
            ),
        )
        outcome = solve(game)
        worth = sum(
            value[item]
            for item, lot in enumerate(outcome.items)
            if lot.winner == "us" and "me" in lot.served
        )
        return worth - outcome.payments["us"]["me"]

    for mate in [(0, 0), (1, 2), (3, 3)]:
        for value in grid:
            truthful = utility(value, value, mate)
            assert all(utility(lie, value, mate) <= truthful for lie in grid)


def test_several_names_can_pay() -> None:
    """No theorem excludes it: one who is worth 11 to themselves wins as two names bidding 5 each."""
    split = find_false_names(seats(instance((3, 1), (11, 5, 5, 19))), [2], SealedBids())
    assert split is not None
    assert (split.seat.member, split.names, split.bid, split.truthful, split.utility) == (
        "m0",
        2,
        5,
        0,
        1,
    )
