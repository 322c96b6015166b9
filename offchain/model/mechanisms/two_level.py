"""The two-level mechanism: groups bid their willingness to pay, the winner splits the price equally.

Source: "When Bidders Are DAOs", Mechanism 1 (§3.1, one item) and Mechanism 2 (§4.1, additive
values: an independent copy of Mechanism 1 for each item). Groups bid in the order in which the
instance lists them.
"""

from offchain.model.instances.two_level import (
    LotOutcome,
    TwoLevelInstance,
    TwoLevelOutcome,
    lot_welfare,
    optimal_lot_welfare,
)
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.price_rule import PriceRule, exact
from offchain.model.mechanisms.upper import UpperRule, rule_of


def solve(instance: TwoLevelInstance, rule: PriceRule = exact) -> TwoLevelOutcome:
    """The outcome of the two-level mechanism, exact in integer units.

    rule: the price rule, where bids are sealed. O(items * members * log members), and `ascend` where they are open.
    """
    lots = tuple(solve_lot(instance, item, rule) for item in range(instance.items))
    return TwoLevelOutcome(
        items=lots,
        payments=total_payments(instance, lots),
        welfare=sum(lot_welfare(instance, item, lot) for item, lot in enumerate(lots)),
        optimal_welfare=sum(optimal_lot_welfare(instance, item) for item in range(instance.items)),
        upper=instance.upper,
    )


def solve_lot(instance: TwoLevelInstance, item: int, rule: PriceRule = exact) -> LotOutcome:
    """The outcome of one item on its own; a group whose willingness to pay is 0 does not bid."""
    return sell_lot(instance, item, rule_of(instance.upper, rule))


def sell_lot(instance: TwoLevelInstance, item: int, upper: UpperRule) -> LotOutcome:
    """The same by another upper rule than the instance's own."""
    group_bids = {group.name: willingness_to_pay(group.bids_on(item)) for group in instance.groups}
    sold = upper.sell(tuple(group_bids.values()), instance.reserves[item])
    if sold.leader is None:
        return LotOutcome(winner=None, price=0, share=0, paid=0, served=(), group_bids=group_bids)
    winner = instance.groups[sold.leader]
    split = equal_split(winner.bids_on(item), sold.price)
    return LotOutcome(
        winner=winner.name,
        price=sold.price,
        share=split.share,
        paid=split.paid,
        served=tuple(member.name for member in winner.members if split.serves(member.bids[item])),
        group_bids=group_bids,
    )


def total_payments(
    instance: TwoLevelInstance, lots: tuple[LotOutcome, ...]
) -> dict[str, dict[str, int]]:
    """What every member of every group pays over all lots, in units: its shares where it is served."""
    payments = {
        group.name: {member.name: 0 for member in group.members} for group in instance.groups
    }
    for lot in lots:
        if lot.winner is not None:
            for member in lot.served:
                payments[lot.winner][member] += lot.share
    return payments
