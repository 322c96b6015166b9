"""The monotone randomized allocation against figures worked out by hand and the paper's loop over all profiles."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import given, settings

from offchain.model.instances import MonotoneSignalsInstance
from offchain.model.instances.signals import Rule
from offchain.model.mechanisms import monotone_allocation
from offchain.model.mechanisms.monotone_allocation import allocation, sharers, solve, thresholds
from tests.model.signal_cases import monotone, monotones

A = [[0, 3, 3], [4, 4, 4], [5, 5, 9]]
B = [[1, 2, 2], [1, 2, 6], [1, 2, 8]]
"""Values of two bidders with three signals, by a's signal and then b's."""


def chances(instance: MonotoneSignalsInstance) -> list[tuple[str | None, int, str]]:
    """The outcome's (winner, price, probability) in order."""
    return [
        (chance.sale.winner, chance.sale.price, str(chance.probability))
        for chance in solve(instance).chances
    ]


def test_two_bidders_by_hand() -> None:
    """a has signal 2 and is optimal already with 0, where the value is 3. b never is."""
    instance = monotone(3, (2, A), (1, B))
    assert chances(instance) == [(None, 0, "1/2"), ("a", 3, "1/2")]
    assert solve(instance).to_json() == {
        "mechanism": "monotone-signals",
        "outcomes": [
            {"winner": None, "price": 0, "probability": "1/2"},
            {"winner": "a", "price": 3, "probability": "1/2"},
        ],
        "expected_welfare": "5/2",
        "expected_revenue": "3/2",
        "optimal_welfare": 5,
    }


def test_two_bidders_who_share_by_hand() -> None:
    """b is optimal at 1, 2. At 0, 2 a is, so that both have one half, at the value where they become optimal."""
    instance = monotone(3, (1, A), (2, B))
    assert chances(instance) == [("a", 3, "1/2"), ("b", 6, "1/2")]
    outcome = solve(instance)
    assert outcome.expected_welfare == 5
    assert outcome.expected_revenue == Fraction(9, 2)


def test_the_revenue_rule_by_hand() -> None:
    """a's price is set by signal 0, 1 or 2. With 1 of its own, a does not buy at what 2 would be worth."""
    assert chances(monotone(3, (2, A), (1, B), rule=Rule.REVENUE)) == [
        (None, 0, "1/2"),
        ("a", 3, "1/6"),
        ("a", 4, "1/6"),
        ("a", 5, "1/6"),
    ]
    assert chances(monotone(3, (1, A), (2, B), rule=Rule.REVENUE)) == [
        ("b", 6, "1/2"),
        (None, 0, "1/6"),
        ("a", 3, "1/6"),
        ("a", 4, "1/6"),
    ]


def test_equal_prices_are_put_together() -> None:
    flat = [[7, 7, 7]] * 3
    instance = monotone(3, (2, flat), (1, B), rule=Rule.REVENUE)
    assert chances(instance) == [(None, 0, "1/2"), ("a", 7, "1/2")]


def test_a_price_for_a_higher_signal_is_refused_even_at_the_same_value() -> None:
    flat = [[7, 7, 7]] * 3
    instance = monotone(3, (0, flat), (1, B), rule=Rule.REVENUE)
    assert chances(instance) == [(None, 0, "5/6"), ("a", 7, "1/6")]


@pytest.mark.parametrize(
    ("bidders", "signals", "types", "rho"),
    [
        (1, 2, 1, 1),
        (2, 2, 1, 2),
        (9, 2, 1, 2),
        (9, 3, 1, 4),
        (9, 3, 2, 7),
        (9, 4, 2, 9),
        (99, 4, 2, 13),
    ],
)
def test_rho(bidders: int, signals: int, types: int, rho: int) -> None:
    assert sharers(bidders, signals, types) == rho


