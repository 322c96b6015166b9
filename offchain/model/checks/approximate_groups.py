"""The properties of the optimal mechanism under approximate valuations among groups, each as a check on one instance.

Source: Chiesa, Micali and Zhu, "Mechanism Design with Approximate Valuations", Lemma E.3, for the
groups; "When Bidders Are DAOs", §3.1 and Lemma 4, for their members, each of whom is in one group.
Amounts are in units; expectations are over the draw, and exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from offchain.model.checks.approximate import (
    PLAYERS_LIMIT,
    WORK_LIMIT,
    about,
    critical_draws,
    critical_prices,
    falling,
    probabilities,
)
from offchain.model.checks.deviations import Seat, critical_bids, find_deviation
from offchain.model.checks.finding import Finding, Verdict
from offchain.model.checks.lies import FALSE_NAMES, around, different
from offchain.model.checks.two_level import harmonic
from offchain.model.instances.approximate import (
    ApproximateGroupsInstance,
    ApproximateGroupsSale,
    ApproximateOutcome,
)
from offchain.model.instances.two_level import Group, Member
from offchain.model.mechanisms.approximate import probabilistic_guarantee, total
from offchain.model.mechanisms.approximate_groups import lottery, sell, solve
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.upper import SealedBids

CLAIM = "in expectation over the draw, for values known exactly, one address in one group"
"""For whom a bid of one's value is best."""

PRICES = 24
"""At how many posted prices a member's bids are tried where expectations are too much work."""

FEW_BIDS = 8
"""The fewest bids that are tried of a member at a price; where time is short, it is of fewer members."""

LOOK = 40
"""What one look at a group costs, however small it is, in bids read."""


def check(instance: ApproximateGroupsInstance, grid: int | None = None) -> list[Finding]:
    """All findings on the reference outcome of the instance.

    grid: the largest bid of the deviation search; by default one above what any group can pay.
    """
    return [
        *check_outcome(instance, solve(instance)),
        incentive_compatibility(instance, grid),
        false_names(instance),
    ]


def check_outcome(
    instance: ApproximateGroupsInstance, outcome: ApproximateOutcome
) -> list[Finding]:
    """The findings that need nothing but an outcome."""
    sale = outcome.sale if isinstance(outcome.sale, ApproximateGroupsSale) else None
    return [
        probabilities(outcome),
        budget_balance(sale),
        individual_rationality(instance, sale),
        equal_treatment(instance, outcome, sale),
        welfare_ratio(instance, outcome),
    ]


def budget_balance(sale: ApproximateGroupsSale | None) -> Finding:
    """The served pay the share each, which covers the price with less than a unit each to spare; nobody else pays."""

    def counterexample() -> str | None:
        if sale is None:
            return None
        served = frozenset(sale.served)
        for group, payments in sale.payments.items():
            for member, paid in payments.items():
                due = sale.share if group == sale.winner and member in served else 0
                if paid != due:
                    return f"{member} of {group} pays {paid}, not {due}"
        paid = len(served) * sale.share
        if sale.winner is None and (sale.price, paid) != (0, 0):
            return f"unsold, yet {paid} paid for a price of {sale.price}"
        if sale.winner is not None and not 0 < sale.price <= paid < sale.price + len(served):
            return f"{paid} paid for a price of {sale.price}, {len(served)} served"
        return None

    return Finding.of("budget balance", counterexample(), _drawn(sale))


def individual_rationality(
    instance: ApproximateGroupsInstance, sale: ApproximateGroupsSale | None
) -> Finding:
    """Nobody pays more than the bid, whatever the draw decides."""

    def counterexample() -> str | None:
        for group in instance.groups if sale is not None else ():
            for member in group.members:
                paid = sale.payments[group.name][member.name] if sale is not None else 0
                if paid > member.bids[0]:
                    return f"{member.name} of {group.name} bids {member.bids[0]} and pays {paid}"
        return None

    return Finding.of("individual rationality", counterexample(), _drawn(sale))


