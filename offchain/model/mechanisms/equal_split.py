"""The lower mechanism: the maximum equal split of a price among the members of one group.

Source: "When Bidders Are DAOs", §3.1 (willingness to pay, t(p), and the cost-sharing rule). The
paper shares the price exactly, p/T each; on the integer grid each share is rounded up and the group
pays the T shares, fewer than T units above the price.

All amounts are non-negative integers in units. A bid of 0 means "not bidding": it is never served
and never counts, since prices are at least 1 unit.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EqualSplit:
    """How a group shares the price of a lot it has won.

    price: what the auctioneer asks of the group, at least 1 unit.
    served: T, how many members are served.
    share: what each served member pays, the price over T rounded up; their critical bid.
    """

    price: int
    served: int
    share: int

    @property
    def paid(self) -> int:
        """What the group hands to the auctioneer: price <= paid < price + served."""
        return self.served * self.share

    def serves(self, bid: int) -> bool:
        """Whether the split serves a member of the group with this bid.

        Exactly T members bid at least the share: were there one more, T + 1 could share the price.
        """
        return bid >= self.share


def willingness_to_pay(bids: Iterable[int]) -> int:
    """The most that a group with these bids can pay in equal shares: max of i*b_(i), bids sorted downward.

    0 if nobody bids. The identity on a single bid, as the paper's §2 demands. O(n log n).
    """
    return max(
        (rank * bid for rank, bid in enumerate(sorted(bids, reverse=True), start=1)), default=0
    )


def served_count(bids: Iterable[int], price: int) -> int:
    """T = max{i : i*b_(i) >= price}, the most members who can share the price equally; 0 if no number can.

    Raises ValueError if the price is below 1 unit. O(n log n).
    """
    if price < 1:
        raise ValueError(f"a price is at least 1 unit, not {price}")
    ranked = enumerate(sorted(bids, reverse=True), start=1)
    return max((rank for rank, bid in ranked if rank * bid >= price), default=0)


def share(price: int, served: int) -> int:
    """What each of `served` members pays so that together they cover the price: price / served, rounded up.

    Raises ValueError if nobody is served. O(1).
    """
    if served < 1:
        raise ValueError(f"nobody is served at price {price}")
    return -(-price // served)


def equal_split(bids: Iterable[int], price: int) -> EqualSplit:
    """The largest equal split of the price among members with these bids.

    Raises ValueError if the price is below 1 unit or above the willingness to pay. O(n log n).
    """
    served = served_count(bids, price)
    return EqualSplit(price=price, served=served, share=share(price, served))
