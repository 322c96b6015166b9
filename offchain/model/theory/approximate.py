"""The claims of "Mechanism Design with Approximate Valuations", each measured.

Source: Chiesa, Micali and Zhu; theorems are numbered as in the paper and on the first slides. d is the
inaccuracy, 0 < d < 1, and r = ((1-d)/(1+d))^2. Bids and prices are integers in units. A bid b fits the
true values from b(1-d)/(1+d) to b(1+d)/(1-d), the most that an undominated bid can stand for, and a
guarantee is over all of those. True values that are whole units themselves cost up to one more (`grid`).
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, combinations, pairwise, product
from math import ceil
from random import Random
from typing import TypeAlias

from offchain.model.checks.two_level import harmonic
from offchain.model.mechanisms import approximate_groups
from offchain.model.mechanisms.approximate import (
    deterministic_guarantee,
    dominant_guarantee,
    price_lottery,
    probabilistic_guarantee,
    probabilities,
    probability,
    replaced,
    second_price,
    sell,
    worst_case,
)
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.price_rule import exact, run_auction
from offchain.model.theory.claim import Evidence, claim, figure
from offchain.model.theory.dominance import Seat, dominant, undominated

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
        sum(
            (chance * value for chance, value in zip(chances, values, strict=True)),
            Fraction(0),
        )
        / high
    )


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
    "M_f guarantees r + (1-r)/n of the maximum welfare to n individuals, expected over the draw, in undominated strategies",
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
    f"{PAPER}, price of M_f",
    "with the critical draw no bid beats a known value, in expectation over the draw, and no price is above the bid",
)
def critical_draw(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = (2, 3), top: int = 5
) -> Evidence:
    """Every player of all bids and every value, expected over the draw, exactly; and whether every draw sells so.

    The paper's price is a logarithm; on integers Myerson's price is this lottery over posted prices.
    """
    lies = high = count = unlike = 0
    for delta in deltas:
        for others in (bids for n in players for bids in product(range(top + 1), repeat=n - 1)):
            offers = {bid: price_lottery([bid, *others], 0, delta) for bid in range(top + 1)}
            high += sum(max(offer, default=0) > bid for bid, offer in offers.items())
            for value in range(top + 1):
                gains = {bid: expected(value, offer) for bid, offer in offers.items()}
                count += len(gains)
                lies += sum(gain > gains[value] for gain in gains.values())
        unlike += sum(
            sold_by_draws(bids, delta)
            != [price_lottery(bids, player, delta) for player in range(len(bids))]
            for bids in profiles(players, top)
        )
    return Evidence(
        f"{count} bids and values 0..{top} against all others' bids, {shown(deltas)}: {lies} lies pay,"
        f" {high} prices are above the bid; over all draws {unlike} profiles sell otherwise",
        lies == high == unlike == 0,
        "the paper's price needs a logarithm and real bids; on integers the critical draw is exact",
    )


def expected(value: int, offers: dict[int, Fraction]) -> Fraction:
    """What somebody with this value expects of winning at these prices with these probabilities."""
    return sum(((value - price) * chance for price, chance in offers.items()), Fraction(0))


def sold_by_draws(bids: Sequence[int], delta: Fraction) -> list[dict[int, Fraction]]:
    """With which probability every player wins at which price, by what every draw decides."""
    sold: list[dict[int, Fraction]] = [{} for _ in bids]
    for draw, length in draws(bids, delta):
        winner, price = sell(bids, delta, draw)
        if winner is not None:
            sold[winner][price] = sold[winner].get(price, Fraction(0)) + length
    return sold


def draws(bids: Sequence[int], delta: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    """The draws at which what is decided can change, and how far it is to the next."""
    cuts = {Fraction(0), Fraction(1)}
    starts = accumulate(probabilities(bids, delta), initial=Fraction(0))
    for player, (bid, start) in enumerate(zip(bids, starts, strict=False)):
        cuts |= {
            start + probability(replaced(bids, player, price), player, delta)
            for price in range(bid + 1)
        }
    for one, other in pairwise(sorted(cut for cut in cuts if cut <= 1)):
        yield one, other - one


@claim(
    f"{PAPER}, slides",
    "M_f guarantees 5 times as much as second price for d=1/2, n=2; 3 times for d=1/2, n=4; 2 times for d=1/4, n=2",
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


def lottery_seat(delta: Fraction, players: int, top: int) -> Seat:
    """M_f for one of so many players with bids 0..top."""

    def against(bids: Sequence[int]) -> tuple[Fraction, Fraction]:
        offers = price_lottery(bids, 0, delta)
        return sum(offers.values(), Fraction(0)), -expected(0, offers)

    everyone = range(top + 1)
    return [
        [against([bid, *others]) for others in product(everyone, repeat=players - 1)]
        for bid in everyone
    ]


def second_price_seat(first: bool, top: int) -> Seat:
    """Second price for the first or the second of two players with bids 0..top."""

    def against(own: int, other: int) -> tuple[int, int]:
        winner, price = second_price([own, other] if first else [other, own])
        return (1, price) if (winner == 0) is first else (0, 0)

    return [[against(own, other) for other in range(top + 1)] for own in range(top + 1)]


def auctioneer_seat(first: bool, top: int) -> Seat:
    """The critical bid as the price, at a reserve of 1, for the first or the second of two players."""

    def against(own: int, other: int) -> tuple[int, int]:
        sold = run_auction([own, other] if first else [other, own], 1, exact)
        return (1, sold.price) if sold.leader == (0 if first else 1) else (0, 0)

    return [[against(own, other) for other in range(top + 1)] for own in range(top + 1)]


def possible(top: int) -> Iterator[tuple[int, ...]]:
    """Every set of values 0..top that a player can hold possible, in ascending order."""
    for size in range(1, top + 2):
        yield from combinations(range(top + 1), size)


def on_grid(values: Sequence[int], shift: int = 0) -> list[int]:
    """Which bids are undominated where values and bids are integers: min K to max K - 1, k - 1 and k if K = {k}.

    shift: 1 for who wins at prices below its bid only, not at its bid.
    """
    low, high = min(values), max(values)
    bids = range(low, high) if low < high else (low - 1, low)
    return [bid + shift for bid in bids if bid + shift >= 0]


@claim(
    f"{PAPER}, UDed and Dnt",
    "who holds the values K possible has undominated bids from min K to max K only, and a dominant one only if it knows its"
    " value",
)
def undominated_bids(
    deltas: Sequence[Fraction] = DELTAS, players: Sequence[int] = (2, 3), top: int = 4
) -> Evidence:
    """Every K, by the definitions: M_f, the auctioneer's rule and plain second price, the last two in either place."""
    seats = [(lottery_seat(delta, count, top + 1), 0) for delta in deltas for count in players]
    seats += [(auctioneer_seat(first, top + 1), 0) for first in (True, False)]
    seats += [
        (second_price_seat(first, top + 1), shift) for first, shift in ((True, 0), (False, 1))
    ]
    wrong = loose = 0
    for (seat, shift), values in product(seats, possible(top)):
        bids = on_grid(values, shift)
        wrong += undominated(seat, values) != bids
        loose += dominant(seat, values) != (bids if values[-1] - values[0] <= 1 else [])
    examples = ", ".join(
        f"{spelt(values)} leaves {spelt(undominated(seats[0][0], values))}"
        for values in ((3,), (3, 4), (2, 3, 4))
    )
    return Evidence(
        f"{len(seats)} places in mechanisms, all K in 0..{top}: undominated are min K to max K - 1, of a known k both k - 1"
        f" and k (a unit more at the plain second price for who loses ties), in all but {wrong} cases; those are dominant if"
        f" max K - min K <= 1, and else no bid is, in all but {loose}; {examples}",
        wrong == loose == 0,
        "on integers a bid next to the range may win at the same prices as one in it, and stays undominated",
    )


