"""What the tests of the keeper share."""

from pathlib import Path

import pytest

from tests.keeper.market import Market


@pytest.fixture
def market(tmp_path: Path) -> Market:
    """Contracts on a chain in this process."""
    return Market(tmp_path)
