"""Lots and books of bids as their events make them: every state here is a fold of what the contracts logged.

Amounts are units (1 gwei). Nothing here talks to a chain.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from offchain.bindings.constants import BidBook
from offchain.bindings.contracts import Event
from offchain.bindings.entries import account_in, amount_in, lot_in
from offchain.bindings.enumerations import Flaw
from offchain.bindings.seals import COMMITMENT_BYTES
from offchain.io.addresses import NOBODY

BPS: Final = BidBook.BPS

Args = dict[str, Any]
"""The arguments of an event, by name."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a tally: the members from `start` up to `counted`, and the largest rank·bid before and after it."""

    start: int
    counted: int
    best_before: int
    best: int


def first_reaching(steps: Sequence[Step], price: int) -> Step | None:
    """The one of a tally's steps in which rank·bid first reaches `price` (units), if there is one."""
    return next((step for step in steps if step.best_before < price <= step.best), None)


@dataclass(slots=True)
class Box:
    """One bidder's bid and money in a book: closed once it was paid out, `refused` if its bidder did not take a pushed
    payment, `unopenable` if the right opening turned out to break the rules (below the minimum, above the deposit, zero).
    `lock`: what its bidder says is the opening, encrypted; empty if there is none.
    """

    commitment: bytes | None
    deposit: int
    bid: int | None = None
    burnt: int = 0
    received: int = 0
    closed: bool = False
    refused: bool = False
    unopenable: bool = False
    lock: bytes = b""

    @property
    def is_sealed(self) -> bool:
        """Whether the bid was never opened."""
        return self.bid is None


