"""Signal clock auctions as their events make them: who joined with which table, which type was drawn, who is asked until when.

Amounts are units (1 gwei), times are seconds since the epoch. Nothing here talks to a chain.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from offchain.bindings.contracts import Event
from offchain.bindings.enumerations import ClockPhase
from offchain.keeper.books import NEVER, Args
from offchain.keeper.logbook import PlainLogbook
from offchain.keeper.tabled import WINDOW, TabledLot

CLOCKS: Final = "SignalClockAuction"


@dataclass(slots=True)
class ClockLot(TabledLot):
    """One lot. phase: as far as logs alone tell; the clock ends some. deadline: of what is waited for in that phase, as far as is
    known: in `PREPARING` at the latest, in `STATING` nothing. latest: the last one that logs told. kind: the type that was drawn,
    None: none yet. prepared: how many of its tables were looked at. last: who is left alone.
    """

    phase: ClockPhase = ClockPhase.JOINING
    deadline: int = 0
    latest: int = 0
    kind: int | None = None
    prepared: int = 0
    last: str | None = None

    @staticmethod
    def listed(args: Args) -> "ClockLot":
        """The lot of a `LotListed`."""
        _, _, _, end_of_joining, end_of_registering, _, _ = args["terms"]
        return ClockLot(args["lot"], end_of_joining, end_of_registering)

    @property
    def drawn(self) -> list[str]:
        """The bidders of the drawn type, by place."""
        return [account for account, one in self.bidders.items() if one.kind == self.kind]

    def phase_at(self, now: int) -> ClockPhase:
        """See `TabledLot`."""
        if self.phase == ClockPhase.JOINING:
            if now < self.end_of_joining:
                return ClockPhase.JOINING
            if not self.bidders:
                return ClockPhase.VOID
            if now < self.end_of_registering:
                return ClockPhase.REGISTERING
            return ClockPhase.DRAW if now < self.end_of_registering + WINDOW else ClockPhase.VOID
        if self.phase == ClockPhase.LEARNING and now >= self.deadline:
            is_void = now >= self.deadline + WINDOW
            return ClockPhase.VOID if is_void else ClockPhase.PREPARING
        if self.phase in (ClockPhase.PREPARING, ClockPhase.STATING) and now >= self.deadline:
            return ClockPhase.VOID
        return self.phase

    def next_deadline(self, now: int) -> int:
        """See `TabledLot`."""
        ends = (self.end_of_joining, self.end_of_registering, self.deadline)
        return min((end for end in ends if end > now), default=NEVER)

    def is_over(self, now: int) -> bool:
        """See `TabledLot`."""
        return self.returned or self.phase_at(now) >= ClockPhase.SETTLED

    @property
    def void_by(self) -> int:
        """See `TabledLot`."""
        return max(self.end_of_registering, self.latest) + 2 * WINDOW

    def apply(self, event: Event) -> None:
        """Takes an event of this lot; others change nothing. KeyError if an earlier one is missing."""
        handler = _EVENTS.get(event.name)
        if handler is not None:
            handler(self, event.args)

    def _on_drawn(self, args: Args) -> None:
        self.kind = args["kind"]
        self._wait(ClockPhase.LEARNING, args["deadline"])

    def _wait(self, phase: ClockPhase, deadline: int) -> None:
        self.phase, self.deadline, self.latest = phase, deadline, deadline

    def _on_learned(self, args: Args) -> None:
        # nobody learns later than the deadline of the answers
        self.phase, self.deadline = ClockPhase.PREPARING, self.deadline + WINDOW

    def _on_prepared(self, args: Args) -> None:
        self.prepared = args["place"]

    def _on_asked(self, args: Args) -> None:
        self._wait(ClockPhase.ASKING, args["deadline"])

    def _on_last(self, args: Args) -> None:
        # an answer comes before its deadline, but somebody silent may be passed over at any time after
        self.phase, self.last, self.deadline = ClockPhase.STATING, args["bidder"], NEVER

    def _on_stated(self, args: Args) -> None:
        self._wait(ClockPhase.OFFERED, args["deadline"])

    def _on_settled(self, args: Args) -> None:
        self.phase, self.deadline = ClockPhase.SETTLED, 0

    def _on_unsold(self, args: Args) -> None:
        self.phase, self.deadline = ClockPhase.UNSOLD, 0


_EVENTS: Final[Mapping[str, Callable[[ClockLot, Args], None]]] = {
    "Joined": ClockLot.on_joined,
    "TableRegistered": ClockLot.on_registered,
    "DrawRequested": ClockLot.on_requested,
    "TypeDrawn": ClockLot._on_drawn,
    "OthersLearned": ClockLot._on_learned,
    "TablesPrepared": ClockLot._on_prepared,
    "BidderAsked": ClockLot._on_asked,
    "LastBidder": ClockLot._on_last,
    "OfferStated": ClockLot._on_stated,
    "LotSettled": ClockLot._on_settled,
    "LotUnsold": ClockLot._on_unsold,
    "ItemReturned": ClockLot.on_returned,
    "Claimed": ClockLot.on_paid,
    "DepositForfeited": ClockLot.on_paid,
    "PushRefused": ClockLot.on_refused,
}


class Clocks(PlainLogbook[ClockLot]):
    """The lots of one signal clock auction."""

    CONTRACT = CLOCKS
    EVENTS = tuple(_EVENTS)

    def _listed(self, args: Args) -> ClockLot:
        return ClockLot.listed(args)
