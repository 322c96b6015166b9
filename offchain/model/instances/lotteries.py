"""Lotteries over sales of one good, and the outcome of a signal auction that holds one.

Source: "Prior-Free Clock Auctions for Bidders with Interdependent Values", §2, for welfare and
revenue in expectation over the mechanism's draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from offchain.model.instances.signals import UNSOLD, Chance, Sale, SignalInstance, SignalOutcome

Lottery: TypeAlias = Mapping[tuple[int, int], Fraction]
"""The probability of every (index of the winner, price in units); what is missing to 1 is no sale."""


def merged(sales: Iterable[tuple[tuple[int, int], Fraction]]) -> dict[tuple[int, int], Fraction]:
    """The lottery of the sales, those of equal winner and price put together."""
    lottery: dict[tuple[int, int], Fraction] = {}
    for sale, probability in sales:
        lottery[sale] = lottery.get(sale, Fraction(0)) + probability
    return lottery


def optimal_bidder(worths: Sequence[int]) -> int:
    """h: the index of the highest value, ties to the first. O(bidders)."""
    return worths.index(max(worths))


def outcome_of(
    instance: SignalInstance, lottery: Lottery, samples: int | None = None
) -> SignalOutcome:
    """The outcome of an instance whose mechanism sells by this lottery.

    Chances go from the likeliest down, equals by winner and then price. Unsold counts as the empty
    name, which no bidder has. O(sales * log sales).
    """
    worths = instance.worths(instance.profile)
    chances = [
        Chance(Sale(instance.bidders[winner].name, price), probability)
        for (winner, price), probability in lottery.items()
        if probability
    ]
    unsold = 1 - sum(lottery.values())
    if unsold:
        chances.append(Chance(UNSOLD, Fraction(unsold)))
    chances.sort(key=lambda c: (-c.probability, c.sale.winner or "", c.sale.price))
    return SignalOutcome(
        mechanism=instance.mechanism,
        chances=tuple(chances),
        expected_welfare=sum(
            (worths[winner] * chance for (winner, _), chance in lottery.items()), Fraction(0)
        ),
        expected_revenue=sum(
            (price * chance for (_, price), chance in lottery.items()), Fraction(0)
        ),
        optimal_welfare=max(worths),
        samples=samples,
    )
