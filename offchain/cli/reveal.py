"""`consort reveal`: open one's own bid."""

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
from offchain.cli.people import (
    DEPLOYMENT,
    RECEIPTS,
    DaoAndLot,
    DeploymentFile,
    Receipts,
    Yes,
    act,
    dao_and_lot,
    person_at,
    receipts_in,
)
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, MaxFee


def command(
    where: DaoAndLot,
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    receipts: Receipts = RECEIPTS,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """Open your sealed bid with its receipt, after bidding and before the end of the reveal phase.

    A bid with a time lock is opened by keepers: this is for when none does, and for bids without one.
    """
    from offchain.taking_part.opening import reveal
    from offchain.taking_part.venues import venue

    (dao, lot), known = dao_and_lot(where), receipts_in(receipts)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        act(person, reveal(venue(person, dao), lot, known, receipts), yes)
