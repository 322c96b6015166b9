"""The kinds of instances, a row each: how they are read, what their reference models do, and what is checked of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeAlias, TypeVar

from offchain.io.fields import Field
from offchain.model.checks import approximate as check_approximate
from offchain.model.checks import approximate_groups as check_groups
from offchain.model.checks import resilient as check_resilient
from offchain.model.checks import signals as check_signals
from offchain.model.checks import two_level as check_two_level
from offchain.model.checks import two_level_lottery as check_lottery
from offchain.model.checks import universal_signals as check_universal
from offchain.model.checks import vcg as check_vcg
from offchain.model.checks.finding import Finding
from offchain.model.instances import (
    approximate,
    monotone_signals,
    resilient,
    signal_clock,
    two_level,
    universal_signals,
    vcg,
)
from offchain.model.instances.approximate import ApproximateGroupsInstance, ApproximateInstance
from offchain.model.instances.instance import Instance, Outcome
from offchain.model.instances.monotone_signals import MonotoneSignalsInstance
from offchain.model.instances.resilient import ResilientInstance
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.two_level import TwoLevelInstance, TwoLevelLotteryInstance
from offchain.model.instances.universal_signals import UniversalSignalsInstance
from offchain.model.instances.vcg import VcgInstance
from offchain.model.mechanisms import approximate as solve_approximate
from offchain.model.mechanisms import approximate_groups as solve_groups
from offchain.model.mechanisms import monotone_allocation as solve_monotone
from offchain.model.mechanisms import resilient as solve_resilient
from offchain.model.mechanisms import signal_discovery as solve_clock
from offchain.model.mechanisms import two_level as solve_two_level
from offchain.model.mechanisms import universal_allocation as solve_universal
from offchain.model.mechanisms import vcg as solve_vcg
from offchain.model.mechanisms.price_rule import PriceRule, exact
from offchain.model.mechanisms.upper import TooManyPricesError

_I = TypeVar("_I", bound=Instance)
Tell: TypeAlias = Callable[[str], None] | None
"""Who hears in words, before it is done, that a distribution is sampled rather than worked out, or that a solver is
asked about many bids."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[_I]):
    """What is done with instances of one type.

    read: of the object in a file with the type's "mechanism"; types with the same one share it. check: takes also the price
    rule and the largest bid of the deviation search, for mechanisms that have them.
    """

    type: type[_I]
    read: Callable[[Field], Instance]
    solve: Callable[[_I, Tell], Outcome]
    check: Callable[[_I, PriceRule, int | None, Tell], list[Finding]]

    @property
    def name(self) -> str:
        """As instance files call it."""
        return self.type.mechanism


def _read_two_level(field: Field) -> Instance:
    """A lottery over too many prices is refused with all else that is wrong in a file, before anything is solved."""
    instance = two_level.read(field)
    if isinstance(instance, TwoLevelLotteryInstance):
        try:
            solve_two_level.check_prices(instance)
        except TooManyPricesError as error:
            field.members()["groups"].entries()[error.place].fail(str(error))
    return instance


KINDS: Final = (
    Kind(
        TwoLevelInstance,
        _read_two_level,
        lambda one, tell: solve_two_level.solve(one),
        lambda one, rule, grid, tell: check_two_level.check(one, rule, grid),
    ),
    Kind(
        TwoLevelLotteryInstance,
        _read_two_level,
        lambda one, tell: solve_two_level.solve_lottery(one),
        lambda one, rule, grid, tell: check_lottery.check(one, grid),
    ),
    Kind(
        SignalClockInstance,
        signal_clock.read,
        solve_clock.solve,
        lambda one, rule, grid, tell: check_signals.check_signal_clock(one, tell),
    ),
    Kind(
        MonotoneSignalsInstance,
        monotone_signals.read,
        lambda one, tell: solve_monotone.solve(one),
        lambda one, rule, grid, tell: check_signals.check_monotone_signals(one),
    ),
    Kind(
        UniversalSignalsInstance,
        universal_signals.read,
        lambda one, tell: solve_universal.solve(one),
        lambda one, rule, grid, tell: check_universal.check_universal_signals(one),
    ),
    Kind(
        VcgInstance,
        vcg.read,
        solve_vcg.solve,
        lambda one, rule, grid, tell: check_vcg.check(one, grid, tell),
    ),
    Kind(
        ResilientInstance,
        resilient.read,
        lambda one, tell: solve_resilient.solve(one),
        lambda one, rule, grid, tell: check_resilient.check(one),
    ),
    Kind(
        ApproximateInstance,
        approximate.read,
        lambda one, tell: solve_approximate.solve(one),
        lambda one, rule, grid, tell: check_approximate.check(one, grid),
    ),
    Kind(
        ApproximateGroupsInstance,
        approximate.read,
        lambda one, tell: solve_groups.solve(one),
        lambda one, rule, grid, tell: check_groups.check(one, grid),
    ),
)
"""The table, in the order in which messages list the kinds. Its type is left to be found, so that each row is held to its own."""

READERS: Final[Mapping[str, Callable[[Field], Instance]]] = MappingProxyType(
    {kind.name: kind.read for kind in KINDS}
)
"""How to read an instance, by its "mechanism"."""
_BY_TYPE: Final[Mapping[type, Kind[Any]]] = MappingProxyType({kind.type: kind for kind in KINDS})


def solve(instance: Instance, tell: Tell = None) -> Outcome:
    """The outcome of an instance of any kind, by its reference model. tell: as `Tell` says."""
    return _BY_TYPE[type(instance)].solve(instance, tell)


def check_reference(
    instance: Instance, rule: PriceRule = exact, grid: int | None = None, tell: Tell = None
) -> list[Finding]:
    """All findings on an instance, as its reference model solves it.

    rule, grid: the price rule and the largest bid of the deviation search, for mechanisms that have
    them. tell: as `Tell` says.
    """
    return _BY_TYPE[type(instance)].check(instance, rule, grid, tell)
