"""20,000 random auctions through the contracts, in process, against the reference model; 4,000 of them every time."""

import pytest

from offchain.chain.revm import Revm
from offchain.play.hand import NeverDone
from offchain.play.two_level import TwoLevelStage
from tests.differential.chunks import chunks
from tests.differential.scenarios import hold_equal, scenario

AUCTIONS, EACH_TIME = 20_000, 4_000
CHUNK = 500


@pytest.mark.parametrize("first", chunks(AUCTIONS, CHUNK, EACH_TIME))
def test_chain_equals_reference(first: int) -> None:
    """The same outcome, budgets balanced, nobody worse off, equals treated alike, no wei astray."""
    stage = TwoLevelStage(Revm())
    for seed in range(first, first + CHUNK):
        hold_equal(stage, scenario(seed))


def test_larger_groups() -> None:
    """Groups up to 60: several bids between the price and the bottom, several steps of the settling walk."""
    stage = TwoLevelStage(Revm())
    for seed in range(AUCTIONS, AUCTIONS + 60):
        hold_equal(stage, scenario(seed, most_members=60))


class Idle:
    """Says that it did something, and did nothing: as a keeper does whose calls change nothing."""

    unfinished = False

    def step(self, refunds: bool = True) -> int:
        return 1


def test_a_play_whose_work_does_not_get_done_fails() -> None:
    """It would hang where a contract accepts a call and forgets it."""
    stage = TwoLevelStage(Revm(), hire=lambda deployment, tell: Idle())
    with pytest.raises(NeverDone):
        stage.play(scenario(0).instance)
