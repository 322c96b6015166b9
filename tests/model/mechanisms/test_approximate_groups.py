"""Groups under the optimal mechanism for approximate valuations: the composition, and that its members are truthful."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import lcm

import pytest

from offchain.model.checks.two_level import harmonic
from offchain.model.instances.approximate import NO_SALE, GroupSale
from offchain.model.mechanisms import approximate
from offchain.model.mechanisms.approximate_groups import lottery, sell
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.price_rule import exact, run_auction
from offchain.model.theory.approximate.bids import fitting, on_grid, possible
from offchain.model.theory.approximate.dominance import Seat, undominated
from offchain.model.theory.approximate.groups import access, access_by_second_price

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def test_a_group_bids_its_willingness_to_pay_and_splits_the_price() -> None:
    """Of an individual at 9 and a group that can pay 8, an early draw sells to the first, a late one to the group."""
    assert approximate.probabilities([9, 8], HALF) == (Fraction(73, 144), Fraction(63, 128))
    assert sell([9], [[4, 4, 2]], HALF, Fraction(0)) == GroupSale(0, 1, 1, ())
    late = sell([9], [[4, 4, 2]], HALF, Fraction(999, 1000) * Fraction(1151, 1152))
    assert late == GroupSale(1, late.price, -(-late.price // len(late.served)), late.served)
    assert late.price > 6
    assert late.served == (0, 1)


def test_who_plays() -> None:
    """A group that bids nothing does not; an individual who does, plays."""
    assert sell([], [[0, 0]], HALF, Fraction(0)) == NO_SALE
    assert sell([0], [[0, 0]], HALF, Fraction(99, 100)) == GroupSale(0, 0, 0, ())
    assert sell([5, 0], [[0], [5]], HALF, Fraction(0)) == sell([5, 0], [[5]], HALF, Fraction(0))


def test_a_group_that_would_win_for_nothing_pays_one_unit() -> None:
    """An individual in its place pays nothing."""
    assert sell([0], [[5, 5]], HALF, Fraction(0)) == GroupSale(1, 1, 1, (0, 1))
    assert sell([0, 5], [], HALF, Fraction(0)) == GroupSale(1, 0, 0, ())


@pytest.mark.parametrize("groups", [((2, 1), (3,)), ((1, 1, 1), (2, 2))], ids=str)
def test_the_lottery_is_what_all_draws_bring(groups: tuple[tuple[int, ...], ...]) -> None:
    """Counted over all draws of a common denominator."""
    expected: dict[GroupSale, Fraction] = {}
    for group in range(len(groups)):
        expected |= lottery([2], groups, group, THIRD)
    draws = lcm(*(chance.denominator for chance in expected.values()), 2**2 * 3**3 * 5)
    found: dict[GroupSale, int] = {}
    for number in range(draws):
        sale = sell([2], groups, THIRD, Fraction(number, draws))
        if sale.winner is not None and sale.winner > 0:
            found[sale] = found.get(sale, 0) + 1
    assert found == {sale: chance * draws for sale, chance in expected.items()}


GAMES = [(1, (2,)), (0, (2, 2)), (0, (3, 1)), (2, (2,))]
"""How many individuals, and the sizes of the groups."""
BIDS = range(4)


@pytest.mark.parametrize("delta", [HALF, Fraction(1, 10)], ids=str)
@pytest.mark.parametrize(("individuals", "sizes"), GAMES, ids=str)
def test_no_member_gains_by_lying_in_expectation(
    individuals: int, sizes: tuple[int, ...], delta: Fraction
) -> None:
    """Over the draw, for every profile of bids, member, value and lie; 0 is not to bid."""
    players = individuals + sum(sizes)

    def split(bids: tuple[int, ...]) -> list[tuple[int, ...]]:
        rest = iter(bids[individuals:])
        return [tuple(next(rest) for _ in range(size)) for size in sizes]

    owners = [(group, place) for group, size in enumerate(sizes) for place in range(size)]
    lotteries = {
        bids: [
            lottery(bids[:individuals], split(bids), group, delta) for group, _ in enumerate(sizes)
        ]
        for bids in product(BIDS, repeat=players)
    }

    def utility(bids: tuple[int, ...], member: int, value: int) -> Fraction:
        group, place = owners[member]
        sales = lotteries[bids][group].items()
        gains = (chance * (value - sale.share) for sale, chance in sales if place in sale.served)
        return sum(gains, Fraction(0))

    lies = [
        (bids, member, lie)
        for bids in lotteries
        for member in range(len(owners))
        for lie in BIDS
        if utility(
            (*bids[: individuals + member], lie, *bids[individuals + member + 1 :]),
            member,
            bids[individuals + member],
        )
        > utility(bids, member, bids[individuals + member])
    ]
    assert not lies


def test_a_group_wins_as_often_as_an_individual_with_its_bid() -> None:
    """The mechanism above never looks inside."""
    for members in ((5,), (3, 3), (2, 2, 2), (9, 1)):
        reach = willingness_to_pay(members)
        chance = sum(lottery([4], [members], 0, HALF).values())
        assert chance == approximate.probability([4, reach], 1, HALF)


TOP = 4
"""The largest value that is held possible; bids go one further."""


def lottery_member(delta: Fraction, friends: int) -> Seat:
    """M_f above the equal split, for a member with so many others, beside one individual."""

    def against(own: int, others: tuple[int, ...], rival: int) -> tuple[Fraction, Fraction]:
        sales = lottery([rival], [[own, *others]], 0, delta).items()
        served = [(sale.share, chance) for sale, chance in sales if 0 in sale.served]
        chances = sum((chance for _, chance in served), Fraction(0))
        return chances, sum((share * chance for share, chance in served), Fraction(0))

    return every_bid(against, friends, TOP + 1)


def auctioneer_member(first: bool, friends: int) -> Seat:
    """The critical bid above the equal split, before or after one individual."""

    def against(own: int, others: tuple[int, ...], rival: int) -> tuple[int, int]:
        members = (own, *others)
        bids = [willingness_to_pay(members), rival]
        sold = run_auction(bids if first else bids[::-1], 1, exact)
        if sold.leader != (0 if first else 1):
            return 0, 0
        split = equal_split(members, sold.price)
        return (1, split.share) if split.serves(own) else (0, 0)

    return every_bid(against, friends, (TOP + 1) * (friends + 1) + 1)


def every_bid(
    against: Callable[[int, tuple[int, ...], int], tuple[Fraction | int, Fraction | int]],
    friends: int,
    rival: int,
) -> Seat:
    """By the member's bid, and by what others in the group and the individual bid, the latter up to `rival`."""
    bids = range(TOP + 2)
    rest = list(product(product(bids, repeat=friends), range(rival + 1)))
    return [[against(own, others, other) for others, other in rest] for own in bids]


