"""What signatures of rounds come from, and what can be the matter there. No source is trusted.

What a source gives is checked against the beacon's public key before anybody sees it, so the worst that a source can do is to
give nothing, soon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from offchain.locks.beacon import Signature


class Cause(StrEnum):
    """Why a source has not given a round's signature."""

    LATE = "not signed yet"
    """The one that waiting heals: the round is in the future, or the beacon is late with it."""
    UNREACHABLE = "no answer"
    """Nobody there, an error of the server's, or no end of the answer in time."""
    MALFORMED = "no round"
    """Not what drand's API gives: no JSON, a field missing, too long, or a direction to somewhere else."""
    WRONG_ROUND = "another round"
    WRONG_SIGNATURE = "not the beacon's signature"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was the matter with a source: its name, which hides what may be a key, the cause, and what there is to say of it."""

    source: str
    cause: Cause
    told: str

    def __str__(self) -> str:
        return f"{self.source}: {self.cause}" + (f" ({self.told})" if self.told else "")


class NoSignature(Exception):
    """No source has given the signature of a round; the message names each and says why."""

    def __init__(self, round_: int, troubles: Sequence[Trouble]) -> None:
        told = "; ".join(map(str, troubles)) or "no source is known"
        super().__init__(f"round {round_}: {told}")
        self.round = round_
        self.troubles = tuple(troubles)

    @property
    def is_late(self) -> bool:
        """Whether some source says that the round is not signed yet, and waiting may help."""
        return any(trouble.cause is Cause.LATE for trouble in self.troubles)


class Source(Protocol):
    """What can be asked for the signature of a round."""

    def signature(self, round_: int) -> Signature:
        """The signature, checked.

        Raises:
            NoSignature: it is not to be had there, now.
        """
        ...
