"""Some of the same auctions on real nodes, and one with hundreds of bidders."""

from fractions import Fraction

import pytest

from offchain.chain.connect import connect
from offchain.model.instances import ApproximateInstance
from offchain.model.kinds import solve
from offchain.play.approximate import ApproximateStage
from tests.differential.approximate_scenarios import hold_equal, hold_groups_equal

AUCTIONS = {"anvil": 60, "ganache": 10}
BIDDERS = 300


@pytest.mark.parametrize("name", AUCTIONS)
def test_chain_equals_reference(name: str) -> None:
    """Seeds beyond those that run in process, so that more auctions are covered."""
    with connect(name) as chain:
        stage = ApproximateStage(chain)
        for seed in range(100_000, 100_000 + AUCTIONS[name]):
            hold_equal(stage, seed)
            hold_groups_equal(stage, seed)


def test_hundreds_of_bidders_on_anvil() -> None:
    """No transaction above the limit, and every wei accounted for."""
    bids = {f"p{n}": 10**9 - n for n in range(BIDDERS)}
    instance = ApproximateInstance(Fraction(1, 3), bids, Fraction(999, 1000))
    with connect("anvil") as chain:
        assert ApproximateStage(chain).play(instance) == solve(instance)
