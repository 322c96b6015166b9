"""Which lots are left alone for a while: those at which nothing could be done the last time.

A lot whose token refuses can stay unfinished for ever, and anybody can list thousands. Each is looked at again after twice the
time, so that it costs less and less; never not at all, for a token may change its mind.
"""

from dataclasses import dataclass
from typing import Final

from offchain.keeper.agenda import Duty, Need
from offchain.keeper.books import NEVER

_FIRST_REST: Final = 12
"""Seconds; a slot of Ethereum."""
_LONGEST: Final = {
    Need.RAISE: (1, 0),
    Need.REVEAL: (4, 60),
    Need.TALLY: (4, 60),
    Need.DRAW: (16, 240),
    Need.ADVANCE: (16, 240),
    Need.WATCH: (4, 60),
    Need.SETTLE: (256, 3_600),
    Need.REFUND: (16, 240),
    Need.RETURN: (4_096, 86_400),
    Need.DELIVER: (256, 3_600),
}
"""The longest rests, in rounds and in seconds: long where a token can be at fault, short where only the node can."""
_SHARE_OF_TIME_LEFT: Final = 8


@dataclass(frozen=True, slots=True)
class _Rest:
    need: Need
    failures: int
    until_round: int
    until_time: int


class Rests:
    """Lots at rest, by number. A rest ends by rounds or by time, whichever is first, and when the lot needs something else."""

    def __init__(self) -> None:
        self._rests: dict[int, _Rest] = {}

    def is_resting(self, duty: Duty, round_: int, now: int) -> bool:
        """Whether the lot is left alone in this round, at this time (seconds)."""
        rest = self._rests.get(duty.lot)
        if rest is None or rest.need != duty.need:
            return False
        return round_ < rest.until_round and now < rest.until_time

    def send_to_rest(self, duty: Duty, round_: int, now: int) -> None:
        """Nothing came of the duty: the lot rests for 0, 1, 3, 7, … rounds, and at most an eighth of the time it has."""
        last = self._rests.get(duty.lot)
        failures = last.failures + 1 if last is not None and last.need == duty.need else 0
        rounds, seconds = _LONGEST[duty.need]
        length = min(_FIRST_REST << min(failures, 32), seconds)
        if duty.deadline != NEVER:
            length = min(length, max(0, duty.deadline - now) // _SHARE_OF_TIME_LEFT)
        self._rests[duty.lot] = _Rest(
            duty.need, failures, round_ + min(1 << min(failures, 32), rounds), now + length
        )

    def wake(self, lot: int) -> None:
        """Something was done on the lot."""
        self._rests.pop(lot, None)

    def keep(self, lots: set[int]) -> None:
        """Forgets all others: nothing is owed there any more."""
        for lot in [lot for lot in self._rests if lot not in lots]:
            del self._rests[lot]
