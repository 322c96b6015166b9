"""The claims of "When Bidders Are DAOs", each measured.

Source: Bahrani, Garimidi and Roughgarden, AFT 2023. Amounts are integers in units. A game is a
two-level instance whose members bid their values; the searches go through every game on a grid of
bids, 0 (not bidding) included.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import lcm
from typing import TypeAlias

from offchain.model.checks import pay_your_bid as pooled_checks
from offchain.model.checks.two_level import harmonic
from offchain.model.checks.vcg_equal_split import appendix_a as appendix_a_instance
from offchain.model.checks.vcg_equal_split import find_lie, find_shut_out
from offchain.model.instances.bundles import Values
from offchain.model.instances.two_level import (
    BID_LIMIT,
    Group,
    LotOutcome,
    Member,
    TwoLevelInstance,
)
from offchain.model.instances.vcg import VcgInstance, VcgPlayer
from offchain.model.mechanisms import fast_split, pay_your_bid, vcg, vcg_equal_split
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.price_rule import PriceRule, exact, plain_second_price
from offchain.model.mechanisms.two_level import solve
from offchain.model.mechanisms.vcg_equal_split import AGGREGATIONS, same_price_welfare
from offchain.model.mechanisms.winner_determination import maximum_welfare
from offchain.model.theory.claim import Evidence, Status, claim, figure

PAPER = "When Bidders Are DAOs"

Sizes: TypeAlias = Sequence[int]
"""How many members each group has, in order of arrival."""

SIZES: tuple[Sizes, ...] = ((1, 2), (2, 2), (1, 3), (2, 1, 1), (1, 1, 2))


def auction(*groups: Sequence[int], reserve: int = 1) -> TwoLevelInstance:
    """One item for groups A, B, ... of members a1, a2, ... with these values, which they bid."""
    return additive(*([(value,) for value in group] for group in groups), reserve=reserve)


def additive(*groups: Sequence[tuple[int, ...]], reserve: int = 1) -> TwoLevelInstance:
    """The same for several items: for every member, its values for each."""
    items = len(groups[0][0])
    return TwoLevelInstance(
        items=items,
        reserves=(reserve,) * items,
        groups=tuple(
            Group(
                letter,
                tuple(
                    Member(f"{letter.lower()}{place}", values, values)
                    for place, values in enumerate(group, start=1)
                ),
            )
            for letter, group in zip("ABCDEFGH", groups, strict=False)
        ),
    )


def games(sizes: Sizes, top: int, items: int = 1) -> Iterator[TwoLevelInstance]:
    """Every game of groups of these sizes in which all bids are from 0 to `top`."""
    bids = list(product(range(top + 1), repeat=items))
    for profile in product(bids, repeat=sum(sizes)):
        rest = iter(profile)
        yield additive(*([next(rest) for _ in range(size)] for size in sizes))


Lie: TypeAlias = tuple[tuple[int, ...], int, int]
"""Everybody's values in order, who lies, by place, and what the liar bids."""


def profitable_lies(sizes: Sizes, top: int, rule: PriceRule) -> Iterator[Lie]:
    """Every lie that beats the truth in some game of these sizes with bids up to `top`."""
    yield from lies_that_pay({bids_of(game): payments(game, rule) for game in games(sizes, top)})


def bids_of(game: TwoLevelInstance) -> tuple[int, ...]:
    """What every member of every group bids for the one item, in order."""
    return tuple(member.bids[0] for group in game.groups for member in group.members)


def lies_that_pay(paid: Mapping[tuple[int, ...], Sequence[int | None]]) -> Iterator[Lie]:
    """Every lie that beats the truth, of what every member pays (None if not served) for every profile of bids from 0 on."""
    top = max(map(max, paid))

    def utility(bids: tuple[int, ...], member: int, value: int) -> int:
        payment = paid[bids][member]
        return 0 if payment is None else value - payment

    for values in paid:
        for member, value in enumerate(values):
            truthful = utility(values, member, value)
            for bid in range(top + 1):
                if (
                    utility((*values[:member], bid, *values[member + 1 :]), member, value)
                    > truthful
                ):
                    yield values, member, bid


def payments(game: TwoLevelInstance, rule: PriceRule = exact) -> list[int | None]:
    """What every member of every group pays for the one item, None if not served."""
    return shares(game, solve(game, rule).items[0])


