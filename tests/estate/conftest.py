"""The chain on which the tests of estates run: in process, below a DAO of each kind."""

import pytest

from offchain.chain.revm import Revm
from tests.estate.estate_world import World


@pytest.fixture(params=["cheap", "standalone"])
def world(request: pytest.FixtureRequest) -> World:
    """A DAO whose members Ann, Bob and Cid have won an item for 10 each; Dan bid too little, Eve kept silent."""
    return World(Revm(), standalone=request.param == "standalone")
