"""The demos: the one among groups takes options of its own, those of auctions that draw lots take none."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from offchain.cli.exits import BadInput
from offchain.cli.files import read_list
from offchain.cli.numbers import units
from offchain.cli.spending import spending

if TYPE_CHECKING:
    from rich.console import Console

    from offchain.demo.chance import Play
    from offchain.demo.scenario import Scenario
    from offchain.report.played import Report

HOUSES: Final = ("nouns",)
"""The houses at which groups can be shown to bid."""
_PHASE_MINUTES = range(10, 30 * 24 * 60 + 1)
"""How long the auctioneer lets reveal and tally last."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a user wants of the demo among groups, as the options have it. given: which of them stand in the command line."""

    contributions: str | None
    rival: list[str] | None
    silent: int | None
    phase_minutes: int | None
    max_fee: str
    fund_from: str | None
    house: str | None = None
    given: Collection[str] = ()


Showing: TypeAlias = Callable[[str, "Console"], "Report"]
"""Plays a demo on a back end, and explains it on a console as it runs."""
Demo: TypeAlias = Callable[[Options], Showing]
"""Made of a user's options. Raises BadInput."""


def among_groups(options: Options) -> Showing:
    """One lot among groups: a scenario made up, or a list of contributions replayed."""
    terms = spending(options.max_fee, options.fund_from)
    rivals = [units("--rival", bid) for bid in options.rival or ()]
    if options.silent is not None and options.silent < 0:
        raise BadInput(f"--silent: {options.silent} is negative")
    minutes = options.phase_minutes
    if minutes is not None and minutes not in _PHASE_MINUTES:
        least, most = _PHASE_MINUTES[0], _PHASE_MINUTES[-1]
        raise BadInput(f"--phase-minutes: {minutes} is not from {least} to {most}")

    def showing(on: str, console: "Console") -> "Report":
        scenario = _scenario(options.contributions, rivals, options.silent)
        if options.house is None:
            from offchain.demo.show_groups import run
            from offchain.report.auction_report import report

            return report(run(scenario, on, console, minutes, terms))
        from offchain.demo import show_house
        from offchain.report import ascending_report

        return ascending_report.report(show_house.run(scenario, on, console, minutes, terms))

    return showing


def drawn(play: Callable[[], "Play"]) -> Demo:
    """An auction that draws lots. play: imports it, and returns it."""

    def demo(options: Options) -> Showing:
        for option in options.given:
            raise BadInput(f"{option}: is for --mechanism two-level only")
        return showing

    def showing(on: str, console: "Console") -> "Report":
        from offchain.demo.chance import run

        return run(play(), on, console)

    return demo


def _scenario(file: str | None, rivals: list[int], silent: int | None) -> "Scenario":
    from offchain.demo.scenario import DEFAULT_SILENT, built_in, replay
    from offchain.model.instances.contributions import parse

    if file is None:
        return built_in(rivals, DEFAULT_SILENT if silent is None else silent)
    return replay(
        parse(read_list("--contributions", file), file), Path(file).name, rivals, silent or 0
    )
