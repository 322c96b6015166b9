"""A beacon with a key of its own, for devnets, demos and tests: whoever runs it can read every lock, at any time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from offchain.locks.beacon import Beacon, Signature
from offchain.locks.bls import MOST_ROUND, ORDER, public_key, sign
from offchain.locks.source import Cause, NoSignature, Trouble

NAME: Final = "local"
"""Its id, and what it is called as a source."""
PERIOD: Final = 3
"""Seconds from round to round, as quicknet's."""

Clock = Callable[[], float]
"""What time it is, in seconds since 1970."""


def new_secret() -> int:
    """A secret key."""
    return secrets.randbelow(ORDER - 1) + 1


@dataclass(frozen=True, slots=True)
class LocalBeacon:
    """Signs the rounds that have come by its clock; a `Source` in process, and what `beacon_server.serving` serves.

    secret: from 1 to ORDER - 1. genesis: the time of round 1. clock: by default the wall's; where a chain's time is moved, give
    it the chain's (`chain.now`), and rounds come with the chain.

    Raises:
        ValueError: one of the figures is out of range.
    """

    secret: int = field(repr=False)
    genesis: int
    period: int = PERIOD
    clock: Clock = time.time
    beacon: Beacon = field(init=False)
    """What it says of itself to the world."""

    def __post_init__(self) -> None:
        """Computes the public key."""
        if not 1 <= self.secret < ORDER or self.genesis < 0 or not 1 <= self.period < 2**32:
            raise ValueError("a beacon's secret, genesis or period is out of range")
        key = public_key(self.secret)
        beacon = Beacon(key, self.genesis, self.period, sha256(key).digest(), NAME)
        object.__setattr__(self, "beacon", beacon)

    def latest(self) -> int:
        """The newest round that has come; 0 before the first."""
        return max(0, (int(self.clock()) - self.genesis) // self.period + 1)

    def signature(self, round_: int) -> Signature:
        """See `Source`: it is late with rounds to come. Takes 2 ms."""
        if not 1 <= round_ <= min(self.latest(), MOST_ROUND):
            raise NoSignature(round_, [Trouble(NAME, Cause.LATE, f"now is round {self.latest()}")])
        return self.beacon.signature(round_, sign(self.secret, round_))


def new_beacon(genesis: int, period: int = PERIOD, clock: Clock = time.time) -> LocalBeacon:
    """A local beacon with a new key."""
    return LocalBeacon(new_secret(), genesis, period, clock)
