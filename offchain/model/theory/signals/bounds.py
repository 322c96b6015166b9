"""The instances on which no auction with truthful reports can do well: Theorems 6 and 11."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import comb

from offchain.model.instances.lotteries import Lottery
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.signal_bounds import (
    Bound,
    Case,
    shared_quality_bound,
    symmetric_values_bound,
)
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import Rule
from offchain.model.mechanisms import monotone_allocation, signal_discovery
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.signals.steep import PAPER, sells_to_best

SIZES = ((2, 1), (4, 1), (3, 2), (2, 3))
"""Numbers of signals and of types, for the lower bounds of Theorem 6."""

SYMMETRIC_SIZES = ((2, 1), (3, 1), (2, 3), (3, 2))
"""The same for Theorem 11, whose tables have k^n entries."""


@claim(
    f"{PAPER}, Theorem 6",
    "values of totals, l types: no ex-post incentive compatible auction is within less than l(k-1)+1 of the optimal welfare",
    Status.PROVED,
)
def theorem_6(sizes: Sequence[tuple[int, int]] = SIZES, gap: int = 1000) -> Evidence:
    """The instances, what the signal discovery auction gets on them, and the values as printed."""
    bounds = [shared_quality_bound(k, types, gap) for k, types in sizes]
    printed = [printed_theorem_6(k, types, gap) for k, types in sizes]
    return lower_bound(
        bounds,
        [types * (k - 1) + 1 for k, types in sizes],
        printed,
        signal_discovery.lottery,
        "as printed, who is interested from a lower sum on is worth more too, and outdoes the one who should be optimal;"
        " here values grow with the sum from which one is interested",
    )


@claim(
    f"{PAPER}, Theorem 11",
    "values alike within a type: no ex-post incentive compatible auction is within less than l*C(k,2)+1 of the optimal welfare;"
    " nor, if it is ex-post individually rational, is its revenue",
    Status.PROVED,
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
        monotone_allocation.lottery,
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


def overcharges(bound: Bound[MonotoneSignalsInstance]) -> int:
    """How many prices of the monotone allocation are above the winner's value, over the profiles of a bound."""
    return sum(
        price > case.worths(case.profile)[winner]
        for case in bound.cases()
        for winner, price in monotone_allocation.lottery(case)
    )


def least_revenue(bound: Bound[MonotoneSignalsInstance]) -> Fraction:
    """The least expected revenue of the monotone allocation over the profiles of a bound, as a part of the optimal welfare."""
    return min(
        sum(
            (chance * price for (_, price), chance in monotone_allocation.lottery(case).items()),
            Fraction(0),
        )
        / max(case.worths(case.profile))
        for case in bound.cases()
    )


def lower_bound(
    bounds: Sequence[Bound[Case]],
    factors: Sequence[int],
    printed: Sequence[Bound[Case]],
    lottery: Callable[[Case], Lottery],
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


def misfits(bound: Bound[Case]) -> list[str]:
    """The bidders who are not optimal by the gap at the profile that should have them so."""
    wrong = []
    for bidder, profile in bound.profiles():
        worths = bound.instance.worths(profile)
        others = [worth for other, worth in enumerate(worths) if other != bidder]
        lower = profile[bidder] <= bound.instance.profile[bidder]
        if not lower or not worths[bidder] or max(others) * bound.gap > worths[bidder]:
            wrong.append(bound.instance.bidders[bidder].name)
    return wrong


def least_chance(bound: Bound[Case], lottery: Callable[[Case], Lottery]) -> Fraction:
    """The least probability with which a bidder wins at the profile where it is optimal."""
    return min(sells_to_best(case, lottery(case), in_full=False) for case in bound.cases())


def printed_theorem_6(signals: int, types: int, gap: int) -> Bound[SignalClockInstance]:
    """The instance with the values as printed: from 1 for the first bidder, each `gap` times the one before."""
    bound = shared_quality_bound(signals, types, gap)
    return with_values(bound, [gap**place for place in range(bound.factor)])


def printed_theorem_11(signals: int, types: int, gap: int) -> Bound[MonotoneSignalsInstance]:
    """The instance with the values as printed: gap^j for bidder (i, j, l), gap^k for the last."""
    bound = symmetric_values_bound(signals, types, gap)
    return with_values(bound, [*(gap**low for low in bound.optimal_at[:-1]), gap**signals])


def with_values(bound: Bound[Case], values: Sequence[int]) -> Bound[Case]:
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
