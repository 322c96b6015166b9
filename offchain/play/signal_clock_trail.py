"""What the events of `SignalClockAuction` say of one lot, from the draw to the end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from offchain.bindings.contracts import Event
from offchain.model.instances.signal_clock import SignalClockInstance
from offchain.model.instances.signals import UNSOLD, Sale

State = tuple[int, ...]
"""All that decides what follows in an auction, besides later draws: nothing before the type is drawn,
the type before the residue; then type, residue, the active bidders as bits, and q_min."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One draw as the chain made it: in which state, which of how many."""

    state: State
    digit: int
    radix: int


@dataclass(frozen=True, slots=True)
class Play:
    """What one auction did on the chain.

    drawings: every draw in turn. clocks: the last signal that each bidder accepted, in file order.
    discovered: who was asked in turn, by index in the file.
    """

    sale: Sale
    drawings: tuple[Drawing, ...]
    clocks: tuple[int, ...]
    discovered: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What the last bidder, by index in the file, may pay in units, and the least signal that says yes."""

    bidder: int
    price: int
    signal: int


@dataclass(slots=True)
class Trail:
    """An auction under way. Whoever drives it reads what comes next from `asked`, `last` and `offer`.

    accounts: the bidders', in file order. asked: who is discovered now, last: who is left alone, by
    index in the file.
    """

    instance: SignalClockInstance
    accounts: Sequence[str]
    kind: int = 0
    asked: int | None = None
    last: int | None = None
    offer: Offer | None = None
    sale: Sale | None = None
    _residue: int = 0
    _least: int = 0
    _drawings: list[Drawing] = field(default_factory=list)
    _discovered: list[int] = field(default_factory=list)
    _clocks: dict[int, int] = field(default_factory=dict)
    _index: dict[str, int] = field(init=False)
    _places: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._index = {account: index for index, account in enumerate(self.accounts)}
        seen: Counter[str] = Counter()
        self._places = []
        for bidder in self.instance.bidders:
            self._places.append(seen[bidder.type])
            seen[bidder.type] += 1

    def take(self, event: Event) -> None:
        """Takes in the next event; those that say nothing of the outcome are passed over."""
        said = event.args
        match event.name:
            case "TypeDrawn":
                self.kind, self._residue = said["kind"], said["residue"]
                self._draw((), self.kind, len(self.instance.types))
                self._draw((self.kind,), self._residue, self.instance.signals - 1)
            case "ClockRaised":
                self._clocks[self._index[said["bidder"]]] = said["signal"]
            case "BidderAsked":
                self._ask(
                    self._index[said["bidder"]], said["costly"], said["active"], said["least"]
                )
            case "LastBidder":
                self.asked, self.last = None, self._index[said["bidder"]]
                self._least = said["least"]
            case "OfferStated":
                self._state_offer(said["price"], said["signal"], said["choice"], said["choices"])
            case "LotSettled":
                bidder = self.instance.bidders[self._index[said["winner"]]]
                self.sale = Sale(bidder.name, said["price"])
            case "LotUnsold":
                self.asked, self.sale = None, UNSOLD

    def play(self) -> Play:
        """What the auction did, once it has a `sale`."""
        assert self.sale is not None
        clocks = (self._clocks.get(index, 0) for index in range(len(self.accounts)))
        return Play(self.sale, tuple(self._drawings), tuple(clocks), tuple(self._discovered))

    def _ask(self, bidder: int, costly: bool, active: int, least: int) -> None:
        self.asked = bidder
        self._discovered.append(bidder)
        if costly:
            place = self._places[bidder]
            digit = (active & (1 << place) - 1).bit_count()
            state = (self.kind, self._residue, active | 1 << place, least)
            self._draw(state, digit, active.bit_count() + 1)

    def _state_offer(self, price: int, signal: int, choice: int, choices: int) -> None:
        assert self.last is not None  # named by an event before
        self.offer = Offer(self.last, price, signal)
        state = (self.kind, self._residue, 1 << self._places[self.last], self._least)
        self._draw(state, choice, choices)

    def _draw(self, state: State, digit: int, radix: int) -> None:
        self._drawings.append(Drawing(state, digit, radix))
