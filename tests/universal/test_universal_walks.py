"""Random walks through universal auctions: people do anything at any time, and a stranger always ends it; see `universal_walk`.

Contracts bid that refuse payments or call back, items refuse to be moved, money is forced on the house; no
call fails but by name, calls that must succeed do, and at every moment logs and clock tell each lot's phase. At
the end a stranger alone brings every lot to its end with nothing but public data, everybody has what is
theirs, and every offer is the reference's for what was revealed.
"""

import random
from collections import Counter

import pytest

from offchain.bindings.enumerations import UniversalPhase
from tests.differential.chunks import chunks
from tests.universal.universal_walk import Walk

SEEDS = range(6)
STEPS = 1_500
SHORT, EACH_TIME, CHUNK, FEW_STEPS = 600, 100, 100, 120
SEEN: Counter[str] = Counter()
"""What happened on all long walks so far."""


def walked(walk: Walk, steps: int) -> Counter[str]:
    """What happened on a walk. It tells its story if it fails."""
    try:
        walk.run(steps)
        walk.end_it_all()
    except BaseException:
        print("\n".join(walk.story))
        raise
    return walk.outcomes


@pytest.mark.parametrize("seed", SEEDS)
def test_long_walk(seed: int) -> None:
    outcomes = walked(Walk(seed), STEPS)
    SEEN.update(outcomes)
    assert outcomes["done"] > STEPS // 5, outcomes


def test_long_walks_get_everywhere() -> None:
    """Walks that got nowhere would prove little: every call was done, and refused, on some."""
    if not SEEN:
        for seed in SEEDS[:4]:
            SEEN.update(walked(Walk(seed), STEPS))
    calls = "list join register reveal requestDraw decide buy decline"
    after = "claim claimTo claimBatch reclaim withdrawProceeds"
    for call in f"{calls} {after}".split():
        assert SEEN[f"{call} done"], (call, SEEN)
        assert SEEN[f"{call} refused"], (call, SEEN)
    for end in ("lot SETTLED", "lot UNSOLD", "lot VOID", "a void lot with somebody at fault"):
        assert SEEN[end] >= 10, SEEN


@pytest.mark.parametrize("first", chunks(SHORT, CHUNK, EACH_TIME))
def test_short_walks(first: int) -> None:
    """One lot at a time, left at most phases of an auction: each end comes up."""
    seen = Counter[str]()
    for seed in range(first, first + CHUNK):
        steps = random.Random(f"steps {seed}").randrange(FEW_STEPS)
        seen.update(walked(Walk(seed, at_once=1), steps))
    assert min(seen[end] for end in ("lot SETTLED", "lot UNSOLD", "lot VOID")) >= 2, seen
    assert sum(seen[f"left at {phase.name}"] > 0 for phase in UniversalPhase) >= 8, seen
