"""The contracts put on a chain, and the file that says where they are."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from offchain.bindings.adapters import MAKES, AdapterAt, House, read_adapters
from offchain.bindings.constants import BeaconRandomness, DrawTime
from offchain.bindings.contracts import contract
from offchain.chain.backend import Chain, Transaction
from offchain.chain.errors import ChainError
from offchain.io.decoding import decode
from offchain.io.errors import InvalidInput
from offchain.io.fields import Field
from offchain.io.output import reason, write_whole
from offchain.locks.beacon import Beacon

Create = Callable[..., str]
"""Creates the contract of a name, made of arguments, and returns its address."""

CONTRACTS: Final = ("DAOFactory", "BeaconRandomness", "CommitRevealRandomness")
"""What is deployed along with auctions."""
NO_BEACON: Final = bytes(32)
"""The chain hash that an auction has where nobody locks bids."""
BOND: Final = 10**17
"""What it takes to seal a secret for a random word, in wei, if nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class SecretTerms:
    """What a source of sealed secrets is deployed with.

    bond: wei for sealing one. window_seconds: how long secrets are sealed, and then opened, each.
    """

    bond: int = BOND
    window_seconds: int = 3_600


SECRET_TERMS: Final = SecretTerms()
"""0.1 ETH, an hour each: for stakes below that."""

BEACON_SECONDS: Final = (
    BeaconRandomness.DELAY + BeaconRandomness.PROOF_WINDOW + 1
) * BeaconRandomness.SLOT
"""How long it takes until a draw that nobody proves goes to the secrets."""
ACTING_SECONDS: Final = DrawTime.SLACK
"""For the transactions in between: the request, handing over, the first seal, the draw."""


def longest_window(draw_seconds: int) -> int:
    """The most seconds that sealing and opening secrets may last, each, for a draw to end while an auction waits for it.

    In a longer round who opens last could let the lot become void, for nothing.
    """
    return (draw_seconds - BEACON_SECONDS - ACTING_SECONDS) // 2


_MOST_CHAIN_ID: Final = 2**256 - 1
_LONGEST_FILE: Final = 1 << 16


class NoGroups(ChainError):
    """The file is of an auction at which no groups bid."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where an auction is. `block` is the first in which it can have logged anything.

    auctioneer: the auction at which DAOs of the `factory` bid. randomness: its source of random words, if it draws any.
    beacon: to whose rounds bids are locked; None in files from before there were locks. adapters: through which DAOs of the
    factory bid at houses of others.
    """

    chain_id: int
    block: int
    factory: str
    auctioneer: str
    randomness: str | None = None
    beacon: Beacon | None = None
    adapters: tuple[AdapterAt, ...] = ()

    def write(self, path: Path) -> None:
        """Writes the deployment as a JSON object. `OutputFailed` if that is impossible."""
        beacon = None if self.beacon is None else self.beacon.to_json()
        adapters = [one.to_json() for one in self.adapters] or None
        plain = asdict(replace(self, beacon=None, adapters=()))
        _write(plain | {"beacon": beacon, "adapters": adapters}, path)

    @staticmethod
    def read(path: Path) -> "Deployment":
        """Reads what `write` wrote; addresses may be in lower case.

        Raises:
            NoGroups: it is the file of a `DrawnDeployment`.
            ChainError: it is none; the message names field and value.
        """
        try:
            document = _document(path)
            if _is_drawn(document):
                raise NoGroups(f"{path} is of an auction at which no groups bid")
            fields = document.record(
                ("chain_id", "block", "factory", "auctioneer"), ("randomness", "beacon", "adapters")
            )
            return Deployment(
                fields["chain_id"].integer(1, _MOST_CHAIN_ID),
                fields["block"].integer(0, 2**64 - 1),
                fields["factory"].address(),
                fields["auctioneer"].address(),
                fields["randomness"].address() if "randomness" in fields else None,
                Beacon.read(fields["beacon"]) if "beacon" in fields else None,
                read_adapters(fields["adapters"]) if "adapters" in fields else (),
            )
        except (OSError, ValueError, InvalidInput) as error:
            raise ChainError(f"{path} is not a deployment file: {reason(error)}") from error


@dataclass(frozen=True, slots=True)
class DrawnDeployment:
    """Where an `auction` is that takes no DAOs, and its source of random words."""

    chain_id: int
    block: int
    auction: str
    randomness: str
    beacon: ClassVar[None] = None
    """Nobody locks anything there."""
    adapters: ClassVar[tuple[AdapterAt, ...]] = ()
    """What is won there cannot be sold again."""

    @property
    def auctioneer(self) -> str:
        """The auction, by the name that it has in a `Deployment`."""
        return self.auction

    def write(self, path: Path) -> None:
        """Writes the deployment as a JSON object. `OutputFailed` if that is impossible."""
        _write(asdict(self), path)

    @staticmethod
    def read(path: Path) -> "DrawnDeployment":
        """Reads what `write` wrote; addresses may be in lower case. `ChainError` names field and value if it is none."""
        try:
            fields = _document(path).record(("chain_id", "block", "auction", "randomness"))
            return DrawnDeployment(
                fields["chain_id"].integer(1, _MOST_CHAIN_ID),
                fields["block"].integer(0, 2**64 - 1),
                fields["auction"].address(),
                fields["randomness"].address(),
            )
        except (OSError, ValueError, InvalidInput) as error:
            raise ChainError(f"{path} is not a deployment file: {reason(error)}") from error


