"""Walks of people through an auction of lots one item each: what all such walks share.

Amounts are in units unless a name ends in ``wei``. People are accounts, or puppets: contracts that do as
they are told. Those that derive from it know an auction's calls, phases, and books by its logs.
"""

import random
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, ClassVar

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.chain.backend import Reverted, Transaction
from offchain.chain.revm import Revm
from offchain.io.units import WEI_PER_UNIT
from offchain.model.instances.signals import UNSOLD, Sale
from tests.puppets import ItemManner, Manner, act, behave, force, prepare
from tests.reverts import error_of

MINUTE, DAY = 60, 86_400
FUNDS_WEI = 10**30
Action = Callable[[int, Any, Any], None]
"""What somebody tries on a lot, given its record and its phase."""


@dataclass
class LotRecord(ABC):
    """One lot as its events tell it. `kinds` by bidder, in the order of joining."""

    seller: str
    terms: tuple[Any, ...]
    token: str
    token_id: int
    kinds: dict[str, int] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)
    end: Sale | None = None
    held: set[str] = field(default_factory=set)
    forfeited: set[str] = field(default_factory=set)
    returned: bool = False

    @property
    @abstractmethod
    def deposit(self) -> int:
        """What each bidder puts down."""

    def table_of(self, who: str) -> bytes:
        """As `prepare` takes it."""
        return self.tables.get(who, b"")


class LotBooks:
    """All lots, and what the house owes, by its logs alone."""

    record_of: ClassVar[type[LotRecord]]
    settled: ClassVar[Any]
    unsold: ClassVar[Any]
    """The phases of a lot that was paid for, and of one that nobody bought."""

    def __init__(self) -> None:
        self.now = 0
        self.lots: dict[int, Any] = {}
        self.proceeds_wei: defaultdict[str, int] = defaultdict(int)

    def owed_wei(self) -> int:
        """All of it."""
        deposits = sum(len(lot.held) * lot.deposit for lot in self.lots.values())
        return int(deposits * WEI_PER_UNIT + sum(self.proceeds_wei.values()))

    def record(self, name: str, said: dict[str, Any]) -> None:
        """Takes in one event."""
        if name == "LotListed":
            self.lots[said["lot"]] = self.record_of(
                said["seller"], said["terms"], said["token"], said["tokenId"]
            )
        elif name == "ProceedsWithdrawn":
            self.proceeds_wei[said["seller"]] -= said["amountWei"]
        elif step := getattr(self, f"_{name}", None):
            step(self.lots[said["lot"]], said)

    def _Joined(self, lot: Any, said: dict[str, Any]) -> None:  # noqa: N802
        lot.kinds[said["bidder"]] = said["kind"]
        lot.held.add(said["bidder"])

    def _TableRegistered(self, lot: Any, said: dict[str, Any]) -> None:  # noqa: N802
        lot.tables[said["bidder"]] = said["table"]

    def _LotSettled(self, lot: Any, said: dict[str, Any]) -> None:  # noqa: N802
        assert lot.end is None
        assert said["paid"] == said["price"]
        lot.end, lot.phase = Sale(said["winner"], said["price"]), self.settled
        self.proceeds_wei[lot.seller] += said["price"] * WEI_PER_UNIT

    def _LotUnsold(self, lot: Any, _: dict[str, Any]) -> None:  # noqa: N802
        assert lot.end is None
        lot.end, lot.phase = UNSOLD, self.unsold

    def _ItemReturned(self, lot: Any, _: dict[str, Any]) -> None:  # noqa: N802
        assert not lot.returned
        lot.returned = True

    def _Claimed(self, lot: Any, said: dict[str, Any]) -> None:  # noqa: N802
        lot.held.remove(said["bidder"])

    def _DepositForfeited(self, lot: Any, said: dict[str, Any]) -> None:  # noqa: N802
        lot.held.remove(said["bidder"])
        lot.forfeited.add(said["bidder"])
        self.proceeds_wei[lot.seller] += lot.deposit * WEI_PER_UNIT


