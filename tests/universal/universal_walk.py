"""People at a universal auction who know the rules by halves, and what the auction's logs say of it; see `lot_walk`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar

from offchain.bindings.constants import TabledAuction
from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import UniversalPhase
from offchain.bindings.seals import Opening, commitment
from offchain.bindings.value_tables import packed
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.signals import UNSOLD, Sale
from tests.differential.lot_walk import DAY, MINUTE, Action, LotBooks, LotRecord, LotWalk
from tests.differential.signal_draws import table
from tests.universal.universal_lots import Case, are_marks, marks

WINDOW = 3 * DAY
OVER = (UniversalPhase.SETTLED, UniversalPhase.UNSOLD, UniversalPhase.VOID)
SIGNALS, TYPES, COLOURS, JOINING, REGISTERING, REVEALING, ANSWER, DEPOSIT, MARKS = range(9)
SALT = bytes(32)


@dataclass
class Record(LotRecord):
    """One lot as its events tell it."""

    signals: dict[str, int] = field(default_factory=dict)
    requested: bool = False
    word: int | None = None
    read: int = 0
    phase: UniversalPhase = UniversalPhase.JOINING
    deadline: int = 0
    offer: tuple[str, int] | None = None
    declined: bool = False

    def phase_at(self, now: int) -> UniversalPhase:
        """Where it stands: what happened last, and what time has made of that."""
        if self.phase == UniversalPhase.JOINING:
            return self._before_draw(now)
        if now < self.deadline or self.phase in OVER:
            return self.phase
        offered = self.phase == UniversalPhase.OFFERED
        return UniversalPhase.UNSOLD if offered else UniversalPhase.VOID

    def _before_draw(self, now: int) -> UniversalPhase:
        if now < self.terms[JOINING]:
            return UniversalPhase.JOINING
        if not self.kinds or now >= self.terms[REVEALING] + WINDOW:
            return UniversalPhase.VOID
        if now < self.terms[REGISTERING]:
            return UniversalPhase.REGISTERING
        return UniversalPhase.REVEALING if now < self.terms[REVEALING] else UniversalPhase.DRAW

    @property
    def rungs(self) -> int:
        """How many signals there are from 1 up."""
        return int(self.terms[SIGNALS]) - 1

    @property
    def deposit(self) -> int:
        return int(self.terms[DEPOSIT])

    def box(self) -> tuple[int, ...]:
        """How many bidders can be counted on each side, and none."""
        kinds = [*self.kinds.values()]
        return tuple(
            kinds.count(kind) + 1 for kind in range(self.terms[TYPES]) for _ in range(self.rungs)
        )

    def at_fault(self) -> set[str]:
        """Who let a deadline pass, once the lot is over: no signal revealed, or an offer not answered."""
        silent = self.kinds.keys() - self.signals.keys()
        lapsed = self.phase == UniversalPhase.OFFERED and self.offer
        return silent | ({self.offer[0]} if lapsed and self.offer else set())

    def case(self) -> Case:
        """The lot as the reference has it."""
        assert self.word is not None
        flat, rungs = self.terms[MARKS], self.rungs
        return Case(
            rungs + 1,
            tuple(self.kinds.values()),
            self.terms[COLOURS],
            tuple(
                tuple(flat[kind * rungs : (kind + 1) * rungs]) for kind in range(self.terms[TYPES])
            ),
            tuple(
                values_of(self.tables[who]) if who in self.tables else None for who in self.kinds
            ),
            tuple(self.signals.get(who) for who in self.kinds),
            self.word,
        )


def values_of(table_: bytes) -> tuple[int, ...]:
    """A table's values."""
    return tuple(int.from_bytes(table_[n : n + 8], "big") for n in range(0, len(table_), 8))


