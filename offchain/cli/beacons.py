"""Beacons as users name them: the one that a deployment's bids are locked to, and where its signatures come from."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from offchain.cli.exits import BadInput, say
from offchain.io.output import reason
from offchain.io.urls import is_url, without_secrets

if TYPE_CHECKING:
    from offchain.bindings.deployment import Deployment, DrawnDeployment
    from offchain.chain.backend import Chain
    from offchain.locks.beacon import Beacon
    from offchain.locks.sources import Sources


@contextmanager
def beacon_at(
    place: str | None, chain: "Chain", hold: bool, port: int = 0
) -> "Iterator[tuple[Beacon, str | None]]":
    """The beacon whose URL `place` is, and the URL, while the body runs. Without one it is drand's quicknet, or where a node is
    held one that is served as long, at the port, which says where. Raises BadInput.
    """
    from offchain.locks.beacon import QUICKNET
    from offchain.locks.http_source import NoBeacon, fetch_beacon

    if place is not None:
        if not is_url(place):
            raise BadInput(f"--beacon: {without_secrets(place)} is not a URL")
        try:
            yield fetch_beacon(place), place
        except NoBeacon as error:
            raise BadInput(f"--beacon: {error}") from error
    elif hold:
        with _local(chain, port) as served:
            yield served
    else:
        yield QUICKNET, None


@contextmanager
def _local(chain: "Chain", port: int) -> "Iterator[tuple[Beacon, str]]":
    """A beacon with a new key, served on the port, 0: on one that is free.

    Its time is this machine\'s, or the chain\'s where that was moved ahead.
    """
    from offchain.chain.errors import ChainError
    from offchain.locks.beacon_server import serving
    from offchain.locks.local_beacon import new_beacon

    def clock() -> float:
        try:
            return max(time.time(), chain.now())
        except ChainError:
            return time.time()

    local = new_beacon(int(time.time()), clock=clock)
    try:
        with serving(local, port) as url:
            say(f"A beacon of this command's own signs at {url}.")
            yield local.beacon, url
    except OSError as error:
        raise BadInput(f"--hold: no beacon can be served: {reason(error)}") from error


def refuse_other_beacon(chain: "Chain", deployed: "Deployment", file: str) -> None:
    """Refuses a file whose beacon is not the one that the auctioneer names. Raises BadInput."""
    from offchain.bindings.contracts import asked
    from offchain.bindings.deployment import NO_BEACON

    if deployed.beacon is None:
        return
    (named,) = asked(chain, deployed.auctioneer, "AuctionHouse", "beaconHash") or (NO_BEACON,)
    if named != deployed.beacon.chain_hash:
        told = "none" if named == NO_BEACON else named.hex()
        raise BadInput(
            f"--deployment: beacon: {deployed.beacon.chain_hash.hex()} in {file}, and at the auctioneer {told}"
        )


def sources_of(
    deployed: "Deployment | DrawnDeployment",
    places: Sequence[str],
    tell: Callable[[str], None] = say,
) -> "Sources | None":
    """Where the signatures of a deployment's beacon come from: from `places`, without any from drand's own if it is theirs.

    None: bids with locks are not opened, which is said. Raises BadInput for places where there is nothing to open.
    """
    from offchain.bindings.deployment import DrawnDeployment
    from offchain.locks.beacon import QUICKNET, QUICKNET_ADDRESSES
    from offchain.locks.sources import sources

    if deployed.beacon is None:
        if places:
            raise BadInput("--beacon: the deployment file names no beacon")
        if isinstance(deployed, DrawnDeployment):
            return None  # nobody locks anything there
        tell("The deployment file names no beacon: time locks are not opened.")
        return None
    if not places and deployed.beacon == QUICKNET:
        places = QUICKNET_ADDRESSES
    if not places:
        tell("Time locks are not opened: --beacon says where the deployment's beacon signs.")
        return None
    return sources(deployed.beacon, places)
