"""`consort demo`: a whole auction, explained as it runs, checked, and reported."""

from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from offchain.cli.auctions import FIRST, ON_CHAIN
from offchain.cli.backends import OnChain
from offchain.cli.choices import choice
from offchain.cli.demos import HOUSES, Options
from offchain.cli.exits import CHECK_FAILED, put, say
from offchain.cli.files import report_folder, write_report
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, FundFrom, MaxFee

_FOLDER = Path("build/demo")
_DEFAULT_CHAIN = "ganache"
_AT_HOUSE = "anvil"
"""Where a house is shown unless the user says: its auction takes many bids, each after many questions."""
_WITHOUT_NODE = "revm"
"""What needs no node."""


def command(
    context: typer.Context,
    on: OnChain = _DEFAULT_CHAIN,
    mechanism: Annotated[
        str,
        choice(
            "--mechanism",
            ON_CHAIN,
            "Which auction to show: among groups; among bidders who know their values roughly, or what "
            "others would pay, or a signal: of a common quality, or from which values follow in any way. "
            "The options below are for the first.",
        ),
    ] = FIRST,
    house: Annotated[
        str | None,
        choice(
            "--house",
            HOUSES,
            "Sell the item in an ascending auction of this house, by its own code, where individuals bid in the open and groups "
            f"as one. Unless --on says otherwise on {_AT_HOUSE}.",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help=f"Folder for the report: HTML, PNG and JSON. By default {_FOLDER}, and for the other "
            "mechanisms, and houses, a folder of their name in it.",
        ),
    ] = None,
    contributions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Replay a list of contributions instead: CSV, one address,wei a line.",
        ),
    ] = None,
    rival: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ETH",
            help="What a rival individual bids, at a house at most; may be repeated. By default 2.5, and with "
            "--contributions half of what the DAO can pay.",
        ),
    ] = None,
    silent: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="How many members send garbage as their lock, or none, and never open their bid: their bonds are burnt. "
            "By default 2, and 0 with --contributions.",
        ),
    ] = None,
    phase_minutes: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="How long bidding, reveal and tally last each, at a house reveal and tally. By default 60, and 10 on nodes "
            "whose clock cannot be moved forward.",
        ),
    ] = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    fund_from: FundFrom = None,
) -> None:
    """Play an auction on a chain, by default a ConstitutionDAO-style one: explained as it runs, cross-checked, with a report."""
    options = Options(
        contributions, rival, silent, phase_minutes, max_fee, fund_from, house, _given(context)
    )
    showing = ON_CHAIN[mechanism].demo(options)
    default = _FOLDER if mechanism == FIRST else _FOLDER / mechanism
    if house is not None:
        default = _FOLDER / house
        on = on if _is_given(context, "on") else _AT_HOUSE
    if not _is_given(context, "on"):
        on = _startable(on)
    folder = report_folder(default if out is None else out)

    from rich.console import Console

    console = Console(stderr=True)
    report = showing(on, console)
    console.print()  # between the story and the tables, where both go to a terminal
    put(report.text)
    write_report(lambda: report.write(folder))
    if not report.played.holds:
        raise typer.Exit(CHECK_FAILED)


def _startable(on: str) -> str:
    """The node, or, where it is not installed, what needs none."""
    from offchain.chain.nodes import Kind, is_there

    kind: Kind = "anvil" if on == _AT_HOUSE else "ganache"
    if is_there(kind):
        return on
    say(f"{on} is not installed: on {_WITHOUT_NODE} instead.")
    return _WITHOUT_NODE


def _given(context: typer.Context) -> list[str]:
    """Those of the options for the demo among groups that stand in the command line."""
    names = (field.name for field in fields(Options) if field.name in context.params)
    return [f"--{name.replace('_', '-')}" for name in names if _is_given(context, name)]


def _is_given(context: typer.Context, name: str) -> bool:
    """Whether an option stands in the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
