"""The claims of "Prior-Free Clock Auctions for Bidders with Interdependent Values", each measured.

Source: Theorems 1 to 10 for the signal discovery auction, 6 and 11 for the lower bounds, 12 and 13 for
the monotone allocation. Values and prices are integers in units, probabilities exact fractions.

The guarantees are measured as in their proofs: with which probability the optimal bidder gets the
good, and with which it pays its full value. The instances are steep: a table says who is optimal at
which signals, and from one total to the next the optimal value grows by a factor, so that selling to
anybody else is worth next to nothing. Up to the names of the bidders, all such tables are gone
through where that is little work, and else drawn at random.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations, product
from math import comb, factorial, prod
from random import Random
from typing import TypeAlias

from offchain.model.checks.signals import every_misreport
from offchain.model.instances.lotteries import Lottery, optimal_bidder
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.signal_bounds import (
    Bound,
    shared_quality_bound,
    symmetric_values_bound,
)
from offchain.model.instances.signal_clock import SignalClockInstance, shape
from offchain.model.instances.signals import Rule, SignalBidder, SignalInstance, Table
from offchain.model.mechanisms import monotone_allocation, signal_discovery
from offchain.model.mechanisms.signal_discovery import Coins
from offchain.model.theory.claim import Evidence, claim

PAPER = "Prior-Free Clock Auctions for Bidders with Interdependent Values"

GAP = 10
"""How many times more the good is worth where one more signal is high."""

SEED = 1

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How many signals there are, and the type of each bidder.

    samples: how many instances to draw at random; None for all.
    """

    signals: int
    kinds: tuple[int, ...]
    samples: int | None = None


BINARY = (*(Shape(2, (0,) * count) for count in (1, 2, 3, 4)), Shape(2, (0,) * 6, 1000))
BINARY_TYPES = (Shape(2, (0, 1)), Shape(2, (0, 0, 1), 1000), Shape(2, (0, 0, 1, 1, 1, 2), 1000))
MANY = (Shape(3, (0, 0)), Shape(4, (0, 0)), Shape(3, (0,) * 3, 1000), Shape(4, (0,) * 5, 500))
MANY_TYPES = (Shape(3, (0, 1), 1000), Shape(3, (0, 0, 1), 1000), Shape(4, (0, 0, 0, 1, 1), 500))


def clock_auction(
    signals: int,
    *bidders: tuple[int, Sequence[int]],
    rule: Rule = Rule.WELFARE,
) -> SignalClockInstance:
    """Bidders a, b, ... of one type: the signal of each, and its value at every total of signals."""
    return SignalClockInstance(
        signals,
        rule,
        ("x",),
        tuple(
            SignalBidder(name, "x", signal, Table((len(values),), tuple(values)))
            for name, (signal, values) in zip("abcdefgh", bidders, strict=False)
        ),
    )


def steep(
    signals: int, kinds: Sequence[int], best: Sequence[int], profile: Index, rule: Rule
) -> SignalClockInstance:
    """The instance whose optimal bidder is `best`, over all indices of the types' totals, the last fastest."""
    names = tuple(f"t{kind}" for kind in range(max(kinds) + 1))
    types = [names[kind] for kind in kinds]
    box = shape(signals, names, types)
    tables = steep_tables(box, best, len(kinds), below)
    return SignalClockInstance(
        signals, rule, names, tuple(map(SignalBidder, letters(kinds), types, profile, tables))
    )


def steep_tables(
    box: Sequence[int], best: Sequence[int], bidders: int, lower: Callable[[Index, Index], bool]
) -> list[Table]:
    """Every bidder's least table in which `best` is optimal by a factor of GAP; `lower` orders the indices."""
    cells = list(product(*map(range, box)))
    where: list[list[Index]] = [[] for _ in range(bidders)]
    for cell, bidder in zip(cells, best, strict=True):
        where[bidder].append(cell)

    def table(bidder: int) -> Table:
        return Table.of(
            box,
            lambda index: max(
                (GAP ** (sum(cell) + 1) for cell in where[bidder] if lower(cell, index)), default=0
            ),
        )

    return [table(bidder) for bidder in range(bidders)]


