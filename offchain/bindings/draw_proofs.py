"""What a draw decides at an `ApproximateAuction`, and the proof of it that the contract checks.

Nothing here talks to a chain: players come as the entries that were logged when they bid. All
arithmetic is that of contracts/approximate/Odds.sol and DrawProof.sol, in integers; amounts are units.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Final

from eth_hash.auto import keccak

from offchain.bindings.constants import MOST_PLAYERS, SUM_BITS, Chances
from offchain.bindings.entries import amount_in

DRAWS: Final = Chances.DRAWS
"""Equally likely draws; chances are whole multiples of one of them."""
TERM_LIMIT: Final = 1 << 32
"""What the terms of an inaccuracy stay below in the contract."""
PLAYERS_PER_STEP: Final = 4_000
"""How many players one transaction of a walk meets: 32 bytes each, and nodes refuse transactions of more than 128 kB.

By gas twice as many would fit: these take some 8 million.
"""


def word_of(draw: Fraction) -> int:
    """The random word that stands for a draw: the first of the grid's that is not before it.

    A draw exactly on a border between two players' pieces thus falls to the later one, as it should.
    """
    return min(-(-draw.numerator * DRAWS // draw.denominator), DRAWS - 1) << 1


@dataclass(frozen=True, slots=True)
class Winners:
    """How many bids have a chance, and their sum."""

    count: int = 0
    total: int = 0

    @property
    def word(self) -> int:
        """As the contract takes them."""
        return self.count << SUM_BITS | self.total

    def plus(self, bid: int) -> "Winners":
        """With one more bid among them."""
        return Winners(self.count + 1, self.total + bid)


@dataclass(frozen=True, slots=True)
class Odds:
    """The chance of a bid, by it, where `players` play, `winners` have a chance, and D is over / under."""

    players: int
    over: int
    under: int
    winners: Winners

    @property
    def slope(self) -> int:
        """(k + D) times what D is a fraction of."""
        return self.winners.count * self.under + self.over

    def has_chance(self, bid: int) -> bool:
        """Whether a bid is above the threshold."""
        return bid * self.slope > self.winners.total * self.under

    def piece(self, bid: int) -> int:
        """How many of the `DRAWS` its chance is worth."""
        if self.winners.total == 0:
            return DRAWS // self.players
        if not self.has_chance(bid):
            return 0
        scale = self.players * self.under + self.over
        share = scale * (self.slope * bid - self.winners.total * self.under)
        return share * DRAWS // (self.players * self.slope * self.over * bid)


class Rivals:
    """Bids in descending order with their sums, so that one more can be thought in at any height."""

    def __init__(self, bids: Sequence[int], delta: Fraction) -> None:
        """`bids`: at least 0 each, in any order; `delta`: everybody's inaccuracy. O(n log n)."""
        self._ascending = sorted(bids)
        self._sums = [0, *accumulate(reversed(self._ascending))]
        self._over = 4 * delta.numerator * delta.denominator
        self._under = (delta.denominator - delta.numerator) ** 2

    def odds(self) -> Odds:
        """The chances among these bids, at least one. O(log n)."""
        return self._odds(len(self._ascending), None)

    def odds_with(self, bid: int) -> Odds:
        """The chances among these bids and another one. O(log n)."""
        return self._odds(len(self._ascending) + 1, bid)

    def _odds(self, players: int, own: int | None) -> Odds:
        rivals = len(self._ascending)
        # the rank of the bid thought in: behind those as large
        place = players if own is None else rivals - bisect_left(self._ascending, own)

        def total(count: int) -> int:
            if own is None or count <= place:
                return self._sums[count]
            return self._sums[count - 1] + own

        def suffices(count: int) -> bool:
            """Whether the next bid has no chance if `count` have; once true, for every larger count."""
            if count == players:
                return True
            bid = total(count + 1) - total(count)
            return bid * (count * self._under + self._over) <= total(count) * self._under

        count = bisect_left(range(players + 1), True, key=suffices)
        return Odds(players, self._over, self._under, Winners(count, total(count)))


@dataclass(frozen=True, slots=True)
class DrawProof:
    """See contracts/approximate/DrawProof.sol."""

    place: int
    price: int
    all: Odds
    at_price: Odds
    below_price: Odds

    @property
    def words(self) -> tuple[int, int, int, int, int]:
        """As the contract takes it."""
        return (
            self.place,
            self.price,
            self.all.winners.word,
            self.at_price.winners.word,
            self.below_price.winners.word,
        )


def prove(bids: Sequence[int], delta: Fraction, draw: int) -> DrawProof:
    """What `draw`, below `DRAWS`, decides among `bids` in order of arrival, at least one.

    O(n log n + log bid * log n).
    """
    odds = Rivals(bids, delta).odds()
    ends = list(accumulate(map(odds.piece, bids)))
    place = bisect_right(ends, draw)
    if place == len(bids):
        return DrawProof(place, 0, odds, odds, odds)
    offset = draw - (ends[place] - odds.piece(bids[place]))
    rivals = Rivals([*bids[:place], *bids[place + 1 :]], delta)

    low, price = 0, bids[place]
    while low < price:
        middle = (low + price) // 2
        if rivals.odds_with(middle).piece(middle) > offset:
            price = middle
        else:
            low = middle + 1
    at = rivals.odds_with(price)
    return DrawProof(place, price, odds, at, rivals.odds_with(price - 1) if price else odds)


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a walk over the players has come; see contracts/approximate/DrawProof.sol."""

    roster: int = 0
    start: int = 0
    winner: int = 0
    all: Winners = Winners()
    at_price: Winners = Winners()
    below_price: Winners = Winners()

    @property
    def words(self) -> tuple[int, int, int, int, int, int]:
        """As the contract takes it."""
        return (
            self.roster,
            self.start,
            self.winner,
            self.all.word,
            self.at_price.word,
            self.below_price.word,
        )

    @property
    def players(self) -> int:
        """How many players it has met."""
        return self.roster & MOST_PLAYERS

    def meets(self, entry: int, proof: DrawProof) -> "Walk":
        """The walk with one more player."""
        bid, own = amount_in(entry), self.players == proof.place
        at, below = (proof.price, max(0, proof.price - 1)) if own else (bid, bid)
        return Walk(
            joined(self.roster, entry),
            self.start + (proof.all.piece(bid) if self.players < proof.place else 0),
            entry if own else self.winner,
            self.all.plus(bid) if proof.all.has_chance(bid) else self.all,
            self.at_price.plus(at) if proof.at_price.has_chance(at) else self.at_price,
            self.below_price.plus(below)
            if proof.below_price.has_chance(below)
            else self.below_price,
        )


def joined(roster: int, entry: int) -> int:
    """The roster of a lot with one more player (contracts/approximate/Roster.sol)."""
    digest = int.from_bytes(keccak(roster.to_bytes(32, "big") + entry.to_bytes(32, "big")), "big")
    return digest & ~MOST_PLAYERS | (roster + 1) & MOST_PLAYERS


def steps(
    entries: Sequence[int], proof: DrawProof, size: int = PLAYERS_PER_STEP
) -> Iterator[tuple[Walk, Sequence[int]]]:
    """The walk in steps of at most `size` players: where each one starts, and whom it meets. O(n)."""
    walk = Walk()
    for start in range(0, len(entries), size):
        some = entries[start : start + size]
        yield walk, some
        if start + size < len(entries):
            for entry in some:
                walk = walk.meets(entry, proof)
