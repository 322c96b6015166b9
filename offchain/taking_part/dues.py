"""What a person can get back from a book, now or later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from offchain.bindings.enumerations import BookState, Phase
from offchain.taking_part.venues import Venue
from offchain.taking_part.words import when

_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Due:
    """What is due to the person from a deposit; amounts in units.

    now: what a claim would bring. bond: what that leaves behind. paid: the share that it pays. why: nothing is due now, and why.
    """

    now: int
    bond: int = 0
    paid: int = 0
    why: str = ""


def due_of(venue: Venue, lot: int) -> Due:
    """What `claim` would bring the person. Refused if there is no such book."""
    book, bid, now = venue.book(lot), venue.bid_of(lot), venue.person.now
    if not bid.deposit:
        if bid.is_there:
            return Due(
                0, why="what was left has been paid out; the bid stays on record, for access"
            )
        return Due(
            0,
            why=f"{venue.person.address} has no deposit there (any more): it may have been sent back (consort status)",
        )
    if bid.is_sealed:
        if now < book.end_of_reveal:
            return Due(
                0,
                why=f"the bid can be opened until {when(book.end_of_reveal, now)}, and nothing is due before",
            )
        bond = bid.deposit * book.bond_bps // _BPS
        return Due(
            bid.deposit - bond,
            bond,
            why="" if bond < bid.deposit else "the bond is the whole deposit",
        )
    phase, leader = venue.standing(lot)
    who = venue.address if venue.is_dao else venue.person.address
    if phase < Phase.CLOSED and book.state == BookState.RUNNING:
        return Due(0, why="the lot is not decided yet")
    if phase == Phase.CLOSED and leader == who:
        return Due(
            0, why="the lot was won and is not settled yet: anyone can do that, as keepers do"
        )
    paid = book.share if _pays(venue, lot, leader) else 0
    left = bid.deposit - paid
    return Due(left, paid=paid, why="" if left else "the share took the whole deposit")


def _pays(venue: Venue, lot: int, leader: str) -> bool:
    if venue.is_dao:
        return bool(venue.ask("isServed", lot, venue.person.address)[0])
    return leader == venue.person.address
