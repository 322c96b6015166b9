"""Whose turn it is: what is urgent in every step, all else once in a round of steps, so that no lot waits for another twice."""

from offchain.keeper.agenda import Duty
from offchain.keeper.rests import Rests


class Turns:
    """The turns of lots. A round lasts until every lot that is not at rest has had one.

    round: its number. rests: the lots at rest.
    """

    def __init__(self) -> None:
        self.round = 0
        self._round_is_over = True
        self._in_step: set[int] = set()
        self._in_round: set[int] = set()
        self._cut_short: set[int] = set()
        self.rests = Rests()

    def begin_step(self) -> None:
        """Goes on with the round, or begins one."""
        self._in_step.clear()
        if self._round_is_over:
            self.round += 1
            self._in_round.clear()
            self._cut_short.clear()
            self._round_is_over = False

    def end_round(self) -> bool:
        """All had their turn; whether one was cut short."""
        self._round_is_over = True
        return bool(self._cut_short)

    def is_next(self, duty: Duty, now: int) -> bool:
        """Whether a duty is for this step: its lot has not had its turn yet, and does not rest."""
        if duty.lot in (self._in_step if duty.need.is_urgent else self._in_round):
            return False
        return not self.rests.is_resting(duty, self.round, now)

    @property
    def any_in_step(self) -> bool:
        """Whether a lot had its turn in this step."""
        return bool(self._in_step)

    def take(self, duty: Duty) -> None:
        """It is this lot's turn."""
        self._in_step.add(duty.lot)
        self._in_round.add(duty.lot)

    def cut_short(self, duty: Duty) -> None:
        """The lot left the rest of its work for the next round."""
        self._cut_short.add(duty.lot)

    def forget(self) -> None:
        """Begins anew with each lot: the books are new ones."""
        self._in_round.clear()
        self.rests = Rests()
