"""Lotteries, parts of access and longer messages, measured: the open questions of *When Bidders Are DAOs*, §5.

Values are integers in units, `harmonic(n)` is H_n. A rule that draws is a lottery over rules that do not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from offchain.model.checks.two_level import harmonic
from offchain.model.instances.two_level import TwoLevelInstance
from offchain.model.mechanisms.equal_split import served_count, willingness_to_pay
from offchain.model.mechanisms.price_rule import exact, run_auction
from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.claim import Evidence, Status, claim, figure
from offchain.model.theory.daos import PAPER, Sizes, games, lies_that_pay
from offchain.model.theory.sharing.certificates import (
    Certificate,
    bound,
    certificates,
    is_certain,
    reached,
)
from offchain.model.theory.sharing.programme import Budget, Profile, Programme
from offchain.model.theory.sharing.steps import Sold, Steps, rules, sell_to


@claim(
    f"{PAPER}, §5, Randomized mechanisms and Fractional allocations",
    "under any deterministic truthful upper rule that sees groups' bids only, a single member's bid being its group's, no "
    "lower rule by lottery or parts of access, truthful and individually rational in expectation, guarantees more of the "
    "optimum than a grid's programme with payments at least the price; if the price is the rival's bid, than that with "
    "payments equal to it, whose solution guarantees so much on the grid. For all values: open",
    Status.PROVED,
    proof="sharing.md#lotteries-and-parts-of-access",
)
def programmes(kept: Iterable[Certificate] | None = None) -> Evidence:
    """Every certificate that is kept, verified in fractions, beside the equal split on the same grid."""
    told: dict[str, list[str]] = {}
    holds = True
    for one in certificates() if kept is None else kept:
        programme = one.programme
        most, plain = bound(programme, one.multipliers), by_equal_split(programme)
        is_exact = one.solution is not None and reached(programme, one.solution) == most
        holds &= plain < most and is_exact == (one.solution is not None)
        kind = f"{programme.members} members, payments {_BUDGETS[programme.budget]} the price"
        figures = f"{'' if is_exact else '<= '}{figure(most)} (equal split {plain})"
        told.setdefault(kind, []).append(f"p = {programme.price}: {figures}")
    lines = (f"{kind}: {', '.join(figures)}" for kind, figures in told.items())
    return Evidence("; ".join(lines), holds and bool(told))


_BUDGETS = {Budget.EXACT: "equal to", Budget.COVERED: "at least"}


@claim(
    f"{PAPER}, §5, Fractional allocations",
    "with parts of access and nothing drawn, a truthful, individually rational rule whose payments are the price guarantees"
    " more than the equal split, against one rival whose bid is the price, on small grids. For all values and prices at "
    "once: open",
    Status.PROVED,
    proof="sharing.md#lotteries-and-parts-of-access",
)
def parts_of_access(kept: Iterable[Certificate] | None = None) -> Evidence:
    """Every rule that is kept, on its grid, beside the equal split; with none, the claim is not shown."""
    told: list[str] = []
    holds = True
    for one in certificates() if kept is None else kept:
        if one.partial is None:
            continue
        programme = one.programme
        part, plain = reached(programme, one.partial), by_equal_split(programme)
        holds &= is_certain(one.partial) and programme.budget is Budget.EXACT and part > plain
        told.append(
            f"{programme.members} members, p = {programme.price}: {figure(part)} where the equal split has {plain}"
        )
    return Evidence("; ".join(told), holds and bool(told))


def by_equal_split(programme: Programme) -> Fraction:
    """The part that the equal split guarantees on the grid of a programme, the group asked for the price."""
    return min(_part_of(values, programme.price) for values in programme.profiles)


def _part_of(values: Profile, price: int) -> Fraction:
    served = served_count(values, price)
    return Fraction(sum(values[:served]) if served else price, max(sum(values), price))


@claim(
    f"{PAPER}, §5, Fractional allocations",
    "with parts of access a deterministic two-level mechanism that is truthful, budget-balanced, individually rational, "
    "with equal treatment and consumer sovereignty, is within 13/10 of the optimum for groups of up to two members (H_2 ="
    " 3/2), and 7/4 of up to three (H_3 = 11/6), for all values and any number of groups. For larger groups: open",
    Status.PROVED,
    proof="sharing.md#parts-of-access-for-all-values",
)
def steps(kept: Iterable[Steps] | None = None, top: int = 4) -> Evidence:
    """Every rule that is kept, checked; and its mechanism on every game of a group and a rival, with every lie."""
    told: list[str] = []
    holds = True
    best: dict[int, Fraction] = {}
    for rule in rules() if kept is None else kept:
        part = rule.check()
        lies, worst = _played(rule, top)
        holds &= part < 1 and not lies and worst >= part
        best[rule.members] = max(part, best.get(rule.members, part))
        told.append(
            f"groups of {rule.members}, {rule.steps} steps: {figure(part)}; on games with values up to {top}: {lies} lies pay, "
            f"at least {figure(worst)}"
        )
    holds &= all(part > 1 / harmonic(members) for members, part in best.items())
    return Evidence("; ".join(told), holds and bool(told))


def _played(rule: Steps, top: int) -> tuple[int, Fraction]:
    """How many lies pay of a group after or before a rival, and the least part of the optimum, over all values up to `top`."""
    lies, worst = 0, Fraction(1)
    for rival in range(1, top + 1):
        for first in (True, False):
            sold = {}
            for bids in product(range(top + 1), repeat=rule.members):
                groups = [bids, [rival]] if first else [[rival], bids]
                found = sell_to(rule, groups)
                mine, other = found if first else found[::-1]
                sold[bids] = mine
                welfare = sum((x * v for x, v in zip(mine.access, bids, strict=True)), Fraction(0))
                worst = min(worst, (welfare + other.access[0] * rival) / max(sum(bids), rival))
            lies += _lies(sold, top)
    return lies, worst


def _lies(sold: Mapping[tuple[int, ...], Sold], top: int) -> int:
    """How many pay: a member's access times its value, less what it pays, is more by another bid."""
    found = 0
    for values, truth in sold.items():
        for place, value in enumerate(values):
            kept = truth.access[place] * value - truth.pays[place]
            for bid in range(top + 1):
                lie = sold[(*values[:place], bid, *values[place + 1 :])]
                found += lie.access[place] * value - lie.pays[place] > kept
    return found


