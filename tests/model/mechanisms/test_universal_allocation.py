"""The universally truthful allocation: every auction without chance that may be drawn, the lottery, and what breaks it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields
from fractions import Fraction
from itertools import product
from math import lcm
from random import Random

import pytest
from hypothesis import given, settings

from offchain.model.checks import universal_signals as check_module
from offchain.model.checks.finding import Verdict
from offchain.model.checks.universal_signals import check_universal_signals
from offchain.model.instances import MonotoneSignalsInstance, UniversalSignalsInstance
from offchain.model.instances.lotteries import optimal_bidder
from offchain.model.instances.signal_bounds import symmetric_values_bound
from offchain.model.instances.signals import UNSOLD, Rule, Sale
from offchain.model.mechanisms import monotone_allocation, universal_allocation
from offchain.model.mechanisms.marks import known_marks
from offchain.model.mechanisms.universal_allocation import (
    Colouring,
    Draw,
    NoMarksError,
    auction,
    colouring,
    drawn,
    every_draw,
    sale,
    served,
    solve,
)
from tests.model.signal_cases import monotone, monotones


def universal(
    instance: MonotoneSignalsInstance, draw: int | None = None
) -> UniversalSignalsInstance:
    return UniversalSignalsInstance(
        instance.signals, instance.rule, instance.types, instance.bidders, draw
    )


THREE = universal(
    monotone(2, *[(signal, [[[0, 2], [2, 4]], [[2, 4], [4, 9]]]) for signal in (1, 1, 0)])
)
"""Three bidders who value the good alike, by how many signals are high: the first is optimal everywhere. Two colours."""


def test_three_bidders_by_hand() -> None:
    """Marks 0 and 1 in Z_2: ann, optimal with signal 0 already, has base (0, 1, 0), of colour 1."""
    assert solve(THREE).to_json() == {
        "mechanism": "universal-signals",
        "colours": 2,
        "steps": 1,
        "outcomes": [
            {"winner": None, "price": 0, "probability": "1/2"},
            {"winner": "a", "price": 2, "probability": "1/2"},
        ],
        "expected_welfare": "2",
        "expected_revenue": "1",
        "optimal_welfare": 4,
    }
    assert sale(THREE, Draw(0, 0)) == UNSOLD
    assert sale(THREE, Draw(1, 0)) == Sale("a", 2)


@pytest.mark.parametrize(
    ("word", "sold"), [(0, UNSOLD), (1, Sale("a", 2)), (2**256 - 1, Sale("a", 2))]
)
def test_the_word_draws_by_its_low_digit(word: int, sold: Sale) -> None:
    outcome = solve(universal(THREE, word))
    assert outcome.sale == sold
    assert (outcome.to_json()["winner"], outcome.to_json()["price"]) == (sold.winner, sold.price)


def test_the_second_digit_is_the_step() -> None:
    instance = universal(symmetric_values_bound(3, 1, 10, Rule.REVENUE).instance)
    assert solve(instance).steps == lcm(1, 2, 3)
    assert [drawn(instance, word) for word in (0, 3, 4, 23, 24)] == [
        Draw(0, 0),
        Draw(3, 0),
        Draw(0, 1),
        Draw(3, 5),
        Draw(0, 0),
    ]


def holds(instance: UniversalSignalsInstance) -> None:
    findings = check_universal_signals(instance)
    assert [finding for finding in findings if finding.verdict is Verdict.FAILS] == []
    assert {finding.name for finding in findings} >= {"colours", "mix", "monotonicity"}


@settings(max_examples=60)
@given(monotones(bidders=5, signals=2, types=2))
def test_every_auction_of_two_signals_is_truthful(instance: MonotoneSignalsInstance) -> None:
    """By marks where there are more than l + 1 bidders, else by their places."""
    holds(universal(instance))


@settings(max_examples=15)
@given(monotones(bidders=5, signals=3, types=1, fewest=5))
def test_every_auction_of_up_to_three_signals_is_truthful(
    instance: MonotoneSignalsInstance,
) -> None:
    """Five bidders, two colours or four."""
    assert universal_allocation.colouring_of(instance).marks is not None
    holds(universal(instance))


@settings(max_examples=100)
@given(monotones(bidders=5, signals=3, types=2))
def test_the_mix_is_the_monotone_allocation(instance: MonotoneSignalsInstance) -> None:
    """Of these sizes none needs more colours than the paper's rho; and one bidder at most is served of each."""
    outcome = solve(universal(instance)).lottery
    lottery = monotone_allocation.solve(instance)
    assert outcome.chances == lottery.chances
    draws = list(every_draw(instance))
    sales = Counter(sale(instance, draw) for draw in draws)
    assert {one: Fraction(times, len(draws)) for one, times in sales.items()} == {
        chance.sale: chance.probability for chance in lottery.chances
    }
    colours = universal_allocation.colouring_of(instance)
    found = served(instance.worths, instance.profile, colours)
    assert len({one.colour for one in found}) == len(found)


