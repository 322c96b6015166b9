"""The two-level mechanism: an upper rule sells to groups, a lower rule shares what the winner pays among its members.

Source: "When Bidders Are DAOs", Definition 1, for any pair of rules; Mechanism 1 (§3.1, one item) and Mechanism 2 (§4.1,
additive values: an independent copy for each item) are the pair of critical bids and equal shares. Groups bid in the order in
which the instance lists them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from offchain.io.errors import InvalidInput
from offchain.model.instances.two_level import (
    AnyTwoLevel,
    LotOutcome,
    LotteryLot,
    TwoLevelInstance,
    TwoLevelLotteryInstance,
    TwoLevelLotteryOutcome,
    TwoLevelOutcome,
    lot_welfare,
    optimal_lot_welfare,
)
from offchain.model.mechanisms.approximate import total
from offchain.model.mechanisms.lower import EQUAL_SHARES, LowerRule, lower_of
from offchain.model.mechanisms.price_rule import PriceRule, exact
from offchain.model.mechanisms.upper import (
    Amount,
    CertainRule,
    DrawnLots,
    Sold,
    TooManyPricesError,
    UpperRule,
    check_listed,
    rule_of,
)

Charges = tuple[tuple[int | None, ...], ...]
"""What every member of every group pays, None if not served."""


@dataclass(frozen=True, slots=True)
class TwoLevel:
    """A two-level mechanism, by `compose`."""

    upper: UpperRule
    lower: LowerRule

    def chances(
        self, groups: Sequence[Sequence[int]], reserve: int
    ) -> list[tuple[Amount, Charges]]:
        """What all may have to pay for one lot, with which probability, of the bids of all groups' members."""
        group_bids = [self.lower.bid(group) for group in groups]
        nobody = [(None,) * len(group) for group in groups]
        found: list[tuple[Amount, Charges]] = []
        for chance, sold in self.upper.chances(group_bids, reserve):
            charges: list[tuple[int | None, ...]] = list(nobody)
            if sold.leader is not None:
                charges[sold.leader] = self.lower.split(groups[sold.leader], sold.price).charges
            found.append((chance, tuple(charges)))
        return found


def compose(upper: UpperRule, lower: LowerRule) -> TwoLevel:
    """The two-level mechanism of any two rules (Definition 1)."""
    return TwoLevel(upper, lower)


def mechanism_of(instance: AnyTwoLevel, rule: PriceRule = exact) -> TwoLevel:
    """The mechanism that an instance names. rule: the price rule, where bids are sealed."""
    if isinstance(instance, TwoLevelLotteryInstance):
        return compose(DrawnLots(instance.upper.delta), lower_of(instance.lower))
    return compose(rule_of(instance.upper, rule), lower_of(instance.lower))


def solve(instance: TwoLevelInstance, rule: PriceRule = exact) -> TwoLevelOutcome:
    """The outcome of the two-level mechanism, exact in integer units.

    rule: the price rule, where bids are sealed. O(items * members * log members), and `ascend` where they are open.
    """
    return solve_by(instance, rule_of(instance.upper, rule), lower_of(instance.lower))


def solve_by(instance: TwoLevelInstance, upper: CertainRule, lower: LowerRule) -> TwoLevelOutcome:
    """The same by other rules than the instance's own, which the outcome still names."""
    lots = tuple(sell_lot(instance, item, upper, lower) for item in range(instance.items))
    return TwoLevelOutcome(
        items=lots,
        payments=total_payments(instance, lots),
        welfare=sum(lot_welfare(instance, item, lot) for item, lot in enumerate(lots)),
        optimal_welfare=sum(optimal_lot_welfare(instance, item) for item in range(instance.items)),
        upper=instance.upper,
        lower=instance.lower,
    )


def solve_lot(instance: TwoLevelInstance, item: int, rule: PriceRule = exact) -> LotOutcome:
    """The outcome of one item on its own; a group that bids 0 does not bid."""
    return sell_lot(instance, item, rule_of(instance.upper, rule), lower_of(instance.lower))


