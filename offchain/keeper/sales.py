"""Resilient sales as their events make them: what was sealed, who is the star, what was decided, sold, and given.

Amounts are units (1 gwei), goods are bits. Nothing here talks to a chain.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from offchain.bindings.announcements import Announcement
from offchain.bindings.constants import ResilientAuction
from offchain.bindings.contracts import Event
from offchain.bindings.enumerations import AnnouncementFlaw, CoinOutcome
from offchain.bindings.seals import COMMITMENT_BYTES
from offchain.keeper.books import NEVER, Args
from offchain.keeper.logbook import PlainLogbook

RESILIENT: Final = "ResilientAuction"


@dataclass(slots=True)
class Sealed:
    """What one player announced, and its money: closed once it was paid out, or got a claim instead. opened: whether it was
    revealed; `unopenable` if the right opening turned out to break the rules.
    """

    commitment: bytes
    deposit: int
    opened: bool = False
    unopenable: bool = False
    closed: bool = False


@dataclass(slots=True)
class Sale:
    """One sale. Times are seconds since the epoch.

    goods: how many. boxes: what was sealed, by player. star, ruling: who offers the most, and what it announced; `own`: what the
    seller did. offers_opened: how many offers all announcements hold together. outcome: what was decided, and until when answers
    are taken, if not all have answered before. answered, accepted, closed, refunded: offers, as bits; closed are those that
    were delivered or refunded. given: goods that have left. settled: whether the seller was credited.
    """

    number: int
    seller: str
    end_of_bidding: int
    end_of_reveal: int
    bond_bps: int
    goods: int = 0
    boxes: dict[str, Sealed] = field(default_factory=dict)
    star: str | None = None
    offers_opened: int = 0
    requested: bool = False
    outcome: CoinOutcome = CoinOutcome.OPEN
    end_of_answers: int = 0
    answered: int = 0
    accepted: int = 0
    closed: int = 0
    refunded: int = 0
    given: int = 0
    settled: bool = False
    _stars: tuple[Announcement, int] | None = None
    _own: tuple[Announcement, int] | None = None

    @staticmethod
    def listed(args: Args) -> "Sale":
        """The sale of a `LotListed`."""
        end_of_bidding, end_of_reveal, _, bond_bps = args["schedule"]
        return Sale(args["lot"], args["seller"], end_of_bidding, end_of_reveal, bond_bps)

    @property
    def drawn_by(self) -> int:
        """When the sale is void, unless it was decided."""
        return self.end_of_reveal + ResilientAuction.DRAW_WINDOW

    @property
    def delivered_by(self) -> int:
        """When what was accepted and not delivered is refunded, at the latest."""
        return self.end_of_answers + ResilientAuction.DELIVERY_WINDOW

    @property
    def ruling(self) -> Announcement | None:
        """What the coin decides about: the seller's own announcement if that is worth more, or else the star's."""
        if self._own is not None and (self._stars is None or self._own[1] > self._stars[1]):
            # worth nothing it takes nobody's place
            return self._own[0] if self._own[1] else None
        return None if self._stars is None else self._stars[0]

    @property
    def undelivered(self) -> list[int]:
        """The numbers of the offers that were accepted, and neither delivered nor refunded."""
        waiting = self.accepted & ~self.closed
        return [index for index in range(waiting.bit_length()) if waiting >> index & 1]

    @property
    def held(self) -> int:
        """The goods that are somebody's: of the wish on heads, else of all bundles that were accepted and not refunded."""
        ruling = self.ruling
        if ruling is None:
            return 0
        if self.outcome == CoinOutcome.HEADS:
            return ruling.wish
        held = 0
        for index, (_, _, bundle) in enumerate(ruling.offers):
            if (self.accepted & ~self.refunded) >> index & 1:
                held |= bundle
        return held

    @property
    def wished(self) -> int:
        """The goods of a wish that is carried out which have not left yet."""
        return self.held & ~self.given if self.outcome == CoinOutcome.HEADS else 0

    @property
    def unsold(self) -> int:
        """The goods that are nobody else's once the sale is over, and have not left yet."""
        return ((1 << self.goods) - 1) & ~self.held & ~self.given

    @property
    def all_answered(self) -> bool:
        """Whether nobody has anything to answer any more. Only of what is decided."""
        ruling = self.ruling
        if ruling is None or self.outcome not in (CoinOutcome.TAILS, CoinOutcome.OWN):
            return True
        return self.answered == (1 << len(ruling.offers)) - 1

    def is_over(self, now: int) -> bool:
        """Whether everybody can be paid at `now`: the sale is final or void."""
        if now < self.end_of_reveal:
            return False
        if self.outcome != CoinOutcome.OPEN:
            return now >= self.end_of_answers or self.all_answered
        return self.ruling is None or now >= self.drawn_by

    def is_owed(self, player: str) -> bool:
        """Whether a push would close the account of `player`, once the sale is over."""
        return not self.boxes[player].closed

    def next_deadline(self, now: int) -> int:
        """The first end of a phase after `now`; far away once there is none."""
        ends = [self.end_of_bidding, self.end_of_reveal]
        if self.end_of_answers:
            ends += [self.end_of_answers, self.delivered_by]
        elif self.ruling is not None:
            ends.append(self.drawn_by)
        return next((end for end in ends if end > now), NEVER)

    def apply(self, event: Event) -> None:
        """Takes an event of this sale; others change nothing. KeyError if an earlier one is missing."""
        handler = _EVENTS.get(event.name)
        if handler is not None:
            handler(self, event.args)

    def _on_added(self, args: Args) -> None:
        self.goods = args["first"] + len(args["goods"])

    def _on_sealed(self, args: Args) -> None:
        seal = args["sealedAnnouncement"]
        deposit = int.from_bytes(seal[COMMITMENT_BYTES:], "big")
        self.boxes[args["player"]] = Sealed(seal[:COMMITMENT_BYTES], deposit)

    def _on_withdrawn(self, args: Args) -> None:
        del self.boxes[args["player"]]

    def _on_opened(self, args: Args) -> None:
        player, revenue = args["player"], args["revenue"]
        self.boxes[player].opened = True
        offers, wish, salt = args["announcement"]
        announced = Announcement(offers, wish, salt), revenue
        self.offers_opened += len(offers)
        # of all others nothing has to be sent along any more, so nothing is kept
        if player == self.seller:
            self._own = announced
        elif self._stars is None or revenue > self._stars[1]:
            self.star, self._stars = player, announced

    def _on_skipped(self, args: Args) -> None:
        # these flaws are found after the commitment matched, so no stranger can bring them about
        if args["flaw"] > AnnouncementFlaw.WRONG_OPENING and args["player"] in self.boxes:
            self.boxes[args["player"]].unopenable = True

    def _on_requested(self, args: Args) -> None:
        self.requested = True

    def _on_decided(self, args: Args) -> None:
        self.outcome, self.end_of_answers = args["outcome"], args["endOfAnswers"]

    def _on_answered(self, args: Args) -> None:
        bit = 1 << args["index"]
        self.answered |= bit
        if args["yes"]:
            self.accepted |= bit

    def _on_given(self, args: Args) -> None:
        self.given |= args["goods"]

    def _on_sold(self, args: Args) -> None:
        self.closed |= 1 << args["index"]

    def _on_refunded(self, args: Args) -> None:
        self.closed |= 1 << args["index"]
        self.refunded |= 1 << args["index"]

    def _on_credited(self, args: Args) -> None:
        self.settled = True

    def _on_paid(self, args: Args) -> None:
        self.boxes[args["player"]].closed = True


