"""That pay-your-bid aggregation invites free riding: the member and the lower bid.

Source: "When Bidders Are DAOs", §1.1 and footnote 2. One item; amounts are integers in units.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from offchain.model.checks.lies import around, different, evenly
from offchain.model.checks.properties import Award, Deviation, Game, find_deviation
from offchain.model.instances.two_level import TwoLevelInstance
from offchain.model.mechanisms.pay_your_bid import Asks, solve_lot

GRID_LIMIT = 1_000
"""Up to which sum of all values every bid is tried."""


def find_lie(instance: TwoLevelInstance, asks: Asks = Asks.FIRST) -> Deviation[int] | None:
    """A member and a bid that gives it more than bidding its value, all others being truthful.

    Tries all bids from 0 up to one above the sum of all values of the first item, or, where that is
    more than GRID_LIMIT, up to that and the bids of `critical_bids`.
    """
    seats = game(instance, asks)
    grid = range(min(sum(seats.bids), GRID_LIMIT) + 2)
    critical = critical_bids(instance)
    return find_deviation(seats, lambda player: chain(grid, critical[player]))


def critical_bids(instance: TwoLevelInstance) -> list[list[int]]:
    """For every member of every group, where its bid decides: what its group still lacks for the price of another.

    The values and the sums too, and evenly spaced bids, all with their neighbours. O(members * groups).
    """
    sums = [sum(member.values[0] for member in group.members) for group in instance.groups]
    values = [member.values[0] for group in instance.groups for member in group.members]
    prices = (*sums, instance.reserves[0])

    def bids(group: int, value: int) -> Iterator[int]:
        lacking = (price - (sums[group] - value) for price in prices)
        common = chain(values, prices, (amount // 2 for amount in (*values, *prices)))
        return chain(around(lacking), around(common), evenly(max(prices)))

    return [
        list(different(bids(group, member.values[0]), sum(prices) + 1))
        for group, members in enumerate(instance.groups)
        for member in members.members
    ]


def game(instance: TwoLevelInstance, asks: Asks) -> Game[int, bool]:
    """The auction of the first item as all members of all groups see it; the prize is to be served."""
    members = [member for group in instance.groups for member in group.members]
    values = tuple(member.values[0] for member in members)

    def play(bids: tuple[int, ...]) -> list[Award[bool]]:
        rest = iter(bids)
        groups = tuple(
            replace(group, members=tuple(replace(m, bids=(next(rest),)) for m in group.members))
            for group in instance.groups
        )
        lot = solve_lot(replace(instance, groups=groups), 0, asks)
        return [
            Award(True, lot.charge(member.name))
            if group.name == lot.winner and member.name in lot.served
            else Award(False, 0)
            for group in groups
            for member in group.members
        ]

    return Game(
        names=tuple(member.name for member in members),
        bids=values,
        play=play,
        worth=lambda player, served: values[player] if served else 0,
    )
