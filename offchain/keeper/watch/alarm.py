"""Which alerts are sent: each trouble once when it has lasted, once when it has been over for a while, and not too many.

Knows no service and no clock of its own: `update` is told what is the case, and when.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from offchain.keeper.watch.status import AlertStatus

HOLD_SECONDS: Final = {"opening": 60, "lag": 60}
"""So long an alert of a kind has to last before it is sent; others at once: they have waited before they became one."""
CLEAR_SECONDS: Final = 300
"""So long it has to be over before that is sent, and before it is sent again."""
MOST_MESSAGES: Final = 12
WITHIN_SECONDS: Final = 3_600
"""So many messages are sent in so long; what comes beyond is counted, and told with the next."""
MOST_KNOWN: Final = 1_000
"""Of so many alerts at the same time it is known which were sent; anybody can list more lots."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. is_over: whether a trouble has ended."""

    title: str
    body: str
    is_over: bool


@dataclass(slots=True)
class _Known:
    """An alert: when it was seen first and last, and whether it was sent."""

    alert: AlertStatus
    first: float
    last: float
    is_sent: bool = False


class Alarm:
    """Of one run."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._sent: deque[float] = deque()
        self._withheld = 0

    def update(self, alerts: Iterable[AlertStatus], now: float) -> list[Message]:
        """What is to be sent, where `alerts` are what is the case at `now`, in seconds since any moment."""
        for one in alerts:
            known = self._known.get(one.key)
            if known is not None:
                known.alert, known.last = one, now
            elif len(self._known) < MOST_KNOWN:
                self._known[one.key] = _Known(one, now, now)
        messages = []
        for key, known in list(self._known.items()):
            is_over = now - known.last >= CLEAR_SECONDS
            if is_over:
                del self._known[key]
            lasts = known.last == now and now - known.first >= HOLD_SECONDS.get(known.alert.kind, 0)
            if is_over and known.is_sent:
                messages.append(Message(f"Over: {known.alert.kind}", known.alert.text, True))
            elif lasts and not known.is_sent:
                known.is_sent = True
                messages.append(Message(f"Alert: {known.alert.kind}", known.alert.text, False))
        return self._within_limit(messages, now)

    def _within_limit(self, messages: list[Message], now: float) -> list[Message]:
        while self._sent and now - self._sent[0] >= WITHIN_SECONDS:
            self._sent.popleft()
        room = MOST_MESSAGES - len(self._sent)
        passed = messages[:room]
        if passed and self._withheld:
            first = passed[0]
            more = f"{first.body}\n({self._withheld} messages before this one were withheld)"
            passed[0] = Message(first.title, more, first.is_over)
            self._withheld = 0
        self._withheld += len(messages) - len(passed)
        self._sent.extend([now] * len(passed))
        return passed
