"""One good, and players who know their own values only roughly: the optimal mechanism, and second price.

Source: Chiesa, Micali and Zhu, "Mechanism Design with Approximate Valuations": Theorems 1 to 5 for
what can be guaranteed, Definition E.2 for the mechanism M_f and Lemma E.3 for its properties. A
player knows an x such that its value lies between (1 - delta) * x and (1 + delta) * x; the
inaccuracy delta, 0 < delta < 1, bounds everybody's. Under both mechanisms the bids that are not
dominated are those between the least and the largest value that the player holds possible; where
values and bids are integers, from the least to one below the largest, and of a known value k both k
and k - 1 (and k + 1 at the plain second price, for who loses ties). So guarantees on integers are
of the maximum welfare less one unit (docs/approximate.md).

Bids and prices are integers in units, probabilities are fractions, and all is exact. A bid of 0 is
a bid like any other.

**The price in M_f.** The paper charges a winner its expected price, v less the mean of f over [0, v]
divided by f(v): a logarithm. On a grid of integer bids a critical draw gives the same incentives in
integers. All probabilities are laid side by side on [0, 1), in the players' order. A draw that falls
into a player's piece, at an offset r from its beginning, sells to that player at the least bid that
would have made the piece longer than r. Thus it wins at price z with probability f(z) - f(z - 1)
for every z up to its bid, which is Myerson's payment on the grid: truthful in expectation over the
draw, though not for every draw (a bid moves the pieces), and never above the bid.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import accumulate

from offchain.model.instances.approximate import (
    ApproximateInstance,
    ApproximateOutcome,
    ApproximateSale,
)


def solve(instance: ApproximateInstance) -> ApproximateOutcome:
    """Everybody's probability under M_f, and what the draw decides if the instance has one.

    O(n log n * log bid) for n players.
    """
    names = list(instance.bids)
    bids = list(instance.bids.values())
    chances = probabilities(bids, instance.delta)
    sale = None
    if instance.draw is not None:
        winner, price = sell(bids, instance.delta, instance.draw)
        sale = ApproximateSale(None if winner is None else names[winner], price)
    return ApproximateOutcome(dict(zip(names, chances, strict=True)), 1 - total(chances), sale)


def total(amounts: Iterable[Fraction]) -> Fraction:
    """The sum, 0 of nothing. By halves, and in lowest terms at the end alone: the sum of many different chances is long."""
    return Fraction(*_over([amount for amount in amounts if amount]))


def _over(amounts: Sequence[Fraction]) -> tuple[int, int]:
    """The sum as a numerator and a denominator."""
    if len(amounts) < 2:
        return amounts[0].as_integer_ratio() if amounts else (0, 1)
    middle = len(amounts) // 2
    (top, bottom), (other_top, other_bottom) = _over(amounts[:middle]), _over(amounts[middle:])
    return top * other_bottom + other_top * bottom, bottom * other_bottom


def spread(delta: Fraction) -> Fraction:
    """The paper's D: how much more one bid may stand for than another equal one, ((1+delta)/(1-delta))^2 - 1."""
    return ((1 + delta) / (1 - delta)) ** 2 - 1


def winner_count(bids: Sequence[int], delta: Fraction) -> int:
    """The paper's n*: how many of the highest bids have a chance, unless all are 0.

    The least k such that every bid after the k highest is at most their sum over k + D. Then each of
    the k is above that, and no other k has both properties (Lemma E.3). `bids`: in descending
    order, at least one. O(n).
    """
    # What holds at k holds at every larger k, so the first bid after the k highest decides.
    numerator, denominator = spread(delta).as_integer_ratio()
    for count, total in enumerate(accumulate(bids[:-1]), start=1):
        if bids[count] * (count * denominator + numerator) <= total * denominator:
            return count
    return len(bids)


def probabilities(bids: Sequence[int], delta: Fraction) -> tuple[Fraction, ...]:
    """The paper's f: with which probability each player wins. They sum to at most 1, the rest is unsold.

    Equal bids have equal chances; bids that are all equal have 1/n each. O(n log n).
    """
    count, total = _winners(bids, delta)
    return tuple(_chance(bid, len(bids), count, total, delta) for bid in bids)


def probability(bids: Sequence[int], player: int, delta: Fraction) -> Fraction:
    """The chance of one player alone. It never falls when the player bids more (Lemma E.3). O(n log n)."""
    count, total = _winners(bids, delta)
    return _chance(bids[player], len(bids), count, total, delta)


def sell(bids: Sequence[int], delta: Fraction, draw: Fraction) -> tuple[int | None, int]:
    """The player to whom a draw sells, and the price; None and 0 if it does not sell.

    `draw`: uniform in [0, 1). O(n log n * log bid).
    """
    player, offset = piece(probabilities(bids, delta), draw)
    return (None, 0) if player is None else (player, critical_bid(bids, player, delta, offset))


