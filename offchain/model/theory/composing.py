"""What comes of every pair of an upper and a lower rule, and what coalitions can do: each measured.

Source: Bahrani, Garimidi and Roughgarden, "When Bidders Are DAOs", Definition 1 for pairs of rules. Amounts are integers in
units. A game is what every member of every group values one item at, on a grid with 0 (not bidding); what it comes to for every
profile of bids is worked out once, so that a search for lies only looks it up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import ClassVar, TypeAlias

from offchain.model.checks.two_level import TRUTHFUL, harmonic
from offchain.model.instances.rules import (
    CRITICAL_BID,
    DEFAULT_LOWER,
    FIRST_PRICE,
    Ascending,
    FirstPrice,
    Lottery,
    Lower,
    Posted,
    Upper,
)
from offchain.model.instances.two_level import Group, Member
from offchain.model.mechanisms.approximate import probabilistic_guarantee
from offchain.model.mechanisms.ascending import least_over
from offchain.model.mechanisms.lower import Split, lower_of
from offchain.model.mechanisms.price_rule import plain_second_price
from offchain.model.mechanisms.two_level import TwoLevel, compose, solve
from offchain.model.mechanisms.upper import CertainRule, DrawnLots, SealedBids, rule_of
from offchain.model.theory.claim import Evidence, Status, claim, figure
from offchain.model.theory.daos import PAPER, Sizes, additive, auction

BEYOND = f"{PAPER}, beyond Theorem 2"

DELTA = Fraction(1, 10)
UPPERS: tuple[Upper | Lottery, ...] = (
    CRITICAL_BID,
    FIRST_PRICE,
    Ascending(1),
    Posted(3),
    Lottery(DELTA),
)
"""The upper rules as they are tried, with a small term of their own."""

SMALL: tuple[Sizes, ...] = ((1,), (2,), (1, 1), (1, 2), (2, 1))
"""Games in which counter-examples are looked for, and none are found where truth is claimed."""

Bids: TypeAlias = tuple[int, ...]
"""What every member of every group bids or values, in order."""
Amount: TypeAlias = int | Fraction
Result: TypeAlias = tuple[tuple[Amount, Amount], ...]
"""Of every member the probability of being served, and what it is expected to pay."""
Table: TypeAlias = Mapping[Bids, Result]


def at_work(upper: Upper | Lottery, lower: Lower) -> TwoLevel:
    """The mechanism of two rules."""
    above = DrawnLots(upper.delta) if isinstance(upper, Lottery) else rule_of(upper)
    return compose(above, lower_of(lower))


def in_groups(bids: Bids, sizes: Sizes) -> list[Bids]:
    """The bids group by group."""
    ends = [sum(sizes[: group + 1]) for group in range(len(sizes))]
    return [bids[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def result(mechanism: TwoLevel, bids: Bids, sizes: Sizes, reserve: int = 1) -> Result:
    """What one profile of bids comes to."""
    served: list[Amount] = [0] * len(bids)
    paid: list[Amount] = [0] * len(bids)
    for chance, charges in mechanism.chances(in_groups(bids, sizes), reserve):
        for member, charge in enumerate(one for group in charges for one in group):
            if charge is not None:
                served[member] += chance
                paid[member] += chance * charge
    return tuple(zip(served, paid, strict=True))


def table(mechanism: TwoLevel, sizes: Sizes, top: int, reserve: int = 1) -> Table:
    """What every profile of bids from 0 to `top` comes to."""
    profiles = product(range(top + 1), repeat=sum(sizes))
    return {bids: result(mechanism, bids, sizes, reserve) for bids in profiles}


def utilities(values: Bids, found: Result) -> list[Amount]:
    """What everybody has of it."""
    return [value * served - paid for value, (served, paid) in zip(values, found, strict=True)]


@dataclass(frozen=True, slots=True)
class Lie:
    """Values, and bids that are better for a coalition: who is better off, with what they have by the truth and by the lie."""

    sizes: Sizes
    values: Bids
    bids: Bids
    gaining: tuple[int, ...]
    truth: tuple[Amount, ...]
    gain: tuple[Amount, ...]

    def __str__(self) -> str:
        names = [
            f"{letter}{place}"
            for letter, size in zip("abcdefgh", self.sizes, strict=False)
            for place in range(1, size + 1)
        ]
        game = " ".join(
            "{" + ", ".join(map(str, group)) + "}" for group in in_groups(self.values, self.sizes)
        )
        lies = ", ".join(
            f"{name} bids {bid}"
            for name, bid, value in zip(names, self.bids, self.values, strict=True)
            if bid != value
        )
        gains = ", ".join(
            f"{names[who]} gets {after} and not {before}"
            for who, before, after in zip(self.gaining, self.truth, self.gain, strict=True)
        )
        return f"{game}: if {lies}, {gains}"


def lies(some: Table, sizes: Sizes) -> Iterator[Lie]:
    """Every lie of one member that pays it, in every game of the table."""
    top = max(map(max, some))
    for values, found in some.items():
        truth = utilities(values, found)
        for member in range(len(values)):
            for bid in range(top + 1):
                bids = (*values[:member], bid, *values[member + 1 :])
                gain = utilities(values, some[bids])[member]
                if gain > truth[member]:
                    yield Lie(sizes, values, bids, (member,), (truth[member],), (gain,))


def joint_lies(some: Table, sizes: Sizes) -> Iterator[Lie]:
    """Every joint lie that pays a coalition, in every game of the table.

    Across groups: all who lie are better off. Within one: none who lies is worse off, and somebody of the group better.
    """
    groups = [group for group, size in enumerate(sizes) for _ in range(size)]
    for values, found in some.items():
        truth = utilities(values, found)
        for bids, told in some.items():
            liars = [who for who, bid in enumerate(bids) if bid != values[who]]
            if not liars:
                continue
            after = utilities(values, told)
            gaining = [who for who in liars if after[who] > truth[who]]
            if len(gaining) < len(liars):
                home = {groups[who] for who in liars}
                if len(home) > 1 or any(after[who] < truth[who] for who in liars):
                    continue
                (group,) = home
                everybody = range(len(values))
                gaining = [w for w in everybody if groups[w] == group and after[w] > truth[w]]
            if gaining:
                yield Lie(
                    sizes,
                    values,
                    bids,
                    tuple(gaining),
                    tuple(truth[who] for who in gaining),
                    tuple(after[who] for who in gaining),
                )


@claim(
    f"{BEYOND}: coalitions; Moulin and Shenker 2001 for the notion",
    "without side payments, one address in one group, on one lot: no coalition, of whatever groups, makes all of its members"
    " better off, and none within a group one of them at no cost to the others; at sealed bids, a posted price, and an ascending"
    " auction against limits that do not answer the group's",
    Status.PROVED,
    proof="mechanism.md#coalitions",
    wider={"games": (((1, 2), 6), ((2, 2), 4), ((1, 3), 4), ((2, 1, 1), 4), ((1, 1, 2), 4))},
)
def group_strategyproofness(
    games: Sequence[tuple[Sizes, int]] = (
        ((1, 2), 5),
        ((2, 2), 3),
        ((1, 3), 3),
        ((2, 1, 1), 3),
        ((1, 1, 2), 3),
    ),
    uppers: Sequence[Upper] = (CRITICAL_BID, Ascending(1), Ascending(2), Posted(3)),
    plain: tuple[Sizes, int] = ((1, 2), 5),
) -> Evidence:
    """Every joint lie in every game, under each upper rule over equal shares; and that the plain second price has some."""
    found = {
        upper: sum(
            1
            for sizes, top in games
            for _ in joint_lies(table(at_work(upper, DEFAULT_LOWER), sizes, top), sizes)
        )
        for upper in uppers
    }
    count = sum((top + 1) ** sum(sizes) for sizes, top in games)
    pairs = sum((top + 1) ** (2 * sum(sizes)) for sizes, top in games)
    loose = compose(SealedBids(plain_second_price), lower_of(DEFAULT_LOWER))
    broken = sum(1 for _ in joint_lies(table(loose, *plain), plain[0]))
    told = ", ".join(f"{pays} under {named(upper)}" for upper, pays in found.items())
    return Evidence(
        f"{count} games, {pairs} joint lies of any coalition each: {told} pay; under the plain second price"
        f" {broken} do in {(plain[1] + 1) ** sum(plain[0])} games",
        not any(found.values()) and broken > 0,
    )


@claim(
    f"{BEYOND}: favours",
    "what coalitions can do: one who loses anyway bids less for another's sake at no cost, on several lots in turn, so that all"
    " gain; and one of a group loses for the gain of others. Neither is excluded",
    Status.PROVED,
    proof="mechanism.md#coalitions",
)
def favours(high: int = 4, low: int = 3) -> Evidence:
    """Two individuals and two items, each of which one values more; and a member who buys the others a lower share."""
    values = [[(high, low)], [(low, high)]]
    told = [[(high, 0)], [(0, high)]]
    truth, lie = (solve(additive(*bids)).items for bids in (values, told))
    honest, swapped = ([high - lot.price for lot in lots] for lots in (truth, lie))
    before = solve(auction([9], [5, 5, 3])).items[0]
    after = solve(auction([9], [5, 5, 4])).items[0]
    return Evidence(
        f"values ({high}, {low}) and ({low}, {high}): by the truth the two gain {honest[0]} and {honest[1]}, by not bidding where"
        f" they lose {swapped[0]} and {swapped[1]}; in {{5, 5, 3}} after 9 the third member's bid of 4 takes"
        f" the share from {before.share} to {after.share}, at a loss of {after.share - 3}",
        swapped[0] > honest[0]
        and swapped[1] > honest[1]
        and [lot.winner for lot in truth] == [lot.winner for lot in lie] == ["A", "B"]
        and (before.share, after.share) == (5, 4)
        and "b3" not in before.served
        and "b3" in after.served,
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """What is known of two rules, and what was found in the games of these sizes, with bids up to `top`.

    lie, coalition: the first lie of one and of several that pays; None if none does. worst: the largest ratio of the optimum to
    the expected welfare if all bid their values, and where; None for the ratio: no welfare at all. short, beyond: in how many
    games less is paid than is asked, or a unit a head more; overcharged: in how many somebody pays more than the value.
    """

    upper: Upper | Lottery
    lower: Lower
    top: int
    games: int
    lie: Lie | None
    coalition: Lie | None
    worst: tuple[Fraction | None, str]
    within: bool
    short: int
    beyond: int
    overcharged: int

    @property
    def truthful(self) -> bool:
        """Whether truth is claimed to be best for members."""
        return self.lower in TRUTHFUL and not isinstance(self.upper, FirstPrice)

    @property
    def group_strategyproof(self) -> bool:
        """Whether that is claimed of coalitions."""
        return self.lower == DEFAULT_LOWER and self.truthful and not isinstance(self.upper, Lottery)

    @property
    def fits(self) -> bool:
        """Whether what was found is what is claimed, and every claim that is not made has its counter-example."""
        return (
            (self.lie is None) == self.truthful
            and (self.coalition is None) == self.group_strategyproof
            and self.within
            and (self.short > 0)
            == (self.lower is Lower.VCG and not isinstance(self.upper, FirstPrice))
            and (self.beyond > 0)
            == (self.lower is Lower.PAY_YOUR_BID and not isinstance(self.upper, FirstPrice))
            and (self.overcharged > 0) == (self.lower is Lower.EVERYBODY)
        )


def named(upper: Upper | Lottery) -> str:
    """A rule with its term."""
    match upper:
        case Ascending(increment):
            return f"{upper.name} by {increment}"
        case Posted(price):
            return f"{upper.name} at {price}"
        case Lottery(delta):
            return f"{upper.name} of {delta}"
        case _:
            return upper.name


def welfare_factor(
    upper: Upper | Lottery, lower: Lower, sizes: Sizes, bids: Sequence[int]
) -> Fraction | None:
    """The optimum over the expected welfare is at most that; None if no bound is known. bids: those of the groups.

    An ascending auction loses an increment of what it sells for beside.
    """
    size = Fraction(1) if lower_of(lower).serves_all else harmonic(max(sizes))
    match upper:
        case Posted():
            return None
        case Lottery(delta):
            playing = sum(bid > 0 for bid in bids)
            return size / probabilistic_guarantee(delta, playing) if playing else size
        case _:
            return size


def pair(
    upper: Upper | Lottery, lower: Lower, top: int = 3, sizes: tuple[Sizes, ...] = SMALL
) -> Pair:
    """What is found of two rules in all games of these sizes with bids and values from 0 to `top`."""
    mechanism = at_work(upper, lower)
    lie = coalition = None
    worst: tuple[Fraction | None, str] = (Fraction(1), "")
    within, games, short, beyond, overcharged = True, 0, 0, 0, 0
    for some in sizes:
        outcomes = table(mechanism, some, top)
        games += len(outcomes)
        lie = lie or next(lies(outcomes, some), None)
        coalition = coalition or next(joint_lies(outcomes, some), None)
        for values, found in outcomes.items():
            groups = in_groups(values, some)
            optimum = max(map(sum, groups))
            expected = sum(value * served for value, (served, _) in zip(values, found, strict=True))
            worst = max(worst, _ratio(optimum, expected, groups), key=_badness)
            asked = [mechanism.lower.bid(group) for group in groups]
            factor = welfare_factor(upper, lower, some, asked)
            within = within and (factor is None or optimum <= factor * _spared(upper, expected))
            less, more = _off_balance(mechanism, groups)
            short, beyond = short + less, beyond + more
            overcharged += any(
                paid > value * served for value, (served, paid) in zip(values, found, strict=True)
            )
    return Pair(upper, lower, top, games, lie, coalition, worst, within, short, beyond, overcharged)


def _ratio(optimum: int, expected: Amount, groups: Sequence[Bids]) -> tuple[Fraction | None, str]:
    told = " ".join("{" + ", ".join(map(str, group)) + "}" for group in groups)
    if not optimum:
        return Fraction(1), told
    return (Fraction(optimum) / expected if expected else None), told


def _badness(found: tuple[Fraction | None, str]) -> tuple[bool, Fraction]:
    ratio, _ = found
    return ratio is None, ratio or Fraction(0)


def _spared(upper: Upper | Lottery, welfare: Amount) -> Amount:
    """The most that somebody can bid who does not get what is sold for so much welfare."""
    if isinstance(upper, Ascending) and welfare:
        return least_over(int(welfare), upper.increment) - 1
    return welfare


def _off_balance(mechanism: TwoLevel, groups: Sequence[Bids]) -> tuple[bool, bool]:
    """Whether some sale pays less than is asked, and whether one pays a unit a head more."""
    asked = [mechanism.lower.bid(group) for group in groups]
    less = more = False
    for _, sold in mechanism.upper.chances(asked, 1):
        if sold.leader is not None:
            split = mechanism.lower.split(groups[sold.leader], sold.price)
            served = sum(charge is not None for charge in split.charges)
            less = less or split.paid < sold.price
            more = more or split.paid >= sold.price + served
    return less, more


def pairs(top: int = 3, sizes: Sequence[Sizes] = SMALL) -> list[Pair]:
    """All of them, upper rule by upper rule."""
    return [pair(upper, lower, top, tuple(sizes)) for upper in UPPERS for lower in Lower]


@claim(
    f"{PAPER}, Definition 1 and §5",
    "of the pairs of five upper and five lower rules those are truthful, for one address in one group, that share by equal"
    " shares, or pass all bids through to VCG, under any but the first price; each other one has a game in which a lie pays",
    Status.PROVED,
    proof="composing.md#proofs",
    wider={"top": 4},
)
def every_pair(top: int = 3, sizes: Sequence[Sizes] = SMALL) -> Evidence:
    """Every game, lie and coalition, for every pair, and whether welfare, balance and charges are what is claimed of it."""
    found = pairs(top, sizes)
    truthful = sum(one.lie is None for one in found)
    proof = sum(one.coalition is None for one in found)
    odd = [f"{named(one.upper)} over {one.lower}" for one in found if not one.fits]
    return Evidence(
        f"{found[0].games} games with bids 0..{top} for each of {len(found)} pairs: {truthful} have no lie that pays, {proof} no"
        f" coalition's either; {', '.join(odd) or 'none'} otherwise than claimed",
        not odd,
    )


@dataclass(frozen=True, slots=True)
class Unanimous:
    """Serve everybody at an equal share, where a group bids what all of them can pay so: no share is above a bid."""

    serves_all: ClassVar[bool] = True

    def bid(self, bids: Sequence[int]) -> int:
        """As a LowerRule."""
        return len(bids) * min(bids)

    def split(self, bids: Sequence[int], price: int) -> Split:
        """As a LowerRule."""
        each = -(-price // len(bids))
        return Split((each,) * len(bids), each, each * len(bids))


@claim(
    f"{PAPER}, §1.1",
    "always serving all members at equal shares is not truthful where a group bids the sum. It is where the group bids no more"
    " than all can pay, and then one member who wants little keeps all others out: no part of the welfare is guaranteed",
    Status.PROVED,
    proof="composing.md#serving-everybody",
)
def everybody(sizes: Sequence[Sizes] = ((1, 2), (2, 1), (1, 3)), top: int = 3) -> Evidence:
    """Every lie in every game under either aggregation, and what is left of the optimum as the others' values grow."""
    upper: CertainRule = rule_of(CRITICAL_BID)
    summed = [
        lie
        for some in sizes
        for lie in lies(table(at_work(CRITICAL_BID, Lower.EVERYBODY), some, top), some)
    ]
    unanimous = compose(upper, Unanimous())
    agreed = [lie for some in sizes for lie in lies(table(unanimous, some, top), some)]
    ratios = [_veto(unanimous, value) for value in (2, 10, 100)]
    return Evidence(
        f"bids 0..{top}: {len(summed)} lies pay under the sum, first {summed[0] if summed else 'none'}; {len(agreed)} where all"
        f" can pay; with 2 against {{v, 1}} the optimum for v = 2, 10, 100 is"
        f" {', '.join(map(figure, ratios))} times the welfare",
        bool(summed) and not agreed and ratios == sorted(ratios) and ratios[-1] > 50,
        '"if a group always grants all its members access ... and shares the cost evenly, budget-balanced incentive-compatibility'
        ' is impossible" is so of a group that bids more than all of them can pay; unanimity is truthful, and guarantees nothing',
    )


