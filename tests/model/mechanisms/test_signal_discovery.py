"""The signal discovery auction against figures worked out by hand and a slow model of the paper's lines."""

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from math import comb, factorial
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain.model.instances import SignalClockInstance
from offchain.model.instances.lotteries import Lottery
from offchain.model.instances.signals import UNSOLD, Rule, Sale, SignalBidder, Table
from offchain.model.mechanisms import signal_discovery
from offchain.model.mechanisms.signal_discovery import (
    DRAWS_LIMIT,
    EXACT_BIDDERS,
    Coins,
    TooManyDrawsError,
    discoveries,
    draws_needed,
    lottery,
    most_rejected,
    sample,
    sealed_auction,
    solve,
    work_needed,
)
from tests.model.signal_cases import clock, clocks

THREE = clock(2, (0, [3, 3, 3, 3]), (1, [0, 5, 5, 5]), (1, [0, 0, 7, 9]))
"""Optimal are a at total 0, b at 1, c at 2 and 3. The total is 2."""

DOMINANT = clock(2, (1, [0, 5, 9]), (1, [0, 1, 2]))
"""Optimal is a at every total: drawing a leaves b, who is rejected for free."""


def chances(instance: SignalClockInstance) -> list[tuple[str | None, int, str]]:
    """The outcome's (winner, price, probability) in order."""
    return [
        (chance.sale.winner, chance.sale.price, str(chance.probability))
        for chance in solve(instance).chances
    ]


def test_three_bidders_by_hand() -> None:
    """Draw a first, then b or c decide. Draw b or c first, and a goes for free, which leaves the other."""
    assert chances(THREE) == [("b", 5, "1/2"), ("c", 7, "1/2")]
    assert solve(THREE).to_json() == {
        "mechanism": "signal-clock",
        "outcomes": [
            {"winner": "b", "price": 5, "probability": "1/2"},
            {"winner": "c", "price": 7, "probability": "1/2"},
        ],
        "expected_welfare": "6",
        "expected_revenue": "6",
        "optimal_welfare": 7,
    }


def test_the_free_discoveries_can_empty_the_auction() -> None:
    """Where the paper says "let i be the single bidder in A", there may be none: then there is no sale."""
    assert chances(DOMINANT) == [(None, 0, "1/2"), ("a", 5, "1/2")]
    assert sealed_auction(DOMINANT, Coins(0, 0, (0, 1), 0)) == UNSOLD
    assert sealed_auction(DOMINANT, Coins(0, 0, (1, 0), 0)) == Sale("a", 5)
    # Theorem 1 stands: the optimal bidder was drawn, with probability 1/2.
    assert solve(DOMINANT).expected_welfare == Fraction(9, 2)


def test_the_revenue_rule_draws_among_the_levels_at_which_the_last_bidder_is_optimal() -> None:
    instance = clock(2, (1, [0, 5, 9]), (1, [0, 1, 2]), rule=Rule.REVENUE)
    assert chances(instance) == [(None, 0, "1/2"), ("a", 5, "1/4"), ("a", 9, "1/4")]
    # With b's signal 0, the total is 1, and a refuses 5 for the level above.
    instance = clock(2, (1, [1, 5, 9]), (0, [0, 1, 2]), rule=Rule.REVENUE)
    assert chances(instance) == [(None, 0, "1/2"), ("a", 1, "1/4"), ("a", 5, "1/4")]
    instance = clock(2, (0, [1, 5, 9]), (1, [0, 1, 2]), rule=Rule.REVENUE)
    assert chances(instance) == [(None, 0, "3/4"), ("a", 5, "1/4")]


def test_three_signals_by_hand() -> None:
    """Levels 0, 2, 4 or 1, 3. Either way b is sold to exactly if a is drawn; at 6, b's value from 2 on."""
    instance = clock(3, (1, [4, 4, 4, 4, 4]), (2, [0, 0, 6, 6, 6]))
    assert chances(instance) == [(None, 0, "1/2"), ("b", 6, "1/2")]


