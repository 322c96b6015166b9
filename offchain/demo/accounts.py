"""What became of every bidder, read off the ledger after the last refund."""

from collections.abc import Mapping

from offchain.keeper.ledger import Account, Book, Ledger
from offchain.model.instances.two_level import TwoLevelInstance
from offchain.play.behaviour import MemberKey
from offchain.report.auction import Entry


def entries(
    ledger: Ledger, lot: int, instance: TwoLevelInstance, accounts: Mapping[MemberKey, str]
) -> tuple[Entry, ...]:
    """One entry for each member of each group, in file order. `accounts` are the addresses they bid from. O(bidders)."""
    found = {
        bidder: (book, account)
        for book in ledger.books_on(lot)
        for bidder, account in book.accounts.items()
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
    found: Mapping[str, tuple[Book, Account]],
) -> Entry:
    if accounts[key] not in found:
        return Entry(*key, bid, 0, silent=False, served=False, paid=0, bond=0, refund=0)
    book, account = found[accounts[key]]
    return Entry(
        *key,
        bid=bid,
        deposit=account.deposit,
        silent=account.is_sealed,
        served=book.is_served(accounts[key]),
        paid=account.deposit - account.received - account.forfeited,
        bond=account.forfeited,
        refund=account.received,
    )
