"""What a deployment takes in gas, known before anything is sent: the same creations, in process."""

from __future__ import annotations

from typing import Final

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import SecretTerms, deploy_auction
from offchain.chain.backend import Transaction
from offchain.chain.revm import Revm

_SOURCES: Final = ("BeaconRandomness", "CommitRevealRandomness")
ADAPTER_GAS: Final = 3_300_000
"""Gas of creating an adapter of either make, at most: it asks its house, which is not in this process."""


def gas_of(name: str, randomness: str | None, secrets: SecretTerms, houses: int) -> int:
    """Gas of `deploy_auction` with the same arguments, and of adapters on so many houses."""
    chain, total = Revm(), 0
    account = chain.actor(0)

    def create(what: str, *arguments: object) -> str:
        nonlocal total
        receipt = chain.send(Transaction(account, None, contract(what).creation(*arguments)))
        if randomness is None or what not in _SOURCES:
            total += receipt.gas_used
        assert receipt.contract is not None
        return receipt.contract

    deploy_auction(chain, account, name, None, secrets, create)
    chain.close()
    return total + houses * ADAPTER_GAS
