"""How lots at houses of others stood when a keeper last looked at them there: that is in no log of ours, so it is remembered."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from offchain.bindings.enumerations import Phase

_SOON: Final = 60
"""Seconds that what else a keeper does may take before it looks at the clock again."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A lot as it was seen at `looked`; times in seconds since the epoch.

    raise_at: from when on it is time to bid. end: of the house's auction, as it was told; 0 if it was not, or is past. pause:
    for how many seconds nobody needs to look again once it is time to bid. is_running: whether that end is one, and not as far
    away as ever until somebody bids.
    """

    phase: Phase
    looked: int
    raise_at: int = 0
    end: int = 0
    pause: int = 1
    is_running: bool = True

    @property
    def is_open(self) -> bool:
        """Whether the house's auction was not over then."""
        return self.phase == Phase.DRAW and self.looked < self.end

    def is_due(self, now: int) -> bool:
        """Whether it is time to bid, as far as was seen."""
        return self.is_open and now >= self.raise_at


class Sights:
    """Of the lots of one adapter, by number."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begins anew: what was seen may have been taken back."""
        self._seen: dict[int, Sight] = {}

    def keep(self, lots: Collection[int]) -> None:
        """Forgets all other lots."""
        self._seen = {lot: sight for lot, sight in self._seen.items() if lot in lots}

    def of(self, lot: int) -> Sight | None:
        """The last one of a lot."""
        return self._seen.get(lot)

    def take(self, lot: int, sight: Sight) -> None:
        """A lot was looked at."""
        self._seen[lot] = sight

    def is_pressed(self, now: int) -> bool:
        """Whether it is time to bid somewhere, or will be before long."""
        return any(one.is_due(now + _SOON) for one in self._seen.values())

    def seconds_to_next(self, now: int) -> int | None:
        """How long it takes until it is time to bid somewhere, to look whether somebody did, or to look who won."""
        ahead = [
            sight.raise_at - now
            if now < sight.raise_at
            else min(sight.pause, max(1, sight.end - now))
            for sight in self._seen.values()
            if sight.is_open
        ]
        return min(ahead, default=None)
