"""The report of one lot among groups: everybody's money first, then what is said of it in words, its pictures and tables."""

from offchain.model.document import instance_text, outcome_text
from offchain.report import auction_tables, curve, members, sankey
from offchain.report.amounts import about, count, eth, parties
from offchain.report.auction import Auction, critical_bid, curve_of
from offchain.report.drawing import Picture
from offchain.report.fates import people
from offchain.report.flows import Sink, streams, totals
from offchain.report.page import Section, tabled
from offchain.report.people import as_file
from offchain.report.played import Report, checks, gas, page


def report(auction: Auction) -> Report:
    """The report; beside the page lie everybody's money, and instance and outcome as `consort solve` reads and prints them."""
    groups = auction_tables.groups(auction)
    split, served, money = pictures(auction)
    everybody = people(auction)
    before = (
        Section(everybody.title, (everybody, balance(auction))),
        *tabled(groups),
        Section("Who is served", (served,)),
        Section("What the group can pay", (split,) if curve_of(auction).bids else (mute(auction),)),
        Section("Where the money went", (money, auction_tables.money(auction))),
    )
    return Report(
        played=auction,
        page=page(auction, lead(auction), key_figures(auction), before),
        tables=(
            groups,
            auction_tables.members(auction, abridged=True),
            gas(auction),
            checks(auction),
        ),
        files={
            everybody.file: as_file(everybody),
            "instance.json": instance_text(auction.instance).encode(),
            "outcome.json": outcome_text([auction.outcome], is_list=False).encode(),
        },
    )


def lead(auction: Auction) -> str:
    """What happened, in a few sentences."""
    return " ".join(filter(None, (bidders(auction), _ending(auction), silence(auction))))


def bidders(auction: Auction, doing: str = "bid for one item") -> str:
    """How many came: a lone bidder is no group."""
    came = parties(len(auction.groups), len(auction.alone))
    return f"{came}, {count(len(auction.entries), 'bidder')} in all, {doing}."


def _ending(auction: Auction) -> str:
    lot = auction.lot
    if lot.winner is None:
        if not auction.focus_spoke:
            return f"{mute(auction)} Nobody else reached the reserve, and the item stays with its seller."
        return "Nobody reached the reserve, so the item stays with its seller."
    if not auction.focus_won:
        won = f"{lot.winner} won it and pays {eth(lot.paid)} ETH."
        if not auction.focus_spoke:
            return f"{won} {mute(auction)}"
        return (
            f"{won} {auction.focus} could have paid {eth(lot.group_bids[auction.focus])} ETH in equal shares, and would have "
            f"needed {eth(critical_bid(auction))} ETH."
        )
    served, bidders = len(lot.served), len(auction.of(auction.focus))
    return (
        f"{lot.winner} won it: its members could have paid {eth(lot.group_bids[lot.winner])} ETH in equal shares, and "
        f"the rivals' bids set the price at {eth(lot.price)} ETH. {served:,} of the {bidders:,} members share it equally and "
        f"get access, at {eth(lot.share)} ETH each. Whatever they bid beyond that, they keep."
    )


def silence(auction: Auction) -> str:
    """What became of those whose bids nobody opened."""
    silent = [entry for entry in auction.entries if entry.silent]
    if not silent:
        return ""
    lost = (
        f"lost {count(len(silent), 'bond')}, {eth(auction.burnt)} ETH, which are burnt"
        if auction.burnt
        else "lost nothing by it"
    )
    whose = "bid" if len(silent) == 1 else "bids"
    return f"{count(len(silent), 'bidder')} whose {whose} nobody opened {lost}; all else came back."


def mute(auction: Auction) -> str:
    """Why a group has no curve."""
    return f"No bid of {auction.focus} was opened, so it could pay nothing."


def key_figures(auction: Auction) -> tuple[tuple[str, str], ...]:
    """The figures at the head of the page, with their units."""
    lot = auction.lot
    return (
        ("winner", lot.winner or "nobody"),
        (f"{auction.focus} can pay", f"{eth(lot.group_bids[auction.focus])} ETH"),
        ("price", f"{eth(lot.price)} ETH"),
        *shares(auction),
        ("the seller gets", f"{eth(auction.proceeds)} ETH"),
        *((("bonds burnt", f"{eth(auction.burnt)} ETH"),) if auction.burnt else ()),
    )


def shares(auction: Auction) -> tuple[tuple[str, str], ...]:
    """How many are served, and for what, if a group won."""
    lot = auction.lot
    if lot.winner is None or lot.winner in auction.alone:
        return ()
    return (
        ("share", f"{eth(lot.share)} ETH"),
        ("served", f"{len(lot.served):,} of {len(auction.of(lot.winner)):,}"),
    )


