"""What became of each bidder among groups, and why, in words."""

from collections.abc import Iterable

from offchain.io.units import WEI_PER_UNIT
from offchain.report.amounts import eth
from offchain.report.auction import Auction, Entry
from offchain.report.flows import MEMBERS, kind
from offchain.report.people import Fate, People, Person, Tone

_WAITS = " Its account refused the refund, which waits in the contract to be claimed."


def people(auction: Auction) -> People:
    """Everybody: the group in the pictures first, then the others in file order; the served first, then by their bids.

    O(n log n).
    """
    books = auction.by_group
    order = [auction.focus, *(name for name in books if name != auction.focus)]
    persons = tuple(_person(auction, entry) for name in order for entry in _ranked(books[name]))
    return People(
        title="Everybody's money",
        persons=persons,
        note="Each one with the reason. Served: gets access to the item and pays a share of its price.",
    )


def _ranked(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (MEMBERS.index(kind(entry)), -entry.bid))


def _person(auction: Auction, entry: Entry) -> Person:
    return Person(
        name=entry.member,
        fate=fate(auction, entry),
        back=entry.refund * WEI_PER_UNIT,
        paid=entry.paid * WEI_PER_UNIT,
        bond=entry.bond * WEI_PER_UNIT,
        deposit=entry.deposit * WEI_PER_UNIT,
        bid=entry.bid * WEI_PER_UNIT,
        group="" if entry.group in auction.alone else entry.group,
    )


def fate(auction: Auction, entry: Entry) -> Fate:
    """What became of a bidder."""
    found = _fate(auction, entry)
    if not entry.refused:
        return found
    return Fate(f"{found.word}, refund refused", found.reason + _WAITS, Tone.BAD)


def _fate(auction: Auction, entry: Entry) -> Fate:
    is_alone = entry.group in auction.alone
    lot = auction.lot
    if not entry.deposit:
        return Fate("no bid", "It put nothing down.")
    if entry.silent:
        lost = ", and its bond is burnt" if entry.bond else ""
        return Fate("silent", f"Nobody opened its bid, which did not count{lost}.", Tone.BAD)
    if entry.served:
        if is_alone:
            return Fate("won", f"Its bid was the highest. It pays {eth(lot.price)} ETH.", Tone.GOOD)
        return Fate("served", f"It bid at least the share of {eth(lot.share)} ETH.", Tone.GOOD)
    if lot.winner is None:
        reserve = eth(auction.instance.reserves[0])
        return Fate("not sold", f"No bid reached the reserve of {reserve} ETH.")
    if lot.winner == entry.group:
        return Fate("not served", f"It bid less than the share of {eth(lot.share)} ETH.")
    if is_alone:
        return Fate("outbid", f"{lot.winner} won, at {eth(lot.price)} ETH.")
    could = eth(lot.group_bids[entry.group])
    return Fate(
        "group lost",
        f"{entry.group} could pay {could} ETH in equal shares; {lot.winner} won, at {eth(lot.price)} ETH.",
    )
