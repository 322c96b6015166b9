"""The trade of auctions at which bidders register tables of values, as far as it is the same: lots moved on step by step, tables
supplied out of the logs, deposits paid back, and what was not bought.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import partial
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

from offchain.bindings.value_tables import batches
from offchain.keeper.agenda import GIVEN_UP, Duty, Need
from offchain.keeper.books import NEVER
from offchain.keeper.drawing import Drawing
from offchain.keeper.finishing import PUSH_ALLOWANCE
from offchain.keeper.frame import Bench, Simple
from offchain.keeper.purse import GAS_OF_RETURN
from offchain.keeper.tabled import TabledLot
from offchain.keeper.tasks import Task
from offchain.keeper.view import Stand

_STEPS_AT_ONCE: Final = 8
"""How often in a turn a lot is moved on; where nobody else acts, one step follows the other."""

LotT = TypeVar("LotT", bound=TabledLot)


class TabledTrade(Simple, Generic[LotT]):
    """`Trade` with such lots. Those that derive from it say what is due before a lot is over, and do it.

    SETTLED: the phase of a lot that was sold, from which on it is over. GAS: what a lot, each bidder, and each value of a table
    may take: more than serving an honest one does (`tests/keeper/test_drawn_purse.py` measures it).
    """

    SETTLED: ClassVar[IntEnum]
    GAS: ClassVar[tuple[int, int, int]]

    def __init__(self, bench: Bench[Any]) -> None:
        self._bench = bench
        self._drawing = Drawing(bench)
        self.interrupted = False

    @property
    def plan(self) -> Self:
        """See `Trade`."""
        return self

    @abstractmethod
    def _due(self, lot: LotT, phase: IntEnum, now: int) -> Duty | None:
        """What is due on a lot that is not over."""

    @abstractmethod
    def _advance(self, lot: LotT, phase: IntEnum, now: int) -> bool:
        """Takes the step that a lot waits for, if it is anybody's; whether it did."""

    # What is due

    def duty(self, lot: LotT, now: int, refunds: bool) -> Duty | None:
        """See `Plan`. O(bidders)."""
        if not lot.is_over(now):
            return self._due(lot, lot.phase_at(now), now)
        if refunds and lot.owes:
            return Duty(Need.REFUND, NEVER, lot.number)
        is_here = self._is_here(lot, lot.phase_at(now))
        return Duty(Need.RETURN, NEVER, lot.number) if is_here else None

    def is_over(self, lot: LotT, now: int) -> bool:
        """See `Plan`."""
        return lot.is_over(now)

    def is_given_up(self, lot: LotT, now: int) -> bool:
        """See `Plan`."""
        is_here = self._is_here(lot, lot.phase_at(now))
        return is_here and not lot.owes and now > lot.void_by + GIVEN_UP

    def stand(self, lot: LotT, now: int) -> Stand:
        """See `Trade`."""
        end = lot.next_deadline(now)
        return Stand(lot.phase_at(now), until=None if end == NEVER else end, bids=len(lot.bidders))

    def allowance(self, number: int) -> int:
        """The most gas that a lot may take, by what it holds."""
        lot: LotT = self._bench.ledger.lots[number]
        of_lot, of_bidder, of_value = self.GAS
        return of_lot + of_bidder * len(lot.bidders) + of_value * lot.values

    # Around it

    def refresh(self) -> None:
        """See `Trade`: nothing is entrusted."""

    def look(self, now: int) -> None:
        """See `Trade`: nothing is waited for but the clock."""

    # What is done

    def serve(self, number: int, refunds: bool, now: int) -> None:
        """See `Trade`."""
        self.interrupted = False
        lot = self._bench.ledger.lots[number]
        for _ in range(_STEPS_AT_ONCE):
            phase = self._phase_of(number)
            if not self._advance(lot, phase, now):
                break
            if self._gives_way():
                return
        if phase < self.SETTLED:
            return
        if refunds and lot.owes:
            self._do("refund", lot, self._pay)
        if self._is_here(lot, phase) and not self._gives_way():
            self._do("reclaim", lot, self._reclaim)

    def _is_here(self, lot: LotT, phase: IntEnum) -> bool:
        """Whether the item of a lot that is over was not sold, and did not go back yet."""
        return phase != self.SETTLED and not lot.returned

    def _phase_of(self, number: int) -> Any:
        (phase,) = self._bench.reader.view(self._bench.ledger.auctioneer, "phase", number)
        return phase

    def _do(self, step: str, lot: LotT, work: Callable[[LotT, Task], None]) -> None:
        task = Task(step, lot.number, self._bench.ledger.auctioneer)
        self._bench.guarded(task, partial(work, lot))

    def _gives_way(self) -> bool:
        self.interrupted = self.interrupted or self._bench.gives_way()
        return self.interrupted

    def _begin(self, lot: LotT) -> bool:
        """Asks for the word of a lot, and has it taken once it is there; whether it was."""
        word = self._drawing.word(lot.number, lot.requested)
        return word is not None and self._step("begin", lot, "begin")

    def _supply(
        self, step: str, lot: LotT, function: str, accounts: Sequence[str], start: int
    ) -> bool:
        """Supplies the tables of `accounts`, the first of which is at the place `start`; whether any was."""
        tables = [lot.bidders[account].table for account in accounts]
        done = False
        for first, some in batches(tables):
            done = self._step(step, lot, function, start + first, some, members=len(some))
            if not done or self._gives_way():
                return done
        return done

    def _step(
        self, step: str, lot: LotT, function: str, *arguments: object, members: int = 0
    ) -> bool:
        task = Task(step, lot.number, self._bench.ledger.auctioneer)
        receipt = self._bench.sender.one(task, members, function, lot.number, *arguments)
        return receipt is not None

    def _pay(self, lot: LotT, task: Task) -> None:
        self._bench.sender.batch(
            task,
            [account for account in lot.bidders if lot.is_owed(account)],
            lambda part: ("claimBatch", task.lot, part),
            still=lot.is_owed,
            gives_way=self._gives_way,
            allowance=PUSH_ALLOWANCE,
        )

    def _reclaim(self, lot: LotT, task: Task) -> None:
        self._bench.sender.one(task, 0, "reclaim", task.lot, most=GAS_OF_RETURN)
