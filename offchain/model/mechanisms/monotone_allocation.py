"""The monotone randomized allocation: each bidder who was optimal at a lower signal of theirs has a share.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §5, Theorem 12 (welfare)
and Theorem 13 (revenue). h(s) is the bidder of the highest value at the profile s of signals, ties
to the first in the file.

The paper lists the allocation profile by profile. At one profile s only this matters: bidder i has
probability 1/rho exactly if h(t, s_-i) = i for some t <= s_i, and then the least such t, t*, sets
the price. That takes n*k look-ups instead of k^n.

Feasibility (Theorem 12): the profiles (t, s_-i) with t < s_i, told apart only by how many bidders of
each type have each signal, are at most l*C(k,2), one for each type and pair t < s_i of signals. h
gives one bidder for each, and one more at s itself. So at most rho = min(n, l*C(k,2) + 1) bidders
have probability 1/rho. This needs values that treat the bidders of a type alike; where rho = n it
holds for any values.

With threshold prices a truthful report is an ex-post equilibrium in expectation over the lottery. The
paper says universally, as a mix of truthful auctions without chance, and does not build that mix. If a
draw picks by the places of those served, a lie may pay for a fixed draw; `universal_allocation` is a mix.

Under the revenue rule the price is that of a uniformly drawn signal from t* to k-1, and the good is
sold if s_i is at least that signal, even where a lower signal has the same value.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from offchain.model.instances.lotteries import Lottery, merged, optimal_bidder, outcome_of
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance, most_allocated
from offchain.model.instances.signals import Rule, SignalOutcome

Worths = Callable[[Sequence[int]], Sequence[int]]
"""The value of every bidder at a profile of signals, in units."""


def solve(instance: MonotoneSignalsInstance) -> SignalOutcome:
    """The exact outcome, in at most n*(k-1) + 1 look-ups of a profile, of n values each."""
    return outcome_of(instance, lottery(instance))


def lottery(instance: MonotoneSignalsInstance) -> Lottery:
    """The exact probability of every (winner, price). O(n^2 * k) values."""
    bidders = len(instance.bidders)
    return allocation(
        instance.worths,
        instance.profile,
        instance.signals,
        sharers(bidders, instance.signals, len(instance.types)),
        instance.rule,
    )


def sharers(bidders: int, signals: int, types: int) -> int:
    """rho = min(n, l*C(k,2) + 1), one over which is every allocated bidder's probability."""
    return min(bidders, most_allocated(signals, types))


def allocation(
    worths: Worths, profile: Sequence[int], signals: int, rho: int, rule: Rule
) -> Lottery:
    """The probability of every (winner, price) at the profile, for values given as a function.

    worths: asked for at most n*(k-1) + 1 different profiles.
    """

    def sales() -> Iterator[tuple[tuple[int, int], Fraction]]:
        for bidder, threshold in enumerate(thresholds(worths, profile)):
            if threshold is None:
                continue
            # The signals that may set the price, and those of them that the bidder's own reaches.
            drawn = range(threshold, signals if rule is Rule.REVENUE else threshold + 1)
            for signal in drawn:
                if signal <= profile[bidder]:
                    price = worths(replaced(profile, bidder, signal))[bidder]
                    yield (bidder, price), Fraction(1, rho * len(drawn))

    return merged(sales())


def thresholds(worths: Worths, profile: Sequence[int]) -> list[int | None]:
    """t* for every bidder: the least signal, up to their own, at which they are optimal, others' unchanged.

    None for bidders who are optimal at none of them: they are not allocated.
    """
    at_profile = optimal_bidder(worths(profile))

    def threshold(bidder: int) -> int | None:
        for signal in range(profile[bidder]):
            if optimal_bidder(worths(replaced(profile, bidder, signal))) == bidder:
                return signal
        return profile[bidder] if at_profile == bidder else None

    return [threshold(bidder) for bidder in range(len(profile))]


def replaced(profile: Sequence[int], bidder: int, signal: int) -> tuple[int, ...]:
    """The profile with one bidder's signal put in the place of theirs."""
    return (*profile[:bidder], signal, *profile[bidder + 1 :])