def test_two_types_by_hand() -> None:
    """Type x: a is alone, at its value for signal 0. Type y: c is asked 8 and refuses, b is asked 7."""
    instance = clock(
        2,
        (1, [[1, 2, 3], [4, 5, 6]], "x"),
        (1, [[0, 0, 0], [0, 7, 7]], "y"),
        (0, [[0, 0, 0], [3, 3, 8]], "y"),
        types=("x", "y"),
    )
    assert chances(instance) == [("a", 2, "1/2"), (None, 0, "1/4"), ("b", 7, "1/4")]
    outcome = solve(instance)
    assert outcome.expected_welfare == Fraction(5, 2) + Fraction(7, 4)
    assert outcome.expected_revenue == Fraction(2, 2) + Fraction(7, 4)
    assert outcome.optimal_welfare == 7


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        # Levels 0 and 3, or 1, or 2: the price is the value at the least one, if the true value reaches it.
        (0, [(None, 0, "2/3"), ("a", 10, "1/3")]),
        (1, [("a", 10, "1/3"), ("a", 11, "1/3"), (None, 0, "1/3")]),
        (3, [("a", 10, "1/3"), ("a", 11, "1/3"), ("a", 12, "1/3")]),
    ],
)
def test_one_bidder(signal: int, expected: list[tuple[str | None, int, str]]) -> None:
    ordered = sorted(expected, key=lambda c: (-Fraction(c[2]), c[0] or "", c[1]))
    assert chances(clock(4, (signal, [10, 11, 12, 13]))) == ordered


def test_ties_go_to_the_first_in_the_file() -> None:
    assert chances(clock(2, (1, [0, 5, 9]), (1, [0, 5, 9]))) == [(None, 0, "1/2"), ("a", 5, "1/2")]


def test_a_sale_at_price_zero_is_a_sale() -> None:
    assert chances(clock(2, (0, [0, 0]))) == [("a", 0, "1")]


def naive(instance: SignalClockInstance) -> tuple[dict[tuple[str | None, int], Fraction], int]:
    """The distribution and the largest |R|, line by line of Mechanism 2, from the file's own lists."""
    file = instance.to_json()
    bidders, types, k = file["bidders"], file["types"], file["signals"]
    assert isinstance(bidders, list)
    assert isinstance(types, list)
    assert isinstance(k, int)
    distribution: dict[tuple[str | None, int], Fraction] = defaultdict(Fraction)
    largest = 0

    def value(i: int, totals: list[int]) -> int:
        table = bidders[i]["value"]
        for total in totals:
            table = table[total]
        return int(table)

    truth = [sum(b["signal"] for b in bidders if b["type"] == name) for name in types]

    for kind, m in product(range(len(types)), range(k - 1)):
        group = [i for i, b in enumerate(bidders) if b["type"] == types[kind]]

        def at(i: int, q: int, kind: int = kind) -> int:
            return value(i, [*truth[:kind], q, *truth[kind + 1 :]])

        def h(q: int, group: list[int] = group) -> int:
            best = group[0]
            for i in group:
                if at(i, q) > at(best, q):
                    best = i
            return best

        levels = [q for q in range(len(group) * (k - 1) + 1) if q % (k - 1) == m]

        def run(
            a: frozenset[int],
            r: frozenset[int],
            low: int,
            high: int,
            p: Fraction,
            levels: list[int] = levels,
        ) -> None:
            nonlocal largest
            if len(a) > 1:
                for i in sorted(a):
                    a2, r2 = set(a - {i}), set(r | {i})
                    largest = max(largest, len(r2))
                    low2 = low + bidders[i]["signal"]
                    high2 = high - (k - 1 - bidders[i]["signal"])
                    while True:
                        possible = {h(q) for q in levels if low2 <= q <= high2}
                        free = [j for j in sorted(a2, reverse=True) if j not in possible]
                        if not free:
                            break
                        a2.remove(free[0])
                        low2 += bidders[free[0]]["signal"]
                        high2 -= k - 1 - bidders[free[0]]["signal"]
                    r2 = {j for j in r2 if j in possible}
                    run(frozenset(a2), frozenset(r2), low2, high2, p / len(a))
                return
            if not a:
                distribution[None, 0] += p
                return
            (i,) = a
            priced = [q for q in levels if low <= q <= high and h(q) == i]
            assert priced, "a last bidder is always optimal somewhere"
            for q in priced if instance.rule is Rule.REVENUE else priced[:1]:
                share = p / len(priced) if instance.rule is Rule.REVENUE else p
                if value(i, truth) >= at(i, q):
                    distribution[bidders[i]["name"], at(i, q)] += share
                else:
                    distribution[None, 0] += share

        everyone = frozenset(group)
        run(everyone, frozenset(), 0, len(group) * (k - 1), Fraction(1, len(types) * (k - 1)))
    return dict(distribution), largest


