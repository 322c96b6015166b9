"""Bids: sealed with or without a time lock, rolled from a lot to the next, open ones raised, and all taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from offchain.bindings.deployment import NO_BEACON
from offchain.bindings.entries import MOST_AMOUNT
from offchain.bindings.seals import Opening, commitment, lock, new_salt
from offchain.chain.backend import Receipt
from offchain.io.units import WEI_PER_UNIT
from offchain.keeper.openings import Openings
from offchain.locks.beacon import LOCK_MARGIN
from offchain.locks.bids import RANDOM_BYTES, SALT_BYTES
from offchain.taking_part.dues import Due, due_of
from offchain.taking_part.steps import Became, Step
from offchain.taking_part.venues import Bid, Book, Venue
from offchain.taking_part.words import Refused, eth, when

_BPS: Final = 10_000
_ZEROS: Final = bytes(SALT_BYTES - RANDOM_BYTES)
"""How the salt of a locked bid ends."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants sealed; amounts in units.

    deposit: what shall lie under the bid, None: as much as it takes. locked: whether anyone shall be able to open it after
    bidding. origin: the lot whose rest is rolled under it.
    """

    lot: int
    bid: int
    deposit: int | None = None
    locked: bool = True
    origin: int | None = None


def seal(venue: Venue, wish: Wish, receipts: Openings) -> Step | None:
    """Seals a bid, or replaces the one there. None: this very bid stands already.

    The receipt that was kept last is used again if it is for the same bid: nobody seals a second secret by asking twice.

    Raises:
        Refused: it cannot be, and why.
    """
    now, book = venue.person.now, venue.book(wish.lot)
    if venue.is_open:
        raise Refused(
            f"bids of DAO {venue.address} are open, the bid is the deposit: consort raise {venue.address} {wish.lot} --by ETH"
        )
    book.require_bidding(wish.lot, now)
    _require_amount(venue, wish.bid)
    standing = venue.bid_of(wish.lot)
    rolled = _rolled(venue, wish)
    deposit, added = _money(wish, standing, rolled)
    opening = _opening(venue, wish, receipts)
    sealed = commitment(venue.person.chain.chain_id, opening)
    if standing.commitment == sealed and deposit == standing.deposit and wish.origin is None:
        return None
    lock_, opens_at = _lock(venue, book, wish, opening)
    arguments = (sealed, lock_) if lock_ else (sealed,)
    wei = added * WEI_PER_UNIT
    if wish.origin is None:
        call = venue.call("commit", wish.lot, *arguments, wei=wei)
    else:
        call = venue.call("roll", wish.origin, wish.lot, *arguments, wei=wei)
    does = f"Seal a bid of {eth(wish.bid)} on lot {wish.lot} at {venue.name}"
    risks = _risks(venue, wish, book, deposit, opens_at)
    return Step(
        does,
        _says(venue, wish, standing, rolled, deposit, added),
        (call,),
        _sealed(wish, deposit, book, now),
        risks,
        opening,
    )


def raise_by(venue: Venue, lot: int, amount: int) -> Step:
    """Raises an open bid by an amount, in units. Refused if it cannot be."""
    book = venue.book(lot)
    if not venue.is_open:
        raise Refused(
            f"bids at {venue.name} are sealed: consort bid {venue.argument}{lot} --bid ETH"
        )
    book.require_bidding(lot, venue.person.now)
    total = venue.bid_of(lot).deposit + amount
    _require_amount(venue, total)
    says = (
        f"{eth(amount)} are sent, and your bid is {eth(total)} then, which everybody sees.",
        "If the group wins you pay the equal share, at most your bid; everything else comes back.",
    )
    risks = (
        "To lower it take it back first (consort withdraw); that is possible until"
        f" {when(book.end_of_bidding, venue.person.now)}.",
    )
    return Step(
        f"Raise your open bid on lot {lot} at {venue.name} to {eth(total)}",
        says,
        (venue.call("raiseBid", lot, wei=amount * WEI_PER_UNIT),),
        lambda _: [f"Your bid on lot {lot} is {eth(total)}."],
        risks,
    )


def withdraw(venue: Venue, lot: int, recipient: str) -> Step:
    """Takes a bid back with its deposit. Refused if it cannot be."""
    book, bid = venue.book(lot), venue.bid_of(lot)
    book.require_bidding(lot, venue.person.now)
    if not bid.is_there:
        raise Refused(f"{venue.person.address} has no bid on lot {lot} at {venue.name}")
    risks: tuple[str, ...] = ()
    if bid.is_sealed:
        risks = ("A lock that was sent stays sent: the bid in it becomes public all the same.",)
    return Step(
        f"Take your bid on lot {lot} at {venue.name} back",
        (
            f"The whole deposit of {eth(bid.deposit)} is sent to {recipient}, and you have no bid on the lot any more.",
        ),
        (venue.call("withdraw", lot, recipient),),
        lambda _: [f"{eth(bid.deposit)} were sent to {recipient}."],
        risks,
    )


def _require_amount(venue: Venue, bid: int) -> None:
    if bid < venue.minimum:
        raise Refused(f"a bid of {eth(bid)} is below the minimum of {eth(venue.minimum)}")
    if bid > MOST_AMOUNT:
        raise Refused(f"no bid can be more than {eth(MOST_AMOUNT)}")


def _rolled(venue: Venue, wish: Wish) -> int:
    """What comes from the lot that is rolled, in units."""
    if wish.origin is None:
        return 0
    due = due_of(venue, wish.origin)
    if not isinstance(due, Due) or not due.now:
        raise Refused(f"there is nothing to roll from lot {wish.origin}: {due.why}")
    return due.now


def _money(wish: Wish, standing: Bid, rolled: int) -> tuple[int, int]:
    """The deposit that lies under the bid then, and what is sent for it; in units."""
    there = standing.deposit + rolled
    deposit = max(wish.bid, there) if wish.deposit is None else wish.deposit
    if deposit < wish.bid:
        raise Refused(
            f"a deposit of {eth(deposit)} does not cover a bid of {eth(wish.bid)}, which would never count"
        )
    if deposit < there:
        raise Refused(
            f"{eth(there)} lie under the bid already, and cannot become {eth(deposit)}: take the bid back first (consort"
            " withdraw)"
        )
    if deposit > MOST_AMOUNT:
        raise Refused(f"no deposit can be more than {eth(MOST_AMOUNT)}")
    return deposit, deposit - there


def _opening(venue: Venue, wish: Wish, receipts: Openings) -> Opening:
    """The opening that was kept for this very bid, else a new one."""
    who = venue.person.address
    for known in receipts.of(venue.address, wish.lot, who)[:1]:
        if known.bid == wish.bid and (known.salt.endswith(_ZEROS) or not wish.locked):
            return known
    return Opening(venue.address, wish.lot, who, wish.bid, new_salt(is_locked=wish.locked))


def _lock(venue: Venue, book: Book, wish: Wish, opening: Opening) -> tuple[bytes, int]:
    """The time lock, and when it opens; nothing if none is wanted."""
    if not wish.locked:
        return b"", 0
    beacon = venue.person.deployed.beacon
    (named,) = venue.person.ask(
        venue.auctioneer, venue.person.kind_of(venue.auctioneer), "beaconHash"
    )
    if beacon is None or named == NO_BEACON:
        raise Refused(
            "nobody could open a lock here, there is no beacon: with --no-lock you open the bid yourself"
        )
    if named != beacon.chain_hash:
        raise Refused(
            "the beacon of the deployment file is not the auctioneer's: locks made for it would not open. Get another file, or"
            " --no-lock"
        )
    round_ = beacon.round_for(book.end_of_bidding)
    return lock(beacon, round_, opening), beacon.time_of(round_)


def _says(
    venue: Venue, wish: Wish, standing: Bid, rolled: int, deposit: int, added: int
) -> tuple[str, ...]:
    now = venue.person.now
    ends = when(venue.book(wish.lot).end_of_bidding, now)
    says = []
    if standing.is_there:
        says.append("It takes the place of your bid there.")
    if rolled:
        says.append(f"{eth(rolled)} of lot {wish.origin} go under it.")
    sent = f"{eth(added)} are sent" if added else "Nothing but gas is sent"
    says.append(
        f"{sent}, and the deposit is {eth(deposit)} then. Everybody sees the deposit, nobody the bid."
    )
    pays = (
        "the equal share, at most your bid"
        if venue.is_dao
        else "what the others' bids make it, at most your bid"
    )
    says.append(
        f"If you are served you pay {pays}; everything else comes back. Until {ends} you can change it or take it back."
    )
    return tuple(says)


def _risks(venue: Venue, wish: Wish, book: Book, deposit: int, opens_at: int) -> tuple[str, ...]:
    now = venue.person.now
    bond = deposit * book.bond_bps // _BPS
    until = when(book.end_of_reveal, now)
    risks = [
        f"If nobody opens the bid before {until}, the bond of {eth(bond)} ({book.bond_bps / 100:g} % of the deposit) is burnt,"
        " and the bid does not count."
    ]
    reserve = venue.price(wish.lot)
    if not venue.is_dao and wish.bid < reserve:
        risks.append(f"The reserve is {eth(reserve)}: a lower bid of an individual wins nothing.")
    if wish.locked:
        risks.append(
            f"The lock makes the bid public at {when(opens_at, now)}, also if you take the bid back. Then anyone can open it; if"
            " nobody does, you can, with the receipt."
        )
        if opens_at + LOCK_MARGIN >= book.end_of_reveal:
            risks.append(
                "The lock opens late in the reveal phase: be ready to open the bid yourself."
            )
    else:
        risks.append(
            f"You have to open it yourself (consort reveal) after {when(book.end_of_bidding, now)}, or hand the receipt to a"
            " keeper."
        )
    if venue.auctioneer != venue.person.deployed.auctioneer:
        risks.append(
            "At a house of others what the group can pay is public from the tally on, and it bids later:"
            " rivals can drive it there."
        )
    if deposit == wish.bid:
        risks.append(
            "The deposit gives away that you bid no more than it: a larger one (--deposit) hides that."
        )
    return tuple(risks)


def _sealed(wish: Wish, deposit: int, book: Book, now: int) -> Became:
    def became(_: Receipt) -> list[str]:
        told = f"Your bid is sealed on lot {wish.lot}, with {eth(deposit)} under it."
        if wish.locked:
            return [told, "You need not come back: consort status says what became of it."]
        return [
            told,
            f"Open it between {when(book.end_of_bidding, now)} and {when(book.end_of_reveal, now)}.",
        ]

    return became