def below(cell: Index, index: Index) -> bool:
    """Whether no number of the cell is above that of the index."""
    return all(map(int.__le__, cell, index))


def letters(kinds: Sequence[int]) -> list[str]:
    """As many names."""
    return list("abcdefgh"[: len(kinds)])


def cases(
    shapes: Iterable[Shape], rule: Rule = Rule.WELFARE, seed: int = SEED
) -> Iterator[SignalClockInstance]:
    """Steep instances of these shapes."""
    for each in shapes:
        members = [each.kinds.count(kind) for kind in range(max(each.kinds) + 1)]
        cells = prod(count * (each.signals - 1) + 1 for count in members)
        for best, profile in draws(each, cells, seed):
            yield steep(each.signals, each.kinds, best, profile, rule)


def draws(each: Shape, cells: int, seed: int) -> Iterator[tuple[tuple[int, ...], Index]]:
    """Who is optimal where, and the signals: all of them but for bidders' names, or random ones."""
    count = len(each.kinds)
    if each.samples is None:
        names = tables(cells, count, alike=len(set(each.kinds)) == 1)
        yield from product(names, product(range(each.signals), repeat=count))
        return
    random = Random(seed)
    for _ in range(each.samples):
        yield (
            tuple(random.randrange(count) for _ in range(cells)),
            tuple(random.randrange(each.signals) for _ in range(count)),
        )


def tables(cells: int, bidders: int, alike: bool) -> Iterator[tuple[int, ...]]:
    """All ways to name a bidder for every cell; if they are alike, those in which they first come in order."""
    for best in product(range(bidders), repeat=cells):
        if not alike or all(
            bidder <= max(best[:place], default=-1) + 1 for place, bidder in enumerate(best)
        ):
            yield best


def sells_to_best(instance: SignalInstance, lottery: Lottery, in_full: bool) -> Fraction:
    """The probability that the optimal bidder wins; `in_full`: that it wins and pays its value."""
    worths = instance.worths(instance.profile)
    best = optimal_bidder(worths)
    return sum(
        (
            chance
            for (winner, price), chance in lottery.items()
            if winner == best and (price == worths[best] or not in_full)
        ),
        Fraction(0),
    )


def guarantee(shapes: Sequence[Shape], rule: Rule, per_step: int, seed: int) -> Evidence:
    """The least probability over all cases, against 1 / (per_step * types * (signals - 1))."""
    in_full = rule is Rule.REVENUE
    least: dict[tuple[int, int], Fraction] = {}
    count = wrong = 0
    for instance in cases(shapes, rule, seed):
        count += 1
        key = len(instance.types), instance.signals
        lottery = signal_discovery.lottery(instance)
        worths = instance.worths(instance.profile)
        wrong += sum(lottery.values()) > 1 or any(price > worths[who] for who, price in lottery)
        chance = sells_to_best(instance, lottery, in_full)
        least[key] = min(least.get(key, chance), chance)
    promised = {(types, k): Fraction(1, per_step * types * (k - 1)) for types, k in least}
    found = "; ".join(
        f"{labels(*key)} {chance}, promised {promised[key]}" for key, chance in least.items()
    )
    what = "pays its full value" if in_full else "wins"
    return Evidence(
        f"{count} instances{sampled(shapes, seed)}: the optimal bidder {what} with at least"
        f" ({found}); in {wrong} chances of more than 1 in all, or a price above the winner's value",
        wrong == 0 and all(chance >= promised[key] for key, chance in least.items()),
    )


def labels(types: int, signals: int) -> str:
    """The sizes in words."""
    return f"l={types}, k={signals}:"


