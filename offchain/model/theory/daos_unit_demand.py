"""Lemmas 9 to 12 of "When Bidders Are DAOs": what a truthful auctioneer has to charge groups for sets of items.

Source: §4.2. The bids of the other groups are fixed. Then all that a truthful upper mechanism can do is to post a
price for every set of items that it may allocate, a menu, from which a group gets what is best by its bid; a
set is worth the most of its items to a bidder with unit demand, and to a bid likewise. Amounts are integers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import TypeAlias

from offchain.model.theory.claim import Evidence, Status, claim, figure
from offchain.model.theory.daos import PAPER

Items: TypeAlias = frozenset[int]
Bid: TypeAlias = tuple[int, ...]
"""An amount for each item."""

Menu: TypeAlias = Mapping[Items, int]
"""The price of every set that may be allocated; of the empty one 0."""

SETTINGS = ((2, 3), (3, 1))
"""How many items, and the highest price."""


def sets_of(items: int) -> list[Items]:
    """Every set of so many items, the empty one first."""
    return [
        frozenset(some) for size in range(items + 1) for some in combinations(range(items), size)
    ]


def menus(items: int, top: int) -> Iterator[Menu]:
    """Every menu with prices up to `top`; any set may be missing from it."""
    empty, *others = sets_of(items)
    for prices in product((None, *range(top + 1)), repeat=len(others)):
        priced = {some: p for some, p in zip(others, prices, strict=True) if p is not None}
        yield {empty: 0} | priced


def worth(bid: Bid, items: Items) -> int:
    """What a set is worth by a unit-demand bid."""
    return max((bid[item] for item in items), default=0)


def best(menu: Menu, worths: Mapping[Items, int]) -> list[Items]:
    """The sets of the menu that are best by what a bid has them worth: any of them may be allocated."""
    gains = {some: worths[some] - price for some, price in menu.items()}
    most = max(gains.values())
    return [some for some, gain in gains.items() if gain == most]


def worths_by(bid: Bid) -> dict[Items, int]:
    """What every set is worth by a bid."""
    return {some: worth(bid, some) for some in sets_of(len(bid))}


def bids(items: int, top: int) -> dict[Bid, dict[Items, int]]:
    """Every bid of up to a unit above the highest price for each item, with what the sets are worth by it."""
    return {bid: worths_by(bid) for bid in product(range(top + 2), repeat=items)}


def allocated(menu: Menu, tried: Mapping[Bid, Mapping[Items, int]]) -> dict[Items, set[int]]:
    """The paper's A: the sets that are best at some bid, and of each the items that may be the highest of such a bid."""
    found: dict[Items, set[int]] = {}
    for bid, worths in tried.items():
        highest = {item for item, amount in enumerate(bid) if amount == max(bid)}
        for some in best(menu, worths):
            found.setdefault(some, set()).update(highest)
    return found


@claim(
    f"{PAPER}, Lemma 11",
    "a truthful auctioneer charges a group with unit demand no less for a set of items than for a part of it, if it"
    " allocates both",
    Status.PROVED,
)
def lemma_11(settings: Sequence[tuple[int, int]] = SETTINGS) -> Evidence:
    """Every menu and every bid; and menus that are dearer for a part, which is then never allocated."""
    count = wrong = dearer = 0
    for items, top in settings:
        tried = bids(items, top)
        for menu in menus(items, top):
            count += 1
            found = allocated(menu, tried)
            pairs = [(part, whole) for part, whole in product(menu, repeat=2) if part < whole]
            dearer += any(menu[part] > menu[whole] for part, whole in pairs)
            wrong += any(
                menu[part] > menu[whole] for part, whole in pairs if {part, whole} <= found.keys()
            )
    return Evidence(
        f"{count} menus, of {told(settings)}: {dearer} ask more for a part of some set, and {wrong} of them allocate that part"
        f" at any bid",
        wrong == 0 < dearer,
    )


