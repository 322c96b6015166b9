"""Signal discovery auctions, by their logs (contracts/signals)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

from offchain.bindings.constants import MOST_LEVELS, PLACE_BITS, PLACE_MASK, TabledAuction
from offchain.bindings.enumerations import ClockPhase, Pricing
from tests.rebuild.deposits import COUNT_BITS, Deposits, Joiner, TabledLot

SIGNALS, TYPES, PRICING, JOINING, REGISTERING, ANSWER, DEPOSIT = range(7)
WAITING = (ClockPhase.LEARNING, ClockPhase.PREPARING, ClockPhase.STATING)
OVER = (ClockPhase.SETTLED, ClockPhase.UNSOLD, ClockPhase.VOID)


@dataclass(kw_only=True)
class Bidder(Joiner):
    """Who joined: its type and place, where its clock stands, and its table."""

    place: int
    clock: int = 0
    has_left: bool = False
    is_silent: bool = False


@dataclass
class Clock:
    """Who is optimal where, who was never asked, the sum of the others' clocks, who is asked, and until when."""

    levels: int = 0
    active: int = 0
    least: int = 0
    asked: int = 0
    deadline: int = 0


@dataclass
class Lot(TabledLot):
    """One lot, as `lotOf` has it."""

    phase: ClockPhase = ClockPhase.JOINING
    awaited: int = 0
    prepared: int = 0
    kind: int = 0
    residue: int = 0
    offset: int = 0
    stride: int = 0
    clock: Clock = field(default_factory=Clock)
    word: int = 0
    signal: int = 0
    best: list[int] = field(default_factory=lambda: [0] * MOST_LEVELS)

    @property
    def step(self) -> int:
        """The highest signal."""
        return int(self.terms[SIGNALS]) - 1

    def counts(self) -> int:
        return sum(1 << COUNT_BITS * one.kind for one in self.bidders.values())

    def sides(self) -> list[int]:
        """How many totals each type has."""
        return [self.count(kind) * self.step + 1 for kind in range(self.terms[TYPES])]

    def values_from(self, kind: int) -> int:
        return prod(self.sides()[kind:])

    def at(self, place: int) -> tuple[str, Bidder]:
        """Who has a place among the drawn type."""
        return next(
            (who, one)
            for who, one in self.bidders.items()
            if (one.kind, one.place) == (self.kind, place)
        )

    def optimal(self, level: int) -> int:
        return self.clock.levels >> PLACE_BITS * level & PLACE_MASK

    def interval(self, active: int) -> tuple[int, int]:
        """The first level that is possible, and one after the last."""
        first = (self.clock.least + self.step - 1 - self.residue) // self.step
        return first, (self.clock.least + active * self.step - self.residue) // self.step + 1


