"""Random signal clock auctions through the contract, in process, against the reference's clock auction.

Single auctions, whose every draw is chosen by a random word, and exact distributions over all draws.
"""

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial
from pathlib import Path
from typing import Any

import pytest

from offchain.chain.revm import Revm
from offchain.model.instances import SignalClockInstance
from offchain.model.instances.signals import Rule, SignalBidder, Table
from offchain.model.mechanisms.signal_discovery import clock_auction, solve
from offchain.model.theory.signals import steep
from offchain.play.limits import check_signal_clock
from offchain.play.signal_clock import SignalClocks
from offchain.play.signal_clock_lottery import SignalStage
from offchain.play.words import SecretWords
from tests.differential.chunks import chunks
from tests.differential.signal_draws import (
    auction,
    coins_of,
    hold_distribution_equal,
    hold_equal,
    spread,
)

AUCTIONS, EACH_TIME = 8_000, 2_000
CHUNK = 1_000
EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("signals_*.py"))
DISTRIBUTIONS = 400


@pytest.mark.parametrize("first", chunks(AUCTIONS, CHUNK, EACH_TIME))
def test_single_auctions(first: int) -> None:
    """The same sale, the same clocks, the same bidders asked in turn, and no wei astray."""
    clocks = SignalClocks(Revm())
    sold = 0
    for seed in range(first, first + CHUNK):
        sold += hold_equal(clocks, seed)
        if seed % 100 == 99:
            clocks.audit()
    assert CHUNK // 10 < sold < CHUNK * 9 // 10, "a test of sales needs both"


def test_larger_auctions() -> None:
    """Up to 20 bidders: many free discoveries, and levels beyond the first slot of values."""
    clocks = SignalClocks(Revm())
    for seed in range(AUCTIONS, AUCTIONS + 200):
        hold_equal(clocks, seed, most_bidders=20)
    clocks.audit()


@pytest.mark.parametrize("first", range(0, DISTRIBUTIONS, 100))
def test_distributions(first: int) -> None:
    """Every draw in every state, made on the chain, gives the reference's distribution exactly."""
    stage = SignalStage(Revm())
    for seed in range(1_000_000 + first, 1_000_000 + first + 100):
        hold_distribution_equal(stage, seed)


def line(start: int, slope: int) -> Callable[[Sequence[int]], int]:
    """A value that grows with the sum of an index."""
    return lambda index: start + slope * sum(index)


@pytest.mark.parametrize("rule", list(Rule))
@pytest.mark.parametrize("types", [1, 2])
@pytest.mark.parametrize("signals", [2, 3, 4])
def test_distributions_of_every_profile(signals: int, types: int, rule: Rule) -> None:
    """Three bidders, every profile of their signals: values that cross, so that each is optimal somewhere."""
    names = tuple(f"t{n}" for n in range(types))
    kinds = (names[0], names[-1], names[0])
    sizes = [kinds.count(name) * (signals - 1) + 1 for name in names]
    stage = SignalStage(Revm())
    steep = [(40, 0), (20, 7), (5, 14)]
    for code in range(signals**3):
        profile = [code // signals**n % signals for n in range(3)]
        instance = SignalClockInstance(
            signals,
            rule,
            names,
            tuple(
                SignalBidder(f"b{n}", kinds[n], profile[n], Table.of(sizes, line(*steep[n])))
                for n in range(3)
            ),
        )
        assert stage.play(instance) == solve(instance), profile


def test_a_word_from_secrets() -> None:
    """A real source of words instead of one that tests tell: the sale is one of those that can happen."""
    clocks = SignalClocks(Revm(), source=SecretWords)
    for seed in range(4_000_000, 4_000_020):
        instance = auction(seed)
        (lot,) = clocks.open(instance, 1)
        play = clocks.play(instance, lot, 0)
        possible = {chance.sale for chance in solve(instance).chances}
        assert play.sale in possible, seed
    clocks.audit()


def test_the_most_bidders_there_can_be() -> None:
    """31 of one type: 32 levels fill their slot; and so do the ids, the active set and the ways through."""
    clocks = SignalClocks(Revm())
    rng = random.Random(31)
    bidders = tuple(
        SignalBidder(
            f"b{n}",
            "x",
            rng.randrange(2),
            Table((32,), tuple(1000 * x + (500 if n == x % 31 else 0) for x in range(32))),
        )
        for n in range(31)
    )
    instance = SignalClockInstance(2, Rule.REVENUE, ("x",), bidders)
    for _ in range(20):
        word = rng.getrandbits(256)
        (lot,) = clocks.open(instance, 1)
        play = clocks.play(instance, lot, word)
        expected = clock_auction(instance, coins_of(instance, word))
        assert (play.sale, play.clocks) == (expected.sale, expected.clocks), word
    clocks.audit()


def test_the_largest_tables_there_can_be() -> None:
    """12 types of one bidder with two signals: 4,096 values."""
    rng = random.Random(12)
    names = tuple(f"t{n}" for n in range(12))
    bidders = tuple(
        SignalBidder(name, name, rng.randrange(2), Table.of((2,) * 12, lambda index: sum(index)))
        for name in names
    )
    instance = SignalClockInstance(2, Rule.WELFARE, names, bidders)
    check_signal_clock(instance)
    assert SignalStage(Revm()).play(instance) == solve(instance)


def test_what_is_tested() -> None:
    """The random auctions have every combination of 2 to 4 signals, one or two types, and rule."""
    seen = spread([auction(seed) for seed in range(CHUNK)])
    for signals in (2, 3, 4):
        for types in (1, 2):
            for rule in Rule:
                assert seen[f"k={signals} l={types} {rule}"] >= 10


def test_draws_are_as_good_as_uniform() -> None:
    """A word has so many values that what is left over, where digits do not divide it, is below 2^-126."""
    types, residues, prices = 12, 4_095, 2
    sequences = types * residues * factorial(31) * prices
    assert Fraction(sequences, 2**256) < Fraction(1, 2**126)


def instances_of(example: Path, patch: pytest.MonkeyPatch) -> list[SignalClockInstance]:
    """The auctions that an example makes before it turns to its row of `consort theory`."""
    made: list[SignalClockInstance] = []
    make = steep.clock_auction

    def recorded(*arguments: Any, **options: Any) -> SignalClockInstance:
        made.append(make(*arguments, **options))
        return made[-1]

    patch.setattr(steep, "clock_auction", recorded)
    text, row, _ = example.read_text(encoding="utf-8").partition("\nrow = ")
    assert row
    exec(compile(text, str(example), "exec"), {"__name__": "__main__"})
    return made


def test_the_examples_of_the_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every signal clock auction of examples/, over all its draws."""
    stage = SignalStage(Revm())
    played = 0
    for example in EXAMPLES:
        with monkeypatch.context() as patch:
            for instance in instances_of(example, patch):
                assert stage.play(instance) == solve(instance), example.name
                played += 1
    assert played >= 10