@claim(
    f"{PAPER}, §5, Randomized mechanisms",
    "of k groups, the largest of n members, H = H_n, one drawn gets the item for nothing with chance k(H-1)/(k(H-1)+1), "
    "else Mechanism 1 sells it: truthful whatever is drawn, and within k - (k-1)/H of the optimum in expectation, less than"
    " H if k < H + 1",
    Status.PROVED,
    proof="sharing.md#a-group-that-is-drawn",
)
def drawn_group(
    sizes: Sequence[Sizes] = ((1, 2), (2, 2), (3, 1), (1, 1, 2)), top: int = 5
) -> Evidence:
    """Every game of groups of these sizes with values up to `top`: the largest part of the optimum that is lost."""
    told, holds = [], True
    for each in sizes:
        groups, longest = len(each), harmonic(max(each))
        promised = groups - (groups - 1) / longest
        worst = max(
            Fraction(_optimum(game)) / drawn_welfare(game, chance_of_gift(groups, longest))
            for game in games(each, top)
            if _optimum(game)
        )
        holds &= worst <= promised
        told.append(f"{','.join(map(str, each))} members: {figure(worst)} of {figure(promised)}")
    return Evidence(
        f"worst of all games with values up to {top}, and promise: {'; '.join(told)}",
        holds,
    )


def chance_of_gift(groups: int, longest: Fraction) -> Fraction:
    """With which the item is given to a group that is drawn; `longest` is H of the largest group."""
    scale = groups * (longest - 1)
    return scale / (scale + 1)


def drawn_welfare(game: TwoLevelInstance, chance: Fraction) -> Fraction:
    """Expected welfare if the item is given to a drawn group with this chance, and else sold by Mechanism 1."""
    given = Fraction(sum(_sums(game)), len(game.groups))
    return chance * given + (1 - chance) * solve(game).welfare


def _sums(game: TwoLevelInstance) -> list[int]:
    return [sum(group.bids_on(0)) for group in game.groups]


def _optimum(game: TwoLevelInstance) -> int:
    return max(_sums(game))


