"""Random signal clock auctions, each made from a seed alone, and the reference's coins for the draws of a word."""

import random
from collections import Counter
from math import prod

from offchain.model.instances import SignalClockInstance
from offchain.model.instances.signal_clock import shape
from offchain.model.instances.signals import UNSOLD, Rule, SignalBidder, Table
from offchain.model.kinds import solve
from offchain.model.mechanisms.signal_discovery import Coins, clock_auction, discovery
from offchain.play.signal_clock import SignalClocks
from offchain.play.signal_clock_lottery import SignalStage
from tests.differential.reproduction import reproducible

MOST_VALUES = 600
"""Of a table, so that an auction is played in milliseconds."""


def coins_of(instance: SignalClockInstance, word: int) -> Coins:
    """What the digits of a random word decide: type, residue, who is drawn among the active, and the price.

    The contract reads them from the low end in mixed radix.
    """
    word, kind = divmod(word, len(instance.types))
    word, residue = divmod(word, instance.signals - 1)
    auction = discovery(instance, kind, residue)
    active, drawn = auction.start, list[int]()
    while active.size > 1:
        word, digit = divmod(word, active.size)
        place = list(active.places())[digit]
        drawn.append(auction.bidders[place])
        active = auction.draw(active, place)
    rest = (bidder for bidder in auction.bidders if bidder not in drawn)
    return Coins(kind, residue, (*drawn, *rest), word % 2)


def auction(seed: int, most_bidders: int = 5) -> SignalClockInstance:
    """The auction of `seed`: ties, plateaus, extremes and bidders who value nothing are common."""
    rng = random.Random(seed)
    while True:
        signals = rng.choices((2, 3, 4, 5, 9), (4, 4, 3, 2, 1))[0]
        types = [f"t{n}" for n in range(rng.choices((1, 2, 3), (6, 3, 1))[0])]
        bidders = rng.randint(len(types), max(most_bidders, len(types)))
        kinds = [*types, *rng.choices(types, k=bidders - len(types))]
        rng.shuffle(kinds)
        box = shape(signals, types, kinds)
        if prod(box) <= MOST_VALUES:
            break
    most = rng.choice((1, 3, 10, 10**6, 2**64 - 1))
    return SignalClockInstance(
        signals,
        rng.choice(list(Rule)),
        tuple(types),
        tuple(
            SignalBidder(f"b{n}", kind, rng.randrange(signals), table(rng, box, most))
            for n, kind in enumerate(kinds)
        ),
    )


def table(rng: random.Random, box: tuple[int, ...], most: int) -> Table:
    """Values that do not decrease along any side: raised, where they jump, by nothing, a little or a lot."""
    if rng.random() < 0.05:
        return Table.of(box, lambda _: 0)
    density = rng.choice((0.1, 0.4, 1.0))
    known: dict[tuple[int, ...], int] = {}

    def value(index: tuple[int, ...]) -> int:
        lower = [
            known[(*index[:side], number - 1, *index[side + 1 :])]
            for side, number in enumerate(index)
            if number
        ]
        least = max(lower, default=0)
        known[index] = rng.randint(least, most) if rng.random() < density else least
        return known[index]

    return Table.of(box, value)


def spread(instances: list[SignalClockInstance]) -> Counter[str]:
    """How many of the instances are of which kind: for tests that check what they test."""
    return Counter(f"k={one.signals} l={len(one.types)} {one.rule}" for one in instances)


def hold_equal(clocks: SignalClocks, seed: int, most_bidders: int = 5) -> bool:
    """Plays the auction of `seed` and demands the reference's sale, clocks and order. Whether it was sold."""
    instance = auction(seed, most_bidders)
    word = random.Random(f"word {seed}").getrandbits(256)
    with reproducible(seed, instance, f"word {word}"):
        (lot,) = clocks.open(instance, 1)
        play = clocks.play(instance, lot, word)
        coins = coins_of(instance, word)
        expected = clock_auction(instance, coins)
        assert (play.sale, play.clocks) == (expected.sale, expected.clocks)
        rising = dict.fromkeys(bidder for bidder, _, _ in expected.steps)
        asked = [b for b in rising if b in instance.members(coins.kind)]
        assert list(play.discovered) == asked[: len(play.discovered)]
        assert len(asked) - len(play.discovered) <= 1, "the last bidder is offered, not asked"
        return play.sale != UNSOLD


def hold_distribution_equal(stage: SignalStage, seed: int, most_bidders: int = 5) -> None:
    """Plays every draw of the auction of `seed` and demands the reference's distribution."""
    instance = auction(seed, most_bidders)
    with reproducible(seed, instance):
        assert stage.play(instance) == solve(instance)
