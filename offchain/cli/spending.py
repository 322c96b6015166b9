"""The options `--max-fee` and `--fund-from`: what gas may cost on a real chain, and whose money pays it."""

from typing import Annotated

import typer

from offchain.chain.spending import DEFAULT_MAX_FEE, NODE, Spending
from offchain.cli.accounts import LAST_ACCOUNT
from offchain.cli.exits import BadInput
from offchain.cli.numbers import wei_per_gas
from offchain.io.fields import show
from offchain.io.units import GWEI

DEFAULT_MAX_FEE_GWEI = str(DEFAULT_MAX_FEE // GWEI)

MaxFee = Annotated[
    str,
    typer.Option(
        "--max-fee",
        metavar="GWEI",
        help="The most that a transaction may pay for a unit of gas, tip included, in gwei. While the node asks "
        "for more nothing is signed. Not on development nodes, where gas is play money.",
    ),
]
FundFrom = Annotated[
    str | None,
    typer.Option(
        "--fund-from",
        metavar="ACCOUNT",
        help="Who gives accounts the money that they lack: the number of an account of the same phrase or secret, or `node` "
        "for the node's own first account. Without it nobody does, except on development nodes.",
    ),
]


def spending(max_fee: str, fund_from: str | None) -> Spending:
    """What the two options say. Raises BadInput."""
    bound = wei_per_gas("--max-fee", max_fee)
    if fund_from is None or fund_from == NODE:
        return Spending(bound, NODE if fund_from else None)
    if not (fund_from.isascii() and fund_from.isdigit() and len(fund_from) <= 10):
        raise BadInput(
            f"--fund-from: {show(fund_from)} is neither the number of an account nor {NODE}"
        )
    if int(fund_from) > LAST_ACCOUNT:
        raise BadInput(f"--fund-from: {fund_from} is above {LAST_ACCOUNT}")
    return Spending(bound, int(fund_from))
