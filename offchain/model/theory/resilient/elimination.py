"""Two rounds of elimination by the paper's own definitions, in games small enough to go through every strategy.

Source: §5, Definitions 8 to 11. Two players, one good, offers at prices up to a limit. A strategy is an
announcement and an answer to everything that the other may have announced before it offers the good. One
strategy is distinguishably dominated by another if some strategy of the other player tells them apart, and
against all that do it is strictly worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import chain, compress, product
from typing import TypeAlias

from offchain.model.instances.resilient import Answer, Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import (
    expected_utility,
    revenue_guarantee,
    ruling_star,
    solve,
)
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.resilient.mechanism import EPSILON, PAPER

GOOD = ("g",)
NAMES = ("1", "2")

Announcement: TypeAlias = tuple[int, bool]
"""The price at which the good is offered to the other player, 0 for no offer; whether it is wished for."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """What a player announces, and those announcements of the other, who offers it the good, to which it says YES."""

    announced: Announcement
    accepts: frozenset[Announcement]


Pair: TypeAlias = tuple[Strategy, Strategy]


def instance(pair: Pair, values: tuple[int, int]) -> ResilientInstance:
    """The game in which the two play so."""
    first, second = pair
    answers = (second.announced in first.accepts, first.announced in second.accepts)
    players = (
        announcing(place, values[place], strategy.announced, Answer.YES if says else Answer.NO)
        for place, (strategy, says) in enumerate(zip(pair, answers, strict=True))
    )
    return ResilientInstance(EPSILON, GOOD, tuple(players))


def announcing(
    place: int, value: int, announced: Announcement, answer: Answer | None = None
) -> ResilientPlayer:
    """The player in this place with an announcement."""
    price, wishes = announced
    offer = (Offer(NAMES[1 - place], GOOD, price),) if price else ()
    return ResilientPlayer(NAMES[place], {GOOD: value}, offer, GOOD if wishes else (), answer)


@dataclass(frozen=True, slots=True)
class Player:
    """One of two players, and what it values the good at."""

    place: int
    value: int


def paired(place: int, own: Strategy, other: Strategy) -> Pair:
    """The two strategies in the order of the players."""
    return (own, other) if place == 0 else (other, own)


def history(pair: Pair) -> tuple[object, ...]:
    """What has been said by the end, on tails; heads tell no more than the announcements."""
    first, second = pair
    says = (second.announced in first.accepts, first.announced in second.accepts)
    return first.announced, second.announced, says


class Game:
    """Two players who offer each other a good at prices up to `top`, and value it at up to `top + 1`.

    What is left after a round is worked out once.
    """

    def __init__(self, top: int) -> None:
        self.top = top
        self.values = range(top + 2)
        self.announcements = list(product(range(top + 1), (False, True)))
        self.once = cache(self._once)
        self.twice = cache(self._twice)
        self.revenue = cache(self._revenue)
        self._utility = cache(self._worked_out)

    @property
    def everybody(self) -> list[Player]:
        """Both players with every value."""
        return [Player(place, value) for place in (0, 1) for value in self.values]

    def strategies(self, place: int) -> list[Strategy]:
        """Every strategy of the player in this place."""
        return [
            Strategy(announced, frozenset(compress(asked, says)))
            for announced in self.announcements
            for asked in [self.offers_to(place, announced)]
            for says in product((False, True), repeat=len(asked))
        ]

    def offers_to(self, place: int, announced: Announcement) -> list[Announcement]:
        """The announcements of the other player after which this one, who announced so, is offered the good."""
        return [other for other in self.announcements if self._offers(place, announced, other)]

    def dominates(
        self, player: Player, better: Strategy, worse: Strategy, others: Sequence[Strategy]
    ) -> bool:
        """Whether `worse` is distinguishably dominated by `better` over these strategies of the other (Definition 8)."""
        told_apart = (
            other
            for other in others
            if history(paired(player.place, better, other))
            != history(paired(player.place, worse, other))
        )
        first = next(told_apart, None)
        return first is not None and all(
            self._utility(player, worse, other) < self._utility(player, better, other)
            for other in chain([first], told_apart)
        )

    def _once(self, player: Player) -> tuple[Strategy, ...]:
        """What is left of the player's strategies after one round, which depends on nobody else's value: Sigma^1."""
        own, others = self.strategies(player.place), self.strategies(1 - player.place)
        return tuple(
            one
            for one in own
            if not any(self.dominates(player, other, one, others) for other in own)
        )

    def _twice(self, player: Player, least: int) -> tuple[Strategy, ...]:
        """What is left after two, of a player who knows that the other's value is at least `least`: Sigma^2 (Definition 10).

        The same better strategy has to dominate whatever value, of those possible, the other has.
        """
        own = self.once(player)
        possible = [
            self.once(Player(1 - player.place, value)) for value in self.values if value >= least
        ]
        return tuple(
            one
            for one in own
            if not any(
                all(self.dominates(player, other, one, others) for others in possible)
                for other in own
            )
        )

    def _revenue(self, pair: Pair) -> Fraction:
        """What the seller expects of the coin if the two play so; their values are nothing to it."""
        return solve(instance(pair, (0, 0))).expected_revenue

    def _worked_out(self, player: Player, own: Strategy, other: Strategy) -> Fraction:
        """What the player expects of the coin; the other's value is nothing to it."""
        values = (player.value, 0) if player.place == 0 else (0, player.value)
        game = instance(paired(player.place, own, other), values)
        return expected_utility(game, [game.players[player.place]])

    def _offers(self, place: int, announced: Announcement, other: Announcement) -> bool:
        said = (announced, other) if place == 0 else (other, announced)
        players = (announcing(0, 0, said[0]), announcing(1, 0, said[1]))
        star = ruling_star(ResilientInstance(EPSILON, GOOD, players))
        return star is not None and star.name != NAMES[place] and bool(star.offer)


