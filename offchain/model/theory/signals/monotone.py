"""The monotone allocation: Theorems 12 and 13."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import comb
from random import Random

from offchain.model.checks.signals import every_misreport
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.signals import Rule, SignalBidder
from offchain.model.mechanisms import monotone_allocation
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.signals.steep import (
    PAPER,
    SEED,
    Index,
    Shape,
    below,
    letters,
    sells_to_best,
    steep_tables,
)

ALIKE = (
    Shape(2, (0, 0, 0), 200),
    Shape(3, (0, 0, 0), 100),
    Shape(2, (0, 0, 1, 1), 100),
    Shape(2, (0,) * 5, 30),
)

UNIVERSALLY = (
    "the paper says universally, for a mix of auctions without chance that are each truthful, and does not build the mix;"
    " truthful in expectation over the draw is what the lottery is, and signals-universal is the mix"
)


@claim(
    f"{PAPER}, Theorem 12",
    "values alike within a type: a monotone auction within l*C(k,2)+1 of the optimal welfare, feasible, individually"
    " rational and, in expectation over its draw, ex-post truthful",
    Status.PROVED,
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
    Status.PROVED,
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
