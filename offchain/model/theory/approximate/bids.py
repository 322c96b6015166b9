"""Which bids are left where values are held possible only: undominated and dominant ones, by enumeration.

True values that are whole units themselves cost up to one more than where values are real (`grid`).
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, product
from random import Random

from offchain.model.mechanisms.approximate import (
    deterministic_guarantee,
    price_lottery,
    probabilistic_guarantee,
    second_price,
)
from offchain.model.mechanisms.price_rule import exact, run_auction
from offchain.model.theory.approximate.dominance import Seat, dominant, undominated
from offchain.model.theory.approximate.draw import expected
from offchain.model.theory.approximate.guarantees import (
    DELTAS,
    PAPER,
    by_auctioneer,
    by_lottery,
    shown,
)
from offchain.model.theory.claim import Evidence, Status, claim, figure


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
    Status.CHECKED,
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
    Status.CHECKED,
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
    Status.PROVED,
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
    "if values are integers, the auctioneer's second price and the lottery M_f keep their guarantees of the maximum welfare less"
    " 1 unit",
    Status.PROVED,
    proof="approximate.md#what-is-guaranteed",
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