class LotWalk(ABC):
    """Most calls make sense at some time, many not now. Some must succeed, and some must not."""

    name: ClassVar[str]
    """The contract's."""
    over: ClassVar[tuple[Any, ...]]
    """Phases in which a lot is over: sold, not sold, void, in this order."""

    within: ClassVar[tuple[tuple[Any, ...], ...]]
    """Calls of its own, without the lot, that puppets make from within others."""

    def __init__(self, seed: int, at_once: int = 3, chain: Revm | None = None) -> None:
        """`at_once`: how many lots may be under way at a time."""
        self.random, self.at_once = random.Random(seed), at_once
        self.chain = chain = chain or Revm()
        self.keeper, self.stranger, *people = map(chain.actor, range(8))
        self.story = [f"seed {seed}"]
        self.outcomes: Counter[str] = Counter()
        chain.fund_all(dict.fromkeys([self.keeper, self.stranger, *people], FUNDS_WEI))
        self.abi, self.item = map(contract, (self.name, "Item"))
        self.words = create(chain, self.keeper, "SetRandomness")
        self.house = create(chain, self.keeper, self.name, self.words)
        self.tokens = [
            create(chain, self.keeper, "Item"),
            create(chain, self.keeper, "HostileItem"),
        ]
        self.puppets = [create(chain, self.keeper, "Actor") for _ in range(2)]
        self.people = [*people, *self.puppets]
        for who, token in product(self.people, self.tokens):
            self._as(who, token, self.item.encode("setApprovalForAll", self.house, True))
        self.books: Any = self.new_books()
        self._next_block = chain.block() + 1
        self.minted = self.forced = 0

    @abstractmethod
    def new_books(self) -> Any:
        """All lots, and what the house owes, by its logs alone."""

    @abstractmethod
    def fitting(self) -> Mapping[Any, Sequence[Action]]:
        """What people try in each phase."""

    @abstractmethod
    def ends(self, at: Any) -> Sequence[int]:
        """When something ends that a lot may wait for."""

    @abstractmethod
    def list_item(self, *_: object) -> None:
        """Somebody lists something."""

    @abstractmethod
    def push_on(self, lot: int) -> None:
        """What a stranger can do alone, until the lot is over: nobody else is needed, whatever happened before."""

    @abstractmethod
    def hold_equal(self, at: Any) -> None:
        """A lot that is over and not void ended as the reference says, whatever they did."""

    # Transactions

    def now(self) -> int:
        """When the next one is."""
        return self.chain.now()

    def phase(self, lot: int) -> Any:
        """Of a lot, as the chain says it, and as the logs and the time do."""
        data = self.chain.call(self.house, self.abi.encode("phase", lot))
        (phase,) = self.abi.decode("phase", data)
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

    # How it ends, and who spoils it

    def end(self, lot: int, at: Any, phase: Any) -> None:
        draw = self.random
        way = draw.randrange(4)
        if way == 0:
            some = draw.sample(self.people, draw.randint(1, len(self.people)))
            self.try_(draw.choice(self.people), "claimBatch", lot, some, must=phase in self.over)
        elif way == 1:
            who = draw.choice([*sorted(at.held) * 3, *self.people])
            owed = who in at.held and (phase == self.over[2] or who not in at.at_fault())
            recipient = draw.choice([who, *self.people])
            must = (recipient not in self.puppets or None) if phase in self.over and owed else False
            claim = ("claim", lot) if recipient == who else ("claimTo", lot, recipient)
            self.try_(who, *claim, must=must)
        elif way == 2:
            right = phase in self.over[1:] and not at.returned
            moving = at.token == self.tokens[0]
            self.try_(self.stranger, "reclaim", lot, must=(moving or None) if right else False)
        else:
            self.try_(draw.choice(self.people), "withdrawProceeds", draw.choice(self.people))

    def misbehave(self, lot: int, at: Any, phase: Any) -> None:
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
            *((*call[:1], lot, *call[1:]) for call in self.within),
            ("withdrawProceeds", self.puppets[1]),
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

    def let_time_pass(self, lot: int, at: Any, phase: Any) -> None:
        """Mostly by a little; at times to the second of a deadline; seldom past a window."""
        draw, now_ = self.random, self.now()
        ends = self.ends(at)
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
        fitting = self.fitting()
        anything = [step for some in fitting.values() for step in dict.fromkeys(some)]
        anything += [self.misbehave, self.misbehave, self.force]
        for _ in range(steps):
            running = [lot for lot in self.books.lots if self.phase(lot) not in self.over]
            if len(running) < self.at_once and self.random.random() < 0.5:
                self.list_item()
            lots = running if running and self.random.random() < 0.75 else list(self.books.lots)
            if not lots:
                continue
            lot = self.random.choice(lots)
            phase = self.phase(lot)
            at = self.books.lots[lot]
            some = list(fitting[phase]) if self.random.random() < 0.85 else anything
            self.random.choice([*some, *self.urgent(at, phase)])(lot, at, phase)
        self.outcomes.update(f"left at {self.phase(lot).name}" for lot in self.books.lots)

    def urgent(self, at: Any, phase: Any) -> Sequence[Action]:
        """What else is tried, more often than not."""
        return ()

    def end_it_all(self) -> None:
        """Everything is pushed on, everybody behaves, and whoever is owed something gets it."""
        for one in (*self.puppets, self.tokens[1]):
            self._as(self.keeper, one, behave(ItemManner.HONEST))
        for lot, at in self.books.lots.items():
            self.push_on(lot)
            self.try_(self.stranger, "claimBatch", lot, self.people, must=True)
            void = self.phase(lot) == self.over[2]
            assert not at.held
            assert at.forfeited == (set() if void else at.at_fault())
            sold = at.end not in (None, UNSOLD)
            if not sold and not at.returned:
                self.try_(self.stranger, "reclaim", lot, must=True)
            owner = at.end.winner if sold and at.end else at.seller
            data = self.chain.call(at.token, self.item.encode("ownerOf", at.token_id))
            assert self.item.decode("ownerOf", data)[0] == owner
            if not void:
                self.hold_equal(at)
            self.outcomes[f"lot {self.phase(lot).name}" if at.kinds else "lot nobody joined"] += 1
            self.outcomes["a void lot with somebody at fault"] += void and bool(at.at_fault())
        for who in self.people:
            if self.books.proceeds_wei[who]:
                self.try_(who, "withdrawProceeds", who, must=True)
        assert self.chain.balance(self.house) == self.forced
