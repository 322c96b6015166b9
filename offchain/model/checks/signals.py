"""The properties of the two signal auctions, each as a check on one instance.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §2 for the properties
(ex-post: at the true signals, whatever they are), Theorems 1 to 10, 12 and 13 for the claims. All
amounts are integers in units, probabilities fractions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random

from offchain.model.checks.finding import Finding, Verdict
from offchain.model.instances.lotteries import Lottery
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance, most_allocated
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import Rule, SignalInstance, SignalOutcome
from offchain.model.mechanisms import monotone_allocation, signal_discovery
from offchain.model.mechanisms.signal_discovery import TooManyDrawsError

WORK_LIMIT = 1_000_000
"""How many draws or look-ups the deviation search may cost (some seconds); beyond, it tries fewer reports."""

CLOCK_AUCTIONS = 100
"""How many clock auctions are compared with the sealed ones; fewer where there are hundreds of bidders."""

SEED = 1
"""Of those auctions."""

CLAIM = "ex-post, in expectation over the draws, one name each"
"""In what sense the truth is best: whatever the others' signals, if they report them, before the draws are known."""

TOO_MANY_DRAWS = "too many draws to go through them all: not searched"


def check_signal_clock(
    instance: SignalClockInstance, tell: Callable[[str], None] | None = None
) -> list[Finding]:
    """All findings on the signal discovery auction of the instance. tell: as `signal_discovery.solve` has it."""
    outcome = signal_discovery.solve(instance, tell)
    types, step = len(instance.types), instance.signals - 1
    return [
        probabilities(outcome),
        individual_rationality(instance, outcome),
        *guarantees(instance, outcome, 5 * types * step, 10 * types * step, "Theorem 10"),
        rejected_bidders(instance, outcome),
        clock_form(instance),
        discovery_incentives(instance, outcome),
    ]


def check_monotone_signals(instance: MonotoneSignalsInstance) -> list[Finding]:
    """All findings on the monotone randomized allocation of the instance."""
    outcome = monotone_allocation.solve(instance)
    bidders, signals = len(instance.bidders), instance.signals
    rho = monotone_allocation.sharers(bidders, signals, len(instance.types))
    return [
        probabilities(outcome),
        feasibility(instance),
        individual_rationality(instance, outcome),
        *guarantees(instance, outcome, rho, rho * signals, "Theorems 12 and 13"),
        incentive_compatibility(instance, monotone_allocation.lottery, bidders**2 * signals),
    ]


def probabilities(outcome: SignalOutcome) -> Finding:
    """Every chance is positive and they are 1 in all; nothing is paid when nothing is sold."""

    def counterexample() -> str | None:
        for chance in outcome.chances:
            if chance.probability <= 0:
                return f"{named(chance.sale.winner)} has probability {chance.probability}"
            if chance.sale.winner is None and chance.sale.price:
                return f"unsold at price {chance.sale.price}"
        total = sum(chance.probability for chance in outcome.chances)
        return None if total == 1 else f"the probabilities are {total} in all, not 1"

    source = "exact" if outcome.samples is None else f"from {outcome.samples} auctions drawn"
    return Finding.of(
        "probabilities", counterexample(), f"1 over {len(outcome.chances)} sales, {source}"
    )


def individual_rationality(instance: SignalInstance, outcome: SignalOutcome) -> Finding:
    """Nobody who wins ever pays more than the good is worth to them at the true signals."""
    worths = instance.worths(instance.profile)
    worth = {bidder.name: worths[place] for place, bidder in enumerate(instance.bidders)}

    def counterexample() -> str | None:
        for chance in outcome.chances:
            winner, price = chance.sale.winner, chance.sale.price
            if winner is not None and price > worth[winner]:
                return f"{winner} pays {price} for what is worth {worth[winner]}"
        return None

    return Finding.of(
        "individual rationality", counterexample(), "every price is within the winner's value"
    )


