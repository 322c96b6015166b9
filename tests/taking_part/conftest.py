"""What the tests of people's steps share."""

from pathlib import Path

import pytest

from tests.keeper.market import Market
from tests.taking_part.crowd import Crowd


@pytest.fixture
def crowd(tmp_path: Path) -> Crowd:
    """People of a market in process."""
    return Crowd(Market(tmp_path))
