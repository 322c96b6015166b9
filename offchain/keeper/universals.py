"""Universal auctions as their events make them: who joined with which table, which signals are sealed and known, what was drawn.

Amounts are units (1 gwei), times are seconds since the epoch. Nothing here talks to a chain.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from offchain.bindings.contracts import Event
from offchain.bindings.enumerations import UniversalPhase
from offchain.keeper.books import NEVER, Args
from offchain.keeper.logbook import PlainLogbook
from offchain.keeper.tabled import WINDOW, TabledLot

UNIVERSALS: Final = "UniversalAuction"


@dataclass(slots=True)
class UniversalLot(TabledLot):
    """One lot. signals: how many there are. seals: commitments to signals, by bidder, `revealed` those that are known. phase: as
    far as logs alone tell; the clock ends some. deadline: of that phase, 0 where it is one of the schedule's. read: how many
    tables were looked at.
    """

    end_of_revealing: int = 0
    signals: int = 0
    seals: dict[str, bytes] = field(default_factory=dict)
    revealed: set[str] = field(default_factory=set)
    phase: UniversalPhase = UniversalPhase.JOINING
    deadline: int = 0
    read: int = 0

    @staticmethod
    def listed(args: Args) -> "UniversalLot":
        """The lot of a `LotListed`."""
        signals, _, _, joining, registering, revealing, *_ = args["terms"]
        lot = UniversalLot(args["lot"], joining, registering)
        lot.end_of_revealing, lot.signals = revealing, signals
        return lot

    @property
    def end_of_bidding(self) -> int:
        """Until when signals are sealed, as `release.Sealing` calls it."""
        return self.end_of_registering

    @property
    def end_of_reveal(self) -> int:
        """Until when they are revealed, as `release.Sealing` calls it."""
        return self.end_of_revealing

    def phase_at(self, now: int) -> UniversalPhase:
        """See `TabledLot`."""
        if self.phase == UniversalPhase.JOINING:
            return self._phase_before_draw(now)
        if self.phase == UniversalPhase.DECIDING and now >= self.deadline:
            return UniversalPhase.VOID
        if self.phase == UniversalPhase.OFFERED and now >= self.deadline:
            return UniversalPhase.UNSOLD
        return self.phase

    def _phase_before_draw(self, now: int) -> UniversalPhase:
        if now < self.end_of_joining:
            return UniversalPhase.JOINING
        if not self.bidders or now >= self.end_of_revealing + WINDOW:
            return UniversalPhase.VOID
        if now < self.end_of_registering:
            return UniversalPhase.REGISTERING
        return UniversalPhase.REVEALING if now < self.end_of_revealing else UniversalPhase.DRAW

    def next_deadline(self, now: int) -> int:
        """See `TabledLot`."""
        ends = (self.end_of_joining, self.end_of_registering, self.end_of_revealing, self.deadline)
        return min((end for end in ends if end > now), default=NEVER)

    def is_over(self, now: int) -> bool:
        """See `TabledLot`."""
        return self.returned or self.phase_at(now) >= UniversalPhase.SETTLED

    @property
    def void_by(self) -> int:
        """See `TabledLot`."""
        return max(self.end_of_revealing + WINDOW, self.deadline)

    def apply(self, event: Event) -> None:
        """Takes an event of this lot; others change nothing. KeyError if an earlier one is missing."""
        handler = _EVENTS.get(event.name)
        if handler is not None:
            handler(self, event.args)

    def _on_registered(self, args: Args) -> None:
        self.on_registered(args)
        self.seals[args["bidder"]] = args["commitment"]

    def _on_revealed(self, args: Args) -> None:
        self.revealed.add(args["bidder"])

    def _on_drawn(self, args: Args) -> None:
        self.phase, self.deadline = UniversalPhase.DECIDING, args["deadline"]

    def _on_read(self, args: Args) -> None:
        self.read = args["bidders"]

    def _on_offer(self, args: Args) -> None:
        self.phase, self.deadline = UniversalPhase.OFFERED, args["deadline"]

    def _on_settled(self, args: Args) -> None:
        self.phase, self.deadline = UniversalPhase.SETTLED, 0

    def _on_unsold(self, args: Args) -> None:
        self.phase, self.deadline = UniversalPhase.UNSOLD, 0


_EVENTS: Final[Mapping[str, Callable[[UniversalLot, Args], None]]] = {
    "Joined": UniversalLot.on_joined,
    "TableRegistered": UniversalLot._on_registered,
    "SignalRevealed": UniversalLot._on_revealed,
    "DrawRequested": UniversalLot.on_requested,
    "ColourDrawn": UniversalLot._on_drawn,
    "TablesRead": UniversalLot._on_read,
    "OfferMade": UniversalLot._on_offer,
    "LotSettled": UniversalLot._on_settled,
    "LotUnsold": UniversalLot._on_unsold,
    "ItemReturned": UniversalLot.on_returned,
    "Claimed": UniversalLot.on_paid,
    "DepositForfeited": UniversalLot.on_paid,
    "PushRefused": UniversalLot.on_refused,
}


class Universals(PlainLogbook[UniversalLot]):
    """The lots of one universal auction."""

    CONTRACT = UNIVERSALS
    EVENTS = tuple(_EVENTS)

    def _listed(self, args: Args) -> UniversalLot:
        return UniversalLot.listed(args)
