"""The price in M_f: a draw of posted prices in place of the paper's logarithm."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise, product

from offchain.model.mechanisms.approximate import (
    price_lottery,
    probabilities,
    probability,
    replaced,
    sell,
)
from offchain.model.theory.approximate.guarantees import DELTAS, PAPER, profiles, shown
from offchain.model.theory.claim import Evidence, Status, claim


@claim(
    f"{PAPER}, price of M_f",
    "with the critical draw no bid beats a known value, in expectation over the draw, and no price is above the bid",
    Status.PROVED,
    proof="approximate.md#the-rule",
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
