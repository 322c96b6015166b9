"""How long a step of a keeper lasts: so many requests or seconds, after which the next step looks again at what is urgent."""

import time
from collections.abc import Callable
from typing import Final

SECONDS: Final = 20.0
REQUESTS: Final = 400
"""A step's bounds; it ends at the first. What was begun is finished: one transaction, or the reading of one book."""
_LOOK_EVERY: Final = (5.0, 20)
"""Seconds and requests after which the clock is looked at again within a step, at the first of both."""


class Pace:
    """Counts what a step takes. requests: how many so far."""

    def __init__(
        self,
        seconds: float = SECONDS,
        requests: int = REQUESTS,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ticks`: seconds since any moment, never fewer."""
        self._seconds, self._most, self._ticks = seconds, requests, ticks
        self.start()

    def start(self) -> None:
        """A step begins."""
        self.requests = self._looked = 0
        self._started = self._looked_at = self._ticks()

    def asked(self, requests: int = 1) -> None:
        """The node was asked."""
        self.requests += requests

    def looked(self) -> None:
        """The clock was looked at."""
        self._looked, self._looked_at = self.requests, self._ticks()

    @property
    def is_over(self) -> bool:
        """Whether the step has lasted long enough."""
        return self.requests >= self._most or self._ticks() - self._started >= self._seconds

    @property
    def wants_look(self) -> bool:
        """Whether something may have become urgent meanwhile."""
        seconds, requests = _LOOK_EVERY
        return (
            self.requests - self._looked >= requests or self._ticks() - self._looked_at >= seconds
        )
