"""The guarantees of the signal auctions on every small case, the instances of the lower bounds, and the checks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import comb
from typing import Any

import pytest
from hypothesis import given, settings

from offchain.model.checks import Finding, Verdict, signals
from offchain.model.checks.signals import (
    WORK_LIMIT,
    guarantees,
    incentive_compatibility,
    individual_rationality,
    probabilities,
)
from offchain.model.document import instance_text, parse_text
from offchain.model.instances import MonotoneSignalsInstance, SignalClockInstance
from offchain.model.instances.lotteries import Lottery
from offchain.model.instances.signal_bounds import (
    Bound,
    shared_quality_bound,
    symmetric_values_bound,
)
from offchain.model.instances.signals import Chance, Rule, Sale, SignalInstance, SignalOutcome
from offchain.model.kinds import check_reference, solve
from offchain.model.mechanisms import monotone_allocation, signal_discovery
from tests.model.signal_cases import (
    clock,
    clocks,
    every_order_of_optimal_bidders,
    monotone,
    monotones,
)


def probability(instance: SignalInstance, bidder: int) -> Fraction:
    """How likely the bidder is to win, at the instance's signals."""
    outcome = solve(instance)
    assert isinstance(outcome, SignalOutcome)
    name = instance.bidders[bidder].name
    return sum(
        (chance.probability for chance in outcome.chances if chance.sale.winner == name),
        Fraction(0),
    )


@pytest.mark.parametrize(
    ("bidders", "levels", "least"),
    [
        (1, 2, Fraction(1)),
        (2, 2, Fraction(1, 2)),
        (3, 2, Fraction(1, 3)),
        (4, 2, Fraction(1, 4)),
        (1, 3, Fraction(1, 2)),
        (2, 3, Fraction(1, 4)),
    ],
)
def test_the_optimal_bidder_wins_with_the_probability_promised(
    bidders: int, levels: int, least: Fraction
) -> None:
    """Over every order of optimal bidders and every profile: at least 1/(5(k-1)), and no less than this."""
    found = min(
        probability(instance, worths.index(max(worths)))
        for instance in every_order_of_optimal_bidders(bidders, levels)
        for worths in [instance.worths(instance.profile)]
        if max(worths)
    )
    assert found == least >= Fraction(1, 5 * (levels - 1))


@settings(max_examples=200)
@given(clocks(bidders=5))
def test_guarantees_of_signal_discovery(instance: SignalClockInstance) -> None:
    factor = 5 * len(instance.types) * (instance.signals - 1)
    outcome = signal_discovery.solve(instance)
    if instance.rule is Rule.WELFARE:
        assert factor * outcome.expected_welfare >= outcome.optimal_welfare
    else:
        assert 2 * factor * outcome.expected_revenue >= outcome.optimal_welfare
    assert outcome.expected_revenue <= outcome.expected_welfare


@settings(max_examples=200)
@given(monotones())
def test_guarantees_of_the_monotone_allocation(instance: MonotoneSignalsInstance) -> None:
    k, types = instance.signals, len(instance.types)
    rho = min(len(instance.bidders), types * comb(k, 2) + 1)
    outcome = monotone_allocation.solve(instance)
    if instance.rule is Rule.WELFARE:
        assert rho * outcome.expected_welfare >= outcome.optimal_welfare
    else:
        assert k * rho * outcome.expected_revenue >= outcome.optimal_welfare
    assert outcome.expected_revenue <= outcome.expected_welfare


BOUNDS: list[Bound[Any]] = [
    *(shared_quality_bound(k, types, gap=1000) for k, types in [(2, 1), (4, 1), (3, 2), (2, 3)]),
    *(symmetric_values_bound(k, types, gap=1000) for k, types in [(2, 1), (3, 1), (3, 2), (2, 3)]),
]


