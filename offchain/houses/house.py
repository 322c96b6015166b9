"""What is common to auctions at houses: how one stands, and how one bids there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from offchain.bindings.contracts import Contract, Deployed, contract
from offchain.chain.backend import Chain, Receipt, Transaction


@dataclass(frozen=True, slots=True)
class HouseAuction:
    """How an auction stands, by its house's own account.

    number: the house's. amount: in wei, 0 without a bid. bidder: who leads, if anybody. end: in seconds since the epoch, as of
    now; None as long as a first bid has to start its clock. settled: whether it is over, and the item gone.
    """

    number: int
    token: str
    token_id: int
    amount: int
    bidder: str | None
    end: int | None
    settled: bool


class AtHouse(Protocol):
    """One auction at a house, as bidders see it."""

    @property
    def chain(self) -> Chain:
        """Where the house is."""

    def auction(self) -> HouseAuction:
        """How it stands."""

    def least_bid(self) -> int:
        """The least amount that the house takes now, in wei."""

    def bidding(self, account: str, amount: int) -> Transaction:
        """The transaction that bids `amount` wei from `account`."""

    def bid(self, account: str, amount: int, by: str | None = None) -> Receipt:
        """Bids `amount` wei from `account`, or by way of the puppet at `by`. Raises Reverted if the house does not take it."""

    def settle(self, account: str) -> Receipt:
        """Has the house settle it. Raises Reverted if it is not over."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who deploys and calls contracts on a chain."""

    chain: Chain
    address: str

    def create(self, code: Contract, *arguments: object) -> Deployed:
        """A new contract."""
        receipt = self.chain.send(Transaction(self.address, None, code.creation(*arguments)))
        assert receipt.contract is not None
        return Deployed(code, receipt.contract)

    def send(self, to: Deployed, function: str, *arguments: object) -> Receipt:
        """One call. Raises Reverted."""
        return self.chain.send(to.call(self.address, function, *arguments))


def ask(chain: Chain, of: Deployed, view: str, *arguments: object) -> tuple[Any, ...]:
    """What a view answers."""
    return of.contract.decode(view, chain.call(of.address, of.contract.encode(view, *arguments)))


def send_bid(chain: Chain, bidding: Transaction, by: str | None) -> Receipt:
    """Sends a bid, or makes the puppet at `by` send it, with money of who bids."""
    if by is not None:
        assert bidding.to is not None
        act = contract("Puppet").encode("act", bidding.to, bidding.data)
        bidding = Transaction(bidding.sender, by, act, bidding.value)
    return chain.send(bidding)
