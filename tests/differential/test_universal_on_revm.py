"""Random universal auctions through the contract, in process, against the reference: every colour, and an instance's own word."""

import random
from math import prod

import pytest

from offchain.chain.revm import Revm
from offchain.io.errors import InvalidInput
from offchain.model.instances import UniversalSignalsInstance
from offchain.model.instances.signals import Rule, SignalBidder, Table
from offchain.model.mechanisms.universal_allocation import colouring_of, solve
from offchain.play.limits import check_universal
from offchain.play.universal import UniversalAuctions, UniversalStage
from offchain.play.universal_tables import is_alike
from offchain.play.words import SecretWords
from tests.differential.chunks import chunks
from tests.differential.universal_draws import auction, hold_every_colour_equal

AUCTIONS, EACH_TIME, CHUNK = 2_000, 200, 100


@pytest.mark.parametrize("first", chunks(AUCTIONS, CHUNK, EACH_TIME))
def test_every_colour_of_random_auctions(first: int) -> None:
    """The reference's sale for each, so its distribution, and no wei astray."""
    stage = UniversalStage(Revm())
    for seed in range(first, first + CHUNK):
        hold_every_colour_equal(stage, seed)


def test_what_is_tested() -> None:
    """Marks and places as colours, values that tell bidders apart, words and none, two to four signals."""
    found = [auction(seed) for seed in range(100)]
    by_marks = sum(colouring_of(one).marks is not None for one in found)
    assert 20 <= by_marks <= 80
    assert sum(not is_alike(one) for one in found) >= 5
    assert 20 <= sum(one.draw is None for one in found) <= 80
    assert {one.signals for one in found} >= {2, 3, 4}


def test_a_word_from_secrets() -> None:
    """A real source of words instead of one that tests tell: the sale is one of those that can happen."""
    stage = UniversalAuctions(Revm(), source=SecretWords)
    for seed in range(1_000_000, 1_000_010):
        instance = auction(seed)
        (lot,) = stage.open(instance, 1)
        play = stage.play(instance, lot, 0)
        assert play.sale in {chance.sale for chance in solve(instance).lottery.chances}, seed
    stage.audit()


def all_apart(bidders: int, signals: int) -> UniversalSignalsInstance:
    """Bidders each of a type of its own, optimal where its own signal is high."""
    box = (signals,) * bidders
    rng = random.Random(bidders)
    return UniversalSignalsInstance(
        signals,
        Rule.WELFARE,
        tuple(f"t{n}" for n in range(bidders)),
        tuple(
            SignalBidder(
                f"b{n}",
                f"t{n}",
                rng.randrange(signals),
                Table.of(box, lambda index, n=n: sum(index) + 10 * index[n]),  # type: ignore[misc]
            )
            for n in range(bidders)
        ),
    )


@pytest.mark.parametrize(("bidders", "signals"), [(12, 2), (6, 3), (4, 4), (2, 7)])
def test_the_largest_tables_there_can_be(bidders: int, signals: int) -> None:
    """12 sides of one bidder each: 4,096 values."""
    instance = all_apart(bidders, signals)
    assert prod([2] * bidders * (signals - 1)) == 4_096
    check_universal(instance)
    assert UniversalStage(Revm()).play(instance) == solve(instance)


def test_marks_that_are_in_no_cyclic_group_are_refused() -> None:
    """Eleven bidders of three types of three signals: their colours are pairs. No file holds so many values."""
    kinds = ["x"] * 9 + ["y", "z"]
    bidders = tuple(
        SignalBidder(f"b{n}", kind, 0, Table((3,) * 11, ())) for n, kind in enumerate(kinds)
    )
    instance = UniversalSignalsInstance(3, Rule.WELFARE, ("x", "y", "z"), bidders)
    with pytest.raises(InvalidInput, match="bidders: the marks of 3 types of 3 signals are in no"):
        check_universal(instance)