def balance(auction: Auction) -> str:
    """That deposits and their uses add up, with the exact sums."""
    lot = auction.lot
    said = f"In ETH, the deposits add up exactly: {terms(auction, 'to the seller')}."
    if auction.burnt:
        said += f" {conserved(auction)}"
    over = lot.paid - lot.price
    if over:
        said += f" Shares are rounded up to whole gwei, so the seller gets {eth(over)} more than the price of {eth(lot.price)}."
    return said


def terms(auction: Auction, paid: str) -> str:
    """What was put down as the sum of what became of it; `paid` says where the price went."""
    total, lot = totals(streams(auction)), auction.lot
    found = [f"{eth(total[Sink.REFUND])} back to the bidders"]
    if total[Sink.PAID]:
        shares = f" as {count(len(lot.served), 'share')} of {eth(lot.share)}"
        found.append(
            f"{eth(total[Sink.PAID])} {paid}{'' if lot.winner in auction.alone else shares}"
        )
    if total[Sink.BOND]:
        found.append(f"{eth(total[Sink.BOND])} burnt, the bonds of those whose bids nobody opened")
    return f"{eth(sum(total.values()))} = {' + '.join(found)}"


def conserved(auction: Auction) -> str:
    """That what members paid is what the seller got and what was burnt, with the exact sums."""
    kept = sum(entry.paid + entry.bond for entry in auction.entries)
    return (
        f"What bidders are out of, {eth(kept)}, is what the seller got, {eth(auction.proceeds)}, "
        f"and what the contracts hold for ever, {eth(auction.burnt)}: a bond is nobody's gain."
    )


def pictures(auction: Auction) -> tuple[Picture, Picture, Picture]:
    """What the group can pay, who is served, and where the money went."""
    return _split(auction), _served(auction), _money(auction)


def _split(auction: Auction) -> Picture:
    shape, price = curve_of(auction), critical_bid(auction)
    served = shape.served(price)
    reach = f"it is {count(served, 'member')}" if served else "no number of members can do it"
    peak = (
        f"largest at i = {shape.rank:,} with {eth(shape.willingness_to_pay)} ETH"
        if shape.bids
        else "empty"
    )
    called = "price" if auction.focus_won else "price it would have paid"
    return Picture(
        "curve",
        "The i highest bidders can pay i times the i-th highest bid in equal shares. The DAO bids the largest of these "
        f"products. At the price, T is the largest number of members whose product still reaches it: {reach}. Many can "
        "share a low price, few a high one.",
        f"Line chart of i times the i-th highest bid over i, for {count(len(shape.bids), 'open bid')}: {peak}. A dashed "
        f"line marks the price of {eth(price)} ETH; at it T = {served:,}.",
        lambda theme: curve.draw(shape, theme, auction.focus, (called, price)),
        title=f"What {auction.focus} can pay in equal shares",
    )


def _served(auction: Auction) -> Picture:
    lot = auction.lot
    entries = auction.of(auction.focus)
    silent = sum(entry.silent for entry in entries)
    served = len(lot.served) if auction.focus_won else 0
    return Picture(
        "served",
        _who_is_served(auction),
        f"Bar chart of the bids of {count(len(entries), 'member')}, highest first: {served:,} served"
        + (f" at a share of {eth(lot.share)} ETH" if served else "")
        + f", {len(entries) - served - silent:,} not served, {silent:,} not opened.",
        lambda theme: members.draw(auction, theme),
        title=f"Who is served in {auction.focus}",
    )


def _who_is_served(auction: Auction) -> str:
    silent = any(entry.silent for entry in auction.of(auction.focus))
    if not auction.focus_won:
        but = " but for the bonds of those whose bids nobody opened" if silent else ""
        return f"The group did not win, so nobody is served, and all money comes back{but}."
    but = (
        " Of those whose bids nobody opened nobody is served, and their bonds are burnt."
        if silent
        else ""
    )
    return (
        "Who opened a bid of at least the share is served and pays exactly the share, however much it bid. The others get all "
        f"their money back.{but}"
    )


def _money(auction: Auction) -> Picture:
    total = totals(streams(auction))
    return Picture(
        "money",
        "Whose deposits, and what became of them. Widths are to scale, save that the thinnest are drawn as hairlines. Bonds that "
        "are burnt stay in the contract for ever.",
        f"Flow diagram: of {about(sum(total.values()))} ETH of deposits, {about(total[Sink.REFUND])} ETH goes back to the "
        f"bidders, {about(total[Sink.PAID])} ETH to the seller as the price, and {about(total[Sink.BOND])} ETH is burnt.",
        lambda theme: sankey.draw(auction, theme),
        title="Where the money went",
    )