class SignalClock(Deposits):
    """The auction over ascending signal clocks."""

    name = "SignalClockAuction"
    made_of = ("randomness",)
    over, lot_of, deposit = OVER, Lot, DEPOSIT
    lots: dict[int, Lot]

    # Views

    def phase(self, lot: int) -> ClockPhase:
        one, now = self.lots[lot], self.world.now
        if one.phase == ClockPhase.JOINING:
            if now < one.terms[JOINING]:
                return ClockPhase.JOINING
            if not one.bidders or now >= one.terms[REGISTERING] + TabledAuction.WINDOW:
                return ClockPhase.VOID
            return ClockPhase.REGISTERING if now < one.terms[REGISTERING] else ClockPhase.DRAW
        if one.phase not in WAITING or now < one.clock.deadline:
            return one.phase
        in_time = now < one.clock.deadline + TabledAuction.WINDOW
        is_learnt = one.phase == ClockPhase.LEARNING and in_time
        return ClockPhase.PREPARING if is_learnt else ClockPhase.VOID

    def lotOf(self, lot: int) -> tuple[Any, ...]:
        one = self.lots[lot]
        sold = one.token, one.phase, one.is_returned, one.is_requested, one.kind, one.residue
        clock = one.clock
        return (
            *(one.terms, one.seller, one.counts(), one.awaited, one.prepared),
            *(*sold, one.offset, one.stride, one.token_id),
            (clock.levels, clock.active, clock.least, clock.asked, clock.deadline),
            *(one.word, one.price, one.signal, tuple(one.best)),
        )

    def tableSize(self, lot: int) -> int:
        return self.lots[lot].values_from(0)

    def bidderOf(self, lot: int, account: str) -> tuple[int, int, tuple[Any, ...]]:
        one = self.lots[lot].bidders[account]
        flags = one.clock, one.has_left, one.is_silent, one.is_paid
        return one.kind, one.place, (account, *flags, one.digest)

    # Before the draw

    def Joined(self, lot: int, bidder: str, kind: int, place: int) -> None:
        self.join(lot, bidder, Bidder(kind=kind, place=place))

    def TableRegistered(self, lot: int, bidder: str, table: bytes) -> None:
        self.register(lot, bidder, table)

    def TypeDrawn(self, lot: int, word: int, kind: int, residue: int, deadline: int) -> None:
        one = self.look(lot)
        assert self.is_word(lot, word)
        kinds = sorted({bidder.kind for bidder in one.bidders.values()})
        assert kind == kinds[word % len(kinds)]
        rest = word // len(kinds)
        assert residue == rest % one.step
        one.kind, one.residue, one.word = kind, residue, rest // one.step
        one.stride, one.awaited = one.values_from(kind + 1), len(one.bidders) - one.count(kind)
        assert deadline == self.world.now + one.terms[ANSWER]
        one.phase, one.clock.deadline = ClockPhase.LEARNING, deadline

    # Answers

    def ClockRaised(self, lot: int, bidder: str, signal: int) -> None:
        one = self.look(lot, bidder)
        who = one.bidders[bidder]
        rises = signal - who.clock
        assert rises > 0
        who.clock = signal
        if one.phase == ClockPhase.LEARNING:
            one.offset += rises * one.values_from(who.kind + 1)
        if signal == one.step:
            self._discovered(one, who)

    def BidderLeft(self, lot: int, bidder: str, silent: bool) -> None:
        one = self.look(lot, bidder)
        who = one.bidders[bidder]
        assert not who.has_left
        who.has_left, who.is_silent = True, silent
        self._discovered(one, who)

    def _discovered(self, one: Lot, who: Bidder) -> None:
        """Somebody's signal is known."""
        if one.phase == ClockPhase.LEARNING:
            one.awaited -= 1
        elif one.phase == ClockPhase.ASKING:
            one.clock.least += who.clock

    def OthersLearned(self, lot: int, offset: int) -> None:
        one = self.look(lot)
        assert offset == one.offset
        since = min(self.world.now, one.clock.deadline)
        one.phase, one.clock.deadline = ClockPhase.PREPARING, since + TabledAuction.WINDOW
        assert one.awaited == 0 or self.called("prepare", lot=lot)

    # Preparing

    def TablesPrepared(self, lot: int, place: int) -> None:
        one = self.look(lot)
        assert place > one.prepared
        bidders, best = one.count(one.kind), list(one.best)
        if not one.prepared:
            best = [0] * MOST_LEVELS
        number = (bidders * one.step - one.residue) // one.step + 1
        for who in range(one.prepared, place):
            table = one.at(who)[1].table
            for level in range(number if table else 0):
                total = one.residue + level * one.step
                value = one.value(table, one.offset + total * one.stride)
                if value > best[level]:
                    best[level] = value
                    shift = PLACE_BITS * level
                    one.clock.levels = one.clock.levels & ~(PLACE_MASK << shift) | who << shift
        one.prepared = place
        if place < bidders:
            one.best = best

    def ClockStarted(self, lot: int, levels: int) -> None:
        one = self.look(lot)
        bidders = one.count(one.kind)
        assert one.prepared == bidders
        assert levels == one.clock.levels
        one.clock.active = (1 << bidders) - 1

    def BidderAsked(
        self, lot: int, bidder: str, costly: bool, active: int, least: int, deadline: int
    ) -> None:
        one = self.look(lot, bidder)
        clock = one.clock
        places = [place for place in range(MOST_LEVELS) if clock.active >> place & 1]
        optimal = {one.optimal(level) for level in range(*one.interval(len(places)))}
        idle = [place for place in places if place not in optimal]
        is_first = one.phase == ClockPhase.PREPARING
        assert costly == (is_first or not idle)
        if costly:
            place = places[one.word % len(places)]
            one.word //= len(places)
        else:
            place = idle[0]
        assert bidder == one.at(place)[0]
        assert active == clock.active ^ 1 << place
        assert least == clock.least
        clock.active, clock.asked, clock.deadline = active, place, deadline
        one.phase = ClockPhase.ASKING

    def LastBidder(self, lot: int, bidder: str, least: int) -> None:
        one = self.look(lot, bidder)
        clock = one.clock
        assert clock.active.bit_count() == 1
        clock.asked = clock.active.bit_length() - 1
        assert bidder == one.at(clock.asked)[0]
        assert least == clock.least
        clock.deadline = self.world.now + TabledAuction.WINDOW
        one.phase = ClockPhase.STATING

    # The offer

    def OfferStated(
        self,
        lot: int,
        bidder: str,
        price: int,
        signal: int,
        choice: int,
        choices: int,
        deadline: int,
    ) -> None:
        one = self.look(lot, bidder)
        assert bidder == one.at(one.clock.asked)[0]
        first, end = one.interval(1)
        own = [level for level in range(first, end) if one.optimal(level) == one.clock.asked]
        assert choices == (len(own) if one.terms[PRICING] == Pricing.REVENUE else 1)
        assert choice == one.word % choices
        table = one.bidders[bidder].table
        total = one.residue + own[choice] * one.step
        assert price == (one.value(table, one.offset + total * one.stride) if table else 0)
        reached = (
            mine
            for mine in range(total - one.clock.least + 1)
            if one.value(table, one.offset + (one.clock.least + mine) * one.stride) >= price
        )
        assert signal == (next(reached) if table else 0)
        one.price, one.signal, one.clock.deadline = price, signal, deadline
        one.phase = ClockPhase.OFFERED

    def LotSettled(self, lot: int, winner: str, price: int, paid: int) -> None:
        one = self.look(lot)
        assert winner == one.at(one.clock.asked)[0]
        one.phase = ClockPhase.SETTLED
        self.sell(lot, winner, price, paid)

    def LotUnsold(self, lot: int) -> None:
        self.look(lot).phase = ClockPhase.UNSOLD

    def forfeits(self, lot: int, bidder: str) -> bool:
        """Whether somebody let a deadline pass."""
        one, who = self.lots[lot], self.lots[lot].bidders[bidder]
        if self.phase(lot) == ClockPhase.VOID:
            return False
        is_idle = who.kind != one.kind and not who.has_left and who.clock < one.step
        return not who.table or who.is_silent or is_idle