def spelt(numbers: Sequence[int]) -> str:
    """A set in words."""
    return f"{{{', '.join(map(str, numbers))}}}"


@claim(
    f"{PAPER}, Distinguishable Monotonicity Lemma",
    "if f rises with the bid, and tells any two bids apart, only bids from min K to max K are undominated",
)
def distinguishable_monotonicity(top: int = 3, against: int = 2, parts: int = 2) -> Evidence:
    """Every f of one's bid 0..top and some bids of others, in steps of 1/parts, with Myerson's price on the grid."""
    rising = [
        steps
        for steps in product(range(parts + 1), repeat=top + 1)
        if all(low <= high for low, high in pairwise(steps))
    ]
    telling = astray = spared = 0
    for columns in product(rising, repeat=against):
        seat = myerson_seat(columns, parts)
        tells = all(one != other for one, other in pairwise(zip(*columns, strict=True)))
        outside = any(
            not min(values) - 1 <= bid <= max(values)
            for values in possible(top)
            for bid in undominated(seat, values)
        )
        telling += tells
        astray += tells and outside
        spared += not tells and not outside
    ours = [
        all(one != other for one, other in pairwise(lottery_seat(delta, 2, top)))
        for delta in DELTAS
    ]
    return Evidence(
        f"of {len(rising) ** against} functions that rise {telling} tell bids apart: {astray} of those leave a bid outside"
        f" min K - 1..max K for some K in 0..{top}, all but {spared} of the others do; M_f's tell bids apart:"
        f" {'yes' if all(ours) else 'no'}",
        astray == spared == 0 < telling and all(ours),
        "on integers from min K - 1 on (approximate-undominated-bids)",
    )


