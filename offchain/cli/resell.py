"""`consort resell`: sell what a group won again."""

from typing import Annotated

import typer

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
from offchain.cli.exits import BadInput, put
from offchain.cli.numbers import units
from offchain.cli.people import (
    DEPLOYMENT,
    Dao,
    DeploymentFile,
    Lot,
    To,
    Yes,
    act,
    address,
    lot_number,
    person_at,
    recipient,
    wrapped,
)
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, MaxFee


def command(
    dao: Dao,
    lot: Lot,
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    vote: Annotated[
        str | None,
        typer.Option(
            metavar="ETH",
            help="Say for how much you want the item sold; 0: not at all.",
            show_default=False,
        ),
    ] = None,
    send: Annotated[
        str | None,
        typer.Option(
            "--send",
            metavar="ETH",
            help="Have it listed at a reserve that more than half want; anyone can.",
            show_default=False,
        ),
    ] = None,
    part: Annotated[
        bool, typer.Option("--part", help="Take your part of what it brought.")
    ] = False,
    to: To = None,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """Vote to have what a DAO won at a lot sold again, have it listed, or take your part of what it brought.

    Without --vote, --send or --part: say how that stands.
    """
    from offchain.taking_part import estates
    from offchain.taking_part.venues import venue

    where, number, who = address("DAO", dao), lot_number(lot), recipient(to)
    if sum((vote is not None, send is not None, part)) > 1:
        raise BadInput("--vote, --send and --part exclude each other")
    if who is not None and not part:
        raise BadInput("--to: is for --part")
    wanted = 0 if vote in (None, "0") else units("--vote", str(vote))
    asked = 0 if send is None else units("--send", send)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        estate = estates.EstateOf(venue(person, where), number)
        if vote is not None:
            act(person, estates.vote(estate, wanted), yes)
        elif send is not None:
            act(person, estates.send(estate, asked), yes)
        elif part:
            act(person, estates.part(estate, who or person.address), yes)
        else:
            put("".join(f"{wrapped(line)}\n" for line in estates.told(estate)))
