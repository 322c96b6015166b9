"""When openings may leave a keeper: once bidding has certainly ended, for who reads one earlier can still bid against it.

A node sees an opening as soon as it is asked what sending it would cost. So its word is not enough: this machine's clock must
agree, and the first block of the reveal must lie deep enough not to be taken back.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

from offchain.chain.backend import Chain
from offchain.chain.errors import ChainError

DEPTH: Final = 2
"""Blocks after the first of the reveal. Nothing to wait for where they come only on demand: 0 is right there."""
CLOCK_TOLERANCE: Final = 15
"""How many seconds this machine's clock may be fast."""


class Sealing(Protocol):
    """Something that is sealed until one time and opened until another, in seconds since the epoch."""

    @property
    def end_of_bidding(self) -> int: ...

    @property
    def end_of_reveal(self) -> int: ...


class Release:
    """Decides for one chain. Where the clock is at will (`Chain.clock_is_real`), the chain's time is all there is."""

    def __init__(
        self, chain: Chain, depth: int = DEPTH, clock: Callable[[], float] = time.time
    ) -> None:
        """`depth`: how many blocks to wait for after the first of the reveal. `clock`: seconds since the epoch, as this machine
        has them.
        """
        self._chain = chain
        self._is_real = chain.clock_is_real
        self._depth = depth
        self._clock = clock
        self._buried: int | None = None

    def look(self) -> None:
        """New blocks may have come."""
        self._buried = None

    def world_time(self, now: int) -> int:
        """What time it is outside of the chain, where beacons sign; `now` by the chain's."""
        return int(self._clock()) if self._is_real else now

    def is_before_time(self, lot: Sealing) -> bool:
        """Whether bidding may still last by this machine's clock, whatever the chain says."""
        return self._is_real and self._clock() < lot.end_of_bidding + CLOCK_TOLERANCE

    def disagreement(self, lot: Sealing) -> str | None:
        """What to tell of a chain that has begun the reveal long before this machine's clock."""
        if not self._is_real or lot.end_of_bidding - self._clock() < 4 * CLOCK_TOLERANCE:
            return None
        return (
            f"bidding ends at {moment(lot.end_of_bidding)}; the node says that it has ended, this machine's clock that it"
            " has not, so one of them is wrong: no opening leaves before both agree"
        )

    def may_leave(self, lot: Sealing, now: int) -> bool:
        """Whether the openings of a lot may leave, `now` by the chain's time. Depth is not waited for once half of the reveal is
        over: no bid is to be lost to it. At most two requests between two calls of `look`.

        Raises:
            ChainError: the chain does not tell the time of a block.
        """
        if self.is_before_time(lot):
            return False
        latest = max(now, int(self._clock())) if self._is_real else now
        if self._depth == 0 or 2 * latest >= lot.end_of_bidding + lot.end_of_reveal:
            return True
        if self._buried is None:
            self._buried = self._chain.time_of(max(0, self._chain.block() - self._depth))
        return self._buried >= lot.end_of_bidding

    def allows(
        self, what: str, lot: Sealing, now: int, tell: Callable[[str, Exception], None]
    ) -> bool:
        """`may_leave`; what stands in the way of it is told as a trouble with `what`."""
        disagreement = self.disagreement(lot)
        if disagreement is not None:
            tell(what, ChainError(disagreement))
        try:
            return self.may_leave(lot, now)
        except ChainError as error:
            tell(what, error)
            return False


def moment(seconds: int) -> str:
    """A time since the epoch in words; whoever lists a lot may choose one that no calendar has."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s after 1970"
