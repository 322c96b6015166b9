"""Pay-your-bid where members bid what is best for them: Bayes-Nash equilibria of small games by fictitious play, verified.

Source: Bahrani, Garimidi and Roughgarden, "When Bidders Are DAOs", footnote 2, for the rule; Brown, "Iterative Solution of Games
by Fictitious Play" (1951), for the search. Every value is drawn evenly from 0 to `top`, by itself, and its owner alone knows it;
bids are whole units from 0 to `top`, since more costs more than any value. Amounts are integers in units. The search proves
nothing: what it ends at is verified, for every value of every member against every bid, in fractions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import TypeAlias

from offchain.model.checks.two_level import harmonic
from offchain.model.instances.rules import CRITICAL_BID, DEFAULT_LOWER, FIRST_PRICE, Lower
from offchain.model.theory.claim import Evidence, Status, claim, figure
from offchain.model.theory.composing import Amount, Table, at_work, in_groups, table
from offchain.model.theory.daos import PAPER, Sizes

Counts: TypeAlias = tuple[tuple[int, ...], ...]
"""A strategy: for every value how often each amount is bid, out of the same number of times for each value."""
Profile: TypeAlias = tuple[Counts, ...]
"""The strategies of all members, in the order of their groups."""
Choice: TypeAlias = Callable[[Sequence[int]], int]
"""Which of several best bids is played."""


@dataclass(frozen=True)
class Game:
    """Groups of these sizes under critical bids and a lower rule.

    reserve: the least price, and what the lot is worth to its seller if nobody gets it. There are at most some thousand
    profiles of bids, all of which are worked out.
    """

    sizes: Sizes
    top: int
    reserve: int = 1
    lower: Lower = Lower.PAY_YOUR_BID

    def __str__(self) -> str:
        groups = " against ".join(map(str, self.sizes))
        price = f" at a price of {self.reserve}" if self.reserve > 1 else ""
        return f"{groups}{price}, values 0..{self.top}"

    @property
    def amounts(self) -> range:
        """All values, and all bids."""
        return range(self.top + 1)

    @cached_property
    def table(self) -> Table:
        """What every profile of bids comes to."""
        return table(at_work(CRITICAL_BID, self.lower), self.sizes, self.top, self.reserve)

    def always(self, bids: Sequence[Sequence[int]]) -> Profile:
        """What members do who bid so much for each value."""
        return tuple(
            tuple(tuple(int(bid == amount) for amount in self.amounts) for bid in own)
            for own in bids
        )

    @property
    def truth(self) -> Profile:
        """Everybody bids the value."""
        return self.always([self.amounts] * sum(self.sizes))


def payoffs(game: Game, profile: Profile, member: int) -> tuple[list[list[Amount]], int]:
    """By value and bid what a member expects if the others play so, multiplied by the second. O(members * bids^members)."""
    weights = [bid_weights(counts) for counts in profile]
    weights[member] = [1] * len(game.amounts)
    served: list[Amount] = [0] * len(game.amounts)
    paid: list[Amount] = [0] * len(game.amounts)
    for bids, outcome in game.table.items():
        weight = prod(own[bid] for own, bid in zip(weights, bids, strict=True))
        if weight:
            chance, pays = outcome[member]
            served[bids[member]] += weight * chance
            paid[bids[member]] += weight * pays
    expected = [
        [value * chance - pays for chance, pays in zip(served, paid, strict=True)]
        for value in game.amounts
    ]
    return expected, prod(map(sum, weights)) // len(game.amounts)


def bid_weights(counts: Counts) -> list[int]:
    """How often each amount is bid over all values."""
    return [sum(played) for played in zip(*counts, strict=True)]


def epsilon(game: Game, profile: Profile) -> Fraction:
    """The most that any value of any member gains by another bid, in units, expected: 0 in an equilibrium."""
    return max(gain for member in range(len(profile)) for gain in gains(game, profile, member))


def gains(game: Game, profile: Profile, member: int) -> Iterator[Fraction]:
    """For each value of a member what the best bid brings above what it does."""
    expected, scale = payoffs(game, profile, member)
    for amounts, played in zip(expected, profile[member], strict=True):
        times = sum(played)
        had = sum(amount * count for amount, count in zip(amounts, played, strict=True))
        yield Fraction(max(amounts) * times - had) / (scale * times)


def fictitious_play(game: Game, choice: Choice = min, rounds: int = 100) -> tuple[Profile, int]:
    """What members come to who start with the truth, and after which round.

    In each round one after the other adds what is best, value by value, against all that the others have done so far. Where the
    answers of a round are an equilibrium by themselves they are what it ends with, else all that has been done.
    """
    history = list(game.truth)
    for number in range(1, rounds + 1):
        answers: list[Counts] = []
        for member in range(len(history)):
            answer = best_answer(game, tuple(history), member, choice)
            history[member] = added(history[member], answer)
            answers.append(answer)
        if not epsilon(game, tuple(answers)):
            return tuple(answers), number
    return tuple(history), rounds


def best_answer(game: Game, profile: Profile, member: int, choice: Choice) -> Counts:
    """What is best for a member, value by value, if the others play so."""
    expected, _ = payoffs(game, profile, member)
    bids = [
        choice([bid for bid, amount in enumerate(amounts) if amount == max(amounts)])
        for amounts in expected
    ]
    return game.always([bids])[0]


def added(counts: Counts, others: Counts) -> Counts:
    """Both, one after the other."""
    return tuple(
        tuple(map(sum, zip(own, more, strict=True)))
        for own, more in zip(counts, others, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Means:
    """What is expected of a lot: what it is worth to who has it, its seller included, and what is paid."""

    welfare: Fraction
    revenue: Fraction

    def __str__(self) -> str:
        return f"{figure(self.welfare)} and {figure(self.revenue)}"


def means(game: Game, profile: Profile) -> Means:
    """Over all values and what is bid for them."""
    welfare = revenue = total = Fraction(0)
    weights = [bid_weights(counts) for counts in profile]
    worth = [mean_values(counts) for counts in profile]
    for bids, outcome in game.table.items():
        weight = prod(own[bid] for own, bid in zip(weights, bids, strict=True))
        if not weight:
            continue
        total += weight
        sold = any(chance for chance, _ in outcome)
        got = sum(
            own[bid] * chance for own, bid, (chance, _) in zip(worth, bids, outcome, strict=True)
        )
        welfare += weight * (got if sold else game.reserve)
        revenue += weight * sum(pays for _, pays in outcome)
    return Means(welfare / total, revenue / total)


def mean_values(counts: Counts) -> list[Fraction]:
    """For each bid the mean of the values that it is bid for; 0 if it is not bid."""
    return [
        Fraction(sum(value * times for value, times in enumerate(played)), max(1, sum(played)))
        for played in zip(*counts, strict=True)
    ]


def optimum(game: Game) -> Fraction:
    """The expected welfare at best."""
    profiles = list(product(game.amounts, repeat=sum(game.sizes)))
    best = sum(max(game.reserve, *map(sum, in_groups(bids, game.sizes))) for bids in profiles)
    return Fraction(best, len(profiles))


@dataclass(frozen=True, slots=True)
class Played:
    """What fictitious play ends with, after which round, the most that anybody gains by another bid, and what is expected."""

    profile: Profile
    rounds: int
    epsilon: Fraction
    means: Means

    def __str__(self) -> str:
        return f"{self.means} (epsilon {figure(self.epsilon)}, round {self.rounds})"


def played(game: Game, choice: Choice, rounds: int = 100) -> Played:
    """Fictitious play, verified and measured."""
    profile, number = fictitious_play(game, choice, rounds)
    return Played(profile, number, epsilon(game, profile), means(game, profile))


def equal_shares(game: Game) -> Means:
    """What is expected of the same values under equal shares, by the truth."""
    equal = replace(game, lower=DEFAULT_LOWER)
    return means(equal, equal.truth)


FOOTNOTE = f"{PAPER}, footnote 2"

GAMES = (Game((2,), 4, 4), Game((2,), 6, 7), Game((1, 2), 5), Game((2, 1), 4), Game((2, 2), 4))


@claim(
    f"{FOOTNOTE}, in equilibrium",
    "members who pay their bids, and do what is best for them, each of whom knows its own value alone, get part of the welfare,"
    " all of which true bids get, and bring the seller less than equal shares by the truth; welfare may be above theirs or below."
    " In the equilibria found of the games named: there are other games, and other equilibria",
    Status.MEASURED,
    wider={
        "games": (*GAMES, Game((2,), 8, 8), Game((3,), 4, 5), Game((1, 2), 7), Game((2, 1), 6)),
    },
)
def pay_your_bid(games: Sequence[Game] = GAMES, rounds: int = 100) -> Evidence:
    """Fictitious play with ties to the lowest and to the highest bid, verified, beside equal shares by the truth."""
    told = []
    above = below = 0
    fits = True
    # afresh: a game keeps its table, which is of the rules as they then were
    for game in map(replace, games):
        best, shares = optimum(game), equal_shares(game)
        low, high = (played(game, choice, rounds) for choice in (min, max))
        for found in (low, high):
            above += found.means.welfare > shares.welfare
            below += found.means.welfare < shares.welfare
            fits = fits and found.epsilon == 0
            fits = fits and found.means.welfare < best and found.means.revenue < shares.revenue
        asked = table(at_work(FIRST_PRICE, game.lower), game.sizes, game.top, game.reserve)
        fits = fits and asked == game.table and means(game, game.truth).welfare == best
        told.append(f"{game}: {low}, {high}; equal shares {shares}; the optimum {figure(best)}")
    return Evidence(
        f"expected welfare and revenue in equilibrium, ties to low bids, then to high ones. {'. '.join(told)}. Welfare is"
        f" above that of equal shares in {above} of them, below in {below}; under first price the games are the same",
        fits and below > 0,
    )


@claim(
    f"{FOOTNOTE}, in equilibrium without bids",
    "of l members who pay their bids, and none of whom values the lot above its price p, nobody bids in an equilibrium, whether"
    " they know each other's values or not: if all value it at p, the optimum is l times the welfare, the seller's included;"
    " of equal shares it is H_l times by the truth, at most",
    Status.PROVED,
    proof="composing.md#where-members-do-what-is-best",
)
def no_bids(settings: Sequence[tuple[int, int]] = ((2, 3), (2, 6), (3, 4))) -> Evidence:
    """Every value up to the price against every bid, where the others do not bid; and values of one more, for which it pays."""
    told = []
    fits = True
    for members, price in settings:
        most, more = (
            epsilon(game, game.always([[0] * len(game.amounts)] * members))
            for game in (Game((members,), top, price) for top in (price, price + 1))
        )
        game = Game((members,), price, price)
        had = means(game, game.always([[0] * len(game.amounts)] * members)).welfare
        worst, bound = members * price / had, harmonic(members)
        told.append(
            f"{members} members at a price of {price}: epsilon {figure(most)}, the optimum up to {figure(worst)} times the"
            f" welfare, H_l is {figure(bound)}; with values of {price + 1} epsilon {figure(more)}"
        )
        fits = fits and most == 0 and more == 1 and worst == members and worst > bound
    return Evidence(". ".join(told), fits)
