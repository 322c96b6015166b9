"""What a keeper did and could not do in this run, as far as a status tells it: the last transactions, and troubles that last."""

import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

from offchain.keeper.sending import Action
from offchain.keeper.watch.status import MOST_ACTIONS, ActionStatus
from offchain.keeper.watch.troubles import kind_of


@dataclass(frozen=True, slots=True)
class Told:
    """A trouble as it was told last. since: when it was met first, in seconds since the epoch. kind: see `troubles.KINDS`."""

    text: str
    since: int
    kind: str


class Record:
    """Of one run. transactions: how many were mined. actions: the last of them, the newest first. troubles: those that last, by
    what could not be done. failing: what could not be done in this round.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """`clock`: seconds since the epoch."""
        self._clock = clock
        self.transactions = 0
        self.actions: deque[ActionStatus] = deque(maxlen=MOST_ACTIONS)
        self.troubles: dict[str, Told] = {}
        self.failing: set[str] = set()

    def did(self, action: Action) -> None:
        """A transaction was mined."""
        self.transactions += 1
        receipt = action.receipt
        self.actions.appendleft(
            ActionStatus(
                int(self._clock()),
                action.step,
                action.lot,
                action.contract,
                action.members,
                receipt.gas_used,
                str(receipt.fee),
                receipt.block,
                receipt.hash,
                action.detail,
            )
        )

    def could_not(self, what: str, error: Exception, text: str) -> bool:
        """Something could not be done, of which `text` tells why; whether that is new."""
        self.failing.add(what)
        known = self.troubles.get(what)
        since = int(self._clock()) if known is None else known.since
        self.troubles[what] = Told(text, since, kind_of(error))
        return known is None or known.text != text

    def next_round(self, resting: Collection[str] = ()) -> set[str]:
        """Forgets troubles that are over, and says which. Those that are `resting` are not over."""
        kept = self.failing | set(resting)
        over = self.troubles.keys() - kept
        for what in over:
            del self.troubles[what]
        self.failing.clear()
        return over
