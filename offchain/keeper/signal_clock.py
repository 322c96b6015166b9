"""The trade of signal clock auctions: words drawn, tables supplied, the silent passed over, offers stated, deposits paid back."""

from collections.abc import Callable
from functools import partial
from typing import Final, Unpack

from offchain.bindings.constants import ValueTables
from offchain.bindings.enumerations import ClockPhase
from offchain.bindings.value_tables import batches
from offchain.chain.backend import Chain
from offchain.keeper.agenda import GIVEN_UP, Duty, Need
from offchain.keeper.books import NEVER
from offchain.keeper.clocks import WINDOW, ClockLot, Clocks
from offchain.keeper.drawing import Drawing
from offchain.keeper.finishing import PUSH_ALLOWANCE
from offchain.keeper.frame import Bench, Frame, Options, Simple
from offchain.keeper.purse import GAS_OF_RETURN
from offchain.keeper.tasks import Task
from offchain.keeper.view import Stand

GAS_OF_CLOCK: Final = 600_000
GAS_OF_BIDDER: Final = 100_000
GAS_OF_VALUE: Final = 700
"""What a lot, each bidder, and each value of a table may take: more than serving an honest one does
(`tests/keeper/test_drawn_purse.py` measures it).
"""
_STEPS_AT_ONCE: Final = 8
"""How often in a turn a lot is moved on; where nobody else acts, the tables and the offer follow each other."""


class ClockTrade(Simple):
    """`Trade` with the lots of one signal clock auction."""

    def __init__(self, bench: Bench[Clocks]) -> None:
        self._bench = bench
        self._drawing = Drawing(bench)
        self.interrupted = False

    @property
    def plan(self) -> "ClockTrade":
        """See `Trade`."""
        return self

    # What is due

    def duty(self, lot: ClockLot, now: int, refunds: bool) -> Duty | None:
        """See `Plan`. O(bidders)."""
        phase = lot.phase_at(now)
        if lot.returned or phase >= ClockPhase.SETTLED:
            if refunds and _is_owed(lot):
                return Duty(Need.REFUND, NEVER, lot.number)
            is_here = phase != ClockPhase.SETTLED and not lot.returned
            return Duty(Need.RETURN, NEVER, lot.number) if is_here else None
        if phase == ClockPhase.DRAW:
            return Duty(Need.DRAW, lot.end_of_registering + WINDOW, lot.number)
        if phase == ClockPhase.PREPARING:
            since = WINDOW if lot.phase == ClockPhase.LEARNING else 0
            return Duty(Need.ADVANCE, lot.deadline + since, lot.number)
        if phase == ClockPhase.STATING or (_waits(phase) and now >= lot.deadline):
            return Duty(Need.ADVANCE, NEVER, lot.number)
        return None

    def is_over(self, lot: ClockLot, now: int) -> bool:
        """See `Plan`."""
        return lot.returned or lot.phase_at(now) >= ClockPhase.SETTLED

    def is_given_up(self, lot: ClockLot, now: int) -> bool:
        """See `Plan`."""
        if lot.returned or lot.phase == ClockPhase.SETTLED or _is_owed(lot):
            return False
        return now > max(lot.end_of_registering, lot.latest) + 2 * WINDOW + GIVEN_UP

    def stand(self, lot: ClockLot, now: int) -> Stand:
        """See `Trade`."""
        end = lot.next_deadline(now)
        return Stand(lot.phase_at(now), until=None if end == NEVER else end, bids=len(lot.bidders))

    def allowance(self, number: int) -> int:
        """The most gas that a lot may take, by what it holds."""
        lot = self._bench.ledger.lots[number]
        values = sum(len(one.table) for one in lot.bidders.values()) // ValueTables.WIDTH
        return GAS_OF_CLOCK + GAS_OF_BIDDER * len(lot.bidders) + GAS_OF_VALUE * values

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
        if phase < ClockPhase.SETTLED:
            return
        if refunds and _is_owed(lot):
            self._do("refund", lot, self._pay)
        is_here = phase != ClockPhase.SETTLED and not lot.returned
        if is_here and not self._gives_way():
            self._do("reclaim", lot, self._reclaim)

    def _phase_of(self, number: int) -> ClockPhase:
        phase: ClockPhase
        (phase,) = self._bench.reader.view(self._bench.ledger.auctioneer, "phase", number)
        return phase

    def _do(self, step: str, lot: ClockLot, work: Callable[[ClockLot, Task], None]) -> None:
        task = Task(step, lot.number, self._bench.ledger.auctioneer)
        self._bench.guarded(task, partial(work, lot))

    def _gives_way(self) -> bool:
        self.interrupted = self.interrupted or self._bench.gives_way()
        return self.interrupted

    def _advance(self, lot: ClockLot, phase: ClockPhase, now: int) -> bool:
        """Takes the step that a lot waits for, if it is anybody's; whether it did."""
        if phase == ClockPhase.DRAW:
            word = self._drawing.word(lot.number, lot.requested)
            return word is not None and self._step("begin", lot, "begin")
        if phase == ClockPhase.PREPARING:
            return self._prepare(lot)
        if _waits(phase) and now >= lot.deadline:
            return self._step("expire", lot, "expire")
        if phase == ClockPhase.STATING:
            assert lot.last is not None  # named by the log that made it the phase
            return self._step("offer", lot, "stateOffer", lot.bidders[lot.last].table)
        return False

    def _prepare(self, lot: ClockLot) -> bool:
        """Supplies the tables that were not looked at yet."""
        place = lot.prepared
        tables = [lot.bidders[account].table for account in lot.drawn[place:]]
        done = False
        for first, some in batches(tables):
            done = self._step("prepare", lot, "prepare", place + first, some, members=len(some))
            if not done or self._gives_way():
                return done
        return done

    def _step(
        self, step: str, lot: ClockLot, function: str, *arguments: object, members: int = 0
    ) -> bool:
        task = Task(step, lot.number, self._bench.ledger.auctioneer)
        receipt = self._bench.sender.one(task, members, function, lot.number, *arguments)
        return receipt is not None

    def _pay(self, lot: ClockLot, task: Task) -> None:
        self._bench.sender.batch(
            task,
            [account for account in lot.bidders if lot.is_owed(account)],
            lambda part: ("claimBatch", task.lot, part),
            still=lot.is_owed,
            gives_way=self._gives_way,
            allowance=PUSH_ALLOWANCE,
        )

    def _reclaim(self, lot: ClockLot, task: Task) -> None:
        self._bench.sender.one(task, 0, "reclaim", task.lot, most=GAS_OF_RETURN)


class ClockKeeper(Frame[Clocks]):
    """Keeps all lots of one signal clock auction moving."""

    _trade: ClockTrade

    def __init__(
        self,
        chain: Chain,
        ledger: Clocks,
        account: str,
        lot_gas: int | None = None,
        **options: Unpack[Options],
    ) -> None:
        """As `Frame`. `lot_gas`: the most gas that a lot may take, None: by what it holds."""

        def allowance_of(lot: int) -> int:
            return self._trade.allowance(lot) if lot_gas is None else lot_gas

        super().__init__(chain, ledger, account, ClockTrade, allowance_of, **options)


def _waits(phase: ClockPhase) -> bool:
    """Whether one bidder is waited for, who can be passed over in the end."""
    return phase in (ClockPhase.ASKING, ClockPhase.OFFERED)


def _is_owed(lot: ClockLot) -> bool:
    return any(map(lot.is_owed, lot.bidders))