def equal_treatment(
    instance: ApproximateGroupsInstance,
    outcome: ApproximateOutcome,
    sale: ApproximateGroupsSale | None,
) -> Finding:
    """Groups that can pay the same have equal probabilities; members of the winner with equal bids, equal access."""

    def counterexample() -> str | None:
        first: dict[int, str] = {}
        for group in instance.groups:
            group_bid = willingness_to_pay(group.bids_on(0))
            other = first.setdefault(group_bid, group.name)
            if outcome.probabilities[group.name] != outcome.probabilities[other]:
                return (
                    f"{other} and {group.name} bid {group_bid} and do not have the same probability"
                )
        served = frozenset(() if sale is None else sale.served)
        example: dict[int, str] = {}
        for member in _winner(instance, sale):
            like = example.setdefault(member.bids[0], member.name)
            if (like in served) != (member.name in served):
                return f"{like} and {member.name} bid {member.bids[0]}, only one is served"
        return None

    return Finding.of(
        "equal treatment", counterexample(), "equal bids, equal probability and access"
    )


def welfare_ratio(instance: ApproximateGroupsInstance, outcome: ApproximateOutcome) -> Finding:
    """Expected welfare is at least (r + (1-r)/n) / H_l of the maximum, for n groups that play, l members the largest.

    r = ((1-delta)/(1+delta))^2. Claimed where members know their values exactly and bid them: Theorem 4
    for what the groups can pay, Lemma 4 for what that leaves out. Where they know them approximately
    no bound is known (docs/approximate.md). A group is counted with the members whom it serves at its
    own bid, the least that it ever serves.
    """
    name = "welfare ratio"
    for group in instance.groups:
        for member in group.members:
            if member.bids != member.values:
                lie = (
                    f"{member.name} of {group.name} bids {member.bids[0]}, worth {member.values[0]}"
                )
                detail = (
                    f"{lie}; the bound is for members who know their values exactly and bid them,"
                    " else none is known"
                )
                return Finding(name, Verdict.NOT_CLAIMED, detail)
    playing = sum(willingness_to_pay(group.bids_on(0)) > 0 for group in instance.groups)
    if not playing:
        return Finding(name, Verdict.HOLDS, "nobody bids: nothing is lost")
    if len(instance.groups) > PLAYERS_LIMIT:
        return Finding(
            name, Verdict.NOT_CLAIMED, f"not worked out: more than {PLAYERS_LIMIT} groups"
        )
    size = max(len(group.members) for group in instance.groups)
    bound = probabilistic_guarantee(instance.delta, playing) / harmonic(size)
    least = total(
        outcome.probabilities[group.name] * least_served(group) for group in instance.groups
    )
    optimum = max(sum(member.values[0] for member in group.members) for group in instance.groups)
    ratio = least / optimum
    promised = (
        f"{about(bound)} promised to members who know their values exactly and bid them, each in one"
        " group; where they know them approximately no bound is known"
    )
    return Finding.of(
        name,
        None if ratio >= bound else f"{about(ratio)}, below {about(bound)}",
        f"at least {about(ratio)}; {promised}",
    )


def least_served(group: Group) -> int:
    """What the item is worth to those whom the group serves at the highest price that it can pay."""
    bids = group.bids_on(0)
    group_bid = willingness_to_pay(bids)
    if group_bid == 0:
        return 0
    split = equal_split(bids, group_bid)
    return sum(member.values[0] for member in group.members if split.serves(member.bids[0]))


