"""The chains on which the tests of the resilient auction run: in process, and Anvil."""

from collections.abc import Iterator

import pytest

from offchain.chain.backend import Chain
from offchain.chain.connect import connect
from offchain.chain.revm import Revm
from tests.resilient.resilient_world import World


@pytest.fixture(scope="session")
def anvil() -> Iterator[Chain]:
    """One node for all tests; each deploys contracts of its own."""
    with connect("anvil") as chain:
        yield chain


@pytest.fixture(params=["revm", "anvil"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """An auction without sales; after the test it holds what it owes."""
    chain = Revm() if request.param == "revm" else request.getfixturevalue("anvil")
    world = World(chain)
    yield world
    world.check()