@settings(max_examples=300)
@given(clocks(bidders=5))
def test_agrees_with_the_slow_model(instance: SignalClockInstance) -> None:
    expected, largest = naive(instance)
    outcome = solve(instance)
    assert {(c.sale.winner, c.sale.price): c.probability for c in outcome.chances} == expected
    assert outcome.samples is None
    assert most_rejected(instance) == largest <= 2
    worth = dict(
        zip((b.name for b in instance.bidders), instance.worths(instance.profile), strict=True)
    )
    assert outcome.expected_welfare == sum(
        worth[winner] * p for (winner, _), p in expected.items() if winner is not None
    )
    assert outcome.expected_revenue == sum(price * p for (_, price), p in expected.items())
    assert outcome.optimal_welfare == max(worth.values())
    order = [(-c.probability, c.sale.winner or "", c.sale.price) for c in outcome.chances]
    assert order == sorted(order)


@given(clocks())
def test_the_sealed_auction_over_all_coins_is_the_distribution(
    instance: SignalClockInstance,
) -> None:
    expected: dict[Sale, Fraction] = defaultdict(Fraction)
    types, step = len(instance.types), instance.signals - 1
    for kind in range(types):
        orders = list(permutations(instance.members(kind)))
        for residue, order, pick in product(range(step), orders, range(2)):
            sale = sealed_auction(instance, Coins(kind, residue, order, pick))
            expected[sale] += Fraction(1, types * step * len(orders) * 2)
    assert {chance.sale: chance.probability for chance in solve(instance).chances} == expected


@settings(max_examples=50)
@given(clocks(bidders=7, signals=3, types=1, amount=60))
def test_at_most_two_rejected_bidders_may_be_optimal(instance: SignalClockInstance) -> None:
    assert most_rejected(instance) <= 2


def test_two_rejected_bidders_may_be_optimal() -> None:
    """a and then b are drawn: until b's signal is used, both may still be optimal."""
    assert most_rejected(THREE) == 2
    assert most_rejected(clock(2, (0, [0, 1]))) == 0


def crowd(count: int, seed: int, signals: int = 2) -> SignalClockInstance:
    """Many bidders with random values and signals."""
    random = Random(seed)
    totals = count * (signals - 1) + 1
    return SignalClockInstance(
        signals,
        Rule.REVENUE,
        ("x",),
        tuple(
            SignalBidder(
                f"b{place}",
                "x",
                random.randrange(signals),
                Table((totals,), tuple(sorted(random.randrange(10**6) for _ in range(totals)))),
            )
            for place in range(count)
        ),
    )


