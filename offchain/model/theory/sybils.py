"""False names: which of them nobody has reason to leave out, and what they leave of the welfare guarantee.

Mazorra, "On the optimality of Shapley value mechanism for funding public excludable goods under Sybil
strategies" (arXiv 2312.17058): no sybil-proof mechanism of that kind is good, but the one that splits a cost
equally does not lose welfare under undominated false names. Here the cost is a price that rivals set, and the
groups compete. A strategy is the bids of one person's names in one group, ascending; access counts once, and
every share is paid.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import TypeAlias

from offchain.model.checks.two_level import harmonic
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.two_level import solve_lot
from offchain.model.theory.claim import Evidence, Status, claim, figure
from offchain.model.theory.daos import auction

SYBILS = "ours, beside Mazorra, Shapley value mechanism under Sybil strategies (arXiv 2312.17058)"

Names: TypeAlias = tuple[int, ...]
"""The bids of one person's names."""


def strategies(top: int, most: int) -> list[Names]:
    """Every set of up to so many names with bids from 1 to `top`."""
    sizes = range(most + 1)
    return [
        some for size in sizes for some in combinations_with_replacement(range(1, top + 1), size)
    ]


def share_of(price: int, bids: Sequence[int]) -> int | None:
    """What every name served pays if a group of these bids is asked for the price; None if it cannot pay."""
    return equal_split(bids, price).share if willingness_to_pay(bids) >= price else None


def gain(value: int, own: Names, share: int | None) -> int:
    """What a person of that value has by its names at a share."""
    served = 0 if share is None else sum(bid >= share for bid in own)
    return value * bool(served) - served * (share or 0)


def undominated(top: int, most: int) -> dict[int, list[Names]]:
    """For every value up to `top` the strategies of up to `most` names that are left once the dominated ones are gone.

    Dominated by another that is never worse, and once better, against every price that a group of two such persons can meet
    and everything that the other one may bid.
    """
    tried = strategies(top, most)
    met = list(product(range(1, 2 * most * top + 1), tried))
    shares = [[share_of(price, (*own, *other)) for price, other in met] for own in tried]
    left = {}
    for value in range(1, top + 1):
        gains = [
            [gain(value, own, share) for share in row]
            for own, row in zip(tried, shares, strict=True)
        ]
        left[value] = [own for own, has in zip(tried, gains, strict=True) if not beaten(has, gains)]
    return left


def beaten(has: Sequence[int], others: Sequence[Sequence[int]]) -> bool:
    """Whether one of the others is nowhere less and somewhere more."""
    return any(
        all(more >= less for more, less in zip(other, has, strict=True))
        for other in others
        if other != has
    )


def is_cheap(value: int, names: Names) -> bool:
    """Whether the names hold the value or a unit less, and the i-th highest of them is below the value over i, for i > 1."""
    first, *others = [*sorted(names, reverse=True), 0]
    return value - 1 <= first <= value and all(
        place * bid < value for place, bid in enumerate(others, start=2)
    )


@claim(
    SYBILS,
    "a person's undominated false names are its value, or a unit less, and beside it names so low that i of them never cost the"
    " value together: the i-th highest is below the value over i",
    Status.CHECKED,
    wider={"settings": ((6, 2), (4, 3), (5, 3))},
)
def undominated_names(settings: Sequence[tuple[int, int]] = ((6, 2), (4, 3))) -> Evidence:
    """Every strategy in a group of two, against every price and every strategy of the other. settings: highest bid, names."""
    told = []
    unlike = 0
    for top, most in settings:
        left = undominated(top, most)
        cheap = {v: [s for s in strategies(top, most) if is_cheap(v, s)] for v in left}
        unlike += sum(left[value] != cheap[value] for value in left)
        several = sum(len(names) > 1 for some in left.values() for names in some)
        told.append(
            f"up to {most} names and bids up to {top}: {sum(map(len, left.values()))} of"
            f" {top * len(strategies(top, most))} strategies are left over all values, {several} of them with several names"
        )
    return Evidence(
        f"{'; '.join(told)}; for {unlike} values other than these", unlike == 0 < len(told)
    )


