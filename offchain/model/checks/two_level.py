"""The properties of the two-level mechanism, each as a check on one instance and outcome.

Source: "When Bidders Are DAOs", §2 for the properties, Theorems 2, 3 and 7 for the claims. The
first four read the outcome, wherever it comes from; the others ask the reference model what would
have happened. All amounts are integers in units.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, islice

from offchain.model.checks import ascending
from offchain.model.checks.coalitions import group_strategyproofness
from offchain.model.checks.deviations import (
    Seat,
    critical_bids,
    find_deviation,
    find_false_names,
    find_jump,
    find_unsovereign,
    seats,
)
from offchain.model.checks.finding import Finding, Verdict
from offchain.model.checks.lies import FALSE_NAMES, different
from offchain.model.checks.several_groups import several_groups
from offchain.model.instances.rules import Ascending, CriticalBid, FirstPrice, Lower, Posted
from offchain.model.instances.two_level import (
    BID_LIMIT,
    AnyTwoLevel,
    LotOutcome,
    TwoLevelInstance,
    TwoLevelOutcome,
    lot_welfare,
    optimal_lot_welfare,
)
from offchain.model.mechanisms.lower import lower_of
from offchain.model.mechanisms.price_rule import PriceRule, exact
from offchain.model.mechanisms.two_level import mechanism_of, solve, total_payments
from offchain.model.mechanisms.upper import CertainRule, rule_of

GRID_LIMIT = 64
"""The deviation search tries every bid up to one above the largest amount in the instance, or up to this."""

CRITICAL_LIMIT = 2_000
"""How many of its critical bids a member tries beside the grid."""

FEW = 40
"""The least that a member tries: its first critical bids; where all do not find the time, fewer members try so many."""

WORK_LIMIT = 4_000_000
"""How many bids each search may read (a few seconds); beyond, it tries fewer bids and members."""


def check(
    instance: TwoLevelInstance, rule: PriceRule = exact, grid: int | None = None
) -> list[Finding]:
    """All findings on the reference outcome of the instance, by its rules and the price rule.

    grid: the largest bid of the exhaustive deviation search; by default one above the largest
    amount in the instance, at most GRID_LIMIT.
    """
    places = list(seats(instance))
    upper = rule_of(instance.upper, rule)
    return [
        *check_outcome(instance, solve(instance, rule)),
        consumer_sovereignty(places, upper),
        semi_continuity(places, upper),
        incentive_compatibility(
            places, upper, default_grid(instance) if grid is None else grid, instance.lower
        ),
        coalitions(instance, places, upper, rule),
        false_names(places, upper),
        *several_groups(instance, rule),
        *unclaimed(instance, places),
    ]


def unclaimed(instance: TwoLevelInstance, places: Sequence[Seat]) -> list[Finding]:
    """What the upper rule leaves open, beside what no theorem excludes under any."""
    match instance.upper:
        case CriticalBid() | FirstPrice() | Posted():
            return []
        case Ascending(increment):
            sample = affordable(places, FEW)
            return [ascending.seen_limits(sample, increment, FEW, searched(sample, places))]


Told = Callable[[int], str]
"""How an amount in units is written."""
in_units: Told = "{:,}".format


def check_outcome(
    instance: TwoLevelInstance, outcome: TwoLevelOutcome, amount: Told = in_units
) -> list[Finding]:
    """The findings that need nothing but an outcome, whether from the reference model or from a chain.

    amount: how those are written that are told where a property holds.
    """
    findings = [
        budget_balance(instance, outcome, amount),
        individual_rationality(instance, outcome),
        equal_treatment(instance, outcome),
        welfare_ratio(instance, outcome, amount),
    ]
    match instance.upper:
        case CriticalBid() | FirstPrice() | Posted():
            return findings
        case Ascending(increment):
            return [*findings, *ascending.check_outcome(instance, outcome, increment)]


def default_grid(instance: TwoLevelInstance) -> int:
    """One above the largest bid or value of the instance, at most GRID_LIMIT."""
    largest = max(max(*m.bids, *m.values) for group in instance.groups for m in group.members)
    return min(largest + 1, GRID_LIMIT)


def budget_balance(
    instance: TwoLevelInstance, outcome: TwoLevelOutcome, amount: Told = in_units
) -> Finding:
    """The shares are exactly what the group pays, and cover its price with less than a unit each to spare.

    Per item: paid is the sum of what the T served are charged, T * share where that is equal, and
    price <= paid < price + T (all 0 if unsold). Per member: the payments are the charges of the items on
    which the member is served, and nothing else.
    """

    def counterexample() -> str | None:
        for item, lot in enumerate(outcome.items):
            served = len(lot.served)
            if lot.winner is None and (lot.price, lot.share, lot.paid, served) != (0, 0, 0, 0):
                return f"item {item}: unsold, yet at price {lot.price} with {served} served"
            if lot.charges is None and lot.paid != served * lot.share:
                return f"item {item}: {served} shares of {lot.share} are not the {lot.paid} paid"
            if lot.paid != (charged := sum(map(lot.charge, lot.served))):
                return f"item {item}: charges of {charged} are not the {lot.paid} paid"
            if lot.winner is not None and not 0 < lot.price <= lot.paid < lot.price + served:
                return f"item {item}: {lot.paid} paid for a price of {lot.price}, {served} served"
        for group, shares in total_payments(instance, outcome.items).items():
            for member, owed in shares.items():
                paid = outcome.payments[group][member]
                if paid != owed:
                    return f"{member} of {group} pays {paid}, but the shares are {owed}"
        return None

    paid = sum(lot.paid for lot in outcome.items)
    over = paid - sum(lot.price for lot in outcome.items)
    return Finding.of(
        "budget balance",
        counterexample(),
        f"{amount(paid)} paid, {amount(over)} of it from rounding up",
    )


def individual_rationality(instance: TwoLevelInstance, outcome: TwoLevelOutcome) -> Finding:
    """Nobody pays more than their bid: not on any item, nor in all for the items they are served on."""

    def counterexample() -> str | None:
        limits = {group.name: {m.name: 0 for m in group.members} for group in instance.groups}
        for item, lot in enumerate(outcome.items):
            for member, bid in served_bids(instance, item, lot):
                if lot.charge(member) > bid:
                    return f"item {item}: {member} of {lot.winner} bids {bid} and pays {lot.charge(member)}"
                limits[str(lot.winner)][member] += bid
        for group, members in limits.items():
            for member, limit in members.items():
                paid = outcome.payments[group][member]
                if paid > limit:
                    return f"{member} of {group} pays {paid} for items they bid {limit} on"
        return None

    served = sum(len(lot.served) for lot in outcome.items)
    return Finding.of(
        "individual rationality", counterexample(), f"every share is within the bid, {served} paid"
    )


def equal_treatment(instance: TwoLevelInstance, outcome: TwoLevelOutcome) -> Finding:
    """Members of one group with equal bids on an item are both served or both not, and pay the same."""

    def counterexample() -> str | None:
        for item, lot in enumerate(outcome.items):
            if lot.winner is None:
                continue
            served = frozenset(lot.served)
            example: dict[int, str] = {}
            for member in instance.group(lot.winner).members:
                bid = member.bids[item]
                other = example.setdefault(bid, member.name)
                if (other in served) != (member.name in served):
                    yes, no = (other, member.name) if other in served else (member.name, other)
                    return f"item {item}: {yes} and {no} of {lot.winner} bid {bid}, only {yes} is served"
                if member.name in served and lot.charge(other) != lot.charge(member.name):
                    return f"item {item}: {other} and {member.name} of {lot.winner} bid {bid} and pay different amounts"
        return None

    return Finding.of("equal treatment", counterexample(), "equal bids, equal access and share")


def welfare_ratio(
    instance: TwoLevelInstance, outcome: TwoLevelOutcome, amount: Told = in_units
) -> Finding:
    """The optimum is at most H_l times the welfare, l being the size of the largest group (Theorem 3).

    Claimed if every bid is the member's value. Then, on an item that is sold, the optimum is at
    most H_l times its welfare, whatever the reserve; on an item that is not, every group's
    willingness to pay is below the reserve, so that the optimum is at most H_l * (reserve - 1):
    with the reserve at 1 it is 0. The outcome's sums over all items must be those of the items.
    In open bids a group that can pay less than an increment above the price may lose, so that there
    it is H_l times the most that is below the least bid over the welfare. Where a group bids the sum of
    its members' bids and serves them all, 1 stands for H_l. A posted price has no bound.
    """
    name = "welfare ratio"
    liar = untruthful_member(instance)
    if liar is not None:
        return Finding(name, Verdict.NOT_CLAIMED, f"{liar}, and the bound is for truthful bids")
    figures = f"welfare {amount(outcome.welfare)}, optimum {amount(outcome.optimal_welfare)}"
    if isinstance(instance.upper, Posted):
        detail = f"{figures}: whoever comes first and can pay the price has the lot, so there is no bound"
        return Finding(name, Verdict.NOT_CLAIMED, detail)
    size = max(len(group.members) for group in instance.groups)
    whole = lower_of(instance.lower).serves_all
    bound = Fraction(1) if whole else harmonic(size)
    beyond, promised = ("it", "that") if whole else (f"H_{size}", harmonic_text(size))
    upper = rule_of(instance.upper)
    slack = " and an increment" if isinstance(instance.upper, Ascending) else ""

    def counterexample() -> str | None:
        for item, lot in enumerate(outcome.items):
            optimum = optimal_lot_welfare(instance, item)
            welfare = lot_welfare(instance, item, lot)
            if lot.winner is not None and optimum > bound * (upper.over(welfare) - 1):
                return f"item {item}: welfare {welfare}, optimum {optimum}, beyond {beyond}{slack}"
            reserve = instance.reserves[item]
            if lot.winner is None and optimum > bound * (reserve - 1):
                return (
                    f"item {item}: unsold at reserve {reserve}, optimum {optimum}, beyond {beyond}"
                )
        welfare = sum(lot_welfare(instance, item, lot) for item, lot in enumerate(outcome.items))
        if outcome.welfare != welfare:
            return f"the items' welfare is {welfare}, not {outcome.welfare}"
        optimum = sum(optimal_lot_welfare(instance, item) for item in range(instance.items))
        if outcome.optimal_welfare != optimum:
            return f"the items' optimal welfare is {optimum}, not {outcome.optimal_welfare}"
        return None

    factor = f"{promised}{slack}" if whole else f"{promised}{slack} times as much"
    lots = zip(outcome.items, instance.reserves, strict=True)
    kept = any(lot.winner is None and reserve > 1 for lot, reserve in lots)
    unsold = " (unsold: as the reserve less a unit)" if kept else ""
    return Finding.of(
        name,
        counterexample(),
        f"{figures}, at most {factor}{unsold}, all bids being true, each in one group",
    )


def consumer_sovereignty(places: Sequence[Seat], rule: CertainRule) -> Finding:
    """Every member is served on every item when bidding high enough (§2)."""
    sample = affordable(places, evaluations=1)
    seat = find_unsovereign(sample, rule)
    counterexample = (
        None if seat is None else f"{seat.member} of {seat.group} cannot get item {seat.item}"
    )
    return Finding.of(
        "consumer sovereignty",
        counterexample,
        f"a high enough bid is served; {searched(sample, places)}",
    )


def semi_continuity(places: Sequence[Seat], rule: CertainRule) -> Finding:
    """Whether a member that is served at every bid slightly higher than theirs is served at theirs (§2).

    Not in a group that loses a tie, which no theorem excludes.
    """
    name = "upper semi-continuity"
    sample = affordable(places, evaluations=2)
    seat = find_jump(sample, rule)
    if seat is not None:
        tie = f"{seat.group} loses a tie for item {seat.item}"
        detail = f"{tie} that any higher bid of {seat.member} would win"
        return Finding(name, Verdict.NOT_CLAIMED, detail)
    return Finding(name, Verdict.HOLDS, f"nobody loses a tie; {searched(sample, places)}")


TRUTHFUL = (Lower.EQUAL_SPLIT, Lower.VCG)
"""Lower rules under which truth is best for members whenever it is for their group (docs/composing.md)."""


def incentive_compatibility(
    places: Sequence[Seat], rule: CertainRule, grid: int, lower: Lower = Lower.EQUAL_SPLIT
) -> Finding:
    """No member has a bid that beats bidding their value, whatever the rest of the instance bids (Theorem 2).

    Tries every bid from 0 (not bidding) to `grid`, and the member's critical bids: so that a rule that
    fails in one unit of money fails in any other. Where that is too much work it tries the first of the
    critical bids, and where even these are too many, with fewer members. "Holds" is said of what was
    tried, in one group at a time: who bids in two is for `several_groups`.
    """
    most = WORK_LIMIT // max(1, work(places, 1))
    exhaustive = grid + 2 + FEW <= most
    first = grid + 2 if exhaustive else 0
    critical = min(CRITICAL_LIMIT, max(FEW, most - first))
    sample = affordable(places, first + critical)
    tried = 0

    def bids(seat: Seat) -> Iterator[int]:
        nonlocal tried
        known = chain(range(grid + 1), (BID_LIMIT,)) if exhaustive else ()
        lies = islice(critical_bids(seat, rule), critical)
        for bid in different(chain(known, lies), BID_LIMIT):
            tried += 1
            yield bid

    deviation = find_deviation(sample, bids, rule)
    truthful = lower in TRUTHFUL and rule.truth_is_best != "never"
    claim = f"{rule.truth_is_best}, one address in one group: " if truthful else "not promised; "
    kinds = f"bids 0..{grid} and 2^64-1" if exhaustive else "bids 0 and 2^64-1"
    kinds += f", up to {critical} critical bids each"
    return Finding.of(
        "incentive compatibility",
        None if deviation is None else str(deviation),
        f"{claim}no better bid among {tried} tried: {kinds}; {searched(sample, places)}",
    )


def coalitions(
    instance: TwoLevelInstance, places: Sequence[Seat], upper: CertainRule, rule: PriceRule
) -> Finding:
    """No coalition gains by a joint lie on an item (docs/mechanism.md), as `group_strategyproofness` says."""
    known = {(seat.item, seat.index, seat.bid, seat.value): seat for seat in places}

    def critical(item: int, place: tuple[int, int]) -> Iterator[int]:
        group, member = place
        one = instance.groups[group].members[member]
        return critical_bids(known[item, group, one.bids[item], one.values[item]], upper)

    return group_strategyproofness(instance, mechanism_of(instance, rule), critical)


def false_names(places: Sequence[Seat], rule: CertainRule) -> Finding:
    """Whether a member gains by bidding under several names, which no theorem excludes."""
    sample = affordable(places, len(FALSE_NAMES))
    split = find_false_names(sample, FALSE_NAMES, rule)
    if split is not None:
        return Finding("false names", Verdict.NOT_CLAIMED, str(split))
    names = f"{FALSE_NAMES[0]} to {FALSE_NAMES[-1]} names with equal bids"
    return Finding(
        "false names", Verdict.HOLDS, f"no gain from {names}; {searched(sample, places)}"
    )


def served_bids(instance: TwoLevelInstance, item: int, lot: LotOutcome) -> list[tuple[str, int]]:
    """The served members of a lot with their bids, in the order of their group."""
    if lot.winner is None:
        return []
    served = frozenset(lot.served)
    members = instance.group(lot.winner).members
    return [(member.name, member.bids[item]) for member in members if member.name in served]


def untruthful_member(instance: AnyTwoLevel) -> str | None:
    """The first member who bids something else than their value, in words; None if nobody does."""
    for group in instance.groups:
        for member in group.members:
            for item, (bid, value) in enumerate(zip(member.bids, member.values, strict=True)):
                if bid != value:
                    who = f"{member.name} of {group.name}"
                    return f"{who} bids {bid} for item {item}, worth {value}"
    return None


def harmonic_text(count: int) -> str:
    """What H_count is: "H_5 = 1 + 1/2 + … + 1/5 = 2.283"."""
    first = [str(Fraction(1, rank)) for rank in range(1, min(count, 2) + 1)]
    sum_ = " + ".join(
        [*first, *(["…"] if count > 3 else []), *([f"1/{count}"] if count > 2 else [])]
    )
    value = f"{float(harmonic(count)):.4g}"
    return f"H_{count} = {sum_}" + (f" = {value}" if sum_ != value else "")


def harmonic(count: int) -> Fraction:
    """H_count = 1 + 1/2 + ... + 1/count, exact. By halves, since sums of small parts stay short."""

    def over(first: int, last: int) -> tuple[int, int]:
        if first == last:
            return 1, first
        middle = (first + last) // 2
        top, bottom = over(first, middle)
        other_top, other_bottom = over(middle + 1, last)
        return top * other_bottom + other_top * bottom, bottom * other_bottom

    return Fraction(*over(1, count))


def work(places: Sequence[Seat], evaluations: int) -> int:
    """How many bids are read in evaluating every seat so many times."""
    return sum(seat.size for seat in places) * evaluations


def affordable(places: Sequence[Seat], evaluations: int) -> Sequence[Seat]:
    """The seats, or where that is too much work, evenly spaced ones from the highest bid to the lowest."""
    step = -(-work(places, evaluations) // WORK_LIMIT)
    if step <= 1:
        return places
    return sorted(places, key=lambda seat: seat.bid, reverse=True)[::step]


def searched(sample: Sequence[Seat], places: Sequence[Seat]) -> str:
    """How much of the instance a search has covered, in words."""
    if len(sample) == len(places):
        return "every member on every item"
    return f"{len(sample)} of {len(places)} different members"
