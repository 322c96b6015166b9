"""Auctions under approximate valuations, by their logs (contracts/approximate/ApproximateAuction.sol)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from offchain.bindings.constants import MOST_PLAYERS, ApproximateAuction, AuctionHouse
from offchain.bindings.draw_proofs import Rivals, joined
from offchain.bindings.entries import amount_in, pack
from offchain.bindings.enumerations import Phase
from offchain.io.addresses import NOBODY
from tests.rebuild.houses import House
from tests.rebuild.twin import World


@dataclass
class Lottery:
    """The inaccuracy, who plays, in order, and how far the draw has come."""

    numerator: int
    denominator: int
    players: list[int] = field(default_factory=list)
    roster: int = 0
    is_requested: bool = False
    decided_at: int = 0
    digests: dict[str, bytes] = field(default_factory=dict)

    @property
    def delta(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)


class Draws(House):
    """The auction that draws among its players."""

    name = "ApproximateAuction"
    made_of = (*House.made_of, "randomness")

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.lotteries: dict[int, Lottery] = {}
        self.late: list[int] = []
        """Who was opened in this transaction, but does not play."""

    # Views

    def lotteryOf(self, lot: int) -> tuple[int, ...]:
        one = self.lotteries[lot]
        return one.roster, one.numerator, one.denominator, one.is_requested, one.decided_at

    def progress(self, lot: int, walker: str) -> bytes:
        return self.lotteries[lot].digests.get(walker, bytes(32))

    def chancesOf(self, lot: int, winners: int, entries: tuple[int, ...]) -> Any:
        one = self.lotteries[lot]
        bids = [amount_in(entry) for entry in entries]
        odds = Rivals(bids, one.delta).odds()
        assert winners == odds.winners.word
        chances = [self._chance(bid, odds) for bid in bids]
        return tuple(up for up, _ in chances), tuple(down for _, down in chances)

    @staticmethod
    def _chance(bid: int, odds: Any) -> tuple[int, int]:
        """Unreduced, as contracts/approximate/Odds.sol has it."""
        if odds.winners.total == 0:
            return 1, odds.players
        if not odds.has_chance(bid):
            return 0, 1
        scale = odds.players * odds.under + odds.over
        rest = odds.winners.total * odds.under
        return scale * (odds.slope * bid - rest), odds.players * odds.slope * odds.over * bid

    def phase_after_tally(self, lot: int) -> Phase:
        one, now = self.lotteries[lot], self.world.now
        if one.decided_at:
            is_led = self.lots[lot].leader != NOBODY
            in_time = now < one.decided_at + AuctionHouse.SETTLEMENT_WINDOW
            return Phase.CLOSED if is_led and in_time else Phase.VOID
        end = self.books[lot].ends[2] + ApproximateAuction.DRAW_WINDOW
        return Phase.DRAW if one.roster and now < end else Phase.VOID

    def minimum(self) -> int:
        return 0

    # Events

    def InaccuracySet(self, lot: int, numerator: int, denominator: int) -> None:
        assert self.lots[lot].price == 0
        self.lotteries[lot] = Lottery(numerator, denominator)
        self.ask("lotteryOf", lot)
        for who in self.world.people:
            self.ask("progress", lot, who)

    def PlayerRefused(self, entry: int) -> None:
        assert entry == self.late.pop(0)

    def DrawRequested(self, lot: int) -> None:
        one = self.lotteries[lot]
        assert not one.is_requested
        one.is_requested = True
        self.ask("lotteryOf", lot)

    def Walked(self, lot: int, walker: str, players: int, digest: bytes) -> None:
        (call,) = [call for call in self.called("decide", lot=lot) if call.sender == walker]
        walk, entries = call.args["walk"], call.args["entries"]
        start = walk[0] & MOST_PLAYERS
        assert players == start + len(entries)
        self.lotteries[lot].digests[walker] = digest
        self.ask("progress", lot, walker)

    def DrawDecided(self, lot: int, winner: str, bid: int, price: int, draw: int) -> None:
        one, listing = self.lotteries[lot], self._changed(lot)
        is_there, word = self.world.twins[self.facts["randomness"]].wordOf(self.at, lot)
        assert is_there
        assert draw == word >> 1
        one.decided_at = self.world.now
        listing.leader, listing.highest, listing.price = winner, bid, price
        self.ask("lotteryOf", lot)
        bids = [amount_in(entry) for entry in one.players]
        self.ask("chancesOf", lot, Rivals(bids, one.delta).odds().winners.word, tuple(one.players))

    # The players

    def opened(self, lot: int, entries: Iterable[int]) -> None:
        self._changed(lot)
        for entry in entries:
            self._joins(lot, entry)

    def bid(self, lot: int, bidder: str, bid: int) -> None:
        if bid:
            self._joins(lot, pack(lot, bid, bidder))

    def end(self) -> None:
        super().end()
        assert not self.late

    def _joins(self, lot: int, entry: int) -> None:
        one = self.lotteries[lot]
        if one.roster & MOST_PLAYERS == MOST_PLAYERS:
            self.late.append(entry)
            return
        one.players.append(entry)
        one.roster = joined(one.roster, entry)
        self.ask("lotteryOf", lot)
