"""The contracts put on a chain, and the file that says where they are."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from offchain.chain.backend import Chain, Transaction
from offchain.chain.codec import contract
from offchain.chain.errors import ChainError

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


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where an auction is. `block` is the first in which it can have logged anything.

    auctioneer: the auction at which DAOs of the `factory` bid. randomness: its source of random words, if it draws any.
    """

    chain_id: int
    block: int
    factory: str
    auctioneer: str
    randomness: str | None = None

    def write(self, path: Path) -> None:
        """Writes the deployment as a JSON object."""
        _write(asdict(self), path)

    @staticmethod
    def read(path: Path) -> "Deployment":
        """Reads what `write` wrote. `ChainError` if the file is no deployment."""
        try:
            return Deployment(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ChainError(f"{path} is not a deployment file: {error}") from error


@dataclass(frozen=True, slots=True)
class DrawnDeployment:
    """Where an `auction` is that takes no DAOs, and its source of random words."""

    chain_id: int
    block: int
    auction: str
    randomness: str

    def write(self, path: Path) -> None:
        """Writes the deployment as a JSON object."""
        _write(asdict(self), path)


def deploy(chain: Chain, account: str) -> Deployment:
    """Deploys factory and auctioneer from `account`, which pays the gas."""
    block = chain.block()
    factory = create(chain, account, "DAOFactory")
    auctioneer = create(chain, account, "Auctioneer", factory)
    return Deployment(chain.chain_id, block, factory, auctioneer)


def deploy_approximate(
    chain: Chain, account: str, randomness: str | None, secrets: SecretTerms = SECRET_TERMS
) -> Deployment:
    """Deploys the auction for approximate valuations, with a factory; and a source of random words, if it is not given."""
    block = chain.block()
    source = randomness or deploy_randomness(chain, account, secrets)
    factory = create(chain, account, "DAOFactory")
    auctioneer = create(chain, account, "ApproximateAuction", factory, source)
    return Deployment(chain.chain_id, block, factory, auctioneer, source)


def deploy_drawn(
    chain: Chain,
    account: str,
    name: str,
    randomness: str | None,
    secrets: SecretTerms = SECRET_TERMS,
) -> DrawnDeployment:
    """Deploys the auction contract called `name`; and a source of random words, if it is not given."""
    block = chain.block()
    source = randomness or deploy_randomness(chain, account, secrets)
    return DrawnDeployment(chain.chain_id, block, create(chain, account, name, source), source)


def deploy_randomness(chain: Chain, account: str, secrets: SecretTerms) -> str:
    """Deploys the source for chains with a beacon, over sealed secrets for when it fails. Returns its address."""
    return create(chain, account, "BeaconRandomness", deploy_secrets(chain, account, secrets))


def deploy_secrets(chain: Chain, account: str, terms: SecretTerms) -> str:
    """Deploys a source of sealed secrets. Returns its address."""
    window = terms.window_seconds
    return create(chain, account, "CommitRevealRandomness", terms.bond, window, window)


def create(chain: Chain, account: str, name: str, *arguments: object) -> str:
    """Deploys the contract called `name` from `account` and returns its address."""
    receipt = chain.send(Transaction(account, None, contract(name).creation(*arguments)))
    assert receipt.contract is not None
    return receipt.contract


def _write(fields: dict[str, object], path: Path) -> None:
    known = {name: value for name, value in fields.items() if value is not None}
    path.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
