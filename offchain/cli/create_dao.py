"""`consort create-dao`: make a group."""

from typing import Annotated

import typer

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
from offchain.cli.exits import BadInput
from offchain.cli.numbers import units
from offchain.cli.people import DEPLOYMENT, DeploymentFile, Yes, act, address, lot_number, person_at
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, MaxFee

_MOST_MEMBERS = 1_000_000_000


def command(
    expected_members: Annotated[
        int,
        typer.Option(
            min=1,
            max=_MOST_MEMBERS,
            metavar="N",
            help="How many members are expected: says which way of making it is cheaper in all.",
            show_default=False,
        ),
    ],
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    lots: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LOT]...", help="Lots that it enters at once.", show_default=False),
    ] = None,
    is_open: Annotated[
        bool,
        typer.Option(
            "--open", help="Bids are public, and are their deposits. By default they are sealed."
        ),
    ] = False,
    minimum: Annotated[
        str | None,
        typer.Option(metavar="ETH", help="The least bid. By default any.", show_default=False),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="ADDRESS",
            help="The adapter at whose lots it bids. By default the auctioneer.",
            show_default=False,
        ),
    ] = None,
    salt: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=2**63 - 1,
            metavar="N",
            help="Tells DAOs of yours on the same terms apart. By default the first that is free.",
            show_default=False,
        ),
    ] = None,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """Make a DAO, over which nobody has any rights, and have it enter lots. Members then bid in it as one."""
    from offchain.taking_part.groups import Charter, create_dao

    place = None if at is None else address("--at", at)
    numbers = tuple(lot_number(one) for one in lots or ())
    least = 0 if minimum is None else units("--minimum", minimum)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        auctioneer = place or person.deployed.auctioneer
        if auctioneer not in person.auctioneers():
            raise BadInput(
                f"--at: {auctioneer} is neither the auctioneer nor an adapter of the deployment file"
            )
        charter = Charter(auctioneer, is_open, least, numbers, expected_members, salt)
        act(person, create_dao(person, charter), yes)