@claim(
    f"{PAPER}, Lemma 12 and Corollary 13",
    "if it allocates all items at some bid whose highest is item l, it charges no more for them than for any set with l in it; if"
    " it does so for every l (Lemma 10), it charges the same for every set that it allocates",
    Status.PROVED,
)
def lemma_12(settings: Sequence[tuple[int, int]] = SETTINGS) -> Evidence:
    """Every menu and every bid."""
    count = wrong = unequal = every = cheaper = 0
    for items, top in settings:
        tried = bids(items, top)
        everything = frozenset(range(items))
        for menu in menus(items, top):
            count += 1
            found = allocated(menu, tried)
            highest = found.get(everything, set())
            sold = [some for some in found if some]
            wrong += any(menu[some] < menu[everything] for some in sold if some & highest)
            if len(highest) == items:
                every += 1
                unequal += len({menu[some] for some in sold}) > 1
            elif highest:
                cheaper += any(menu[some] < menu[everything] for some in sold)
    return Evidence(
        f"{count} menus, of {told(settings)}: {wrong} charge less for a set with the highest item than for all; of the {every}"
        f" that allocate all items whichever is the highest {unequal} have two prices; of others {cheaper} do",
        wrong == unequal == 0 < min(every, cheaper),
    )


def told(settings: Sequence[tuple[int, int]]) -> str:
    """The settings in words."""
    return " and ".join(f"{items} items with prices up to {top}" for items, top in settings)


@dataclass(frozen=True, slots=True)
class Part:
    """What one of two members meets, by the other's bid: from which bid on it gets its item, and what it pays then.

    A threshold above every bid: never.
    """

    thresholds: tuple[int, ...]
    pays: tuple[int, ...]


def parts(top: int) -> list[Part]:
    """Every truthful and individually rational way to meet a member, to the unit, with bids up to `top`.

    Who bids the threshold may not lose by its price, and who has a unit less may not gain by bidding it.
    """
    met = [(top + 1, 0)] + [
        (threshold, paid)
        for threshold in range(top + 1)
        for paid in (threshold - 1, threshold)
        if paid >= 0
    ]
    return [
        Part(tuple(threshold for threshold, _ in chosen), tuple(paid for _, paid in chosen))
        for chosen in product(met, repeat=top + 1)
    ]


def menu_of(first: Part, second: Part, top: int) -> Menu | None:
    """What the two pay for every set that some bids of theirs bring; None if that is not one price a set.

    Member 0 wants item 0 only, member 1 item 1 only. The price of a set does not depend on the bids, and is what they pay.
    """
    prices: dict[Items, int] = {}
    for bid, other in product(range(top + 1), repeat=2):
        shares = {}
        if bid >= first.thresholds[other]:
            shares[0] = first.pays[other]
        if other >= second.thresholds[bid]:
            shares[1] = second.pays[bid]
        paid = sum(shares.values())
        if prices.setdefault(frozenset(shares), paid) != paid:
            return None
    return prices


@claim(
    f"{PAPER}, Lemma 9",
    "a truthful, budget-balanced two-level mechanism with unit demand, in which every member can get every item by some bid,"
    " allocates all items to a group at some bids of its members",
    Status.PROVED,
)
def lemma_9(top: int = 2) -> Evidence:
    """Every way to meet two members who want an item each, to the unit; and those that shut a member out."""
    both = frozenset((0, 1))
    sovereign = shut = without = lacking = unequal = 0
    for first, second in product(parts(top), repeat=2):
        menu = menu_of(first, second, top)
        if menu is None:
            continue
        if max(*first.thresholds, *second.thresholds) <= top:
            sovereign += 1
            without += both not in menu
            unequal += len({menu[some] for some in menu if some}) > 1
        else:
            shut += 1
            lacking += both not in menu
    return Evidence(
        f"bids up to {top}: of {sovereign} mechanisms in which either member can get its item, whatever the other bids, {without}"
        f" never allocate both; of {shut} others {lacking}. {unequal} of the first charge different prices for different sets,"
        f" before Lemma 10",
        without == 0 < min(sovereign, lacking, unequal),
    )


BOUNDS: Mapping[str, Callable[[int], int]] = {
    "the bids": lambda amount: amount,
    "3 times the bids": lambda amount: 3 * amount,
    "their square": lambda amount: amount**2,
}
"""Functions of the bids for an item that bound what a group bids for it; of a single bid that is not 0."""


def low_bid_ratio(items: int, bound: int, own: int, low: int, rest: int) -> Fraction:
    """The better of the two ratios of Lemma 10's proof, whoever gets the item in question, if the group bids less than the bound.

    bound: g(x). own: x, what other members have for their items. low: what is bid for the item, below the bound. rest: the most
    that is bid for another, at most the bound. There are items + 1 bidders.
    """
    bidders = items + 1
    large = bidders**2 * (bound + own)
    rival = bidders * bound
    # To the group: it may be one bidder of those very bids, who needs one item, while the rival has the other.
    to_group = Fraction(rival + rest, max(low, rest))
    # To the rival: the group may have the member for whom the item is worth much more.
    to_rival = Fraction(large + (items - 1) * own, rival + (items - 1) * own)
    return min(to_group, to_rival)


