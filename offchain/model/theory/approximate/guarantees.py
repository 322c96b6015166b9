"""Which part of the maximum welfare is guaranteed to individuals, and that no mechanism guarantees more.

A bid b fits the true values from b(1-d)/(1+d) to b(1+d)/(1-d), the most that an undominated bid can
stand for, and a guarantee is over all of those.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import ceil
from typing import TypeAlias

from offchain.model.mechanisms.approximate import (
    deterministic_guarantee,
    dominant_guarantee,
    probabilistic_guarantee,
    probabilities,
    probability,
    replaced,
    second_price,
    worst_case,
)
from offchain.model.mechanisms.price_rule import exact, run_auction
from offchain.model.theory.claim import Evidence, Status, claim, figure

PAPER = "Mechanism Design with Approximate Valuations"

DELTAS = (Fraction(1, 4), Fraction(1, 2), Fraction(4, 5))

PLAYERS = (2, 3, 4)

TOP = 6
"""The searches go through all bids from 0 to this."""

Chances: TypeAlias = tuple[Fraction, ...]
"""With which probability each player gets the good."""

Rule: TypeAlias = Callable[[Sequence[int], Fraction], Chances]
"""A mechanism, as far as welfare goes: from all bids and d to everybody's chance."""


def profiles(players: Sequence[int], top: int) -> Iterator[tuple[int, ...]]:
    """All bids of so many players up to `top`, from the highest down: the mechanisms do not tell players apart."""
    for count in players:
        for bids in product(range(top, -1, -1), repeat=count):
            if all(high >= low for high, low in pairwise(bids)):
                yield bids


def alone(winner: int, players: int) -> Chances:
    """The good goes to this player for certain."""
    return tuple(Fraction(player == winner) for player in range(players))


def by_second_price(bids: Sequence[int], _: Fraction) -> Chances:
    """Second price, whatever d."""
    return alone(second_price(bids)[0], len(bids))


def by_auctioneer(bids: Sequence[int]) -> Chances:
    """The auctioneer's rule at a reserve of 1: a bid of 0 is none."""
    leader = run_auction(bids, 1, exact).leader
    return tuple(Fraction(player == leader) for player in range(len(bids)))


def by_lottery(bids: Sequence[int], delta: Fraction) -> Chances:
    """M_f."""
    return probabilities(bids, delta)


def least_part(bids: Sequence[int], chances: Chances, delta: Fraction) -> Fraction:
    """The least part of the maximum welfare over all true values that fit the bids; 1 if all are 0.

    Everybody's value is as large or as small as may be: between those the part is monotone in each.
    """
    up = (1 + delta) / (1 - delta)
    parts = [Fraction(1)]
    for factors in product((up, 1 / up), repeat=len(bids)):
        values = [bid * factor for bid, factor in zip(bids, factors, strict=True)]
        if max(values) > 0:
            expected = sum(chance * value for chance, value in zip(chances, values, strict=True))
            parts.append(expected / max(values))
    return min(parts)


def shown(deltas: Sequence[Fraction]) -> str:
    """The inaccuracies in words."""
    return "d = " + ", ".join(map(str, deltas))


@claim(
    f"{PAPER}, Theorem 1",
    "in dominant strategies no mechanism guarantees more than 1/n, which a random gift does",
    Status.PROVED,
)
def theorem_1(
    players: Sequence[int] = (2, 3, 6), prices: Sequence[int] = range(-3, 4), high: int = 10**6
) -> Evidence:
    """Two reports that share two values, then one player whose report rises and all others at 1.

    If the truth is dominant, a report must be best at every value in it. So reports which share two
    values get the same probability and price, and by a chain of such reports all do. Then whoever had
    at most 1/n still has that when its value becomes `high`. The gift is what M_f makes of bids of 0.
    """
    menu = list(product([Fraction(part, 4) for part in range(5)], prices))
    shared = (2, 3)
    dominating = [
        (one, other)
        for one, other in product(menu, repeat=2)
        if all(value * one[0] - one[1] == value * other[0] - other[1] for value in shared)
    ]
    different = sum(one != other for one, other in dominating)
    limits = [(count, dominant_guarantee(count), gift_ratio(count, high)) for count in players]
    return Evidence(
        f"of {len(menu) ** 2} pairs of (probability, price) for reports that share two values, {len(dominating)} make"
        f" the truth dominant, {different} of them different; one at {high} and n-1 at 1 leave "
        + ", ".join(f"{float(ratio):.6f} for n={count}" for count, _, ratio in limits),
        different == 0
        and all(0 <= ratio - limit <= Fraction(1, high) for _, limit, ratio in limits),
    )