def sampled(shapes: Iterable[Shape], seed: int) -> str:
    """How many of the instances are drawn, in words."""
    drawn = sum(each.samples or 0 for each in shapes)
    return f", {drawn} of them drawn (seed {seed})" if drawn else ""


@claim(
    f"{PAPER}, Lemma 1", "two signals: never more than two rejected bidders may still be optimal"
)
def lemma_1(shapes: Sequence[Shape] = (*BINARY, *BINARY_TYPES), seed: int = SEED) -> Evidence:
    """The largest |R| at any time, over all draws."""
    return rejected(shapes, seed)


@claim(f"{PAPER}, Lemma 2", "k signals: never more than two rejected bidders may still be optimal")
def lemma_2(shapes: Sequence[Shape] = (*MANY, *MANY_TYPES), seed: int = SEED) -> Evidence:
    """The largest |R| at any time, over all draws."""
    return rejected(shapes, seed)


def rejected(shapes: Sequence[Shape], seed: int) -> Evidence:
    """The largest |R| over all cases and all draws in each."""
    most = [signal_discovery.most_rejected(instance) for instance in cases(shapes, seed=seed)]
    return Evidence(
        f"{len(most)} instances{sampled(shapes, seed)}, all draws: at most {max(most)}",
        max(most) <= 2,
    )


@claim(
    f"{PAPER}, Mechanism 1, line 17",
    '"the single bidder in A" need not exist: free discoveries can reject everybody, and then nothing is sold',
)
def emptied() -> Evidence:
    """Two bidders, of whom a is optimal at every total: if a is drawn first, b goes for free."""
    instance = clock_auction(2, (1, (1, 2, 3)), (1, (0, 1, 2)))
    lottery = signal_discovery.lottery(instance)
    unsold = 1 - sum(lottery.values())
    best = sells_to_best(instance, lottery, in_full=False)
    return Evidence(
        f"a is worth 1, 2, 3 and b 0, 1, 2 at the totals 0, 1, 2: sold to a with {best}, unsold with {unsold}",
        (best, unsold) == (Fraction(1, 2), Fraction(1, 2)),
        "with no sale when A is empty; the optimal bidder only goes if it was drawn, so Theorems 1 and 7 stand",
    )


@claim(
    f"{PAPER}, Theorem 1",
    "two signals, all bid consistently: expected welfare within 5 of the optimum",
)
def theorem_1(shapes: Sequence[Shape] = BINARY, seed: int = SEED) -> Evidence:
    """The optimal bidder wins with at least 1/5; no instance here takes it below 1/4."""
    return guarantee(shapes, Rule.WELFARE, 5, seed)


@claim(
    f"{PAPER}, Theorem 2",
    "two signals, all bid consistently: expected revenue within 10 of the optimal welfare",
)
def theorem_2(shapes: Sequence[Shape] = BINARY, seed: int = SEED) -> Evidence:
    """The optimal bidder pays its full value with at least 1/10."""
    return guarantee(shapes, Rule.REVENUE, 10, seed)


@claim(
    f"{PAPER}, Theorem 4",
    "two signals, l types, all bid consistently: expected welfare within 5l of the optimum",
)
def theorem_4(shapes: Sequence[Shape] = BINARY_TYPES, seed: int = SEED) -> Evidence:
    """As Theorem 1."""
    return guarantee(shapes, Rule.WELFARE, 5, seed)


@claim(
    f"{PAPER}, Theorem 5",
    "two signals, l types, all bid consistently: expected revenue within 10l of the optimal welfare",
)
def theorem_5(shapes: Sequence[Shape] = BINARY_TYPES, seed: int = SEED) -> Evidence:
    """As Theorem 2."""
    return guarantee(shapes, Rule.REVENUE, 10, seed)


