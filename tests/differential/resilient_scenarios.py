"""Random resilient sales, each made from a seed alone, biased towards what tends to break: ties, nothing offered, extremes."""

import random
from dataclasses import dataclass
from fractions import Fraction

from offchain.bindings.announcements import MOST_EPSILON
from offchain.bindings.entries import MOST_AMOUNT
from offchain.model.instances.resilient import Answer, Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import solve
from offchain.play.resilient import ResilientStage
from offchain.play.resilient_behaviour import ResilientBehaviour, counted
from tests.differential.reproduction import reproducible


@dataclass(frozen=True)
class ResilientScenario:
    """A sale and what people do beyond it."""

    seed: int
    instance: ResilientInstance
    behaviour: ResilientBehaviour


def resilient_scenario(seed: int) -> ResilientScenario:
    """The sale of `seed`: 1 to 4 goods, 1 to 5 players, some of them silent or mute, at times an offer of the seller's own."""
    rng = random.Random(seed)
    goods = tuple(f"g{n}" for n in range(rng.randint(1, 4)))
    names = [f"p{n}" for n in range(rng.choices((1, 2, 3, 4, 5), (1, 2, 3, 3, 2))[0])]
    most = rng.choice((1, 2, 2, 10, 10**6, MOST_AMOUNT // len(goods)))
    players = tuple(_player(rng, name, names, goods, most) for name in names)
    seller = _offers(rng, names, goods, most) if rng.random() < 0.25 else ()
    instance = ResilientInstance(_epsilon(rng), goods, players, seller=seller)
    silent = {name for name in names if rng.random() < 0.1}
    silent.discard(rng.choice(names))  # somebody speaks
    return ResilientScenario(
        seed,
        instance,
        ResilientBehaviour(
            silent=frozenset(silent),
            mute=frozenset(name for name in names if rng.random() < 0.2),
            deposit=rng.choice((_least, ResilientBehaviour().deposit)),
        ),
    )


def _least(revenue: int) -> int:
    return max(1, revenue)


def _epsilon(rng: random.Random) -> Fraction:
    if rng.random() < 0.1:
        return Fraction(rng.choice((1, MOST_EPSILON - 1)), MOST_EPSILON)
    denominator = rng.randint(2, 12)
    return Fraction(rng.randint(1, denominator - 1), denominator)


def _player(
    rng: random.Random, name: str, names: list[str], goods: tuple[str, ...], most: int
) -> ResilientPlayer:
    bundles = {_some(rng, goods) for _ in range(rng.randint(0, 4))}
    others = [other for other in names if other != name]
    return ResilientPlayer(
        name,
        values={bundle: rng.randint(0, most) for bundle in bundles},
        offer=_offers(rng, others, goods, most) if rng.random() < 0.8 else (),
        wish=_some(rng, goods),
        answer=rng.choice((None, None, None, Answer.YES, Answer.NO)),
    )


def _offers(
    rng: random.Random, recipients: list[str], goods: tuple[str, ...], most: int
) -> tuple[Offer, ...]:
    """Some of the goods, each to somebody, at equal prices often."""
    shares: dict[str, list[str]] = {}
    for good in goods:
        if recipients and rng.random() < 0.7:
            shares.setdefault(rng.choice(recipients), []).append(good)
    return tuple(
        Offer(to, tuple(bundle), rng.choice((1, most, rng.randint(1, most))))
        for to, bundle in shares.items()
    )


def _some(rng: random.Random, goods: tuple[str, ...]) -> tuple[str, ...]:
    share = rng.choice((0.0, 0.5, 0.5, 1.0))
    return tuple(good for good in goods if rng.random() < share)


def hold_resilient_equal(stage: ResilientStage, sale: ResilientScenario) -> None:
    """Plays both sides of the sale's coin and demands the reference's outcome, rebates as exact fractions.

    The play itself checks that all money is accounted for to the wei.
    """
    with reproducible(sale.seed, sale.instance, sale.behaviour):
        outcome = stage.play(sale.instance, sale.behaviour)
        expected = solve(counted(sale.instance, sale.behaviour))
        assert outcome == expected, "the chain and the reference differ"