@claim(
    f"{PAPER}, §5, Randomized mechanisms",
    "no lottery over deterministic two-level mechanisms as in Theorem 5 (truthful, budget-balanced, individually rational, "
    "with equal treatment and consumer sovereignty) has a factor below kH/(k+H-1) for k groups of up to n members, H = H_n:"
    " whatever the number of groups, none is o(H_n). Truthful in expectation only: open",
    Status.PROVED,
    proof="sharing.md#no-lottery-over-truthful-mechanisms",
)
def many_groups(
    sizes: Sequence[tuple[int, int]] = ((2, 2), (2, 3), (3, 3), (4, 4)), unit: int = 12
) -> Evidence:
    """Of k groups one, in every place, is n members of u/i - 1, and the others are single members of u.

    Every way in which thresholds for the places can lie around u in the profile of single members, in which at most one wins:
    at how many places can the group of n win?
    """
    told, holds = [], True
    for groups, members in sizes:
        crowd = [unit // place - 1 for place in range(1, members + 1)]
        most = max(
            sum(threshold <= willingness_to_pay(crowd) for threshold in thresholds)
            for thresholds in product((unit - 1, unit, unit + 1), repeat=groups)
            if sum(threshold < unit for threshold in thresholds) <= 1
        )
        welfare = Fraction(most * sum(crowd) + (groups - most) * unit, groups)
        factor = Fraction(sum(crowd)) / welfare
        longest = harmonic(members)
        limit = groups * longest / (groups + longest - 1)
        holds &= willingness_to_pay(crowd) == unit - 1 and most == 1 and factor < limit
        told.append(
            f"k = {groups}, n = {members}: {figure(factor)} at u = {unit}, {figure(limit)} as u grows"
        )
    return Evidence(f"the group wins at 1 of k places: {'; '.join(told)}", holds)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a message size. worst: the optimum over welfare. mean: welfare over the optimum, over all games. lies: how
    many pay.
    """

    numbers: int
    worst: Fraction
    mean: Fraction
    lies: int


@claim(
    f"{PAPER}, §5, Communication vs. welfare tradeoffs",
    "of groups of n members that report their k + 1 highest bids, VCG over who of at most k members has access is truthful and "
    "within n/k of the optimum, and no closer; one number, the willingness to pay, gets within H_n. What is best for each "
    "message size: open",
    Status.PROVED,
    proof="sharing.md#what-a-group-may-say",
)
def message_size(sizes: Sizes = (3, 1), top: int = 5) -> Evidence:
    """Every game of groups of these sizes with values up to `top`: the willingness to pay, then k from 1 to everybody."""
    longest = max(sizes)
    found = [
        _willingness(sizes, top),
        *(_highest(sizes, top, most) for most in range(1, longest + 1)),
    ]
    limits = [harmonic(longest), *(Fraction(longest, most) for most in range(1, longest + 1))]
    holds = all(
        one.worst <= limit and not one.lies for one, limit in zip(found, limits, strict=True)
    )
    reaches = all(one.worst == limit for one, limit in zip(found[1:], limits[1:], strict=True))
    told = "; ".join(
        f"{one.numbers} numbers: worst {figure(one.worst)}, mean {figure(one.mean)}"
        for one in found[1:]
    )
    return Evidence(
        f"groups of {','.join(map(str, sizes))}, values up to {top}: willingness to pay: worst {figure(found[0].worst)}, "
        f"mean {figure(found[0].mean)}; {told}; no lie pays",
        holds and reaches,
    )


def _willingness(sizes: Sizes, top: int) -> Told:
    outcomes = {bids: _sold(sizes, bids) for bids in _profiles(sizes, top)}
    return _told(1, sizes, outcomes)


def _highest(sizes: Sizes, top: int, most: int) -> Told:
    outcomes = {bids: highest_members(cut(sizes, bids), most) for bids in _profiles(sizes, top)}
    return _told(min(most + 1, max(sizes)), sizes, outcomes)


def _profiles(sizes: Sizes, top: int) -> Iterator[tuple[int, ...]]:
    return product(range(top + 1), repeat=sum(sizes))


def _told(numbers: int, sizes: Sizes, outcomes: dict[tuple[int, ...], list[int | None]]) -> Told:
    parts = [
        Fraction(_welfare(bids, paid), best)
        for bids, paid in outcomes.items()
        if (best := max(map(sum, cut(sizes, bids))))
    ]
    lies = sum(1 for _ in lies_that_pay(outcomes))
    return Told(numbers, 1 / min(parts), sum(parts, Fraction(0)) / len(parts), lies)


def _welfare(bids: Sequence[int], paid: Sequence[int | None]) -> int:
    return sum(bid for bid, pays in zip(bids, paid, strict=True) if pays is not None)


def cut(sizes: Sizes, bids: Sequence[int]) -> list[list[int]]:
    """The bids of each group."""
    rest = iter(bids)
    return [[next(rest) for _ in range(size)] for size in sizes]


def _sold(sizes: Sizes, bids: Sequence[int]) -> list[int | None]:
    """What every member pays for the item by Mechanism 1, None if not served."""
    groups = cut(sizes, bids)
    sold = run_auction(map(willingness_to_pay, groups), 1, exact)
    paid: list[int | None] = []
    for place, group in enumerate(groups):
        served = served_count(group, sold.price) if place == sold.leader else 0
        each = -(-sold.price // served) if served else 0
        paid += [each if served and bid >= each else None for bid in group]
    return paid


def highest_members(groups: Sequence[Sequence[int]], most: int) -> list[int | None]:
    """VCG over who has access: at most so many members of one group. What every member pays, None without access.

    Of equal sums the earlier group gets the item, of equal bids the earlier member; bids of 0 get nothing. A member pays what
    the others could have more without it: the best sum of other groups, or its own with the next member in its place.
    """
    sums = [sum(sorted(group, reverse=True)[:most]) for group in groups]
    winner = sums.index(max(sums))
    paid: list[int | None] = []
    for place, group in enumerate(groups):
        ranked = sorted(range(len(group)), key=[-bid for bid in group].__getitem__)
        served = {member for member in ranked[:most] if group[member]} if place == winner else set()
        rest = [group[member] for member in ranked[most : most + 1]]
        for member, bid in enumerate(group):
            if member not in served:
                paid.append(None)
                continue
            others = sums[winner] - bid
            without = [*sums[:winner], others + sum(rest), *sums[winner + 1 :]]
            paid.append(max(without) - others)
    return paid