@claim(
    f"{PAPER}, Theorem 7",
    "k signals, all bid consistently: expected welfare within 5(k-1) of the optimum",
)
def theorem_7(shapes: Sequence[Shape] = MANY, seed: int = SEED) -> Evidence:
    """As Theorem 1."""
    return guarantee(shapes, Rule.WELFARE, 5, seed)


@claim(
    f"{PAPER}, Theorem 8",
    "k signals, all bid consistently: expected revenue within 10(k-1) of the optimal welfare",
)
def theorem_8(shapes: Sequence[Shape] = MANY, seed: int = SEED) -> Evidence:
    """As Theorem 2."""
    return guarantee(shapes, Rule.REVENUE, 10, seed)


@claim(
    f"{PAPER}, Theorem 10",
    "k signals, l types, all bid consistently: expected welfare within 5l(k-1), revenue within 10l(k-1) of the optimal welfare",
)
def theorem_10(shapes: Sequence[Shape] = MANY_TYPES, seed: int = SEED) -> Evidence:
    """Both rules."""
    welfare = guarantee(shapes, Rule.WELFARE, 5, seed)
    revenue = guarantee(shapes, Rule.REVENUE, 10, seed)
    return Evidence(
        f"{welfare.measured}; under the revenue rule {revenue.measured}",
        welfare.holds and revenue.holds,
    )


CLOCKS = (Shape(2, (0, 0)), Shape(2, (0, 0, 0), 60), Shape(2, (0, 0, 1), 60))
MANY_CLOCKS = (Shape(3, (0, 0), 60), Shape(3, (0, 0, 0), 15), Shape(3, (0, 0, 1), 15))


@claim(
    f"{PAPER}, Theorem 3, Corollary 1",
    "two signals: as a clock auction it sells alike, and consistent bidding is an obvious ex-post equilibrium",
)
def theorem_3(shapes: Sequence[Shape] = CLOCKS, seed: int = SEED) -> Evidence:
    """Every draw and every deviation."""
    return clocks(shapes, seed)


@claim(
    f"{PAPER}, Theorem 9",
    "k signals: as a clock auction it sells alike, and consistent bidding is an obvious ex-post equilibrium",
)
def theorem_9(shapes: Sequence[Shape] = MANY_CLOCKS, seed: int = SEED) -> Evidence:
    """Every draw and every deviation."""
    return clocks(shapes, seed)


def clocks(shapes: Sequence[Shape], seed: int) -> Evidence:
    """Under both rules, with all draws: the sale, and what consistent bidders and deviators get.

    Whoever has refused is out, so that a way to bid is a last signal to accept. A deviation shows
    when a bidder stays or leaves otherwise than a consistent one. Obvious: from there on the best
    that can come of it is no better than the worst that comes of consistent bidding.
    """
    instances = auctions = different = deviations = unlike = 0
    best_lie = worst_truth = 0
    for instance in (case for rule in Rule for case in cases(shapes, rule, seed)):
        instances += 1
        worths = instance.worths(instance.profile)
        name_of = {bidder.name: place for place, bidder in enumerate(instance.bidders)}
        sold: dict[tuple[int, int], Fraction] = {}
        for coins in all_coins(instance):
            auctions += 1
            honest = signal_discovery.clock_auction(instance, coins)
            if honest.sale.winner is not None:
                sale = name_of[honest.sale.winner], honest.sale.price
                sold[sale] = sold.get(sale, Fraction(0)) + likelihood(instance, coins)
            different += honest.sale != signal_discovery.sealed_auction(instance, coins)
            if honest.sale.winner is not None:
                gain = worths[name_of[honest.sale.winner]] - honest.sale.price
                worst_truth = min(worst_truth, gain)
            for bidder, last in product(range(len(worths)), range(instance.signals)):
                record = signal_discovery.clock_auction(
                    instance, coins, stays_until(instance.profile, bidder, last)
                )
                if record.steps == honest.steps:
                    continue
                deviations += 1
                if record.sale.winner == instance.bidders[bidder].name:
                    best_lie = max(best_lie, worths[bidder] - record.sale.price)
        unlike += sold != signal_discovery.lottery(instance)
    return Evidence(
        f"{auctions} auctions, all draws of {instances} instances (seed {seed}): {different} sell otherwise than the"
        f" sealed form, {unlike} instances with other chances in all; of {deviations} deviations the best gets {best_lie},"
        f" the worst consistent bidder {worst_truth}",
        different == unlike == 0 and deviations > 0 and best_lie <= 0 <= worst_truth,
    )