def the_papers_loop(instance: MonotoneSignalsInstance) -> dict[tuple[str | None, int], Fraction]:
    """Theorem 12's lines for all profiles, and the prices of Theorems 12 and 13, from the file's own lists."""
    file = instance.to_json()
    bidders, types, k = file["bidders"], file["types"], file["signals"]
    assert isinstance(bidders, list)
    assert isinstance(types, list)
    assert isinstance(k, int)
    n = len(bidders)
    rho = min(n, len(types) * comb(k, 2) + 1)

    def value(i: int, s: tuple[int, ...]) -> int:
        table = bidders[i]["value"]
        for signal in s:
            table = table[signal]
        return int(table)

    def put(s: tuple[int, ...], i: int, signal: int) -> tuple[int, ...]:
        return (*s[:i], signal, *s[i + 1 :])

    x: dict[tuple[int, tuple[int, ...]], Fraction] = defaultdict(Fraction)
    profiles = list(product(range(k), repeat=n))
    for s in profiles:
        i = max(range(n), key=lambda j, s=s: (value(j, s), -j))  # type: ignore[misc]
        if x[i, s] == 0:
            x[i, s] = Fraction(1, rho)
            for higher in range(s[i] + 1, k):
                x[i, put(s, i, higher)] = Fraction(1, rho)
    for s in profiles:
        assert sum(x[i, s] for i in range(n)) <= 1

    s = tuple(bidder["signal"] for bidder in bidders)
    sales: dict[tuple[str | None, int], Fraction] = defaultdict(Fraction)
    for i in range(n):
        if x[i, s]:
            least = next(t for t in range(k) if x[i, put(s, i, t)])
            drawn = range(least, k) if instance.rule is Rule.REVENUE else [least]
            for t in drawn:
                sale = (bidders[i]["name"], value(i, put(s, i, t))) if s[i] >= t else (None, 0)
                sales[sale] += x[i, s] / len(drawn)
    rest = 1 - sum(sales.values())
    if rest:
        sales[None, 0] += rest
    return dict(sales)


@settings(max_examples=200)
@given(monotones())
def test_agrees_with_the_papers_loop(instance: MonotoneSignalsInstance) -> None:
    outcome = solve(instance)
    expected = the_papers_loop(instance)
    assert {(c.sale.winner, c.sale.price): c.probability for c in outcome.chances} == expected
    order = [(-c.probability, c.sale.winner or "", c.sale.price) for c in outcome.chances]
    assert order == sorted(order)
    assert outcome.samples is None


@given(monotones(bidders=3, signals=3, types=3, symmetric=False))
def test_any_values_are_fine_where_everyone_can_have_a_share(
    instance: MonotoneSignalsInstance,
) -> None:
    if len(instance.bidders) <= len(instance.types) * comb(instance.signals, 2) + 1:
        expected = the_papers_loop(instance)
        assert {
            (c.sale.winner, c.sale.price): c.probability for c in solve(instance).chances
        } == expected


@given(monotones(bidders=5, signals=2))
def test_at_most_rho_bidders_are_allocated(instance: MonotoneSignalsInstance) -> None:
    rho = sharers(len(instance.bidders), instance.signals, len(instance.types))
    for profile in product(range(instance.signals), repeat=len(instance.bidders)):
        allocated = [t for t in thresholds(instance.worths, profile) if t is not None]
        assert 1 <= len(allocated) <= rho


def test_sixty_bidders_take_n_times_k_look_ups() -> None:
    """4^60 profiles: the values are a function here, and it is asked for few of them."""
    signals, bidders = 4, 60
    asked = set()

    def worths(profile: Sequence[int]) -> list[int]:
        asked.add(tuple(profile))
        total = sum(profile)
        return [(total * (place + 3)) % 50 + 50 * total for place in range(bidders)]

    profile = tuple(place % signals for place in range(bidders))
    rho = sharers(bidders, signals, 1)
    lottery = allocation(worths, profile, signals, rho, Rule.REVENUE)
    assert len(asked) <= bidders * (signals - 1) + 1
    assert rho == 7
    assert 0 < sum(lottery.values()) <= 1
    assert monotone_allocation.thresholds(worths, profile).count(None) >= bidders - rho
