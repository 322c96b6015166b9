"""`consort proceeds`: collect what sold lots brought."""

from offchain.cli.accounts import AccountNumber, KeyFile
from offchain.cli.backends import OnNode
from offchain.cli.people import DEPLOYMENT, DeploymentFile, To, Yes, act, person_at, recipient
from offchain.cli.spending import DEFAULT_MAX_FEE_GWEI, MaxFee


def command(
    on: OnNode,
    deployment: DeploymentFile = DEPLOYMENT,
    to: To = None,
    key_file: KeyFile = None,
    account: AccountNumber = None,
    max_fee: MaxFee = DEFAULT_MAX_FEE_GWEI,
    yes: Yes = False,
) -> None:
    """Collect what your sold lots brought."""
    from offchain.taking_part.collecting import proceeds

    who = recipient(to)
    with person_at(on, deployment, key_file, account, max_fee) as person:
        act(person, proceeds(person, who or person.address), yes)
