"""Where a file of tests has a `hall`: its chain, and its house."""

import pytest

from offchain.chain.backend import Chain
from offchain.houses.house import AtHouse
from tests.houses.watch import Hall


@pytest.fixture
def chain(hall: Hall) -> Chain:
    return hall.chain


@pytest.fixture
def house(hall: Hall) -> AtHouse:
    """Tests name the make of it that their `hall` is at."""
    return hall.floor.house