def gift_ratio(players: int, high: int) -> Fraction:
    """The part of the maximum welfare that a gift by lot gets of one value `high` and others of 1."""
    chances = probabilities((0,) * players, DELTAS[0])
    values = (high, *[1] * (players - 1))
    return (
        sum((chance * value for chance, value in zip(chances, values, strict=True)), Fraction(0))
        / high
    )


@claim(
    f"{PAPER}, Theorem 2",
    "second price guarantees r of the maximum welfare, in undominated strategies",
    Status.PROVED,
)
def theorem_2(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = PLAYERS, top: int = TOP
) -> Evidence:
    """All bids, and for each the worst true values."""
    worst = {
        delta: min(
            least_part(bids, by_second_price(bids, delta), delta) for bids in profiles(players, top)
        )
        for delta in deltas
    }
    count = sum(1 for _ in profiles(players, top))
    return Evidence(
        f"{count} profiles of bids 0..{top}, {shown(deltas)}: worst ratios"
        f" {', '.join(map(str, worst.values()))}; r is {', '.join(str(deterministic_guarantee(delta)) for delta in deltas)}",
        all(least == deterministic_guarantee(delta) for delta, least in worst.items()),
    )


@claim(
    f"{PAPER}, Theorem 3",
    "no deterministic mechanism guarantees more than r, in undominated strategies; r + 4/B for integer values up to B",
    Status.PROVED,
)
def theorem_3(
    deltas: Sequence[Fraction] = DELTAS,
    players: Sequence[int] = PLAYERS,
    bid: int = 12,
    largest: Sequence[int] = (40, 400, 4000),
) -> Evidence:
    """All bid the same: whoever gets the good, somebody else may be worth the most.

    That undominated strategies of so different values can meet is the Undominated Intersection Lemma
    (`intersection`).
    """
    found = [
        (delta, least_part((bid,) * count, alone(winner, count), delta))
        for delta in deltas
        for count in players
        for winner in range(count)
    ]
    best = [
        least_part((bid,) * count, by_second_price((bid,) * count, delta), delta)
        == deterministic_guarantee(delta)
        for delta in deltas
        for count in players
    ]
    whole = [
        (delta, top, integer_part(delta, top, by_second_price, 2))
        for delta in deltas
        for top in largest
    ]
    over = max((part - deterministic_guarantee(delta)) * top for delta, top, part in whole)
    return Evidence(
        f"equal bids of {', '.join(map(str, players))} players, {shown(deltas)}: all {len(found)} choices of a winner"
        f" leave {', '.join(map(str, dict.fromkeys(least for _, least in found)))}, and so does second price;"
        f" r is {', '.join(str(deterministic_guarantee(delta)) for delta in deltas)}; integer values up to B ="
        f" {', '.join(map(str, largest))} leave it at most r + {float(over):.2f}/B",
        all(least == deterministic_guarantee(delta) for delta, least in found)
        and all(best)
        and 0 <= over <= 4,
    )


def integer_part(delta: Fraction, largest: int, rule: Rule, players: int) -> Fraction:
    """The part of the maximum welfare that a mechanism gets of integer values which the bids do not tell apart.

    The proof's: the last player holds the integers from (1-d)x to (1+d)x possible, up to `largest`, and
    the others those around a y so much smaller that they share the two least of these. All bid the
    least, undominated in either (`undominated`). The last is worth `largest`, the others what they can
    be at least. Second price gives the good to the first of equals.
    """
    bid = ceil(largest * (1 - delta) / (1 + delta))
    least = ceil((bid + 1) * (1 - delta) / (1 + delta))
    values = [least] * (players - 1) + [largest]
    chances = rule([bid] * players, delta)
    expected = sum(chance * value for chance, value in zip(chances, values, strict=True))
    return Fraction(expected) / max(values)


@claim(
    f"{PAPER}, Theorem 4",
    "the lottery M_f guarantees r + (1-r)/n of the maximum welfare to n individuals, r = ((1-d)/(1+d))^2, expected over the draw,"
    " in undominated strategies",
    Status.PROVED,
)
def theorem_4(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = PLAYERS, top: int = TOP
) -> Evidence:
    """All bids, and for each the worst true values; equality where all bid the same."""
    unlike = 0
    worst = {(delta, count): Fraction(1) for delta in deltas for count in players}
    for delta, count in worst:
        for bids in profiles([count], top):
            chances = by_lottery(bids, delta)
            least = least_part(bids, chances, delta)
            unlike += least != worst_case(bids, chances, delta)[1]
            worst[delta, count] = min(worst[delta, count], least)
    equal = {
        (delta, count): least_part((top,) * count, by_lottery((top,) * count, delta), delta)
        for delta, count in worst
    }
    bound = {key: probabilistic_guarantee(*key) for key in worst}
    by_r = all(
        limit == deterministic_guarantee(delta) + (1 - deterministic_guarantee(delta)) / count
        for (delta, count), limit in bound.items()
    )
    return Evidence(
        f"{sum(1 for _ in profiles(players, top))} profiles of bids 0..{top}, {shown(deltas)}: "
        + "; ".join(f"n={n}, d={delta}: worst {least}" for (delta, n), least in worst.items())
        + f"; equality at equal bids: {'yes' if equal == bound else 'no'}",
        by_r
        and unlike == 0
        and equal == bound
        and all(least >= bound[key] for key, least in worst.items()),
    )