def test_sixty_bidders_take_k_look_ups() -> None:
    """4^60 profiles, and seven colours: of each one kind of profile is looked at, and lower signals of its bidder."""
    signals, bidders = 4, 60
    asked = set()

    def worths(profile: Sequence[int]) -> list[int]:
        asked.add(tuple(profile))
        total = sum(profile)
        return [(total * (place + 3)) % 50 + 50 * total for place in range(bidders)]

    profile = tuple(place % signals for place in range(bidders))
    colours = colouring((0,) * bidders, signals, 1)
    expected = {one.colour: one.bidder for one in served(worths, profile, colours)}
    for colour in range(colours.colours):
        asked.clear()
        sold = auction(worths, profile, signals, colours, Draw(colour, 0))
        assert len(asked) <= signals + 1
        assert (None if sold is None else sold[0]) == expected.get(colour)
    assert len(expected) > 1


@pytest.mark.parametrize(
    ("types", "signals", "bidders"),
    [
        (1, 5, 13),
        (1, 6, 18),
        (1, 7, 26),
        (2, 4, 16),
        (3, 3, 14),
        (5, 3, 18),
        (9, 2, 12),
        (1, 9, 42),
    ],
)
def test_no_two_served_share_a_colour_at_any_size(types: int, signals: int, bidders: int) -> None:
    """Of each kind of profile any bidder may be optimal, here one by a hash; (1, 6) has marks that are not cyclic."""
    kinds = tuple(place % types for place in range(bidders))
    random = Random(types * 100 + signals)
    salt = random.random()

    def worths(profile: Sequence[int]) -> list[int]:
        kind = tuple(sorted(zip(kinds, profile, strict=True)))
        best = hash((kind, salt)) % bidders
        return [int(place == best) for place in range(bidders)]

    colours = colouring(kinds, signals, types)
    assert colours.marks is not None
    most = 0
    for _ in range(25):
        profile = [random.randrange(signals) for _ in kinds]
        found = served(worths, profile, colours)
        most = max(most, len(found))
        of_colour = {one.colour: (one.bidder, one.threshold) for one in found}
        assert len(of_colour) == len(found)
        for colour in range(colours.colours):
            assert universal_allocation.winner(worths, profile, colours, colour) == of_colour.get(
                colour
            )
    assert most > 2


def test_three_types_of_three_signals_have_ten_colours_that_are_pairs() -> None:
    """The paper's rho, though no group of ten has marks. With ten bidders or fewer their places do."""
    kinds = tuple(place % 3 for place in range(11))
    assert colouring(kinds, 3, 3).colours == 10
    assert colouring(kinds, 3, 3).marks == known_marks(3, 3)
    assert colouring(kinds[:10], 3, 3) == Colouring(kinds[:10], None)


def test_with_few_bidders_more_than_rho_places_are_the_colours() -> None:
    """Seven signals: rho is 22, marks take 24."""
    assert colouring((0,) * 23, 7, 1) == Colouring((0,) * 23, None)
    assert colouring((0,) * 25, 7, 1).colours == 24