def test_the_sizes_of_the_lower_bounds() -> None:
    assert [bound.factor for bound in BOUNDS] == [2, 4, 5, 4, 2, 4, 7, 4]
    assert shared_quality_bound(2, 1, gap=7).gap == symmetric_values_bound(2, 1, gap=7).gap == 7
    for bound in BOUNDS:
        k, types = bound.instance.signals, len(bound.instance.types)
        if isinstance(bound.instance, SignalClockInstance):
            assert bound.factor == types * (k - 1) + 1  # Theorem 6
        else:
            assert bound.factor == types * comb(k, 2) + 1  # Theorem 11


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: f"{bound.factor} bidders")
def test_each_bidder_of_a_lower_bound_is_nearly_all_of_the_optimum_somewhere(
    bound: Bound[Any],
) -> None:
    for bidder, profile in bound.profiles():
        instance = bound.instance
        assert all(
            other == bidder or signal == instance.profile[other]
            for other, signal in enumerate(profile)
        )
        assert profile[bidder] <= instance.profile[bidder]
        worths = instance.worths(profile)
        assert all(
            worth * bound.gap <= worths[bidder]
            for other, worth in enumerate(worths)
            if other != bidder
        )


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: f"{bound.factor} bidders")
def test_neither_mechanism_beats_the_lower_bound(bound: Bound[Any]) -> None:
    """Monotone in the bidder's signal, the probabilities add up at s: so one of them is at most 1/n."""
    instance = bound.instance
    welfares = []
    alone = []
    for bidder, profile in bound.profiles():
        case = instance.with_profile(profile)
        alone.append(probability(case, bidder))
        assert alone[-1] <= probability(instance, bidder)
        outcome = solve(case)
        assert isinstance(outcome, SignalOutcome)
        welfares.append(outcome.expected_welfare / outcome.optimal_welfare)
    assert sum(alone) <= 1
    assert min(alone) <= Fraction(1, bound.factor)
    assert min(welfares) <= Fraction(1, bound.factor) + Fraction(1, bound.gap)
    if isinstance(instance, MonotoneSignalsInstance):
        assert set(alone) == {Fraction(1, bound.factor)}  # Theorem 12 meets Theorem 11


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: f"{bound.factor} bidders")
def test_the_lower_bounds_are_instances_like_any_other(bound: Bound[Any]) -> None:
    text = instance_text(bound.instance)
    if max(max(bidder.value.entries) for bidder in bound.instance.bidders) < 2**64:
        assert parse_text(text).instances == (bound.instance,)


def test_the_values_printed_for_theorem_6_do_not_do_it() -> None:
    """They grow with d: where the bidder of d = 1 has signal 0 and should be optimal, that of d = 2 is."""
    ours = shared_quality_bound(3, 1, gap=10).instance
    assert [bidder.value.entries for bidder in ours.bidders] == [
        (0, 0, 10, 10, 10, 10, 10),
        (0, 1, 1, 1, 1, 1, 1),
        (0, 0, 0, 100, 100, 100, 100),
    ]
    printed = clock(
        3, (1, [0, 0, 1, 1, 1, 1, 1]), (2, [0, 10, 10, 10, 10, 10, 10]), (0, [0] * 3 + [100] * 4)
    )
    assert ours.profile == printed.profile == (1, 2, 0)
    assert ours.worths((0, 2, 0)) == [10, 1, 0]
    assert printed.worths((0, 2, 0)) == [1, 10, 0]


def test_the_values_printed_for_theorem_11_do_not_do_it() -> None:
    """M^j: with 1, 2, 2 at s, bidder (1, 0) shares its value with (2, 0) at its own profile 0, 2, 2."""
    bound = symmetric_values_bound(3, 1, gap=10)
    names = [bidder.name for bidder in bound.instance.bidders]
    assert names == ["t0 from 1 to 0", "t0 from 2 to 0", "t0 from 2 to 1", "last"]
    (first, profile), *_ = bound.profiles()
    assert (first, profile) == (0, (0, 2, 2, 0))
    # Both are positive there, and the printed value of both is M^0.
    assert bound.instance.worths(profile) == [100, 10, 0, 0]


