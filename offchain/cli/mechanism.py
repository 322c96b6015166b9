"""The option `--mechanism` of what deploys or shows auctions."""

from enum import StrEnum


class Mechanism(StrEnum):
    """The mechanisms that have contracts, as instance files name them."""

    TWO_LEVEL = "two-level"
    APPROXIMATE = "approximate"
    RESILIENT = "resilient"
    SIGNAL_CLOCK = "signal-clock"
