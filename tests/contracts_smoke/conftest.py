"""The fixtures and helpers of tests/contracts, for a few tests on another node."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "contracts"))
pytest.register_assert_rewrite("checks", "clock", "fixtures", "ledger")

from fixtures import *  # noqa: E402, F403
