"""Many lots at one signal clock house at once, and strangers who mean harm: see `clock_walk`.

Beyond test_signal_clock_walk.py: contracts bid that refuse payments or call back, items refuse to be
moved, money is forced on the house; no call fails but by name, calls that must succeed do, and at every
moment logs and clock tell each lot's stage. Few walks, but long ones. At the end a stranger alone brings
every lot to its end, everybody has what is theirs, and every offer is the reference's for the clocks as
they stood.
"""

from collections import Counter

import pytest

from tests.differential.clock_walk import Walk

SEEDS = range(12)
STEPS = 1_500
SEEN: Counter[str] = Counter()
"""What happened on all walks so far."""


def walked(seed: int) -> Counter[str]:
    """What happened on one walk."""
    walk = Walk(seed)
    try:
        walk.run(STEPS)
        walk.end_it_all()
    except BaseException:
        print("\n".join(walk.story))
        raise
    return walk.outcomes


@pytest.mark.parametrize("seed", SEEDS)
def test_walk(seed: int) -> None:
    outcomes = walked(seed)
    SEEN.update(outcomes)
    assert outcomes["done"] > STEPS // 5, outcomes


def test_walks_get_everywhere() -> None:
    """Walks that got nowhere would prove little: every call was done, and refused, on some."""
    if not SEEN:
        for seed in SEEDS[:4]:
            SEEN.update(walked(seed))
    calls = "list join register requestDraw begin accept leaveAuction multicall prepare stateOffer buy expire"
    after = "claim returnDeposits reclaim withdrawProceeds"
    for call in f"{calls} {after}".split():
        assert SEEN[f"{call} done"], (call, SEEN)
        assert SEEN[f"{call} refused"], (call, SEEN)
    for end in ("lot SOLD", "lot UNSOLD", "lot VOID", "a void lot with somebody at fault"):
        assert SEEN[end] >= 10, SEEN
