"""Asks and sends for one account: the pace counts each request, and the purse pays."""

from typing import Any, Final

from offchain.bindings.contracts import Contract
from offchain.chain.backend import Chain, Receipt, Transaction
from offchain.chain.errors import ChainError
from offchain.keeper.pace import Pace
from offchain.keeper.purse import Purse


class Courier:
    """Between a keeper and its chain."""

    def __init__(self, chain: Chain, account: str, purse: Purse, pace: Pace) -> None:
        self.chain: Final = chain
        self.account: Final = account
        self._purse, self._pace = purse, pace

    def ask(
        self, contract: Contract, address: str, function: str, *arguments: object
    ) -> tuple[Any, ...]:
        """What a view returns. `ChainError` if it cannot be asked, or returns something else."""
        self._pace.asked()
        answer = self.chain.call(address, contract.encode(function, *arguments))
        try:
            return contract.decode(function, answer)
        except ValueError as error:
            raise ChainError(f"{self.chain.name}: {error}") from error

    def estimate(self, transaction: Transaction) -> int:
        """As `Chain.estimate`."""
        self._pace.asked()
        return self.chain.estimate(transaction)

    def now(self) -> int:
        """As `Chain.now`."""
        self._pace.asked()
        return self.chain.now()

    def refuse_dear_gas(self) -> None:
        """As `Chain.refuse_dear_gas`."""
        self._pace.asked()
        self.chain.refuse_dear_gas()

    def send(self, transaction: Transaction, gas: int, lot: int) -> Receipt:
        """As `Purse.send`."""
        self._pace.asked()
        return self._purse.send(self.chain, transaction, gas, lot)
