"""Lots at which bidders register tables of values, as far as the events of such auctions are the same.

Amounts are units (1 gwei), times are seconds since the epoch. Nothing here talks to a chain.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from offchain.bindings.constants import TabledAuction, ValueTables
from offchain.keeper.books import Args

WINDOW: Final = TabledAuction.WINDOW
"""How long a word, or a step that anyone can take, is waited for before a lot is void."""


@dataclass(slots=True)
class Bidder:
    """One who joined. table: as registered, empty if none was. closed: whether the deposit went somewhere; refused: whether a
    push of it was not taken.
    """

    kind: int
    table: bytes = b""
    closed: bool = False
    refused: bool = False


@dataclass(slots=True)
class TabledLot(ABC):
    """One lot. bidders: by account, in the order in which they joined. requested: whether the word was asked for. returned:
    whether the item went back.
    """

    number: int
    end_of_joining: int
    end_of_registering: int
    bidders: dict[str, Bidder] = field(default_factory=dict)
    requested: bool = False
    returned: bool = False

    @abstractmethod
    def phase_at(self, now: int) -> IntEnum:
        """The phase at `now`. What became void because nobody took a step in time is known for certain by the contract only."""

    @abstractmethod
    def next_deadline(self, now: int) -> int:
        """The first end of a phase after `now`; far away once there is none."""

    @abstractmethod
    def is_over(self, now: int) -> bool:
        """Whether nothing more is sold."""

    @property
    @abstractmethod
    def void_by(self) -> int:
        """When the lot is void at the latest, if nobody moves it on."""

    @property
    def values(self) -> int:
        """How many values all its tables have."""
        return sum(len(one.table) for one in self.bidders.values()) // ValueTables.WIDTH

    @property
    def owes(self) -> bool:
        """Whether a push would move some deposit, once the lot is over."""
        return any(map(self.is_owed, self.bidders))

    def is_owed(self, account: str) -> bool:
        """Whether a push would move a deposit, once the lot is over. A refused one is not tried again: its bidder can claim."""
        bidder = self.bidders[account]
        return not bidder.closed and not bidder.refused

    def on_joined(self, args: Args) -> None:
        """Takes `Joined`."""
        self.bidders[args["bidder"]] = Bidder(args["kind"])

    def on_registered(self, args: Args) -> None:
        """Takes `TableRegistered`."""
        self.bidders[args["bidder"]].table = args["table"]

    def on_requested(self, args: Args) -> None:
        """Takes `DrawRequested`."""
        self.requested = True

    def on_returned(self, args: Args) -> None:
        """Takes `ItemReturned`."""
        self.returned = True

    def on_paid(self, args: Args) -> None:
        """Takes `Claimed` and `DepositForfeited`."""
        bidder = self.bidders[args["bidder"]]
        bidder.closed, bidder.refused = True, False

    def on_refused(self, args: Args) -> None:
        """Takes `PushRefused`."""
        self.bidders[args["bidder"]].refused = True