def incentive_compatibility(instance: ApproximateGroupsInstance, grid: int | None) -> Finding:
    """No member expects more from another bid than from the value, others' bids being fixed; each is in one group.

    Tries all bids up to `grid`, by default up to one above what any group can pay, and some draws. Where
    that is too much work: at these draws that the group pays its critical bid and whoever can share it
    is served, that no group's probability falls as it bids more, and, since it then meets posted
    prices that it cannot change, at some of these the critical bids of its members.
    """
    name = "incentive compatibility"
    groups = [group.bids_on(0) for group in instance.groups]
    group_bids = list(map(willingness_to_pay, groups))
    failed, draws = wrong_draw(instance, groups, group_bids)
    if failed is not None:
        return Finding(name, Verdict.FAILS, failed)
    top = max(group_bids) + 1 if grid is None else grid
    members = list(places(instance))
    most = max(*group_bids, top * max(map(len, groups)))
    if len(members) * (top + 1) * (most + 1) * len(groups) > WORK_LIMIT:
        failed, tried = posted_prices(instance, groups, group_bids)
        return Finding.of(name, failed, f"{CLAIM}: {tried}, {critical_prices(draws)}")
    for place in members:
        truthful = expected(instance, place, (place.value,))
        for bid in range(top + 1):
            gain = expected(instance, place, (bid,))
            if gain > truthful:
                return Finding(name, Verdict.FAILS, tell(place, truthful, gain, f"bidding {bid}"))
    tried = f"no bid in 0..{top} is better, {len(members) * (top + 1)} tried"
    return Finding(name, Verdict.HOLDS, f"{CLAIM}: {tried}, {critical_prices(draws)}")


def wrong_draw(
    instance: ApproximateGroupsInstance, groups: Sequence[Sequence[int]], group_bids: Sequence[int]
) -> tuple[str | None, int]:
    """A draw that does not sell to a group at its critical bid, or not to those who can share that; how many were tried."""
    playing = [place for place, group_bid in enumerate(group_bids) if group_bid]
    wrong: list[str] = []

    def sells(draw: Fraction) -> tuple[int | None, int]:
        sale = sell((), groups, instance.delta, draw)
        if sale.winner is None:
            return None, sale.price
        bids = groups[sale.winner]
        split = equal_split(bids, sale.price)
        served = tuple(place for place, bid in enumerate(bids) if split.serves(bid))
        if (sale.share, sale.served) != (split.share, served):
            who = f"{len(sale.served)} of {instance.groups[sale.winner].name}"
            wrong.append(
                f"{who} pay {sale.share} each for {sale.price}, which {len(served)} can share"
                f" at {split.share}"
            )
        return playing.index(sale.winner), sale.price

    failed, draws = critical_draws(
        {instance.groups[place].name: group_bids[place] for place in playing},
        instance.delta,
        sells,
        least=1,
        cost=sum(map(len, groups)),
    )
    return next(iter(wrong), failed), draws


