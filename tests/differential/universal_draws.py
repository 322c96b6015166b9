"""Random universal auctions, each made from a seed alone, of a size that the contract holds."""

import random
from collections.abc import Sequence
from math import prod

from offchain.model.instances import UniversalSignalsInstance
from offchain.model.instances.monotone_signals import most_allocated
from offchain.model.instances.signals import UNSOLD, Rule, SignalBidder, Table
from offchain.model.mechanisms.universal_allocation import colouring_of, drawn, sale, solve
from offchain.play.universal import UniversalAuctions, UniversalStage
from tests.differential.reproduction import reproducible
from tests.differential.signal_draws import table

MOST_VALUES = 700
"""Of a table, on the chain or in a file, so that an auction is played in milliseconds."""


def auction(seed: int, most_bidders: int = 6) -> UniversalSignalsInstance:
    """The auction of `seed`: more bidders than colours are as common as fewer, whose values may tell them apart."""
    rng = random.Random(seed)
    while True:
        signals = rng.choices((2, 3, 4, 5), (6, 4, 2, 1))[0]
        types = [f"t{n}" for n in range(rng.choices((1, 2, 3), (6, 3, 1))[0])]
        bidders = rng.randint(len(types), max(most_bidders, len(types)))
        kinds = [*types, *rng.choices(types, k=bidders - len(types))]
        rng.shuffle(kinds)
        apart = bidders <= most_allocated(signals, len(types)) and rng.random() < 0.3
        box = [2] * bidders * (signals - 1) if apart else counts(signals, types, kinds)
        if max(prod(box), signals**bidders) <= MOST_VALUES and len(box) <= 12:
            break
    most = rng.choice((1, 3, 10, 10**6, 2**64 - 1))
    profiles = (signals,) * bidders
    return UniversalSignalsInstance(
        signals,
        Rule.WELFARE,
        tuple(types),
        tuple(
            SignalBidder(
                f"b{n}",
                kind,
                rng.randrange(signals),
                table(rng, profiles, most)
                if apart
                else alike(table(rng, tuple(box), most), signals, types, kinds),
            )
            for n, kind in enumerate(kinds)
        ),
        rng.choice((None, rng.getrandbits(256))),
    )


def counts(signals: int, types: Sequence[str], kinds: Sequence[str]) -> list[int]:
    """How long the sides are of tables over how many bidders of each type have at least each signal."""
    return [kinds.count(name) + 1 for name in types for _ in range(1, signals)]


def alike(of_counts: Table, signals: int, types: Sequence[str], kinds: Sequence[str]) -> Table:
    """The table over all signals that says the same: it cannot tell bidders of a type apart."""

    def value(profile: tuple[int, ...]) -> int:
        having = list(zip(kinds, profile, strict=True))
        return of_counts.at(
            [
                sum(kind == name and its >= signal for kind, its in having)
                for name in types
                for signal in range(1, signals)
            ]
        )

    return Table.of((signals,) * len(kinds), value)


def hold_every_colour_equal(stage: UniversalStage, seed: int, most_bidders: int = 6) -> None:
    """Plays every colour of the auction of `seed` and demands the reference's outcome."""
    instance = auction(seed, most_bidders)
    with reproducible(seed, instance):
        assert stage.play(instance) == solve(instance)


def hold_universal_equal(auctions: UniversalAuctions, seed: int) -> bool:
    """Plays the auction of `seed` with a word and demands the reference's colour and sale. Whether it was sold."""
    instance = auction(seed)
    word = random.Random(f"word {seed}").getrandbits(256)
    with reproducible(seed, instance, f"word {word}"):
        (lot,) = auctions.open(instance, 1)
        play = auctions.play(instance, lot, word)
        draw = drawn(instance, word)
        assert (play.colour, play.colours) == (draw.colour, colouring_of(instance).colours)
        assert play.sale == sale(instance, draw)
        return play.sale != UNSOLD
