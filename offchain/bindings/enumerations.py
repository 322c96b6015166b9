"""The enumerations of the contracts, as the compiler knows them: made by `python -m offchain.bindings.generate`."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class AnnouncementFlaw(IntEnum):
    """Why an announcement is not taken."""

    NONE = 0
    NOT_SEALED = 1
    ALREADY_REVEALED = 2
    TOO_MANY_OFFERS = 3
    WRONG_OPENING = 4
    ZERO_PRICE = 5
    EMPTY_BUNDLE = 6
    OVERLAPPING_BUNDLES = 7
    UNKNOWN_GOODS = 8
    OFFER_TO_SELF = 9
    RECIPIENTS_OUT_OF_ORDER = 10
    REVENUE_ABOVE_DEPOSIT = 11


class BeaconPhase(IntEnum):
    """How a draw stands."""

    NONE = 0
    WAITING = 1
    DRAWN = 2
    FELL_BACK = 3


class BookState(IntEnum):
    """`Running` until the book is decided; `Won` once its bidder paid; `Lost` when nobody in it
    will ever pay (at the auctioneer: once the item went back).
    """

    NONE = 0
    RUNNING = 1
    WON = 2
    LOST = 3


class ClockPhase(IntEnum):
    """Where a lot stands. From `Settled` on it is over."""

    NONE = 0
    JOINING = 1
    REGISTERING = 2
    DRAW = 3
    LEARNING = 4
    PREPARING = 5
    ASKING = 6
    STATING = 7
    OFFERED = 8
    SETTLED = 9
    UNSOLD = 10
    VOID = 11


class CoinOutcome(IntEnum):
    """What was decided."""

    OPEN = 0
    HEADS = 1
    TAILS = 2
    OWN = 3
    UNSOLD = 4


class Flaw(IntEnum):
    """Why an opening was skipped in a batch."""

    NONE = 0
    NO_BID = 1
    ALREADY_REVEALED = 2
    WRONG_OPENING = 3
    ZERO_BID = 4
    BID_ABOVE_DEPOSIT = 5
    BELOW_MINIMUM = 6


class Phase(IntEnum):
    """Where a lot stands. The order matters: everything from `Closed` on is final for its losers."""

    NONE = 0
    BIDDING = 1
    REVEAL = 2
    TALLY = 3
    DRAW = 4
    CLOSED = 5
    SETTLED = 6
    VOID = 7


class Pricing(IntEnum):
    """How the price is chosen where the last bidder is optimal at two levels: the lower, or one of
    the two at random.
    """

    WELFARE = 0
    REVENUE = 1


class ResilientPhase(IntEnum):
    """Where a lot stands. It follows from the clock and from what was decided."""

    NONE = 0
    BIDDING = 1
    REVEAL = 2
    DRAW = 3
    ANSWERS = 4
    FINAL = 5
    VOID = 6


class SecretsPhase(IntEnum):
    """How a draw stands; by the clock, and by what was sealed and opened."""

    NONE = 0
    OPEN = 1
    SEALING = 2
    REVEAL = 3
    READY = 4
    DRAWN = 5


class UniversalPhase(IntEnum):
    """Where a lot stands. From `Settled` on it is over."""

    NONE = 0
    JOINING = 1
    REGISTERING = 2
    REVEALING = 3
    DRAW = 4
    DECIDING = 5
    OFFERED = 6
    SETTLED = 7
    UNSOLD = 8
    VOID = 9


ENUMS: Final[Mapping[str, type[IntEnum]]] = {
    "enum AnnouncementFlaw": AnnouncementFlaw,
    "enum BeaconRandomness.BeaconPhase": BeaconPhase,
    "enum BidBook.BookState": BookState,
    "enum ISignalClockAuction.ClockPhase": ClockPhase,
    "enum IResilientAuction.CoinOutcome": CoinOutcome,
    "enum BidBook.Flaw": Flaw,
    "enum Phase": Phase,
    "enum ISignalClockAuction.Pricing": Pricing,
    "enum IResilientAuction.ResilientPhase": ResilientPhase,
    "enum CommitRevealRandomness.SecretsPhase": SecretsPhase,
    "enum IUniversalAuction.UniversalPhase": UniversalPhase,
}
"""By what an ABI calls them (`internalType`)."""
