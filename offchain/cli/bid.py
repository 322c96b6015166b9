"""`consort bid`: seal a bid, with a time lock unless told otherwise."""

from typing import Annotated

import typer

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
from offchain.cli.exits import put
from offchain.cli.numbers import units
from offchain.cli.people import (
    DEPLOYMENT,
    RECEIPTS,
    DaoAndLot,
    DeploymentFile,
    Receipts,
    Yes,
    act,
    dao_and_lot,
    lot_number,
    person_at,
    receipts_in,
)
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, MaxFee


def command(
    where: DaoAndLot,
    bid: Annotated[
        str,
        typer.Option(
            metavar="ETH",
            help="The most that you would pay for access to the item.",
            show_default=False,
        ),
    ],
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    deposit: Annotated[
        str | None,
        typer.Option(
            metavar="ETH",
            help="What lies under the bid, for all to see: at least the bid, more hides it. By default the bid.",
            show_default=False,
        ),
    ] = None,
    no_lock: Annotated[
        bool,
        typer.Option(
            "--no-lock",
            help="Send no time lock: you open the bid yourself, or hand the receipt to a keeper.",
        ),
    ] = False,
    origin: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="LOT",
            help="Put what is left on this lot of the same DAO under the bid, instead of getting it back first.",
            show_default=False,
        ),
    ] = None,
    receipts: Receipts = RECEIPTS,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """Seal a bid on a lot, in a DAO or as an individual; the receipt is on the disk before anything is sent.

    A bid carries a time lock, by which anyone can open it after bidding, unless --no-lock. Another bid on the same lot
    takes its place. Run again with the same receipts, the command seals the same bid, not a second secret.

    In an open DAO there are no seals: consort raise.
    """
    from offchain.taking_part.bidding import Wish, seal
    from offchain.taking_part.venues import venue

    dao, lot = dao_and_lot(where)
    wish = Wish(
        lot,
        units("--bid", bid),
        None if deposit is None else units("--deposit", deposit),
        not no_lock,
        None if origin is None else lot_number(origin, "--from"),
    )
    known = receipts_in(receipts)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        step = seal(venue(person, dao), wish, known)
        if step is None:
            put("This very bid stands already, with this deposit: nothing was sent.\n")
            return
        act(person, step, yes, known, receipts)
