"""1,000 random auctions at the real houses, to the last claim, against the exact model.

At Nouns' house of both versions, and upgraded between bids; and at Zora's.
"""

from collections.abc import Callable

import pytest

from offchain.chain.revm import Revm
from offchain.model.mechanisms.two_level import solve_lot
from tests.differential.house_lives import TIMES, Code, life
from tests.differential.house_stage import HouseStage, NounsVenue, Venue, ZoraVenue, furnished
from tests.differential.reproduction import reproducible

LIVES, ZORA_LIVES, CHUNK = 800, 200, 100
SEEN = (
    *("unsold", "won by an individual", "won by one", "won by some", "rounded up", "off the grid"),
    *("settled before the item came", "a bond", "no tally"),
)
"""What each chunk has to show."""


def hold_equal(first: int, venue: Callable[[Revm], Venue], *codes: Code) -> HouseStage:
    """The auctions of a chunk of seeds, each against the model; where all is in units, against the whole mechanism as well."""
    stage = HouseStage(furnished(), venue)
    for seed in range(first, first + CHUNK * TIMES):
        one = life(seed, codes)
        with reproducible(seed, one.instance, one):
            outcome = stage.play(one)
            assert outcome == one.outcome
            if one.on_grid:
                assert outcome.lot == solve_lot(one.counted, 0)
    missing = [what for what in SEEN if not stage.seen[what]]
    assert not missing, f"never seen from seed {first} on: {missing}"
    return stage


@pytest.mark.parametrize("first", range(0, LIVES * TIMES, CHUNK * TIMES))
def test_lives_at_nouns_equal_the_model(first: int) -> None:
    stage = hold_equal(first, NounsVenue, Code.FIRST, Code.SECOND, Code.UPGRADED)
    assert stage.seen["upgraded after a bid"]
    assert stage.seen["extended"]


@pytest.mark.parametrize("first", range(0, ZORA_LIVES * TIMES, CHUNK * TIMES))
def test_lives_at_zora_equal_the_model(first: int) -> None:
    hold_equal(first, ZoraVenue, Code.ZORA)