@claim(
    f"{PAPER}, Lemma 10",
    "if a group's bid for an item is at most some function f of its members' bids for it, a truthful mechanism within n of the"
    " optimum allocates all items to a group at bids whose highest is any given item",
    Status.PROVED,
)
def lemma_10(items: Sequence[int] = (2, 3, 5), own: Sequence[int] = (1, 2, 4)) -> Evidence:
    """The two instances of the proof, for several f and every bid of the group below the bound: either ratio is above n."""
    count = within = 0
    least: Fraction | None = None
    for m, x, bound in product(items, own, BOUNDS.values()):
        most = bound(x)
        for low, rest in product(range(most), range(most + 1)):
            if not low and not rest:
                continue
            ratio = low_bid_ratio(m, most, x, low, rest) / (m + 1)
            count += 1
            within += ratio <= 1
            least = ratio if least is None else min(least, ratio)
    return Evidence(
        f"for f {', '.join(BOUNDS)}, {', '.join(map(str, items))} items and members who bid {', '.join(map(str, own))}: {within}"
        f" of {count} low bids for the item that is worth most leave the mechanism within n, the least ratio is"
        f" {figure(least)} n",
        within == 0 < count,
    )


SIGNAL: Menu = {
    frozenset(): 0,
    frozenset((0,)): 2,
    frozenset((1,)): 1,
    frozenset((0, 1)): 2,
}
"""A menu that is cheaper for item 1 alone than for both."""


def signalled(bid: int, other: int) -> tuple[Items, dict[int, int]]:
    """What two members get and pay: item 0 from a bid of 2 on, and then item 1 for nothing; else item 1 from 1 on."""
    if bid >= 2:
        return frozenset((0, 1)), {0: 2, 1: 0}
    return (frozenset((1,)), {1: 1}) if other >= 1 else (frozenset(), {})


def signal(bid: int, other: int) -> Bid:
    """The group's bid that brings it: if it wants both items, its bid for item 0 grows with the bids for item 1."""
    return (bid + other, other) if bid >= 2 else (0, other)


@claim(
    f"{PAPER}, §4.2, the bound on a group's bid",
    "without a bound on a group's bid for an item by its members' bids for it, it can signal who is in it: then prices need not"
    " be alike. With one, such a mechanism bids next to nothing for an item that is worth any amount to a member",
    Status.PROVED,
)
def bounded_bids(top: int = 8, bound: int = 4) -> Evidence:
    """Two members who bid up to `top`, every lie. bound: of what the group may bid for item 0 where its member bids 2."""
    grid = range(top + 1)
    lies = unpaid = missed = losing = 0
    for bid, other in product(grid, repeat=2):
        items, pays = signalled(bid, other)
        unpaid += sum(pays.values()) != SIGNAL[items]
        losing += has(0, bid, (items, pays)) < 0 or has(1, other, (items, pays)) < 0
        missed += items not in best(SIGNAL, worths_by(signal(bid, other)))
        for lie in grid:
            lies += has(0, bid, signalled(lie, other)) > has(0, bid, (items, pays))
            lies += has(1, other, signalled(bid, lie)) > has(1, other, (items, pays))
    both = frozenset((0, 1))
    bounded = product(range(bound + 1), range(top + 1))
    most = max(
        second for first, second in bounded if both in best(SIGNAL, worths_by((first, second)))
    )
    grows = [signal(2, other)[0] for other in grid]
    return Evidence(
        f"prices {SIGNAL[frozenset((0,))]} for the first item, {SIGNAL[frozenset((1,))]} for the second, {SIGNAL[both]} for both:"
        f" of two members with bids up to {top}, {lies} lies pay, {losing} times one loses, {unpaid} times the group pays another"
        f" price, {missed} times its bid brings something else. For the first item it bids {grows[0]} to {grows[-1]} where its"
        f" member bids 2; bounded by {bound} it gets both by no bid of more than {most} for the second, whatever that is worth",
        lies == losing == unpaid == missed == 0
        and most == bound - 1
        and grows[-1] - grows[0] == top,
    )


def has(member: int, value: int, got: tuple[Items, Mapping[int, int]]) -> int:
    """What a member who wants the item of its number has of what the group gets."""
    items, pays = got
    return value - pays[member] if member in items else 0
