"""Makes statuses: of the views of keepers, the record of the run, the purse, and a look at the chain."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from offchain.chain.backend import TOY_CHAINS, Chain
from offchain.chain.errors import ChainError
from offchain.chain.fees import FeeTooHighError
from offchain.keeper.purse import Purse
from offchain.keeper.view import LotView, View
from offchain.keeper.watch.health import alerts
from offchain.keeper.watch.record import Record
from offchain.keeper.watch.status import (
    MOST_LOTS,
    MOST_TROUBLES,
    AccountStatus,
    ChainStatus,
    LotStatus,
    NextStatus,
    PlaceStatus,
    RoundStatus,
    SpendingStatus,
    Status,
    TroubleStatus,
)

LARGE_GAS: Final = 500_000
"""What a large transaction takes; who cannot pay for one is told of before it is due."""
_LATER: Final = 1 << 256
"""Where no deadline is, in an order by deadlines."""


class Observer:
    """Of one run. last: the newest status."""

    def __init__(
        self,
        version: str,
        node: str,
        poll: float,
        record: Record,
        purse: Purse,
        is_given: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`node`: as it may be told. `poll`: seconds between rounds with nothing to do. `is_given`: whether somebody gives the
        account what it lacks. `clock`: seconds since the epoch.
        """
        self._record, self._purse, self._clock = record, purse, clock
        self._is_given = is_given
        started = int(clock())
        rounds = RoundStatus(poll)
        self.last = Status(version, started, started, ChainStatus(None, node), rounds)

    def could_not_start(self) -> Status:
        """The status after the start has failed once more: its troubles are told."""
        now = int(self._clock())
        rounds = replace(self.last.rounds, number=self.last.rounds.number + 1, ended=now)
        return self._take(
            replace(self.last, written=now, rounds=rounds, troubles=self._troubles(()))
        )

    def round(
        self, chain: Chain, account: str, views: Sequence[View], is_good: bool, resting: int = 0
    ) -> Status:
        """The status after a round. `is_good`: whether each keeper could read the chain. `resting`: what waits to be tried again.
        Four requests; where the node does not answer, what it said last stands.
        """
        now = int(self._clock())
        before = self.last.rounds
        looked = self._look(chain, account, views, now) if is_good else None
        chain_status, payer = looked or (
            replace(self.last.chain, id=chain.chain_id),
            replace(self.last.account, address=account),
        )
        good = now if looked is not None else before.good
        rounds = replace(before, number=before.number + 1, ended=now, good=good)
        lots = sorted(_lots(views), key=_urgency)
        status = replace(
            self.last,
            state="keeping",
            written=now,
            chain=chain_status,
            rounds=rounds,
            account=replace(payer, lacks_money=self._lacks_money()),
            spending=self._spending(),
            serves=tuple(
                PlaceStatus(one.address, one.kind, one.block, len(one.lots), one.now or None)
                for one in views
            ),
            unfinished=len(lots),
            lots=tuple(lots[:MOST_LOTS]),
            next=_next(lots),
            actions=tuple(self._record.actions),
            troubles=self._troubles(views),
            resting=resting,
        )
        return self._take(status)

    def _take(self, status: Status) -> Status:
        self.last = replace(status, alerts=alerts(status, status.written))
        return self.last

    def _look(
        self, chain: Chain, account: str, views: Sequence[View], now: int
    ) -> tuple[ChainStatus, AccountStatus] | None:
        """The chain and the account now; None: the node failed."""
        try:
            block = chain.block()
            time_ = chain.time_of(block)
            payer = AccountStatus(account, str(chain.balance(account)), self._needs(chain))
        except ChainError:
            return None
        read = min((one.block for one in views), default=block)
        behind = max(0, now - time_) if chain.clock_is_real else None
        at = ChainStatus(
            chain.chain_id, self.last.chain.node, block, time_, max(0, block - read), behind
        )
        return at, payer

    def _needs(self, chain: Chain) -> str | None:
        """See `AccountStatus`. Raises ChainError."""
        if self._is_given or chain.chain_id in TOY_CHAINS:
            return None
        try:
            return str(LARGE_GAS * chain.gas_price())
        except FeeTooHighError:
            return None  # nothing is sent as long as it takes so much

    def _spending(self) -> SpendingStatus:
        purse = self._purse
        budget = purse.budget
        return SpendingStatus(
            self._record.transactions,
            purse.gas,
            str(purse.spent),
            None if budget is None else str(budget),
            None if budget is None else str(max(0, budget - purse.spent)),
            purse.is_empty,
            str(purse.price) if purse.price else None,
        )

    def _lacks_money(self) -> bool:
        return any(one.kind == "money" for one in self._record.troubles.values())

    def _troubles(self, views: Sequence[View]) -> tuple[TroubleStatus, ...]:
        places = {
            what: (one.address, lot)
            for one in views
            for lot, by_task in one.troubles.items()
            if lot
            for what in by_task
        }
        return tuple(
            TroubleStatus(what, told.text, told.since, told.kind, *places.get(what, (None, None)))
            for what, told in list(self._record.troubles.items())[:MOST_TROUBLES]
        )


def _lots(views: Iterable[View]) -> Iterator[LotStatus]:
    for view in views:
        for one in view.lots:
            yield _lot(view.address, one)


def _lot(place: str, one: LotView) -> LotStatus:
    when = (one.since, one.until)
    return LotStatus(place, one.number, one.phase, *when, one.due, one.due_by, one.groups, one.bids)


def _urgency(lot: LotStatus) -> tuple[int, int, str, int]:
    """What has a deadline comes first, what is due before what is to come."""
    at = _deadline(lot)
    return lot.due is None, _LATER if at is None else at, lot.place, lot.lot


def _deadline(lot: LotStatus) -> int | None:
    return lot.until if lot.due is None else lot.due_by


def _next(lots: Sequence[LotStatus]) -> NextStatus | None:
    ahead = [(at, lot) for lot in lots if (at := _deadline(lot)) is not None]
    if not ahead:
        return None
    at, lot = min(ahead, key=lambda entry: (entry[0], entry[1].place, entry[1].lot))
    return NextStatus(lot.place, lot.lot, lot.phase, lot.due, at)
