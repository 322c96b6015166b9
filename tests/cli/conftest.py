"""A node and contracts on it, for what is run as a process of its own."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
import typer.testing

from offchain.chain.connect import connect
from offchain.chain.nodes import anvil
from tests.keeper.market import Market

# Commands are made of functions once for each process, as when a user runs one, not at each call that a test makes.
vars(typer.testing)["_get_command"] = cache(typer.main.get_command)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An Anvil for all tests of a module."""
    with anvil(accounts=1, auto_impersonate=True) as node:
        yield node.url


@pytest.fixture
def town(url: str, tmp_path: Path) -> Iterator[Market]:
    """New contracts on that node, a deployment file, and an openings file."""
    with connect(url) as chain:
        market = Market(tmp_path, chain)
        market.deployment.write(tmp_path / "deployment.json")
        yield market
