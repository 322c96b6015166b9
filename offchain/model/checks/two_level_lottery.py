"""The properties of a two-level mechanism whose upper rule is a lottery, on one instance and all that may come of it.

Source: as `two_level` and `approximate_groups`. Payments hold for every outcome of the draw; truth and welfare are in
expectation over it. Amounts are integers in units, or fractions.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain

from offchain.model.checks.approximate import about
from offchain.model.checks.coalitions import NAME, Place, group_strategyproofness
from offchain.model.checks.deviations import Seat, find_deviation, seats
from offchain.model.checks.finding import Finding, Verdict
from offchain.model.checks.lies import around, different
from offchain.model.checks.two_level import (
    TRUTHFUL,
    budget_balance,
    equal_treatment,
    harmonic,
    individual_rationality,
    untruthful_member,
)
from offchain.model.instances.two_level import (
    BID_LIMIT,
    TwoLevelInstance,
    TwoLevelLotteryInstance,
    TwoLevelLotteryOutcome,
    TwoLevelOutcome,
    lot_welfare,
    optimal_lot_welfare,
)
from offchain.model.mechanisms.approximate import probabilistic_guarantee, total
from offchain.model.mechanisms.lower import lower_of
from offchain.model.mechanisms.two_level import mechanism_of, solve_lottery, total_payments
from offchain.model.mechanisms.upper import TooManyPricesError

GRID_LIMIT = 64
"""Every bid is tried up to one above the largest amount, or up to this."""

WORK_LIMIT = 20_000
"""How many probabilities each search may work out (a second or two); beyond, it tries fewer lies, or none and says so."""


def check(instance: TwoLevelLotteryInstance, grid: int | None = None) -> list[Finding]:
    """All findings on all that may come of the instance. grid: the largest bid that is tried of every member."""
    outcome = solve_lottery(instance)
    return [
        *(in_every_outcome(instance, outcome, one) for one in PROPERTIES),
        welfare_ratio(instance, outcome),
        found("incentive compatibility", lambda: incentive_compatibility(instance, grid)),
        found(NAME, lambda: coalitions(instance)),
    ]


def found(name: str, search: Callable[[], Finding]) -> Finding:
    """What a search finds; that it is not made, where a lie that it tries has too many prices to work a lottery out for."""
    try:
        return search()
    except TooManyPricesError:
        return not_searched(name)


def not_searched(name: str) -> Finding:
    """What is said of a property where a search would take too long."""
    return Finding(name, Verdict.NOT_CLAIMED, "not searched: too many members, or prices")


Property = Callable[[TwoLevelInstance, TwoLevelOutcome], Finding]
PROPERTIES: tuple[Property, ...] = (budget_balance, individual_rationality, equal_treatment)
"""What is to hold whatever is drawn."""


def in_every_outcome(
    instance: TwoLevelLotteryInstance, outcome: TwoLevelLotteryOutcome, holds: Property
) -> Finding:
    """The property of every sale that may come of every item; the first that has it not, if there is one."""
    count = 0
    for item, drawn in enumerate(outcome.items):
        alone = _one_item(instance, item)
        for _, lot in drawn.chances:
            lots = (lot,)
            sold = TwoLevelOutcome(lots, total_payments(alone, lots), 0, 0, lower=instance.lower)
            finding = holds(alone, sold)
            if finding.verdict is not Verdict.HOLDS:
                where = f"item {item}, if {lot.winner} gets it for {lot.price}"
                return replace(
                    finding, detail=f"{where}: {finding.detail.removeprefix('item 0: ')}"
                )
            count += 1
    return Finding(finding.name, Verdict.HOLDS, f"whatever is drawn, {count} outcomes")


def _one_item(instance: TwoLevelLotteryInstance, item: int) -> TwoLevelInstance:
    groups = tuple(
        replace(
            group,
            members=tuple(
                replace(m, bids=(m.bids[item],), values=(m.values[item],)) for m in group.members
            ),
        )
        for group in instance.groups
    )
    return TwoLevelInstance(1, (instance.reserves[item],), groups, lower=instance.lower)


def welfare_ratio(instance: TwoLevelLotteryInstance, outcome: TwoLevelLotteryOutcome) -> Finding:
    """Expected welfare is at least r + (1-r)/n of the maximum, for n groups that bid the reserve; over H_l under equal shares.

    r = ((1-delta)/(1+delta))^2. Claimed where all bid their values. Theorem 4 of the lottery for what the groups bid: the sum of
    the values, or under equal shares at least that over H_l (Lemma 4). An item whose reserve nobody can pay is left out.
    """
    name = "welfare ratio"
    liar = untruthful_member(instance)
    if liar is not None:
        return Finding(name, Verdict.NOT_CLAIMED, f"{liar}, and the bound is for truthful bids")
    size = max(len(group.members) for group in instance.groups)
    divisor = Fraction(1) if lower_of(instance.lower).serves_all else harmonic(size)

    def counterexample() -> str | None:
        for item, lot in enumerate(outcome.items):
            playing = sum(bid >= instance.reserves[item] for bid in lot.group_bids.values())
            if not playing:
                continue
            expected = total(
                chance * lot_welfare(instance, item, one) for chance, one in lot.chances
            )
            optimum = optimal_lot_welfare(instance, item)
            bound = probabilistic_guarantee(instance.upper.delta, playing) / divisor
            if expected < bound * optimum:
                return f"item {item}: {about(expected)} expected of {optimum}, below {about(bound)} of it"
        return None

    expected = f"{about(outcome.welfare)} expected of {outcome.optimal_welfare}"
    over = "" if divisor == 1 else f", over H_{size}"
    return Finding.of(
        name,
        counterexample(),
        f"{expected}, at least r + (1-r)/n of it{over}, all bids being true, each in one group",
    )


def incentive_compatibility(instance: TwoLevelLotteryInstance, grid: int | None) -> Finding:
    """No member expects more from another bid than from the value: each of 0 to `grid`, or of those around the amounts."""
    name = "incentive compatibility"
    rule = mechanism_of(instance).upper
    places = list(seats(instance))
    most = WORK_LIMIT // (len(places) * _prices(instance))
    if most < 3:
        return not_searched(name)
    tried = 0

    def bids(seat: Seat) -> Iterator[int]:
        nonlocal tried
        for bid in _lies(seat, GRID_LIMIT if grid is None else grid, most):
            tried += 1
            yield bid

    deviation = find_deviation(places, bids, rule)
    claim = (
        f"{rule.truth_is_best}, one address in one group: "
        if instance.lower in TRUTHFUL
        else "not promised; "
    )
    return Finding.of(
        name,
        None if deviation is None else str(deviation),
        f"{claim}no better bid among {tried} tried, every member on every item",
    )


def coalitions(instance: TwoLevelLotteryInstance) -> Finding:
    """No coalition expects more from a joint lie on an item; which is not so, in general, of any lottery over bids."""
    known = {(seat.item, seat.index, seat.bid, seat.value): seat for seat in seats(instance)}

    def critical(item: int, place: Place) -> Iterator[int]:
        group, member = place
        one = instance.groups[group].members[member]
        seat = known[item, group, one.bids[item], one.values[item]]
        return _lies(seat, GRID_LIMIT, GRID_LIMIT)

    size = len(instance.groups) + sum(len(group.members) for group in instance.groups)
    work = size * WORK_LIMIT // _prices(instance)
    return group_strategyproofness(instance, mechanism_of(instance), critical, work)


def _lies(seat: Seat, grid: int, most: int) -> Iterator[int]:
    """Bids around the amounts there are, and the grid, so many at most."""
    amounts = (seat.value, 0, seat.value // 2, *seat.bids, *seat.group_bids, seat.reserve)
    every = different(chain(around(amounts), range(grid + 1)), min(BID_LIMIT, max(grid, *amounts)))
    return (bid for bid, _ in zip(every, range(most), strict=False))


def _prices(instance: TwoLevelLotteryInstance) -> int:
    """How many probabilities one play works out, for all items."""
    lower = lower_of(instance.lower)
    return instance.items + sum(
        lower.bid(group.bids_on(item))
        for group in instance.groups
        for item in range(instance.items)
    )
