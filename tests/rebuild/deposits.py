"""Auctions of one item a lot, for a deposit that comes back: what their logs say alike."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from eth_hash.auto import keccak

from tests.rebuild.twin import Earning, World, units

COUNT_BITS: Final = 5
WIDTH: Final = 8


@dataclass(kw_only=True)
class Joiner:
    """Who joined: its type, whether its deposit is paid, and its table."""

    kind: int
    is_paid: bool = False
    table: bytes = b""

    @property
    def digest(self) -> bytes:
        """Of its table, as `bidderOf` has it."""
        return keccak(self.table) if self.table else bytes(32)


@dataclass
class TabledLot:
    """What one lot has at either auction."""

    terms: tuple[Any, ...]
    seller: str
    token: str
    token_id: int
    bidders: dict[str, Any] = field(default_factory=dict)
    is_returned: bool = False
    is_requested: bool = False
    price: int = 0

    def count(self, kind: int) -> int:
        return sum(one.kind == kind for one in self.bidders.values())

    def value(self, table: bytes, place: int) -> int:
        return int.from_bytes(table[WIDTH * place : WIDTH * (place + 1)])


class Deposits(Earning):
    """Lots that are listed, and end; whose bidders' deposits come back, or are the seller's."""

    over: ClassVar[tuple[Any, ...]]
    """The phases in which a lot is over."""
    lot_of: ClassVar[type[Any]]
    """What is known of a lot, made of terms, seller, token and item."""
    deposit: ClassVar[int]
    """The place of the deposit in the terms."""

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.lots: dict[int, Any] = {}
        self.sent: dict[int, str] = {}
        self.refused: set[tuple[int, str]] = set()

    @abstractmethod
    def phase(self, lot: int) -> Any:
        """Where a lot stands."""

    @abstractmethod
    def forfeits(self, lot: int, bidder: str) -> bool:
        """Whether somebody let a deadline pass."""

    def lotCount(self) -> int:
        return len(self.lots)

    def LotListed(
        self, lot: int, seller: str, token: str, tokenId: int, terms: tuple[Any, ...]
    ) -> None:
        assert lot == len(self.lots) + 1
        self.lots[lot] = self.lot_of(terms, seller, token, tokenId)
        self.look(lot)
        self.ask("lotCount")
        self.ask("proceeds", seller)
        self.world.moved(token, tokenId, self.at)

    def look(self, lot: int, bidder: str | None = None) -> Any:
        """A lot that changes, and perhaps one of its bidders."""
        for view in ("lotOf", "phase", "tableSize"):
            self.ask(view, lot)
        if bidder is not None:
            self.ask("bidderOf", lot, bidder)
        return self.lots[lot]

    # The draw, and the offer

    def join(self, lot: int, bidder: str, who: Joiner) -> None:
        """Somebody comes, with a deposit."""
        one = self.look(lot, bidder)
        assert bidder not in one.bidders
        one.bidders[bidder] = who
        self.moves(units(one.terms[self.deposit]))

    def register(self, lot: int, bidder: str, table: bytes) -> Any:
        """Somebody registers a table, once."""
        who = self.look(lot, bidder).bidders[bidder]
        assert not who.table
        who.table = table
        return who

    def DrawRequested(self, lot: int) -> None:
        one = self.look(lot)
        assert not one.is_requested
        one.is_requested = True

    def is_word(self, lot: int, word: int) -> bool:
        """Whether the source has this word for a lot."""
        told: tuple[bool, int] = self.world.twins[self.facts["randomness"]].wordOf(self.at, lot)
        return told == (True, word)

    def sell(self, lot: int, winner: str, price: int, paid: int) -> None:
        """The offer is taken at its price."""
        one = self.lots[lot]
        assert price == paid == one.price
        self.moves(units(paid))
        self.earns(one.seller, units(paid))
        self.world.moved(one.token, one.token_id, self.sent.pop(lot, winner))

    def ItemSent(self, lot: int, recipient: str) -> None:
        self.sent[lot] = recipient

    def ItemReturned(self, lot: int) -> None:
        one = self.look(lot)
        assert not one.is_returned
        one.is_returned = True
        self.world.moved(one.token, one.token_id, one.seller)

    # Claims

    def Claimed(self, lot: int, bidder: str, recipient: str, amountWei: int) -> None:
        self._paid(lot, bidder)
        assert not self.forfeits(lot, bidder)
        assert amountWei == units(self.lots[lot].terms[self.deposit])
        self.pays(recipient, amountWei)

    def DepositForfeited(self, lot: int, bidder: str) -> None:
        self._paid(lot, bidder)
        assert self.forfeits(lot, bidder)
        one = self.lots[lot]
        self.earns(one.seller, units(one.terms[self.deposit]))
        self.ask("lotOf", lot)

    def PushRefused(self, lot: int, bidder: str, amount: int) -> None:
        one = self.look(lot, bidder)
        assert not one.bidders[bidder].is_paid
        assert amount == one.terms[self.deposit]
        self.refused.add((lot, bidder))

    def _paid(self, lot: int, bidder: str) -> None:
        one = self.look(lot, bidder)
        assert self.phase(lot) in self.over
        assert not one.bidders[bidder].is_paid
        one.bidders[bidder].is_paid = True

    def end(self) -> None:
        assert not self.sent
        if not self.world.has_reentered():
            for call in self.called("claimBatch"):
                lot = call.args["lot"]
                for bidder in call.args["bidders"]:
                    who = self.lots[lot].bidders.get(bidder)
                    assert who is None or who.is_paid or (lot, bidder) in self.refused
        self.refused.clear()
