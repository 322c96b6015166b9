"""Groups among players who know their values roughly: what is left of the guarantee above equal splits."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, product

from offchain.model.checks.two_level import harmonic
from offchain.model.mechanisms import approximate_groups
from offchain.model.mechanisms.approximate import (
    deterministic_guarantee,
    probabilistic_guarantee,
    replaced,
)
from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.price_rule import exact, run_auction
from offchain.model.theory.approximate.bids import spelt
from offchain.model.theory.approximate.draw import draws
from offchain.model.theory.approximate.guarantees import PAPER, profiles, shown
from offchain.model.theory.claim import Evidence, Status, claim


@claim(
    f"{PAPER}, Lemma E.3, and When Bidders Are DAOs, Lemma 4",
    "with groups above equal splits, each member in one, whose values are known and bid, the lottery M_f guarantees"
    " (r + (1-r)/n)/H_l, second price 1/H_l (H_l = 1 + 1/2 + ... + 1/l, l members in the largest group); where members know"
    " theirs approximately no bound is known, but r times that if every bid is within a factor of (1+d)/(1-d) of the value",
    Status.PROVED,
    proof="approximate.md#with-daos",
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
