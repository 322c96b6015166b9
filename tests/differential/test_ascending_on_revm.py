"""Random auctions at Nouns' real house, in process, kept by a keeper against individuals who bid by a script: bid by bid as in
the exact model, and all money accounted for to the wei (`offchain.play.audit`).
"""

import random
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest

from offchain.chain.revm import Revm
from offchain.houses.nouns import NOUNS_TERMS, NounsTerms
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.rivals import Rival
from offchain.model.instances.rules import Ascending
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.ascending import AscendingAuction
from offchain.model.mechanisms.contest import Terms, follow, play_out
from offchain.play.ascending import AscendingStage
from offchain.play.behaviour import Behaviour, Lock, MemberKey, counted
from offchain.play.stage import FIRST_PLAYER
from tests.differential.reproduction import reproducible

AUCTIONS = 500
CHUNK = 50


@dataclass(frozen=True)
class Scenario:
    """An auction at a house on its terms, what members do, and who bids alone."""

    instance: TwoLevelInstance
    behaviour: Behaviour
    rivals: tuple[Rival, ...]
    terms: NounsTerms


def scenario(seed: int) -> Scenario:
    """Up to 3 groups and 3 individuals, whose limits lie close enough to meet."""
    rng = random.Random(seed)
    unit = rng.choice((1, 10**3, 10**9))
    alone = [rng.randint(1, 60) * unit for _ in range(rng.choice((0, 1, 1, 2, 3)))]
    crowds = [
        [rng.randint(0, 20) * unit for _ in range(rng.randint(1, 4))]
        for _ in range(rng.randint(1, 3))
    ]
    rivals = tuple(Rival(f"r{i}", limit) for i, limit in enumerate(alone))
    groups = (
        *(Group(one.name, (Member(one.name, (one.limit,), (one.limit,)),)) for one in rivals),
        *(
            Group(f"g{i}", tuple(Member(f"m{j}", (bid,), (bid,)) for j, bid in enumerate(bids)))
            for i, bids in enumerate(crowds)
        ),
    )
    increment, reserve = rng.choice((1, 2, 5, 50, 100)), rng.randint(1, 15) * unit
    instance = TwoLevelInstance(1, (reserve,), groups, Ascending(Fraction(increment, 100)))
    terms = replace(
        NOUNS_TERMS,
        reserve=reserve * WEI_PER_UNIT,
        increment=increment,
        buffer=rng.choice((120, 300, 900)),
    )
    return Scenario(instance, _behaviour(rng, groups[len(rivals) :]), rivals, terms)


def _behaviour(rng: random.Random, groups: tuple[Group, ...]) -> Behaviour:
    members: list[MemberKey] = [(group.name, one.name) for group in groups for one in group.members]
    some = [frozenset(key for key in members if rng.random() < 0.15) for _ in range(3)]
    locks = dict.fromkeys(members, Lock.TRUE) if rng.random() < 0.1 else {}
    names = [group.name for group in groups]
    return Behaviour(
        open_groups=frozenset(name for name in names if rng.random() < 0.3),
        standalone=frozenset(name for name in names if rng.random() < 0.1),
        silent=some[0] if not locks else frozenset(),
        withdrawn=some[1],
        changed=some[2],
        locks=locks,
    )


def hold_equal(one: Scenario) -> None:
    """Plays it both ways."""
    chain = Revm()
    stage = AscendingStage(chain, 3_600, one.terms)
    members = [(group.name, m.name) for group in one.instance.groups for m in group.members]
    accounts = {key: chain.actor(FIRST_PLAYER + place) for place, key in enumerate(members)}
    found = stage.play(one.instance, one.behaviour, one.rivals, accounts)
    counting = counted(one.instance, one.behaviour)
    part = Fraction(one.terms.increment, 100)
    house = AscendingAuction(
        one.terms.reserve, part, found.announced, one.terms.buffer, WEI_PER_UNIT
    )
    when = Terms(house, found.start, found.schedule[0], found.schedule[1])
    outcome, bids = play_out(counting, one.rivals, when)
    assert found.bids == bids
    assert found.outcome.items == outcome.items
    assert found.outcome.payments == outcome.payments
    after = follow(house, found.bids)
    assert [after.leader, after.amount] == (
        [None, 0] if not bids else [bids[-1].bidder, bids[-1].amount * WEI_PER_UNIT]
    )


@pytest.mark.parametrize("chunk", range(AUCTIONS // CHUNK))
def test_auctions_at_a_house_equal_the_model(chunk: int) -> None:
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        one = scenario(seed)
        with reproducible(seed, one.instance, one.behaviour, one.rivals, one.terms):
            hold_equal(one)
