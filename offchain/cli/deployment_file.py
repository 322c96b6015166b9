"""The deployment file that `consort keep` is given: which auction it is of, and whether that stands on the chain."""

from pathlib import Path
from typing import TYPE_CHECKING

from offchain.cli.auctions import ON_CHAIN
from offchain.cli.beacons import refuse_other_beacon
from offchain.cli.exits import BadInput
from offchain.cli.house_options import refuse_other_adapters
from offchain.cli.keeping import Keepers

if TYPE_CHECKING:
    from offchain.bindings.deployment import Deployment
    from offchain.chain.backend import Chain

_KEPT = {name: auction for name, auction in ON_CHAIN.items() if auction.keepers}


def read_deployment(file: str) -> "Deployment":
    """What stands in the file. Raises BadInput."""
    from offchain.bindings.deployment import Deployment, NoGroups
    from offchain.chain.errors import ChainError

    try:
        return Deployment.read(Path(file))
    except NoGroups as error:
        raise BadInput(
            f"--deployment: {error}; this command serves only {' and '.join(_KEPT)} ones, at others anyone"
            " sends the steps"
        ) from error
    except ChainError as error:
        raise BadInput(f"--deployment: {error}") from error


def keepers_of(deployed: "Deployment") -> tuple[str, Keepers]:
    """The contract of the auction that the file is of, and who keeps it; `check_deployment` holds the file to the chain."""
    draws = deployed.randomness is not None
    ((contract, keepers),) = (
        (auction.contract, auction.keepers)
        for auction in _KEPT.values()
        if auction.keepers and (auction.draw_seconds is not None) == draws
    )
    return contract, keepers


def check_deployment(chain: "Chain", deployed: "Deployment", file: str) -> None:
    """Refuses a file that is not of what stands on the chain, before a keeper waits for ever for lots that will never come."""
    from offchain.bindings.contracts import asked

    if deployed.chain_id != chain.chain_id:
        raise BadInput(
            f"--deployment: {file} is of chain {deployed.chain_id}, the node of chain {chain.chain_id}"
        )
    if deployed.block > (head := chain.block()):
        raise BadInput(
            f"--deployment: block: {deployed.block} of {file} is above {head}, the newest of the node"
        )
    found = asked(chain, deployed.auctioneer, "AuctionHouse", "factory")
    if found != (deployed.factory,):
        raise BadInput(f"--deployment: there is no auctioneer of {file} at {deployed.auctioneer}")
    _check_randomness(chain, deployed, file)
    refuse_other_beacon(chain, deployed, file)
    refuse_other_adapters(chain, deployed, file)


def _check_randomness(chain: "Chain", deployed: "Deployment", file: str) -> None:
    """Refuses another source of random words than the auction's own, whose draws the keeper would not see."""
    from offchain.bindings.contracts import asked

    drawing = next(auction.contract for auction in _KEPT.values() if auction.draw_seconds)
    (source,) = asked(chain, deployed.auctioneer, drawing, "randomness") or (None,)
    if source != deployed.randomness:
        told = source or "nothing: it draws no random words"
        raise BadInput(
            f"--deployment: randomness: {deployed.randomness or 'nothing'} in {file}, and at the auctioneer {told}"
        )
