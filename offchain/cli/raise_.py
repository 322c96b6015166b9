"""`consort raise`: raise an open bid."""

from typing import Annotated

import typer

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
from offchain.cli.numbers import units
from offchain.cli.people import (
    DEPLOYMENT,
    Dao,
    DeploymentFile,
    Lot,
    Yes,
    act,
    address,
    lot_number,
    person_at,
)
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, MaxFee


def command(
    dao: Dao,
    lot: Lot,
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="ETH", help="What is sent, and added to the bid.", show_default=False
        ),
    ],
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """Raise your bid in an open DAO, where the bid is the deposit and everybody sees it."""
    from offchain.taking_part.bidding import raise_by
    from offchain.taking_part.venues import venue

    where, number, amount = address("DAO", dao), lot_number(lot), units("--by", by)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        act(person, raise_by(venue(person, where), number, amount), yes)
