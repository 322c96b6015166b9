"""The keeper of sealed secrets in the rounds of `consort keep`: which source, and how it stands to the auction's draws."""

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offchain.chain.backend import Chain
    from offchain.cli.journal import Journal
    from offchain.cli.keeping import Lots, Post, Terms
    from offchain.keeper.secrets import Route, SecretKeeper
    from offchain.keeper.view import View


class Secrets:
    """The keeper of the secrets of one source as a `Worker`."""

    def __init__(self, keeper: "SecretKeeper") -> None:
        self._keeper = keeper

    @property
    def unfinished(self) -> bool:
        """See `Worker`."""
        return self._keeper.unfinished

    @property
    def resting(self) -> Collection[str]:
        """See `Worker`."""
        return self._keeper.resting

    @property
    def seconds_to_next(self) -> int | None:
        """See `Worker`."""
        return self._keeper.seconds_to_next

    @property
    def is_pressed(self) -> bool:
        """See `Worker`."""
        return self._keeper.is_pressed

    @property
    def view(self) -> "View":
        """See `Worker`."""
        return self._keeper.view

    def step(self) -> int:
        """See `Worker`."""
        return self._keeper.step()


def secrets_of(post: "Post", terms: "Terms", journal: "Journal", lots: "Lots") -> Secrets | None:
    """The keeper of the secrets that draw for `lots`, at once or where their beacon fell back; None if no secrets do.

    Raises:
        ChainError: the chain could not be asked where their words come from.
        LinesError: the file of secrets cannot be read.
    """
    from offchain.keeper.secret_file import SecretFile
    from offchain.keeper.secrets import SecretKeeper

    found = _source_of(post)
    if found is None:
        return None
    source, route = found
    chain = post.chain
    keeper = SecretKeeper(
        chain,
        source,
        chain.actor(terms.account),
        lambda: lots.drawing,
        route,
        SecretFile(terms.secrets, lambda flaw: journal.on_skip("reading secrets", flaw)),
        terms.bonds if terms.secrets is not None else 0,
        on_action=journal.on_action,
        on_skip=journal.on_skip,
        purse=terms.purse.pocket(),
        depth=terms.depth_on(chain),
    )
    return Secrets(keeper)


def _source_of(post: "Post") -> "tuple[str, Route] | None":
    """The source of sealed secrets of a deployment, and how its draws come there."""
    from offchain.bindings.contracts import asked
    from offchain.keeper.secrets import BelowBeacon, Direct

    chain, deployed = post.chain, post.deployed
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
    from offchain.keeper.secrets import SECRETS

    views = ("bond", "sealingWindow", "revealWindow")
    return all(asked(chain, source, SECRETS, view) is not None for view in views)