@dataclass(slots=True)
class Book:
    """The bids on one lot at one contract: individuals' at the auctioneer, members' at a DAO (`of_dao`).

    boxes: in the order in which their bids arrived. bond_bps: as listed. won, lost: whether it is decided, and how;
    the individuals' book is lost when the item goes back. individual: who among individuals won. openings: entries of
    individuals' bids in the order in which they were opened.
    """

    contract: str
    lot: int
    bond_bps: int
    of_dao: bool
    boxes: dict[str, Box] = field(default_factory=dict)
    progress: dict[str, list[Step]] = field(default_factory=dict)
    tallier: str | None = None
    willingness_to_pay: int = 0
    share: int = 0
    served: int = 0
    won: bool = False
    lost: bool = False
    individual: str | None = None
    openings: list[int] = field(default_factory=list)
    _sorted: list[tuple[int, str]] | None = field(default=None, repr=False, compare=False)

    def is_served(self, bidder: str) -> bool:
        """Whether `bidder` pays for the lot: everybody who bid the share in a DAO that won, only the winner among individuals."""
        if not self.of_dao:
            return bidder == self.individual
        bid = self.boxes[bidder].bid
        return self.won and bid is not None and bid >= self.share

    def due(self, bidder: str) -> int:
        """What a payout would bring `bidder`, in units, once the lot is decided."""
        box = self.boxes[bidder]
        if box.closed:
            return 0
        if box.is_sealed:
            return box.deposit - box.deposit * self.bond_bps // BPS
        return box.deposit - (self.share if self.is_served(bidder) else 0)

    def ascending(self) -> list[tuple[int, str]]:
        """The open bids with their bidders in the order of the tally.

        O(n log n) after a bid came or went, else O(1): the list is kept, and not to be changed.
        """
        if self._sorted is None:
            bids = ((a.bid, bidder) for bidder, a in self.boxes.items() if a.bid is not None)
            self._sorted = sorted(bids, key=lambda entry: (entry[0], int(entry[1], 16)))
        return self._sorted

    def counted(self, tallier: str) -> int:
        """How many members the tally of `tallier` has counted."""
        steps = self.progress.get(tallier)
        return steps[-1].counted if steps else 0

    def reaching(self, price: int) -> Step | None:
        """The step of the finished tally in which rank·bid first reaches `price` (units), if there is one."""
        steps = self.progress.get(self.tallier, []) if self.tallier is not None else []
        return first_reaching(steps, price)

    def apply(self, event: Event) -> None:
        """Takes an event of this book; others change nothing. KeyError if an earlier one is missing."""
        handler = _BOOK_EVENTS.get(event.name)
        if handler is not None:
            handler(self, event.args)

    def _on_sealed(self, args: Args) -> None:
        bidder = account_in(args["entry"])
        deposit = int.from_bytes(args["sealedBid"][COMMITMENT_BYTES:], "big")
        # a replaced bid arrives anew, behind those that stand
        self.boxes.pop(bidder, None)
        seal, lock = args["sealedBid"][:COMMITMENT_BYTES], args.get("lock", b"")
        self.boxes[bidder] = Box(seal, deposit, lock=lock)

    def _on_placed(self, args: Args) -> None:
        bid, member = amount_in(args["entry"]), account_in(args["entry"])
        self.boxes[member] = Box(None, bid, bid)
        self._sorted = None

    def _on_withdrawn(self, args: Args) -> None:
        del self.boxes[args["bidder"]]
        self._sorted = None

    def _on_opened(self, args: Args) -> None:
        for entry in _entries(args):
            self.boxes[account_in(entry)].bid = amount_in(entry)
        self._sorted = None
        if not self.of_dao:
            self.openings.extend(_entries(args))

    def _on_skipped(self, args: Args) -> None:
        # these flaws are found after the commitment matched, so no stranger can bring them about
        if args["flaw"] >= Flaw.ZERO_BID:
            self.boxes[args["bidder"]].unopenable = True

    def _on_checkpoint(self, args: Args) -> None:
        steps = self.progress.setdefault(args["tallier"], [])
        best_before = steps[-1].best if steps else 0
        if args["counted"] > args["start"]:
            steps.append(Step(args["start"], args["counted"], best_before, args["best"]))

    def _on_tallied(self, args: Args) -> None:
        self.tallier, self.willingness_to_pay = args["tallier"], args["willingnessToPay"]

    def _on_book_won(self, args: Args) -> None:
        self.won, self.share, self.served = True, args["share"], args["served"]

    def _on_book_lost(self, args: Args) -> None:
        self.lost = True

    def _on_lot_settled(self, args: Args) -> None:
        # at the auctioneer: it may be a DAO that won, and then nobody here pays
        self.won = True
        if args["winner"] in self.boxes:
            self.individual, self.share, self.served = args["winner"], args["price"], 1

    def _on_burnt(self, args: Args) -> None:
        box = self.boxes[args["bidder"]]
        box.burnt, box.closed = args["bond"], True

    def _on_paid(self, args: Args) -> None:
        for entry in _entries(args):
            box = self.boxes[account_in(entry)]
            box.received, box.closed, box.refused = amount_in(entry), True, False

    def _on_push_refused(self, args: Args) -> None:
        box = self.boxes[args["bidder"]]
        box.closed, box.refused = False, True


