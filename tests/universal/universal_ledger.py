"""What the universal auction owes, rebuilt from its logs alone, in wei."""

from collections import defaultdict
from typing import Any

from offchain.bindings.contracts import contract
from offchain.chain.backend import Chain
from offchain.io.units import WEI_PER_UNIT


class Ledger:
    """The auction's books, kept up to date with its logs."""

    def __init__(self, chain: Chain, house: str) -> None:
        self._chain, self._house, self._next = chain, house, chain.block() + 1
        self.sellers: dict[int, str] = {}
        self.deposits: dict[int, int] = {}
        self.held: dict[tuple[int, str], int] = {}
        self.proceeds: defaultdict[str, int] = defaultdict(int)

    def owed(self) -> int:
        """All that the auction owes anybody, with all that happened."""
        newest = self._chain.block()
        for log in self._chain.logs([self._house], self._next):
            event = contract("UniversalAuction").event(log)
            assert event is not None, log
            self.record(event.name, event.args)
        self._next = newest + 1
        return sum(self.held.values()) + sum(self.proceeds.values())

    def record(self, name: str, said: dict[str, Any]) -> None:
        """Takes in one event; those that move no money are passed over."""
        if name == "LotListed":
            self.sellers[said["lot"]] = said["seller"]
            self.deposits[said["lot"]] = said["terms"][-2] * WEI_PER_UNIT
        elif name == "Joined":
            self.held[said["lot"], said["bidder"]] = self.deposits[said["lot"]]
        elif name == "Claimed":
            assert said["amountWei"] == self.held.pop((said["lot"], said["bidder"]))
        elif name == "DepositForfeited":
            self.proceeds[self.sellers[said["lot"]]] += self.held.pop((said["lot"], said["bidder"]))
        elif name == "LotSettled":
            assert said["price"] == said["paid"]
            self.proceeds[self.sellers[said["lot"]]] += said["paid"] * WEI_PER_UNIT
        elif name == "ProceedsWithdrawn":
            self.proceeds[said["seller"]] -= said["amountWei"]
