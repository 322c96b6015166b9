"""Subgroups, measured: the best, whom they leave out, and what settling them by the bids does to the truth."""

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, product
from typing import TypeAlias

from offchain.model.mechanisms.equal_split import served_count, willingness_to_pay
from offchain.model.mechanisms.regrouping import (
    BestSubgroups,
    each_its_own,
    in_equal_shares,
    shares,
    willingness_of_subgroups,
)
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.daos import lies_that_pay

PAPER = "Chen, Zhou, Less-excludable Mechanism for DAOs in Public Good Auctions (arXiv 2504.11854)"

Payments: TypeAlias = Sequence[int | None]
"""What every member pays, None if not served."""


@claim(
    f"{PAPER}, Theorems 1 and 2",
    "blocks of the ranked bids, each as short as can be, are subgroups that can pay most: in equal shares by any number of "
    "them or at most so many, and each its own willingness to pay by at most so many",
    Status.PROVED,
    proof="regrouping.md#proofs",
)
def subgroups(members: int = 5, top: int = 5) -> Evidence:
    """Every list of up to `members` bids up to `top`, every partition of it, every limit."""
    lists = cases = more = 0
    for bids in _lists(members, top):
        lists += 1
        ways = [
            (len(parts), willingness_of_subgroups(parts), sum(map(willingness_to_pay, parts)))
            for parts in partitions(bids)
        ]
        for most in range(1, len(bids) + 1):
            cases += 1
            within = [way for way in ways if way[0] <= most]
            equal, own = in_equal_shares(bids, most), each_its_own(bids, most)
            more += equal.total != max(way[1] for way in within)
            more += own.total != max(way[2] for way in within)
            more += willingness_of_subgroups(equal.subgroups) != equal.total
    return Evidence(
        f"{lists} lists of up to {members} bids up to {top}, {cases} with a limit: {more} with a total that is not "
        "the best of all partitions",
        more == 0,
    )


@claim(
    f"{PAPER}, Theorem 3",
    "whoever is served undivided is served in the best subgroups, at every price that the group can pay undivided",
    Status.PROVED,
    proof="regrouping.md#proofs",
)
def exclusion(members: int = 5, top: int = 7) -> Evidence:
    """Every list of up to `members` bids up to `top`, every price."""
    cases = lost = gained = 0
    for bids in _lists(members, top):
        found = in_equal_shares(bids).subgroups
        for price in range(1, willingness_to_pay(bids) + 1):
            served = [pays is not None for part in shares(found, price) for pays in part]
            alone = served_count(bids, price)
            cases += 1
            lost += sum(served[:alone]) < alone
            gained += sum(served) > alone
    return Evidence(
        f"{cases} lists of up to {members} bids up to {top} with a price: in {lost} somebody loses access, in {gained} "
        "more have it",
        lost == 0 < gained,
    )


@claim(
    f"{PAPER}, beyond it: incentives",
    "subgroups that are settled before the bids, or drawn whatever they are, leave no lie that pays; the best of the bids do",
    Status.PROVED,
    proof="regrouping.md#proofs",
)
def settled(members: int = 3, top: int = 4) -> Evidence:
    """Every partition, profile of bids up to `top`, member, lie and price; and the same with the best subgroups of the bids."""
    lies = gains = games = 0
    places = range(members)
    profiles = list(product(range(top + 1), repeat=members))
    for price in range(1, members * top + 1):
        for parts in partitions(places):
            games += len(profiles)
            paid = {bids: settled_shares(parts, bids, price) for bids in profiles}
            lies += sum(1 for _ in lies_that_pay(paid))
        gains += sum(
            1 for _ in lies_that_pay({bids: chosen_shares(bids, price) for bids in profiles})
        )
    truth, lie = chosen_shares((2, 1, 1), 3), chosen_shares((1, 1, 1), 3)
    return Evidence(
        f"{games} profiles of {members} bids up to {top} with a price and a partition: {lies} lies pay; with the best "
        f"subgroups of the bids {gains} do: of {{2, 1, 1}} at price 3 the first pays {truth[0]}, bidding 1 it pays {lie[0]}",
        lies == 0 < gains and (truth[0], lie[0]) == (2, 1),
    )


def _lists(members: int, top: int) -> Iterator[tuple[int, ...]]:
    """Every list of positive bids, highest first."""
    for length in range(1, members + 1):
        yield from combinations_with_replacement(range(top, 0, -1), length)


def partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """Every way to cut a list into lists."""
    if not items:
        yield []
        return
    for parts in partitions(items[1:]):
        yield [[items[0]], *parts]
        for place, part in enumerate(parts):
            yield [*parts[:place], [items[0], *part], *parts[place + 1 :]]


def settled_shares(parts: Sequence[Sequence[int]], bids: Sequence[int], price: int) -> Payments:
    """What members, by place, pay in subgroups of these places."""
    paid: list[int | None] = [None] * len(bids)
    split = shares([[bids[place] for place in part] for part in parts], price)
    for part, pays in zip(parts, split, strict=True):
        for place, each in zip(part, pays, strict=True):
            paid[place] = each
    return paid


def chosen_shares(bids: Sequence[int], price: int) -> Payments:
    """What members pay in the best subgroups of what they bid."""
    rule = BestSubgroups()
    return rule.split(bids, price).charges if price <= rule.bid(bids) else [None] * len(bids)
