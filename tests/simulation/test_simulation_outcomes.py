"""Every auction and every figure of the simulation against the reference mechanisms."""

from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from random import Random
from typing import Any

import numpy as np
import pytest

from offchain.model.checks.pay_your_bid import game
from offchain.model.checks.properties import Game
from offchain.model.checks.two_level import harmonic
from offchain.model.instances.rules import Increment
from offchain.model.mechanisms.pay_your_bid import Asks
from offchain.simulation import plain
from offchain.simulation.cells import Cell, Draw, Mix, blocks, pieces, whole_cell
from offchain.simulation.compare import Differs, lists, races, table
from offchain.simulation.families import HARMONIC, QUANTILES
from offchain.simulation.outcomes import (
    ASCENDING_COLUMNS,
    COLUMNS,
    Columns,
    columns_of,
    critical,
    outcomes,
    parts,
)
from offchain.simulation.summary import about_harmonic, summarize, total
from offchain.simulation.sweep import here, run

SHAPES = [
    (((2, 5),), 1, 1, 0.0),
    (((1, 8),), 0, 1, 0.5),
    (((3, 1),), 2, 2_000_000, 0.0),
    (((2, 6),), 2, 3_000_000, 1.0),
    (((1, 1),), 0, 10**12, 0.0),
    (((3, 2), (1, 9), (2, 1)), 1, 1, 0.0),
    (((1, 9), (2, 4), (1, 9)), 2, 3_000_000, 0.3),
]
"""Groups of one size and of several, rivals, reserve, correlation."""


def cell(family: str, mix: Mix = ((2, 10),), **changes: object) -> Cell:
    """A small cell."""
    settings = {
        "rivals": 1,
        "correlation": 0.0,
        "strength": 1,
        "reserve": 1,
        "auctions": 30,
        "seed": 7,
    }
    return Cell(family, mix, **{**settings, **changes})  # type: ignore[arg-type]


def draws(setting: Cell) -> Iterator[Draw]:
    """All auctions of a cell, block by block."""
    return blocks(whole_cell(setting))


def figures(setting: Cell) -> Columns:
    """All columns of a cell."""
    return run([setting], here, None, lambda *_: None)[setting]


def hold_equal(setting: Cell) -> None:
    """Every figure of every auction is that of the reference."""
    for draw in draws(setting):
        found = outcomes(draw, setting.reserve, setting.increment)
        assert set(found) == set(columns_of(setting))
        for auction, values in enumerate(lists(draw, len(draw.rivals))):
            expected = plain.everything(values, setting.reserve, setting.increment)
            assert {name: int(column[auction]) for name, column in found.items()} == expected


@pytest.mark.parametrize("family", [*QUANTILES, HARMONIC])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_figure_is_that_of_the_reference(family: str, shape: tuple[Any, ...]) -> None:
    mix, rivals, reserve, correlation = shape
    hold_equal(
        cell(
            family,
            mix,
            rivals=rivals,
            reserve=reserve,
            correlation=correlation,
            strength=2,
            auctions=12,
        )
    )


@pytest.mark.parametrize("increment", [1, 40_000, 2**63, Fraction(1, 20), Fraction(1)])
@pytest.mark.parametrize("shape", SHAPES)
def test_ascending_auctions_are_those_of_the_reference(
    shape: tuple[Any, ...], increment: Increment
) -> None:
    mix, rivals, reserve, correlation = shape
    setting = cell(
        "lognormal",
        mix,
        rivals=rivals,
        reserve=reserve,
        correlation=correlation,
        increment=increment,
        auctions=12,
    )
    hold_equal(setting)
    found = figures(setting)
    assert tuple(found) == columns_of(setting) == (*COLUMNS, *ASCENDING_COLUMNS)


def test_ties_at_an_ascending_auction_are_those_of_the_reference() -> None:
    for increment in (1, 2, Fraction(1, 3)):
        hold_equal(
            cell("file", ((2, 3),), values=(1, 2, 3), auctions=200, reserve=2, increment=increment)
        )


