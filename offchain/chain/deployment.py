"""The contracts put on a chain, and the file that says where they are."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from offchain.chain.backend import Chain, Transaction
from offchain.chain.codec import contract
from offchain.chain.errors import ChainError


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the contracts are. `block` is the first in which they can have logged anything."""

    chain_id: int
    block: int
    factory: str
    auctioneer: str

    def write(self, path: Path) -> None:
        """Writes the deployment as a JSON object."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @staticmethod
    def read(path: Path) -> "Deployment":
        """Reads what `write` wrote. `ChainError` if the file is no deployment."""
        try:
            return Deployment(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ChainError(f"{path} is not a deployment file: {error}") from error


def deploy(chain: Chain, account: str) -> Deployment:
    """Deploys factory and auctioneer from `account`, which pays the gas."""
    block = chain.block()
    factory = create(chain, account, "DAOFactory")
    auctioneer = create(chain, account, "Auctioneer", factory)
    return Deployment(chain.chain_id, block, factory, auctioneer)


def create(chain: Chain, account: str, name: str, *arguments: object) -> str:
    """Deploys the contract called `name` from `account` and returns its address."""
    receipt = chain.send(Transaction(account, None, contract(name).creation(*arguments)))
    assert receipt.contract is not None
    return receipt.contract
