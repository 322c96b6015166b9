"""That pay-your-bid aggregation invites free riding: the member and the lower bid.

Source: "When Bidders Are DAOs", §1.1 and footnote 2. One item; amounts are integers in units.
"""

from dataclasses import replace

from offchain.checks.properties import Award, Deviation, Game, find_deviation
from offchain.instances.two_level import TwoLevelInstance
from offchain.mechanisms.pay_your_bid import Asks, solve_lot


def find_lie(instance: TwoLevelInstance, asks: Asks = Asks.FIRST) -> Deviation[int] | None:
    """A member and a bid that gives it more than bidding its value, all others being truthful.

    Tries all bids from 0 up to one above the sum of all values of the first item.
    """
    seats = game(instance, asks)
    return find_deviation(seats, lambda _: range(sum(seats.bids) + 2))


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
            Award(True, lot.payments[member.name])
            if group.name == lot.winner and member.name in lot.payments
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
