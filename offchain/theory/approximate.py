"""The claims of "Mechanism Design with Approximate Valuations", each measured.

Source: Chiesa, Micali and Zhu; theorems are numbered as in the paper and on the first slides. d is the
inaccuracy, 0 < d < 1, and r = ((1-d)/(1+d))^2. Bids and prices are integers in units. A bid fits
every true value that an undominated bid can stand for, and a guarantee is over all of those: the
worst is where one player is worth as much as may be, and all others as little.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import TypeAlias

from offchain.mechanisms.approximate import (
    deterministic_guarantee,
    dominant_guarantee,
    price_lottery,
    probabilistic_guarantee,
    probabilities,
    probability,
    replaced,
    second_price,
    spread,
    worst_case,
)
from offchain.theory.claim import Evidence, claim, figure

PAPER = "Mechanism Design with Approximate Valuations"

DELTAS = (Fraction(1, 4), Fraction(1, 2), Fraction(4, 5))
PLAYERS = (2, 3, 4)
TOP = 6
"""The searches go through all bids from 0 to this."""

Chances: TypeAlias = tuple[Fraction, ...]
"""With which probability each player gets the good."""


def profiles(players: Sequence[int], top: int) -> Iterator[tuple[int, ...]]:
    """All bids of so many players up to `top`, from the highest down: the mechanisms do not tell players apart."""
    for count in players:
        for bids in product(range(top, -1, -1), repeat=count):
            if all(high >= low for high, low in pairwise(bids)):
                yield bids


def alone(winner: int, players: int) -> Chances:
    """The good goes to this player for certain."""
    return tuple(Fraction(player == winner) for player in range(players))


def shown(deltas: Sequence[Fraction]) -> str:
    """The inaccuracies in words."""
    return "d = " + ", ".join(map(str, deltas))


@claim(
    f"{PAPER}, Theorem 1",
    "in dominant strategies no mechanism guarantees more than 1/n, which a random gift does",
)
def theorem_1(
    players: Sequence[int] = (2, 3, 6), prices: Sequence[int] = range(-3, 4), high: int = 10**6
) -> Evidence:
    """Two reports that share two values, then one player whose report rises and all others at 1.

    If the truth is dominant, a report must be best at every value in it. So reports which share two
    values get the same probability and price, and by a chain of such reports all do. Then whoever had
    at most 1/n still has that when its value becomes `high`.
    """
    menu = list(product([Fraction(part, 4) for part in range(5)], prices))
    shared = (2, 3)
    dominant = [
        (one, other)
        for one, other in product(menu, repeat=2)
        if all(value * one[0] - one[1] == value * other[0] - other[1] for value in shared)
    ]
    different = sum(one != other for one, other in dominant)
    limits = [(count, dominant_guarantee(count), gift_ratio(count, high)) for count in players]
    return Evidence(
        f"of {len(menu) ** 2} pairs of (probability, price) for reports that share two values, {len(dominant)} make"
        f" the truth dominant, {different} of them different; one at {high} and n-1 at 1 leave "
        + ", ".join(f"{float(ratio):.6f} for n={count}" for count, _, ratio in limits),
        different == 0
        and all(0 <= ratio - limit <= Fraction(1, high) for _, limit, ratio in limits),
    )


def gift_ratio(players: int, high: int) -> Fraction:
    """The part of the maximum welfare that a uniform gift gets of one value `high` and others of 1."""
    return Fraction(high + players - 1, players * high)


@claim(
    f"{PAPER}, Theorem 2",
    "second price guarantees r of the maximum welfare, in undominated strategies",
)
def theorem_2(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = PLAYERS, top: int = TOP
) -> Evidence:
    """All bids, and for each the worst true values."""
    worst = {
        delta: min(
            worst_case(bids, alone(second_price(bids)[0], len(bids)), delta)[1]
            for bids in profiles(players, top)
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
    "no deterministic mechanism guarantees more than r, in undominated strategies",
)
def theorem_3(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = PLAYERS, bid: int = 12
) -> Evidence:
    """All bid the same: whoever gets the good, somebody else may be worth the most.

    That undominated strategies of so different values can meet is the paper's Undominated Intersection
    Lemma; with bids for strategies they meet at any common bid.
    """
    found = [
        (delta, count, worst_case((bid,) * count, alone(winner, count), delta)[1])
        for delta in deltas
        for count in players
        for winner in range(count)
    ]
    return Evidence(
        f"equal bids of {', '.join(map(str, players))} players, {shown(deltas)}: all {len(found)} choices of a winner"
        f" leave {', '.join(map(str, dict.fromkeys(least for *_, least in found)))};"
        f" r is {', '.join(str(deterministic_guarantee(delta)) for delta in deltas)}",
        all(least == deterministic_guarantee(delta) for delta, _, least in found),
    )


@claim(
    f"{PAPER}, Theorem 4",
    "M_f guarantees r + (1-r)/n of the maximum welfare, in undominated strategies",
)
def theorem_4(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = PLAYERS, top: int = TOP
) -> Evidence:
    """All bids, and for each the worst true values; equality where all bid the same."""
    worst = {
        (delta, count): min(
            worst_case(bids, probabilities(bids, delta), delta)[1]
            for bids in profiles([count], top)
        )
        for delta in deltas
        for count in players
    }
    equal = {
        (delta, count): worst_case((top,) * count, probabilities((top,) * count, delta), delta)[1]
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
        by_r and equal == bound and all(least >= bound[key] for key, least in worst.items()),
    )


@claim(
    f"{PAPER}, Theorem 5",
    "no mechanism guarantees more than r + (1-r)/n, in undominated strategies",
)
def theorem_5(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = PLAYERS, parts: int = 12
) -> Evidence:
    """All bid the same: every lottery in steps of 1/`parts`. As in Theorem 3, that bids can meet is the paper's."""
    above = equal = count = 0
    for delta in deltas:
        for n in players:
            bound = probabilistic_guarantee(delta, n)
            for chances in lotteries(n, parts):
                _, least = worst_case((1,) * n, chances, delta)
                count += 1
                above += least > bound
                equal += least == bound
                if least == bound and chances != (Fraction(1, n),) * n:
                    above += 1
    expected = len(deltas) * len(players)
    return Evidence(
        f"equal bids of {', '.join(map(str, players))} players, {shown(deltas)}: of {count} lotteries {above} beat"
        f" the bound, {equal} meet it: 1/n each",
        above == 0 and equal == expected,
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
)
def lemma_e_3(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = (2, 3), top: int = TOP
) -> Evidence:
    """All bids, for each every player, and every higher bid of that player."""
    wrong = dict.fromkeys(("sum", "welfare", "monotone", "equal"), 0)
    count = 0
    for delta in deltas:
        extra = spread(delta)
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
    f"{PAPER}, price of M_f",
    "with the critical draw no bid beats the value in expectation, and no price is above the bid",
)
def critical_draw(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = (2, 3), top: int = 5
) -> Evidence:
    """Every player of all bids and every value; expected over the draw, exactly.

    The paper's price is a logarithm; on integers Myerson's price is this lottery over posted prices.
    """
    lies = high = count = 0
    for delta in deltas:
        for others in (bids for n in players for bids in product(range(top + 1), repeat=n - 1)):
            offers = {bid: price_lottery([bid, *others], 0, delta) for bid in range(top + 1)}
            high += sum(max(offer, default=0) > bid for bid, offer in offers.items())
            for value in range(top + 1):
                gains = {bid: expected(value, offer) for bid, offer in offers.items()}
                count += len(gains)
                lies += sum(gain > gains[value] for gain in gains.values())
    return Evidence(
        f"{count} bids and values 0..{top} against all others' bids, {shown(deltas)}: {lies} lies pay,"
        f" {high} prices are above the bid",
        lies == high == 0,
        "the paper's price needs a logarithm and real bids; on integers the critical draw is exact",
    )


def expected(value: int, offers: dict[int, Fraction]) -> Fraction:
    """What somebody with this value expects of winning at these prices with these probabilities."""
    return sum(((value - price) * chance for price, chance in offers.items()), Fraction(0))


@claim(
    f"{PAPER}, slides",
    "M_f guarantees 5 times as much as second price for d=1/2, n=2; 3 times for d=1/2, n=4; 2 times for d=1/4, n=2",
)
def slides() -> Evidence:
    """The guarantee of Theorem 4 over that of Theorem 2."""
    cases = [(Fraction(1, 2), 2), (Fraction(1, 2), 4), (Fraction(1, 4), 2)]
    times = [advantage(delta, players) for delta, players in cases]
    return Evidence(
        ", ".join(f"{figure(ratio)} times" for ratio in times),
        times == [5, 3, Fraction(17, 9)] and round(times[2]) == 2,
        "the 2 is 17/9, about 1.89, rounded",
    )


def advantage(delta: Fraction, players: int) -> Fraction:
    """How many times as much M_f guarantees as second price."""
    return probabilistic_guarantee(delta, players) / deterministic_guarantee(delta)