def myerson_seat(columns: Sequence[Sequence[int]], parts: int) -> Seat:
    """A mechanism that wins with `columns` over `parts`, by bid, at Myerson's price; a column for each of the others' bids."""
    return [
        [
            (
                Fraction(column[bid], parts),
                sum(
                    (
                        price * Fraction(column[price] - column[price - 1], parts)
                        for price in range(1, bid + 1)
                    ),
                    Fraction(0),
                ),
            )
            for column in columns
        ]
        for bid in range(len(columns[0]))
    ]


@claim(
    f"{PAPER}, Undominated Intersection Lemma",
    "in any mechanism, two sets of values that share two have an undominated strategy in common",
)
def intersection(samples: int = 1000, seed: int = 1, top: int = 3) -> Evidence:
    """Mechanisms of three strategies against two, drawn at random, and M_f; all pairs of sets.

    Proof: take a strategy that is undominated over the shared values. What dominated it over the larger
    set would be as good at two values, so have the same probability and price against all others.
    """
    random = Random(seed)
    outcomes = list(product([Fraction(part, 2) for part in range(3)], range(-1, 3)))
    seats: list[Seat] = [
        [[random.choice(outcomes) for _ in range(2)] for _ in range(3)] for _ in range(samples)
    ]
    seats.append(lottery_seat(DELTAS[0], 2, top))
    pairs = [
        (one, other)
        for one, other in combinations(possible(top), 2)
        if len(set(one) & set(other)) >= 2
    ]
    apart = 0
    for seat in seats:
        left = {values: set(undominated(seat, values)) for values in possible(top)}
        apart += sum(left[one].isdisjoint(left[other]) for one, other in pairs)
    single = set(undominated(seats[-1], (1, 2))) & set(undominated(seats[-1], (2, 3)))
    return Evidence(
        f"{len(seats)} mechanisms (seed {seed}), {len(pairs)} pairs of sets that share two values of 0..{top}: {apart} have no"
        f" strategy in common; {{1, 2}} and {{2, 3}}, which share one, have {len(single)} under M_f",
        apart == 0 and not single,
    )


