"""The report of one lot that a house sold among groups: members' money first, then how the price rose."""

from offchain.model.document import instance_text, outcome_text
from offchain.report import ascent, auction_tables
from offchain.report.amounts import count, eth
from offchain.report.ascent import AscendingLot, clock
from offchain.report.auction import critical_bid, curve_of
from offchain.report.auction_report import bidders, mute, pictures, shares, silence, terms
from offchain.report.drawing import Picture
from offchain.report.fates import people
from offchain.report.page import Part, Section, tabled
from offchain.report.people import as_file
from offchain.report.played import Report, checks, gas, page
from offchain.report.tables import Row, Table

_LIMITS = (
    "The file instance.json beside this page holds the groups' limits without the rivals' jump bids: consort solve plays them as "
    "an ascending auction in which everybody bids the least, and may come to another price, within an increment."
)


def report(lot: AscendingLot) -> Report:
    """The report; beside the page lie everybody's money, and instance and outcome as `consort solve` reads and prints them."""
    groups = auction_tables.groups(lot)
    split, served, money = pictures(lot)
    everybody = people(lot)
    rise: tuple[Part, ...] = (_rise(lot), _bids(lot), _LIMITS) if lot.bids else ("Nobody bid.",)
    before = (
        Section(everybody.title, (everybody, balance(lot))),
        *tabled(groups),
        Section("How the price rose", rise),
        Section("Who is served", (served,)),
        Section("What the group can pay", (split,) if curve_of(lot).bids else (mute(lot),)),
        Section("Where the money went", (money, auction_tables.money(lot))),
    )
    return Report(
        played=lot,
        page=page(lot, lead(lot), key_figures(lot), before),
        tables=(groups, auction_tables.members(lot, abridged=True), gas(lot), checks(lot)),
        files={
            everybody.file: as_file(everybody),
            "instance.json": instance_text(lot.instance).encode(),
            "outcome.json": outcome_text([lot.outcome], is_list=False).encode(),
        },
    )


def lead(lot: AscendingLot) -> str:
    """What happened, in a few sentences."""
    came = bidders(lot, "bid in an ascending auction of a house that knows nothing of groups")
    bids = f"{count(len(lot.bids), 'bid')} came to it, of which {len(lot.moved):,} moved its end."
    return " ".join(filter(None, (came, bids, _ending(lot), silence(lot))))


def _ending(lot: AscendingLot) -> str:
    sold = lot.lot
    if sold.winner is None:
        return "Nobody reached the reserve."
    if not lot.focus_won:
        won = f"{sold.winner} won at {eth(sold.price)} ETH."
        if not lot.focus_spoke:
            return f"{won} {mute(lot)}"
        return (
            f"{won} {lot.focus} could pay {eth(sold.group_bids[lot.focus])} ETH in equal shares, and would have needed "
            f"{eth(critical_bid(lot))} ETH."
        )
    return (
        f"{lot.focus} won at {eth(sold.price)} ETH, though it would have bid up to "
        f"{eth(sold.group_bids[lot.focus])} ETH, which nobody knew until its bids were opened. {len(sold.served):,} of its "
        f"{count(len(lot.of(lot.focus)), 'member')} share the price equally, at {eth(sold.share)} ETH each, and get access. "
        "Whatever they bid beyond that, they keep."
    )


def key_figures(lot: AscendingLot) -> tuple[tuple[str, str], ...]:
    """The figures at the head of the page, with their units."""
    sold = lot.lot
    return (
        ("winner", sold.winner or "nobody"),
        ("price", f"{eth(sold.price)} ETH"),
        *shares(lot),
        (f"limit of {lot.focus}", f"{eth(sold.group_bids[lot.focus])} ETH"),
        ("bids at the house", f"{len(lot.bids):,}"),
        ("the end moved by", clock(lot.end - lot.announced)),
        *((("bonds burnt", f"{eth(lot.burnt)} ETH"),) if lot.burnt else ()),
    )


def balance(lot: AscendingLot) -> str:
    """That all money and its uses add up, with the exact sums."""
    said = f"In ETH, what was put down adds up exactly: {terms(lot, 'paid')}."
    if lot.surplus:
        said += (
            f" The house gets its price of {eth(lot.proceeds)}. Shares are rounded up to whole gwei: the {eth(lot.surplus)} "
            "more stay in the adapter for ever."
        )
    return said


def _rise(lot: AscendingLot) -> Picture:
    sold = lot.lot
    return Picture(
        "ascent",
        "Every bid that the house took, in order, in the colour of who leads by it. Up to the line the groups' bids were sealed: "
        "nobody could tell how far they would go. Then each group's limit is what its members can pay in equal shares, for all "
        "to see, and anyone can have it bid the least that leads. A bid near the end moves the end, so that nobody is too late "
        "to answer.",
        f"Step chart of {count(len(lot.bids), 'bid')}, the last one {eth(sold.price)} ETH by {sold.winner}; "
        f"{len(lot.moved):,} of them moved the end.",
        lambda theme: ascent.draw(lot, theme),
        title="How the price rose",
    )


def _bids(lot: AscendingLot) -> Table:
    """Every bid at the house."""
    ends = (lot.announced, *(one.end for one in lot.bids))
    rows = [
        Row(
            (
                one.bidder,
                eth(one.amount),
                clock(one.at - lot.announced),
                clock(after - before) if after > before else "",
            )
        )
        for one, before, after in zip(lot.bids, ends, ends[1:], strict=False)
    ]
    return Table(
        title="Bids at the house",
        headings=("bidder", "bid", "when", "the end moves by"),
        rows=tuple(rows),
        note="In ETH, exact; times from the end as announced.",
        folded=f"All {count(len(lot.bids), 'bid')}",
    )
