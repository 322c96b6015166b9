"""The books of a resilient sale, from the logs of its contract: what everybody put down, paid and got back."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from offchain.bindings.contracts import contract
from offchain.chain.backend import Log
from offchain.play.sending import Address

_DEPOSIT_BITS = 64


@dataclass(slots=True)
class Account:
    """One player's money in a sale. deposit, price and bond in units; received in wei, rebate included."""

    deposit: int = 0
    price: int = 0
    bond: int = 0
    received: int = 0

    def paid(self, unit: int) -> int:
        """All that it paid and did not get back, bond aside, in wei; negative if it got more."""
        return (self.deposit - self.bond + self.price) * unit - self.received


@dataclass(slots=True)
class SaleBook:
    """One sale. buyers: who said YES, by the number of the offer."""

    accounts: dict[Address, Account] = field(default_factory=lambda: defaultdict(Account))
    buyers: dict[int, Address] = field(default_factory=dict)

    def earned(self, seller: Address, unit: int) -> int:
        """What is the seller's in the end, in wei: what players paid, their bonds, and its own stake of a unit."""
        bonds = sum(account.bond for account in self.accounts.values())
        paid = sum(account.paid(unit) for who, account in self.accounts.items() if who != seller)
        return paid + (bonds + 1) * unit

    def record(self, name: str, args: dict[str, Any]) -> None:
        """Takes in one event."""
        if name == "AnnouncementSealed":
            deposit = int.from_bytes(args["slot"], "big") % (1 << _DEPOSIT_BITS)
            self.accounts[args["player"]].deposit = deposit
        elif name == "AnnouncementWithdrawn":
            del self.accounts[args["player"]]
        elif name == "Answered" and args["yes"]:
            self.buyers[args["index"]] = args["player"]
        elif name == "BundleSold":
            self.accounts[self.buyers[args["index"]]].price += args["price"]
        elif name == "BondForfeited":
            self.accounts[args["player"]].bond = args["bond"]
        elif name == "Claimed":
            self.accounts[args["player"]].received += args["amountWei"]


def read(logs: Iterable[Log]) -> dict[int, SaleBook]:
    """The books of every sale in `logs`, by number."""
    auction = contract("ResilientAuction")
    books: dict[int, SaleBook] = defaultdict(SaleBook)
    for log in logs:
        event = auction.event(log)
        if event is not None and "lot" in event.args:
            books[event.args["lot"]].record(event.name, event.args)
    return books