def read_any(path: Path) -> Deployment | DrawnDeployment:
    """Reads the file of either kind of deployment. `ChainError` names field and value if it is of none."""
    try:
        is_drawn = _is_drawn(_document(path))
    except (OSError, ValueError, InvalidInput) as error:
        raise ChainError(f"{path} is not a deployment file: {reason(error)}") from error
    return DrawnDeployment.read(path) if is_drawn else Deployment.read(path)


def deploy_auction(
    chain: Chain,
    account: str,
    name: str,
    randomness: str | None = None,
    secrets: SecretTerms = SECRET_TERMS,
    creator: Create | None = None,
    beacon: Beacon | None = None,
) -> Deployment | DrawnDeployment:
    """Deploys the auction contract called `name` and what its constructor takes, from `account`, which pays the gas.

    randomness: the source of random words if the auction draws any; None: one is deployed along, with `secrets` to fall back
    on. creator: creates each contract. beacon: the one to whose rounds bids are locked, if any.
    """
    if "factory" in contract(name).made_of:
        return deploy(chain, account, name, randomness, secrets, creator, beacon)
    block, make = chain.block(), creator or partial(create, chain, account)
    source = randomness or _randomness(make, secrets)
    return DrawnDeployment(chain.chain_id, block, make(name, source), source)


def deploy(
    chain: Chain,
    account: str,
    name: str = "Auctioneer",
    randomness: str | None = None,
    secrets: SecretTerms = SECRET_TERMS,
    creator: Create | None = None,
    beacon: Beacon | None = None,
) -> Deployment:
    """`deploy_auction` for one at which DAOs bid: a factory of theirs comes with it."""
    block, make = chain.block(), creator or partial(create, chain, account)
    draws = "randomness" in contract(name).made_of
    sources = [randomness or _randomness(make, secrets)] if draws else []
    factory = make("DAOFactory")
    beacon_hash = NO_BEACON if beacon is None else beacon.chain_hash
    auction = make(name, factory, beacon_hash, *sources)
    source = sources[0] if sources else None
    return Deployment(chain.chain_id, block, factory, auction, source, beacon)


def with_adapters(
    deployment: Deployment, houses: Sequence[House], make: Callable[..., str]
) -> Deployment:
    """The deployment with an adapter for each house, whose estates sell at its auctioneer. `make` creates what a note, a
    contract's name and arguments say.
    """
    terms = terms_of(deployment).values()
    adapters = tuple(
        AdapterAt(
            house.make,
            house.address,
            make(note_of(house), MAKES[house.make].adapter, *terms, house.address),
        )
        for house in houses
    )
    return replace(deployment, adapters=(*deployment.adapters, *adapters))


def terms_of(deployment: Deployment) -> dict[str, object]:
    """What each adapter of a deployment is made of, but for its house, by the views that answer with it."""
    beacon_hash = NO_BEACON if deployment.beacon is None else deployment.beacon.chain_hash
    return {
        "factory": deployment.factory,
        "beaconHash": beacon_hash,
        "market": deployment.auctioneer,
    }


def note_of(house: House) -> str:
    """By which notes of a deployment know the adapter of a house."""
    return f"{MAKES[house.make].adapter} of {house.address}"


def create(chain: Chain, account: str, name: str, *arguments: object) -> str:
    """Deploys the contract called `name` from `account` and returns its address."""
    receipt = chain.send(Transaction(account, None, contract(name).creation(*arguments)))
    assert receipt.contract is not None
    return receipt.contract


def _randomness(make: Create, secrets: SecretTerms) -> str:
    """The source for chains with a beacon, over sealed secrets for when it fails."""
    window = secrets.window_seconds
    return make("BeaconRandomness", make("CommitRevealRandomness", secrets.bond, window, window))


def _document(path: Path) -> Field:
    """What a file holds. Raises OSError, ValueError or InvalidInput."""
    return Field("", decode(_text(path)))


def _is_drawn(document: Field) -> bool:
    """Whether it looks like that of a `DrawnDeployment`."""
    return isinstance(document.value, dict) and "auction" in document.value


def _text(path: Path) -> str:
    """A file that is small. Raises OSError or ValueError."""
    with path.open("rb") as file:
        data = file.read(_LONGEST_FILE + 1)
    if len(data) > _LONGEST_FILE:
        raise ValueError(f"it is longer than {_LONGEST_FILE:,} bytes")
    return data.decode()


def _write(fields: dict[str, object], path: Path) -> None:
    known = {name: value for name, value in fields.items() if value is not None}
    write_whole(path, (json.dumps(known, indent=2) + "\n").encode())