def test_more_bidders_than_colours_are_kept_for() -> None:
    with pytest.raises(NoMarksError, match="2 types of 9 signals"):
        colouring((0, 1) * 40, 9, 2)


def test_no_more_bidders_than_rho_need_no_marks() -> None:
    """2 types of 9 signals have none, and 73 is their rho."""
    kinds = tuple(place % 2 for place in range(73))
    assert colouring(kinds, 9, 2) == Colouring(kinds, None)
    with pytest.raises(NoMarksError, match="2 types of 9 signals"):
        colouring((*kinds, 0), 9, 2)


def test_values_that_tell_a_types_bidders_apart_may_clash() -> None:
    """Why marks need values that treat a type's bidders alike: each is optimal exactly where its own signal is 0."""
    everywhere = list(product(range(2), repeat=3))
    own = {
        bidder: [2 + 10 * sum(s) if s[bidder] == 0 else 1 + 10 * sum(s) for s in everywhere]
        for bidder in range(3)
    }
    tables = [[[row[0:2], row[2:4]], [row[4:6], row[6:8]]] for row in own.values()]
    instance = monotone(2, *[(1, table) for table in tables])
    found = served(instance.worths, (1, 1, 1), universal_allocation.colouring_of(instance))
    assert len(found) == 3
    assert len({one.colour for one in found}) == 1
    finding = next(
        one for one in check_universal_signals(universal(instance)) if one.name == "colours"
    )
    assert finding.verdict is Verdict.FAILS


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, object], set[str]]:
    """Which findings fail, on some instance, with a function of the mechanism exchanged."""

    def find(name: str, value: object) -> set[str]:
        bounds = (symmetric_values_bound(*sizes, 10).instance for sizes in ((3, 1), (2, 2)))
        instances = [THREE, *map(universal, bounds)]
        monkeypatch.setattr(universal_allocation, name, value)
        found = [one for instance in instances for one in check_universal_signals(instance)]
        return {one.name for one in found if one.verdict is Verdict.FAILS}

    return find


def test_a_price_of_ones_own_report_is_found(
    failing: Callable[[str, object], set[str]],
) -> None:
    """First price: the winner pays its value at the signals reported."""

    def first_price(worths, profile, signals, bidder, threshold, step):  # type: ignore[no-untyped-def]
        return bidder, worths(profile)[bidder]

    assert failing("offer", first_price) == {"incentive compatibility", "monotonicity", "mix"}


def test_a_price_above_the_value_is_found(failing: Callable[[str, object], set[str]]) -> None:
    def dear(worths, profile, signals, bidder, threshold, step):  # type: ignore[no-untyped-def]
        return bidder, worths(profile)[bidder] + 1

    assert "individual rationality" in failing("offer", dear)


def test_a_winner_who_is_optimal_lower_already_is_found(
    failing: Callable[[str, object], set[str]],
) -> None:
    def any_signal(worths, profile, bidder, signal):  # type: ignore[no-untyped-def]
        return bidder, signal

    assert failing("_if_least", any_signal) >= {"colours", "mix"}


def test_a_winner_who_has_to_be_optimal_as_it_is_is_found(
    failing: Callable[[str, object], set[str]],
) -> None:
    """Not monotone: who is optimal with a lower signal does not win with its own."""
    winner = universal_allocation.winner

    def optimal_now(worths, profile, colours, colour):  # type: ignore[no-untyped-def]
        found = winner(worths, profile, colours, colour)
        return found if found and found[0] == optimal_bidder(worths(profile)) else None

    assert "monotonicity" in failing("winner", optimal_now)


def test_where_profiles_are_many_the_true_one_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_module, "WORK_LIMIT", 10)
    findings = {one.name: one for one in check_universal_signals(THREE)}
    assert "at the true signals" in findings["incentive compatibility"].detail
    assert all(one.verdict is not Verdict.FAILS for one in findings.values())
    assert [field.name for field in fields(THREE)][-1] == "draw"
