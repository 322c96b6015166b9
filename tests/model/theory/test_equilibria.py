"""Equilibria of pay-your-bid: what play ends with is verified from the rules' words, and what is none is found to be none."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from offchain.model.instances.rules import Lower
from offchain.model.theory import composing, composing_equilibria
from offchain.model.theory.composing_equilibria import (
    GAMES,
    Game,
    Profile,
    added,
    epsilon,
    equal_shares,
    fictitious_play,
    means,
    no_bids,
    optimum,
    pay_your_bid,
    played,
)

SMALL = (Game((2,), 3, 3), Game((1, 2), 3), Game((2, 1), 3), Game((1, 1), 4))


def names(game: Game) -> str:
    return str(game)


def winner(game: Game, bids: tuple[int, ...]) -> range:
    """The places of who has the lot and pays the bid: the first group with the largest sum, if that is the reserve or more."""
    ends = [sum(game.sizes[: place + 1]) for place in range(len(game.sizes))]
    groups = [range(end - size, end) for size, end in zip(game.sizes, ends, strict=True)]
    best = max(groups, key=lambda group: sum(bids[one] for one in group))
    return best if sum(bids[one] for one in best) >= game.reserve else range(0)


def chance(profile: Profile, values: tuple[int, ...], bids: tuple[int, ...]) -> Fraction:
    """How likely these values are to bid so."""
    found = Fraction(1)
    for counts, value, bid in zip(profile, values, bids, strict=True):
        found *= Fraction(counts[value][bid], sum(counts[value]))
    return found


def by_words(game: Game, profile: Profile) -> tuple[Fraction, Fraction, Fraction]:
    """Epsilon, welfare and revenue, by every combination of values and bids."""
    gains = []
    everything = list(product(game.amounts, repeat=len(profile)))
    welfare = revenue = Fraction(0)
    had = {
        (i, v, b): Fraction(0)
        for i in range(len(profile))
        for v, b in product(game.amounts, repeat=2)
    }
    for values, bids in product(everything, repeat=2):
        served = winner(game, bids)
        likely = chance(profile, values, bids)
        worth = sum(values[one] for one in served if bids[one])
        welfare += likely * (worth if served else game.reserve)
        revenue += likely * sum(bids[one] for one in served)
        for one in served:
            if bids[one]:
                even = tuple((1,) * len(own) for own in profile[one])
                without = (*profile[:one], even, *profile[one + 1 :])
                weight = chance(without, values, bids) * len(game.amounts)
                had[one, values[one], bids[one]] += weight * (values[one] - bids[one])
    total = len(everything)
    for one, value in product(range(len(profile)), game.amounts):
        own = profile[one][value]
        mean = sum(had[one, value, bid] * Fraction(own[bid], sum(own)) for bid in game.amounts)
        gains.append(max(had[one, value, bid] for bid in game.amounts) - mean)
    # Of one member's value: the others' values are evenly drawn.
    return max(gains) / (total // len(game.amounts)), welfare / total, revenue / total


@pytest.mark.parametrize("game", SMALL, ids=names)
def test_what_is_measured_is_what_the_rules_say(game: Game) -> None:
    found = played(game, min)
    mixed = tuple(added(own, truth) for own, truth in zip(found.profile, game.truth, strict=True))
    for profile in (game.truth, found.profile, mixed):
        had = means(game, profile)
        assert (epsilon(game, profile), had.welfare, had.revenue) == by_words(game, profile)
    assert found.epsilon == 0 < epsilon(game, game.truth)


@pytest.mark.parametrize("game", SMALL, ids=names)
def test_a_bid_that_costs_more_ends_an_equilibrium(game: Game) -> None:
    """Who bids a unit more for the highest value, where that wins no more, loses by it."""
    found = played(game, max).profile
    own = [[times.index(1) for times in counts] for counts in found]
    own[0][-1] = game.top
    assert epsilon(game, game.always(own)) > 0


def test_too_few_rounds_are_no_equilibrium_and_say_by_how_much() -> None:
    game = Game((1, 2), 5)
    history, rounds = fictitious_play(game, rounds=2)
    assert rounds == 2
    assert {sum(times) for counts in history for times in counts} == {3}
    assert 0 < epsilon(game, history) < epsilon(game, game.truth)
    assert not pay_your_bid(games=[game], rounds=2).holds


def test_nobody_gains_under_equal_shares_by_the_truth() -> None:
    for game in SMALL:
        equal = Game(game.sizes, game.top, game.reserve, Lower.EQUAL_SPLIT)
        assert epsilon(equal, equal.truth) == 0
        assert means(equal, equal.truth) == equal_shares(game)


def test_one_game_has_more_welfare_in_equilibrium_and_all_have_less_than_the_optimum() -> None:
    found = {game: played(replace(game), max).means.welfare for game in GAMES}
    more = [game for game, welfare in found.items() if welfare > equal_shares(game).welfare]
    assert [game.sizes for game in more] == [(2, 2)]
    assert all(welfare < optimum(game) for game, welfare in found.items())


def test_what_a_rule_did_while_it_was_broken_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gets anything for a moment: the games that the row names are worked out afresh after it."""
    with monkeypatch.context() as broken:
        broken.setattr(
            composing_equilibria,
            "table",
            lambda *of: {bids: tuple((0, 0) for _ in bids) for bids in composing.table(*of)},
        )
        assert not pay_your_bid().holds
    assert pay_your_bid().holds


def test_without_bids_it_is_an_equilibrium_up_to_the_price_only() -> None:
    for top, gain in ((3, 0), (4, 1), (5, 2)):
        game = Game((2,), top, 3)
        assert epsilon(game, game.always([[0] * (top + 1)] * 2)) == gain
    assert no_bids(settings=[(4, 2)]).holds