def staircase(count: int) -> SignalClockInstance:
    """As many draws as we know how to need: each bidder is optimal once, the lower half has high signals."""
    return SignalClockInstance(
        2,
        Rule.WELFARE,
        ("x",),
        tuple(
            SignalBidder(
                f"b{place}",
                "x",
                int(place < count // 2),
                Table((count + 1,), tuple((q >= place) * (place + 1) for q in range(count + 1))),
            )
            for place in range(count)
        ),
    )


@pytest.mark.parametrize("count", [2, 3, 4, 8, 16])
def test_draws_stay_below_the_bound(count: int) -> None:
    assert draws_needed(staircase(count)) <= 2 * comb(count + 3, 4)


@given(clocks(bidders=7, signals=2, types=1, amount=60))
def test_draws_stay_below_the_bound_everywhere(instance: SignalClockInstance) -> None:
    assert draws_needed(instance) <= 2 * comb(len(instance.bidders) + 3, 4)


def test_so_many_bidders_are_always_within_the_limit() -> None:
    """Of the sets of `size` active bidders that there can be, each has as many draws, each with fewer rounds."""

    def most(count: int) -> int:
        sets = [(size, (count - size + 1) * (size + 1)) for size in range(2, count)]
        return count**2 + sum(number * size**2 for size, number in sets)

    assert most(EXACT_BIDDERS) <= DRAWS_LIMIT < most(EXACT_BIDDERS + 1)
    assert work_needed(staircase(EXACT_BIDDERS)) <= most(EXACT_BIDDERS)


def test_free_discoveries_are_work() -> None:
    """Where each follows from the one before, they are the most of it: a draw with 20 of them counts 21."""
    instance = staircase(40)
    assert work_needed(instance) > 5 * draws_needed(instance)


def test_an_attempt_ends_where_its_work_is_used_up() -> None:
    """Within one draw's cascade of the limit, not when all draws of a set are made."""
    (auction,) = discoveries(staircase(60))
    steps = [1_000]
    with pytest.raises(TooManyDrawsError):
        for _ in auction.reached(steps):
            pass
    assert -60 <= steps[0] < 0


@given(st.integers(0, 2**32))
@settings(max_examples=50)
def test_rounds_of_many_are_learned_at_once_like_one_by_one(seed: int) -> None:
    """Whether the signals are looked up by bidder or by signal."""
    random = Random(seed)
    instance = crowd(12, seed, signals=random.choice([2, 3, 30]))
    for auction in discoveries(instance):
        by_bidder = replace(auction, holders=((0, 0),) * 100)
        for place in range(12):
            assert auction.draw(auction.start, place) == by_bidder.draw(auction.start, place)
        break


def test_weights_are_probabilities_in_units_of_one_over_n_factorial() -> None:
    (auction,) = discoveries(staircase(9))
    ends = [weight for active, weight in auction.reached([10**6]) if active.size < 2]
    assert sum(ends) == factorial(9)


@pytest.mark.parametrize(
    "instance", [staircase(40), crowd(40, seed=7, signals=6), crowd(200, seed=1)]
)
def test_large_instances_are_exact(instance: SignalClockInstance) -> None:
    """And need no samples: one way after the other, this would never end."""
    outcome = solve(instance)
    assert outcome.samples is None
    assert sum(chance.probability for chance in outcome.chances) == 1


def test_samples_come_close_to_the_exact_distribution() -> None:
    instance = staircase(40)
    outcome = sample(instance, 5000, seed=3)
    assert outcome == sample(instance, 5000, seed=3)
    assert outcome != sample(instance, 5000, seed=4)
    assert outcome.to_json()["samples"] == 5000
    exact = {chance.sale: chance.probability for chance in solve(instance).chances}
    drawn = {chance.sale: chance.probability for chance in outcome.chances}
    assert set(drawn) <= set(exact)
    assert sum(drawn.values()) == 1
    assert all(abs(exact[sale] - drawn.get(sale, 0)) < Fraction(1, 40) for sale in exact)


@given(clocks())
def test_samples_are_auctions(instance: SignalClockInstance) -> None:
    """Every sampled sale is possible, whatever the rule, the types and the residues."""
    exact = {chance.sale for chance in solve(instance).chances}
    assert {chance.sale for chance in sample(instance, 20, seed=1).chances} <= exact


def test_too_many_draws_are_sampled_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = staircase(12)
    with pytest.raises(TooManyDrawsError):
        lottery(instance, limit=100)
    with pytest.raises(TooManyDrawsError):
        draws_needed(instance, limit=100)

    def limited(instance: SignalClockInstance) -> Lottery:
        return lottery(instance, limit=100)

    monkeypatch.setattr(signal_discovery, "lottery", limited)
    heard: list[str] = []
    outcome = signal_discovery.solve(instance, heard.append)
    assert len(heard) == 1
    assert heard[0].startswith(
        "bidders: the exact distribution takes more than 1,000,000 discoveries: 10,000 auctions are drawn instead"
    )
    assert outcome.samples == signal_discovery.SAMPLES
    assert outcome == sample(instance, signal_discovery.SAMPLES, signal_discovery.SEED)
