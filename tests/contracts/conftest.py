"""Fixtures of the contract tests; see fixtures.py."""

import pytest

pytest.register_assert_rewrite("checks", "clock", "fixtures", "ledger")

from fixtures import *  # noqa: E402, F403
