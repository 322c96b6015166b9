"""Instances whose upper rule is that of others' houses, played at such houses: each item in an auction at a house of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from offchain.chain.backend import Chain
from offchain.houses.nouns import NOUNS_TERMS
from offchain.locks.local_beacon import new_beacon
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance, TwoLevelOutcome
from offchain.play.ascending import AscendingStage, house_terms, shortest_auction
from offchain.play.behaviour import STRAIGHT
from offchain.play.limits import check_ascending, percent_of
from offchain.play.outcomes import outcome_of

_Gas: TypeAlias = Mapping[str, int]
"""By step, and in total."""


class HouseAuctions:
    """Plays instances one after another on a chain; every item gets a new house, and every group there a new DAO."""

    def __init__(self, chain: Chain, phase_seconds: int = 3_600) -> None:
        """`phase_seconds`: how long reveal and tally last each; bidding has what they leave of the house's auction."""
        self._chain, self._seconds = chain, phase_seconds
        self._beacon = new_beacon(genesis=chain.now(), clock=chain.now)

    def play(self, instance: TwoLevelInstance) -> TwoLevelOutcome:
        """Plays `instance`, every group as a DAO, and reads its outcome off the chain, with the gas used by step.

        `ChainError` if a transaction fails, or if money or an item went astray; `InvalidInput` if the instance does not fit
        (`check_ascending`).
        """
        check_ascending(instance)
        percent = percent_of(instance.upper)
        sold = [self._sell(only(instance, item), percent) for item in range(instance.items)]
        lots = tuple(lot for one, _ in sold for lot in one.items)
        payments = _paid_in_all([one.payments for one, _ in sold])
        return outcome_of(instance, lots, payments, _used_in_all([gas for _, gas in sold]))

    def _sell(self, instance: TwoLevelInstance, percent: int) -> tuple[TwoLevelOutcome, _Gas]:
        """The outcome of an instance of one item, and the gas used for it."""
        terms = house_terms(self._chain, self._seconds, instance.reserves[0], percent)
        stage = AscendingStage(self._chain, self._seconds, terms, beacon=self._beacon)
        return stage.play(instance, STRAIGHT, (), {}).outcome, stage.gas


def seconds_of(instance: TwoLevelInstance, phase_seconds: int) -> int:
    """How long an instance takes at most where time is real, but for its transactions."""
    return instance.items * (shortest_auction(phase_seconds) + NOUNS_TERMS.buffer)


def only(instance: TwoLevelInstance, item: int) -> TwoLevelInstance:
    """The instance that sells one of its items alone."""

    def group_of(group: Group) -> Group:
        members = (
            Member(one.name, (one.bids[item],), (one.values[item],)) for one in group.members
        )
        return replace(group, members=tuple(members))

    return replace(
        instance,
        items=1,
        reserves=(instance.reserves[item],),
        groups=tuple(map(group_of, instance.groups)),
    )


def _paid_in_all(payments: Sequence[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """What every member of every group pays for all items."""
    return {
        group: {name: sum(one[group][name] for one in payments) for name in members}
        for group, members in payments[0].items()
    }


def _used_in_all(gas: Sequence[_Gas]) -> dict[str, int]:
    """The gas for all items; the total comes last."""
    used: Counter[str] = Counter()
    for one in gas:
        used.update(one)
    total = used.pop("total")
    return {**used, "total": total}