def posted_prices(
    instance: ApproximateGroupsInstance, groups: Sequence[Sequence[int]], group_bids: Sequence[int]
) -> tuple[str | None, str]:
    """A group whose probability falls as it bids more, or a bid better than the value at a posted price; what was tried.

    In words, the first None if there is none. Bids of evenly spaced members where there are many.
    """
    failed, rise = falling(
        {
            group.name: group_bid
            for group, group_bid in zip(instance.groups, group_bids, strict=True)
            if group_bid
        },
        instance.delta,
    )
    if failed is not None:
        return failed, ""
    tried = 0
    rule = SealedBids()
    members = list(places(instance))
    looks = sum(len(groups[place.group]) + LOOK for place in members) * PRICES
    each = max(FEW_BIDS, WORK_LIMIT // looks)
    sample = members[:: -(-looks * each // (4 * WORK_LIMIT))]

    def bids(seat: Seat) -> Iterator[int]:
        nonlocal tried
        for bid in islice(critical_bids(seat, rule), each):
            tried += 1
            yield bid

    for place in sample:
        group_bid = group_bids[place.group]
        posted = (
            Seat(
                group=instance.groups[place.group].name,
                member=place.name,
                item=0,
                value=place.value,
                bids=tuple(groups[place.group]),
                place=place.place,
                group_bids=(group_bid,),
                index=0,
                reserve=price,
            )
            for price in prices_for(group_bid)
        )
        deviation = find_deviation(posted, bids, rule)
        if deviation is not None:
            return f"at a posted price of {deviation.seat.reserve}, {deviation}", ""
    who = (
        "every member"
        if len(sample) == len(members)
        else f"{len(sample)} of {len(members)} members"
    )
    return None, f"{rise}; no better bid among {tried} tried at posted prices, {who}"


def prices_for(group_bid: int) -> list[int]:
    """At most PRICES prices for a group: next to what it can pay and to half of that, and evenly spaced up to double."""
    near = around((group_bid, group_bid // 2))
    spaced = (2 * group_bid * step // (PRICES - 6) for step in range(1, PRICES - 5))
    return [
        price
        for price in islice(different((*near, *spaced), max(group_bid * 2, 1)), PRICES)
        if price > 0
    ]


def false_names(instance: ApproximateGroupsInstance) -> Finding:
    """Whether a member expects more under several names, which no theorem excludes.

    Tries equal parts of the value in the member's own group, and the value as so many groups of one.
    """
    name = "false names"
    groups = [group.bids_on(0) for group in instance.groups]
    members = list(places(instance))
    group_bid = max(map(willingness_to_pay, groups))
    if len(members) * (group_bid + 1) * (len(groups) + 4) * sum(FALSE_NAMES) > WORK_LIMIT:
        detail = "not searched: too many members, or bids too large"
        return Finding(name, Verdict.NOT_CLAIMED, detail)
    for place in members:
        truthful = expected(instance, place, (place.value,))
        for count in FALSE_NAMES:
            for gain, how in (
                (
                    expected(instance, place, (place.value // count,) * count),
                    f"bidding {place.value // count} under each of {count} names",
                ),
                (expected_alone(instance, place, count), f"bidding it as {count} groups of one"),
            ):
                if gain > truthful:
                    return Finding(name, Verdict.NOT_CLAIMED, tell(place, truthful, gain, how))
    return Finding(name, Verdict.HOLDS, "no gain from 2 to 4 names with equal bids")


@dataclass(frozen=True, slots=True)
class Place:
    """A member by its place in a group, and that group's among all."""

    name: str
    owner: str
    group: int
    place: int
    value: int


def places(instance: ApproximateGroupsInstance) -> Iterator[Place]:
    """Every member, one for all of a group with equal bid and value."""
    for index, group in enumerate(instance.groups):
        seen = set()
        for place, member in enumerate(group.members):
            kind = member.bids[0], member.values[0]
            if kind not in seen:
                seen.add(kind)
                yield Place(member.name, group.name, index, place, member.values[0])


def expected(instance: ApproximateGroupsInstance, at: Place, bids: Sequence[int]) -> Fraction:
    """What a member expects with these bids, each under a name of its own; it is served if all of them are."""
    groups = [group.bids_on(0) for group in instance.groups]
    own = groups[at.group]
    groups[at.group] = [*own[: at.place], *bids, *own[at.place + 1 :]]
    names = frozenset(range(at.place, at.place + len(bids)))
    return total(
        chance * (at.value - len(names) * sale.share)
        for sale, chance in lottery((), groups, at.group, instance.delta).items()
        if names.issubset(sale.served)
    )


def expected_alone(instance: ApproximateGroupsInstance, at: Place, count: int) -> Fraction:
    """What a member expects that leaves its group and bids the value as so many groups of one."""
    groups = [group.bids_on(0) for group in instance.groups]
    own = groups[at.group]
    rest = [*own[: at.place], *own[at.place + 1 :]]
    others = [*groups[: at.group], *([rest] if rest else []), *groups[at.group + 1 :]]
    everyone = [*others, *([at.value] for _ in range(count))]
    return total(
        chance * (at.value - sale.share)
        for name in range(len(others), len(everyone))
        for sale, chance in lottery((), everyone, name, instance.delta).items()
    )


def tell(place: Place, truthful: Fraction, gain: Fraction, how: str) -> str:
    """A lie that pays, in words."""
    who = f"{place.name} of {place.owner}"
    return f"{who} expects {about(truthful)} by bidding its value and {about(gain)} by {how}"


def _winner(
    instance: ApproximateGroupsInstance, sale: ApproximateGroupsSale | None
) -> Sequence[Member]:
    """The members of the group that the draw sells to."""
    if sale is None:
        return ()
    return next((group.members for group in instance.groups if group.name == sale.winner), ())


def _drawn(sale: ApproximateGroupsSale | None) -> str:
    if sale is None:
        return "nothing is drawn"
    if sale.winner is None:
        return "unsold"
    return f"{len(sale.served)} of {sale.winner} pay {sale.share} each for {sale.price}"
