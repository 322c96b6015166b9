"""Bids of DAOs at auction houses of others: in time, each once, and the money and the item afterwards.

Everything is asked of the chain before each bid: the adapter, what the house says, and by simulation whether it takes the bid.
So a keeper that was killed, another one beside it, or a chain that was reorganized leads to no bid too many.

A bid is made as late as is safe: an early one costs gas, tells rivals what the group wants, and wins nothing. A house keeps an
auction open for its buffer after each bid near its end, so that from then on every rival can be answered; and as long as the
keeper itself may take to notice and be mined, it has to be earlier where that is longer.
"""

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from offchain.bindings.adapters import buffer_of
from offchain.bindings.enumerations import Phase
from offchain.bindings.explain import explained
from offchain.chain.backend import Receipt, Reverted
from offchain.chain.errors import ChainError
from offchain.io.addresses import NOBODY
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.books import Lot
from offchain.keeper.courier import Courier
from offchain.keeper.ledger import Ledger
from offchain.keeper.purse import ether
from offchain.keeper.reading import Reader
from offchain.keeper.release import moment
from offchain.keeper.sending import Sender
from offchain.keeper.sights import Sight, Sights
from offchain.keeper.tasks import LAG, Task
from offchain.keeper.troubles import Alert, Troubles

LEAD: Final = 120
"""How many seconds before an end a keeper bids at the latest, if nothing else is said, and `lead` where it sleeps for others
than 12."""
FORESIGHT: Final = 3_600
"""How many seconds before it is time to bid it is told that a bid could not be sent as things are."""
MOST_GAS: Final = 1_000_000
"""The most gas for one bid: it takes 200,000 at a decent house, but a house can be anything."""
CONCLUDE_GAS: Final = 1_500_000
"""What settling at the house is sent with: with too little it fails quietly, so that a simulation may find too little."""
_LOOKS_IN_LEAD: Final = 10
"""How often at least it is looked, while an auction is kept open, whether a rival bid."""
_FIRST_PAUSE, _LONGEST_PAUSE = 60, 86_400
"""Seconds until a house is asked again to settle, twice as many each time."""


class RaiseMissed(Alert):
    """A bid is due at a house, or will be, and cannot be sent."""


@dataclass(frozen=True, slots=True)
class Raising:
    """How to bid. lead: how many seconds before an end at the latest. early: as soon as the tally is over. awaits_bid: whether
    auctions of the house last until somebody has bid.
    """

    lead: int = LEAD
    early: bool = False
    awaits_bid: bool = False


def lead(poll: float) -> int:
    """How many seconds before an end a keeper bids at the latest that sleeps for `poll` seconds: it may be busy with something
    else for 20, and three blocks of 12 may pass its bid over before it is offered at more; the rest is to spare.
    """
    return LEAD - 12 + math.ceil(poll)


