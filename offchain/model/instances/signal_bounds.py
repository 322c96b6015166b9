"""Instances on which no auction whose truthful reports are an ex-post equilibrium can do well.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", Theorems 6 and 11. In
both there is a profile s of signals and, for every bidder, a profile that differs from s at most in
that bidder's signal being lower, where the bidder is optimal and everyone else's value is at most a
1/gap of theirs. An ex-post incentive compatible auction is monotone: the bidder gets the good at s
with at least the probability it has at its own profile. At s the n probabilities are at most 1
in all, so that some bidder has at most 1/n at its own profile, and the welfare there is at most
1/n + 1/gap of the optimum.

Both proofs need values other than those printed; see each function.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.signal_clock import SignalClockInstance, shape
from offchain.model.instances.signals import Rule, SignalBidder, SignalInstance, Table

Case = TypeVar("Case", bound=SignalInstance)


@dataclass(frozen=True, slots=True)
class Bound(Generic[Case]):
    """An instance at the profile s, and for every bidder in file order the signal at which it is optimal.

    gap: how many times anyone else's value the bidder's is there.
    """

    instance: Case
    optimal_at: tuple[int, ...]
    gap: int

    @property
    def factor(self) -> int:
        """The approximation of the optimal welfare that no auction can beat: the number of bidders."""
        return len(self.instance.bidders)

    def profiles(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Every bidder's index, with the profile at which it is optimal."""
        for bidder, signal in enumerate(self.optimal_at):
            yield bidder, self.instance.with_signal(bidder, signal).profile

    def cases(self) -> Iterator[Case]:
        """The instance at each of these profiles."""
        for _, profile in self.profiles():
            yield self.instance.with_profile(profile)


def shared_quality_bound(
    signals: int, types: int, gap: int, rule: Rule = Rule.WELFARE
) -> Bound[SignalClockInstance]:
    """Theorem 6: l*(k-1) + 1 bidders, whose values depend on a weighted sum of the types' totals.

    Type j weighs k^j. Its bidder d, one for each d in 1..k-1, has signal d, and its value is
    positive from S - d*k^j on, S being the weighted sum at s; the last bidder, of signal 0 and the
    first type, is interested from S on. So bidder (j, d) is optimal where its signal is 0.

    The paper lets values grow with j and d. Then where bidder (j, 1) should be optimal, (j, 2) is:
    interested from a lower sum on, and with a higher value. Here values grow as d*k^j falls.
    O(entries * bidders), with ((k-1)^2 + 1)^(l-1) * (k*(k-1) + 1) entries.
    """
    steps = [(kind, step) for kind in range(types) for step in range(1, signals)]
    names = tuple(f"t{kind}" for kind in range(types))
    kinds = (*(names[kind] for kind, _ in steps), names[0])
    profile = (*(step for _, step in steps), 0)
    weights = [signals**kind for kind in range(types)]
    quality = sum(weights[kind] * step for kind, step in steps)
    box = shape(signals, names, kinds)

    def table(least: int, value: int) -> Table:
        def worth(totals: Sequence[int]) -> int:
            reached = sum(map(int.__mul__, weights, totals))
            return value if reached >= least else 0

        return Table.of(box, worth)

    # Increasing in d*k^j, since d < k: the later a bidder here, the lower its threshold and its value.
    tables = [
        table(quality - step * weights[kind], gap ** (len(steps) - place))
        for place, (kind, step) in enumerate(steps, start=1)
    ]
    tables.append(table(quality, gap ** len(steps)))
    bidders = [f"t{kind} by {step}" for kind, step in steps] + ["last"]
    instance = SignalClockInstance(
        signals, rule, names, tuple(map(SignalBidder, bidders, kinds, profile, tables))
    )
    return Bound(instance, optimal_at=(0,) * len(bidders), gap=gap)


def symmetric_values_bound(
    signals: int, types: int, gap: int, rule: Rule = Rule.WELFARE
) -> Bound[MonotoneSignalsInstance]:
    """Theorem 11: l*C(k,2) + 1 bidders, whose values treat the bidders of a type alike.

    Type l has a bidder (i, j, l) of signal i for all 0 <= j < i < k. Its value is positive at the
    profiles that arise from s when someone of type l and signal i has j instead, then bidders of a
    type exchange signals, and then signals rise. The last bidder, of signal 0 and the first type,
    is interested at s itself and what arises from it so.

    The paper gives bidder (i, j, l) the value M^j, and says that no profile where someone of signal
    i has j arises from one where someone of signal i' has j', unless i = i'. After exchanges it
    does: with 1, 2, 2 at s, 0, 2, 2 arises from 1, 0, 2, so that bidders (1, 0) and (2, 0) are both
    worth 1 there. It does exactly if j' <= j and i <= i', where i - j is the smaller, so here the
    value is M^(k - (i - j)), and M^k that of the last bidder. O(entries * bidders^2), with k^n
    entries.
    """
    drops = [
        (kind, high, low)
        for kind in range(types)
        for high in range(1, signals)
        for low in range(high)
    ]
    names = tuple(f"t{kind}" for kind in range(types))
    kinds = (*(kind for kind, _, _ in drops), 0)
    profile = (*(high for _, high, _ in drops), 0)
    box = (signals,) * len(profile)

    def sorted_types(signals_now: Sequence[int]) -> list[list[int]]:
        """The signals of each type's bidders in order: all that their values depend on."""
        return [
            sorted(s for s, other in zip(signals_now, kinds, strict=True) if other == kind)
            for kind in range(types)
        ]

    def worth(base: Sequence[int], value: int) -> Callable[[Sequence[int]], int]:
        least = sorted_types(base)

        def at(signals_now: Sequence[int]) -> int:
            now = sorted_types(signals_now)
            risen = all(
                high >= low
                for highs, lows in zip(now, least, strict=True)
                for high, low in zip(highs, lows, strict=True)
            )
            return value if risen else 0

        return at

    tables = [
        Table.of(
            box,
            worth((*profile[:place], low, *profile[place + 1 :]), gap ** (signals - high + low)),
        )
        for place, (_, high, low) in enumerate(drops)
    ]
    tables.append(Table.of(box, worth(profile, gap**signals)))
    bidders = [f"t{kind} from {high} to {low}" for kind, high, low in drops] + ["last"]
    instance = MonotoneSignalsInstance(
        signals,
        rule,
        names,
        tuple(map(SignalBidder, bidders, (names[kind] for kind in kinds), profile, tables)),
    )
    return Bound(instance, optimal_at=(*(low for _, _, low in drops), 0), gap=gap)
