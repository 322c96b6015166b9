"""`consort reclaim`: send an unsold item back to its seller."""

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
from offchain.cli.people import DEPLOYMENT, DeploymentFile, Lot, Yes, act, lot_number, person_at
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, MaxFee


def command(
    lot: Lot,
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """Send the item of a void lot back to its seller; anyone can."""
    from offchain.taking_part.collecting import reclaim

    number = lot_number(lot)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        act(person, reclaim(person, number), yes)
