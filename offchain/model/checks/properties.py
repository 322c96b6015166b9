"""Properties of any mechanism, as searches that return the counter-example.

Source: "When Bidders Are DAOs", §2, for the definitions. A mechanism is given as a `Game`: what
everybody gets for what everybody bids, and what that is worth to each. Bids may be anything: an
amount, a valuation, a signal, an announcement. Amounts are integers or fractions, in units, and
expected ones where the mechanism is random. Which bids to try is the caller's to say: all of a grid
make a search exhaustive, a random sample does not.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from random import Random
from typing import Generic, TypeAlias, TypeVar

Bid = TypeVar("Bid")
Prize = TypeVar("Prize")
Amount: TypeAlias = int | Fraction


@dataclass(frozen=True, slots=True)
class Award(Generic[Prize]):
    """What a player gets, and what it pays for that (negative: receives), in units."""

    prize: Prize
    payment: Amount


@dataclass(frozen=True, slots=True)
class Game(Generic[Bid, Prize]):
    """A mechanism with its players.

    names: the players'. bids: what they bid if they bid truthfully. play: the mechanism. worth: what a
    prize is really worth to a player, by its index.
    """

    names: tuple[str, ...]
    bids: tuple[Bid, ...]
    play: Callable[[tuple[Bid, ...]], Sequence[Award[Prize]]]
    worth: Callable[[int, Prize], Amount]

    def utilities(self, bids: tuple[Bid, ...]) -> list[Amount]:
        """Everybody's value less payment for these bids. One play."""
        return [
            self.worth(player, award.prize) - award.payment
            for player, award in enumerate(self.play(bids))
        ]

    def instead(self, player: int, bid: Bid) -> tuple[Bid, ...]:
        """The truthful bids, but for one player's."""
        return (*self.bids[:player], bid, *self.bids[player + 1 :])


Bids: TypeAlias = Callable[[int], Iterable[Bid]]
"""The bids to try, for a player by its index."""


@dataclass(frozen=True, slots=True)
class Deviation(Generic[Bid]):
    """Bids with which some players together get more than with the truth, all others being truthful.

    More bids than players are those of one player under as many names.
    """

    players: tuple[str, ...]
    bids: tuple[Bid, ...]
    truthful: Amount
    utility: Amount

    def __str__(self) -> str:
        who, lies = (" and ".join(map(str, some)) for some in (self.players, self.bids))
        gets = "gets" if len(self.players) == 1 else "get"
        how = "" if len(self.bids) == len(self.players) else f"under {len(self.bids)} names "
        return (
            f"{who} {gets} {self.truthful} by the truth and {self.utility} {how}by bidding {lies}"
        )


def find_deviation(game: Game[Bid, Prize], bids: Bids[Bid]) -> Deviation[Bid] | None:
    """Incentive compatibility: a player and a bid that gives it more than the truth. One play per bid tried."""
    truthful = game.utilities(game.bids)
    for player, name in enumerate(game.names):
        for bid in bids(player):
            utility = game.utilities(game.instead(player, bid))[player]
            if utility > truthful[player]:
                return Deviation((name,), (bid,), truthful[player], utility)
    return None


def find_joint_deviation(
    game: Game[Bid, Prize], bids: Bids[Bid], size: int = 2
) -> Deviation[Bid] | None:
    """Collusion: `size` players whose bids give them more in all than the truth. One play per combination tried."""
    truthful = game.utilities(game.bids)
    for group in combinations(range(len(game.names)), size):
        honest = sum(truthful[player] for player in group)
        for lies in product(*(tuple(bids(player)) for player in group)):
            lie = dict(zip(group, lies, strict=True))
            everyone = tuple(lie.get(player, bid) for player, bid in enumerate(game.bids))
            utilities = game.utilities(everyone)
            utility = sum(utilities[player] for player in group)
            if utility > honest:
                names = tuple(game.names[player] for player in group)
                return Deviation(names, lies, honest, utility)
    return None


def find_false_names(
    game: Game[Bid, Prize],
    splits: Callable[[int], Iterable[tuple[Bid, ...]]],
    together: Callable[[Sequence[Prize]], Prize],
) -> Deviation[Bid] | None:
    """False-name bids: a player and bids under several names that give it more than the truth under one.

    splits: the bids to try. together: several prizes as one. `play` must take any number of bids.
    """
    truthful = game.utilities(game.bids)
    for player, name in enumerate(game.names):
        for bids in splits(player):
            awards = game.play((*game.bids[:player], *bids, *game.bids[player + 1 :]))
            own = awards[player : player + len(bids)]
            prize = together([award.prize for award in own])
            utility = game.worth(player, prize) - sum(award.payment for award in own)
            if utility > truthful[player]:
                return Deviation((name,), bids, truthful[player], utility)
    return None


def find_loss(game: Game[Bid, Prize]) -> tuple[str, Amount] | None:
    """Individual rationality: a player who bids the truth and gets less than nothing, with its utility. One play."""
    for name, utility in zip(game.names, game.utilities(game.bids), strict=True):
        if utility < 0:
            return name, utility
    return None


def find_unequal(
    game: Game[Bid, Prize], alike: Callable[[int], Hashable]
) -> tuple[str, str] | None:
    """Equal treatment: two players with equal bids and different utilities. One play, and a look at each player.

    alike: what two players must have in common to be compared: their bid, and their group, if there
    are groups. Equal utilities are all that can be asked where a prize is for one: of two who bid the
    same, the winner must gain nothing.
    """
    utilities = game.utilities(game.bids)
    first: dict[Hashable, int] = {}
    for player, utility in enumerate(utilities):
        example = first.setdefault(alike(player), player)
        if utilities[example] != utility:
            return game.names[example], game.names[player]
    return None


def find_unreachable(
    game: Game[Bid, Prize], bids: Bids[Bid], wanted: Callable[[int, Prize], bool]
) -> str | None:
    """Consumer sovereignty: a player that none of these bids of its gives the prize it wants. One play per bid."""
    for player, name in enumerate(game.names):
        if not any(
            wanted(player, game.play(game.instead(player, bid))[player].prize)
            for bid in bids(player)
        ):
            return name
    return None


def find_jump(
    game: Game[Bid, Prize], above: Bids[Bid], wanted: Callable[[int, Prize], bool]
) -> str | None:
    """Upper semi-continuity: a player that gets what it wants at all bids above its own, and not at its own.

    above: bids above the player's own, the closest first, as close as the mechanism can tell apart.
    On a grid of whole units this says little; multiply all amounts by a large number first.
    """
    awards = game.play(game.bids)
    for player, name in enumerate(game.names):
        if wanted(player, awards[player].prize):
            continue
        closer = [game.play(game.instead(player, bid))[player].prize for bid in above(player)]
        if closer and all(wanted(player, prize) for prize in closer):
            return name
    return None


def welfare(game: Game[Bid, Prize]) -> Amount:
    """What everybody's prize is really worth, in all, if all bid the truth. One play."""
    awards = game.play(game.bids)
    return sum(game.worth(player, award.prize) for player, award in enumerate(awards))


def revenue(game: Game[Bid, Prize]) -> Amount:
    """Everybody's payments, in all, if all bid the truth; budget balance is for it to equal what the seller gets."""
    return sum(award.payment for award in game.play(game.bids))


def sample(bids: Sequence[Bid], count: int, seed: int) -> list[Bid]:
    """At most so many of the bids, drawn at random, the same ones for the same seed."""
    return list(bids) if len(bids) <= count else Random(seed).sample(bids, count)