def findings(instance: SignalClockInstance | MonotoneSignalsInstance) -> dict[str, Finding]:
    """The findings on an instance by name."""
    return {finding.name: finding for finding in check_reference(instance)}


@settings(max_examples=60)
@given(clocks(bidders=3, signals=3))
def test_every_claim_holds_for_signal_discovery(instance: SignalClockInstance) -> None:
    found = findings(instance)
    assert list(found) == [
        "probabilities",
        "individual rationality",
        "welfare guarantee",
        "revenue guarantee",
        "rejected bidders",
        "clock auction",
        "incentive compatibility",
    ]
    unclaimed = {"revenue guarantee"} if instance.rule is Rule.WELFARE else set()
    for name, finding in found.items():
        assert finding.verdict is (Verdict.NOT_CLAIMED if name in unclaimed else Verdict.HOLDS)
    profiles = instance.signals ** len(instance.bidders)
    assert f"at any of {profiles} profiles" in found["incentive compatibility"].detail


@settings(max_examples=60)
@given(monotones(bidders=3))
def test_every_claim_holds_for_the_monotone_allocation(instance: MonotoneSignalsInstance) -> None:
    found = findings(instance)
    assert list(found) == [
        "probabilities",
        "feasibility",
        "individual rationality",
        "welfare guarantee",
        "revenue guarantee",
        "incentive compatibility",
    ]
    unclaimed = {"revenue guarantee"} if instance.rule is Rule.WELFARE else set()
    for name, finding in found.items():
        assert finding.verdict is (Verdict.NOT_CLAIMED if name in unclaimed else Verdict.HOLDS)


def outcome_with(*chances: tuple[str | None, int, Fraction], welfare: int = 0) -> SignalOutcome:
    """An outcome that someone else might give."""
    return SignalOutcome(
        "signal-clock",
        tuple(Chance(Sale(winner, price), probability) for winner, price, probability in chances),
        expected_welfare=Fraction(welfare),
        expected_revenue=Fraction(0),
        optimal_welfare=11,
    )


HALF = Fraction(1, 2)
PAIR = clock(2, (1, [0, 5, 11]), (1, [0, 6, 7]))


@pytest.mark.parametrize(
    ("chances", "detail"),
    [
        ([("a", 5, HALF)], "the probabilities are 1/2 in all, not 1"),
        ([("a", 5, Fraction(2)), ("b", 5, Fraction(-1))], "b has probability -1"),
        ([("a", 5, Fraction(1)), (None, 0, Fraction(0))], "nobody has probability 0"),
        ([(None, 3, Fraction(1))], "unsold at price 3"),
    ],
)
def test_probabilities_that_are_none(
    chances: list[tuple[str | None, int, Fraction]], detail: str
) -> None:
    finding = probabilities(outcome_with(*chances))
    assert (finding.verdict, finding.detail) == (Verdict.FAILS, detail)


def test_a_price_above_the_value_is_not_rational() -> None:
    finding = individual_rationality(PAIR, outcome_with(("a", 11, HALF), ("b", 8, HALF)))
    assert (finding.verdict, finding.detail) == (Verdict.FAILS, "b pays 8 for what is worth 7")


def test_too_little_welfare_fails_the_guarantee() -> None:
    welfare, _ = guarantees(PAIR, outcome_with(welfare=2), 5, 10, "Theorem 1")
    assert welfare.verdict is Verdict.FAILS
    assert welfare.detail == "2 expected, optimum 11, beyond a factor of 5 (Theorem 1)"
    revenue_rule = replace(PAIR, rule=Rule.REVENUE)
    assert [
        finding.verdict
        for finding in guarantees(revenue_rule, outcome_with(welfare=2), 5, 10, "Theorem 2")
    ] == [Verdict.HOLDS, Verdict.FAILS]


