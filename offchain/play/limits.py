"""What instances the contracts can hold, and a chain can be asked to play: all others are refused before anything is sent."""

from math import prod
from typing import Final

from offchain.bindings.announcements import MOST_EPSILON
from offchain.bindings.constants import (
    MOST_PLAYERS,
    Announcements,
    Goods,
    SignalClockAuction,
    TabledAuction,
    UniversalAuction,
)
from offchain.bindings.draw_proofs import TERM_LIMIT
from offchain.bindings.entries import MOST_AMOUNT
from offchain.io.errors import InvalidInput
from offchain.io.fields import fraction_text, show
from offchain.model.instances.approximate import ApproximateGroupsInstance, ApproximateInstance
from offchain.model.instances.resilient import ResilientInstance
from offchain.model.instances.rules import CRITICAL_BID, DEFAULT_LOWER, Ascending, Upper
from offchain.model.instances.signal_clock import SignalClockInstance, shape
from offchain.model.instances.signals import Rule, SignalInstance, type_counts
from offchain.model.instances.two_level import BID_LIMIT, AnyTwoLevel, Group, TwoLevelInstance
from offchain.model.instances.universal_signals import UniversalSignalsInstance
from offchain.model.mechanisms.signal_discovery import DRAWS_LIMIT as COUNTED
from offchain.model.mechanisms.signal_discovery import TooManyDrawsError, draws_needed
from offchain.play.colours import marks_of
from offchain.play.universal_tables import kinds_of, size

MOST_SIGNALS: Final = (TabledAuction.MOST_VALUES + 1) // 2
"""With which the table of two bidders is as long as the contract takes one."""
DRAWS_LIMIT: Final = 1_000
"""How many draws of a bidder a chain is asked to make for one instance: some seconds on revm, some minutes on Ganache."""


def check_two_level(instance: AnyTwoLevel) -> None:
    """Raises InvalidInput unless the auctioneer and its DAOs have the rules. All else that a file can hold, they can."""
    if instance.upper != CRITICAL_BID:
        raise InvalidInput(
            f"upper: no contract sells by {instance.upper.name}; the auctioneer does by {CRITICAL_BID.name}, others' houses by"
            f" {Ascending.name} auctions"
        )
    check_lower(instance)


def check_lower(instance: AnyTwoLevel) -> None:
    """Raises InvalidInput unless DAOs have the lower rule."""
    if instance.lower != DEFAULT_LOWER:
        raise InvalidInput(
            f"lower: no contract has {instance.lower.value}; DAOs share by {DEFAULT_LOWER.value}"
        )


def check_ascending(instance: TwoLevelInstance) -> None:
    """Raises InvalidInput, naming the field, if no house has the increment, or a DAO cannot lend what its members can pay."""
    percent_of(instance.upper)
    check_lower(instance)
    for place, group in enumerate(instance.groups):
        for item in range(instance.items):
            which = f", item {item}" if instance.items > 1 else ""
            _check_group(f"groups[{place}]{which}", group, item)


def percent_of(upper: Upper) -> int:
    """The increment in percent, of a rule that a house has. Raises InvalidInput, naming the field, for any other."""
    if not isinstance(upper, Ascending):
        raise InvalidInput(f"upper: houses sell by {Ascending.name} auctions, not by {upper.name}")
    increment = upper.increment
    percent = 100 * increment
    if isinstance(increment, int):
        found = f"{increment} units"
    elif percent.denominator == 1 and 1 <= percent <= 100:
        return int(percent)
    else:
        found = fraction_text(increment)
    raise InvalidInput(
        f"upper.{Ascending.name}: an increment of {found}; a house has one of whole percents of the amount that leads, "
        '"1/100" to "100/100"'
    )


def check_approximate(instance: ApproximateInstance | ApproximateGroupsInstance) -> None:
    """Raises InvalidInput, naming the field, if an instance does not fit the contract."""
    denominator = instance.delta.denominator
    if denominator >= TERM_LIMIT:
        raise InvalidInput(
            f"delta: denominator: {denominator} is more than the contract holds, "
            f"which is {TERM_LIMIT - 1}"
        )
    if isinstance(instance, ApproximateInstance):
        field, players = "bids", len(instance.bids)
    else:
        field, players = "groups", len(instance.groups)
        for place, group in enumerate(instance.groups):
            _check_group(f"groups[{place}]", group)
    if players > MOST_PLAYERS:
        raise InvalidInput(
            f"{field}: {players} players are more than the contract holds, which is {MOST_PLAYERS}"
        )


