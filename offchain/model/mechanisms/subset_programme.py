"""Winner determination for few goods: an exact dynamic programme over the sets of goods.

Source: Rothkopf, Pekec and Harstad, "Computationally Manageable Combinational Auctions" (1998), the
programme over sets of goods; here player by player, since each gets at most one of its bundles. A
table holds, for every set of goods, the most that some of the players can bring with it. With the
tables of the last players one reads off the first of the best allocations, and with those of the
first players beside them what the others could have without each player, which VCG charges.

Amounts are integers in units of any size. Nothing here is a float: a table is of 64-bit words where
the largest sum fits, else of Python's integers.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, TypeAlias

Bids: TypeAlias = Sequence[tuple[int, int]]
"""What a player lists, in its order: the goods of a bundle as bits, and the positive bid for it."""

WORD = 2**64

WORDS_LIMIT = 2**26
"""The most cells that are looked at where 64-bit words do (about a second), and the memory: half a cell each."""

INTEGERS_LIMIT = 2**23
"""The same where they do not."""


class SubsetProgramme:
    """All players' bids for bundles of `goods` goods, numbered from 0. O(2^goods * bids) once asked."""

    def __init__(self, goods: int, players: Sequence[Bids]) -> None:
        """Does no work yet."""
        self._goods = goods
        self._players = players

    @property
    def work(self) -> int:
        """How many cells are looked at to find the best allocation."""
        return sum(1 + len(bids) for bids in self._players) << self._goods

    @property
    def affordable(self) -> bool:
        """Whether that is little work, a second or so."""
        return self.work <= (WORDS_LIMIT if self._in_words else INTEGERS_LIMIT)

    @property
    def effort(self) -> int:
        """About how many microseconds it takes to find the best allocation."""
        each = 0.002 if self._in_words else 0.05
        return round(self.work * each) + 10 * sum(1 + len(bids) for bids in self._players)

    @property
    def worth(self) -> int:
        """What the best allocations are worth."""
        return int(self._last[0][self._everything])

    def worth_of(self, goods: int) -> int:
        """What the best allocations of some of the goods are worth; they are given as bits."""
        return int(self._last[0][tuple(goods >> good & 1 for good in range(self._goods))])

    def first(self) -> list[int | None]:
        """The first of the best allocations: for every player the place of its bundle among those it lists.

        First in the order of the players, a player's bundles as it lists them, nothing last.
        """
        left = self._everything
        chosen: list[int | None] = []
        for bids, after, most in zip(self._players, self._last[1:], self._last[:-1], strict=True):
            found = None
            for place, (bundle, bid) in enumerate(bids):
                rest = tuple(has - (bundle >> good & 1) for good, has in enumerate(left))
                if min(rest, default=0) >= 0 and bid + int(after[rest]) == int(most[left]):
                    found, left = place, rest
                    break
            chosen.append(found)
        return chosen

    def without(self, players: Sequence[int]) -> dict[int, int]:
        """What the best allocation to all others is worth, for each of these players.

        As much work again as for the best allocation, and a look at every cell for each.
        """
        most = {}
        first = self._empty()
        wanted = frozenset(players)
        for player, bids in enumerate(self._players):
            if player in wanted:
                # The players before have a set of goods, those behind what it leaves.
                rest = self._last[player + 1][(slice(None, None, -1),) * self._goods]
                most[player] = int((first + rest).max())
            first = self._with(first, bids)
        return most

    @cached_property
    def _last(self) -> list[Any]:
        """For every player, the table of those from it on; then that of nobody."""
        tables = [self._empty()]
        for bids in reversed(self._players):
            tables.append(self._with(tables[-1], bids))
        return tables[::-1]

    @property
    def _everything(self) -> tuple[int, ...]:
        """Where a table speaks of all goods: it has a side of two for each, without it and with it."""
        return (1,) * self._goods

    @cached_property
    def _in_words(self) -> bool:
        return sum(max((bid for _, bid in bids), default=0) for bids in self._players) < WORD

    def _empty(self) -> Any:
        from numpy import uint64, zeros

        return zeros((2,) * self._goods, dtype=uint64 if self._in_words else object)

    def _with(self, table: Any, bids: Bids) -> Any:
        """The table of one player more."""
        from numpy import maximum, uint64

        most = table.copy()
        for bundle, bid in bids:
            holds = [bundle >> good & 1 for good in range(self._goods)]
            inside = tuple(slice(1, 2) if held else slice(None) for held in holds)
            outside = tuple(slice(0, 1) if held else slice(None) for held in holds)
            amount = uint64(bid) if self._in_words else bid
            maximum(most[inside], table[outside] + amount, out=most[inside])
        return most