@claim(
    f"{PAPER}, Theorems 2 and 4 on a grid",
    "if values are integers, the auctioneer's second price and M_f keep their guarantees of the maximum welfare less 1 unit",
)
def grid(
    deltas: Sequence[Fraction] = (Fraction(1, 100), Fraction(1, 4), Fraction(1, 2)),
    players: Sequence[int] = (2, 3),
    top: int = 4,
) -> Evidence:
    """Every K within d, every true value in it, every bid that the definition leaves undominated."""
    short = below = count = 0
    for delta, n in product(deltas, players):
        fits = fitting(delta, n, top)
        parts = deterministic_guarantee(delta), probabilistic_guarantee(delta, n)
        for bids in product(fits, repeat=n):
            rules = by_auctioneer(bids), by_lottery(bids, delta)
            for values in product(*(fits[bid] for bid in bids)):
                count += 1
                for part, chances in zip(parts, rules, strict=True):
                    welfare = sum(c * value for c, value in zip(chances, values, strict=True))
                    short += welfare < part * (max(values) - 1)
                    below += welfare < part * max(values)
    delta = Fraction(1, 100)
    one, other = by_lottery((1, 1), delta)
    part = (2 * one + other) / 2
    meets = {1, 2} <= set(fitting(delta, 2, top)[1])
    return Evidence(
        f"{count} combinations of bids and true values 0..{top}, {shown(deltas)}, n = {', '.join(map(str, players))}: {short}"
        f" below the guarantee of the maximum less 1 unit, {below} below that of the maximum; at d=1/100 values (2, 1) can bid"
        f" (1, 1), of which M_f makes {figure(part)}, where {float(probabilistic_guarantee(delta, 2)):.3f} is guaranteed",
        short == 0 < below and meets and part == Fraction(3, 4),
        "for real values the unit is nothing; the paper's limits for integers have 4/B in its place",
    )


def fitting(delta: Fraction, players: int, top: int) -> dict[int, list[int]]:
    """For every bid the integer values that it can stand for undominated under M_f, held possible within d."""
    seat = lottery_seat(delta, players, top + 1)
    fits: dict[int, set[int]] = {}
    for values in possible(top):
        if values[-1] * (1 - delta) <= values[0] * (1 + delta):
            for bid in undominated(seat, values):
                fits.setdefault(bid, set()).update(values)
    return {bid: sorted(stands) for bid, stands in fits.items()}


@claim(
    f"{PAPER}, Lemma E.3, and When Bidders Are DAOs, Lemma 4",
    "with groups above equal splits, each member in one, whose values are known and bid, M_f guarantees (r + (1-r)/n)/H_l, second"
    " price 1/H_l; where members know theirs approximately no bound is known, but r times that if every bid is within a factor of"
    " (1+d)/(1-d) of the value",
)
def groups(
    deltas: Sequence[Fraction] = (Fraction(1, 100), Fraction(1, 4)),
    sizes: Sequence[int] = (2, 3),
    top: int = 4,
) -> Evidence:
    """Every individual beside every group, over all draws: bids as values, and with all of them as far off as may be."""
    known = rough = count = cases = 0
    for delta, size in product(deltas, sizes):
        up = (1 + delta) / (1 - delta)
        rules = (
            (access, probabilistic_guarantee(delta, 2) / harmonic(size)),
            (access_by_second_price, 1 / harmonic(size)),
        )
        for bid, members, (serve, bound) in product(
            range(1, top + 1), profiles([size], top), rules
        ):
            if not any(members):
                continue
            chances = serve([bid], [members], delta)
            count += 1
            known += part_of_best(chances, bid, members) < bound
            for factors in product((up, 1 / up), repeat=1 + size):
                worth, *worths = map(Fraction.__mul__, factors, map(Fraction, (bid, *members)))
                cases += 1
                part = part_of_best(chances, worth, worths)
                rough += part < bound * deterministic_guarantee(delta)
    cent, fifth = Fraction(1, 100), Fraction(1, 5)
    crowd = (60, 30, 20, 15, 12)
    part = part_of_best(access([6], [(6, 3, 2)], cent), 6, (6, 3, 2))
    tight = part_of_best(access([135], [crowd], fifth), 135, crowd)
    lies = sum(
        group_lies([bid], members, delta, top)
        for delta in deltas
        for bid in range(top)
        for members in profiles([2], top - 1)
    )
    limit = probabilistic_guarantee(fifth, 2) / harmonic(len(crowd))
    met = tight * deterministic_guarantee(fifth) == limit
    return Evidence(
        f"{{6, 3, 2}} beside 6 at d=1/100: {part}, {100 * float(part):.1f} % of the optimum, where r + (1-r)/2 is"
        f" {100 * float(probabilistic_guarantee(cent, 2)):.1f} %; {count} sales of either to groups beside an"
        f" individual, bids 0..{top}, {shown(deltas)}: {known} below their bound, and of {cases} extreme values {rough} below r"
        f" times that; {lies} lies of members pay under M_f, in expectation, in groups of 2;"
        f" {spelt(crowd)} beside 135 at d=1/5: 1/r times the bound: {'yes' if met else 'no'}",
        part == Fraction(17, 22) and known == rough == lies == 0 < count and met,
        "Theorem 4 is for individuals: where groups bid their willingness to pay it does not hold; and no theorem says that"
        " members bid within the range of their values",
    )