def _check_group(path: str, group: Group, item: int = 0) -> None:
    """The contract keeps 64 bits of what a DAO bids: the most that its members can pay in equal shares."""
    ranked = enumerate(sorted(group.bids_on(item), reverse=True), start=1)
    bid = max(rank * amount for rank, amount in ranked)
    if bid > BID_LIMIT:
        raise InvalidInput(
            f"{path}: its members can pay {bid} together, more than the contract holds, "
            "which is 2^64-1"
        )


def check_resilient(instance: ResilientInstance) -> None:
    """Raises InvalidInput, naming the field and its value, if the contract's fields are too narrow for an instance."""
    _at_most("epsilon: denominator", instance.epsilon.denominator, MOST_EPSILON)
    _at_most("goods", len(instance.goods), Goods.MOST)
    announced = [(player.name, player.offer) for player in instance.players]
    for name, offers in (*announced, ("the seller", instance.seller)):
        _at_most(f"offers of {name}", len(offers), Announcements.MOST_OFFERS)
        _at_most(f"prices of {name} together", sum(o.price for o in offers), MOST_AMOUNT)


def _at_most(what: str, found: int, most: int) -> None:
    if found > most:
        raise InvalidInput(f"{what}: {found} is more than the contracts hold, which is {most}")


def check_signal_clock(instance: SignalClockInstance) -> None:
    """Raises InvalidInput, naming the field, if an instance cannot be solved on a chain. O(draws), at most some seconds."""
    _check_tables(instance)
    try:
        draws = draws_needed(instance, COUNTED)
    except TooManyDrawsError:
        many = f"more than {COUNTED:,}"
    else:
        if draws <= DRAWS_LIMIT:
            return
        many = f"{draws:,}"
    raise InvalidInput(f"bidders: {many} draws, and a chain is asked for {DRAWS_LIMIT:,}")


def check_universal(instance: UniversalSignalsInstance) -> None:
    """Raises InvalidInput, naming the field, if an instance does not fit the contract. O(entries * bidders)."""
    most = UniversalAuction
    if instance.rule is not Rule.WELFARE:
        raise InvalidInput(
            f"rule: {instance.rule.value} draws a price, too; the contract has {Rule.WELFARE.value}"
        )
    if instance.signals > most.MOST_SIGNALS:
        raise InvalidInput(
            f"signals: {instance.signals}, and the contract takes {most.MOST_SIGNALS}"
        )
    marks = marks_of(instance)
    if marks is not None and (not marks.group.is_cyclic or marks.pair):
        raise InvalidInput(
            f"bidders: the marks of {len(instance.types)} types of {instance.signals} signals are in no cyclic group, and the"
            " contract takes no others"
        )
    kinds = kinds_of(instance)
    types, largest = max(kinds) + 1, most.MOST_SIDES // (instance.signals - 1)
    if types > largest:
        each = "" if types == len(instance.types) else ", as values tell bidders of a type apart"
        raise InvalidInput(
            f"types: {types} types of {instance.signals} signals{each}, and the contract takes {largest}"
        )
    _check_counts(instance)
    _check_size(size(kinds, instance.signals))


def _check_tables(instance: SignalClockInstance) -> None:
    most = SignalClockAuction.MOST_TYPES
    if len(instance.types) > most:
        raise InvalidInput(f"types: {len(instance.types)} types, and the contract takes {most}")
    _check_counts(instance)
    kinds = [bidder.type for bidder in instance.bidders]
    _check_size(prod(shape(instance.signals, instance.types, kinds)))
    # with several bidders the tables say so first
    if instance.signals > MOST_SIGNALS:
        raise InvalidInput(
            f"signals: {instance.signals:,}, and the contract takes {MOST_SIGNALS:,}"
        )


def _check_counts(instance: SignalInstance) -> None:
    most = TabledAuction.MOST_OF_A_TYPE
    kinds = [bidder.type for bidder in instance.bidders]
    for name, count in zip(instance.types, type_counts(instance.types, kinds), strict=True):
        if count > most:
            raise InvalidInput(
                f"bidders: {count} of type {show(name)}, and the contract takes {most} of a type"
            )


def _check_size(size: int) -> None:
    most = TabledAuction.MOST_VALUES
    if size > most:
        raise InvalidInput(f"bidders: tables of {size:,} values, and the contract takes {most:,}")