def guarantees(
    instance: SignalInstance, outcome: SignalOutcome, welfare: int, revenue: int, source: str
) -> list[Finding]:
    """Expected welfare and revenue are within these factors of the optimal welfare, if these are the true signals and values.

    The revenue factor is claimed under the revenue rule only, where it is the welfare's factor too,
    since nobody pays more than their value.
    """
    optimum = outcome.optimal_welfare
    revenue_rule = instance.rule is Rule.REVENUE

    def within(name: str, expected: Fraction, factor: int, claimed: bool) -> Finding:
        figures = f"{expected} expected, optimum {optimum}"
        if not claimed:
            return Finding(name, Verdict.NOT_CLAIMED, f"{figures}; only under the revenue rule")
        if outcome.samples is not None:
            reason = f"{figures}, from {outcome.samples} auctions drawn, which prove no expectation"
            return Finding(name, Verdict.NOT_CLAIMED, reason)
        holds = factor * expected >= optimum
        return Finding.of(
            name,
            None if holds else f"{figures}, beyond a factor of {factor} ({source})",
            f"{figures}, within a factor of {factor} over the draws, if all report the truth, one name each",
        )

    return [
        within(
            "welfare guarantee",
            outcome.expected_welfare,
            revenue if revenue_rule else welfare,
            True,
        ),
        within("revenue guarantee", outcome.expected_revenue, revenue, revenue_rule),
    ]


def rejected_bidders(instance: SignalClockInstance, outcome: SignalOutcome) -> Finding:
    """At no time have more than two bidders been rejected who may still be optimal (Lemma 2)."""
    name = "rejected bidders"
    if outcome.samples is not None:
        return Finding(name, Verdict.NOT_CLAIMED, TOO_MANY_DRAWS)
    most = signal_discovery.most_rejected(instance)
    return Finding.of(
        name,
        None if most <= 2 else f"{most} rejected who may be optimal",
        f"at most {most} at a time, over all draws",
    )