def group_lies(
    individuals: Sequence[int], members: Sequence[int], delta: Fraction, top: int
) -> int:
    """How many bids up to `top` some member of a group expects more from than from its value, which all others bid."""

    def expects(member: int, bid: int) -> Fraction:
        bids = replaced(members, member, bid)
        sales = approximate_groups.lottery(individuals, [bids], 0, delta)
        return sum(
            (
                (members[member] - sale.share) * chance
                for sale, chance in sales.items()
                if member in sale.served
            ),
            Fraction(0),
        )

    return sum(
        expects(member, bid) > expects(member, value)
        for member, value in enumerate(members)
        for bid in range(top + 1)
    )


def access(
    individuals: Sequence[int], bidding: Sequence[Sequence[int]], delta: Fraction
) -> list[Fraction]:
    """With which probability every individual and every member of every group is served, over all draws."""
    starts = list(accumulate(map(len, bidding), initial=len(individuals)))
    chances = [Fraction(0)] * starts[-1]
    bids = [*individuals, *map(willingness_to_pay, bidding)]
    for draw, length in draws(bids, delta):
        sale = approximate_groups.sell(individuals, bidding, delta, draw)
        if sale.winner is None:
            continue
        place = sale.winner - len(individuals)
        for served in (
            [sale.winner] if place < 0 else [starts[place] + member for member in sale.served]
        ):
            chances[served] += length
    return chances


def access_by_second_price(
    individuals: Sequence[int], bidding: Sequence[Sequence[int]], _: Fraction
) -> list[Fraction]:
    """The same for the auctioneer's rule at a reserve of 1, without chance and whatever d."""
    sold = run_auction([*individuals, *map(willingness_to_pay, bidding)], 1, exact)
    served: list[bool] = [place == sold.leader for place in range(len(individuals))]
    for place, members in enumerate(bidding, start=len(individuals)):
        won = place == sold.leader
        share = equal_split(members, sold.price).share if won else 0
        served += [won and bid >= share for bid in members]
    return [Fraction(one) for one in served]


def part_of_best(
    chances: Sequence[Fraction], alone_worth: Fraction | int, worths: Sequence[Fraction | int]
) -> Fraction:
    """The part of the maximum welfare that is expected, with one individual and one group of these values."""
    welfare = sum(c * value for c, value in zip(chances, (alone_worth, *worths), strict=True))
    return Fraction(welfare) / max(alone_worth, sum(worths))
