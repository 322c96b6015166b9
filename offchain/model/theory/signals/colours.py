"""Theorem 12 made universal: one of several auctions without chance is drawn, by colour, and each is truthful."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

from offchain.model.checks.finding import Finding, Verdict
from offchain.model.checks.universal_signals import (
    Auctions,
    incentive_compatibility,
    individual_rationality,
    monotonicity,
    one_of_a_colour,
)
from offchain.model.instances.lotteries import optimal_bidder
from offchain.model.instances.signals import Rule
from offchain.model.mechanisms.abelian import abelian_groups
from offchain.model.mechanisms.mark_search import is_odd_one_out, search
from offchain.model.mechanisms.mark_table import LARGER, MOST_COLOURS, PAIRED
from offchain.model.mechanisms.marks import known_marks
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.signals.monotone import symmetric_cases
from offchain.model.theory.signals.steep import PAPER, SEED, Shape

CROWDED = (
    Shape(2, (0,) * 5, 20),
    Shape(2, (0, 0, 1, 1, 1), 20),
    Shape(2, (0, 1, 2, 0, 1, 2), 5),
    Shape(3, (0,) * 5, 4),
    Shape(3, (0, 0, 0), 10),
    Shape(4, (0, 0, 0), 3),
)
"""Most have more bidders than colours; the last two have few, whose places are the colours."""

SEARCHED = ((1, 7, 23), (1, 8, 29))
"""Sizes (types, signals) and orders of groups that are gone through to the end; parity tells the others."""

SEARCHED_WIDELY = (*SEARCHED, (1, 8, 30), (1, 9, 37), (1, 9, 38), (1, 9, 39))


@claim(
    f"{PAPER}, Theorem 12, universally",
    "values alike within a type: a colour is drawn, and with it an auction without chance; each is monotone, ex-post truthful and"
    " individually rational whatever is drawn, and the optimal bidder wins in one of them",
    Status.PROVED,
    proof="universal.md#every-auction-is-truthful",
)
def universal(shapes: Sequence[Shape] = CROWDED, seed: int = SEED) -> Evidence:
    """Every auction that may be drawn, at every profile, every report; under both rules."""
    profiles = tried = missed = 0
    failed: list[Finding] = []
    for rule in Rule:
        for instance in symmetric_cases(shapes, rule, seed):
            auctions = Auctions.of(instance)
            profiles += len(auctions.profiles)
            tried += len(auctions.profiles) * len(auctions.draws)
            found = [
                one_of_a_colour(auctions),
                monotonicity(auctions),
                individual_rationality(auctions),
                incentive_compatibility(auctions),
            ]
            failed += [one for one in found if one.verdict is Verdict.FAILS]
            missed += sum(
                chance_of_best(auctions, profile) != Fraction(1, len(auctions.draws))
                for profile in auctions.profiles
            )
    words = "; ".join(f"{one.name}: {one.detail}" for one in failed[:1]) or "none"
    return Evidence(
        f"{tried} auctions at {profiles} profiles of {2 * sum(each.samples or 0 for each in shapes)} instances (seed {seed}),"
        f" every report of every bidder: {len(failed)} with two bidders of one colour, a winner who loses with a higher signal,"
        f" a price above the value, or a lie that pays ({words}); the optimal bidder wins in another number of auctions than"
        f" its colour's at {missed}",
        not failed and missed == 0,
    )


def chance_of_best(auctions: Auctions, profile: tuple[int, ...]) -> Fraction:
    """The part of the auctions of price step 0 in which the optimal bidder wins, as a part of all auctions."""
    best = optimal_bidder(auctions.instance.worths(profile))
    wins = sum(
        sold is not None and sold[0] == best and draw.step == 0
        for draw, sold in zip(auctions.draws, auctions.sold[profile], strict=True)
    )
    return Fraction(wins, len(auctions.draws))


@claim(
    f"{PAPER}, beside Theorem 12",
    "marks that give l*C(k,2) + 1 colours, up to 40, for every (l, k) but three: in a group of so many elements, for three"
    " sizes as pairs in one of twice as many; for the others no smaller group than the one named has marks",
    Status.CHECKED,
    wider={"searched": SEARCHED_WIDELY},
)
def marks(searched: Sequence[tuple[int, int, int]] = SEARCHED) -> Evidence:
    """Every row that is kept, held to the definition; smaller groups, ruled out by parity or by trying all rows."""
    sizes = sizes_kept()
    unfit = [size for size in sizes if not differ(*size)]
    larger = [size for size in sizes if colours_kept(*size) > least_possible(*size)]
    ruled_out = open_ = 0
    contradicted = []
    for types, signals in larger:
        for order in range(least_possible(types, signals), colours_kept(types, signals)):
            if is_odd_one_out(order, signals, types):
                ruled_out += 1
            elif (types, signals, order) not in searched:
                open_ += 1
            elif any(search(group, signals, types) for group in abelian_groups(order)):
                contradicted.append((types, signals, order))
            else:
                ruled_out += 1
    named = ", ".join(
        f"(l={types}, k={signals}) {colours_kept(types, signals)} for {least_possible(types, signals)}"
        for types, signals in larger
    )
    left = f", {open_} left to --all" if open_ else ""
    return Evidence(
        f"{len(sizes)} sizes, {len(unfit)} with differences that are alike, or a pair apart; {len(sizes) - len(larger)} with"
        f" l*C(k,2) + 1 colours, {len(PAIRED)} of them pairs, since parity rules out the group of that order, the others {named};"
        f" of the orders in between {ruled_out} ruled out, by parity or by trying all marks in every group{left},"
        f" {len(contradicted)} with marks",
        not unfit
        and not contradicted
        and larger == sorted(LARGER, key=sizes.index)
        and all(
            is_odd_one_out(least_possible(*size), size[1], size[0]) and paired(*size)
            for size in PAIRED
        ),
    )


@claim(
    f"{PAPER}, beside Theorem 12",
    "if rho = l*C(k,2) + 1 is prime and Z_rho has no marks, no colouring of bases by kind, however made, has rho colours for"
    " every number of bidders: so eight signals of one type need more than 29 colours",
    Status.PROVED,
    proof="universal.md#no-colouring-at-all",
    wider={"searched": ((1, 8), (1, 9))},
)
def no_colouring(searched: Sequence[tuple[int, int]] = ((1, 8),)) -> Evidence:
    """All marks in the cyclic group of that prime order, tried; at every other prime order up to 40 there are some."""
    primes = [size for size in sizes_kept() if is_prime(least_possible(*size))]
    without = [size for size in primes if colours_kept(*size) > least_possible(*size)]
    found = [
        (types, signals)
        for types, signals in searched
        if any(
            search(group, signals, types)
            for group in abelian_groups(least_possible(types, signals))
        )
    ]
    named = ", ".join(f"l={types}, k={signals}" for types, signals in without)
    tried = ", ".join(f"Z_{least_possible(*size)}" for size in searched)
    return Evidence(
        f"{len(primes)} sizes of prime rho up to 40, {len(without)} of them ({named}) with marks in larger groups only; all marks"
        f" tried in {tried}, {len(found)} found",
        not found and set(searched) <= set(without) and (1, 8) in searched,
    )


def is_prime(number: int) -> bool:
    """Whether it is, for a number of at least 2."""
    return all(number % divisor for divisor in range(2, number))


def sizes_kept() -> list[tuple[int, int]]:
    """Every (types, signals) with l*C(k,2) + 1 up to 40."""
    return [
        (types, signals)
        for signals in range(2, MOST_COLOURS)
        for types in range(1, MOST_COLOURS)
        if least_possible(types, signals) <= MOST_COLOURS
    ]


def least_possible(types: int, signals: int) -> int:
    """l*C(k,2) + 1."""
    return types * comb(signals, 2) + 1


def colours_kept(types: int, signals: int) -> int:
    """How many colours the marks that are kept give."""
    kept = known_marks(signals, types)
    return 0 if kept is None else kept.colours


def paired(types: int, signals: int) -> bool:
    """Whether pairs are the colours of the marks that are kept."""
    kept = known_marks(signals, types)
    return kept is not None and bool(kept.pair)


def differ(types: int, signals: int) -> bool:
    """Whether there is a row of marks for every type, all differences of which differ, are not neutral, and no pair apart."""
    kept = known_marks(signals, types)
    if kept is None or [len(row) for row in kept.rows] != [signals] * types:
        return False
    differences = [
        kept.group.minus(row[lower], row[higher])
        for row in kept.rows
        for lower, higher in combinations(range(signals), 2)
    ]
    elements = {0, *differences}
    partners = (
        {kept.group.sum([element, kept.pair]) for element in elements} if kept.pair else set()
    )
    return len(elements) == types * comb(signals, 2) + 1 and not elements & partners
