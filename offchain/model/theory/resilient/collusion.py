"""What players who share a purse do when they are offered something, and which purses the paper allows.

Source: §4.2, Definitions 2 and 3; §7, Lemma 2; §1.3, the limit of what is resilient in dominant strategies.
A purse is a collective utility: a function of what its two members have each, value less payment.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, product
from typing import TypeAlias

from offchain.model.instances.resilient import Answer, Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import (
    relevant_knowledge,
    revenue_guarantee,
    ruling_star,
    solve,
    toss,
    utility,
)
from offchain.model.theory.claim import Evidence, Status, claim, figure
from offchain.model.theory.resilient.mechanism import EPSILON, GOODS, PAPER

Purse: TypeAlias = Callable[[Fraction, Fraction], Fraction]

MONOTONE: Mapping[str, Purse] = {
    "the sum": lambda one, two: one + two,
    "the first and half of the second": lambda one, two: one + two / 2,
    "the first a thousand times": lambda one, two: 1000 * one + two,
    "the first and the cube of the second": lambda one, two: one + two**3,
}
"""Purses that like a member's gain, all else equal; the second is the paper's eccentric example."""

OTHERS: Mapping[str, Purse] = {
    "the larger": max,
    "the smaller": min,
    "the first less the second": lambda one, two: one - two,
}
"""Purses that may not mind, or like, a member's loss."""