def test_sampled_outcomes_prove_no_guarantee() -> None:
    sampled = replace(outcome_with(welfare=11), samples=100)
    welfare, _ = guarantees(PAIR, sampled, 5, 10, "Theorem 1")
    assert (welfare.name, welfare.verdict) == ("welfare guarantee", Verdict.NOT_CLAIMED)
    assert welfare.detail == (
        "11 expected, optimum 11, from 100 auctions drawn, which prove no expectation"
    )


def first_price(instance: SignalClockInstance) -> Lottery:
    """A mechanism that no one should use: the highest reported value wins and pays itself."""
    worths = instance.worths(instance.profile)
    return {(worths.index(max(worths)), max(worths)): Fraction(1)}


def test_the_deviation_search_finds_what_pays() -> None:
    """At total 1 b would win. If a reports 0, a wins the tie at total 0, for nothing."""
    instance = clock(2, (1, [0, 5, 5]), (1, [0, 6, 7]))
    finding = incentive_compatibility(instance, first_price, cost=1)
    assert finding.verdict is Verdict.FAILS
    assert finding.detail == (
        "a (signal 1, all signals [1, 0]) gets 0 by reporting it and 5 by reporting 0"
    )


def test_much_work_is_done_at_the_true_signals_only() -> None:
    instance = clock(2, (1, [0, 5, 5]), (1, [0, 6, 7]))
    finding = incentive_compatibility(instance, first_price, cost=WORK_LIMIT // 2)
    assert finding.verdict is Verdict.FAILS
    honest = incentive_compatibility(instance, signal_discovery.lottery, cost=WORK_LIMIT // 2)
    assert (
        honest.detail
        == "ex-post, in expectation over the draws, one name each: no better report at the true signals among 2 tried of 2"
    )
    everywhere = incentive_compatibility(instance, signal_discovery.lottery, cost=WORK_LIMIT // 4)
    assert everywhere.detail.endswith(
        ": no better report of any bidder at any of 4 profiles of signals, all 8 tried"
    )
    sparse = incentive_compatibility(instance, signal_discovery.lottery, cost=WORK_LIMIT)
    assert (
        sparse.detail
        == "ex-post, in expectation over the draws, one name each: no better report at the true signals among 1 tried of 2"
    )


@pytest.mark.parametrize("unit", [1, 10**9, 10**15])
@pytest.mark.parametrize("broken", ["own value", "half way"])
def test_a_wrong_price_level_is_found_out_in_any_unit(
    broken: str, unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last bidder is offered the good at its value at the true total, or half way to that."""
    honest = signal_discovery.Discovery.prices
    instance = clock(
        3,
        *(
            (signal, [value * unit + odd for odd, value in enumerate(values)])
            for signal, values in (
                (1, [0, 2, 5, 6, 7, 9, 9]),
                (2, [1, 2, 3, 7, 8, 8, 9]),
                (0, [0, 0, 1, 2, 9, 9, 12]),
            )
        ),
    )

    def prices(
        self: signal_discovery.Discovery, last: signal_discovery.Active, rule: Rule
    ) -> list[int]:
        bidder = last.bits.bit_length() - 1
        total = last.least + self.signals[bidder]
        own = instance.bidders[self.bidders[bidder]].value.at([total])
        if broken == "own value":
            return [own]
        return [(own + price) // 2 for price in honest(self, last, rule)]

    assert signals.discovery_incentives(instance, outcome_with()).verdict is Verdict.HOLDS
    monkeypatch.setattr(signal_discovery.Discovery, "prices", prices)
    finding = signals.discovery_incentives(instance, outcome_with())
    assert finding.verdict is Verdict.FAILS, finding.detail


@pytest.mark.parametrize("unit", [1, 10**9, 10**15])
def test_a_monotone_allocation_that_charges_the_value_is_found_out_in_any_unit(
    unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever pays for the signal that it reports had better report the least that still wins."""

    def at_the_report(
        worths: Callable[[Sequence[int]], Sequence[int]], profile: Sequence[int]
    ) -> list[int | None]:
        honest = thresholds(worths, profile)
        return [
            None if least is None else signal for least, signal in zip(honest, profile, strict=True)
        ]

    thresholds = monotone_allocation.thresholds
    values = [[[0, 1, 2], [3, 5, 6], [8, 9, 11]], [[0, 2, 7], [1, 4, 8], [3, 6, 9]]]
    odd = [
        [[value * unit + place for place, value in enumerate(row)] for row in of] for of in values
    ]
    instance = monotone(3, (2, odd[0]), (1, odd[1]))
    assert findings(instance)["incentive compatibility"].verdict is Verdict.HOLDS
    monkeypatch.setattr(monotone_allocation, "thresholds", at_the_report)
    assert findings(instance)["incentive compatibility"].verdict is Verdict.FAILS


def test_a_different_clock_auction_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(instance: SignalClockInstance, coins: signal_discovery.Coins) -> Sale:
        return Sale(None, 0)

    monkeypatch.setattr(signal_discovery, "sealed_auction", never)
    finding = signals.clock_form(PAIR)
    assert finding.verdict is Verdict.FAILS
    assert finding.detail == (
        "nobody at 0 sealed but a at 11 over clocks, where b, a are drawn in turn"
    )


@pytest.mark.parametrize(("most", "verdict"), [(2, Verdict.HOLDS), (3, Verdict.FAILS)])
def test_three_rejected_who_may_be_optimal_are_too_many(
    most: int, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal_discovery, "most_rejected", lambda _: most)
    finding = signals.rejected_bidders(PAIR, outcome_with())
    said = {
        Verdict.HOLDS: "at most 2 at a time, over all draws",
        Verdict.FAILS: "3 rejected who may be optimal",
    }
    assert (finding.name, finding.verdict, finding.detail) == (
        "rejected bidders",
        verdict,
        said[verdict],
    )


def test_what_is_too_much_work_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    sampled = signal_discovery.sample(PAIR, 100, seed=1)
    for finding in (
        signals.rejected_bidders(PAIR, sampled),
        signals.discovery_incentives(PAIR, sampled),
    ):
        assert finding.verdict is Verdict.NOT_CLAIMED
        assert finding.detail == "too many draws to go through them all: not searched"
    drawn = signals.probabilities(sampled)
    assert (drawn.verdict, drawn.detail) == (
        Verdict.HOLDS,
        "1 over 2 sales, from 100 auctions drawn",
    )

    def too_many(_: SignalClockInstance) -> Lottery:
        raise signal_discovery.TooManyDrawsError

    monkeypatch.setattr(signal_discovery, "lottery", too_many)
    finding = signals.discovery_incentives(PAIR, outcome_with())
    assert (finding.name, finding.verdict, finding.detail) == (
        "incentive compatibility",
        Verdict.NOT_CLAIMED,
        "too many draws to go through them all: not searched",
    )


def test_asymmetric_values_of_one_type_can_allocate_too_many() -> None:
    """Each of three bidders is optimal where their own signal alone is 0: 3/2 in all, so files may not say so."""

    def others_are_high(bidder: int) -> list[list[list[int]]]:
        return [
            [[int(x + y + z - (x, y, z)[bidder] == 2) for z in (0, 1)] for y in (0, 1)]
            for x in (0, 1)
        ]

    found = findings(monotone(2, *((1, others_are_high(bidder)) for bidder in range(3))))
    assert found["feasibility"].verdict is Verdict.FAILS
    assert found["feasibility"].detail == "3 bidders with probability 1/2 each"
    assert found["probabilities"].verdict is Verdict.FAILS