def stays_until(profile: Index, deviator: int, last: int) -> signal_discovery.Accepts:
    """Everybody bids consistently but one, who accepts signals up to `last`."""
    limits = (*profile[:deviator], last, *profile[deviator + 1 :])
    return lambda bidder, signal: signal <= limits[bidder]


def all_coins(instance: SignalClockInstance) -> Iterator[Coins]:
    """All that chance can decide."""
    for kind in range(len(instance.types)):
        orders = permutations(instance.members(kind))
        for order, residue, pick in product(orders, range(instance.signals - 1), range(2)):
            yield Coins(kind, residue, order, pick)


def likelihood(instance: SignalClockInstance, coins: Coins) -> Fraction:
    """The probability of these draws among all."""
    orders = factorial(len(coins.order))
    return Fraction(1, 2 * len(instance.types) * (instance.signals - 1) * orders)


SIZES = ((2, 1), (4, 1), (3, 2), (2, 3))
"""Numbers of signals and of types, for the lower bounds of Theorem 6."""

SYMMETRIC_SIZES = ((2, 1), (3, 1), (2, 3), (3, 2))
"""The same for Theorem 11, whose tables have k^n entries."""


@claim(
    f"{PAPER}, Theorem 6",
    "values of totals, l types: no ex-post incentive compatible auction is within less than l(k-1)+1 of the optimal welfare",
)
def theorem_6(sizes: Sequence[tuple[int, int]] = SIZES, gap: int = 1000) -> Evidence:
    """The instances, what the signal discovery auction gets on them, and the values as printed."""
    bounds = [shared_quality_bound(k, types, gap) for k, types in sizes]
    printed = [printed_theorem_6(k, types, gap) for k, types in sizes]
    return lower_bound(
        bounds,
        [types * (k - 1) + 1 for k, types in sizes],
        printed,
        signal_discovery_lottery,
        "as printed, who is interested from a lower sum on is worth more too, and outdoes the one who should be optimal;"
        " here values grow with the sum from which one is interested",
    )


@claim(
    f"{PAPER}, Theorem 11",
    "values alike within a type: no ex-post incentive compatible auction is within less than l*C(k,2)+1 of the optimal welfare;"
    " nor, if it is ex-post individually rational, is its revenue",
)
def theorem_11(sizes: Sequence[tuple[int, int]] = SYMMETRIC_SIZES, gap: int = 1000) -> Evidence:
    """The instances, what the monotone allocation gets on them, in welfare and in revenue, and the values as printed.

    Whoever wins pays at most its value, so that what no auction gets in welfare none gets in revenue.
    """
    bounds = [symmetric_values_bound(k, types, gap) for k, types in sizes]
    printed = [printed_theorem_11(k, types, gap) for k, types in sizes]
    welfare = lower_bound(
        bounds,
        [types * comb(k, 2) + 1 for k, types in sizes],
        printed,
        monotone_lottery,
        "the printed M^j ties bidders (i, 0) and (i', 0), since signals may be exchanged within a type;"
        " M^(k-(i-j)) does it. The revenue half says a fraction of the revenue: of the optimal welfare, by its proof",
    )
    for_revenue = [symmetric_values_bound(k, types, gap, Rule.REVENUE) for k, types in sizes]
    overcharged = sum(map(overcharges, (*bounds, *for_revenue)))
    parts = [least_revenue(bound) for bound in for_revenue]
    return Evidence(
        f"{welfare.measured}; under the revenue rule the least revenue is {', '.join(map(str, parts))} of the optimal welfare,"
        f" and {overcharged} prices are above the winner's value",
        welfare.holds
        and overcharged == 0
        and all(
            Fraction(1, bound.instance.signals * bound.factor)
            <= part
            <= Fraction(1, bound.factor) + Fraction(1, gap)
            for part, bound in zip(parts, bounds, strict=True)
        ),
        welfare.amended,
    )


