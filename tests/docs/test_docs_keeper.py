"""What docs/keeper.md says of a keeper is what it does: its options, bounds and figures."""

import re
from typing import Any

import click
import pytest
import typer.main

from offchain.cli.app import app
from offchain.keeper import agenda, finishing, pace, purse, raising, release
from offchain.keeper.openings import MAX_LINE
from tests.docs.markdown import ROOT

PAGE = " ".join((ROOT / "docs" / "keeper.md").read_text(encoding="utf-8").split())


def options() -> set[str]:
    """The options of `consort keep`."""
    group: Any = typer.main.get_command(app)
    command: click.Command = group.commands["keep"]
    found = {name for one in command.params for name in one.opts if name.startswith("--")}
    return found - {"--help"}


def test_every_option_is_told_and_no_other() -> None:
    told = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert told == options()


@pytest.mark.parametrize(
    "sentence",
    [
        f"after {pace.SECONDS:.0f} seconds or {pace.REQUESTS} requests it ends",
        f"{release.CLOCK_TOLERANCE} seconds have passed since",
        f"before openings leave: {release.DEPTH}, or 0",
        f"{purse.GAS_OF_LOT:,} gas, {purse.GAS_OF_BOOK:,} more for each DAO",
        f"and {purse.GAS_OF_BID:,} for each bid; where a draw decides, {purse.GAS_OF_DRAW:,} besides",
        f"at a house of others {purse.GAS_AT_HOUSE:,}, and {purse.GAS_OF_RAISES:,} for each DAO",
        f"which is 64 bids of {purse.GAS_OF_RAISES // 64:,}",
        f"its `--poll` and {raising.lead(0)} seconds",
        f"looks every {raising.LEAD // 10} seconds",
        f"at most {finishing.MAX_DELIVERY_GAS:,} gas of it, giving one back {purse.GAS_OF_RETURN:,}",
        f"is given up {agenda.GIVEN_UP // 86_400} days after",
        f"longer than {MAX_LINE:,} bytes",
    ],
)
def test_its_figures_are_those_of_the_code(sentence: str) -> None:
    assert sentence in PAGE
