"""Random auctions at houses, each made from a seed alone: every increment that a house has, ties, extremes, several items."""

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from offchain.model.checks.finding import Verdict
from offchain.model.checks.two_level import check_outcome
from offchain.model.instances import BID_LIMIT
from offchain.model.instances.rules import Ascending
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance, TwoLevelOutcome
from offchain.model.kinds import solve
from offchain.play.house_auctions import HouseAuctions
from tests.differential.reproduction import reproducible

MOST_MEMBERS = 5
STEEP = 20
"""From so many percent on, bids of any size are reached within some hundreds of raises."""


def ascending_scenario(seed: int) -> TwoLevelInstance:
    """The instance of `seed`: up to 3 items, up to 4 groups. Members can pay what a DAO can be lent."""
    rng = random.Random(seed)
    items = rng.choices((1, 2, 3), (6, 2, 1))[0]
    percent = rng.choice((1, 2, 5, 10, 50, 99, 100, rng.randint(1, 100)))
    draw = _bids(rng, percent)
    sizes = [rng.randint(1, MOST_MEMBERS) for _ in range(rng.randint(1, 4))]
    groups = tuple(_group(f"g{i}", size, items, draw) for i, size in enumerate(sizes))
    if rng.random() < 0.3:
        groups = (*groups, replace(rng.choice(groups), name="twin"))
    reserves = tuple(_reserve(rng, groups, item) for item in range(items))
    return TwoLevelInstance(items, reserves, groups, Ascending(Fraction(percent, 100)))


def _bids(rng: random.Random, percent: int) -> Callable[[], int]:
    """How this auction's bids are drawn; 0 (no bid) among them. Where steps are small, bids are."""
    most = BID_LIMIT // MOST_MEMBERS if percent >= STEEP else 20_000
    kind = rng.choice(("tiny", "equal", "small", "wide", "huge"))
    fixed = rng.choice((1, 2, 7, most, most // 2))
    draws = {
        "tiny": lambda: rng.randint(0, 3),
        "equal": lambda: fixed,
        "small": lambda: rng.randint(0, 200),
        "wide": lambda: rng.randint(0, most) >> rng.randrange(most.bit_length()),
        "huge": lambda: most - rng.randint(0, 3),
    }
    return draws[kind]


def _group(name: str, size: int, items: int, draw: Callable[[], int]) -> Group:
    bids = [tuple(draw() for _ in range(items)) for _ in range(size)]
    return Group(name, tuple(Member(f"m{i}", b, b) for i, b in enumerate(bids)))


def _reserve(rng: random.Random, groups: tuple[Group, ...], item: int) -> int:
    """Mostly within reach; else close to some group's bids added up, met or not, or beyond all."""
    total = sum(rng.choice(groups).bids_on(item))
    near = max(1, total + rng.randint(-2, 2))
    return rng.choice((1, 1, rng.randint(1, 100), max(1, total // 2), near, 2**96 - 1))


def hold_equal(auctions: HouseAuctions, seed: int) -> TwoLevelOutcome:
    """Plays the auction of a seed and demands the reference's outcome and every promised property of it."""
    instance = ascending_scenario(seed)
    with reproducible(seed, instance):
        outcome = auctions.play(instance)
        assert outcome == solve(instance), "the chain and the reference differ"
        failed = [f for f in check_outcome(instance, outcome) if f.verdict is Verdict.FAILS]
        assert not failed, failed
    return outcome