def overcharges(bound: Bound) -> int:
    """How many prices of the monotone allocation are above the winner's value, over the profiles of a bound."""
    return sum(
        price > case.worths(case.profile)[winner]
        for case in (bound.instance.with_profile(profile) for _, profile in bound.profiles())
        for winner, price in monotone_lottery(case)
    )


def least_revenue(bound: Bound) -> Fraction:
    """The least expected revenue of the monotone allocation over the profiles of a bound, as a part of the optimal welfare."""
    return min(
        sum(
            (chance * price for (_, price), chance in monotone_lottery(case).items()),
            Fraction(0),
        )
        / max(case.worths(case.profile))
        for case in (bound.instance.with_profile(profile) for _, profile in bound.profiles())
    )


def lower_bound(
    bounds: Sequence[Bound],
    factors: Sequence[int],
    printed: Sequence[Bound],
    lottery: Callable[[SignalInstance], Lottery],
    amended: str,
) -> Evidence:
    """Whether the bounds are what their theorem needs, what a mechanism gets on them, and which of the printed are not.

    Everybody is optimal at a profile of its own, from which only its own signal rises to reach s. A
    monotone auction gives it no less at s, where all together have at most 1; so some bidder has at
    most 1 in their number where it is all of the optimum.
    """
    sizes = [bound.factor for bound in bounds]
    chances = [least_chance(bound, lottery) for bound in bounds]
    fit = all(not misfits(bound) for bound in bounds)
    unfit = [len(misfits(bound)) for bound in printed]
    met = all(chance <= Fraction(1, size) for chance, size in zip(chances, sizes, strict=True))
    return Evidence(
        f"instances of {', '.join(map(str, sizes))} bidders, each optimal by a factor of {bounds[0].gap} one lower signal"
        f" from s; least chance of an optimal bidder {', '.join(map(str, chances))};"
        f" with the values as printed {', '.join(map(str, unfit))} of them are not optimal there",
        fit and met and sizes == list(factors) and any(unfit),
        amended,
    )


def misfits(bound: Bound) -> list[str]:
    """The bidders who are not optimal by the gap at the profile that should have them so."""
    wrong = []
    for bidder, profile in bound.profiles():
        worths = bound.instance.worths(profile)
        others = [worth for other, worth in enumerate(worths) if other != bidder]
        lower = profile[bidder] <= bound.instance.profile[bidder]
        if not lower or not worths[bidder] or max(others) * bound.gap > worths[bidder]:
            wrong.append(bound.instance.bidders[bidder].name)
    return wrong


def least_chance(bound: Bound, lottery: Callable[[SignalInstance], Lottery]) -> Fraction:
    """The least probability with which a bidder wins at the profile where it is optimal."""
    return min(
        sells_to_best(case, lottery(case), in_full=False)
        for case in (bound.instance.with_profile(profile) for _, profile in bound.profiles())
    )


def signal_discovery_lottery(instance: SignalInstance) -> Lottery:
    """That of the signal discovery auction."""
    assert isinstance(instance, SignalClockInstance)
    return signal_discovery.lottery(instance)


def monotone_lottery(instance: SignalInstance) -> Lottery:
    """That of the monotone allocation."""
    assert isinstance(instance, MonotoneSignalsInstance)
    return monotone_allocation.lottery(instance)


