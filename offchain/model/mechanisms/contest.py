"""What comes of an ascending auction with times, in which individuals bid by their script against groups; exact.

Amounts are integers in units, but for those of an `AscendingAuction`, which are in wei; times are seconds since the epoch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.rivals import PlacedBid, Rival, fight, jump
from offchain.model.instances.two_level import (
    TwoLevelInstance,
    TwoLevelOutcome,
    lot_welfare,
    optimal_lot_welfare,
)
from offchain.model.mechanisms.ascending import AscendingAuction
from offchain.model.mechanisms.lower import lower_of
from offchain.model.mechanisms.two_level import bids_of_groups, lot_of, total_payments
from offchain.model.mechanisms.upper import Sale


class ExactFloor:
    """The auction in the model. bids: all so far, in order."""

    def __init__(self, auction: AscendingAuction, limits: Mapping[str, int], now: int) -> None:
        """`auction`: in wei, on the grid of units, with an end. `limits`: of the groups, in their order."""
        self._auction, self._limits, self._now = auction, limits, now
        self.bids: list[PlacedBid] = []

    @property
    def leader(self) -> str | None:
        """See `Floor`."""
        return self._auction.leader

    @property
    def least(self) -> int:
        """See `Floor`."""
        return self._auction.least_raise // WEI_PER_UNIT

    @property
    def end(self) -> int:
        """See `Floor`."""
        assert self._auction.end is not None
        return self._auction.end

    @property
    def buffer(self) -> int:
        """See `Floor`."""
        return self._auction.buffer

    def wait(self, until: int) -> None:
        """See `Floor`."""
        self._now = max(self._now, until)

    def bid(self, rival: Rival, amount: int) -> None:
        """See `Floor`."""
        self._bid(rival.name, amount)

    def raise_groups(self) -> None:
        """See `Floor`. The first that can, in their order."""
        while (group := self._next()) is not None:
            self._bid(group, self.least)

    def _next(self) -> str | None:
        able = (
            group
            for group, limit in self._limits.items()
            if self._auction.can_raise(group, limit * WEI_PER_UNIT, self._now)
        )
        return next(able, None)

    def _bid(self, bidder: str, amount: int) -> None:
        self._auction = self._auction.bid(bidder, amount * WEI_PER_UNIT, self._now)
        self.bids.append(PlacedBid(bidder, amount, self._now, self.end))


def follow(auction: AscendingAuction, bids: Sequence[PlacedBid]) -> AscendingAuction:
    """The auction, in wei, after bids that a house took, by the rules of the model.

    Raises:
        BidRefused: it took one that they do not allow.
    """
    for one in bids:
        auction = auction.bid(one.bidder, one.amount * WEI_PER_UNIT, one.at)
    return auction


@dataclass(frozen=True, slots=True)
class Terms:
    """An auction of a house, and what happens there when. auction: as it is at the start, in wei, on the grid of units. start:
    from when on rivals bid. sealed: until when groups do, sealed. tallied: from when on they can raise.
    """

    auction: AscendingAuction
    start: int
    sealed: int
    tallied: int


def play_out(
    instance: TwoLevelInstance, rivals: Sequence[Rival], terms: Terms
) -> tuple[TwoLevelOutcome, tuple[PlacedBid, ...]]:
    """What comes of an instance of one item if the `rivals`, groups of one in it, bid by this script, and all other groups up to
    what they are willing to pay; and all bids.
    """
    lower = lower_of(instance.lower)
    limits = bids_of_groups(instance, 0, lower)
    alone = {rival.name for rival in rivals}
    groups = {name: limit for name, limit in limits.items() if name not in alone}
    floor = ExactFloor(terms.auction, groups, terms.start)
    jump(floor, rivals, terms.start, terms.sealed)
    floor.wait(terms.tallied)
    fight(floor, rivals)
    last = floor.bids[-1] if floor.bids else None
    sold = Sale(list(limits).index(last.bidder), last.amount) if last else Sale(None, 0)
    lots = (lot_of(instance, 0, sold, limits, lower),)
    outcome = TwoLevelOutcome(
        items=lots,
        payments=total_payments(instance, lots),
        welfare=lot_welfare(instance, 0, lots[0]),
        optimal_welfare=optimal_lot_welfare(instance, 0),
        upper=instance.upper,
        lower=instance.lower,
    )
    return outcome, tuple(floor.bids)