RAISING: Final = Raising()
"""As late as is safe, at a house whose auctions end by themselves."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a lot stands, by the adapter: the leader is who bid last of ours, at `price` units."""

    phase: Phase
    leader: str
    price: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the house says, as `Reading` of the contracts, and when it was asked. buffer: for how many seconds a bid keeps it
    open.
    """

    current: bool
    bidder: str
    amount: int
    least: int
    end: int
    now: int
    buffer: int

    @property
    def is_over(self) -> bool:
        return not self.current or self.now >= self.end


@dataclass(frozen=True, slots=True)
class _Bid:
    """The last one of ours on a lot: in which block, and how much, in wei."""

    block: int
    amount: int


class Raiser:
    """Bids for the DAOs of one adapter."""

    def __init__(
        self,
        courier: Courier,
        reader: Reader[Ledger],
        sender: Sender,
        sights: Sights,
        troubles: Troubles,
        raising: Raising,
        world_time: Callable[[int], int],
        gives_way: Callable[[], bool],
    ) -> None:
        """`world_time`: what time it is outside of the chain, as `Release.world_time`. `gives_way`: see `Duties`."""
        self._courier, self._reader, self._sender = courier, reader, sender
        self._sights, self._troubles, self._raising = sights, troubles, raising
        self._world_time, self._gives_way = world_time, gives_way
        self._adapter = reader.ledger.auctioneer
        self._house: str | None = None
        self._now = 0
        self.forget()

    def forget(self) -> None:
        """Begins anew with each lot: the books are new ones."""
        self._last: dict[int, _Bid] = {}
        self._asked: dict[int, tuple[int, int]] = {}
        self._paddles: dict[tuple[int, str], str] = {}

    def keep(self, lots: Collection[int]) -> None:
        """Forgets all other lots."""
        self._last = {lot: bid for lot, bid in self._last.items() if lot in lots}
        self._asked = {lot: tries for lot, tries in self._asked.items() if lot in lots}
        self._paddles = {key: one for key, one in self._paddles.items() if key[0] in lots}

    def standing(self, lot: int) -> Standing:
        """Where a lot stands, as the chain has it now."""
        return Standing(*self._reader.view(self._adapter, "standing", lot))

    def serve(self, lot: Lot) -> Standing:
        """Does at the house what is due for a lot whose bids are fixed; where it stands then.

        Raises:
            RaiseMissed: the chain could not be asked, and a bid may be due.
            ChainError: it could not be asked.
        """
        try:
            return self._serve(lot)
        except ChainError as error:
            seen = self._sights.of(lot.number)
            is_due = seen is not None and seen.is_due(self._world_time(self._now))
            if seen is None or not is_due or self._reader.is_rebuilt:
                raise
            due = f"a bid may be due before {moment(seen.end)}"
            raise RaiseMissed(f"{due}, and nobody can tell: {explained(error)}") from error

    def deliver(self, lot: Lot) -> None:
        """Hands on what came after the lot was settled, if it did."""
        self._quietly(Task("deliver", lot.number, self._adapter), MOST_GAS, "deliver", lot.number)

    def _serve(self, lot: Lot) -> Standing:
        now = self._now = self._courier.now()
        standing = self.standing(lot.number)
        while standing.phase == Phase.DRAW:
            reading = self._read(lot)
            now = reading.now
            self._sights.take(lot.number, self._sight(reading))
            if not self._act(lot, standing, reading):
                return standing
            standing = self.standing(lot.number)
        if standing.phase == Phase.VOID and self._is_silent_before_its_end(lot, now):
            return Standing(Phase.DRAW, standing.leader, standing.price)
        if standing.phase >= Phase.CLOSED:
            self._sights.take(lot.number, Sight(standing.phase, now))
        return standing

    # Looking

    def _read(self, lot: Lot) -> _Reading:
        ((current, bidder, amount, least, end),) = self._reader.view(
            self._adapter, "readingOf", lot.number
        )
        if self._house is None:
            (self._house,) = self._reader.view(self._adapter, "house")
        buffer = buffer_of(self._courier.chain, self._house)
        return _Reading(current, bidder, amount, least, end, self._courier.now(), buffer)

    def _sight(self, reading: _Reading) -> Sight:
        before = max(reading.buffer, self._raising.lead)
        starts = self._raising.awaits_bid and reading.bidder == NOBODY
        raise_at = 0 if self._raising.early or starts else reading.end - before
        own = self._raising.lead
        pause = max(1, min(reading.buffer or own, own) // _LOOKS_IN_LEAD)
        end = 0 if reading.is_over else reading.end
        return Sight(Phase.DRAW, reading.now, raise_at, end, pause, is_running=not starts)

    def _leads(self, lot: Lot, standing: Standing, reading: _Reading) -> bool:
        """Whether the house says that the one of ours who bid last leads."""
        if standing.leader == NOBODY or reading.bidder == NOBODY:
            return False
        key = lot.number, standing.leader
        if key not in self._paddles:
            (self._paddles[key],) = self._reader.view(self._adapter, "paddleOf", *key)
        return self._paddles[key] == reading.bidder

    def _is_silent_before_its_end(self, lot: Lot, now: int) -> bool:
        """Whether a lot is void only because its house, which said that its auction runs on, says nothing now: it may be half
        upgraded. Who claims ends it; a keeper waits until that end.
        """
        seen = self._sights.of(lot.number)
        if seen is None or not (seen.is_open and seen.is_running) or now >= seen.end:
            return False
        return not self._read(lot).current

    # Acting

    def _act(self, lot: Lot, standing: Standing, reading: _Reading) -> bool:
        """Does the next step, if one is due; whether it did, so that it has to be looked again."""
        leads = self._leads(lot, standing, reading)
        if reading.is_over:
            return self._finish(lot, standing, reading, leads)
        able = [dao for dao in self._able(lot, reading) if not (leads and dao == standing.leader)]
        if not able:
            return not leads and self._recall(lot, standing)
        sight = self._sight(reading)
        # the chain may be behind, and this machine's clock fast: too early costs little, and what is over the chain alone says
        ahead = sight.raise_at - max(reading.now, self._world_time(reading.now))
        if ahead > 0:
            if ahead <= FORESIGHT:
                self._foresee(lot, able[0], reading)
            return False
        if self._lags(lot, reading):
            return False
        return any(self._raise(lot, dao, reading) for dao in able) and not self._gives_way()

    def _able(self, lot: Lot, reading: _Reading) -> Iterator[str]:
        """The DAOs that can bid the least that the house takes, in the order in which they entered."""
        least = _least(reading)
        for dao in lot.daos:
            if (
                lot.group_bids.get(dao, 0) >= least
                and not self._reader.ledger.book(dao, lot.number).lost
            ):
                yield dao

    def _lags(self, lot: Lot, reading: _Reading) -> bool:
        """Whether the node does not show yet the bid that this keeper had mined."""
        last, synced = self._last.get(lot.number), self._reader.ledger.synced
        if last is None:
            return False
        return synced < last.block or (reading.amount < last.amount and synced < last.block + LAG)

    def _raise(self, lot: Lot, dao: str, reading: _Reading) -> bool:
        """Has a DAO bid, if simulation says that it can. What stands in the way is told, unless somebody was faster."""
        what = f"bid of {dao} on lot {lot.number} at {self._adapter}"
        task = Task("raise", lot.number, self._adapter)
        members = len(self._reader.ledger.book(dao, lot.number).boxes)
        try:
            receipt = self._sender.one(
                task,
                members,
                "raiseFor",
                lot.number,
                dao,
                most=MOST_GAS,
                rests=False,
                detail=f"{dao} bids {ether(_least(reading) * WEI_PER_UNIT)} ETH",
            )
        except ChainError as error:
            if isinstance(error, Reverted) and self._has_moved(lot, reading):
                return True
            self._troubles.skip(lot.number, what, self._missed(dao, reading, error))
            return False
        if receipt is not None:
            self._last[lot.number] = self._bid_in(receipt)
        return True

    def _has_moved(self, lot: Lot, reading: _Reading) -> bool:
        """Whether somebody has bid since then."""
        again = self._read(lot)
        return (again.bidder, again.amount) != (reading.bidder, reading.amount)

    def _bid_in(self, receipt: Receipt) -> _Bid:
        events = (self._reader.contract_at(self._adapter).event(log) for log in receipt.logs)
        raised = [one.args["bid"] for one in events if one is not None and one.name == "Raised"]
        return _Bid(receipt.block, max(raised, default=0) * WEI_PER_UNIT)

    def _missed(self, dao: str, reading: _Reading, error: ChainError) -> RaiseMissed:
        due = f"{ether(_least(reading) * WEI_PER_UNIT)} ETH before {moment(reading.end)}"
        return RaiseMissed(
            f"{dao} has to bid {due}, and its bid cannot be sent: {explained(error)}"
        )

    def _foresee(self, lot: Lot, dao: str, reading: _Reading) -> None:
        """Tells, before it is time to bid, what would stand in the way as things are."""
        what = f"bid to come of {dao} on lot {lot.number} at {self._adapter}"
        try:
            self._sender.foresee(lot.number, MOST_GAS // 4)
            self._courier.refuse_dear_gas()
        except ChainError as error:
            self._troubles.skip(lot.number, what, self._missed(dao, reading, error))

    def _recall(self, lot: Lot, standing: Standing) -> bool:
        """Brings home what came back to a DAO that cannot bid any more, be it in wrapped ether; whether it did."""
        if standing.leader == NOBODY:
            return False
        task = Task("recall", lot.number, self._adapter)
        return self._quietly(task, MOST_GAS, "recall", lot.number, standing.leader)

    def _finish(self, lot: Lot, standing: Standing, reading: _Reading, leads: bool) -> bool:
        """Has the house settle an auction that a DAO won, or brings its money home; whether it did."""
        if not leads:
            return self._recall(lot, standing)
        tries, next_time = self._asked.get(lot.number, (0, 0))
        if reading.now < next_time:
            return False
        pause = min(_FIRST_PAUSE << min(tries, 32), _LONGEST_PAUSE)
        self._asked[lot.number] = tries + 1, reading.now + pause
        task = Task("conclude", lot.number, self._adapter)
        self._sender.one(task, 0, "conclude", lot.number, gas=CONCLUDE_GAS)
        return True

    def _quietly(self, task: Task, most: int, function: str, *arguments: Any) -> bool:
        """Sends what simulation says that it works; whether it did. That it does not yet is no trouble."""
        try:
            return self._sender.one(task, 0, function, *arguments, most=most) is not None
        except Reverted as refusal:
            if refusal.fee:
                raise
            return False


def _least(reading: _Reading) -> int:
    """The least bid that the house takes, in whole units, as the adapter bids it."""
    return max(1, -(-reading.least // WEI_PER_UNIT))
