"""What a player who knows its value only as one of several may do: the definitions, by enumeration.

Source: Chiesa, Micali and Zhu, "Mechanism Design with Approximate Valuations". A mechanism is seen from
one player's place, as a table: for each of its bids, or strategies of any kind, and each way in
which the others may bid, the probability with which it wins and what it then expects to pay in all.
"""

from collections.abc import Sequence
from fractions import Fraction
from operator import ge, le
from typing import TypeAlias

Seat: TypeAlias = Sequence[Sequence[tuple[Fraction | int, Fraction | int]]]
"""By strategy and by what the others do: the probability of winning, and the expected payment."""

Utilities: TypeAlias = list[list[Fraction | int]]
"""By strategy, for every value held possible and everything that the others may do."""


def undominated(seat: Seat, values: Sequence[int]) -> list[int]:
    """UDed(K): the strategies to which no other is never worse, and once better, over all values in K."""
    gains = utilities(seat, values)
    return [
        strategy
        for strategy, own in enumerate(gains)
        if not any(own != other and all(map(le, own, other)) for other in gains)
    ]


def dominant(seat: Seat, values: Sequence[int]) -> list[int]:
    """Dnt(K): the strategies that are never worse than any other, over all values in K."""
    gains = utilities(seat, values)
    return [
        strategy
        for strategy, own in enumerate(gains)
        if all(all(map(ge, own, other)) for other in gains)
    ]


def utilities(seat: Seat, values: Sequence[int]) -> Utilities:
    """What every strategy is worth, in units."""
    return [
        [value * chance - paid for value in values for chance, paid in against] for against in seat
    ]