SEATS: dict[str, Callable[[], Seat]] = {
    "lottery, two members": lambda: lottery_member(HALF, 1),
    "lottery, three members": lambda: lottery_member(HALF, 2),
    "lottery, two members, 1 %": lambda: lottery_member(Fraction(1, 100), 1),
    "auctioneer, first": lambda: auctioneer_member(True, 1),
    "auctioneer, last": lambda: auctioneer_member(False, 1),
    "auctioneer, three members": lambda: auctioneer_member(False, 2),
}


@pytest.mark.parametrize("seat", SEATS.values(), ids=SEATS)
def test_a_members_undominated_bids_are_an_individuals(seat: Callable[[], Seat]) -> None:
    """On these grids, by the definition: what docs/approximate.md calls an observation."""
    table = seat()
    for values in possible(TOP):
        assert undominated(table, values) == on_grid(values), values


@pytest.mark.parametrize("delta", [Fraction(1, 100), Fraction(1, 4)], ids=str)
def test_what_is_left_where_bids_are_an_individuals(delta: Fraction) -> None:
    """r times the bound for known values, of the optimum less a unit for each member; not without the unit."""
    fits = fitting(delta, 2, 3)
    members = 2
    individuals = approximate.probabilistic_guarantee(delta, 2)
    r = approximate.deterministic_guarantee(delta)
    less = below = 0
    for bid, *group in product(fits, repeat=1 + members):
        for chances, part in (
            (access([bid], [group], delta), individuals),
            (access_by_second_price([bid], [group], delta), Fraction(1)),
        ):
            bound = r * part / harmonic(members)
            for alone, *worths in product(fits[bid], *(fits[one] for one in group)):
                welfare = sum(
                    chance * worth for chance, worth in zip(chances, (alone, *worths), strict=True)
                )
                best = max(alone, sum(worths))
                less += welfare < bound * (best - members)
                below += welfare < bound * best
    assert less == 0 < below