def answer_against(game: Game, player: Player) -> int:
    """How many strategies left after one round have an answer that Lemma 1 excludes."""
    return sum(
        any(
            player.value != price and ((price, wish) in strategy.accepts) != (player.value > price)
            for price, wish in game.offers_to(player.place, strategy.announced)
        )
        for strategy in game.once(player)
    )


@claim(
    f"{PAPER}, Definitions 8 to 11",
    "by the definitions: after one round of elimination nobody answers against its value (Lemma 1), after two nobody offers less"
    " than it knows (Lemma 3), and in all that is left expected revenue is at least (MEW - e)/2 (Theorem 1); more than one knows"
    " may be offered still",
    Status.PROVED,
    wider={"tops": (1, 2, 3)},
)
def elimination(tops: Sequence[int] = (1, 2)) -> Evidence:
    """Every strategy of two players, every value, and every least value that is known of the other. tops: of prices."""
    told = []
    wrong = under = short = over = 0
    for game in map(Game, tops):
        plays, below = revenues(game)
        rounds = [how_many(game, place) for place in (0, 1)]
        wrong += sum(answer_against(game, player) for player in game.everybody)
        beyond = [
            strategy.announced[0] - max(0, least - 1)
            for player, least in product(game.everybody, game.values)
            for strategy in game.twice(player, least)
        ]
        under += sum(more < 0 for more in beyond)
        over += sum(more > 0 for more in beyond)
        short += below
        all_of, once_of, twice_of = (
            f"{first} and {second}" for first, second in zip(*rounds, strict=True)
        )
        told.append(
            f"prices up to {game.top}: of {all_of} strategies over all values and knowledge {once_of} are left after one"
            f" round, {twice_of} after two, in {plays} plays"
        )
    return Evidence(
        f"{'; '.join(told)}. {wrong} answer against the value, {under} offer less than is known, {short} plays are below the"
        f" bound; {over} offer more than is known",
        wrong == under == short == 0 < over,
    )


def how_many(game: Game, place: int) -> tuple[int, int, int]:
    """The strategies of the player in this place, and those left after each round, over all its values and what it may know."""
    cases = [(Player(place, value), least) for value, least in product(game.values, repeat=2)]
    return (
        len(cases) * len(game.strategies(place)),
        sum(len(game.once(player)) for player, _ in cases),
        sum(len(game.twice(player, least)) for player, least in cases),
    )


def revenues(game: Game) -> tuple[int, int]:
    """How many plays are left after two rounds, over all values and all true knowledge, and in how many Theorem 1 fails."""
    plays = below = 0
    for values in product(game.values, repeat=2):
        for known in product(range(values[1] + 1), range(values[0] + 1)):
            bound = revenue_guarantee(max(0, *(least - 1 for least in known)), EPSILON)
            left = [game.twice(Player(place, values[place]), known[place]) for place in (0, 1)]
            for first, second in product(*left):
                plays += 1
                below += game.revenue((first, second)) < bound
    return plays, below
