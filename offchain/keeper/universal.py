"""The trade of universal auctions: signals revealed, words drawn, tables supplied, deposits paid back."""

import time
from collections.abc import Callable, Iterator
from enum import IntEnum
from functools import partial
from typing import Unpack

from offchain.bindings.enumerations import UniversalPhase
from offchain.bindings.seals import Opening
from offchain.bindings.value_tables import batches
from offchain.chain.backend import Chain
from offchain.keeper.agenda import Duty, Need
from offchain.keeper.frame import Bench, Frame, Options
from offchain.keeper.openings import Openings
from offchain.keeper.release import DEPTH, Release
from offchain.keeper.tabled import WINDOW
from offchain.keeper.tabled_trade import TabledTrade
from offchain.keeper.tasks import Task
from offchain.keeper.universals import UniversalLot, Universals


class UniversalTrade(TabledTrade[UniversalLot]):
    """`Trade` with the lots of one universal auction."""

    SETTLED = UniversalPhase.SETTLED
    GAS = (600_000, 180_000, 700)

    def __init__(self, bench: Bench[Universals], openings: Openings, release: Release) -> None:
        """`openings`: of signals, that were entrusted to the keeper; they leave it as `release` says."""
        super().__init__(bench)
        self._openings, self._release = openings, release
        self._now = 0

    def refresh(self) -> None:
        """See `Trade`."""
        self._openings.refresh()

    def look(self, now: int) -> None:
        """See `Trade`."""
        self._now = now
        self._release.look()

    def _due(self, lot: UniversalLot, phase: IntEnum, now: int) -> Duty | None:
        if phase == UniversalPhase.REVEALING:
            may = any(self._known(lot)) and self._may_leave(lot)
            return Duty(Need.REVEAL, lot.end_of_revealing, lot.number) if may else None
        if phase == UniversalPhase.DRAW:
            return Duty(Need.DRAW, lot.end_of_revealing + WINDOW, lot.number)
        if phase == UniversalPhase.DECIDING:
            return Duty(Need.ADVANCE, lot.deadline, lot.number)
        return None

    def _advance(self, lot: UniversalLot, phase: IntEnum, now: int) -> bool:
        if phase == UniversalPhase.REVEALING:
            self._reveal(lot)
            return False
        if phase == UniversalPhase.DRAW:
            is_there = self._drawing.word(lot.number, lot.requested) is not None
            return is_there and self._decide(lot)
        if phase == UniversalPhase.DECIDING:
            return self._supply("decide", lot, "decide", list(lot.bidders)[lot.read :], lot.read)
        return False

    def _decide(self, lot: UniversalLot) -> bool:
        """Has the word taken, with the tables if they fit a transaction; whether it was. Else alone first: where nobody can have
        the colour, no table is needed.
        """
        tables = [one.table for one in lot.bidders.values()]
        if len(list(batches(tables))) > 1:
            tables = []
        return self._step("decide", lot, "decide", 0, tables, members=len(tables))

    def _known(self, lot: UniversalLot) -> Iterator[Opening]:
        """What opens signals as they stand, without what the contract refuses."""
        chain_id, auction = self._bench.chain.chain_id, self._bench.ledger.auctioneer
        for bidder, seal in lot.seals.items():
            if bidder not in lot.revealed:
                found = self._openings.opening(chain_id, auction, lot.number, bidder, seal)
                if found is not None and found.bid < lot.signals:
                    yield found

    def _may_leave(self, lot: UniversalLot) -> bool:
        what = f"reveal of lot {lot.number}"
        return self._release.allows(what, lot, self._now, partial(self._bench.troubles.skip, 0))

    def _reveal(self, lot: UniversalLot) -> None:
        """Reveals the signals that are known, one by one: one that cannot be stops no other."""
        for one in list(self._known(lot)):
            task = Task("reveal", lot.number, self._bench.ledger.auctioneer, f"of {one.bidder}")
            if one.bidder not in lot.revealed:
                self._bench.guarded(task, partial(self._reveal_one, one))
            if self._gives_way():
                return

    def _reveal_one(self, one: Opening, task: Task) -> None:
        opening = (one.bidder, one.bid, one.salt)
        self._bench.sender.one(task, 1, "reveal", task.lot, *opening)


class UniversalKeeper(Frame[Universals]):
    """Keeps all lots of one universal auction moving."""

    _trade: UniversalTrade

    def __init__(
        self,
        chain: Chain,
        ledger: Universals,
        account: str,
        openings: Openings,
        depth: int = DEPTH,
        clock: Callable[[], float] = time.time,
        lot_gas: int | None = None,
        **options: Unpack[Options],
    ) -> None:
        """As `Frame`. `openings`: what was entrusted to it. `depth`, `clock`: when that may leave, see `Release`. `lot_gas`: the
        most gas that a lot may take, None: by what it holds.
        """

        def trade(bench: Bench[Universals]) -> UniversalTrade:
            return UniversalTrade(bench, openings, Release(chain, depth, clock))

        def allowance_of(lot: int) -> int:
            return self._trade.allowance(lot) if lot_gas is None else lot_gas

        super().__init__(chain, ledger, account, trade, allowance_of, **options)