def piece(chances: Sequence[Fraction], draw: Fraction) -> tuple[int | None, Fraction]:
    """The player in whose piece the draw falls, and how far into it; None if it falls beyond all pieces.

    By halves: in turn the draw falls before the end of the first half, or behind it.
    """
    first, stop = 0, len(chances)
    offset = draw
    while stop - first > 1:
        middle = (first + stop) // 2
        before = total(chances[first:middle])
        if offset < before:
            stop = middle
        else:
            first, offset = middle, offset - before
    return (first if offset < chances[first] else None), offset


def critical_bid(bids: Sequence[int], player: int, delta: Fraction, offset: Fraction) -> int:
    """The least bid with which the player's chance is above `offset`, the others' bids being fixed.

    `offset`: below the chance that the player has. By bisection, O(n log n * log bid).
    """
    low, high = 0, bids[player]
    while low < high:
        middle = (low + high) // 2
        if probability(replaced(bids, player, middle), player, delta) > offset:
            high = middle
        else:
            low = middle + 1
    return low


def price_lottery(
    bids: Sequence[int], player: int, delta: Fraction, least: int = 0
) -> dict[int, Fraction]:
    """With which probability a player wins at which price, none below `least`. O(bid * n log n).

    The probability of a price does not depend on the player's bid, as long as that is at least the
    price: whoever stands behind the bid faces posted prices drawn at random.
    """
    lottery = {}
    before = Fraction(0)
    for price in range(least, bids[player] + 1):
        chance = probability(replaced(bids, player, price), player, delta)
        if chance > before:
            lottery[price] = chance - before
        before = chance
    return lottery


def second_price(bids: Sequence[int]) -> tuple[int, int]:
    """The player with the highest bid, the first of several, and the price: the highest of the other bids.

    0 if there is no other. O(n).
    """
    winner = max(range(len(bids)), key=lambda player: bids[player])
    return winner, max((bid for player, bid in enumerate(bids) if player != winner), default=0)


def deterministic_guarantee(delta: Fraction) -> Fraction:
    """The part of the maximum welfare that second price guarantees to individuals, and no deterministic mechanism exceeds.

    ((1-delta)/(1+delta))^2, in undominated strategies (Theorems 2 and 3).
    """
    return ((1 - delta) / (1 + delta)) ** 2


def probabilistic_guarantee(delta: Fraction, players: int) -> Fraction:
    """The part of the maximum welfare that M_f guarantees to individuals, over the draw, and no mechanism exceeds.

    ((1-delta)^2 + 4*delta/n) / (1+delta)^2, in undominated strategies (Theorems 4 and 5).
    """
    return ((1 - delta) ** 2 + 4 * delta / players) / (1 + delta) ** 2


def dominant_guarantee(players: int) -> Fraction:
    """The part of the maximum welfare that any mechanism can guarantee in dominant strategies: 1/n (Theorem 1)."""
    return Fraction(1, players)


def worst_case(
    bids: Sequence[int], chances: Sequence[Fraction], delta: Fraction
) -> tuple[int, Fraction]:
    """How little of the maximum welfare is expected, over all true values that fit the bids, and who has the most there.

    A bid b fits the values from b*(1-delta)/(1+delta) to b*(1+delta)/(1-delta). The worst is where
    one value, the maximum, is as large as it may be, and all others are as small. O(n).

    chances: with which probability each player gets the good, under any mechanism. 1 if all bids
    are 0.
    """
    up = (1 + delta) / (1 - delta)
    least = total(chance * bid for chance, bid in zip(chances, bids, strict=True)) / up
    worst = max(range(len(bids)), key=lambda player: bids[player]), Fraction(1)
    for player, (bid, chance) in enumerate(zip(bids, chances, strict=True)):
        if bid > 0 and bid * up >= max(bids) / up:
            welfare = least + chance * bid * (up - 1 / up)
            worst = min(worst, (player, welfare / (bid * up)), key=lambda case: case[1])
    return worst


def replaced(bids: Sequence[int], player: int, bid: int) -> list[int]:
    """The bids with one of them changed."""
    return [*bids[:player], bid, *bids[player + 1 :]]


def _winners(bids: Sequence[int], delta: Fraction) -> tuple[int, int]:
    """How many bids have a chance, and the sum of those."""
    ordered = sorted(bids, reverse=True)
    count = winner_count(ordered, delta)
    return count, sum(ordered[:count])


def _chance(bid: int, players: int, count: int, total: int, delta: Fraction) -> Fraction:
    """The formula of Definition E.2 for one of the bids."""
    if total == 0:
        return Fraction(1, players)
    extra = spread(delta)
    weight = bid * (count + extra) - total
    if weight <= 0:
        return Fraction(0)
    return (players + extra) / (players * (count + extra)) * weight / (bid * extra)
