"""How much is tried."""

from enum import Enum


class Length(Enum):
    """How long a run of the proofs may take."""

    SHORT = "short"
    """What `make test` has: three minutes for everything."""
    PLAIN = "plain"
    """What `make prove` has: minutes."""
    LONG = "long"
    """Hours, for those who wait."""
