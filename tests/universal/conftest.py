"""What the tests of the universal auction begin with."""

from collections.abc import Iterator

import pytest

from tests.universal.universal_world import World


@pytest.fixture
def world() -> Iterator[World]:
    """An auction without lots; after the test it holds what it owes."""
    world = World()
    yield world
    world.check()