def clock_form(instance: SignalClockInstance) -> Finding:
    """With the same draws, the auction over signal clocks sells as the sealed one does (Theorem 9)."""
    random = Random(SEED)
    auctions = max(
        1, min(CLOCK_AUCTIONS, WORK_LIMIT // (len(instance.bidders) ** 2 * instance.signals))
    )

    def counterexample() -> str | None:
        for _ in range(auctions):
            coins = signal_discovery.toss(instance, random)
            sealed = signal_discovery.sealed_auction(instance, coins)
            clocks = signal_discovery.clock_auction(instance, coins).sale
            if sealed != clocks:
                sales = " but ".join(
                    f"{named(sale.winner)} at {sale.price}{form}"
                    for sale, form in [(sealed, " sealed"), (clocks, " over clocks")]
                )
                order = ", ".join(instance.bidders[bidder].name for bidder in coins.order)
                return f"{sales}, where {order} are drawn in turn"
        return None

    return Finding.of(
        "clock auction", counterexample(), f"sells like the sealed one, {auctions} compared"
    )


def discovery_incentives(instance: SignalClockInstance, outcome: SignalOutcome) -> Finding:
    """`incentive_compatibility` of the signal discovery auction."""
    unsearched = Finding("incentive compatibility", Verdict.NOT_CLAIMED, TOO_MANY_DRAWS)
    if outcome.samples is not None:
        return unsearched
    cost = signal_discovery.work_needed(instance) + signal_discovery.look_ups(instance)
    try:
        return incentive_compatibility(instance, signal_discovery.lottery, cost)
    except TooManyDrawsError:
        # Another report can take more draws than the true one.
        return unsearched


@dataclass(frozen=True, slots=True)
class Misreport:
    """A signal that gives a bidder more, in expectation, than reporting theirs; all others report theirs."""

    bidder: str
    profile: tuple[int, ...]
    signal: int
    report: int
    truthful: Fraction
    utility: Fraction

    def __str__(self) -> str:
        return (
            f"{self.bidder} (signal {self.signal}, all signals {list(self.profile)}) gets {self.truthful}"
            f" by reporting it and {self.utility} by reporting {self.report}"
        )


def incentive_compatibility(
    instance: SignalInstance, lottery: Callable[..., Lottery], cost: int
) -> Finding:
    """No bidder gains, in expectation, by reporting another signal when all others report theirs (ex-post).

    Every report of every bidder: at every profile of signals if that is little work, else at the
    true one, and there, where even that is much, evenly spaced ones. lottery: of an instance at the
    signals reported. cost: of one lottery.
    """
    bidders, signals = len(instance.bidders), instance.signals
    # There are at least two signals: with many bidders the power is beyond the limit, and may not fit in memory.
    everywhere = (
        bidders <= WORK_LIMIT.bit_length() and signals**bidders * max(cost, 1) <= WORK_LIMIT
    )
    if everywhere:
        profiles = list(product(range(signals), repeat=bidders))
        return Finding.of(
            "incentive compatibility",
            first_misreport(every_misreport(instance, profiles, lottery)),
            f"{CLAIM}: no better report of any bidder at any of {len(profiles)} profiles of signals, all"
            f" {len(profiles) * bidders * (signals - 1)} tried",
        )
    reports = bidders * (signals - 1)
    step = -(-reports * max(cost, 1) // WORK_LIMIT)
    tried = every_misreport(instance, [instance.profile], lottery, step)
    count = len(range(0, reports, step))
    return Finding.of(
        "incentive compatibility",
        first_misreport(tried),
        f"{CLAIM}: no better report at the true signals among {count} tried of {reports}",
    )


def first_misreport(found: Iterator[Misreport]) -> str | None:
    """The first one in words, None if there is none."""
    misreport = next(found, None)
    return None if misreport is None else str(misreport)


def every_misreport(
    instance: SignalInstance,
    profiles: Sequence[tuple[int, ...]],
    lottery: Callable[..., Lottery],
    step: int = 1,
) -> Iterator[Misreport]:
    """Every report at every profile that pays, or one in `step` of the reports at each profile."""
    known: dict[tuple[int, ...], Lottery] = {}

    def at(profile: tuple[int, ...]) -> Lottery:
        if profile not in known:
            known[profile] = lottery(instance.with_profile(profile))
        return known[profile]

    for profile in profiles:
        lies = [
            (bidder, report)
            for bidder, signal in enumerate(profile)
            for report in range(instance.signals)
            if report != signal
        ]
        for bidder, report in lies[::step]:
            worth = instance.worth(bidder, profile)
            reported = (*profile[:bidder], report, *profile[bidder + 1 :])
            truthful = utility(at(profile), bidder, worth)
            lying = utility(at(reported), bidder, worth)
            if lying > truthful:
                yield Misreport(
                    instance.bidders[bidder].name, profile, profile[bidder], report, truthful, lying
                )


def utility(lottery: Lottery, bidder: int, worth: int) -> Fraction:
    """What the bidder expects: value less price, when it wins."""
    return sum(
        (
            (worth - price) * probability
            for (winner, price), probability in lottery.items()
            if winner == bidder
        ),
        Fraction(0),
    )


def feasibility(instance: MonotoneSignalsInstance) -> Finding:
    """No more bidders are allocated than the good can be divided among by lot: rho = min(n, l*C(k,2) + 1)."""
    thresholds = monotone_allocation.thresholds(instance.worths, instance.profile)
    allocated = sum(threshold is not None for threshold in thresholds)
    bidders, types = len(instance.bidders), len(instance.types)
    rho = monotone_allocation.sharers(bidders, instance.signals, types)
    bound = most_allocated(instance.signals, types)
    return Finding.of(
        "feasibility",
        None if allocated <= rho else f"{allocated} bidders with probability 1/{rho} each",
        f"{allocated} of {bidders} bidders with probability 1/{rho} each; types allow {bound}",
    )


def named(winner: str | None) -> str:
    """The winner, or what is said where there is none."""
    return "nobody" if winner is None else winner
