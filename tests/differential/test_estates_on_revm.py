"""2,000 random estates through the contracts, in process, against the reference model: win, votes, resales, parts.

Each play checks that all money is accounted for to the wei (`offchain.play.audit`): of the lot that was won, of each
resale, bonds of the silent included, and of the estate, which holds what the division left and nothing else.
"""

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from offchain.chain.revm import Revm
from offchain.model.checks.estate import check
from offchain.model.checks.finding import Verdict
from offchain.model.instances import Group, Member, TwoLevelInstance
from offchain.model.instances.estate import Attempt, EstateOutcome, Vote
from offchain.model.instances.two_level import LotOutcome
from offchain.model.mechanisms import estate
from offchain.model.mechanisms.two_level import solve_lot
from offchain.play.behaviour import STRAIGHT, Behaviour, counted
from offchain.play.estate import EstateStage
from tests.differential.reproduction import reproducible
from tests.reverts import reverts

ESTATES = 2_000
CHUNK = 200


@dataclass(frozen=True)
class History:
    """An auction that a DAO wins, what its members do there, what its estate tries then, and what buyers do."""

    instance: TwoLevelInstance
    behaviour: Behaviour
    attempts: tuple[Attempt, ...]
    buying: Behaviour

    @property
    def won(self) -> LotOutcome:
        """By the model, like all that follows."""
        return solve_lot(counted(self.instance, self.behaviour), 0)

    @property
    def counted_attempts(self) -> tuple[Attempt, ...]:
        """Without the bids of buyers who keep silent."""
        return tuple(that_count(attempt, self.buying) for attempt in self.attempts)

    @property
    def outcome(self) -> EstateOutcome:
        """What becomes of the item."""
        return estate.solve(self.won.served, self.counted_attempts)


def that_count(attempt: Attempt, buying: Behaviour) -> Attempt:
    """An attempt without the bids of buyers who keep silent."""
    buyers = counted(TwoLevelInstance(1, (1,), attempt.buyers), buying).groups
    return Attempt(attempt.votes, buyers)


def history(seed: int) -> History:
    """That of `seed`: up to 7 members, up to 3 attempts, the last of which may sell."""
    rng = random.Random(seed)
    while True:
        groups = tuple(group(rng, f"g{place}", rng.randint(2, 7)) for place in range(2))
        instance = TwoLevelInstance(1, (rng.randint(1, 9),), groups)
        silent = frozenset((one.name, "m0") for one in groups if rng.random() < 0.2)
        behaviour = Behaviour(silent=silent) if rng.random() < 0.5 else STRAIGHT
        won = solve_lot(counted(instance, behaviour), 0)
        if won.served:
            buying = Behaviour(silent=SILENT_BUYERS) if rng.random() < 0.5 else STRAIGHT
            tried = tuple(attempts(rng, won.served, buying))
            return History(instance, behaviour, tried, buying)


def group(rng: random.Random, name: str, size: int) -> Group:
    """One of so many members, whose bids are close to each other or far apart; some bid nothing."""
    most = rng.choice((2, 9, 60))
    bids = [rng.randint(0, most) for _ in range(size)]
    return Group(name, tuple(Member(f"m{i}", (bid,), (bid,)) for i, bid in enumerate(bids)))


SILENT_BUYERS = frozenset({("b0", "m0"), ("c0", "m1")})


def attempts(rng: random.Random, served: tuple[str, ...], buying: Behaviour) -> list[Attempt]:
    """Votes that change, of few for many reserves or of many for few, and buyers, alone or in groups; none after a sale."""
    found: list[Attempt] = []
    while len(found) < 3:
        reserves = rng.sample((0, 1, 2, 20, 60, 2**96 - 1), rng.randint(1, 3))
        votes = tuple(
            Vote(rng.choice(served), rng.choice(reserves)) for _ in range(3 * len(served))
        )
        buyers = [group(rng, f"b{place}", 1) for place in range(rng.randint(0, 2))]
        buyers += [group(rng, f"c{place}", rng.randint(1, 4)) for place in range(rng.randint(0, 2))]
        found.append(Attempt(votes, tuple(buyers)))
        if estate.solve(served, [that_count(one, buying) for one in found]).resales[-1].sold:
            break
    return found


def kind(outcome: EstateOutcome) -> str:
    """What became of it."""
    if not outcome.access:
        return "sold again" if len(outcome.resales) > 1 else "sold"
    return "unsold" if any(resale.lot for resale in outcome.resales) else "undecided"


@pytest.mark.parametrize("first", range(0, ESTATES, CHUNK))
def test_estates_equal_the_reference(first: int) -> None:
    """The same lots at the same reserves, parts, what the division leaves, and who has access; and every promise."""
    stage = EstateStage(Revm())
    kinds: Counter[str] = Counter()
    for seed in range(first, first + CHUNK):
        story = history(seed)
        with reproducible(seed, story.instance, story):
            won, outcome = stage.play_estate(
                story.instance, story.attempts, story.behaviour, story.buying
            )
            assert won == story.won
            assert outcome == story.outcome
            findings = check(won, story.counted_attempts, outcome)
            assert {finding.verdict for finding in findings} == {Verdict.HOLDS}, findings
        kinds[kind(outcome)] += 1
        kinds["dust"] += outcome.dust > 0
    assert min(kinds[one] for one in ("sold", "sold again", "unsold", "undecided", "dust")) > 0, (
        kinds
    )


def test_nothing_is_tried_after_a_sale() -> None:
    """The contract says what the model says."""
    story = next(one for one in map(history, range(99)) if kind(one.outcome) == "sold")
    again = (*story.attempts, story.attempts[0])
    with reverts("AlreadyResold"):
        EstateStage(Revm()).play_estate(story.instance, again, story.behaviour, story.buying)


def test_of_an_individuals_item_there_is_no_estate() -> None:
    alone = TwoLevelInstance(1, (1,), (Group("ann", (Member("ann", (5,), (5,)),)),))
    with pytest.raises(ValueError, match="no DAO won"):
        EstateStage(Revm()).play_estate(alone, [])


def test_a_crowd_is_paid_in_several_steps() -> None:
    """450 members, three transactions."""
    crowd = Group("crowd", tuple(Member(f"m{i}", (3,), (3,)) for i in range(450)))
    votes = tuple(Vote(f"m{i}", 1_000) for i in range(226))
    buyers = (Group("ann", (Member("ann", (5_000,), (5_000,)),)),)
    instance = TwoLevelInstance(1, (1_350,), (crowd,))
    tried = [Attempt(votes[:225], buyers), Attempt(votes[225:], buyers)]
    won, outcome = EstateStage(Revm()).play_estate(instance, tried)
    assert len(won.served) == 450
    assert [resale.sold for resale in outcome.resales] == [False, True]
    assert (set(outcome.parts.values()), outcome.dust) == ({2}, 100)
