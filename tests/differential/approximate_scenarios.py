"""Random auctions under approximate valuations, each made from a seed alone.

Biased towards what tends to break: equal bids, bids of nothing, extremes, draws on borders.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from offchain.model.instances import (
    BID_LIMIT,
    ApproximateGroupsInstance,
    ApproximateInstance,
    Group,
    Member,
)
from offchain.model.kinds import solve
from offchain.model.mechanisms.approximate import price_lottery, probabilities
from offchain.model.mechanisms.approximate_groups import sell
from offchain.play.approximate import ApproximateStage
from tests.differential.reproduction import reproducible

_MOST = 2**32 - 1
"""Largest term of an inaccuracy."""
_SMALL = 40
"""Up to which bid the draws at which the price changes are looked up."""


def auction(seed: int, most_players: int = 7) -> ApproximateInstance:
    """The auction of `seed`, among individuals."""
    rng = random.Random(seed)
    delta = _delta(rng)
    amount = _amounts(rng, BID_LIMIT)
    bids = [amount() for _ in range(rng.randint(1, most_players))]
    draw = None if rng.random() < 0.05 else _draw(rng, bids, delta)
    return ApproximateInstance(delta, {f"p{place}": bid for place, bid in enumerate(bids)}, draw)


@dataclass(frozen=True)
class Groups:
    """Individuals, groups, and what they know and meet."""

    seed: int
    individuals: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    delta: Fraction
    draw: Fraction


def groups(seed: int) -> Groups:
    """The auction of `seed`, among individuals and groups; some of those do not bid at all."""
    rng = random.Random(seed)
    amount = _amounts(rng, BID_LIMIT // 8)  # what five members can pay together fits
    individuals = tuple(amount() for _ in range(rng.randint(0, 3)))
    least = 0 if individuals else 1
    daos = tuple(
        tuple(amount() if rng.random() < 0.9 else 0 for _ in range(rng.randint(1, 5)))
        for _ in range(rng.randint(least, 3))
    )
    return Groups(seed, individuals, daos, _delta(rng), Fraction(rng.randrange(1000), 1000))


def hold_equal(stage: ApproximateStage, seed: int) -> None:
    """Plays the auction of `seed` and demands the reference's outcome; the play audits every wei."""
    _hold(stage, seed, auction(seed))


def hold_groups_equal(stage: ApproximateStage, seed: int) -> None:
    """The same among groups: winner, price, share and who is served."""
    one = groups(seed)
    try:
        sale = stage.play_groups(one.individuals, one.groups, one.delta, one.draw)
        expected = sell(one.individuals, one.groups, one.delta, one.draw)
        assert sale == expected, f"the chain says {sale}, the reference {expected}"
    except Exception as error:
        raise AssertionError(f"{error!r}\n{one}") from error


def instance_of(one: Groups) -> ApproximateGroupsInstance:
    """The same auction as a file would have it: an individual is a group of one, with a draw or, at times, without."""
    groups = [*((bid,) for bid in one.individuals), *one.groups]
    return ApproximateGroupsInstance(
        one.delta,
        tuple(
            Group(f"g{j}", tuple(Member(f"m{i}", (bid,), (bid,)) for i, bid in enumerate(group)))
            for j, group in enumerate(groups)
        ),
        None if one.seed % 16 == 0 else one.draw,
    )


def hold_group_instance_equal(stage: ApproximateStage, seed: int) -> None:
    """Plays the instance of `seed` among groups alone and demands the reference's outcome."""
    _hold(stage, seed, instance_of(groups(seed)))


def _hold(
    stage: ApproximateStage, seed: int, instance: ApproximateInstance | ApproximateGroupsInstance
) -> None:
    with reproducible(seed, instance):
        assert stage.play(instance) == solve(instance), "the chain and the reference differ"


def _delta(rng: random.Random) -> Fraction:
    kind = rng.random()
    if kind < 0.8:
        bottom = rng.randint(2, 12)
        return Fraction(rng.randint(1, bottom - 1), bottom)
    if kind < 0.9:
        return Fraction(rng.randint(1, _MOST - 1), _MOST)
    return rng.choice((Fraction(1, _MOST), Fraction(_MOST - 1, _MOST)))


def _amounts(rng: random.Random, limit: int) -> Callable[[], int]:
    """How this auction's bids are drawn; 0 among them."""
    fixed = rng.choice((0, 1, 7, limit))
    return rng.choice(
        (
            lambda: rng.randint(0, 3),
            lambda: fixed,
            lambda: rng.randint(0, 20),
            lambda: rng.choice((0, 1, limit)),
            lambda: rng.randint(0, limit) >> rng.randint(0, limit.bit_length() - 1),
            lambda: limit - rng.randint(0, 3),
        )
    )


def _draw(rng: random.Random, bids: Sequence[int], delta: Fraction) -> Fraction:
    """Half of all draws fall exactly where the winner changes, or the price."""
    ends = [Fraction(0), *accumulate(probabilities(bids, delta))]
    kind = rng.random()
    borders = [end for end in ends if end < 1]
    if kind < 0.25:
        return rng.choice(borders)
    if kind < 0.5 and max(bids) <= _SMALL:
        place = rng.randrange(len(bids))
        steps = accumulate(price_lottery(bids, place, delta).values())
        points = [point for step in steps if (point := ends[place] + step) < 1]
        return rng.choice(points or borders)
    return Fraction(rng.randrange(10_000), 10_000)
