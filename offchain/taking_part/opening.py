"""Opening one's own sealed bid, with the receipt that was kept."""

from __future__ import annotations

from offchain.keeper.openings import Openings
from offchain.taking_part.steps import Step
from offchain.taking_part.venues import Venue
from offchain.taking_part.words import Refused, eth, when


def reveal(venue: Venue, lot: int, receipts: Openings, file: str) -> Step:
    """Opens the person's bid. `file`: where the receipts are from, for messages. Refused if it cannot be."""
    now, book, bid = venue.person.now, venue.book(lot), venue.bid_of(lot)
    if not bid.is_there:
        raise Refused(f"{venue.person.address} has no bid on lot {lot} at {venue.name}")
    if not bid.is_sealed:
        raise Refused(
            f"the bid on lot {lot} is open already, of {eth(bid.bid)}: there is nothing more to do for it"
        )
    if now < book.end_of_bidding:
        raise Refused(
            f"bidding lasts until {when(book.end_of_bidding, now)}, and nothing can be opened before: who opened early would"
            " show the bid"
        )
    if now >= book.end_of_reveal:
        raise Refused(
            f"bids could be opened until {when(book.end_of_reveal, now)}: what is left of the deposit can be claimed"
        )
    chain_id = venue.person.chain.chain_id
    opening = receipts.opening(chain_id, venue.address, lot, venue.person.address, bid.commitment)
    if opening is None:
        raise Refused(
            f"no receipt in {file} opens the bid as it stands. Look for another file (--receipts). A bid with a time lock is"
            " opened by any keeper, without a receipt"
        )
    deposit = bid.deposit
    if opening.bid > deposit:
        raise Refused(
            f"the bid of {eth(opening.bid)} is above its deposit of {eth(deposit)}, and can never count"
        )
    return Step(
        f"Open your bid of {eth(opening.bid)} on lot {lot} at {venue.name}",
        (f"Everybody sees then that you bid {eth(opening.bid)}. Nothing but gas is paid.",),
        (venue.call("reveal", lot, opening.bid, opening.salt),),
        lambda _: [f"Your bid of {eth(opening.bid)} is open, and counts."],
        (
            "In the first blocks of the reveal phase a reorganization could bring bidding back, with your bid known.",
        ),
    )