@claim(
    f"{PAPER}, Theorem 5",
    "no mechanism guarantees more than r + (1-r)/n to n individuals, in undominated strategies; 4/B more for integer values",
    Status.PROVED,
)
def theorem_5(
    deltas: Sequence[Fraction] = DELTAS,
    players: Sequence[int] = PLAYERS,
    parts: int = 12,
    largest: Sequence[int] = (40, 400, 4000),
) -> Evidence:
    """All bid the same: every lottery in steps of 1/`parts`, and M_f."""
    above = equal = count = 0
    for delta in deltas:
        for n in players:
            bound = probabilistic_guarantee(delta, n)
            for chances in lotteries(n, parts):
                least = least_part((1,) * n, chances, delta)
                count += 1
                above += least > bound
                equal += least == bound
                if least == bound and chances != by_lottery((1,) * n, delta):
                    above += 1
    expected = len(deltas) * len(players)
    over = max(
        (integer_part(delta, top, by_lottery, n) - probabilistic_guarantee(delta, n)) * top
        for delta in deltas
        for n in players
        for top in largest
    )
    return Evidence(
        f"equal bids of {', '.join(map(str, players))} players, {shown(deltas)}: of {count} lotteries {above} beat"
        f" the bound, {equal} meet it: 1/n each, which is M_f's; integer values up to B ="
        f" {', '.join(map(str, largest))} leave it at most {float(over):.2f}/B more",
        above == 0 and equal == expected and 0 <= over <= 4,
    )


def lotteries(players: int, parts: int) -> Iterator[Chances]:
    """All probabilities in steps of 1/`parts` that are at most 1 in all."""
    for cut in product(range(parts + 1), repeat=players):
        if sum(cut) <= parts:
            yield tuple(Fraction(part, parts) for part in cut)


@claim(
    f"{PAPER}, Lemma E.3",
    "sum f <= 1; sum f_j z_j + D f_i z_i >= z_i (n+D)/n for all i; f_i does not fall as z_i rises;"
    " equal bids have 1/n each",
    Status.PROVED,
)
def lemma_e_3(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = (2, 3), top: int = TOP
) -> Evidence:
    """All bids, for each every player, and every higher bid of that player."""
    wrong = dict.fromkeys(("sum", "welfare", "monotone", "equal"), 0)
    count = 0
    for delta in deltas:
        extra = ((1 + delta) / (1 - delta)) ** 2 - 1
        for bids in profiles(players, top):
            count += 1
            n = len(bids)
            chances = probabilities(bids, delta)
            total = sum(chance * bid for chance, bid in zip(chances, bids, strict=True))
            wrong["sum"] += sum(chances) > 1
            wrong["equal"] += len(set(bids)) == 1 and set(chances) != {Fraction(1, n)}
            for player, (bid, chance) in enumerate(zip(bids, chances, strict=True)):
                wrong["welfare"] += total + extra * chance * bid < bid * (n + extra) / n
                wrong["monotone"] += any(
                    probability(replaced(bids, player, more), player, delta) < chance
                    for more in range(bid + 1, top + 1)
                )
    return Evidence(
        f"{count} profiles of bids 0..{top}, {shown(deltas)}: violations "
        + ", ".join(f"{name} {times}" for name, times in wrong.items()),
        not any(wrong.values()),
    )


@claim(
    f"{PAPER}, slides",
    "the lottery M_f guarantees 5 times as much as second price for d=1/2, n=2; 3 times for d=1/2, n=4; 2 times for d=1/4, n=2",
    Status.PROVED,
)
def slides(bid: int = 12) -> Evidence:
    """What either leaves where all bid the same, its worst case (Theorems 2 and 4)."""
    cases = [(Fraction(1, 2), 2), (Fraction(1, 2), 4), (Fraction(1, 4), 2)]
    times = [advantage([bid] * players, delta) for delta, players in cases]
    return Evidence(
        ", ".join(f"{figure(ratio)} times" for ratio in times),
        times == [5, 3, Fraction(17, 9)] and round(times[2]) == 2,
        "the 2 is 17/9, about 1.89, rounded",
    )


def advantage(bids: Sequence[int], delta: Fraction) -> Fraction:
    """How many times as much M_f leaves of these bids as second price."""
    lottery, second = (
        least_part(bids, rule(bids, delta), delta) for rule in (by_lottery, by_second_price)
    )
    return lottery / second
