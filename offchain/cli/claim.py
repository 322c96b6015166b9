"""`consort claim`: get back what is left of a deposit."""

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
    """Get what is left of your deposit on a lot: all of it, less the share if you are served, less the bond if the bid was
    never opened. Keepers send it unasked; this is for when none does, or your account does not take it.
    """
    from offchain.taking_part.collecting import claim
    from offchain.taking_part.venues import venue

    (dao, lot), who = dao_and_lot(where), recipient(to)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        act(person, claim(venue(person, dao), lot, who or person.address), yes)
