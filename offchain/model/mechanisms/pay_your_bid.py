"""Pay-your-bid aggregation: groups bid the sum of their members' bids, as crowdfunds do today.

Source: "When Bidders Are DAOs", footnote 2. With truthful bids it reaches the optimal welfare, since
the sum is what the item is worth to the group, but no member has a reason to bid the truth: a bid
above what is needed to win only pays for the others.

Instances are those of the two-level mechanism, whatever rules they name, and each item is sold by
itself. The winner is the group with the largest sum, the first of several; a sum below the reserve
does not win. Everybody in it who bids is served. What they pay depends on what the auctioneer asks
of the group:

- `FIRST`: the sum that it bids, the footnote's rule. Everybody pays their bid.
- `SECOND`: the highest other sum, or the reserve if that is more, as the paper's Vickrey auction
  asks and an English auction does. Everybody pays a part of their bid, in proportion, each rounded
  up, so never above the bid; fewer units than members above the price go to the seller.

All amounts are integers in units.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from offchain.model.instances.two_level import LotOutcome, TwoLevelInstance, TwoLevelOutcome
from offchain.model.mechanisms.lower import LowerRule, PayYourBid, Proportional
from offchain.model.mechanisms.price_rule import plain_second_price
from offchain.model.mechanisms.two_level import sell_lot, solve_by
from offchain.model.mechanisms.upper import CertainRule, OwnBid, SealedBids


class Asks(StrEnum):
    """What the auctioneer asks of the winning group."""

    FIRST = "first price"
    SECOND = "second price"


RULES: Mapping[Asks, tuple[CertainRule, LowerRule]] = MappingProxyType(
    {
        Asks.FIRST: (OwnBid(), PayYourBid()),
        Asks.SECOND: (SealedBids(plain_second_price), Proportional()),
    }
)
"""The upper and the lower rule."""


def solve(instance: TwoLevelInstance, asks: Asks = Asks.FIRST) -> TwoLevelOutcome:
    """The outcome of pay-your-bid aggregation. O(items * members)."""
    return solve_by(instance, *RULES[asks])


def solve_lot(instance: TwoLevelInstance, item: int, asks: Asks) -> LotOutcome:
    """The outcome of one item on its own."""
    return sell_lot(instance, item, *RULES[asks])
