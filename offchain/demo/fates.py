"""What became of every bidder, read off the ledger after the last refund."""

from collections.abc import Mapping

from offchain.keeper.books import Book, Box
from offchain.keeper.ledger import Ledger
from offchain.model.instances.two_level import TwoLevelInstance
from offchain.play.behaviour import MemberKey
from offchain.report.auction import Entry


def entries(
    ledger: Ledger, lot: int, instance: TwoLevelInstance, accounts: Mapping[MemberKey, str]
) -> tuple[Entry, ...]:
    """One entry for each member of each group, in file order. `accounts` are the addresses they bid from. O(bidders)."""
    found = {
        bidder: (book, box) for book in ledger.books_on(lot) for bidder, box in book.boxes.items()
    }
    return tuple(
        _entry((group.name, member.name), member.bids[0], accounts, found)
        for group in instance.groups
        for member in group.members
    )


def _entry(
    key: MemberKey,
    bid: int,
    accounts: Mapping[MemberKey, str],
    found: Mapping[str, tuple[Book, Box]],
) -> Entry:
    if accounts[key] not in found:
        return Entry(*key, bid, 0, silent=False, served=False, paid=0, bond=0, refund=0)
    book, box = found[accounts[key]]
    refund = box.received if box.closed else book.due(accounts[key])
    bond = box.burnt if box.closed or not box.is_sealed else box.deposit - refund
    return Entry(
        *key,
        bid=bid,
        deposit=box.deposit,
        silent=box.is_sealed,
        served=book.is_served(accounts[key]),
        paid=box.deposit - refund - bond,
        bond=bond,
        refund=refund,
        refused=box.refused,
    )
