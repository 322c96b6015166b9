"""Rivals at a house: they bid given amounts at given times, or answer up to a limit of their own.

rivals = Rivals(house, [RivalBid(at=end - 10, account=rich, amount=10**18)])
rivals.play(until=end)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from offchain.bindings.contracts import contract
from offchain.chain.backend import Outcome, Receipt, Reverted
from offchain.houses.house import Account, AtHouse


@dataclass(frozen=True, slots=True)
class RivalBid:
    """A bid of `amount` wei, due at `at` in seconds since the epoch, with the money of `account`.

    by: the puppet that bids in its place, if any.
    """

    at: int
    account: str
    amount: int
    by: str | None = None


class Rivals:
    """Bids in wait, at one auction of a house; each is sent once, and the house may refuse it."""

    def __init__(self, auction: AtHouse, bids: Iterable[RivalBid]) -> None:
        self._auction = auction
        self._waiting = sorted(bids, key=lambda one: one.at)  # as they came, at one time

    @property
    def next_at(self) -> int | None:
        """When the next bid is due; None if there is none."""
        return self._waiting[0].at if self._waiting else None

    def act(self) -> list[tuple[RivalBid, Outcome]]:
        """Sends what is due by now, in order; what became of each."""
        done: list[tuple[RivalBid, Outcome]] = []
        while self._waiting and self._waiting[0].at <= self._auction.chain.now():
            one = self._waiting.pop(0)
            try:
                done.append((one, self._auction.bid(one.account, one.amount, one.by)))
            except Reverted as refused:
                done.append((one, refused))
        return done

    def play(self, until: int) -> list[tuple[RivalBid, Outcome]]:
        """Lets time pass to `until`, and sends each bid that is due before at its time."""
        done: list[tuple[RivalBid, Outcome]] = []
        while self.next_at is not None and self.next_at < until:
            self._auction.chain.advance_to(self.next_at)
            done += self.act()
        self._auction.chain.advance_to(until)
        return done


def answer(auction: AtHouse, account: str, limit: int) -> Receipt | None:
    """Bids the least that leads, unless `account` leads or that is more than `limit` wei: None then. Raises Reverted."""
    amount = auction.least_bid()
    if amount > limit or auction.auction().bidder == account:
        return None
    return auction.bid(account, amount)


def ether_refuser(account: Account) -> str:
    """A puppet that takes no ether, so that a house pays it in WETH: the `by` of its bids."""
    return account.create(contract("Puppet")).address