def sell_lot(
    instance: TwoLevelInstance, item: int, upper: CertainRule, lower: LowerRule = EQUAL_SHARES
) -> LotOutcome:
    """The same by other rules than the instance's own."""
    group_bids = bids_of_groups(instance, item, lower)
    sold = upper.sell(tuple(group_bids.values()), instance.reserves[item])
    return lot_of(instance, item, sold, group_bids, lower)


def bids_of_groups(instance: AnyTwoLevel, item: int, lower: LowerRule) -> dict[str, int]:
    """What every group bids for an item, by name."""
    return {group.name: lower.bid(group.bids_on(item)) for group in instance.groups}


def lot_of(
    instance: AnyTwoLevel,
    item: int,
    sold: Sold,
    group_bids: dict[str, int],
    lower: LowerRule,
) -> LotOutcome:
    """The lot that is sold so, with what the winner's members pay by the lower rule."""
    if sold.leader is None:
        return LotOutcome(winner=None, price=0, share=0, paid=0, served=(), group_bids=group_bids)
    winner = instance.groups[sold.leader]
    split = lower.split(winner.bids_on(item), sold.price)
    charges = {
        member.name: charge
        for member, charge in zip(winner.members, split.charges, strict=True)
        if charge is not None
    }
    return LotOutcome(
        winner=winner.name,
        price=sold.price,
        share=split.share or 0,
        paid=split.paid,
        served=tuple(charges),
        group_bids=group_bids,
        charges=charges if split.share is None else None,
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
                payments[lot.winner][member] += lot.charge(member)
    return payments


def solve_lottery(instance: TwoLevelLotteryInstance) -> TwoLevelLotteryOutcome:
    """Every outcome of the two-level mechanism under a lottery, with its probability; payments and welfare are expected.

    Raises InvalidInput if a group bids too much to list all prices. O(items * groups * prices) probabilities.
    """
    lots = tuple(_draw_lot(instance, item) for item in range(instance.items))
    return TwoLevelLotteryOutcome(
        items=lots,
        payments=_expected_payments(instance, lots),
        welfare=total(
            chance * lot_welfare(instance, item, sold)
            for item, lot in enumerate(lots)
            for chance, sold in lot.chances
        ),
        optimal_welfare=sum(optimal_lot_welfare(instance, item) for item in range(instance.items)),
        upper=instance.upper,
        lower=instance.lower,
    )


def check_prices(instance: TwoLevelLotteryInstance) -> None:
    """Raises TooManyPricesError if a group bids too much to list all prices."""
    for item, reserve in enumerate(instance.reserves):
        group_bids = bids_of_groups(instance, item, lower_of(instance.lower))
        check_listed(tuple(group_bids.values()), reserve)


def _draw_lot(instance: TwoLevelLotteryInstance, item: int) -> LotteryLot:
    mechanism = mechanism_of(instance)
    group_bids = bids_of_groups(instance, item, mechanism.lower)
    try:
        drawn = mechanism.upper.chances(tuple(group_bids.values()), instance.reserves[item])
    except TooManyPricesError as error:
        raise InvalidInput(f"groups[{error.place}]: {error}") from error
    chances = [
        (Fraction(chance), lot_of(instance, item, sold, group_bids, mechanism.lower))
        for chance, sold in drawn
    ]
    chances.sort(key=lambda one: (-one[0], one[1].winner or "", one[1].price))
    return LotteryLot(tuple(chances), group_bids)


def _expected_payments(
    instance: TwoLevelLotteryInstance, lots: tuple[LotteryLot, ...]
) -> dict[str, dict[str, Fraction]]:
    parts: dict[tuple[str, str], list[Fraction]] = {
        (group.name, member.name): [] for group in instance.groups for member in group.members
    }
    for chance, lot in chain.from_iterable(drawn.chances for drawn in lots):
        if lot.winner is not None:
            for member in lot.served:
                parts[lot.winner, member].append(chance * lot.charge(member))
    return {
        group.name: {member.name: total(parts[group.name, member.name]) for member in group.members}
        for group in instance.groups
    }
