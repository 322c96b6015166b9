"""`consort list`: list an item for sale."""

from fractions import Fraction
from typing import Annotated

import typer

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
from offchain.cli.exits import BadInput
from offchain.cli.numbers import number, percent, span, units
from offchain.cli.people import DEPLOYMENT, DeploymentFile, Yes, act, address, person_at
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, MaxFee
from offchain.io.errors import InvalidInput
from offchain.io.fields import Field


def command(
    token: Annotated[
        str,
        typer.Argument(metavar="TOKEN", help="The item's ERC-721 contract.", show_default=False),
    ],
    item: Annotated[
        str, typer.Argument(metavar="ID", help="The item's number there.", show_default=False)
    ],
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    reserve: Annotated[
        str | None,
        typer.Option(
            metavar="ETH", help="The least price. Not where lots are drawn.", show_default=False
        ),
    ] = None,
    bidding: Annotated[
        str,
        typer.Option(
            metavar="SPAN", help='How long bids come, from now on, as "7 days" or "1d 12h".'
        ),
    ] = "7 days",
    reveal: Annotated[
        str,
        typer.Option(metavar="SPAN", help="How long bids are opened then: ten minutes to 30 days."),
    ] = "1 day",
    tally: Annotated[
        str,
        typer.Option(
            metavar="SPAN", help="How long groups count and bid then: ten minutes to 30 days."
        ),
    ] = "1 day",
    bond: Annotated[
        str,
        typer.Option(
            metavar="PERCENT", help="What who does not open a bid loses, of its deposit: 10 to 100."
        ),
    ] = "10",
    inaccuracy: Annotated[
        str | None,
        typer.Option(
            metavar="FRACTION",
            help='Where lots are drawn: how wrong bidders are about their values at most, as "1/2".',
            show_default=False,
        ),
    ] = None,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """List an item that your account has, once the auctioneer may take it (which is asked for on the way)."""
    from offchain.taking_part.selling import Terms, list_item

    contract, which = address("TOKEN", token), number("ID", item, 0, 2**256 - 1)
    if (reserve is None) == (inaccuracy is None):
        raise BadInput("--reserve: needed, or --inaccuracy where lots are drawn, and not both")
    terms = Terms(
        span("--bidding", bidding),
        span("--reveal", reveal),
        span("--tally", tally),
        percent("--bond", bond),
        None if reserve is None else units("--reserve", reserve),
        None if inaccuracy is None else _fraction(inaccuracy),
    )
    with person_at(on, deployment, key_file, account, max_fee) as person:
        act(person, list_item(person, contract, which, terms), yes)


def _fraction(text: str) -> Fraction:
    try:
        return Field("--inaccuracy", text).fraction(zero=False)
    except InvalidInput as error:
        raise BadInput(str(error)) from error
