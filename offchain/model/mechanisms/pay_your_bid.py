"""Pay-your-bid aggregation: groups bid the sum of their members' bids, as crowdfunds do today.

Source: "When Bidders Are DAOs", footnote 2. With truthful bids it reaches the optimal welfare, since
the sum is what the item is worth to the group, but no member has a reason to bid the truth: a bid
above what is needed to win only pays for the others.

Instances are those of the two-level mechanism, and each item is sold by itself. The winner is the
group with the largest sum, the first of several; a sum below the reserve does not win. Everybody in
it who bids is served. What they pay depends on what the auctioneer asks of the group:

- `FIRST`: the sum that it bids, the footnote's rule. Everybody pays their bid.
- `SECOND`: the highest other sum, or the reserve if that is more, as the paper's Vickrey auction
  asks and an English auction does. Everybody pays a part of their bid, in proportion, each rounded
  up, so never above the bid; fewer units than members above the price go to the seller.

All amounts are integers in units.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from offchain.model.instances.two_level import TwoLevelInstance, optimal_lot_welfare
from offchain.model.mechanisms.price_rule import plain_second_price, run_auction


class Asks(StrEnum):
    """What the auctioneer asks of the winning group."""

    FIRST = "first price"
    SECOND = "second price"


@dataclass(frozen=True, slots=True)
class PooledLot:
    """What happened to one item. Unsold: winner None, price and paid 0, no payments.

    price: asked of the winning group. paid: what its members pay together. payments: those of the
    members of the winning group who bid, and are served, by name. group_bids: every group's sum.
    """

    winner: str | None
    price: int
    paid: int
    payments: Mapping[str, int]
    group_bids: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PooledOutcome:
    """All items, what each member of each group pays in all, and the welfare, in units."""

    items: tuple[PooledLot, ...]
    payments: Mapping[str, Mapping[str, int]]
    welfare: int
    optimal_welfare: int


def solve(instance: TwoLevelInstance, asks: Asks = Asks.FIRST) -> PooledOutcome:
    """The outcome of pay-your-bid aggregation. O(items * members)."""
    lots = tuple(solve_lot(instance, item, asks) for item in range(instance.items))
    paid = {group.name: {member.name: 0 for member in group.members} for group in instance.groups}
    for lot in lots:
        if lot.winner is not None:
            for member, payment in lot.payments.items():
                paid[lot.winner][member] += payment
    return PooledOutcome(
        items=lots,
        payments=paid,
        welfare=sum(lot_welfare(instance, item, lot) for item, lot in enumerate(lots)),
        optimal_welfare=sum(optimal_lot_welfare(instance, item) for item in range(instance.items)),
    )


def solve_lot(instance: TwoLevelInstance, item: int, asks: Asks) -> PooledLot:
    """The outcome of one item on its own."""
    sums = {group.name: sum(group.bids_on(item)) for group in instance.groups}
    sold = run_auction(sums.values(), instance.reserves[item], plain_second_price)
    if sold.leader is None:
        return PooledLot(winner=None, price=0, paid=0, payments={}, group_bids=sums)
    winner = instance.groups[sold.leader]
    total = sums[winner.name]
    price = total if asks is Asks.FIRST else sold.price
    payments = {
        member.name: -(-price * member.bids[item] // total)
        for member in winner.members
        if member.bids[item] > 0
    }
    return PooledLot(winner.name, price, sum(payments.values()), payments, sums)


def lot_welfare(instance: TwoLevelInstance, item: int, lot: PooledLot) -> int:
    """The sum of the served members' values for the item, in units; 0 if it is unsold."""
    if lot.winner is None:
        return 0
    members = instance.group(lot.winner).members
    return sum(member.values[item] for member in members if member.name in lot.payments)
