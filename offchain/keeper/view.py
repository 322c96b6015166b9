"""What a keeper has before it, for whoever watches it: plain data, made of what it read in its last step, at no request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from offchain.bindings.enumerations import Phase
from offchain.keeper.agenda import WINDOW, Duty, may_sell
from offchain.keeper.books import NEVER, Lot
from offchain.keeper.ledger import Ledger

OVER: Final = frozenset({Phase.SETTLED, Phase.VOID})
"""Phases after which at most money and items are owed."""


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


def view_of(
    ledger: Ledger,
    lots: Iterable[Lot],
    duties: Iterable[Duty],
    troubles: Mapping[int, Mapping[str, Exception]],
    now: int,
) -> View:
    """Of the keeper of a ledger's `lots`, where `duties` are due at `now`. O(books on them)."""
    due = {duty.lot: duty for duty in duties}
    seen = tuple(_lot_view(ledger, lot, due.get(lot.number), now) for lot in lots)
    told = {lot: dict(by_task) for lot, by_task in troubles.items() if by_task}
    return View(ledger.auctioneer, ledger.kind, ledger.synced, now, seen, told)


def _lot_view(ledger: Ledger, lot: Lot, duty: Duty | None, now: int) -> LotView:
    phase, since, until = _phase(ledger, lot, now)
    return LotView(
        lot.number,
        phase.name.lower(),
        since,
        until,
        None if duty is None else duty.need.name.lower(),
        None if duty is None or duty.deadline == NEVER else duty.deadline,
        len(lot.daos),
        sum(len(book.boxes) for book in ledger.books_on(lot.number)),
    )


def _phase(ledger: Ledger, lot: Lot, now: int) -> tuple[Phase, int | None, int | None]:
    """The phase of a lot by its logs and the clock, and when it began and ends. What only a call would tell, as who won at a
    house of others, is left open: such a lot is in `DRAW` until logs tell more.
    """
    if now < lot.end_of_bidding:
        return Phase.BIDDING, None, lot.end_of_bidding
    if now < lot.end_of_reveal:
        return Phase.REVEAL, lot.end_of_bidding, lot.end_of_reveal
    if now < lot.end_of_tally:
        return Phase.TALLY, lot.end_of_reveal, lot.end_of_tally
    if lot.winner is not None:
        return Phase.SETTLED, None, None
    if lot.returned or not may_sell(ledger, lot):
        return Phase.VOID, None, None
    if ledger.at_house:
        return Phase.DRAW, lot.end_of_tally, lot.deadline
    drawn_by = lot.end_of_tally + WINDOW
    if ledger.draws and not lot.drawn and now < drawn_by:
        return Phase.DRAW, lot.end_of_tally, drawn_by
    settled_by = drawn_by + (WINDOW if ledger.draws else 0)
    if now < settled_by:
        return Phase.CLOSED, None if ledger.draws else lot.end_of_tally, settled_by
    return Phase.VOID, settled_by, None
