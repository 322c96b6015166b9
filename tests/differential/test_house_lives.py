"""Random auctions at Nouns' real house, of both versions and upgraded in between, to the last claim, against the exact model."""

import pytest

from offchain.chain.revm import Revm
from offchain.model.mechanisms.two_level import solve_lot
from tests.differential.house_lives import Code, life
from tests.differential.house_stage import KEEPER, OWNER, PEOPLE, PURSE, HouseStage, NounsVenue
from tests.differential.reproduction import reproducible

LIVES, CHUNK = 1_000, 100


@pytest.mark.parametrize("first", range(0, LIVES, CHUNK))
def test_lives_equal_the_model(first: int) -> None:
    chain = Revm()
    chain.fund_all({chain.actor(i): PURSE for i in (OWNER, KEEPER, *PEOPLE)})
    stage = HouseStage(chain, NounsVenue(chain))
    for seed in range(first, first + CHUNK):
        one = life(seed, (Code.FIRST, Code.SECOND, Code.UPGRADED))
        with reproducible(seed, one.instance, one):
            outcome = stage.play(one)
            assert outcome == one.outcome
            if one.on_grid:
                assert outcome.lot == solve_lot(one.counted, 0)
    missing = [what for what, times in stage.seen.items() if not times]
    assert not missing, f"never seen from seed {first} on: {missing}"