def test_an_increment_is_part_of_a_cell_s_name_and_draws_nothing_else() -> None:
    plainly, open_ = cell("pareto"), cell("pareto", increment=Fraction(1, 20))
    assert len({one.key for one in (plainly, open_, cell("pareto", increment=1))}) == 3
    assert "increment 1/20" in open_.label
    assert "increment" not in plainly.label
    found, beside = figures(plainly), figures(open_)
    assert all(np.array_equal(found[name], beside[name]) for name in COLUMNS)


@pytest.mark.parametrize("mix", [((2, 4),), ((2, 1), (1, 4), (1, 2), (1, 1))])
def test_ties_and_tiny_values_are_those_of_the_reference(mix: Mix) -> None:
    """Values from 1 to 4: many ties, and members who cannot give less."""
    hold_equal(cell("file", mix, values=(1, 1, 2, 3, 4), auctions=300, strength=4, reserve=3))


@pytest.mark.parametrize("values", [(2**40,), (2**40 - 1, 2**40, 1), (2**40, 2**39 + 1, 3**25)])
def test_products_beyond_64_bits_are_exact(values: tuple[int, ...]) -> None:
    """A second price times a bid is about 2^85 here."""
    hold_equal(cell("file", ((2, 60), (1, 59)), values=values, auctions=1))


