"""People at a signal clock auction who know the rules by halves, and what the auction's logs say of it.

Amounts are in units unless a name ends in ``wei``. People are accounts, or puppets: contracts that do as
they are told.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

from offchain.bindings.constants import SignalClockAuction
from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import ClockPhase
from offchain.bindings.value_tables import packed
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances import SignalClockInstance
from offchain.model.instances.signals import UNSOLD, Rule, Sale, SignalBidder, Table
from offchain.model.mechanisms.signal_discovery import clock_auction
from tests.differential.signal_draws import coins_of, table
from tests.puppets import ItemManner, Manner, act, behave, force, prepare
from tests.reverts import error_of

MINUTE, DAY = 60, 86_400
WINDOW = 3 * DAY
FUNDS_WEI = 10**30
OVER = (ClockPhase.SETTLED, ClockPhase.UNSOLD, ClockPhase.VOID)


@dataclass
class Record:
    """One lot as its events tell it. `kinds` by bidder, in the order of joining."""

    seller: str
    terms: tuple[int, ...]
    token: str
    token_id: int
    kinds: dict[str, int] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)
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
    end: Sale | None = None
    held: set[str] = field(default_factory=set)
    forfeited: set[str] = field(default_factory=set)
    returned: bool = False

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
        return self.terms[0] - 1

    @property
    def deposit(self) -> int:
        return self.terms[6]

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

    def table_of(self, who: str) -> bytes:
        """As `prepare` takes it."""
        return self.tables.get(who, b"")

    def at_fault(self) -> set[str]:
        """Who let a deadline pass, once the lot is over: no table, no answer when asked, none while learned."""
        return (self.kinds.keys() - self.tables.keys()) | self.silent | set(self.learners())


class Books:
    """All lots, and what the house owes, by its logs alone."""

    def __init__(self) -> None:
        self.now = 0
        self.lots: dict[int, Record] = {}
        self.proceeds_wei: defaultdict[str, int] = defaultdict(int)

    def owed_wei(self) -> int:
        """All of it."""
        deposits = sum(len(lot.held) * lot.deposit for lot in self.lots.values())
        return deposits * WEI_PER_UNIT + sum(self.proceeds_wei.values())

    def record(self, name: str, said: dict[str, Any]) -> None:
        """Takes in one event."""
        if name == "LotListed":
            self.lots[said["lot"]] = Record(
                said["seller"], said["terms"], said["token"], said["tokenId"]
            )
        elif name == "ProceedsWithdrawn":
            self.proceeds_wei[said["seller"]] -= said["amountWei"]
        elif step := getattr(self, f"_{name}", None):
            step(self.lots[said["lot"]], said)

    def _Joined(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert said["place"] == Counter(lot.kinds.values())[said["kind"]]
        lot.kinds[said["bidder"]] = said["kind"]
        lot.held.add(said["bidder"])

    def _TableRegistered(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        lot.tables[said["bidder"]] = said["table"]

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

    def _LotSettled(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        assert lot.end is None
        assert said["paid"] == said["price"]
        lot.end, lot.phase = Sale(said["winner"], said["price"]), ClockPhase.SETTLED
        self.proceeds_wei[lot.seller] += said["price"] * WEI_PER_UNIT

    def _LotUnsold(self, lot: Record, _: dict[str, Any]) -> None:  # noqa: N802
        assert lot.end is None
        lot.end, lot.phase = UNSOLD, ClockPhase.UNSOLD

    def _ItemReturned(self, lot: Record, _: dict[str, Any]) -> None:  # noqa: N802
        assert not lot.returned
        lot.returned = True

    def _Claimed(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        lot.held.remove(said["bidder"])

    def _DepositForfeited(self, lot: Record, said: dict[str, Any]) -> None:  # noqa: N802
        lot.held.remove(said["bidder"])
        lot.forfeited.add(said["bidder"])
        self.proceeds_wei[lot.seller] += lot.deposit * WEI_PER_UNIT


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


class Walk:
    """Most calls make sense at some time, many not now. Some must succeed, and some must not."""

    def __init__(self, seed: int, at_once: int = 3, chain: Revm | None = None) -> None:
        """`at_once`: how many lots may be under way at a time."""
        self.random, self.at_once = random.Random(seed), at_once
        self.chain = chain = chain or Revm()
        self.keeper, self.stranger, *people = map(chain.actor, range(8))
        self.story = [f"seed {seed}"]
        self.outcomes: Counter[str] = Counter()
        chain.fund_all(dict.fromkeys([self.keeper, self.stranger, *people], FUNDS_WEI))
        self.abi, self.item = map(contract, ("SignalClockAuction", "Item"))
        self.words = create(chain, self.keeper, "SetRandomness")
        self.house = create(chain, self.keeper, "SignalClockAuction", self.words)
        self.tokens = [
            create(chain, self.keeper, "Item"),
            create(chain, self.keeper, "HostileItem"),
        ]
        self.puppets = [create(chain, self.keeper, "Actor") for _ in range(2)]
        self.people = [*people, *self.puppets]
        for who, token in product(self.people, self.tokens):
            self._as(who, token, self.item.encode("setApprovalForAll", self.house, True))
        self.books, self._next_block = Books(), chain.block() + 1
        self.minted = self.forced = 0

    # Transactions

    def now(self) -> int:
        """When the next one is."""
        return self.chain.now()

    def phase(self, lot: int) -> ClockPhase:
        """Of a lot, as the chain says it, and as the logs and the time do."""
        data = self.chain.call(self.house, self.abi.encode("phase", lot))
        phase = ClockPhase(self.abi.decode("phase", data)[0])
        assert phase == self.books.lots[lot].phase_at(self.now()), lot
        return phase

    def try_(
        self,
        who: str,
        function: str,
        *arguments: object,
        value_wei: int = 0,
        must: bool | None = None,
    ) -> bool:
        """Calls; whether it was done or refused by name, the house holds what it owes. `must`: which of them."""
        said = [one.hex() if isinstance(one, bytes) else str(one)[:200] for one in arguments]
        self.story.append(f"{self.now()} {who} {function} {said} {value_wei} must={must}")
        outcome = "done"
        try:
            self._as(who, self.house, self.abi.encode(function, *arguments), value_wei)
        except Reverted as failure:
            outcome = error_of(failure.data)
            if (outcome == "Error" and b"not moving" not in failure.data) or outcome[0].islower():
                raise  # no panic, no want of gas; only the token refuses without an error of its own
        self.check()
        done = outcome == "done"
        assert must in (None, done), outcome
        self.outcomes[outcome] += 1
        self.outcomes[f"{function} {'done' if done else 'refused'}"] += 1
        return done

    def check(self) -> None:
        """What is held is what is owed, to the wei, beside what was forced on it; who is at fault pays, and nobody else."""
        self.books.now = self.now()
        for log in self.chain.logs([self.house], self._next_block):
            event = self.abi.event(log)
            assert event is not None
            self.books.record(event.name, event.args)
        self._next_block = self.chain.block() + 1
        assert self.chain.balance(self.house) == self.books.owed_wei() + self.forced

    def _as(self, sender: str, to: str, data: bytes, value_wei: int = 0) -> None:
        """Sends as `sender`, which a puppet does when anyone tells it to."""
        if sender in self.puppets:
            sender, to, data = self.stranger, sender, act(to, data)
        self.chain.send(Transaction(sender, to, data, value_wei))

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
                prod(box) <= SignalClockAuction.MOST_VALUES
                and box[kind] <= SignalClockAuction.MOST_OF_A_TYPE * at.top + 1
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

    def end(self, lot: int, at: Record, phase: ClockPhase) -> None:
        draw = self.random
        way = draw.randrange(4)
        if way == 0:
            some = draw.sample(self.people, draw.randint(1, len(self.people)))
            self.try_(draw.choice(self.people), "claimBatch", lot, some, must=phase in OVER)
        elif way == 1:
            who = draw.choice([*sorted(at.held) * 3, *self.people])
            owed = who in at.held and (phase == ClockPhase.VOID or who not in at.at_fault())
            recipient = draw.choice([who, *self.people])
            must = (recipient not in self.puppets or None) if phase in OVER and owed else False
            claim = ("claim", lot) if recipient == who else ("claimTo", lot, recipient)
            self.try_(who, *claim, must=must)
        elif way == 2:
            right = phase in (ClockPhase.UNSOLD, ClockPhase.VOID) and not at.returned
            moving = at.token == self.tokens[0]
            self.try_(self.stranger, "reclaim", lot, must=(moving or None) if right else False)
        else:
            self.try_(draw.choice(self.people), "withdrawProceeds", draw.choice(self.people))

    def misbehave(self, lot: int, at: Record, phase: ClockPhase) -> None:
        """Puppets and the hostile token change their manners, and prepare calls to make from within."""
        draw, hostile = self.random, self.tokens[1]
        item = (ItemManner.HONEST, ItemManner.HONEST, ItemManner.REFUSE, ItemManner.REENTER)
        paid = (Manner.ACCEPT, Manner.REFUSE, Manner.REENTER)
        manners: list[tuple[str, Manner | ItemManner]] = [(hostile, draw.choice(item))]
        manners += [(one, draw.choice(paid)) for one in self.puppets]
        calls: list[tuple[Any, ...]] = [
            ("claim", lot),
            ("claimTo", lot, self.puppets[0]),
            ("claimBatch", lot, self.people),
            ("reclaim", lot),
            ("buy", lot),
            ("expire", lot),
            ("exit", lot),
            ("withdrawProceeds", self.puppets[1]),
            ("prepare", lot, 0, []),
        ]
        for one, manner in manners:
            self._as(self.keeper, one, behave(manner))
            call = self.abi.encode(*draw.choice(calls))
            self._as(self.keeper, one, prepare(self.house, call))

    def force(self, *_: object) -> None:
        """Ether that cannot be refused."""
        force(self.chain, self.stranger, self.house, 7)
        self.forced += 7
        self.check()

    def let_time_pass(self, lot: int, at: Record, phase: ClockPhase) -> None:
        """Mostly by a little; at times to the second of a deadline; seldom past a window."""
        draw, now_ = self.random, self.now()
        ends = [*at.terms[3:5], at.deadline, at.deadline + WINDOW, at.terms[4] + WINDOW]
        near = [end + d for end in ends for d in (-1, 0) if now_ < end + d <= now_ + 900]
        far = [end + d for end in ends for d in (-1, 0) if end + d > now_ + 900]
        if far and draw.random() < 0.04:
            self.chain.advance_to(draw.choice(far))
        elif near:
            self.chain.advance_to(draw.choice(near))
        else:
            self.chain.advance_to(now_ + draw.choice((MINUTE, MINUTE, 5 * MINUTE, 20 * MINUTE)))

    # How

    def run(self, steps: int) -> None:
        """Does one thing after another: mostly what the phase of a lot asks for, at times anything."""
        pass_ = self.let_time_pass
        fitting: dict[ClockPhase, list[Callable[[int, Record, ClockPhase], None]]] = {
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
        anything = [step for some in fitting.values() for step in dict.fromkeys(some)]
        anything += [self.misbehave, self.misbehave, self.force]
        for _ in range(steps):
            running = [lot for lot in self.books.lots if self.phase(lot) not in OVER]
            if len(running) < self.at_once and self.random.random() < 0.5:
                self.list_item()
            lots = running if running and self.random.random() < 0.75 else list(self.books.lots)
            if not lots:
                continue
            lot = self.random.choice(lots)
            phase = self.phase(lot)
            at = self.books.lots[lot]
            some = fitting[phase] if self.random.random() < 0.85 else anything
            if phase in (ClockPhase.ASKING, ClockPhase.OFFERED) and self.now() >= at.deadline:
                some = [*some, *[self.expire] * 9]
            self.random.choice(some)(lot, at, phase)
        self.outcomes.update(f"left at {self.phase(lot).name}" for lot in self.books.lots)

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

    def end_it_all(self) -> None:
        """Everything is pushed on, everybody behaves, and whoever is owed something gets it."""
        for one in (*self.puppets, self.tokens[1]):
            self._as(self.keeper, one, behave(ItemManner.HONEST))
        for lot, at in self.books.lots.items():
            self.push_on(lot)
            self.try_(self.stranger, "claimBatch", lot, self.people, must=True)
            void = self.phase(lot) == ClockPhase.VOID
            assert not at.held
            assert at.forfeited == (set() if void else at.at_fault())
            sold = at.end not in (None, UNSOLD)
            if not sold and not at.returned:
                self.try_(self.stranger, "reclaim", lot, must=True)
            owner = at.end.winner if sold and at.end else at.seller
            data = self.chain.call(at.token, self.item.encode("ownerOf", at.token_id))
            assert self.item.decode("ownerOf", data)[0] == owner
            if not void:
                hold_equal_whatever_they_did(at)
            self.outcomes[f"lot {self.phase(lot).name}" if at.kinds else "lot nobody joined"] += 1
            self.outcomes["a void lot with somebody at fault"] += void and bool(at.at_fault())
        for who in self.people:
            if self.books.proceeds_wei[who]:
                self.try_(who, "withdrawProceeds", who, must=True)
        assert self.chain.balance(self.house) == self.forced