_EVENTS: Final[Mapping[str, Callable[[Sale, Args], None]]] = {
    "GoodsAdded": Sale._on_added,
    "AnnouncementSealed": Sale._on_sealed,
    "AnnouncementWithdrawn": Sale._on_withdrawn,
    "AnnouncementOpened": Sale._on_opened,
    "AnnouncementSkipped": Sale._on_skipped,
    "DrawRequested": Sale._on_requested,
    "Decided": Sale._on_decided,
    "Answered": Sale._on_answered,
    "GoodsGiven": Sale._on_given,
    "BundleSold": Sale._on_sold,
    "BundleRefunded": Sale._on_refunded,
    "SellerCredited": Sale._on_credited,
    "Claimed": Sale._on_paid,
}


class Sales(PlainLogbook[Sale]):
    """The sales of one resilient auction."""

    CONTRACT = RESILIENT
    EVENTS = tuple(_EVENTS)

    def _listed(self, args: Args) -> Sale:
        return Sale.listed(args)


def goods_in(bits: int) -> list[int]:
    """The numbers of the goods of a set."""
    return [good for good in range(bits.bit_length()) if bits >> good & 1]


def as_bits(goods: Any) -> int:
    """The set of the goods of these numbers."""
    return sum(1 << good for good in goods)
