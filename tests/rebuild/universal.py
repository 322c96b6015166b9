"""Universal auctions, by their logs (contracts/universal)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

from offchain.bindings.constants import MOST_BASES, TabledAuction
from offchain.bindings.enumerations import UniversalPhase
from tests.rebuild.deposits import COUNT_BITS, Deposits, Joiner, TabledLot

NUMBER_BITS = 16
SIGNALS, TYPES, COLOURS, JOINING, REGISTERING, REVEALING, ANSWER, DEPOSIT, MARKS = range(9)
OVER = (UniversalPhase.SETTLED, UniversalPhase.UNSOLD, UniversalPhase.VOID)


@dataclass(kw_only=True)
class Bidder(Joiner):
    """Who joined: its number and type, its signal once revealed, its table and what it sealed."""

    number: int
    signal: int | None = None
    sealed: bytes = bytes(24)


@dataclass
class Lot(TabledLot):
    """One lot, as `lotOf` has it."""

    phase: UniversalPhase = UniversalPhase.JOINING
    drawn: int = 0
    read: int = 0
    winner: int = 0
    deadline: int = 0
    best: list[int] = field(default_factory=lambda: [0] * MOST_BASES)

    @property
    def rungs(self) -> int:
        """How many signals there are from 1 up."""
        return int(self.terms[SIGNALS]) - 1

    @property
    def is_marked(self) -> bool:
        """Whether sums of marks are the colours."""
        return bool(0 < self.terms[COLOURS] < len(self.bidders))

    def sides(self) -> list[int]:
        """How long each side of a table is."""
        kinds = range(self.terms[TYPES])
        return [self.count(kind) + 1 for kind in kinds for _ in range(self.rungs)]

    def counts(self) -> int:
        return sum(side - 1 << COUNT_BITS * place for place, side in enumerate(self.sides()))

    def stride(self, kind: int, signal: int) -> int:
        """How far apart in a table neighbours are on the side of a signal."""
        return prod(self.sides()[kind * self.rungs + signal :])

    def place(self) -> int:
        """Where the signals revealed are in the tables."""
        return sum(
            self.stride(one.kind, signal)
            for one in self.bidders.values()
            for signal in range(1, (one.signal or 0) + 1)
        )

    def mark(self, kind: int, signal: int) -> int:
        return int(self.terms[MARKS][kind * self.rungs + signal - 1]) if signal else 0

    def colour(self) -> int:
        """The sum of the marks revealed."""
        order = self.terms[COLOURS]
        marks = (self.mark(one.kind, one.signal or 0) for one in self.bidders.values())
        return sum(marks) % order if order else 0

    def lowered(self, kind: int, signal: int, lower: int) -> int:
        """The place where one bidder has a lower signal."""
        between = range(lower + 1, signal + 1)
        return self.place() - sum(self.stride(kind, rung) for rung in between)

    def differences(self) -> list[tuple[int, int, int]]:
        """Every type, signal and lower signal."""
        return [
            (kind, signal, lower)
            for kind in range(self.terms[TYPES])
            for signal in range(self.rungs + 1)
            for lower in range(signal)
        ]

    def is_there(self, kind: int, signal: int) -> bool:
        """Whether somebody of the type has the signal."""
        return any((one.kind, one.signal or 0) == (kind, signal) for one in self.bidders.values())

    def meant(self) -> tuple[int, int, int] | None:
        """The type, signal and lower signal whose marks lead from the profile's colour to the one drawn."""
        order = self.terms[COLOURS]
        for kind, signal, lower in self.differences():
            moved = self.colour() + self.mark(kind, lower) - self.mark(kind, signal)
            if moved % order == self.drawn and self.is_there(kind, signal):
                return kind, signal, lower
        return None

    def places(self) -> list[int]:
        """Where the tables are looked at."""
        if not self.is_marked:
            whose = [*self.bidders.values()][self.drawn]
            own = whose.signal or 0
            return [self.lowered(whose.kind, own, lower) for lower in range(own + 1)]
        if self.colour() == self.drawn:
            return [
                *(
                    self.lowered(*each) if self.is_there(*each[:2]) else 0
                    for each in self.differences()
                ),
                self.place(),
            ]
        found = self.meant()
        if found is None:
            return []
        kind, signal, lower = found
        return [self.lowered(kind, signal, each) for each in range(lower + 1)]

    def values(self, place: int) -> list[int]:
        """Everybody's at a place."""
        return [self.value(one.table, place) if one.table else 0 for one in self.bidders.values()]

    def optimal(self, place: int) -> int:
        """Who values it most there, the first of equals."""
        values = self.values(place)
        return values.index(max(values))


