"""`consort enter`: have a DAO enter a lot."""

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
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
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """Have a DAO enter a lot, so that its members can bid on it; anyone can, while bidding lasts."""
    from offchain.taking_part.groups import enter
    from offchain.taking_part.venues import venue

    where, number = address("DAO", dao), lot_number(lot)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        act(person, enter(venue(person, where), number), yes)
