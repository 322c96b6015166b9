"""What a keeper has before it, for whoever watches it: plain data, made of what it read in its last step, at no request."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from offchain.keeper.agenda import Duty, Scheduled
from offchain.keeper.books import NEVER
from offchain.keeper.logbook import Logbook


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot, or a draw. Times are seconds since the epoch.

    phase: as contracts name it, in lower case. since, until: when it began and ends, None: by what somebody does. due: what this
    keeper has to do now, None: nothing. due_by: until when that helps, None: for ever. groups, bids: how many there are.
    """

    number: int
    phase: str
    since: int | None = None
    until: int | None = None
    due: str | None = None
    due_by: int | None = None
    groups: int = 0
    bids: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What one keeper serves.

    address: of the auction, adapter or source of random words whose lots or draws these are; kind: its contract by name. block:
    up to which it has read. now: the chain's time when it last looked, 0: it has not. lots: those that are not finished.
    troubles: what could not be done, by lot (0: no one lot), and why.
    """

    address: str
    kind: str
    block: int
    now: int = 0
    lots: tuple[LotView, ...] = ()
    troubles: Mapping[int, Mapping[str, Exception]] = field(default_factory=dict)


class Phased(Protocol):
    """A phase of any kind of auction."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Stand:
    """How a lot stands by its logs and the clock: its phase, when that began and ends, and how many groups and bids there are."""

    phase: Phased
    since: int | None = None
    until: int | None = None
    groups: int = 0
    bids: int = 0


SeenT = TypeVar("SeenT", bound=Scheduled)


def view_of(
    ledger: Logbook[SeenT],
    lots: Iterable[SeenT],
    stand: Callable[[SeenT, int], Stand],
    duties: Iterable[Duty],
    troubles: Mapping[int, Mapping[str, Exception]],
    now: int,
) -> View:
    """Of the keeper of a ledger's `lots`, where `duties` are due at `now`. `stand`: how a lot stands then."""
    due = {duty.lot: duty for duty in duties}
    seen = tuple(_lot_view(lot.number, stand(lot, now), due.get(lot.number)) for lot in lots)
    told = {lot: dict(by_task) for lot, by_task in troubles.items() if by_task}
    return View(ledger.auctioneer, ledger.kind, ledger.synced, now, seen, told)


def _lot_view(number: int, stand: Stand, duty: Duty | None) -> LotView:
    return LotView(
        number,
        stand.phase.name.lower(),
        stand.since,
        stand.until,
        None if duty is None else duty.need.name.lower(),
        None if duty is None or duty.deadline == NEVER else duty.deadline,
        stand.groups,
        stand.bids,
    )