def printed_theorem_6(signals: int, types: int, gap: int) -> Bound:
    """The instance with the values as printed: from 1 for the first bidder, each `gap` times the one before."""
    bound = shared_quality_bound(signals, types, gap)
    return with_values(bound, [gap**place for place in range(bound.factor)])


def printed_theorem_11(signals: int, types: int, gap: int) -> Bound:
    """The instance with the values as printed: gap^j for bidder (i, j, l), gap^k for the last."""
    bound = symmetric_values_bound(signals, types, gap)
    return with_values(bound, [*(gap**low for low in bound.optimal_at[:-1]), gap**signals])


def with_values(bound: Bound, values: Sequence[int]) -> Bound:
    """The same bound, every bidder interested where it was, at these values."""
    bidders = tuple(
        replace(
            bidder,
            value=replace(
                bidder.value, entries=tuple(value if entry else 0 for entry in bidder.value.entries)
            ),
        )
        for bidder, value in zip(bound.instance.bidders, values, strict=True)
    )
    return replace(bound, instance=replace(bound.instance, bidders=bidders))


ALIKE = (
    Shape(2, (0, 0, 0), 200),
    Shape(3, (0, 0, 0), 100),
    Shape(2, (0, 0, 1, 1), 100),
    Shape(2, (0,) * 5, 30),
)


UNIVERSALLY = (
    "the paper says universally, for a mix of auctions without chance that are each truthful, and does not build the mix;"
    " truthful in expectation over the draw is what the lottery is"
)


@claim(
    f"{PAPER}, Theorem 12",
    "values alike within a type: a monotone auction within l*C(k,2)+1 of the optimal welfare, feasible, individually"
    " rational and, in expectation over its draw, ex-post truthful",
)
def theorem_12(shapes: Sequence[Shape] = ALIKE, seed: int = SEED) -> Evidence:
    """The optimal bidder wins with 1/rho at every profile, and no other report does better in expectation.

    If the draw is a place among those served, laid side by side, some lies pay for some draws.
    """
    found = monotone(shapes, Rule.WELFARE, seed)
    drawn = sum(lies_by_draw(instance) for instance in symmetric_cases(shapes, Rule.WELFARE, seed))
    return replace(
        found,
        measured=f"{found.measured}; with the chances side by side and the draw known {drawn} do",
    )


@claim(
    f"{PAPER}, Theorem 13",
    "values alike within a type: expected revenue within k(l*C(k,2)+1) of the optimal welfare, individually rational and, in"
    " expectation over its draws, ex-post truthful",
)
def theorem_13(shapes: Sequence[Shape] = ALIKE, seed: int = SEED) -> Evidence:
    """The optimal bidder pays its full value with at least 1/(k*rho), and no other report does better in expectation."""
    return monotone(shapes, Rule.REVENUE, seed)


def monotone(shapes: Sequence[Shape], rule: Rule, seed: int) -> Evidence:
    """Every profile of every instance: feasibility, the optimal bidder's chance times rho, and every misreport."""
    profiles = crowded = beyond = dear = lies = 0
    least = Fraction(1)
    holds = True
    for instance in symmetric_cases(shapes, rule, seed):
        k, count = instance.signals, len(instance.bidders)
        rho = promised_sharers(instance)
        every = list(product(range(k), repeat=count))
        for profile in every:
            case = instance.with_profile(profile)
            lottery = monotone_allocation.lottery(case)
            chance = sells_to_best(case, lottery, in_full=rule is Rule.REVENUE) * rho
            least = min(least, chance)
            holds = holds and chance * (k if rule is Rule.REVENUE else 1) >= 1
            crowded += len(winners(case)) > rho
            beyond += sum(lottery.values()) > 1
            worths = case.worths(profile)
            dear += sum(price > worths[winner] for winner, price in lottery)
        profiles += len(every)
        lies += sum(1 for _ in every_misreport(instance, every, monotone_allocation.lottery))
    what = "pays its full value" if rule is Rule.REVENUE else "wins"
    return Evidence(
        f"{profiles} profiles of {sum(each.samples or 0 for each in shapes)} instances (seed {seed}): the optimal bidder"
        f" {what} with at least {least} times 1/rho, rho = min(n, l*C(k,2)+1); {crowded} with more than rho bidders to serve,"
        f" {beyond} with chances of more than 1 in all, {dear} prices above the winner's value; {lies} lies pay",
        holds and crowded == beyond == dear == lies == 0,
        UNIVERSALLY,
    )


