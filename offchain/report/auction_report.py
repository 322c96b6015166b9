"""The report of one lot among groups: what is said of it in words, its pictures and tables, and the page of them all."""

from offchain.model.document import instance_text, outcome_text
from offchain.report import auction_tables, curve, members, sankey
from offchain.report.amounts import about, count, eth, gwei
from offchain.report.auction import Auction, critical_bid, curve_of
from offchain.report.drawing import Picture
from offchain.report.flows import Sink, streams, totals
from offchain.report.page import Section, tabled
from offchain.report.played import Report, checks, gas, page


def report(auction: Auction) -> Report:
    """The report; beside the page lie instance and outcome as `consort solve` reads and prints them."""
    groups = auction_tables.groups(auction)
    split, served, money = pictures(auction)
    before = (
        Section("What the group can pay", (split,)),
        Section("Who is served", (served,)),
        Section("Where every gwei went", (money, balance(auction), auction_tables.money(auction))),
        *tabled(groups),
    )
    after = tabled(auction_tables.members(auction, most=auction_tables.ALL_ROWS))
    return Report(
        played=auction,
        page=page(auction, lead(auction), key_figures(auction), before, after),
        tables=(
            groups,
            auction_tables.members(auction, abridged=True),
            gas(auction),
            checks(auction),
        ),
        files={
            "instance.json": instance_text(auction.instance).encode(),
            "outcome.json": outcome_text([auction.outcome], is_list=False).encode(),
        },
    )


def lead(auction: Auction) -> str:
    """What happened, in two or three sentences."""
    lot = auction.lot
    groups, bidders = len(auction.instance.groups), len(auction.entries)
    began = f"{count(groups, 'group')} with {count(bidders, 'bidder')} bid for one item."
    if lot.winner is None:
        but = ", but for the bonds of those whose bids nobody opened" if auction.burnt else ""
        return f"{began} Nobody reached the reserve, so the item stays with its seller, and every deposit went back{but}."
    if not auction.focus_won:
        return (
            f"{began} {lot.winner} won it and pays {eth(lot.paid)} ETH. {auction.focus} could have paid "
            f"{eth(lot.group_bids[auction.focus])} ETH in equal shares, and would have needed {eth(critical_bid(auction))} ETH."
        )
    served, bidders = len(lot.served), len(auction.of(auction.focus))
    return (
        f"{began} {lot.winner} won it: its members could have paid {eth(lot.group_bids[lot.winner])} ETH in equal shares, and "
        f"the rivals' bids set the price at {eth(lot.price)} ETH. {served:,} of the {bidders:,} members share it equally and "
        f"get access, at {eth(lot.share)} ETH each. Whatever they bid beyond that, they keep."
    )


def key_figures(auction: Auction) -> tuple[tuple[str, str], ...]:
    """The figures at the head of the page, with their units."""
    lot = auction.lot
    return (
        ("winner", lot.winner or "nobody"),
        (f"{auction.focus} can pay", f"{eth(lot.group_bids[auction.focus])} ETH"),
        ("price", f"{eth(lot.price)} ETH"),
        ("share", f"{eth(lot.share)} ETH"),
        (
            "served",
            f"{len(lot.served):,} of {len(auction.of(lot.winner)):,}" if lot.winner else "0",
        ),
        ("the seller gets", f"{eth(auction.proceeds)} ETH"),
        *((("bonds burnt", f"{eth(auction.burnt)} ETH"),) if auction.burnt else ()),
    )


def balance(auction: Auction) -> str:
    """That deposits and their uses add up, with the exact sums."""
    total = totals(streams(auction))
    lot = auction.lot
    terms = [f"{gwei(total[Sink.REFUND])} back to the bidders"]
    if total[Sink.PAID]:
        terms.append(
            f"{gwei(total[Sink.PAID])} to the seller as {count(len(lot.served), 'share')} of {gwei(lot.share)}"
        )
    if total[Sink.BOND]:
        terms.append(
            f"{gwei(total[Sink.BOND])} burnt, the bonds of members whose bids nobody opened"
        )
    said = f"The deposits add up exactly: {gwei(sum(total.values()))} = {' + '.join(terms)}."
    if total[Sink.BOND]:
        said += f" {conserved(auction)}"
    over = lot.paid - lot.price
    if over:
        said += f" Shares are rounded up to whole gwei, so the seller gets {gwei(over)} more than the price of {gwei(lot.price)}."
    return said


def conserved(auction: Auction) -> str:
    """That what members paid is what the seller got and what was burnt, with the exact sums."""
    kept = sum(entry.paid + entry.bond for entry in auction.entries)
    return (
        f"What bidders are out of, {gwei(kept)}, is what the seller got, {gwei(auction.proceeds)}, "
        f"and what the contracts hold for ever, {gwei(auction.burnt)}: a bond is nobody's gain."
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
    )


def _served(auction: Auction) -> Picture:
    lot = auction.lot
    entries = auction.of(auction.focus)
    silent = sum(entry.silent for entry in entries)
    served = len(lot.served) if auction.focus_won else 0
    return Picture(
        "served",
        "Everybody who bid at least the share is served and pays exactly the share, however much they bid. The others get "
        "all their money back, save those whose bids nobody opened: their bonds are burnt.",
        f"Bar chart of the bids of {count(len(entries), 'member')}, highest first: {served:,} served"
        + (f" at a share of {eth(lot.share)} ETH" if served else "")
        + f", {len(entries) - served - silent:,} not served, {silent:,} not opened.",
        lambda theme: members.draw(auction, theme),
    )


def _money(auction: Auction) -> Picture:
    total = totals(streams(auction))
    return Picture(
        "money",
        "From left to right: whose deposits, and what became of them. Widths are to scale, save that the thinnest streams "
        "are drawn as hairlines.",
        f"Flow diagram: of {about(sum(total.values()))} ETH of deposits, {about(total[Sink.REFUND])} ETH goes back to the "
        f"bidders, {about(total[Sink.PAID])} ETH to the seller as the price, and {about(total[Sink.BOND])} ETH is burnt.",
        lambda theme: sankey.draw(auction, theme),
    )