class Universal(Deposits):
    """The auction by colours."""

    name = "UniversalAuction"
    made_of = ("randomness",)
    over, lot_of, deposit = OVER, Lot, DEPOSIT
    lots: dict[int, Lot]

    # Views

    def phase(self, lot: int) -> UniversalPhase:
        one, now = self.lots[lot], self.world.now
        if one.phase == UniversalPhase.JOINING:
            if now < one.terms[JOINING]:
                return UniversalPhase.JOINING
            if not one.bidders or now >= one.terms[REVEALING] + TabledAuction.WINDOW:
                return UniversalPhase.VOID
            if now < one.terms[REGISTERING]:
                return UniversalPhase.REGISTERING
            is_early = now < one.terms[REVEALING]
            return UniversalPhase.REVEALING if is_early else UniversalPhase.DRAW
        if one.phase in OVER or now < one.deadline:
            return one.phase
        is_offered = one.phase == UniversalPhase.OFFERED
        return UniversalPhase.UNSOLD if is_offered else UniversalPhase.VOID

    def lotOf(self, lot: int) -> tuple[Any, ...]:
        one = self.lots[lot]
        return (
            *(one.terms, one.seller, one.counts(), len(one.bidders), one.colour(), one.token),
            *(one.phase, one.is_returned, one.is_requested, one.drawn, one.read, one.winner),
            *(one.place(), one.token_id, one.price, one.deadline, tuple(one.best)),
        )

    def tableSize(self, lot: int) -> int:
        return prod(self.lots[lot].sides())

    def bidderOf(self, lot: int, account: str) -> tuple[int, tuple[Any, ...]]:
        one = self.lots[lot].bidders[account]
        flags = one.signal or 0, one.signal is not None, one.is_paid
        return one.number, (account, one.kind, *flags, one.digest, one.sealed)

    # Before the draw

    def Joined(self, lot: int, bidder: str, kind: int, number: int) -> None:
        self.join(lot, bidder, Bidder(kind=kind, number=number))

    def TableRegistered(self, lot: int, bidder: str, table: bytes, commitment: bytes) -> None:
        self.register(lot, bidder, table).sealed = commitment

    def SignalRevealed(self, lot: int, bidder: str, signal: int) -> None:
        one = self.look(lot, bidder).bidders[bidder]
        assert one.signal is None
        one.signal = signal

    # The draw

    def ColourDrawn(self, lot: int, word: int, colour: int, colours: int, deadline: int) -> None:
        one = self.look(lot)
        assert self.is_word(lot, word)
        assert colours == (one.terms[COLOURS] if one.is_marked else len(one.bidders))
        assert colour == word % colours
        assert deadline == self.world.now + TabledAuction.WINDOW
        one.phase, one.drawn, one.deadline = UniversalPhase.DECIDING, colour, deadline

    def TablesRead(self, lot: int, bidders: int) -> None:
        one = self.look(lot)
        assert bidders > one.read
        assert one.places()
        best = list(one.best)
        for number, bidder in [*enumerate(one.bidders.values())][one.read : bidders]:
            for at, place in enumerate(one.places() if bidder.table else ()):
                value = one.value(bidder.table, place)
                if value > best[at] >> NUMBER_BITS:
                    best[at] = value << NUMBER_BITS | number
        one.read = bidders
        if bidders < len(one.bidders):
            one.best = best

    def OfferMade(self, lot: int, bidder: str, price: int, deadline: int) -> None:
        one = self.look(lot, bidder)
        who = one.bidders[bidder]
        assert (one.read, [who.number]) == (len(one.bidders), self._served(one))
        own = who.signal or 0
        threshold = next(
            at for at in range(own + 1) if one.optimal(one.lowered(who.kind, own, at)) == who.number
        )
        assert price == one.values(one.lowered(who.kind, own, threshold))[who.number]
        assert deadline == self.world.now + one.terms[ANSWER]
        one.winner, one.price, one.deadline = who.number, price, deadline
        one.phase = UniversalPhase.OFFERED

    def _served(self, one: Lot) -> list[int]:
        """The numbers of all who are served with the colour drawn, by looking at everybody."""
        served = []
        for who in one.bidders.values():
            own = who.signal or 0
            optimal = (
                at
                for at in range(own + 1)
                if one.optimal(one.lowered(who.kind, own, at)) == who.number
            )
            threshold = next(optimal, None)
            if threshold is None:
                continue
            colour = who.number
            if one.is_marked:
                moved = one.mark(who.kind, threshold) - one.mark(who.kind, own)
                colour = (one.colour() + moved) % one.terms[COLOURS]
            if colour == one.drawn:
                served.append(who.number)
        return served

    # The offer

    def LotSettled(self, lot: int, winner: str, price: int, paid: int) -> None:
        one = self.look(lot)
        assert one.bidders[winner].number == one.winner
        one.phase = UniversalPhase.SETTLED
        self.sell(lot, winner, price, paid)

    def LotUnsold(self, lot: int) -> None:
        one = self.look(lot)
        if one.phase != UniversalPhase.OFFERED:
            # all tables are read, or none where nobody can have the colour
            assert one.read == (len(one.bidders) if one.places() else 0)
            assert self._served(one) == []
        one.phase = UniversalPhase.UNSOLD

    # Claims

    def forfeits(self, lot: int, bidder: str) -> bool:
        one, who, phase = self.lots[lot], self.lots[lot].bidders[bidder], self.phase(lot)
        if phase == UniversalPhase.VOID:
            return False
        return who.signal is None or (
            one.phase == UniversalPhase.OFFERED and who.number == one.winner
        )
