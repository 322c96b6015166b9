"""Random universal auctions through the contract, in process, against the reference: every colour, and an instance's own word."""

import pytest

from offchain.chain.revm import Revm
from offchain.model.mechanisms.universal_allocation import solve
from offchain.play.universal import UniversalStage
from tests.differential.chunks import chunks
from tests.differential.reproduction import reproducible
from tests.differential.universal_draws import auction

AUCTIONS, EACH_TIME, CHUNK = 1_000, 100, 50


@pytest.mark.parametrize("first", chunks(AUCTIONS, CHUNK, EACH_TIME))
def test_every_colour_of_random_auctions(first: int) -> None:
    """The reference's sale for each, so its distribution, and no wei astray."""
    stage = UniversalStage(Revm())
    for seed in range(first, first + CHUNK):
        instance = auction(seed)
        with reproducible(seed, instance):
            assert stage.play(instance) == solve(instance)