def shares(game: TwoLevelInstance, lot: LotOutcome) -> list[int | None]:
    """What every member of every group pays for a lot that has this outcome, None if not served."""
    return [
        lot.charge(member.name) if group.name == lot.winner and member.name in lot.served else None
        for group in game.groups
        for member in group.members
    ]


def unbalanced(game: TwoLevelInstance) -> bool:
    """Whether a share is above the bid, or a group pays less than its price, a unit a head more, or not what members pay."""
    outcome = solve(game)
    paid = sum(amount for members in outcome.payments.values() for amount in members.values())
    return paid != sum(lot.paid for lot in outcome.items) or any(
        not lot.price <= lot.paid < lot.price + max(1, len(lot.served))
        or lot.paid != lot.share * len(lot.served)
        or any(
            lot.share > member.bids[item]
            for group in game.groups
            for member in group.members
            if group.name == lot.winner and member.name in lot.served
        )
        for item, lot in enumerate(outcome.items)
    )


@claim(
    f"{PAPER}, Theorem 2",
    "Mechanism 1 is truthful in dominant strategies, for whoever bids once and in one group, budget-balanced and"
    " individually rational",
    Status.PROVED,
    proof="mechanism.md#proofs",
)
def theorem_2(sizes: Sequence[Sizes] = SIZES, top: int = 4) -> Evidence:
    """Every lie in every game, with the exact price rule."""
    lies = [lie for some in sizes for lie in profitable_lies(some, top, exact)]
    bad = sum(unbalanced(game) for some in sizes for game in games(some, top))
    count = sum((top + 1) ** sum(some) for some in sizes)
    return Evidence(
        f"{count} games with bids 0..{top}: {len(lies)} lies pay; in {bad} a share is above a bid,"
        " or the shares miss the price by a unit a head or more",
        not lies and not bad,
        "with ties broken arbitrarily it fails (daos-ties); it holds with the winner's critical bid as the price."
        " Shares are rounded up to whole units, so a group may pay less than a unit a head above the price",
    )


@claim(
    f"{PAPER}, Theorem 2 at ties",
    "ties may not be broken arbitrarily at the second-highest bid: in a group that loses one, overbidding can pay",
    Status.PROVED,
    proof="mechanism.md#ties",
)
def ties(sizes: Sequence[Sizes] = SIZES, top: int = 5) -> Evidence:
    """The same search under both price rules, and whether the highest groups tie where the plain one loses."""
    plain = [
        (some, lie) for some in sizes for lie in profitable_lies(some, top, plain_second_price)
    ]
    critical = sum(1 for some in sizes for _ in profitable_lies(some, top, exact))
    at_ties = sum(tied(some, values) for some, (values, _, _) in plain)
    return Evidence(
        f"games with bids 0..{top}: {len(plain)} lies pay under the plain second price, {at_ties} of them where"
        f" the highest groups tie; {critical} under the exact rule",
        bool(plain) and at_ties == len(plain) and not critical,
    )


def tied(sizes: Sizes, values: Sequence[int]) -> bool:
    """Whether the two groups that can pay the most can pay the same."""
    ends = [sum(sizes[: group + 1]) for group in range(len(sizes))]
    bids = sorted(
        willingness_to_pay(values[end - size : end]) for size, end in zip(sizes, ends, strict=True)
    )
    return bids[-1] == bids[-2]


