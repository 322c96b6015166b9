"""`consort status`: how a lot stands, and where somebody's money on it is."""

from typing import Annotated

import typer

from offchain.cli.backends import OnNode
from offchain.cli.exits import BadInput, put
from offchain.cli.people import (
    DEPLOYMENT,
    DeploymentFile,
    address,
    lot_number,
    reader_at,
    wrapped,
)

_NAMES = 13
"""Columns of the names of amounts."""


def command(
    lot: Annotated[
        str,
        typer.Argument(
            metavar="[PLACE:]LOT",
            help="The lot's number; at an adapter with its address before it.",
            show_default=False,
        ),
    ],
    on: OnNode,
    who: Annotated[
        str | None,
        typer.Argument(metavar="[ADDRESS]", help="Whose money to look for.", show_default=False),
    ] = None,
    deployment: DeploymentFile = DEPLOYMENT,
) -> None:
    """Say how a lot stands: its phase, what is due until when, who bids; and of an ADDRESS what its deposit is, what it
    pays, its bond, what comes back and where that is now.

    Reads the events since the deployment; needs no key.
    """
    from offchain.taking_part.status import status

    place, _, text = lot.rpartition(":")
    auctioneer, number = address("LOT", place) if place else None, lot_number(text)
    bidder = None if who is None else address("ADDRESS", who)
    with reader_at(on, deployment) as person:
        house = auctioneer or person.deployed.auctioneer
        if house not in person.auctioneers():
            raise BadInput(
                f"LOT: {house} is neither the auctioneer nor an adapter of the deployment file"
            )
        found = status(person, house, number, bidder)
    put("".join(f"{wrapped(line)}\n" for line in found.lines))
    if bidder is None:
        return
    if not found.money:
        put(f"\n{bidder} never had a bid on it.\n")
    for money in found.money:
        put(
            f"\n{bidder}, {money.where}:\n"
            if money.where.startswith("as")
            else f"\n{bidder} in {money.where}:\n"
        )
        for name, text in money.rows():
            put(f"{wrapped(f'  {name:<{_NAMES}}{text}', ' ' * (_NAMES + 2))}\n")