def promised_sharers(instance: MonotoneSignalsInstance) -> int:
    """The paper's rho for an instance."""
    return min(len(instance.bidders), len(instance.types) * comb(instance.signals, 2) + 1)


def lies_by_draw(instance: MonotoneSignalsInstance) -> int:
    """How many misreports pay for a fixed draw of a place among those served, in the order of the file, at the threshold."""
    profiles = list(product(range(instance.signals), repeat=len(instance.bidders)))
    served = {
        profile: [
            (bidder, threshold)
            for bidder, threshold in enumerate(
                monotone_allocation.thresholds(instance.worths, profile)
            )
            if threshold is not None
        ]
        for profile in profiles
    }

    def gain(bidder: int, truth: Index, told: Index, draw: int) -> int:
        if draw >= len(served[told]) or served[told][draw][0] != bidder:
            return 0
        price = instance.worths(with_signal(told, bidder, served[told][draw][1]))[bidder]
        return instance.worths(truth)[bidder] - price

    return sum(
        gain(bidder, truth, with_signal(truth, bidder, signal), draw)
        > gain(bidder, truth, truth, draw)
        for truth in profiles
        for bidder, signal, draw in product(
            range(len(truth)), range(instance.signals), range(promised_sharers(instance))
        )
    )


def with_signal(profile: Index, bidder: int, signal: int) -> Index:
    """The profile with one bidder's signal in the place of its own."""
    return (*profile[:bidder], signal, *profile[bidder + 1 :])


def winners(case: MonotoneSignalsInstance) -> list[int]:
    """The bidders with a chance, whatever the price."""
    found = monotone_allocation.thresholds(case.worths, case.profile)
    return [bidder for bidder, threshold in enumerate(found) if threshold is not None]


def symmetric_cases(
    shapes: Iterable[Shape], rule: Rule, seed: int
) -> Iterator[MonotoneSignalsInstance]:
    """Random steep instances whose values treat the bidders of a type alike."""
    random = Random(seed)
    for each in shapes:
        names = tuple(f"t{kind}" for kind in range(max(each.kinds) + 1))
        types = [names[kind] for kind in each.kinds]
        box = (each.signals,) * len(types)
        for _ in range(each.samples or 1):
            best: dict[Index, int] = {}
            for cell in product(*map(range, box)):
                best.setdefault(in_order(cell, each.kinds), random.randrange(len(types)))
            cells = [best[in_order(cell, each.kinds)] for cell in product(*map(range, box))]
            lower = lower_in_order(each.kinds)
            tables = steep_tables(box, cells, len(types), lower)
            profile = tuple(random.randrange(each.signals) for _ in types)
            yield MonotoneSignalsInstance(
                each.signals,
                rule,
                names,
                tuple(map(SignalBidder, letters(each.kinds), types, profile, tables)),
            )


def in_order(index: Index, kinds: Sequence[int]) -> Index:
    """The signals with those of each type sorted among the bidders of that type."""
    waiting = {
        kind: sorted(s for s, other in zip(index, kinds, strict=True) if other == kind)
        for kind in set(kinds)
    }
    return tuple(waiting[kind].pop(0) for kind in kinds)


def lower_in_order(kinds: Sequence[int]) -> Callable[[Index, Index], bool]:
    """`below` once the signals of each type are sorted."""
    return lambda cell, index: below(in_order(cell, kinds), in_order(index, kinds))
