"""`consort regroup`: the best partition of a list of bids into groups, and what they could pay together."""

from typing import Annotated

import typer

from offchain.cli.exits import BadInput
from offchain.cli.files import report_folder
from offchain.cli.numbers import number, one_of

_MOST_GROUPS = 2**32


def command(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Contributions, CSV of one address,wei a line; or an instance of one group and one item, JSON.",
        ),
    ],
    groups: Annotated[
        str | None,
        typer.Option(metavar="N", help="At most so many groups. Default: as many as pay most."),
    ] = None,
    pay: Annotated[
        str,
        typer.Option(
            metavar="WAY",
            help="How they pay together: equal (those that pay, the same each), or own (each the most it can; needs --groups, "
            "since alone everybody would pay all).",
        ),
    ] = "equal",
    price: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ETH",
            help="Say who is served at this price (of an instance: in units); may be repeated. Default: what the undivided "
            "group would bid.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="All groups with their members as JSON, in units.")
    ] = False,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Folder for raw data, the picture and a page."),
    ] = None,
) -> None:
    """Find the best partition of a list of bids into groups, and what they could pay together.

    Each group bids the most that some of its members can pay in equal shares, and groups share a price
    as members do. What is found is exact: no partition, of any kind, pays more.
    """
    from offchain.simulation.regroupings import OWN, WAYS

    one_of("--pay", pay, WAYS)
    most = None if groups is None else number("--groups", groups, 1, _MOST_GROUPS)
    if pay == OWN and most is None:
        raise BadInput("--groups: needed with --pay own, where everybody alone would pay all")
    if pay == OWN and price:
        raise BadInput("--price: only with --pay equal, where groups share one")
    folder = None if out is None else report_folder(out)
    from offchain.cli.regrouping import show

    show(file, pay, most, price or [], as_json, folder)