def _veto(mechanism: TwoLevel, value: int) -> Fraction:
    """The optimum over the welfare where 2, first, is against {value, 1}."""
    values = (2, value, 1)
    found = result(mechanism, values, (1, 2))
    welfare = sum(v * served for v, (served, _) in zip(values, found, strict=True))
    return Fraction(value + 1) / welfare


@claim(
    f"{PAPER}, §5",
    "where groups forward all bids, VCG among all members is truthful and reaches the optimum, but two members of a group can"
    " have the item for nothing, and what they pay does not cover what the auctioneer asks",
    Status.PROVED,
    proof="composing.md#vcg-passed-through",
)
def pass_through(rival: int = 9, value: int = 6) -> Evidence:
    """Two members of value 6 against 9: by the truth, and by a joint bid of the rival's each."""
    mechanism = at_work(CRITICAL_BID, Lower.VCG)
    truth, lie = (result(mechanism, (rival, bid, bid), (1, 2)) for bid in (value, rival + 1))
    summary = pair(CRITICAL_BID, Lower.VCG)
    paid = [[paid for _, paid in found[1:]] for found in (truth, lie)]
    return Evidence(
        f"{{{value}, {value}}} after {rival} pays {sum(paid[0])} in all by the truth, and {sum(paid[1])} if both bid {rival + 1};"
        f" in {summary.games} games with bids 0..3 no lie of one pays: {summary.lie is None}, welfare is the optimum:"
        f" {summary.worst[0] == 1}; less is paid than asked in {summary.short}",
        summary.lie is None
        and summary.worst[0] == 1
        and summary.short > 0
        and all(served for served, _ in truth[1:])
        and sum(paid[1]) == 0 < sum(paid[0]) < rival + 1,
    )


def groups_of(lie: Lie) -> tuple[Group, ...]:
    """The game of a counter-example, as files have it: bids as they are told, values as they are."""
    return tuple(
        Group(
            letter.upper(),
            tuple(
                Member(f"{letter}{place}", (value,), (value,))
                for place, value in enumerate(members, start=1)
            ),
        )
        for letter, members in zip("abcdefgh", in_groups(lie.values, lie.sizes), strict=False)
    )
