"""Auctions of one item a lot, for a deposit that comes back: what their logs say alike."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from tests.rebuild.twin import Earning, World, units


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