def crowd(members: int, unit: int) -> list[int]:
    """The values 1/1, 1/2, ..., 1/n, in `unit`s: they can pay one of them, and are worth H_n to a group."""
    return [unit // rank for rank in range(1, members + 1)]


def unit_for(members: int) -> int:
    """An amount that every number up to `members` divides, and a thousand times as fine."""
    return 1000 * lcm(*range(1, members + 1))


@claim(
    f"{PAPER}, Lemma 4",
    "a group's willingness to pay is at least its total value over H_n = 1 + 1/2 + ... + 1/n",
    Status.PROVED,
)
def lemma_4(members: int = 5, top: int = 5, crowds: Sequence[int] = (2, 10, 40)) -> Evidence:
    """Every group on a grid, and groups with the values 1/i, where the two are equal; small ones in the fast form too."""
    groups = [
        bids for size in range(1, members + 1) for bids in product(range(top + 1), repeat=size)
    ]
    bad = sum(sum(bids) > harmonic(len(bids)) * willingness_to_pay(bids) for bids in groups)
    equal = all(
        sum(values) == harmonic(size) * willingness_to_pay(values)
        for size in crowds
        for values in [crowd(size, unit_for(size))]
    )
    quick = [bids for bids in groups if len(bids) <= 3]
    quick += [tuple(crowd(size, unit_for(size))) for size in crowds]
    quick.append((BID_LIMIT, BID_LIMIT - 1, BID_LIMIT // 2))
    unlike = sum(map(unlike_fast, quick))
    return Evidence(
        f"{len(groups)} groups with bids 0..{top}: {bad} below; equality for the values 1/i"
        f" of {', '.join(map(str, crowds))} members: {'yes' if equal else 'no'}; of {len(quick)} groups the fast form splits"
        f" {unlike} otherwise",
        not bad and equal and not unlike,
    )


def unlike_fast(bids: Sequence[int]) -> bool:
    """Whether the form for groups of millions has another willingness to pay, or splits some price otherwise."""
    from numpy import array, uint64

    wtp = willingness_to_pay(bids)
    fast = fast_split.SortedBids(array(bids, dtype=uint64))
    prices = [price for price in (1, wtp // 2, wtp - 1, wtp) if 0 < price <= wtp]
    return fast.willingness_to_pay() != wtp or any(
        fast.equal_split(price) != equal_split(bids, price) for price in prices
    )


@claim(
    f"{PAPER}, Theorem 3",
    "if all bid their values, the optimal welfare is at most H_l = 1 + 1/2 + ... + 1/l times that of Mechanism 1, l members in"
    " the largest group",
    Status.PROVED,
    proof="mechanism.md#welfare",
)
def theorem_3(sizes: Sequence[Sizes] = SIZES, top: int = 4, members: int = 12) -> Evidence:
    """Every game; and the values 1/i against a rival who can pay as much and comes first, for tightness."""
    bad, worst, count = worst_ratio(games(some, top) for some in sizes)
    unit = unit_for(members)
    tight = ratio(auction([unit], crowd(members, unit)))
    return Evidence(
        f"{count} games with bids 0..{top}: {bad} beyond the bound, worst ratio {figure(worst)};"
        f" values 1/i of {members} against 1: {figure(tight)}, H_{members} is {figure(harmonic(members))}",
        bad == 0 and tight == harmonic(members),
    )


def worst_ratio(some: Iterator[Iterator[TwoLevelInstance]]) -> tuple[int, Fraction, int]:
    """How many games are beyond H_l, the largest ratio of the optimal welfare to the mechanism's, and of how many."""
    bad, worst, count = 0, Fraction(1), 0
    for game in (game for each in some for game in each):
        count += 1
        if solve(game).welfare:
            worst = max(worst, ratio(game))
            bad += ratio(game) > harmonic(max(len(group.members) for group in game.groups))
        else:
            bad += solve(game).optimal_welfare > 0
    return bad, worst, count


def ratio(game: TwoLevelInstance) -> Fraction:
    """The optimal welfare over the mechanism's, which may not be 0."""
    outcome = solve(game)
    return Fraction(outcome.optimal_welfare, outcome.welfare)


@claim(
    f"{PAPER}, Theorem 5",
    "no two-level mechanism that is deterministic, truthful, budget-balanced and individually rational and treats equals"
    " alike does better than H_l = 1 + 1/2 + ... + 1/l, l members in the largest group",
    Status.PROVED,
)
def theorem_5(members: Sequence[int] = (2, 5, 12)) -> Evidence:
    """What Mechanism 1 gets in the two instances of the proof, and every upper mechanism on the bids that matter.

    Equal shares (Lemma 6, which is the paper's) bring a crowd of values 1/i - d no more than 1 - d. So
    it wins against 1 in I1 only if an upper mechanism lets 1 - d win there, and likewise in I2 with
    the groups exchanged.
    """
    ratios = []
    for size in members:
        unit = unit_for(size)
        values = [value - 1 for value in crowd(size, unit)]
        ratios += [
            (ratio(game), harmonic(size) - Fraction(size, unit))
            for game in (auction(values, [unit]), auction([unit], values))
        ]
    rules = list(truthful_rules(bids=3))
    one = sum(rule[1, 2] == 0 or rule[2, 1] == 1 for rule in rules)
    both = sum(rule[1, 2] == 0 and rule[2, 1] == 1 for rule in rules)
    return Evidence(
        f"I1 and I2 with crowds of {', '.join(map(str, members))}: Mechanism 1 is off by H_l - l*d;"
        f" of {len(rules)} truthful upper mechanisms on bids 0, 1-d, 1, {one} let the crowd win in one, {both} in both",
        all(got == expected for got, expected in ratios) and one > 0 and both == 0,
    )


Thresholds: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
"""For each of two members what it has to bid at least, by the other's bid: it is served from there on, and pays that."""


@claim(
    f"{PAPER}, Lemma 6",
    "if it is truthful, budget-balanced, treats equals alike and serves whoever bids enough, members served pay the same, but for"
    " a null set of values",
    Status.PROVED,
)
def lemma_6(prices: Sequence[int] = (2, 4), spare: int = 1) -> Evidence:
    """Every truthful way for two members to share a price to the unit, served from the threshold on; bids to `spare` above it.

    And whether what is left is the equal split.
    """
    left = {price: list(cost_shares(price, price + spare)) for price in prices}
    unlike = sum(
        served_by(ways, (one, other)) != split_by((one, other), price)
        for price, found in left.items()
        for ways in found
        for one, other in product(range(price + spare + 1), repeat=2)
    )
    odd = sum(1 for price in prices for _ in cost_shares(price - 1, price + spare))
    counts = ", ".join(str(len(found)) for found in left.values())
    return Evidence(
        f"two members, prices {', '.join(map(str, prices))}: {counts} ways to share them, which serve or charge {unlike} pairs"
        f" of bids otherwise than the equal split; {odd} for a unit less, of which halves are no units",
        all(len(found) == 1 for found in left.values()) and unlike == odd == 0,
    )


def cost_shares(price: int, top: int) -> Iterator[Thresholds]:
    """Every pair of thresholds that covers the price exactly whenever somebody is served, for bids 0..top."""

    def covers(ways: Thresholds, bids: tuple[int, int]) -> bool:
        one, other = served_by(ways, bids)
        total = sum(share for share in (one, other) if share is not None)
        return (one is other is None or total == price) and (one == other or bids[0] != bids[1])

    def extended(first: tuple[int, ...], second: tuple[int, ...]) -> Iterator[Thresholds]:
        if len(second) > top:
            yield first, second
            return
        known = len(second)
        for threshold in range(top + 1):
            if len(first) == known:
                ways = (*first, threshold), second
                bids = [(own, known) for own in range(known)]
            else:
                ways = first, (*second, threshold)
                bids = [(known, own) for own in range(len(first))]
            if all(covers(ways, pair) for pair in bids):
                yield from extended(*ways)

    yield from extended((), ())


def served_by(ways: Thresholds, bids: tuple[int, int]) -> tuple[int | None, int | None]:
    """What both pay, None if not served."""
    first, second = ways[0][bids[1]], ways[1][bids[0]]
    return first if bids[0] >= first else None, second if bids[1] >= second else None


def split_by(bids: tuple[int, int], price: int) -> tuple[int | None, int | None]:
    """The same under the equal split, which serves nobody if the two cannot pay."""
    if willingness_to_pay(bids) < price:
        return None, None
    split = equal_split(bids, price)
    first, second = (split.share if split.serves(bid) else None for bid in bids)
    return first, second


def truthful_rules(bids: int) -> Iterator[dict[tuple[int, int], int | None]]:
    """Every way to choose one of two bidders or nobody, for two bids of so many, in which a higher bid never loses.

    Monotone choices are the truthful ones: each has its critical bids as prices.
    """
    cells = [(x, y) for x in range(bids) for y in range(bids)]
    for winners in product((None, 0, 1), repeat=len(cells)):
        rule = dict(zip(cells, winners, strict=True))
        if all(
            (rule[x, y] != 0 or x + 1 == bids or rule[x + 1, y] == 0)
            and (rule[x, y] != 1 or y + 1 == bids or rule[x, y + 1] == 1)
            for x, y in cells
        ):
            yield rule


@claim(
    f"{PAPER}, Theorem 7",
    "Mechanism 2 (additive items) is truthful in dominant strategies, budget-balanced, individually rational and, if all"
    " bid their values, within H_l = 1 + 1/2 + ... + 1/l of the optimum, l members in the largest group",
    Status.PROVED,
)
def theorem_7(sizes: Sequence[Sizes] = ((1, 2), (2, 1)), top: int = 3, items: int = 2) -> Evidence:
    """Every joint lie about all items in every game."""
    lies = sum(1 for some in sizes for _ in profitable_joint_lies(some, top, items))
    every = [game for some in sizes for game in games(some, top, items)]
    unfair = sum(map(unbalanced, every))
    bad, worst, count = worst_ratio(iter([iter(every)]))
    return Evidence(
        f"{count} games of {items} items with bids 0..{top}: {lies} lies pay, {unfair} with shares that do not fit,"
        f" {bad} beyond the bound, worst ratio {figure(worst)}",
        lies == unfair == bad == 0,
    )


def profitable_joint_lies(
    sizes: Sizes, top: int, items: int
) -> Iterator[tuple[tuple[tuple[int, ...], ...], int, tuple[int, ...]]]:
    """Everybody's values, who lies and how, over all items at once."""
    Profile: TypeAlias = tuple[tuple[int, ...], ...]
    served: dict[Profile, list[list[int | None]]] = {}
    for game in games(sizes, top, items):
        members = [(group, member) for group in game.groups for member in group.members]
        lots = solve(game).items
        served[tuple(member.bids for _, member in members)] = [
            [
                lot.share if group.name == lot.winner and member.name in lot.served else None
                for lot in lots
            ]
            for group, member in members
        ]

    def utility(bids: Profile, member: int, values: tuple[int, ...]) -> int:
        shares = zip(values, served[bids][member], strict=True)
        return sum(value - share for value, share in shares if share is not None)

    for profile in served:
        for member, values in enumerate(profile):
            truthful = utility(profile, member, values)
            for lie in product(range(top + 1), repeat=items):
                bids = (*profile[:member], lie, *profile[member + 1 :])
                if utility(bids, member, values) > truthful:
                    yield profile, member, lie


@claim(
    f"{PAPER}, Theorem 8 (Lemma 14)",
    "with unit demand no deterministic, truthful, budget-balanced two-level mechanism, in which a group's bid for an item"
    " is bounded by its members' bids for it, does better than n: at best 1+e of n+e",
    Status.PROVED,
)
def theorem_8(
    players: Sequence[int] = (2, 3, 5, 8),
    one: int = 1000,
    large: Sequence[tuple[int, int]] = ((8, 10**19), (20, 1000), (20, 10**15)),
) -> Evidence:
    """n bidders who value the first of n items at 1+e, the others at 1, where a group pays the same for every set.

    That truthful mechanisms charge so is Corollary 13 (the row on Lemma 12). e is 1 unit. VCG has the
    optimum here, where every group is one bidder, and asks e of who gets the first item; above equal
    splits it is not truthful (Appendix A). large: other numbers of bidders and of units in 1, for which
    winners are determined otherwise.
    """
    ratios = []
    off = 0
    for count, unit in (*((count, one) for count in players), *large):
        items, wants = unit_demand(count, unit)
        found = maximum_welfare(items, wants), same_price_welfare(items, wants)
        ratios.append((count, found, (count * unit + 1, unit + 1)))
        among = vcg.solve(
            VcgInstance(items, tuple(VcgPlayer(f"{i}", want) for i, want in enumerate(wants)))
        )
        off += (among.welfare, among.revenue) != (count * unit + 1, 1)
    told = "; ".join(
        f"n={count}: {same} of {best}" for count, (best, same), _ in ratios[: len(players)]
    )
    return Evidence(
        f"welfare in units of 1/{one}, e is one of them: {told}; {len(large)} larger ones likewise; VCG among the bidders gets"
        f" the optimum, for e, in all but {off}",
        off == 0 and all(found == expected for _, found, expected in ratios),
    )


def unit_demand(players: int, one: int) -> tuple[tuple[str, ...], list[Values]]:
    """The items of Lemma 14, and what each player's groups of one bid for them."""
    items = tuple(f"item {place}" for place in range(1, players + 1))
    values: Values = {(item,): one + (item == items[0]) for item in items}
    return items, [values] * players


@claim(
    f"{PAPER}, Appendix A",
    "VCG with equal split below is not truthful, whatever the aggregation function: the group pays 10-e for r, 0 for s",
    Status.CHECKED,
)
def appendix_a(ten: int = 1000) -> Evidence:
    """Every aggregation of the family on the paper's instance: a lie that pays, or a member shut out of an item.

    And what the group pays for either item, whatever bids bring it there.
    """
    instance = appendix_a_instance(ten)
    paid = {item: prices_paid(instance, item) for item in range(instance.items)}
    lies = {name: find_lie(instance, rule) for name, rule in AGGREGATIONS.items()}
    truthful = [name for name, lie in lies.items() if lie is None]
    shut = [name for name in truthful if find_shut_out(instance, AGGREGATIONS[name]) is not None]
    return Evidence(
        f"of {len(lies)} aggregations {len(lies) - len(truthful)} let a member gain by a lie; the others"
        f" ({', '.join(truthful)}) leave some member no bid that gets it some item; e being 1 unit of {ten} in 10, the group"
        f" pays {' or '.join(map(str, sorted(paid[0])))} for r and {' or '.join(map(str, sorted(paid[1])))} for s",
        len(truthful) < len(lies) and truthful == shut and paid == {0: {ten - 1}, 1: {0}},
        "the proof needs consumer sovereignty: without it the instance itself may have no lie that pays",
    )


def prices_paid(instance: TwoLevelInstance, item: int) -> set[int]:
    """What VCG asks of the first group for this item, and its members pay up to a unit a head, where some number can.

    Over all aggregations and all pairs of bids for it and the other; all members bid alike.
    """
    group, *rivals = instance.groups
    far = 2 * max(value for member in group.members for value in member.values)
    asked = set()
    for aggregation, bids in product(AGGREGATIONS.values(), product((0, 1, far), repeat=2)):
        told = replace(group, members=tuple(replace(member, bids=bids) for member in group.members))
        result = vcg_equal_split.solve(replace(instance, groups=(told, *rivals)), aggregation)[0]
        if result.item == item:
            asked.add(result.price)
            count = len(result.served)
            collected = count * result.share
            if count and not result.price <= collected < result.price + count:
                asked.add(collected)
    return asked


@claim(
    f"{PAPER}, footnote 2",
    "bidding the sum of the members' bids, all of whom pay theirs, reaches the optimal welfare if they are truthful, which"
    " does not pay",
    Status.PROVED,
)
def footnote_2(sizes: Sequence[Sizes] = ((1, 2), (2, 2)), top: int = 3) -> Evidence:
    """Every game: welfare under truthful bids, what is paid, and whether some lie pays under either rule of the auctioneer."""
    every = [game for some in sizes for game in games(some, top)]
    short = sum(
        outcome.welfare < outcome.optimal_welfare for outcome in map(pay_your_bid.solve, every)
    )
    wrong = sum(mispaid(game, asks) for game in every for asks in pay_your_bid.Asks)
    lies = {
        asks: sum(pooled_checks.find_lie(game, asks) is not None for game in every)
        for asks in pay_your_bid.Asks
    }
    told = ", ".join(f"{count} with {asks}" for asks, count in lies.items())
    return Evidence(
        f"{len(every)} games with bids 0..{top}: {short} below the optimum, {wrong} where members pay what they should not;"
        f" some lie pays in {told}",
        short == wrong == 0 and all(lies.values()),
    )


def mispaid(game: TwoLevelInstance, asks: pay_your_bid.Asks) -> bool:
    """Whether a winner's members pay, at first price, else than their bids, or at second more than those or too little together.

    Too little: less than the highest other sum and the reserve; more than a unit a head above it is too much.
    """
    lot = pay_your_bid.solve(game, asks).items[0]
    if lot.winner is None:
        return bool(lot.paid or lot.served)
    charges = {name: lot.charge(name) for name in lot.served}
    bids = {m.name: m.bids[0] for m in game.group(lot.winner).members if m.bids[0]}
    if asks is pay_your_bid.Asks.FIRST:
        return charges != bids
    others = [sum(group.bids_on(0)) for group in game.groups if group.name != lot.winner]
    asked = max(*game.reserves, *others)
    paid = sum(charges.values())
    return not asked <= paid < asked + len(bids) or any(
        payment > bids[name] for name, payment in charges.items()
    )


@claim(
    f"{PAPER}, beyond Theorem 2: false names",
    "under several names a member may do better than by the truth: no theorem excludes it",
    Status.PROVED,
)
def false_names(sizes: Sizes = (1, 2), top: int = 7) -> Evidence:
    """{11, 5, 5} against 19, its first member as two; and every game of a rival and a group, whose last member splits.

    Both names bid the same.
    """
    truth = payments(auction([19], [11, 5, 5]))
    split = payments(auction([19], [5, 5, 5, 5]))
    gaining = count = 0
    for *others, value in product(range(1, top + 1), repeat=sum(sizes)):
        rivals, friends = others[: sizes[0]], others[sizes[0] :]
        honest = payments(auction(rivals, [*friends, value]))[-1]
        count += 1
        gaining += any(
            total_gain(value, payments(auction(rivals, [*friends, bid, bid]))[-2:])
            > total_gain(value, [honest])
            for bid in range(1, top + 1)
        )
    return Evidence(
        f"against 19, {{11, 5, 5}} loses; as 5 and 5 the first member has access for {figure(sum_paid(split[1:3]))};"
        f" in {gaining} of {count} games with values 1..{top} the last member gains as two names with equal bids",
        truth[1:] == [None] * 3 and split[1:] == [5] * 4 and gaining > 0,
    )


@claim(
    f"{PAPER}, beyond Theorem 2: several groups",
    "who is in several groups may gain by bidding less than the truth in one: the theorem is for members of one group",
    Status.PROVED,
)
def several_groups(sizes: Sizes = (0, 2), top: int = 7) -> Evidence:
    """10 in {10} and in {10, 5, 5}; and every game of two groups with one member in both, and its lies in the first.

    Access counts once, and both shares would be paid; but only one of the groups wins.
    """
    truth = payments(auction([10], [10, 5, 5]))
    lie = payments(auction([0], [10, 5, 5]))
    gaining = count = 0
    for value, *others in product(range(1, top + 1), repeat=1 + sum(sizes)):
        first, second = others[: sizes[0]], others[sizes[0] :]
        gains = {
            bid: total_gain(
                value, both(payments(auction([bid, *first], [value, *second])), len(first))
            )
            for bid in range(value + 1)
        }
        count += 1
        gaining += max(gains.values()) > gains[value]
    return Evidence(
        f"10 in {{10}} and in {{10, 5, 5}}: by the truth in both it pays {sum_paid(both(truth, 0))}, bidding 0 in the first"
        f" {sum_paid(both(lie, 0))}; in {gaining} of {count} games with values 1..{top} some lower bid in the first group pays",
        (both(truth, 0), both(lie, 0)) == ([None, 4], [None, 1]) and gaining > 0,
    )


def both(paid: Sequence[int | None], before: int) -> list[int | None]:
    """What the first members of both groups pay, the first group having `before` others."""
    return [paid[0], paid[before + 1]]


@claim(
    f"{PAPER}, beyond Theorem 2: merging",
    "members who pool their money under one name may gain: the theorem is for single members",
    Status.PROVED,
)
def merging(sizes: Sizes = (1, 3), top: int = 5) -> Evidence:
    """{10, 5, 5} after 16, its last two members as one; and every game of a rival and a group, whose last two do."""
    truth = payments(auction([16], [10, 5, 5]))
    pooled = payments(auction([16], [10, 10]))
    gaining = count = 0
    for profile in product(range(1, top + 1), repeat=sum(sizes)):
        rivals, group = profile[: sizes[0]], profile[sizes[0] :]
        *friends, one, other = group
        apart = payments(auction(rivals, group))[-2:]
        together = payments(auction(rivals, [*friends, one + other]))[-1]
        honest = total_gain(one, apart[:1]) + total_gain(other, apart[1:])
        count += 1
        gaining += total_gain(one + other, [together]) > honest
    return Evidence(
        f"after 16, {{10, 5, 5}} can pay 15 and loses; as {{10, 10}} it can pay 20 and wins, at a share of"
        f" {figure(sum_paid(pooled[1:2]))}; in {gaining} of {count} games with values 1..{top} the last two members gain by"
        " bidding the sum of their values as one who shares the access",
        truth[1:] == [None] * 3 and pooled[1:] == [9, 9] and gaining > 0,
    )


def sum_paid(paid: Sequence[int | None]) -> int:
    """What is paid under all these names."""
    return sum(amount or 0 for amount in paid)


def total_gain(value: int, paid: Sequence[int | None]) -> int:
    """What access is worth to somebody under these names, if it is had under one of them, less what they pay."""
    served = any(amount is not None for amount in paid)
    return value * served - sum_paid(paid)
