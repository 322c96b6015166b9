"""Deploys Consort: the factory of DAOs and the auctioneer.

brownie run deploy --network ganache                                (or anvil: the node ends with the script)
brownie run deploy main build/deployment.json --network NETWORK     (a running node; `consort keep` reads the file)
"""

import os
from pathlib import Path
from typing import Any, TypeAlias

from brownie import Auctioneer, DAOFactory, accounts, chain, network

from offchain.bindings.deployment import NO_BEACON, Deployment

# Brownie makes its classes at run time.
Account: TypeAlias = Any
Contract: TypeAlias = Any


def main(file: str | None = None) -> None:
    factory, auctioneer = deploy(deployer())

    print(f"\nnetwork     {network.show_active()}, chain {chain.id}")
    print(f"factory     {factory.address}")
    print(f"auctioneer  {auctioneer.address}")

    if file is not None:
        block = factory.tx.block_number
        Deployment(chain.id, block, factory.address, auctioneer.address).write(Path(file))
        print(f"written to  {file}")


def deploy(account: Account) -> tuple[Contract, Contract]:
    """The auctioneer takes late bids only from DAOs of the factory."""
    factory = DAOFactory.deploy({"from": account})
    auctioneer = Auctioneer.deploy(factory, NO_BEACON, {"from": account})
    assert auctioneer.factory() == factory
    return factory, auctioneer


def deployer() -> Account:
    """The node's first account; where it has none, the one that `brownie accounts` keeps under $CONSORT_DEPLOYER."""
    return accounts[0] if len(accounts) else accounts.load(os.environ["CONSORT_DEPLOYER"])
