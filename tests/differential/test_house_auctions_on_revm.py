"""Random instances at houses of Nouns' own code, in process, against the reference model."""

from collections import Counter

import pytest

from offchain.chain.revm import Revm
from offchain.play.house_auctions import HouseAuctions
from tests.differential.ascending_scenarios import ascending_scenario, hold_equal
from tests.differential.chunks import chunks

AUCTIONS, EACH_TIME = 400, 200
CHUNK = 100


@pytest.mark.parametrize("first", chunks(AUCTIONS, CHUNK, EACH_TIME))
def test_chain_equals_reference(first: int) -> None:
    """The same outcome, budgets balanced, nobody worse off, no wei astray; in each chunk whatever can happen does."""
    auctions, seen = HouseAuctions(Revm()), Counter[str]()
    for seed in range(first, first + CHUNK):
        instance, outcome = ascending_scenario(seed), hold_equal(auctions, seed)
        for lot, reserve in zip(outcome.items, instance.reserves, strict=True):
            seen["unsold"] += lot.winner is None
            seen["sold at the reserve"] += lot.price == reserve
            seen["fought for"] += lot.price > reserve
            seen["won by a lower limit"] += (
                0 < lot.group_bids.get(lot.winner or "", 0) < max(lot.group_bids.values())
            )
            seen["a surplus of rounding"] += lot.paid > lot.price
    missing = [what for what in seen if not seen[what]]
    assert not missing, f"never from seed {first} on: {missing}"
