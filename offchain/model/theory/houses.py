"""What an ascending auction at somebody else's house does to the truth of a group's members, each claim measured.

Beside "When Bidders Are DAOs", whose upper mechanism is sealed. A group has its willingness to pay for a limit, of which
`offchain.model.mechanisms.ascending` says why it moves no price of its own. Amounts are integers in units.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product
from typing import TypeAlias

from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.rivals import Rival
from offchain.model.instances.rules import Increment
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms.ascending import AscendingAuction, ascend, least_over
from offchain.model.mechanisms.contest import Terms, play_out
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.price_rule import exact, run_auction
from offchain.model.mechanisms.two_level import sell_lot
from offchain.model.mechanisms.upper import CertainRule, OpenBids, SeenLimits
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.daos import SIZES, Sizes, bids_of, games, lies_that_pay, shares

SOURCE = "beside When Bidders Are DAOs: ascending auctions at Nouns, Nouns Builder and Zora"

INCREMENTS: tuple[Increment, ...] = (1, 2, 3, Fraction(1, 4), Fraction(1, 2), Fraction(1))
STARTS = (1, 3)


def told(increments: Sequence[Increment]) -> str:
    """Increments in words: units, or a part in percent."""
    return ", ".join(map(name, increments))


def name(increment: Increment) -> str:
    """One of them."""
    return str(increment) if isinstance(increment, int) else f"{float(increment):.0%}"


@claim(
    SOURCE,
    "against rivals with limits of their own no member gains by bidding anything but its value, at any increment: at most what"
    " one increment moves, and that is 0",
    Status.PROVED,
    proof="mechanism.md#at-an-ascending-auction",
)
def truth(
    sizes: Sequence[Sizes] = SIZES,
    top: int = 4,
    increments: Sequence[Increment] = INCREMENTS,
    starts: Sequence[int] = STARTS,
) -> Evidence:
    """Every lie in every game of groups that bid against each other; and how often one changes the winner or the price."""
    count = paying = moved = 0
    for some, increment, start in product(sizes, increments, starts):
        lots = {
            bids_of(game): sell_lot(game, 0, OpenBids(increment))
            for game in (replace(game, reserves=(start,)) for game in games(some, top))
        }
        paid = {bids_of(game): shares(game, lots[bids_of(game)]) for game in games(some, top)}
        count += len(paid)
        paying += sum(1 for _ in lies_that_pay(paid))
        moved += sum(
            (lots[lie].winner, lots[lie].price) != (lot.winner, lot.price)
            for values, lot in lots.items()
            for lie in one_lies(values, top)
        )
    return Evidence(
        f"{count} games with bids 0..{top}, starts {told(starts)}, increments {told(increments)}: {moved} lies of one member"
        f" change the winner or the price, {paying} of them pay",
        moved > paying == 0,
    )


def one_lies(values: tuple[int, ...], top: int) -> Iterator[tuple[int, ...]]:
    """The profiles in which one member bids something else."""
    for member, value in enumerate(values):
        for bid in range(top + 1):
            if bid != value:
                yield (*values[:member], bid, *values[member + 1 :])


@claim(
    SOURCE,
    "neither the price nor the critical bid of sealed bids is above the least bid over the other, and no loser's limit is an"
    " increment above the price; all three are met",
    Status.PROVED,
    proof="mechanism.md#at-an-ascending-auction",
)
def increment(
    bidders: Sequence[int] = (2, 3),
    top: int = 9,
    increments: Sequence[Increment] = INCREMENTS,
    starts: Sequence[int] = STARTS,
) -> Evidence:
    """Every auction of so many limits up to `top`, open and sealed."""
    count = beyond = 0
    met: dict[str, set[str]] = {name(step): set() for step in increments}
    lower = 0
    for step, start, many in product(increments, starts, bidders):
        for limits in product(range(top + 1), repeat=many):
            count += 1
            open_, sealed = ascend(limits, start, step), run_auction(limits, start, exact)
            if open_.leader is None or sealed.leader is None:
                beyond += open_.leader is not sealed.leader
                continue
            best = max([0, *limits[: open_.leader], *limits[open_.leader + 1 :]])
            bounds = {
                "above": (open_.price, least_over(sealed.price, step)),
                "below": (sealed.price, least_over(open_.price, step)),
                "loser": (best + 1, least_over(open_.price, step)),
            }
            beyond += any(found > bound for found, bound in bounds.values())
            met[name(step)] |= {side for side, (found, bound) in bounds.items() if found == bound}
            lower += limits[open_.leader] < best
    full = sum(len(sides) == 3 for sides in met.values())
    return Evidence(
        f"{count} auctions of limits 0..{top}, starts {told(starts)}, increments {told(increments)}: {beyond} beyond a bound,"
        f" all three met at {full} of {len(met)} increments; a lower limit wins in {lower}",
        beyond == 0 < lower and full == len(met),
    )


GRAIN = 100
"""Grains to a unit: houses round relative increments down to a grain, which is none at these."""

END = 40
"""Seconds, of which each bid takes one: more than bids can be made within the limits tried here."""

GROUP = "group"

Behaviour: TypeAlias = Callable[[AscendingAuction, int], int | None]
"""What a rival that does not lead bids, in grains, of the auction and the time: no answer to any limit. None: it waits."""


def jumps(plan: Sequence[int]) -> Behaviour:
    """Bids the next amount of its plan that the house takes, plan ascending, in units."""

    def bid(auction: AscendingAuction, time: int) -> int | None:
        return next((unit * GRAIN for unit in plan if unit * GRAIN >= auction.least_bid), None)

    return bid


def snipes(limit: int) -> Behaviour:
    """Waits for the last second, and bids the least bid then if its limit reaches that."""

    def bid(auction: AscendingAuction, time: int) -> int | None:
        is_last = auction.end == time + 1
        return auction.least_raise if is_last and auction.least_raise <= limit * GRAIN else None

    return bid


def house(start: int, increment: Increment, buffer: int) -> AscendingAuction:
    """The house before any bid. buffer: in seconds, 2 for time to answer."""
    in_grains = increment * GRAIN if isinstance(increment, int) else increment
    return AscendingAuction(start * GRAIN, in_grains, END, buffer, GRAIN)


def play(auction: AscendingAuction, limit: int, rivals: Sequence[Behaviour]) -> AscendingAuction:
    """How it ends if a group with this limit answers whoever leads, before the rivals; one bid a second."""
    time = 0
    while not auction.is_over(time):
        if auction.can_raise(GROUP, limit * GRAIN, time):
            auction = auction.bid(GROUP, auction.least_raise, time)
        else:
            for place, rival in enumerate(rivals):
                amount = None if auction.leader == str(place) else rival(auction, time)
                if amount is not None:
                    auction = auction.bid(str(place), amount, time)
                    break
        time += 1
    return auction


Prices: TypeAlias = Mapping[int, int | None]
"""What a group pays by its limit, in units; None where it loses."""


def prices(auction: AscendingAuction, rivals: Sequence[Behaviour], most: int) -> Prices:
    """Against these rivals, for every limit up to `most`."""
    ends = {limit: play(auction, limit, rivals) for limit in range(most + 1)}
    return {
        limit: end.amount // GRAIN if end.leader == GROUP else None for limit, end in ends.items()
    }


def scripted(increment: Increment, rivals: Sequence[int], most: int) -> Prices:
    """Against individuals with these limits who bid as the script of `instances.rivals` has it, for every limit up to `most`."""
    in_wei = increment * WEI_PER_UNIT if isinstance(increment, int) else increment
    opening = AscendingAuction(WEI_PER_UNIT, in_wei, end=10_000, buffer=300, grid=WEI_PER_UNIT)
    terms = Terms(opening, start=0, sealed=5_000, tallied=6_000)
    alone = [Rival(str(place), limit) for place, limit in enumerate(rivals)]

    def price(limit: int) -> int | None:
        bidders = {**{one.name: one.limit for one in alone}, GROUP: limit}
        groups = tuple(
            Group(name, (Member(name, (bid,), (bid,)),)) for name, bid in bidders.items()
        )
        outcome, _ = play_out(TwoLevelInstance(1, (1,), groups), alone, terms)
        (lot,) = outcome.items
        return lot.price if lot.winner == GROUP else None

    return {limit: price(limit) for limit in range(most + 1)}


@dataclass(frozen=True, slots=True)
class Lie:
    """A bid of the first member that gives it more than its value does."""

    values: tuple[int, ...]
    bid: int
    gain: int


def member_lies(found: Prices, members: int, top: int) -> Iterator[Lie]:
    """Every lie that pays in a group of so many with values up to `top`."""
    for values in product(range(top + 1), repeat=members):
        truthful = utility(found, values, values[0])
        for bid in range(top + 1):
            gain = utility(found, (bid, *values[1:]), values[0]) - truthful
            if gain > 0:
                yield Lie(values, bid, gain)


def utility(found: Prices, bids: tuple[int, ...], value: int) -> int:
    """What the first of a group with these bids has, if the item is worth so much to it."""
    price = found[willingness_to_pay(bids)]
    if price is None:
        return 0
    split = equal_split(bids, price)
    return value - split.share if split.serves(bids[0]) else 0


def plans(top: int) -> list[tuple[int, ...]]:
    """Every ascending list of amounts from 1 to `top`."""
    return [some for size in range(top + 1) for some in combinations(range(1, top + 1), size)]


@claim(
    SOURCE,
    "nor does a member gain against rivals that jump, or that wait for the last second, as long as they do not know its group's"
    " limit. A jump wins with a limit less than an increment below the group's; waiting wins with any at a house that does not"
    " keep open, and no more than that at one that does",
    Status.PROVED,
    proof="mechanism.md#at-an-ascending-auction",
)
def jumping(
    members: int = 2, top: int = 5, increments: Sequence[Increment] = (1, 3, Fraction(1, 2))
) -> Evidence:
    """Every plan of a jumping rival, every limit of a waiting one, both together, and every pair of limits of rivals that do both
    as `scripted`; every group, every lie of its first member.
    """
    count = paying = beyond = 0
    short = dict.fromkeys(map(name, increments), 0)
    waited = {0: 0, 2: 0}
    most = members * top
    for step, buffer in product(increments, waited):
        auction = house(1, step, buffer)
        for plan in plans(top):
            alone = prices(auction, [jumps(plan)], most)
            both = prices(auction, [jumps(plan), snipes(top - 1)], most)
            count += len(alone) + len(both)
            for found in (alone, both):
                paying += sum(1 for _ in member_lies(found, members, top))
            for limit, price in alone.items():
                if price is None and plan and limit > plan[-1]:
                    short[name(step)] = max(short[name(step)], limit - plan[-1])
                    beyond += limit >= least_over(plan[-1], step)
        for limit in range(top + 1):
            found = prices(auction, [snipes(limit)], most)
            count += len(found)
            paying += sum(1 for _ in member_lies(found, members, top))
            lost = [own - limit for own, price in found.items() if price is None and own > limit]
            waited[buffer] = max([waited[buffer], *lost])
            beyond += (
                sum(limit + units >= least_over(limit, step) for units in lost) if buffer else 0
            )
    for step, first, second in product(increments, range(top + 1), range(top + 1)):
        found = scripted(step, [first, second], most)
        count += len(found)
        paying += sum(1 for _ in member_lies(found, members, top))
    shortfalls = ", ".join(f"{units} at {step}" for step, units in short.items())
    return Evidence(
        f"{count} auctions of a group of {members} with bids 0..{top} against jumps, waits and both: {paying} lies pay; a jump"
        f" wins with a limit up to {shortfalls} below the group's; waiting wins with one up to {waited[0]} below where the house"
        f" closes on time, {waited[2]} where it keeps open; {beyond} jumps, or waits where it does, an increment below or more",
        paying == beyond == 0
        and all(short[name(step)] == step - 1 for step in increments if isinstance(step, int))
        and waited[2] < top <= waited[0],
    )


def outbid_once_seen(start: int, increment: Increment, rival: int, most: int) -> Prices:
    """Against a rival of this limit that has seen the group's: it bids, first, the least to which the group has no answer.

    Where that is above its own limit it bids as ever.
    """

    def price(limit: int) -> int | None:
        if any(least_over(jump, increment) > limit for jump in range(start, rival + 1)):
            return None
        found = ascend([limit, rival], start, increment)
        return found.price if found.leader == 0 else None

    return {limit: price(limit) for limit in range(most + 1)}


@claim(
    SOURCE,
    "who has seen the limit, which is public once it is tallied, changes this: driven to it by a seller's shill a member gains by"
    " bidding less than its value; against a rival that jumps to just where the group has no answer, by bidding more",
    Status.PROVED,
)
def seen_limits(
    sizes: Sequence[Sizes] = ((1, 2), (2, 2)),
    top: int = 4,
    increments: Sequence[Increment] = (1, 2, Fraction(1, 2)),
) -> Evidence:
    """Every lie in every game under a shill; every lie in a group of two against every rival; and the same, nothing seen."""
    driven = {step: count_paying(SeenLimits(step), sizes, top) for step in increments}
    unseen = sum(sum(count_paying(OpenBids(step), sizes, top)) for step in increments)
    outbid = [
        (lie.bid > lie.values[0], lie.gain)
        for step in increments
        for rival in range(top * 2 + 1)
        for lie in member_lies(outbid_once_seen(1, step, rival, top * 2), 2, top)
    ]
    less = sum(lower for lower, _ in driven.values())
    more = sum(higher for _, higher in driven.values())
    up = sum(is_more for is_more, _ in outbid)
    return Evidence(
        f"bids 0..{top}, increments {told(increments)}: driven to the limit, {less} lies below the value pay and {more} above it;"
        f" outbid from just below it, {up} above the value and {len(outbid) - up} below; {unseen} if nobody has seen it",
        less > 0 and up > 0 and unseen == 0,
    )


def count_paying(rule: CertainRule, sizes: Sequence[Sizes], top: int) -> tuple[int, int]:
    """How many lies below the value, and above it, pay in all games."""
    lies = [
        (values[member], bid)
        for some in sizes
        for values, member, bid in lies_that_pay(
            {bids_of(game): shares(game, sell_lot(game, 0, rule)) for game in games(some, top)}
        )
    ]
    less = sum(bid < value for value, bid in lies)
    return less, len(lies) - less
