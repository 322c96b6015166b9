"""Which amounts to try in place of the truth, so that a search says the same in any unit of money.

What a bid brings changes where it passes another amount of the instance, a price, or a share of one.
So these are tried, with what lies just below and above; and evenly spaced amounts, for what changes
little by little. Amounts are non-negative integers in units.
"""

from collections.abc import Iterable, Iterator

STEPS = 64
"""How many evenly spaced amounts are tried, up to twice the largest."""

FALSE_NAMES = range(2, 5)
"""How many names one who bids under several tries."""


def around(amounts: Iterable[int]) -> Iterator[int]:
    """Each amount, and a unit more and less."""
    for amount in amounts:
        yield from (near for near in (amount, amount + 1, amount - 1) if near >= 0)


def evenly(largest: int) -> Iterator[int]:
    """STEPS amounts from 0 up to twice the largest, and the largest's half among them, with their neighbours."""
    return around(2 * largest * step // STEPS for step in range(STEPS + 1))


def shares(prices: Iterable[int], counts: Iterable[int]) -> Iterator[int]:
    """What each of so many pays of a price, rounded up and rounded down, and their neighbours."""
    divisors = tuple(counts)
    for price in prices:
        yield from around(-(-price // count) for count in divisors)


def different(amounts: Iterable[int], limit: int) -> Iterator[int]:
    """The amounts up to the limit, each once, in the order in which they come first."""
    seen: set[int] = set()
    for amount in amounts:
        if amount <= limit and amount not in seen:
            seen.add(amount)
            yield amount
