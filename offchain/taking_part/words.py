"""Times, amounts and refusals as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from offchain.chain.errors import ChainError
from offchain.io.units import ether

_SPANS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


class Refused(ChainError):
    """What a person wants cannot be done, at least not now; the message is a sentence that says why. Nothing was sent."""


def eth(units: int) -> str:
    """An amount of units with its name: "0.06 ETH"."""
    return f"{ether(units)} ETH"


def when(time: int, now: int) -> str:
    """A time, and how far it is from `now`, both in seconds since the epoch: "2026-05-01 12:00:00 UTC (in 2 h 5 min)"."""
    try:
        told = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError):
        return "a time after the year 9999"  # contracts have 40 bits for it
    return (
        f"{told} (in {lasting(time - now)})"
        if time > now
        else f"{told} ({lasting(now - time)} ago)"
    )


def lasting(seconds: int) -> str:
    """A span of time by its two largest units: "2 h 5 min"."""
    parts = []
    for size, name in _SPANS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count:,} {name}")
    return " ".join(parts[:2]) or "0 s"