def is_minimally_monotone(purse: Purse, top: int) -> bool:
    """Whether Definition 3 holds of the purse for values and payments up to `top`, rebates too.

    One member keeps what it has. The other either has a bundle for a payment, or none for another payment: the purse
    likes the first as much exactly if the member does.
    """
    grid = [Fraction(amount, 2) for amount in range(-2 * top, 2 * top + 1)]
    return all(
        (purse(*having) >= purse(*lacking)) == (gain >= loss)
        for kept, gain, loss in product(grid, repeat=3)
        for having, lacking in (((gain, kept), (loss, kept)), ((kept, gain), (kept, loss)))
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Members 1 and 2 of a coalition, with their values of what they are offered and the prices.

    told: what each member itself offers, in units. among: whether the star is member 1, who offers g2 to member 2; else it is
    a third player, who offers g1 to member 1 and g2 to member 2.
    """

    values: tuple[int, int]
    prices: tuple[int, int]
    told: int = 0
    among: bool = False

    def game(self, answers: tuple[Answer, Answer]) -> ResilientInstance:
        """The game in which they answer so."""
        (value, other), (price, second) = self.values, self.prices
        offer: tuple[Offer, ...] = (Offer("3", ("g1",), self.told),) if self.told else ()
        members = [
            ResilientPlayer("1", {("g1",): value}, answer=answers[0]),
            ResilientPlayer("2", {("g2",): other}, offer, answer=answers[1]),
        ]
        if self.among:
            members[0] = replace(members[0], offer=(Offer("2", ("g2",), second),))
            return ResilientInstance(EPSILON, GOODS, tuple(members))
        star = ResilientPlayer("3", {}, (Offer("1", ("g1",), price), Offer("2", ("g2",), second)))
        return ResilientInstance(EPSILON, GOODS, (star, *members))

    def expects(self, purse: Purse, answers: tuple[Answer, Answer]) -> Fraction:
        """What the purse expects of the coin."""
        game = self.game(answers)
        members = [player for player in game.players if player.name != "3"]
        sides = [[utility(member, side) for member in members] for side in toss(game)]
        return sum((purse(one, two) for one, two in sides), Fraction(0)) / 2


def asked(top: int, among: bool = False) -> Iterator[Asked]:
    """Every case with values and prices up to `top` in which the star is who it is meant to be."""
    worths, prices, offers = range(top + 1), range(1, top + 1), (0,) if among else (0, 1)
    for value, other, price, second, told in product(worths, worths, prices, prices, offers):
        case = Asked((value, other), (price, second), told, among)
        star = ruling_star(case.game((Answer.YES, Answer.YES)))
        if star is not None and (star.name == "3") != among:
            yield case


def unlike_lemma_2(purse: Purse, cases: Sequence[Asked]) -> int:
    """How often a member's answer against its value is not strictly worse for the purse, whatever the other answers."""
    count = 0
    for case in cases:
        for member, spoken in product((1,) if case.among else (0, 1), Answer):
            gain = case.values[member] - case.prices[member]
            if not gain:
                continue
            told = {
                answer: (answer, spoken) if member == 0 else (spoken, answer) for answer in Answer
            }
            yes, no = (case.expects(purse, told[answer]) for answer in (Answer.YES, Answer.NO))
            count += (yes <= no) if gain > 0 else (no <= yes)
    return count


@claim(
    f"{PAPER}, Definitions 2 and 3, Lemma 2",
    "members of a coalition that does not hold the star, and whose purse is minimally monotone, answer YES to what is worth more"
    " than its price to them, NO to less: the other answer is dominated",
    Status.PROVED,
)
def lemma_2(top: int = 3) -> Evidence:
    """Seven purses of two members, every value, price, rebate and answer of the other; then the star among them."""
    cases = list(asked(top))
    purses = {**MONOTONE, **OTHERS}
    wrong = {name: unlike_lemma_2(purse, cases) for name, purse in purses.items()}
    fitting = {name for name, purse in purses.items() if is_minimally_monotone(purse, 1)}
    holding = list(asked(top, among=True))
    fined = unlike_lemma_2(MONOTONE["the sum"], holding)
    kept = sum(wrong[name] for name in fitting)
    told = ", ".join(f"{wrong[name]} for {name}" for name in wrong if name not in fitting)
    return Evidence(
        f"{len(cases)} cases of values and prices up to {top}: for the {len(fitting)} purses of {len(wrong)} that are minimally"
        f" monotone ({', '.join(name for name in wrong if name in fitting)}) {kept} answers against the value are as good;"
        f" {told}, which are not. Where one of the members is the star, and a NO costs the purse its fine, {fined} in"
        f" {len(holding)} cases are",
        kept == 0
        and fitting == MONOTONE.keys()
        and all(wrong[name] for name in OTHERS)
        and fined > 0,
    )


def equal_revenue(scale: int) -> dict[int, Fraction]:
    """The values 1, 2, 4, ..., 2^scale, at least p with probability 1/p: every price brings 1 in expectation."""
    powers = {2**step: Fraction(1, 2 ** (step + 1)) for step in range(scale)}
    return powers | {2**scale: Fraction(1, 2**scale)}


def best_price(values: Mapping[int, Fraction]) -> Fraction:
    """The most that a price brings in expectation from one buyer of these values."""
    return max(
        price * sum((chance for value, chance in values.items() if value >= price), Fraction(0))
        for price in values
    )


def expected_maximum(values: Mapping[int, Fraction], buyers: int) -> Fraction:
    """Of so many independent draws."""
    below = [
        sum((chance for value, chance in values.items() if value <= most), Fraction(0)) ** buyers
        for most in sorted(values)
    ]
    steps = zip(below, [Fraction(0), *below], strict=False)
    return sum(
        (most * (now - before) for most, (now, before) in zip(sorted(values), steps, strict=True)),
        Fraction(0),
    )


@claim(
    f"{PAPER}, §1.3 (Micali and Valiant)",
    "in dominant strategies, if nobody can be made to lose by the truth, no mechanism guarantees more than a part of order"
    " 1/log n of the maximum welfare without the star as revenue; nor does it where one player knows the others' values, of"
    " which the resilient mechanism then has half",
    Status.PROVED,
    proof="resilient.md#what-dominant-strategies-cannot-do",
)
def dominant_strategies(scales: Sequence[int] = (1, 2, 4, 6, 8), unit: int = 100) -> Evidence:
    """2^K buyers of a good each of its own, with independent values of equal revenue: the exact part that any such mechanism has.

    Then the same values, `unit` times, with the number of each that the distribution has, and one player who knows them.
    """
    parts = []
    for scale in scales:
        values = equal_revenue(scale)
        buyers = 2**scale
        mean = sum((value * chance for value, chance in values.items()), Fraction(0))
        without_star = buyers * mean - expected_maximum(values, buyers)
        parts.append((buyers, buyers * best_price(values) / without_star))
    games = [knowing_game(scale, unit) for scale in scales]
    revenues = [solve(game).expected_revenue for game in games]
    told = "; ".join(f"n = {buyers}: {figure(part)}" for buyers, part in parts)
    shares = ", ".join(
        figure(revenue / worth_together(game))
        for game, revenue in zip(games, revenues, strict=True)
    )
    within = all(part <= Fraction(2, scale) for scale, (_, part) in zip(scales, parts, strict=True))
    return Evidence(
        f"values 1, 2, 4, ..., n, with chance 1/p of at least p, independent: any such mechanism has at most, as a part of the"
        f" expected welfare without the star, {told}; {'none' if within else 'some'} above 2/log2 n. The resilient mechanism,"
        f" one player knowing such values, expects {shares} of all that they are worth together",
        within
        and falling([part for _, part in parts])
        and all(
            revenue >= revenue_guarantee(worth_together(game) - len(game.goods), EPSILON)
            for game, revenue in zip(games, revenues, strict=True)
        ),
    )


def falling(parts: Sequence[Fraction]) -> bool:
    """Whether each is below the one before."""
    return all(after < before for before, after in pairwise(parts))


def knowing_game(scale: int, unit: int) -> ResilientInstance:
    """2^scale buyers of a good each of its own, with as many of each value as are likely, and one more player who knows all."""
    counts = {value: chance * 2**scale for value, chance in equal_revenue(scale).items()}
    worths = [value * unit for value, count in counts.items() for _ in range(int(count))]
    goods = tuple(f"g{place}" for place in range(len(worths)))
    buyers = tuple(
        ResilientPlayer(good, {(good,): value}) for good, value in zip(goods, worths, strict=True)
    )
    known = relevant_knowledge(goods, {buyer.name: buyer.values for buyer in buyers})
    return ResilientInstance(EPSILON, goods, (*buyers, ResilientPlayer("knowing", {}, known)))


def worth_together(game: ResilientInstance) -> int:
    """The maximum welfare where everybody wants a good of its own."""
    return sum(sum(player.values.values()) for player in game.players)
