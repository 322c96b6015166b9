"""Other rewards than a rebate of a part of one unit.

Source: §9: "rewards as percentages of the revenue collected", and "rewarding the star player, when the coin toss ends up
Tails, with the difference between R_star and the second-highest revenue".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from offchain.model.checks.resilient import best_known_offer
from offchain.model.instances.resilient import ResilientInstance, ResilientPlayer, Side
from offchain.model.mechanisms.resilient import (
    carry_out,
    favourite,
    find_star,
    grant_wish,
    rebates,
    worth,
)
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.resilient.mechanism import PAPER, random_games

Reward: TypeAlias = Callable[[ResilientInstance], Mapping[str, Fraction]]
"""What everybody gets back on tails, in units."""


def part_of_revenue(game: ResilientInstance) -> dict[str, Fraction]:
    """Epsilon of what the star's offer is worth, in the proportions of the rebate."""
    most = worth(find_star(game).offer)
    return {name: most * amount for name, amount in rebates(game).items()}


def lead(game: ResilientInstance) -> dict[str, Fraction]:
    """The star gets what its offer is worth more than the second-best."""
    star = find_star(game)
    second = max((worth(player.offer) for player in game.players if player is not star), default=0)
    back = dict.fromkeys((player.name for player in game.players), Fraction(0))
    return back | {star.name: Fraction(worth(star.offer) - second)}


def tossed(game: ResilientInstance, reward: Reward) -> tuple[Side, Side]:
    """Heads and tails with this reward in the place of the rebate."""
    star = find_star(game)
    tails = carry_out(game, star.offer, star)
    kept, back = rebates(game), reward(game)
    payments = {name: paid + kept[name] - back[name] for name, paid in tails.payments.items()}
    return grant_wish(game, star), replace(tails, payments=payments)


def has(player: ResilientPlayer, sides: Iterable[Side]) -> Fraction:
    """What the player expects of the coin."""
    values = (
        player.value(side.allocation.get(player.name, ())) - side.payments[player.name]
        for side in sides
    )
    return sum(values, Fraction(0)) / 2


@dataclass(frozen=True, slots=True)
class Found:
    """What a reward does over many games.

    equal, better: underbids that are as good as telling, and better. short: games where all tell whose revenue is below the
    bound. sums: how often welfare and revenue together are less than with the rebate.
    """

    underbids: int
    equal: int
    better: int
    short: int
    sums: int


def found(
    games: Iterable[ResilientInstance],
    reward: Reward,
    bound: Callable[[ResilientInstance], Fraction],
) -> Found:
    """All underbids of the games under this reward, and its revenue where all offer what they know."""
    gains: list[Fraction] = []
    short = sums = 0
    for game in games:
        known = {player.name: best_known_offer(game, player) for player in game.players}
        told = [replace(p, offer=known[p.name], wish=favourite(p)) for p in game.players]
        for place, player in enumerate(game.players):
            if worth(player.offer) < worth(known[player.name]):
                better = replace(
                    game, players=(*game.players[:place], told[place], *game.players[place + 1 :])
                )
                gains.append(
                    has(player, tossed(game, reward)) - has(told[place], tossed(better, reward))
                )
        telling = replace(game, players=tuple(told))
        revenue = sum((side.revenue for side in tossed(telling, reward)), Fraction(0)) / 2
        usual = sum((side.revenue for side in tossed(telling, rebates)), Fraction(0)) / 2
        short += revenue < bound(telling)
        sums += revenue < usual
    return Found(
        len(gains), sum(gain == 0 for gain in gains), sum(gain > 0 for gain in gains), short, sums
    )


def benchmark(game: ResilientInstance) -> int:
    """What the best offer is worth where all offer what they know: MEW."""
    return worth(find_star(game).offer)


def runner_up(game: ResilientInstance) -> int:
    """What the second-best offer is worth."""
    return sorted(worth(player.offer) for player in game.players)[-2]


@claim(
    f"{PAPER}, §9, rewards",
    "instead of a rebate of part of a unit players may get a part e of the revenue, in the same proportions: nobody underbids,"
    " and revenue is at least (1 - e) MEW / 2. Or the star gets what its offer is worth more than the second-best: underbidding"
    " is never better, but may be as good, and revenue is half of the second-best",
    Status.PROVED,
    proof="resilient.md#other-rewards",
    wider={"samples": 10_000},
)
def rewards(samples: int = 600, seed: int = 1) -> Evidence:
    """Random games of three players and two goods: every underbid, and the revenue where all tell."""
    games = list(random_games(samples, seed))
    part = found(games, part_of_revenue, lambda game: (1 - game.epsilon) * benchmark(game) / 2)
    best = found(games, lead, lambda game: Fraction(runner_up(game), 2))
    below = found(games, lead, lambda game: Fraction(benchmark(game), 2)).short
    return Evidence(
        f"{part.underbids} underbids in {samples} random games (seed {seed}): with a part of the revenue"
        f" {part.equal + part.better} are as good as telling, {part.short} games below the bound; with the lead {best.better} are"
        f" better and {best.equal} as good, {best.short} games below half of the second-best and {below} below half of the best",
        part.equal + part.better + part.short + best.better + best.short
        == 0
        < min(part.underbids, best.equal, below),
        amended='the paper adds that "the sum of social welfare and revenue will not be affected": with welfare the sum of the'
        f" values, as it defines it, what is given back is missing from that sum in {part.sums} and {best.sums} of these games;"
        f" what is not affected is the sum of everybody's utility and the revenue",
    )
