"""`consort withdraw`: take a bid back while bidding lasts."""

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
from offchain.cli.people import (
    DEPLOYMENT,
    DaoAndLot,
    DeploymentFile,
    To,
    Yes,
    act,
    dao_and_lot,
    person_at,
    recipient,
)
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, MaxFee


def command(
    where: DaoAndLot,
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    to: To = None,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """Take your bid on a lot back, with the whole deposit, while bidding lasts."""
    from offchain.taking_part.bidding import withdraw
    from offchain.taking_part.venues import venue

    (dao, lot), who = dao_and_lot(where), recipient(to)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        act(person, withdraw(venue(person, dao), lot, who or person.address), yes)
