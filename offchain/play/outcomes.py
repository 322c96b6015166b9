"""What became of the groups of an instance, read off the ledger and the DAOs."""

from collections.abc import Callable, Mapping, Sequence

from offchain.bindings.contracts import Deployed
from offchain.io.addresses import Address
from offchain.keeper.books import Book
from offchain.keeper.ledger import Ledger
from offchain.model.instances.two_level import (
    LotOutcome,
    TwoLevelInstance,
    TwoLevelOutcome,
    lot_welfare,
    optimal_lot_welfare,
)
from offchain.play.bidders import Bidder, Cast

Granted = Callable[[Deployed, int, Sequence[Address]], Sequence[bool]]
"""To whom of some members a DAO grants access to what it won in a lot."""


def outcome_of(
    instance: TwoLevelInstance,
    lots: tuple[LotOutcome, ...],
    payments: Mapping[str, Mapping[str, int]],
    gas: Mapping[str, int],
) -> TwoLevelOutcome:
    """The outcome that these lots come to, one for each item."""
    return TwoLevelOutcome(
        items=lots,
        payments=payments,
        welfare=sum(lot_welfare(instance, item, lot) for item, lot in enumerate(lots)),
        optimal_welfare=sum(optimal_lot_welfare(instance, item) for item in range(instance.items)),
        upper=instance.upper,
        gas=gas,
    )


def payments_in(ledger: Ledger, cast: Cast) -> dict[str, dict[str, int]]:
    """What every member of every group of a cast paid over all its lots, in units."""
    payments: dict[str, dict[str, int]] = {group: {} for group in cast.members}
    for bidder in cast.bidders:
        group, name = bidder.key
        payments[group][name] = sum(paid(ledger, bidder, lot) for lot in cast.lots)
    return payments


def served_by(members: Sequence[Bidder], lot: int, granted: Granted) -> tuple[str, ...]:
    """The names of the members to whom their DAO grants access."""
    accounts = [bidder.account for bidder in members]
    grants = granted(members[0].contract, lot, accounts)
    return tuple(b.key[1] for b, is_served in zip(members, grants, strict=True) if is_served)


def paid(ledger: Ledger, bidder: Bidder, lot: int) -> int:
    """What a bidder paid for a lot, in units: the deposit less what came back and less the bond."""
    box = book_of(ledger, bidder, lot).boxes.get(bidder.account)
    return box.deposit - box.received - box.burnt if box else 0


def claimable(ledger: Ledger, bidder: Bidder, lot: int) -> int:
    """What a bidder could claim on a lot that is over, in units."""
    book = book_of(ledger, bidder, lot)
    return book.due(bidder.account) if bidder.account in book.boxes else 0


def book_of(ledger: Ledger, bidder: Bidder, lot: int) -> Book:
    """The book in which a bidder's bid on a lot stands."""
    return ledger.book(bidder.contract.address, lot)
