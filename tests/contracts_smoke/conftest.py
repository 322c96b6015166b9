"""The fixtures of tests/contracts, for a few tests on another node."""

from tests.contracts.fixtures import *  # noqa: F403
