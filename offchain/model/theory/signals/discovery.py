"""The signal discovery auction: its guarantees, and that it is a clock auction in which consistent bidding is best.

The guarantees are measured as in their proofs: with which probability the optimal bidder gets the
good, and with which it pays its full value.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product
from math import factorial

from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import Rule
from offchain.model.mechanisms import signal_discovery
from offchain.model.mechanisms.signal_discovery import Coins
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.signals.steep import (
    BINARY,
    BINARY_TYPES,
    MANY,
    MANY_TYPES,
    PAPER,
    SEED,
    Index,
    Shape,
    cases,
    clock_auction,
    sampled,
    sells_to_best,
)


def guarantee(shapes: Sequence[Shape], rule: Rule, per_step: int, seed: int) -> Evidence:
    """The least probability over all cases, against 1 / (per_step * types * (signals - 1))."""
    in_full = rule is Rule.REVENUE
    least: dict[tuple[int, int], Fraction] = {}
    count = wrong = 0
    for instance in cases(shapes, rule, seed):
        count += 1
        key = len(instance.types), instance.signals
        lottery = signal_discovery.lottery(instance)
        worths = instance.worths(instance.profile)
        wrong += sum(lottery.values()) > 1 or any(price > worths[who] for who, price in lottery)
        chance = sells_to_best(instance, lottery, in_full)
        least[key] = min(least.get(key, chance), chance)
    promised = {(types, k): Fraction(1, per_step * types * (k - 1)) for types, k in least}
    found = "; ".join(
        f"{labels(*key)} {chance}, promised {promised[key]}" for key, chance in least.items()
    )
    what = "pays its full value" if in_full else "wins"
    return Evidence(
        f"{count} instances{sampled(shapes, seed)}: the optimal bidder {what} with at least"
        f" ({found}); in {wrong} chances of more than 1 in all, or a price above the winner's value",
        wrong == 0 and all(chance >= promised[key] for key, chance in least.items()),
    )


def labels(types: int, signals: int) -> str:
    """The sizes in words."""
    return f"l={types}, k={signals}:"


@claim(
    f"{PAPER}, Lemma 1",
    "two signals: never more than two rejected bidders may still be optimal",
    Status.PROVED,
)
def lemma_1(shapes: Sequence[Shape] = (*BINARY, *BINARY_TYPES), seed: int = SEED) -> Evidence:
    """The largest |R| at any time, over all draws."""
    return rejected(shapes, seed)


@claim(
    f"{PAPER}, Lemma 2",
    "k signals: never more than two rejected bidders may still be optimal",
    Status.PROVED,
)
def lemma_2(shapes: Sequence[Shape] = (*MANY, *MANY_TYPES), seed: int = SEED) -> Evidence:
    """The largest |R| at any time, over all draws."""
    return rejected(shapes, seed)


def rejected(shapes: Sequence[Shape], seed: int) -> Evidence:
    """The largest |R| over all cases and all draws in each."""
    most = [signal_discovery.most_rejected(instance) for instance in cases(shapes, seed=seed)]
    return Evidence(
        f"{len(most)} instances{sampled(shapes, seed)}, all draws: at most {max(most)}",
        max(most) <= 2,
    )


@claim(
    f"{PAPER}, Mechanism 1, line 17",
    '"the single bidder in A" need not exist: free discoveries can reject everybody, and then nothing is sold',
    Status.PROVED,
)
def emptied() -> Evidence:
    """Two bidders, of whom a is optimal at every total: if a is drawn first, b goes for free."""
    instance = clock_auction(2, (1, (1, 2, 3)), (1, (0, 1, 2)))
    lottery = signal_discovery.lottery(instance)
    unsold = 1 - sum(lottery.values())
    best = sells_to_best(instance, lottery, in_full=False)
    return Evidence(
        f"a is worth 1, 2, 3 and b 0, 1, 2 at the totals 0, 1, 2: sold to a with {best}, unsold with {unsold}",
        (best, unsold) == (Fraction(1, 2), Fraction(1, 2)),
        "with no sale when A is empty; the optimal bidder only goes if it was drawn, so Theorems 1 and 7 stand",
    )


@claim(
    f"{PAPER}, Theorem 1",
    "two signals, all bid consistently: expected welfare within 5 of the optimum",
    Status.PROVED,
)
def theorem_1(shapes: Sequence[Shape] = BINARY, seed: int = SEED) -> Evidence:
    """The optimal bidder wins with at least 1/5; no instance here takes it below 1/4."""
    return guarantee(shapes, Rule.WELFARE, 5, seed)


@claim(
    f"{PAPER}, Theorem 2",
    "two signals, all bid consistently: expected revenue within 10 of the optimal welfare",
    Status.PROVED,
)
def theorem_2(shapes: Sequence[Shape] = BINARY, seed: int = SEED) -> Evidence:
    """The optimal bidder pays its full value with at least 1/10."""
    return guarantee(shapes, Rule.REVENUE, 10, seed)


@claim(
    f"{PAPER}, Theorem 4",
    "two signals, l types, all bid consistently: expected welfare within 5l of the optimum",
    Status.PROVED,
)
def theorem_4(shapes: Sequence[Shape] = BINARY_TYPES, seed: int = SEED) -> Evidence:
    """As Theorem 1."""
    return guarantee(shapes, Rule.WELFARE, 5, seed)


@claim(
    f"{PAPER}, Theorem 5",
    "two signals, l types, all bid consistently: expected revenue within 10l of the optimal welfare",
    Status.PROVED,
)
def theorem_5(shapes: Sequence[Shape] = BINARY_TYPES, seed: int = SEED) -> Evidence:
    """As Theorem 2."""
    return guarantee(shapes, Rule.REVENUE, 10, seed)


@claim(
    f"{PAPER}, Theorem 7",
    "k signals, all bid consistently: expected welfare within 5(k-1) of the optimum",
    Status.PROVED,
)
def theorem_7(shapes: Sequence[Shape] = MANY, seed: int = SEED) -> Evidence:
    """As Theorem 1."""
    return guarantee(shapes, Rule.WELFARE, 5, seed)


@claim(
    f"{PAPER}, Theorem 8",
    "k signals, all bid consistently: expected revenue within 10(k-1) of the optimal welfare",
    Status.PROVED,
)
def theorem_8(shapes: Sequence[Shape] = MANY, seed: int = SEED) -> Evidence:
    """As Theorem 2."""
    return guarantee(shapes, Rule.REVENUE, 10, seed)


@claim(
    f"{PAPER}, Theorem 10",
    "k signals, l types, all bid consistently: expected welfare within 5l(k-1), revenue within 10l(k-1) of the optimal welfare",
    Status.PROVED,
)
def theorem_10(shapes: Sequence[Shape] = MANY_TYPES, seed: int = SEED) -> Evidence:
    """Both rules."""
    welfare = guarantee(shapes, Rule.WELFARE, 5, seed)
    revenue = guarantee(shapes, Rule.REVENUE, 10, seed)
    return Evidence(
        f"{welfare.measured}; under the revenue rule {revenue.measured}",
        welfare.holds and revenue.holds,
    )


CLOCKS = (Shape(2, (0, 0)), Shape(2, (0, 0, 0), 60), Shape(2, (0, 0, 1), 60))

MANY_CLOCKS = (Shape(3, (0, 0), 60), Shape(3, (0, 0, 0), 15), Shape(3, (0, 0, 1), 15))


@claim(
    f"{PAPER}, Theorem 3, Corollary 1",
    "two signals: as a clock auction it sells alike, and consistent bidding is an obvious ex-post equilibrium",
    Status.PROVED,
)
def theorem_3(shapes: Sequence[Shape] = CLOCKS, seed: int = SEED) -> Evidence:
    """Every draw and every deviation."""
    return clocks(shapes, seed)


@claim(
    f"{PAPER}, Theorem 9",
    "k signals: as a clock auction it sells alike, and consistent bidding is an obvious ex-post equilibrium",
    Status.PROVED,
)
def theorem_9(shapes: Sequence[Shape] = MANY_CLOCKS, seed: int = SEED) -> Evidence:
    """Every draw and every deviation."""
    return clocks(shapes, seed)


def clocks(shapes: Sequence[Shape], seed: int) -> Evidence:
    """Under both rules, with all draws: the sale, and what consistent bidders and deviators get.

    Whoever has refused is out, so that a way to bid is a last signal to accept. A deviation shows
    when a bidder stays or leaves otherwise than a consistent one. Obvious: from there on the best
    that can come of it is no better than the worst that comes of consistent bidding.
    """
    instances = auctions = different = deviations = unlike = 0
    best_lie = worst_truth = 0
    for instance in (case for rule in Rule for case in cases(shapes, rule, seed)):
        instances += 1
        worths = instance.worths(instance.profile)
        name_of = {bidder.name: place for place, bidder in enumerate(instance.bidders)}
        sold: dict[tuple[int, int], Fraction] = {}
        for coins in all_coins(instance):
            auctions += 1
            honest = signal_discovery.clock_auction(instance, coins)
            if honest.sale.winner is not None:
                sale = name_of[honest.sale.winner], honest.sale.price
                sold[sale] = sold.get(sale, Fraction(0)) + likelihood(instance, coins)
            different += honest.sale != signal_discovery.sealed_auction(instance, coins)
            if honest.sale.winner is not None:
                gain = worths[name_of[honest.sale.winner]] - honest.sale.price
                worst_truth = min(worst_truth, gain)
            for bidder, last in product(range(len(worths)), range(instance.signals)):
                record = signal_discovery.clock_auction(
                    instance, coins, stays_until(instance.profile, bidder, last)
                )
                if record.steps == honest.steps:
                    continue
                deviations += 1
                if record.sale.winner == instance.bidders[bidder].name:
                    best_lie = max(best_lie, worths[bidder] - record.sale.price)
        unlike += sold != signal_discovery.lottery(instance)
    return Evidence(
        f"{auctions} auctions, all draws of {instances} instances (seed {seed}): {different} sell otherwise than the"
        f" sealed form, {unlike} instances with other chances in all; of {deviations} deviations the best gets {best_lie},"
        f" the worst consistent bidder {worst_truth}",
        different == unlike == 0 and deviations > 0 and best_lie <= 0 <= worst_truth,
    )


def stays_until(profile: Index, deviator: int, last: int) -> signal_discovery.Accepts:
    """Everybody bids consistently but one, who accepts signals up to `last`."""
    limits = (*profile[:deviator], last, *profile[deviator + 1 :])
    return lambda bidder, signal: signal <= limits[bidder]


def all_coins(instance: SignalClockInstance) -> Iterator[Coins]:
    """All that chance can decide."""
    for kind in range(len(instance.types)):
        orders = permutations(instance.members(kind))
        for order, residue, pick in product(orders, range(instance.signals - 1), range(2)):
            yield Coins(kind, residue, order, pick)


def likelihood(instance: SignalClockInstance, coins: Coins) -> Fraction:
    """The probability of these draws among all."""
    orders = factorial(len(coins.order))
    return Fraction(1, 2 * len(instance.types) * (instance.signals - 1) * orders)
