"""Whoever does the keeper's work in a play, and how long it may take."""

from typing import Final, Protocol

from offchain.chain.errors import ChainError

MOST_STEPS: Final = 20_000
"""In a row; no play comes near."""


class NeverDone(ChainError):
    """There is always something left to do: what is done does not do it."""


class Hand(Protocol):
    """Whoever does the keeper's work; see `Keeper`. unfinished: whether the last step left work for the next."""

    unfinished: bool

    def step(self, refunds: bool = True) -> int:
        """Does what can be done now; 0 if nothing is left to do, of paying out only if it is time for `refunds`."""


def exhaust(hand: Hand, refunds: bool) -> None:
    """Lets it work until nothing is left to do. `NeverDone` if that does not come."""
    for _ in range(MOST_STEPS):
        if not hand.step(refunds) and not hand.unfinished:
            return
    raise NeverDone(f"after {MOST_STEPS:,} steps there is still something to do")
