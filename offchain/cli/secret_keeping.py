"""The keeper of sealed secrets in the rounds of `consort keep`: which source, and how it stands to the auction's draws."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offchain.bindings.deployment import Deployment, DrawnDeployment
    from offchain.chain.backend import Chain
    from offchain.cli.journal import Journal
    from offchain.keeper.purse import Purse
    from offchain.keeper.secret_draws import Route
    from offchain.keeper.secrets import SecretKeeper


@dataclass(frozen=True)
class Stakes:
    """What may be risked in draws. account: whose money. bonds: the most wei under secrets at once. secrets: the file of those,
    None: they are nowhere kept, and so none is sealed. depth: blocks to wait for before one leaves.
    """

    account: str
    bonds: int
    secrets: Path | None
    purse: "Purse"
    depth: int


def secrets_of(
    chain: "Chain",
    deployed: "Deployment | DrawnDeployment",
    stakes: Stakes,
    journal: "Journal",
    drawing: Callable[[], Mapping[int, int]],
) -> "SecretKeeper | None":
    """Who keeps, as a `Worker`, the secrets that draw for a deployment, at once or where its beacon fell back; None if none do.
    `drawing`: the lots that wait for a word, and until when.

    Raises:
        ChainError: the chain could not be asked where their words come from.
        LinesError: the file of secrets cannot be read.
    """
    from offchain.keeper.secret_file import SecretFile
    from offchain.keeper.secrets import SecretKeeper

    found = _source_of(chain, deployed)
    if found is None:
        return None
    source, route = found
    return SecretKeeper(
        chain,
        source,
        stakes.account,
        drawing,
        route,
        SecretFile(stakes.secrets, lambda flaw: journal.on_skip("reading secrets", flaw)),
        stakes.bonds if stakes.secrets is not None else 0,
        on_action=journal.on_action,
        on_skip=journal.on_skip,
        purse=stakes.purse,
        depth=stakes.depth,
    )


def _source_of(
    chain: "Chain", deployed: "Deployment | DrawnDeployment"
) -> "tuple[str, Route] | None":
    """The source of sealed secrets of a deployment, and how its draws come there."""
    from offchain.bindings.contracts import asked
    from offchain.keeper.secret_draws import BelowBeacon, Direct

    if deployed.randomness is None:
        return None
    if _takes_secrets(chain, deployed.randomness):
        return deployed.randomness, Direct(deployed.auctioneer)
    answer = asked(chain, deployed.randomness, "BeaconRandomness", "fallbackSource")
    if answer is None or not _takes_secrets(chain, answer[0]):
        return None
    return answer[0], BelowBeacon(deployed.auctioneer, deployed.randomness)


def _takes_secrets(chain: "Chain", source: str) -> bool:
    from offchain.bindings.contracts import asked
    from offchain.keeper.secret_draws import SECRETS

    views = ("bond", "sealingWindow", "revealWindow")
    return all(asked(chain, source, SECRETS, view) is not None for view in views)