class Books(LotBooks):
    """All lots, and what the house owes, by its logs alone."""

    record_of = Record
    settled, unsold = UniversalPhase.SETTLED, UniversalPhase.UNSOLD

    def _Joined(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["number"] == len(lot.kinds)
        super()._Joined(lot, said)

    def _SignalRevealed(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["bidder"] not in lot.signals
        lot.signals[said["bidder"]] = said["signal"]

    def _DrawRequested(self, lot: Record, _: dict[str, Any]) -> None:  # noqa: N802
        lot.requested = True

    def _ColourDrawn(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["deadline"] == self.now + WINDOW
        lot.word, lot.phase, lot.deadline = said["word"], UniversalPhase.DECIDING, said["deadline"]

    def _TablesRead(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["bidders"] > lot.read
        lot.read = said["bidders"]

    def _OfferMade(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["deadline"] == self.now + lot.terms[ANSWER]
        lot.offer, lot.deadline = (said["bidder"], said["price"]), said["deadline"]
        lot.phase = UniversalPhase.OFFERED

    def _LotUnsold(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        lot.declined = lot.phase == UniversalPhase.OFFERED
        super()._LotUnsold(lot, said)


class Walk(LotWalk):
    """Through universal auctions."""

    name = "UniversalAuction"
    over = OVER
    within: ClassVar[tuple[tuple[Any, ...], ...]] = (
        ("decline",),
        ("requestDraw",),
        ("decide", 0, []),
    )

    def new_books(self) -> Books:
        return Books()

    def hold_equal(self, at: Record) -> None:
        expected = at.case().expected()
        if expected is None:
            assert (at.offer, at.end) == (None, UNSOLD)
            return
        offer = [*at.kinds][expected[0]], expected[1]
        assert at.offer == offer
        assert at.end in (Sale(*offer), UNSOLD, None)

    # What people try. `lot` is what it is tried on, `at` its record, `phase` where it stands.

    def list_item(self, *_: object) -> None:
        draw, start = self.random, self.now()
        seller, token = draw.choice(self.people), draw.choice([*self.tokens[:1] * 3, *self.tokens])
        self.minted += 1
        self._as(self.keeper, token, self.item.encode("mint", seller, self.minted))
        joining = start + draw.choice((*[1, 300, 900, 900] * 4, 0, 31 * DAY))
        registering = joining + draw.choice((*[600, 1_200] * 9, 599))
        revealing = registering + draw.choice((*[600, 1_200] * 9, 599))
        answer = draw.choice((*[600, 900] * 9, 599))
        deposit = draw.choice((1, 2, 3, 4, 5, 6) * 4 + (0,))
        signals, types = draw.choice((2, 2, 3, 3, 4)), draw.choice((1, 1, 2, 2, 3))
        order, rows = marks(draw, types, signals)
        if draw.random() < 0.1:
            rows = ((draw.randrange(order + 1),) * (signals - 1), *rows[1:])
        flat = bytes(mark for row in rows for mark in row).ljust(12, b"\0")
        times = (joining, registering, revealing, answer)
        good = start < joining <= start + 30 * DAY and registering - joining >= 600
        good &= revealing - registering >= 600 and answer >= 600 and deposit > 0
        good &= order == 0 or are_marks(order, rows)
        moving = token == self.tokens[0]
        terms = (signals, types, order, *times, deposit, flat)
        must = (moving or None) if good else False
        self.try_(seller, "list", token, self.minted, terms, must=must)

    def join(self, lot: int, at: Record, phase: UniversalPhase) -> None:
        draw = self.random
        new = [one for one in self.people if one not in at.kinds]
        who = draw.choice([*new * 4, *self.people])
        kind = draw.randrange(at.terms[TYPES]) if draw.random() < 0.95 else at.terms[TYPES]
        value = at.deposit if draw.random() < 0.95 else draw.randint(0, 6)
        fits = kind < at.terms[TYPES] and value == at.deposit and who not in at.kinds
        if fits:
            box = list(at.box())
            for side in range(kind * at.rungs, (kind + 1) * at.rungs):
                box[side] += 1
            fits = prod(box) <= TabledAuction.MOST_VALUES
        must = fits and phase == UniversalPhase.JOINING
        self.try_(who, "join", lot, kind, value_wei=value * WEI_PER_UNIT, must=must)

    def register(self, lot: int, at: Record, phase: UniversalPhase) -> None:
        draw = self.random
        due = [one for one in at.kinds if one not in at.tables]
        who = draw.choice([*due * 4, *at.kinds, draw.choice(self.people)])
        most = draw.choice((0, 2, 9, 9, 9, 2**64 - 1))
        values = packed(table(draw, at.box(), most).entries)
        right = who in at.kinds and who not in at.tables and phase == UniversalPhase.REGISTERING
        if draw.random() < 0.1:
            longer, shorter = values + bytes(8), values[: 8 * draw.randrange(len(values) // 8)]
            values, right = draw.choice((longer, shorter)), False
        elif draw.random() < 0.1 and len(values) > 8 and values[:8] != values[-8:]:
            values, right = values[-8:] + values[8:-8] + values[:8], False
        signal = self.signal_of(lot, who, at)
        seal = commitment(self.chain.chain_id, Opening(self.house, lot, who, signal, SALT))
        self.try_(who, "register", lot, values, seal, must=right)

    def signal_of(self, lot: int, who: str, at: Record) -> int:
        """What somebody seals: at times a signal that there is not."""
        choice = hash_of(lot, who)
        return choice % (at.rungs + 1) if choice % 17 else at.rungs + 1

    def reveal(self, lot: int, at: Record, phase: UniversalPhase) -> None:
        draw = self.random
        due = [one for one in at.tables if one not in at.signals]
        who = draw.choice([*due * 6, *self.people])
        sealed = self.signal_of(lot, who, at)
        signal = sealed if draw.random() < 0.9 else draw.randrange(at.rungs + 2)
        salt = SALT if draw.random() < 0.9 else SALT[1:] + b"\1"
        right = who in due and phase == UniversalPhase.REVEALING and salt == SALT
        right &= signal == sealed <= at.rungs
        by = draw.choice((who, self.stranger))
        self.try_(by, "reveal", lot, who, signal, salt, must=right)

    def draw(self, lot: int, at: Record, phase: UniversalPhase) -> None:
        right = phase == UniversalPhase.DRAW and not at.requested
        self.try_(self.stranger, "requestDraw", lot, must=right)
        if self.random.random() < 0.8:
            word = self.random.getrandbits(256)
            data = contract("SetRandomness").encode("set", self.house, lot, word)
            self._as(self.keeper, self.words, data)

    def decide(self, lot: int, at: Record, phase: UniversalPhase) -> None:
        draw, bidders = self.random, [*at.kinds]
        first = 0 if draw.random() < 0.7 else draw.randrange(3)
        tables = [at.table_of(who) for who in bidders[first : first + draw.randint(0, 4)]]
        if draw.random() < 0.1:
            draw.shuffle(tables)
        elif draw.random() < 0.1:
            tables = [one or bytes(8 * prod(at.box())) for one in tables]
        right = tables == [at.table_of(who) for who in bidders[first : first + len(tables)]]
        in_phase = phase in (UniversalPhase.DRAW, UniversalPhase.DECIDING)
        must = None if in_phase else False
        if phase == UniversalPhase.DECIDING and right and first == 0:
            must = True
        self.try_(self.stranger, "decide", lot, first, tables, must=must)

    def buy(self, lot: int, at: Record, phase: UniversalPhase) -> None:
        draw, (whose, price) = self.random, at.offer or (self.stranger, 1)
        who = whose if draw.random() < 0.8 else draw.choice(self.people)
        sent = price if draw.random() < 0.9 else price + draw.choice((1, 10**9))
        right = phase == UniversalPhase.OFFERED and who == whose and sent == price
        must = (at.token == self.tokens[0] or None) if right else False
        self.try_(who, "buy", lot, value_wei=sent * WEI_PER_UNIT, must=must)

    def decline(self, lot: int, at: Record, phase: UniversalPhase) -> None:
        whose = at.offer[0] if at.offer else self.stranger
        who = whose if self.random.random() < 0.7 else self.random.choice(self.people)
        must = phase == UniversalPhase.OFFERED and who == whose
        self.try_(who, "decline", lot, must=must)

    # How

    def fitting(self) -> Mapping[Any, Sequence[Action]]:
        pass_ = self.let_time_pass
        return {
            UniversalPhase.JOINING: [*[self.join] * 8, pass_],
            UniversalPhase.REGISTERING: [*[self.register] * 12, pass_],
            UniversalPhase.REVEALING: [*[self.reveal] * 12, pass_],
            UniversalPhase.DRAW: [*[self.draw] * 4, *[self.decide] * 4, pass_],
            UniversalPhase.DECIDING: [self.decide],
            UniversalPhase.OFFERED: [self.buy, self.buy, self.decline, pass_],
            UniversalPhase.SETTLED: [self.end],
            UniversalPhase.UNSOLD: [self.end],
            UniversalPhase.VOID: [self.end],
        }

    def ends(self, at: Record) -> Sequence[int]:
        return [*at.terms[JOINING:ANSWER], at.deadline, at.terms[REVEALING] + WINDOW]

    def push_on(self, lot: int) -> None:
        """What a stranger can do alone, until the lot is over: nobody else is needed, whatever happened before."""
        at = self.books.lots[lot]
        for _ in range(99):
            phase = self.phase(lot)
            if phase in OVER:
                return
            if phase == UniversalPhase.DECIDING:
                tables = [at.table_of(who) for who in at.kinds]
                self.try_(self.stranger, "decide", lot, 0, tables, must=True)
            elif phase == UniversalPhase.OFFERED:
                self.chain.advance_to(at.deadline)
            else:
                if phase == UniversalPhase.DRAW:
                    self.draw(lot, at, phase)
                    self.try_(self.stranger, "decide", lot, 0, [])
                self.chain.advance_to(self.now() + 15 * MINUTE)
        raise AssertionError(f"lot {lot} does not end: {self.phase(lot).name}")


def hash_of(lot: int, who: str) -> int:
    """A number that looks drawn, the same every time."""
    return int(who, 16) // 3 + 7 * lot
