"""The searches for any mechanism: they find what is wrong with mechanisms that everybody knows, and nothing else."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product

import pytest

from offchain.model.checks.deviations import find_deviation as find_two_level_deviation
from offchain.model.checks.deviations import seats
from offchain.model.checks.properties import (
    Award,
    Deviation,
    Game,
    find_deviation,
    find_false_names,
    find_joint_deviation,
    find_jump,
    find_loss,
    find_unequal,
    find_unreachable,
    revenue,
    sample,
    welfare,
)
from offchain.model.instances import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.price_rule import PriceRule, exact, plain_second_price
from offchain.model.mechanisms.two_level import solve
from offchain.model.mechanisms.upper import SealedBids

Auction = Callable[[tuple[int, ...]], Sequence[Award[bool]]]
GRID = range(8)


def auction(price: Callable[[int, list[int]], int]) -> Auction:
    """A single good to the highest bid, the first of several, at a price made of that bid and the others."""

    def play(bids: tuple[int, ...]) -> list[Award[bool]]:
        best = max(range(len(bids)), key=lambda player: bids[player])
        others = [bid for player, bid in enumerate(bids) if player != best]
        paid = price(bids[best], others)
        return [
            Award(True, paid) if player == best else Award(False, 0) for player in range(len(bids))
        ]

    return play


first_price = auction(lambda bid, others: bid)
second_price = auction(lambda bid, others: max(others, default=0))
third_price = auction(lambda bid, others: sorted([*others, 0, 0], reverse=True)[1])


def game(play: Auction, *values: int) -> Game[int, bool]:
    """Players a, b, ... with these values, who bid them."""
    return Game(
        names=tuple("abcdef"[: len(values)]),
        bids=values,
        play=play,
        worth=lambda player, served: values[player] if served else 0,
    )


def test_second_price_is_truthful_and_first_price_is_not() -> None:
    for values in product(range(5), repeat=3):
        assert find_deviation(game(second_price, *values), lambda player: GRID) is None
    assert find_deviation(game(first_price, 3, 7), lambda player: GRID) == Deviation(
        ("b",), (4,), truthful=0, utility=3
    )


def test_third_price_tempts_who_loses() -> None:
    lie = find_deviation(game(third_price, 2, 6, 4), lambda player: GRID)
    assert lie is not None
    assert str(lie) == "c gets 0 by the truth and 2 by bidding 7"


def test_only_the_bids_given_are_tried() -> None:
    assert (
        find_deviation(game(first_price, 3, 7), lambda player: [7, 6] if player else []) is not None
    )
    assert find_deviation(game(first_price, 3, 7), lambda player: [2, 8]) is None
    assert (
        find_deviation(game(first_price, 3, 7), lambda player: [6] if player == 0 else []) is None
    )


def test_bidders_collude_in_a_second_price_auction() -> None:
    """The loser bids nothing; together they gain what the winner paid."""
    collusion = find_joint_deviation(game(second_price, 7, 5), lambda player: GRID)
    assert collusion is not None
    assert (collusion.players, collusion.truthful, collusion.utility) == (("a", "b"), 2, 7)
    assert str(collusion) == "a and b get 2 by the truth and 7 by bidding 0 and 0"
    assert find_joint_deviation(game(second_price, 7, 7, 7), lambda player: GRID, size=2) is None
    assert (
        find_joint_deviation(game(second_price, 7, 7, 7), lambda player: GRID, size=3) is not None
    )


def test_a_fee_is_a_loss() -> None:
    def with_fee(bids: tuple[int, ...]) -> list[Award[bool]]:
        return [Award(award.prize, award.payment + 1) for award in second_price(bids)]

    assert find_loss(game(with_fee, 7, 5)) == ("b", -1)
    assert find_loss(game(second_price, 7, 5)) is None
    assert (revenue(game(with_fee, 7, 5)), welfare(game(with_fee, 7, 5))) == (7, 7)


def test_equals_are_treated_alike_if_the_winner_of_a_tie_gains_nothing() -> None:
    def unequal(play: Auction, *bids: int) -> tuple[str, str] | None:
        return find_unequal(game(play, *bids), lambda player: bids[player])

    assert unequal(second_price, 4, 7, 7) is None
    assert unequal(third_price, 4, 7, 7) == ("b", "c")
    assert unequal(third_price, 4, 6, 7) is None
    groups = game(third_price, 4, 7, 7)
    assert find_unequal(groups, lambda player: (player, groups.bids[player])) is None


def test_sovereignty() -> None:
    def wanted(player: int, served: bool) -> bool:
        return served

    assert find_unreachable(game(second_price, 7, 3), lambda player: GRID, wanted) == "b"
    assert find_unreachable(game(second_price, 6, 3), lambda player: GRID, wanted) is None

    def dictator(bids: tuple[int, ...]) -> list[Award[bool]]:
        return [Award(player == 0, 0) for player in range(len(bids))]

    assert find_unreachable(game(dictator, 3, 6), lambda player: range(100), wanted) == "b"


def test_a_lost_tie_is_a_jump() -> None:
    fine = 10**6

    def above(player: int) -> list[int]:
        return [6 * fine + 1, 7 * fine]

    def wanted(player: int, served: bool) -> bool:
        return served

    assert find_jump(game(second_price, 6 * fine, 6 * fine), above, wanted) == "b"
    assert find_jump(game(second_price, 6 * fine + 1, 6 * fine), above, wanted) is None
    assert find_jump(game(second_price, 6 * fine, 6 * fine), lambda player: [], wanted) is None


def test_false_names_pay_where_names_are_paid() -> None:
    """Everybody who loses gets a unit: two names get two."""

    def consoling(bids: tuple[int, ...]) -> list[Award[bool]]:
        return [
            award if award.prize else Award(award.prize, award.payment - 1)
            for award in second_price(bids)
        ]

    def splits(player: int) -> list[tuple[int, ...]]:
        return [(0, 0), (1, 1, 1)]

    gain = find_false_names(game(consoling, 7, 3), splits, any)
    assert gain is not None
    assert (gain.players, gain.truthful, gain.utility) == (("b",), 1, 2)
    assert str(gain) == "b gets 1 by the truth and 2 under 2 names by bidding 0 and 0"
    assert find_false_names(game(second_price, 7, 3), splits, any) is None


def test_expected_amounts_are_fractions() -> None:
    """A lottery that sells to everybody alike at half their bid."""

    def lottery(bids: tuple[int, ...]) -> list[Award[Fraction]]:
        chance = Fraction(1, len(bids))
        return [Award(chance, chance * bid / 2) for bid in bids]

    values = (6, 3)
    random = Game(("a", "b"), values, lottery, lambda player, chance: values[player] * chance)
    lie = find_deviation(random, lambda player: GRID)
    assert lie is not None
    assert (lie.bids, lie.truthful, lie.utility) == ((0,), Fraction(3, 2), 3)
    assert revenue(random) == Fraction(9, 4)


def test_samples_are_the_same_every_time() -> None:
    assert sample(range(5), 9, seed=1) == [0, 1, 2, 3, 4]
    drawn = sample(range(1000), 9, seed=1)
    assert len(set(drawn)) == 9
    assert drawn == sample(range(1000), 9, seed=1) != sample(range(1000), 9, seed=2)


def two_level(sizes: tuple[int, ...], rule: PriceRule, bids: tuple[int, ...]) -> Game[int, bool]:
    """The two-level auction of one item, as all members of all groups see it."""

    def instance(bids: tuple[int, ...]) -> TwoLevelInstance:
        rest = iter(bids)
        groups = tuple(
            Group(str(j), tuple(Member(str(i), (b := next(rest),), (b,)) for i in range(size)))
            for j, size in enumerate(sizes)
        )
        return TwoLevelInstance(1, (1,), groups)

    def play(bids: tuple[int, ...]) -> list[Award[bool]]:
        (lot,) = solve(instance(bids), rule).items
        return [
            Award(served, lot.share if served else 0)
            for j, size in enumerate(sizes)
            for i in range(size)
            for served in [lot.winner == str(j) and str(i) in lot.served]
        ]

    return Game(
        names=tuple(f"{i} of {j}" for j, size in enumerate(sizes) for i in range(size)),
        bids=bids,
        play=play,
        worth=lambda player, served: bids[player] if served else 0,
    )


@pytest.mark.parametrize("rule", [exact, plain_second_price])
def test_they_agree_with_the_search_made_for_the_two_level_mechanism(rule: PriceRule) -> None:
    sizes, grid = (1, 2), range(6)
    for bids in product(range(1, 5), repeat=3):
        general = find_deviation(two_level(sizes, rule, bids), lambda player: grid)
        groups = (
            Group("0", (Member("0", bids[:1], bids[:1]),)),
            Group("1", tuple(Member(str(i), (b,), (b,)) for i, b in enumerate(bids[1:]))),
        )
        places = seats(TwoLevelInstance(1, (1,), groups))
        special = find_two_level_deviation(places, lambda seat: grid, SealedBids(rule))
        if special is None:
            assert general is None
        else:
            assert general is not None
            assert general.players == (f"{special.seat.member} of {special.seat.group}",)
            assert general.bids == (special.bid,)
            assert (general.truthful, general.utility) == (special.truthful, special.utility)
