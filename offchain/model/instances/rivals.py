"""Individuals who bid against groups at an ascending auction: by one script, at a house on a chain and in the model alike.

Amounts are integers in units, times are seconds since the epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

LAST_SECONDS: Final = 60
"""How long before the end rivals bid."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Somebody who bids for itself, at the house, up to a limit."""

    name: str
    limit: int


@dataclass(frozen=True, slots=True)
class PlacedBid:
    """A bid that the house took. at: when. end: of the auction from then on."""

    bidder: str
    amount: int
    at: int
    end: int


class Floor(Protocol):
    """An ascending auction at which groups and rivals bid."""

    @property
    def leader(self) -> str | None:
        """Who leads, by name."""

    @property
    def least(self) -> int:
        """The least bid now, rounded up to a unit."""

    @property
    def end(self) -> int:
        """When it ends unless somebody bids."""

    @property
    def buffer(self) -> int:
        """For how many seconds at least a bid keeps it open."""

    def wait(self, until: int) -> None:
        """Lets time pass."""

    def bid(self, rival: Rival, amount: int) -> None:
        """A rival's bid, at least the least."""

    def raise_groups(self) -> None:
        """Groups bid the least, one after another, until none can, if it is time: `buffer` before the end."""


def jump(floor: Floor, rivals: Sequence[Rival], start: int, until: int) -> None:
    """What rivals bid between two times, in which groups do not: the first opens with the least bid, then each jumps to half of
    its limit, evenly spaced.
    """
    moves = [(rivals[0], 0), *((rival, rival.limit // 2) for rival in rivals)] if rivals else []
    for place, (rival, wanted) in enumerate(moves, start=1):
        floor.wait(start + place * (until - start) // (len(moves) + 1))
        amount = max(floor.least, wanted)
        if amount <= rival.limit and (wanted == 0 or amount == wanted):
            floor.bid(rival, amount)


def fight(floor: Floor, rivals: Sequence[Rival]) -> None:
    """The end of an auction: groups bid as late as they can still be sure to answer, and rivals the least in the last minute,
    again and again, since every bid there keeps the auction open. In the end it is over.
    """
    while True:
        floor.wait(floor.end - floor.buffer)
        floor.raise_groups()
        floor.wait(floor.end - LAST_SECONDS)
        able = (one for one in rivals if floor.leader != one.name and floor.least <= one.limit)
        rival = next(able, None)
        if rival is None:
            break
        floor.bid(rival, floor.least)
    floor.wait(floor.end)