def safe(value: int, top: int, most: int) -> list[Names]:
    """The strategies with the value itself among the names that never cost more than it together; none at value 0."""
    return [
        names
        for names in strategies(top, most)
        if value in names and willingness_to_pay(names) <= value and max(names) == value
    ] or [()]


Person: TypeAlias = tuple[int, Names]
"""A value, and the names that it bids by."""


def welfare(groups: Sequence[Sequence[Person]]) -> int:
    """What is had of the item by those who are served under some name."""
    lot = solve_lot(auction(*([bid for _, own in group for bid in own] for group in groups)), 0)
    if lot.winner is None:
        return 0
    winner = groups["ABCDEFGH".index(lot.winner)]
    return sum(value for value, own in winner if any(bid >= lot.share for bid in own))


def crowds(
    sizes: Sequence[int], top: int, most: int
) -> Iterator[tuple[Sequence[Sequence[Person]], int]]:
    """Every way to bid safely in groups of so many persons, and the welfare by the truth."""
    ways = {value: safe(value, top, most) for value in range(1, top + 1)}
    for values in product(range(1, top + 1), repeat=sum(sizes)):
        truth = welfare(grouped([(value, (value,)) for value in values], sizes))
        for names in product(*(ways[value] for value in values)):
            yield grouped(list(zip(values, names, strict=True)), sizes), truth


def grouped(people: Sequence[Person], sizes: Sequence[int]) -> list[Sequence[Person]]:
    """The people as groups of these sizes."""
    rest = iter(people)
    return [[next(rest) for _ in range(size)] for size in sizes]


def reckless(top: int) -> Fraction:
    """How far below the optimum one name too many can bring it: a value of 1 under as many names as it takes to beat `top`."""
    crowd: Mapping[int, Names] = {top: (top,), 1: (1,) * (top + 1)}
    return Fraction(top, welfare([[(value, names)] for value, names in crowd.items()]))


@claim(
    SYBILS,
    "if everybody bids its value under one name, and under others so that all of them together never cost more than the value,"
    " the optimal welfare is still at most H_l = 1 + 1/2 + ... + 1/l times what is had, l persons in the largest group; where one"
    " group meets individuals it is never less than by the truth",
    Status.PROVED,
    proof="mechanism.md#what-false-names-leave-of-welfare",
    wider={"settings": (((1, 2), 6), ((2, 2), 5), ((1, 3), 5))},
)
def welfare_guarantee(
    settings: Sequence[tuple[Sequence[int], int]] = (((1, 2), 5), ((2, 2), 4)),
    most: int = 2,
    far: int = 20,
) -> Evidence:
    """Every game and every safe choice of up to `most` names. settings: the groups' sizes and the highest value.

    far: a value that somebody of value 1 beats by names that cost more than it.
    """
    count = beyond = alone = below = 0
    worst = Fraction(0)
    for sizes, top in settings:
        bound = harmonic(max(sizes))
        for people, truth in crowds(sizes, top, most):
            had = welfare(people)
            optimum = max(sum(value for value, _ in group) for group in people)
            count += 1
            beyond += optimum > bound * had
            worst = max(worst, Fraction(optimum, had) / bound)
            if min(sizes) == 1:
                alone += had < truth
            else:
                below += had < truth
    return Evidence(
        f"{count} choices of up to {most} names each: {beyond} beyond the bound, at worst {figure(worst)} of it; less than by the"
        f" truth {alone} times where a group meets an individual, {below} times where it meets a group. By names that cost more"
        f" than the value, which is no reason to use them, the optimum may be {figure(reckless(far))} times what is had",
        beyond == alone == 0 < below and reckless(far) == far,
    )
