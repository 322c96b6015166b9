"""`consort demo`: a whole auction, explained as it runs, checked, and reported."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.amounts import units
from offchain.cli.backends import OnChain
from offchain.cli.exits import CHECK_FAILED, BadInput, put
from offchain.cli.files import read_list, report_folder, write_report
from offchain.cli.mechanism import Mechanism
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, FundFrom, MaxFee, spending

if TYPE_CHECKING:
    from offchain.demo.chance import Play
    from offchain.demo.scenario import Scenario
    from offchain.report.played import Report

_PHASE_MINUTES = range(10, 30 * 24 * 60 + 1)
"""How long the auctioneer lets reveal and tally last."""
_FOLDER = Path("build/demo")


def command(
    on: OnChain = "ganache",
    mechanism: Annotated[
        Mechanism,
        typer.Option(
            help="Which auction to show: among groups; among bidders who know their values roughly, or what "
            "others would pay, or a signal of a common quality. The options below are for the first."
        ),
    ] = Mechanism.TWO_LEVEL,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help=f"Folder for the report: HTML, PNG and JSON. By default {_FOLDER}, and for the other "
            "mechanisms a folder of their name in it.",
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
            help="What a rival individual bids; may be repeated. By default 2.5, and with "
            "--contributions half of what the DAO can pay.",
        ),
    ] = None,
    silent: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="How many members never open their bid and so lose a bond. By default 2, and 0 with "
            "--contributions.",
        ),
    ] = None,
    phase_minutes: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="How long bidding, reveal and tally last each. By default 60, and 10 on nodes whose clock "
            "cannot be moved forward.",
        ),
    ] = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    fund_from: FundFrom = None,
) -> None:
    """Play an auction on a chain, by default a ConstitutionDAO-style one: explained as it runs, cross-checked, with a report."""
    if mechanism is not Mechanism.TWO_LEVEL:
        options = {
            "--contributions": contributions,
            "--rival": rival,
            "--silent": silent,
            "--phase-minutes": phase_minutes,
        }
        if given := [name for name, value in options.items() if value not in (None, [])]:
            raise BadInput(f"{given[0]}: is for --mechanism two-level only")
        folder = report_folder(_FOLDER / mechanism.value if out is None else out)
        _show(_play(mechanism, on), folder)
        return
    terms = spending(max_fee, fund_from)
    rivals = [units("--rival", bid) for bid in rival or ()]
    if silent is not None and silent < 0:
        raise BadInput(f"--silent: {silent} is negative")
    if phase_minutes is not None and phase_minutes not in _PHASE_MINUTES:
        raise BadInput(
            f"--phase-minutes: {phase_minutes} is not from {_PHASE_MINUTES[0]} to {_PHASE_MINUTES[-1]}"
        )
    folder = report_folder(_FOLDER if out is None else out)
    scenario = _scenario(contributions, rivals, silent)

    from rich.console import Console

    from offchain.demo.run import run
    from offchain.report.auction_report import report

    _show(report(run(scenario, on, Console(stderr=True), phase_minutes, terms)), folder)


def _play(mechanism: Mechanism, on: str) -> "Report":
    """Plays the demo of an auction that draws lots."""
    from rich.console import Console

    from offchain.demo.chance import run

    play: Play = import_module(f"offchain.demo.show_{mechanism.value.replace('-', '_')}").play
    return run(play, on, Console(stderr=True))


def _show(report: "Report", folder: Path) -> None:
    """The results on standard output and in the folder."""
    put(report.text)
    write_report(lambda: report.write(folder))
    if not report.played.holds:
        raise typer.Exit(CHECK_FAILED)


def _scenario(file: str | None, rivals: list[int], silent: int | None) -> "Scenario":
    from offchain.demo.scenario import DEFAULT_SILENT, built_in, replay
    from offchain.model.instances.contributions import parse

    if file is None:
        return built_in(rivals, DEFAULT_SILENT if silent is None else silent)
    return replay(
        parse(read_list("--contributions", file), file), Path(file).name, rivals, silent or 0
    )
