"""People at a signal clock auction who know the rules by halves, and what the auction's logs say of it.

Amounts are in units unless a name ends in ``wei``. People are accounts, or puppets: contracts that do as
they are told.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar

from offchain.bindings.constants import TabledAuction
from offchain.bindings.contracts import contract
from offchain.bindings.enumerations import ClockPhase
from offchain.bindings.value_tables import packed
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances import SignalClockInstance
from offchain.model.instances.signals import UNSOLD, Rule, Sale, SignalBidder, Table
from offchain.model.mechanisms.signal_discovery import clock_auction
from tests.differential.lot_walk import DAY, MINUTE, Action, LotBooks, LotRecord, LotWalk
from tests.differential.signal_draws import coins_of, table

WINDOW = 3 * DAY
OVER = (ClockPhase.SETTLED, ClockPhase.UNSOLD, ClockPhase.VOID)


@dataclass
class Record(LotRecord):
    """One lot as its events tell it."""

    word: int | None = None
    kind: int = 0
    phase: ClockPhase = ClockPhase.JOINING
    deadline: int = 0
    clocks: dict[str, int] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    asked: str | None = None
    last: str | None = None
    offer: tuple[int, int] | None = None

    def phase_at(self, now: int) -> ClockPhase:
        """Where it stands: what happened last, and what time has made of that."""
        joining, registering = self.terms[3:5]
        if self.phase == ClockPhase.JOINING:
            if now < joining:
                return ClockPhase.JOINING
            if not self.kinds or now >= registering + WINDOW:
                return ClockPhase.VOID
            return ClockPhase.REGISTERING if now < registering else ClockPhase.DRAW
        if self.phase == ClockPhase.LEARNING and now >= self.deadline:
            return ClockPhase.PREPARING if now < self.deadline + WINDOW else ClockPhase.VOID
        waits = self.phase in (ClockPhase.PREPARING, ClockPhase.STATING)
        return ClockPhase.VOID if waits and now >= self.deadline else self.phase

    @property
    def top(self) -> int:
        return int(self.terms[0]) - 1

    @property
    def deposit(self) -> int:
        return int(self.terms[6])

    def box(self) -> tuple[int, ...]:
        """How many totals each type can have."""
        count = Counter(self.kinds.values())
        return tuple(count[kind] * self.top + 1 for kind in range(self.terms[1]))

    def members(self) -> list[str]:
        """The bidders of the drawn type."""
        return [who for who, kind in self.kinds.items() if kind == self.kind]

    def learners(self) -> list[str]:
        """Who is outside the drawn type, and not done."""
        return [who for who, kind in self.kinds.items() if kind != self.kind and not self.done(who)]

    def done(self, who: str) -> bool:
        """Whether a clock stands for good."""
        return who in self.left or self.clocks.get(who, 0) == self.top

    def at_fault(self) -> set[str]:
        """Who let a deadline pass, once the lot is over: no table, no answer when asked, none while learned."""
        return (self.kinds.keys() - self.tables.keys()) | self.silent | set(self.learners())


class Books(LotBooks):
    """All lots, and what the house owes, by its logs alone."""

    record_of = Record
    settled, unsold = ClockPhase.SETTLED, ClockPhase.UNSOLD

    def _Joined(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["place"] == Counter(lot.kinds.values())[said["kind"]]
        super()._Joined(lot, said)

    def _TypeDrawn(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        lot.word, lot.kind, lot.deadline = said["word"], said["kind"], said["deadline"]
        lot.phase = ClockPhase.LEARNING

    def _OthersLearned(self, lot: Record, _: dict[str, Any]) -> None:  # noqa: N802
        lot.phase, lot.deadline = ClockPhase.PREPARING, min(self.now, lot.deadline) + WINDOW

    def _ClockRaised(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["signal"] > lot.clocks.get(said["bidder"], 0)
        lot.clocks[said["bidder"]] = said["signal"]

    def _BidderLeft(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["bidder"] not in lot.left
        lot.left.add(said["bidder"])
        if said["silent"]:
            lot.silent.add(said["bidder"])

    def _BidderAsked(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["deadline"] == self.now + lot.terms[5]
        lot.asked, lot.deadline, lot.phase = said["bidder"], said["deadline"], ClockPhase.ASKING

    def _LastBidder(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        lot.asked, lot.last = None, said["bidder"]
        lot.phase, lot.deadline = ClockPhase.STATING, self.now + WINDOW

    def _OfferStated(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["bidder"] == lot.last
        assert said["deadline"] == self.now + lot.terms[5]
        lot.offer, lot.deadline = (said["price"], said["signal"]), said["deadline"]
        lot.phase = ClockPhase.OFFERED


def hold_equal_whatever_they_did(lot: Record) -> None:
    """The reference auction with the same word, in which everybody's signal is where their clock stood, ends alike.

    The last bidder's is taken to be the highest, so that the reference sells: the offer must be that sale.
    """
    assert lot.word is not None
    kinds = sorted(set(lot.kinds.values()))
    box = lot.box()
    bidders = []
    for who, kind in lot.kinds.items():
        data = lot.table_of(who) or bytes(8 * prod(box))
        values = [int.from_bytes(data[n : n + 8], "big") for n in range(0, len(data), 8)]
        sides = tuple(box[kind] for kind in kinds)  # a type without bidders has one total, 0
        signal = lot.top if who == lot.last else lot.clocks.get(who, 0)
        bidders.append(SignalBidder(who, f"t{kind}", signal, Table(sides, tuple(values))))
    instance = SignalClockInstance(
        lot.terms[0], list(Rule)[lot.terms[2]], tuple(f"t{kind}" for kind in kinds), tuple(bidders)
    )
    expected = clock_auction(instance, coins_of(instance, lot.word))
    if lot.last is None:
        assert (expected.sale, lot.end) == (UNSOLD, UNSOLD)
        return
    assert lot.offer is not None
    assert expected.sale == Sale(lot.last, lot.offer[0])
    assert expected.clocks[[*lot.kinds].index(lot.last)] == lot.offer[1]
    assert lot.end in (expected.sale, UNSOLD)
    if lot.end == UNSOLD:
        assert lot.last in lot.left


class Walk(LotWalk):
    """Through the auction over ascending signal clocks."""

    name = "SignalClockAuction"
    over = OVER
    within: ClassVar[tuple[tuple[Any, ...], ...]] = (("expire",), ("exit",), ("prepare", 0, []))

    def new_books(self) -> Books:
        return Books()

    def hold_equal(self, at: Record) -> None:
        hold_equal_whatever_they_did(at)

    # What people try. `lot` is what it is tried on, `at` its record, `phase` where it stands.

    def list_item(self, *_: object) -> None:
        draw, start = self.random, self.now()
        seller, token = draw.choice(self.people), draw.choice([*self.tokens[:1] * 3, *self.tokens])
        self.minted += 1
        self._as(self.keeper, token, self.item.encode("mint", seller, self.minted))
        joining = start + draw.choice((*[1, 300, 900, 900] * 4, 0, 31 * DAY))
        registering = joining + draw.choice((*[600, 1_200] * 9, 599))
        answer = draw.choice((*[600, 900] * 9, 599))
        signals, types = draw.choice((2, 2, 3, 4, 7)), draw.choice((1, 1, 2, 3, 12))
        terms = (
            signals,
            types,
            draw.randrange(2),
            joining,
            registering,
            answer,
            draw.choice((1, 2, 3, 4, 5, 6) * 4 + (0,)),
        )
        good = start < joining <= start + 30 * DAY and registering - joining >= 600
        good &= answer >= 600 and terms[6] > 0
        moving = token == self.tokens[0]
        self.try_(
            seller, "list", token, self.minted, terms, must=(moving or None) if good else False
        )

    def join(self, lot: int, at: Record, phase: ClockPhase) -> None:
        draw = self.random
        new = [one for one in self.people if one not in at.kinds]
        who = draw.choice([*new * 4, *self.people])
        kind = draw.randrange(min(at.terms[1], 3)) if draw.random() < 0.95 else at.terms[1]
        value = at.deposit if draw.random() < 0.95 else draw.randint(0, 6)
        fits = kind < at.terms[1] and value == at.deposit and who not in at.kinds
        if fits:
            box = list(at.box())
            box[kind] += at.top
            fits = (
                prod(box) <= TabledAuction.MOST_VALUES
                and box[kind] <= TabledAuction.MOST_OF_A_TYPE * at.top + 1
            )
        must = fits and phase == ClockPhase.JOINING
        self.try_(who, "join", lot, kind, value_wei=value * WEI_PER_UNIT, must=must)

    def register(self, lot: int, at: Record, phase: ClockPhase) -> None:
        draw = self.random
        due = [one for one in at.kinds if one not in at.tables]
        who = draw.choice([*due * 4, *at.kinds, draw.choice(self.people)])
        most = draw.choice((0, 2, 9, 9, 9, 2**64 - 1))
        values = packed(table(draw, at.box(), most).entries)
        must: bool | None = (
            who in at.kinds and who not in at.tables and phase == ClockPhase.REGISTERING
        )
        if draw.random() < 0.1:
            longer, shorter = values + bytes(8), values[: 8 * draw.randrange(len(values) // 8)]
            values, must = draw.choice((longer, shorter)), False
        elif draw.random() < 0.1 and len(values) > 8 and values[:8] != values[-8:]:
            values, must = values[-8:] + values[8:-8] + values[:8], False
        self.try_(who, "register", lot, values, must=must)

    def draw(self, lot: int, at: Record, phase: ClockPhase) -> None:
        self.try_(self.stranger, "requestDraw", lot, must=None if phase == 3 else False)
        if self.random.random() < 0.8:
            word = self.random.getrandbits(256)
            data = contract("SetRandomness").encode("set", self.house, lot, word)
            self._as(self.keeper, self.words, data)
        must = None if phase == ClockPhase.DRAW else False
        self.try_(self.stranger, "begin", lot, must=must)

    def answer(self, lot: int, at: Record, phase: ClockPhase) -> None:
        draw = self.random
        who: str | None = draw.choice(self.people)
        if phase == ClockPhase.LEARNING and at.learners():
            who = draw.choice(at.learners())
        elif phase == ClockPhase.ASKING:
            who = at.asked
        elif phase == ClockPhase.OFFERED:
            who = at.last
        if draw.random() < 0.15 or who is None:
            who = draw.choice(self.people)
        now_ = phase == ClockPhase.LEARNING and who in at.learners()
        now_ |= phase == ClockPhase.ASKING and who == at.asked and self.now() < at.deadline
        now_ |= phase == ClockPhase.OFFERED and who == at.last and self.now() < at.deadline
        clock, most = at.clocks.get(who, 0), at.top
        if phase == ClockPhase.OFFERED:
            assert at.offer is not None
            most = max(at.offer[1] - 1, 0)
        signal = draw.randint(0, at.top + 1)
        rises = now_ and clock < signal <= most
        accept = self.abi.encode("accept", lot, signal)
        leaving = self.abi.encode("exit", lot)
        way = draw.randrange(3)
        if way == 0:
            self.try_(who, "accept", lot, signal, must=rises)
        elif way == 1:
            self.try_(who, "exit", lot, must=now_)
        else:
            self.try_(who, "multicall", [accept, leaving], must=rises and signal < at.top)

    def prepare(self, lot: int, at: Record, phase: ClockPhase) -> None:
        draw, members = self.random, at.members()
        first = 0 if draw.random() < 0.7 else draw.randrange(3)
        tables = [at.table_of(who) for who in members[first : first + draw.randint(1, 9)]]
        if draw.random() < 0.1:
            draw.shuffle(tables)
        elif draw.random() < 0.1:
            tables = [one or bytes(8 * prod(at.box())) for one in tables]
        right = phase == ClockPhase.PREPARING and tables == [
            at.table_of(who) for who in members[first : first + len(tables)]
        ]
        must = None if phase == ClockPhase.PREPARING else False
        must = True if right and first == 0 else must
        self.try_(self.stranger, "prepare", lot, first, tables, must=must)

    def state(self, lot: int, at: Record, phase: ClockPhase) -> None:
        who = at.last if at.last and self.random.random() < 0.9 else self.stranger
        other = at.table_of(at.last or "") != at.table_of(who)
        must = phase == ClockPhase.STATING and not other
        self.try_(self.stranger, "stateOffer", lot, at.table_of(who), must=must)

    def buy(self, lot: int, at: Record, phase: ClockPhase) -> None:
        who = at.last if at.last and self.random.random() < 0.8 else self.random.choice(self.people)
        price = at.offer[0] if at.offer else 1
        sent = price if self.random.random() < 0.9 else price + self.random.choice((1, 10**9))
        right = phase == ClockPhase.OFFERED and who == at.last and self.now() < at.deadline
        right &= sent == price
        moving = at.token == self.tokens[0]
        must = (moving or None) if right else False
        self.try_(who, "buy", lot, value_wei=sent * WEI_PER_UNIT, must=must)

    def expire(self, lot: int, at: Record, phase: ClockPhase) -> None:
        open_ = phase in (ClockPhase.ASKING, ClockPhase.OFFERED)
        self.try_(self.stranger, "expire", lot, must=open_ and self.now() >= at.deadline)

    # How

    def fitting(self) -> Mapping[Any, Sequence[Action]]:
        pass_ = self.let_time_pass
        return {
            ClockPhase.JOINING: [*[self.join] * 8, pass_],
            ClockPhase.REGISTERING: [*[self.register] * 12, pass_],
            ClockPhase.DRAW: [*[self.draw] * 8, pass_],
            ClockPhase.LEARNING: [*[self.answer] * 6, pass_],
            ClockPhase.PREPARING: [self.prepare],
            ClockPhase.ASKING: [*[self.answer] * 4, pass_, self.expire],
            ClockPhase.STATING: [self.state],
            ClockPhase.OFFERED: [self.buy, self.buy, self.answer, pass_, self.expire],
            ClockPhase.SETTLED: [self.end],
            ClockPhase.UNSOLD: [self.end],
            ClockPhase.VOID: [self.end],
        }

    def ends(self, at: Record) -> Sequence[int]:
        return [*at.terms[3:5], at.deadline, at.deadline + WINDOW, at.terms[4] + WINDOW]

    def urgent(self, at: Record, phase: ClockPhase) -> Sequence[Action]:
        late = phase in (ClockPhase.ASKING, ClockPhase.OFFERED) and self.now() >= at.deadline
        return [self.expire] * 9 if late else ()

    def push_on(self, lot: int) -> None:
        """What a stranger can do alone, until the lot is over: nobody else is needed, whatever happened before.

        Of those who are asked, or offered the item, each lets one deadline pass at most.
        """
        at, waits = self.books.lots[lot], 0
        for _ in range(4 * len(self.people) + 9):
            phase = self.phase(lot)
            if phase in OVER:
                assert waits <= len(at.members())
                return
            if phase == ClockPhase.PREPARING:
                tables = [at.table_of(who) for who in at.members()]
                self.try_(self.stranger, "prepare", lot, 0, tables, must=True)
            elif phase == ClockPhase.STATING:
                table_ = at.table_of(at.last or "")
                self.try_(self.stranger, "stateOffer", lot, table_, must=True)
            elif phase in (ClockPhase.ASKING, ClockPhase.OFFERED):
                waits += 1
                self.chain.advance_to(at.deadline)
                self.try_(self.stranger, "expire", lot, must=True)
            else:
                self.chain.advance_to(self.now() + 15 * MINUTE)
                if phase == ClockPhase.DRAW:
                    self.draw(lot, at, phase)
        raise AssertionError(f"lot {lot} does not end: {self.phase(lot).name}")