@dataclass(slots=True)
class Lot:
    """A lot and the DAOs that entered it, in order. Times are seconds since the epoch.

    drawn: whether a draw has decided. Of a lot that is an auction at a house of others there is no seller. deadline: when it is
    decided whatever the house says. delivered: whether what the price bought there, or the price, was handed on.
    """

    number: int
    seller: str
    token: str
    token_id: int
    reserve: int
    end_of_bidding: int
    end_of_reveal: int
    end_of_tally: int
    bond_bps: int
    daos: list[str] = field(default_factory=list)
    group_bids: dict[str, int] = field(default_factory=dict)
    winner: str | None = None
    price: int = 0
    paid: int = 0
    returned: bool = False
    drawn: bool = False
    deadline: int = 0
    delivered: bool = False

    @staticmethod
    def listed(args: Args) -> "Lot":
        """The lot of a `LotListed` or `LotRegistered`."""
        end_of_bidding, end_of_reveal, end_of_tally, bond_bps = args["schedule"]
        return Lot(
            number=args["lot"],
            seller=args.get("seller", NOBODY),
            token=args["token"],
            token_id=args["tokenId"],
            reserve=args.get("reserve", 1),
            deadline=args.get("deadline", 0),
            end_of_bidding=end_of_bidding,
            end_of_reveal=end_of_reveal,
            end_of_tally=end_of_tally,
            bond_bps=bond_bps,
        )

    def next_deadline(self, now: int) -> int:
        """The first end of a phase after `now`; far away once the tally has ended."""
        ends = (self.end_of_bidding, self.end_of_reveal, self.end_of_tally)
        return next((end for end in ends if end > now), NEVER)

    def apply(self, event: Event) -> None:
        """Takes an event of this lot at the auctioneer; others change nothing."""
        handler = _LOT_EVENTS.get(event.name)
        if handler is not None:
            handler(self, event.args)

    def _on_entered(self, args: Args) -> None:
        self.daos.append(args["dao"])

    def _on_dao_bid(self, args: Args) -> None:
        self.group_bids[args["dao"]] = args["bid"]

    def _on_drawn(self, args: Args) -> None:
        self.drawn = True

    def _on_settled(self, args: Args) -> None:
        self.winner, self.price, self.paid = args["winner"], args["price"], args["paid"]

    def _on_returned(self, args: Args) -> None:
        self.returned = True

    def _on_delivered(self, args: Args) -> None:
        self.delivered = True

    def _on_asked(self, args: Args) -> None:
        """Nothing that a keeper goes by: it asks what stands. But a reorganization shows by it."""


NEVER: Final = 1 << 256
"""A time after all others."""

_BOOK_EVENTS: Final[Mapping[str, Callable[[Book, Args], None]]] = {
    "BidSealed": Book._on_sealed,
    "BidLocked": Book._on_sealed,
    "BidPlaced": Book._on_placed,
    "BidWithdrawn": Book._on_withdrawn,
    "BidOpened": Book._on_opened,
    "BidsOpened": Book._on_opened,
    "OpeningSkipped": Book._on_skipped,
    "Checkpoint": Book._on_checkpoint,
    "Tallied": Book._on_tallied,
    "BookWon": Book._on_book_won,
    "BookLost": Book._on_book_lost,
    "LotSettled": Book._on_lot_settled,
    "ItemReturned": Book._on_book_lost,
    "BondBurnt": Book._on_burnt,
    "Claimed": Book._on_paid,
    "ClaimedTo": Book._on_paid,
    "Rolled": Book._on_paid,
    "Pushed": Book._on_paid,
    "PushRefused": Book._on_push_refused,
}

_LOT_EVENTS: Final[Mapping[str, Callable[[Lot, Args], None]]] = {
    "DAOEntered": Lot._on_entered,
    "DAOBid": Lot._on_dao_bid,
    "DrawRequested": Lot._on_asked,
    "DrawDecided": Lot._on_drawn,
    "LotSettled": Lot._on_settled,
    "ItemReturned": Lot._on_returned,
    "Raised": Lot._on_asked,
    "Recalled": Lot._on_asked,
    "ItemDelivered": Lot._on_delivered,
    "PriceReturned": Lot._on_delivered,
}


LISTINGS: Final = frozenset({"LotListed", "LotRegistered"})
"""The events with which lots begin, at an auctioneer and at an adapter."""

EVENTS: Final = frozenset({*LISTINGS, *_LOT_EVENTS, *_BOOK_EVENTS})
"""The events that change a lot or a book."""


def lot_of(event: Event) -> int | None:
    """The lot an event is about, None if it is about none."""
    if "lot" in event.args:
        lot: int = event.args["lot"]
        return lot
    return next(map(lot_in, _entries(event.args)), None)


def _entries(args: Args) -> Sequence[int]:
    """The entries of an event, one or many, all on one lot."""
    if "entry" in args:
        return (args["entry"],)
    entries: Sequence[int] = args.get("entries", ())
    return entries
