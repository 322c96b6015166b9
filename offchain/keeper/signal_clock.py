"""The trade of signal clock auctions: words drawn, tables supplied, the silent passed over, offers stated, deposits paid back."""

from enum import IntEnum
from typing import Unpack

from offchain.bindings.enumerations import ClockPhase
from offchain.chain.backend import Chain
from offchain.keeper.agenda import Duty, Need
from offchain.keeper.books import NEVER
from offchain.keeper.clocks import ClockLot, Clocks
from offchain.keeper.frame import Frame, Options
from offchain.keeper.tabled import WINDOW
from offchain.keeper.tabled_trade import TabledTrade


class ClockTrade(TabledTrade[ClockLot]):
    """`Trade` with the lots of one signal clock auction."""

    SETTLED = ClockPhase.SETTLED
    GAS = (600_000, 100_000, 700)

    def _due(self, lot: ClockLot, phase: IntEnum, now: int) -> Duty | None:
        if phase == ClockPhase.DRAW:
            return Duty(Need.DRAW, lot.end_of_registering + WINDOW, lot.number)
        if phase == ClockPhase.PREPARING:
            since = WINDOW if lot.phase == ClockPhase.LEARNING else 0
            return Duty(Need.ADVANCE, lot.deadline + since, lot.number)
        if phase == ClockPhase.STATING or (_waits(phase) and now >= lot.deadline):
            return Duty(Need.ADVANCE, NEVER, lot.number)
        return None

    def _advance(self, lot: ClockLot, phase: IntEnum, now: int) -> bool:
        if phase == ClockPhase.DRAW:
            return self._begin(lot)
        if phase == ClockPhase.PREPARING:
            place = lot.prepared
            return self._supply("prepare", lot, "prepare", lot.drawn[place:], place)
        if _waits(phase) and now >= lot.deadline:
            return self._step("expire", lot, "expire")
        if phase == ClockPhase.STATING:
            assert lot.last is not None  # named by the log that made it the phase
            return self._step("offer", lot, "stateOffer", lot.bidders[lot.last].table)
        return False


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


def _waits(phase: IntEnum) -> bool:
    """Whether one bidder is waited for, who can be passed over in the end."""
    return phase in (ClockPhase.ASKING, ClockPhase.OFFERED)
