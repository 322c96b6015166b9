"""`consort curve`: what a DAO of these contributions would bid. `consort simulate --contributions` is its second name."""

from typing import TYPE_CHECKING, Annotated

import typer

from offchain.cli.exits import BadInput
from offchain.cli.files import report_folder
from offchain.cli.numbers import one_of, step, units

if TYPE_CHECKING:
    from offchain.simulation.ascents import House

_START, _STEP = "1", "1/20"
"""Of a house where contributions meet a rival: ETH, and a part."""


def command(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Contributions: CSV, one address,wei a line."),
    ],
    price: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ETH",
            help="List who is served at this price; may be repeated. Default: what the DAO would bid.",
        ),
    ] = None,
    rival: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ETH",
            help="The DAO bids at an ascending auction against one individual, who bids up to this; may be repeated, for "
            "one auction each.",
        ),
    ] = None,
    increment: Annotated[
        str | None,
        typer.Option(
            metavar="STEP",
            help="With --rival: a bid is at least so much above the one before, ETH or a part of it. Default: 1/20.",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(metavar="ETH", help="With --rival: the least first bid. Default: 1."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Folder for raw data, pictures and a page."),
    ] = None,
    data: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="Of the raw data: parquet or csv.")
    ] = "parquet",
) -> None:
    """Say what a DAO of these contributions would bid, and who would be served at which price.

    The DAO bids the most that some of its members can pay in equal shares.
    """
    from offchain.simulation.store import FORMATS

    one_of("--format", data, FORMATS)
    folder = None if out is None else report_folder(out)
    prices = [units("--price", text) for text in price or ()]
    house = house_of(rival, increment, start, "only where there is a --rival")
    from offchain.cli.curves import show

    show("FILE", file, prices, folder, data, house)


def house_of(
    rivals: list[str] | None, increment: str | None, start: str | None, lacking: str
) -> "House | None":
    """Where a DAO bids against individuals; None if no rivals are given, where `lacking` says why the others are refused."""
    from offchain.simulation.ascents import House

    if not rivals:
        for option, given in (("--increment", increment), ("--start", start)):
            if given is not None:
                raise BadInput(f"{option}: {lacking}")
        return None
    return House(
        start=units("--start", _START if start is None else start),
        increment=step("--increment", _STEP if increment is None else increment, units),
        rivals=tuple(dict.fromkeys(units("--rival", text) for text in rivals)),
    )
