"""The ascending upper mechanism: open bids, each at least an increment above the one before, until nobody bids more.

Source: the houses that groups bid at (Nouns, Nouns Builder, Zora), whose rules are these.

- The least bid is `start` while there is none, and then an increment over the amount that leads: so many units (an `int`), or a
  part of that amount (a `Fraction`), rounded up. An equal bid never takes the lead, so a tie goes to who bids the amount first.
- A bidder with a *limit* bids exactly the least bid whenever it does not lead and its limit reaches that. If several would, the
  first in order of arrival does.
- It is over when nobody bids more. A bid near the end moves the end (`AscendingAuction.bid`), so nobody is too late to answer.

What a bidder pays does not depend on its own limit. Take rivals whose bids depend on what was bid, and when, but not on what
the bidder would bid. Its limit decides nothing except where it stops. So under two limits the auction takes one and the same
path, until the least bid is above the lower one while somebody else leads, and from there on that limit loses. Hence whoever
wins with the lower one wins with the higher one, at the same price; and where only the higher one wins, it pays more than the
lower one. So with its value for a limit a bidder wins whenever it gains by winning, and no other limit is better. A group whose
limit is its willingness to pay meets a price that none of its members moves, as in a sealed auction.

What the increment does change is who wins, and the price. Every other limit is below the least bid over the price, so the
winner's own may be the lower one by less than an increment. And of the price and the one under `price_rule.exact`, the critical
bid, neither is above the least bid over the other. Amounts are integers in units.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from heapq import nlargest
from math import ceil, floor
from typing import Protocol

from offchain.model.instances.rules import LEAST_PART, Increment


def check_increment(increment: Increment) -> None:
    """Raises ValueError if it is less than 1 unit, or a part below LEAST_PART or above all of the amount."""
    if isinstance(increment, int):
        if increment < 1:
            raise ValueError(f"an increment is at least 1 unit, not {increment}")
    elif not LEAST_PART <= increment <= 1:
        raise ValueError(f"an increment is a part from {LEAST_PART} to 1, not {increment}")


def step(amount: int, increment: Increment) -> int | Fraction:
    """What the increment comes to over an amount, exactly."""
    return increment if isinstance(increment, int) else amount * increment


def least_over(amount: int, increment: Increment) -> int:
    """The least bid over an amount, in whole units. O(1)."""
    return amount + ceil(step(amount, increment))


class Ladder(Protocol):
    """The amounts that are bid if every bid is the least, from the start: rung 0, 1, 2 and so on."""

    def amount(self, rung: int) -> int:
        """The amount on a rung."""

    def top(self, limit: int) -> int:
        """The highest rung within a limit; -1 if there is none."""


@dataclass(frozen=True, slots=True)
class Even:
    """The ladder of an increment in units, of any length. O(1) each."""

    start: int
    increment: int

    def amount(self, rung: int) -> int:
        """As a Ladder."""
        return self.start + rung * self.increment

    def top(self, limit: int) -> int:
        """As a Ladder."""
        return max(-1, (limit - self.start) // self.increment)


@dataclass(frozen=True, slots=True)
class Widening:
    """The ladder of a relative increment, as far as it was built: a limit beyond that has the last rung for its top."""

    amounts: Sequence[int]

    def amount(self, rung: int) -> int:
        """As a Ladder."""
        return self.amounts[rung]

    def top(self, limit: int) -> int:
        """As a Ladder. O(log rungs)."""
        return bisect_right(self.amounts, limit) - 1


@dataclass(frozen=True, slots=True)
class Ascent:
    """How an ascending auction ends.

    leader: the winner's place in order of arrival, None if nobody bids. price: the last bid; the start if there is none.
    bids: how many there were.
    """

    leader: int | None
    price: int
    bids: int


def ascend(limits: Sequence[int], start: int, increment: Increment) -> Ascent:
    """The outcome among bidders with these limits, in order of arrival; a limit of 0 is no bidder.

    Raises ValueError if the start is below 1 unit, or for an increment that is none. O(bidders), at any amounts; with a relative
    increment O(rungs) as well, of which there are about log(limit / start) / increment.
    """
    if start < 1:
        raise ValueError(f"a start is at least 1 unit, not {start}")
    check_increment(increment)
    ladder = _ladder(limits, start, increment)
    tops = [ladder.top(limit) for limit in limits]
    leader, rung = _climb(tops)
    return Ascent(leader, ladder.amount(max(rung, 0)), rung + 1)


def _ladder(limits: Sequence[int], start: int, increment: Increment) -> Ladder:
    """As long as any bid can be: a rung above the second of the limits at least."""
    if isinstance(increment, int):
        return Even(start, increment)
    second = min(nlargest(2, limits)) if len(limits) > 1 else 0
    return Widening(_rungs(start, increment, second.bit_length()))


@lru_cache(maxsize=4)
def _rungs(start: int, increment: Fraction, bits: int) -> Sequence[int]:
    """The amounts up to the first of at least 2^bits. O(rungs): about bits / increment. Kept for who asks for many auctions."""
    top, bottom = increment.as_integer_ratio()
    amount = start
    amounts = [amount]
    while amount < 1 << bits:
        amount -= -amount * top // bottom
        amounts.append(amount)
    return amounts


def _climb(tops: Sequence[int]) -> tuple[int | None, int]:
    """Who stands on the last rung that is bid, and which it is; None and -1 if none is.

    On every rung stands the first who is not on the one before and can. So the first two who can take turns, up to the lower of
    their tops, which is one leap; then one of them at least is out for good. O(bidders).
    """
    leader, rung = None, -1
    pair: list[int] = []
    coming = iter(range(len(tops)))
    while True:
        pair = [bidder for bidder in pair if tops[bidder] > rung]
        while len(pair) < 2 and (bidder := next(coming, None)) is not None:
            if tops[bidder] > rung:
                pair.append(bidder)
        others = [bidder for bidder in pair if bidder != leader]
        if not others:
            return leader, rung
        if len(pair) < 2:
            return others[0], rung + 1
        last = min(tops[bidder] for bidder in pair)
        starts = pair.index(others[0])
        leader, rung = pair[(starts + last - rung - 1) % 2], last


def climb(limits: Sequence[int], start: int, increment: Increment) -> Iterator[tuple[int, int]]:
    """Every bid of `ascend`, one after the other, for showing: the bidder's place, and the amount. O(bidders) each."""
    leader, least = None, start
    while (bidder := _next(limits, leader, least)) is not None:
        yield bidder, least
        leader, least = bidder, least_over(least, increment)


