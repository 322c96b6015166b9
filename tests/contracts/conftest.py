"""Fixtures of the contract tests; see fixtures.py."""

from tests.contracts.fixtures import *  # noqa: F403
