"""Random auctions, each made from a seed alone, biased towards what tends to break: ties, equal bids, extremes, odd members."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from offchain.model.checks.finding import Verdict
from offchain.model.checks.two_level import check_outcome
from offchain.model.instances import BID_LIMIT
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.kinds import solve
from offchain.play.behaviour import Behaviour, Lock, MemberKey, counted
from offchain.play.two_level import TwoLevelStage
from tests.differential.reproduction import reproducible

LOCKED_EVERY = 20
"""In one of so many auctions all bids are locked, in another some of them, not all truly: a lock takes 4 ms in all."""


@dataclass(frozen=True)
class Scenario:
    """An auction and what its members do."""

    seed: int
    instance: TwoLevelInstance
    behaviour: Behaviour


def scenario(seed: int, most_members: int = 5) -> Scenario:
    """The auction of `seed`: up to 3 lots, up to 4 groups, the first ones often individuals."""
    rng = random.Random(seed)
    items = rng.choices((1, 2, 3), (6, 2, 1))[0]
    draw = _bids(rng)
    individuals = rng.choices((0, 1, 2, 3), (3, 2, 1, 1))[0]
    daos = rng.randint(0 if individuals else 1, 3)
    sizes = [1] * individuals + [rng.randint(1, most_members) for _ in range(daos)]
    groups = tuple(_group(f"g{i}", size, items, draw) for i, size in enumerate(sizes))
    reserves = tuple(_reserve(rng, groups, item) for item in range(items))
    instance = TwoLevelInstance(items, reserves, groups)
    return Scenario(seed, instance, _behaviour(seed, rng, instance, individuals))


def _bids(rng: random.Random) -> Callable[[], int]:
    """How this auction's bids are drawn; 0 (no bid) among them."""
    kind = rng.choice(("tiny", "equal", "small", "wide", "huge"))
    fixed = rng.choice((1, 2, 7, BID_LIMIT, BID_LIMIT // 2))
    draws = {
        "tiny": lambda: rng.randint(0, 3),
        "equal": lambda: fixed,
        "small": lambda: rng.randint(0, 20),
        "wide": lambda: rng.randint(0, BID_LIMIT) >> rng.randint(0, 63),
        "huge": lambda: BID_LIMIT - rng.randint(0, 3),
    }
    return draws[kind]


def _group(name: str, size: int, items: int, draw: Callable[[], int]) -> Group:
    bids = [tuple(draw() for _ in range(items)) for _ in range(size)]
    return Group(name, tuple(Member(f"m{i}", b, b) for i, b in enumerate(bids)))


def _reserve(rng: random.Random, groups: tuple[Group, ...], item: int) -> int:
    """Mostly 1; else close to some group's bids added up, met or not."""
    if rng.random() < 0.6:
        return 1
    total = sum(rng.choice(groups).bids_on(item))
    return max(1, total + rng.randint(-2, 2))


def _behaviour(
    seed: int, rng: random.Random, instance: TwoLevelInstance, individuals: int
) -> Behaviour:
    members = [(g.name, m.name) for g in instance.groups for m in g.members]

    def some(share: float) -> frozenset[MemberKey]:
        return frozenset(key for key in members if rng.random() < share)

    daos = [group.name for group in instance.groups[individuals:]]
    kinds = Behaviour(
        open_groups=frozenset(name for name in daos if rng.random() < 0.25),
        standalone=frozenset(name for name in daos if rng.random() < 0.4),
        bond_bps=rng.choice((1_000, 1_000, 3_333, 10_000)),
    )
    if seed % LOCKED_EVERY == 0:
        kinds = replace(kinds, locks=dict.fromkeys(members, Lock.TRUE))
    if rng.random() < 0.4:
        return kinds
    locks = {key: rng.choice((Lock.TRUE, *Lock)) for key in members if rng.random() < 0.3}
    return replace(
        kinds,
        locks=locks if seed % LOCKED_EVERY == LOCKED_EVERY // 2 else kinds.locks,
        silent=some(0.15),
        opening=some(0.1),
        withdrawn=some(0.1),
        changed=some(0.15),
        rolling=some(0.5) if rng.random() < 0.5 else frozenset(),
        claiming=some(0.2),
        naming=some(0.3),
    )


def hold_equal(stage: TwoLevelStage, auction: Scenario) -> None:
    """Plays the auction and demands the reference's outcome and every promised property of it.

    The play itself checks that all money is accounted for to the wei (`offchain.play.audit`).
    """
    with reproducible(auction.seed, auction.instance, auction.behaviour):
        outcome = stage.play(auction.instance, auction.behaviour)
        counting = counted(auction.instance, auction.behaviour)
        assert outcome == solve(counting), "the chain and the reference differ"
        failed = [f for f in check_outcome(counting, outcome) if f.verdict is Verdict.FAILS]
        assert not failed, failed