def _next(limits: Sequence[int], leader: int | None, least: int) -> int | None:
    """The first who does not lead and can bid so much."""
    able = (place for place, limit in enumerate(limits) if place != leader and limit >= least)
    return next(able, None)


def driven(limit: int, start: int, increment: Increment) -> int:
    """The most that its owner can be made to bid by a bid of somebody who has seen the limit; 0 if none leaves it room. O(1)."""
    below = limit - increment if isinstance(increment, int) else floor(limit / (1 + increment))
    return least_over(below, increment) if below >= start else 0


class BidRefused(ValueError):
    """A bid that the house does not take, and why."""


@dataclass(frozen=True, slots=True)
class AscendingAuction:
    """An ascending auction as a house runs it, bid by bid, at any amounts and times.

    Amounts are in the house's own grain (wei), and relative increments are rounded down to it, as the houses do: below 1 /
    increment grains an equal bid does take the lead. start: 0 is allowed, but no bid of 0; a house that raises it while somebody
    leads holds all later bids to it. end: from when on no bid is taken, in seconds; None while there is no bid, at a house whose
    clock starts with the first and runs for `duration`. buffer: a bid with less than so many seconds left moves the end to so
    many after it. grid: what our own bids are multiples of.
    """

    start: int
    increment: Increment
    end: int | None
    buffer: int = 0
    grid: int = 1
    duration: int = 0
    leader: str | None = None
    amount: int = 0

    @property
    def least_bid(self) -> int:
        """The least amount that the house takes now."""
        if self.leader is None:
            return max(1, self.start)
        return max(self.start, self.amount + floor(step(self.amount, self.increment)))

    @property
    def least_raise(self) -> int:
        """The least bid that we can make: rounded up to the grid."""
        return -(-self.least_bid // self.grid) * self.grid

    def is_over(self, time: int) -> bool:
        """Whether no bid is taken any more."""
        return self.end is not None and time >= self.end

    def can_raise(self, bidder: str, limit: int, time: int) -> bool:
        """Whether a bidder of ours would bid: it does not lead, and its limit reaches the least bid on the grid."""
        return not self.is_over(time) and self.leader != bidder and self.least_raise <= limit

    def bid(self, bidder: str, amount: int, time: int) -> "AscendingAuction":
        """The auction after this bid. Raises BidRefused if it comes too late or is too low; whoever leads may bid, too."""
        if self.is_over(time):
            raise BidRefused(f"{bidder} bids at {time}, the end was at {self.end}")
        if amount < self.least_bid:
            raise BidRefused(f"{bidder} bids {amount}, the least bid is {self.least_bid}")
        end = time + self.duration if self.end is None else self.end
        if end - time < self.buffer:
            end = time + self.buffer
        return replace(self, leader=bidder, amount=amount, end=end)