def test_parts_are_exact_next_to_whole_numbers() -> None:
    """Quotients of a whole number and -1, 0, 1 over the total: floats cannot tell them apart."""
    random = Random(5)
    cases = []
    for _ in range(2_000):
        total, bid = random.randrange(2**45, 2**62) | 1, random.randrange(2**30, 2**40)
        if gcd(bid, total) == 1:
            unit = pow(bid, -1, total)
            cases += [(price, bid, total) for price in (unit, total - unit, total, 1)]
    price, bids, totals = (np.array(column, dtype=np.int64) for column in zip(*cases, strict=True))
    found = parts(price, bids[:, None], totals[:, None])[:, 0].tolist()
    assert found == [-(-price * bid // total) for price, bid, total in cases]


@pytest.mark.parametrize("asks", Asks)
def test_no_bid_at_all_gains_more_than_the_figures_say(asks: Asks) -> None:
    """Every bid of every member of 150 small auctions against the answer that the gains are computed from."""
    setting = cell(
        "file", ((2, 3), (1, 2)), values=(1, 2, 3, 5), auctions=150, reserve=2, strength=2
    )
    column = "pooled_gain" if asks is Asks.FIRST else "second_gain"
    gained = 0
    for draw in draws(setting):
        found = outcomes(draw, setting.reserve)[column]
        for auction, values in enumerate(lists(draw, len(draw.rivals))):
            seats = game(plain.instance(values, setting.reserve), asks)
            assert found[auction] == max(
                _utility(seats, player, bid) - _utility(seats, player, seats.bids[player])
                for player in range(len(seats.bids))
                for bid in range(sum(seats.bids) + 2)
            )
            gained += int(found[auction])
    assert gained > 0


def _utility(seats: Game[int, Any], player: int, bid: int) -> int | Fraction:
    """What a player has of this bid, all others being truthful; bidding 0, it is not served."""
    bids = list(seats.bids)
    bids[player] = bid
    award = seats.play(tuple(bids))[player]
    return seats.worth(player, award.prize) - award.payment


def test_answers_in_turn_end_where_nobody_has_a_better_one() -> None:
    """Ten rounds of answers change nothing that one round did not, which the closed form rests on."""
    (draw,) = draws(cell("lognormal", ((2, 6), (1, 12)), auctions=40))
    for values in lists(draw, 40):
        assert plain.strategic(values, 1, rounds=1) == plain.strategic(values, 1, rounds=10)


def test_the_largest_values_do_not_overflow() -> None:
    """At the limit, a group's sum and products of a rank and a bid stay below 2^62."""
    limit = cell("file", ((4, 1), (1, 2**23))).value_limit
    assert limit * 2**23 <= 2**62
    found = figures(cell("file", ((2, 50),), values=(2**40,), auctions=2))
    assert found["split_welfare"].tolist() == [50 * 2**40] * 2
    assert total(np.full(1000, 2**62)) == 1000 * 2**62


def test_pareto_values_beyond_the_limit_are_cut() -> None:
    (draw,) = draws(cell("pareto", strength=10**9))
    assert draw.rivals.max() <= 2**40
    assert draw.groups[0].min() >= 1


def test_the_harmonic_family_attains_the_bound() -> None:
    setting = cell(HARMONIC, ((1, 100),), auctions=3)
    split, *_ = summarize(setting, figures(setting))
    assert split.welfare_share == Fraction(1_000_000, sum(10**6 // i for i in range(1, 101)))
    assert about_harmonic(100) == pytest.approx(float(harmonic(setting.largest)), rel=1e-14)
    assert float(harmonic(setting.largest)) - float(split.worst) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("family", QUANTILES)
def test_the_bound_and_truthfulness_hold_in_every_auction(family: str) -> None:
    setting = cell(family, ((1, 40), (2, 20)), auctions=500, rivals=2)
    found = figures(setting)
    split, pooled, turns, once, second, *_ = summarize(setting, found)
    assert second.welfare == pooled.welfare
    assert pooled.gain is not None
    assert second.gain is not None
    assert 0 < second.gain <= pooled.gain
    assert second.revenue <= pooled.revenue
    assert split.worst <= harmonic(setting.largest)
    assert split.gain == 0
    assert pooled.welfare == pooled.optimum == turns.welfare
    assert pooled.gain > 0
    assert once.welfare <= once.optimum
    assert (found["split_paid"] <= found["split_welfare"]).all()


def test_correlation_makes_members_alike() -> None:
    (draw,) = draws(cell("lognormal", correlation=1.0))
    assert (draw.groups[0] == draw.groups[0][:, :, :1]).all()


def test_critical_bids() -> None:
    """An auction a column: 5, 7, 7 and 1, 1, 9."""
    bids = np.array([[5, 1], [7, 1], [7, 9]], dtype=np.int64)
    assert critical(bids, 1).tolist() == [[7, 9], [7, 9], [8, 2]]
    assert critical(bids, 8).tolist() == [[8, 9], [8, 9], [8, 8]]
    assert critical(np.array([[5]]), 3).tolist() == [[3]]


def test_draws_depend_on_seed_and_who_takes_part() -> None:
    def drawn(setting: Cell) -> list[int]:
        return list(figures(setting)["optimum"])

    first = drawn(cell("uniform"))
    assert drawn(cell("uniform")) == first
    assert drawn(cell("uniform", seed=8)) != first
    assert drawn(cell("uniform", ((1, 10), (1, 9)))) != first


def test_settings_that_draw_nothing_share_their_random_numbers() -> None:
    """So that a sweep over them compares like with like."""
    (one,), (other,) = draws(cell("pareto")), draws(cell("pareto", strength=3, reserve=5))
    assert (one.groups[0] == other.groups[0]).all()
    assert (abs(3 * one.rivals - other.rivals) <= 2).all()
    assert cell("pareto").key != cell("pareto", reserve=5).key


def test_pieces_make_up_the_cell() -> None:
    setting = cell("lognormal", auctions=5_000)
    parts = pieces(setting, values=50_000)
    assert len(parts) > 2
    assert sum(part.auctions for part in parts) == 5_000
    whole = [draw.rivals for draw in draws(setting)]
    assert (
        np.concatenate([draw.rivals for part in parts for draw in blocks(part)])
        == np.concatenate(whole)
    ).all()


def test_races_hold_both_equal_and_time_them() -> None:
    heard: list[None] = []
    found = races(cell("pareto", ((2, 5), (1, 8))), 7, lambda: heard.append(None))
    assert [race.figures for race in found] == ["truthful", "all figures"]
    assert [race.auctions for race in found] == [7, 7]
    assert len(heard) == 7
    assert all(race.plain > 0 < race.fast for race in found)
    assert len(table(found).rows) == 2
    assert races(cell("pareto", auctions=3), 7)[0].auctions == 3


def test_a_wrong_figure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(values: plain.Values, reserve: int, increment: Increment | None) -> dict[str, int]:
        found = everything(values, reserve, increment)
        return {**found, "second_paid": found["second_paid"] + 1}

    everything = plain.everything
    monkeypatch.setattr(plain, "everything", wrong)
    with pytest.raises(Differs, match="seed 7, auction 1: second_paid is "):
        races(cell("uniform"), 2)
