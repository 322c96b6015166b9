"""The same random auctions on real nodes: signing, mining, clocks and gas are theirs, the outcome is the reference's."""

from collections.abc import Iterator

import pytest

from offchain.chain.connect import connect
from offchain.play.two_level import TwoLevelStage
from tests.differential.scenarios import hold_equal, scenario

AUCTIONS = {"anvil": 300, "ganache": 60}
"""Ganache mines but some tens of transactions a second."""


@pytest.fixture(scope="module", params=AUCTIONS)
def stage(request: pytest.FixtureRequest) -> Iterator[tuple[str, TwoLevelStage]]:
    with connect(request.param) as chain:
        yield request.param, TwoLevelStage(chain)


def test_chain_equals_reference(stage: tuple[str, TwoLevelStage]) -> None:
    """Seeds beyond those that run in process, so that more auctions are covered."""
    name, contracts = stage
    first = 100_000 if name == "anvil" else 200_000
    for seed in range(first, first + AUCTIONS[name]):
        hold_equal(contracts, scenario(seed, most_members=3))
