"""The deployment file that `consort keep` is given: which auction it is of, and whether that stands on the chain."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from offchain.cli.auctions import ON_CHAIN, OnChain
from offchain.cli.beacons import refuse_other_beacon
from offchain.cli.exits import BadInput
from offchain.cli.house_options import refuse_other_adapters
from offchain.cli.keeping import Keepers

if TYPE_CHECKING:
    from offchain.bindings.deployment import Deployment, DrawnDeployment
    from offchain.chain.backend import Chain

_OF_GROUPS = {name: auction for name, auction in ON_CHAIN.items() if auction.sign is None}


def read_any_deployment(file: str) -> "Deployment | DrawnDeployment":
    """What stands in the file, whichever auction it is of. Raises BadInput."""
    from offchain.bindings.deployment import read_any
    from offchain.chain.errors import ChainError

    _refuse_missing(file)
    try:
        return read_any(Path(file))
    except ChainError as error:
        raise BadInput(f"--deployment: {error}") from error


def read_deployment(file: str) -> "Deployment":
    """What stands in the file of an auction at which groups bid. Raises BadInput."""
    from offchain.bindings.deployment import Deployment, NoGroups
    from offchain.chain.errors import ChainError

    _refuse_missing(file)
    try:
        return Deployment.read(Path(file))
    except NoGroups as error:
        raise BadInput(
            f"--deployment: {error}; this command is for {' and '.join(_OF_GROUPS)} ones"
        ) from error
    except ChainError as error:
        raise BadInput(f"--deployment: {error}") from error


def keepers_of(chain: "Chain", deployed: "Deployment | DrawnDeployment") -> Keepers:
    """Who keeps the auction of a deployment that `check_deployment` found on the chain."""
    auction = _auction_of(chain, deployed)
    assert auction is not None  # found before
    return auction.keepers


def contract_of(chain: "Chain", deployed: "Deployment") -> str:
    """The contract that the auctioneer of a deployment is, by name."""
    auction = _auction_of(chain, deployed)
    assert auction is not None  # groups bid there
    return auction.contract


def _refuse_missing(file: str) -> None:
    """Raises BadInput, which says where such files are from."""
    with suppress(OSError, ValueError):  # of what else is wrong with it reading tells
        if not Path(file).exists():
            raise BadInput(
                f"--deployment: there is no {file}. consort deploy writes it; of an auction that stands its deployer hands it out"
            )


def _auction_of(chain: "Chain", deployed: "Deployment | DrawnDeployment") -> OnChain | None:
    """Which auction a deployment is of: by the chain where no groups bid, and else by whether it draws."""
    from offchain.bindings.contracts import asked
    from offchain.bindings.deployment import Deployment

    if isinstance(deployed, Deployment):
        draws = deployed.randomness is not None
        found = (one for one in _OF_GROUPS.values() if (one.draw_seconds is not None) == draws)
        return next(found)
    for auction in ON_CHAIN.values():
        if auction.sign is not None:
            view, answer = auction.sign
            if asked(chain, deployed.auction, auction.contract, view) == (answer,):
                return auction
    return None


def check_deployment(chain: "Chain", deployed: "Deployment | DrawnDeployment", file: str) -> None:
    """Refuses a file that is not of what stands on the chain, before a keeper waits for ever for lots that will never come."""
    from offchain.bindings.deployment import Deployment

    if deployed.chain_id != chain.chain_id:
        raise BadInput(
            f"--deployment: {file} is of chain {deployed.chain_id}, the node of chain {chain.chain_id}"
        )
    if deployed.block > (head := chain.block()):
        raise BadInput(
            f"--deployment: block: {deployed.block} of {file} is above {head}, the newest of the node"
        )
    if isinstance(deployed, Deployment):
        _check_auctioneer(chain, deployed, file)
    elif _auction_of(chain, deployed) is None:
        raise BadInput(f"--deployment: there is no auction of {file} at {deployed.auction}")
    _check_randomness(chain, deployed, file)


def _check_auctioneer(chain: "Chain", deployed: "Deployment", file: str) -> None:
    from offchain.bindings.contracts import asked

    found = asked(chain, deployed.auctioneer, "AuctionHouse", "factory")
    if found != (deployed.factory,):
        raise BadInput(f"--deployment: there is no auctioneer of {file} at {deployed.auctioneer}")
    refuse_other_beacon(chain, deployed, file)
    refuse_other_adapters(chain, deployed, file)


def _check_randomness(chain: "Chain", deployed: "Deployment | DrawnDeployment", file: str) -> None:
    """Refuses another source of random words than the auction's own, whose draws the keeper would not see."""
    from offchain.bindings.contracts import asked

    drawing = next(auction.contract for auction in ON_CHAIN.values() if auction.draw_seconds)
    (source,) = asked(chain, deployed.auctioneer, drawing, "randomness") or (None,)
    if source != deployed.randomness:
        told = source or "nothing: it draws no random words"
        raise BadInput(
            f"--deployment: randomness: {deployed.randomness or 'nothing'} in {file}, and at the auctioneer {told}"
        )
