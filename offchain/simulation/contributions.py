"""What a group with these contributions would bid, and who is served at every price. All amounts are integers, in gwei."""

from collections.abc import Sequence
from dataclasses import dataclass

from offchain.model.instances.contributions import Contribution
from offchain.model.mechanisms.equal_split import served_count, share
from offchain.report.amounts import about, count, eth
from offchain.report.curve import Curve
from offchain.report.tables import Row, Table, as_csv
from offchain.simulation.summary import about_harmonic

_PARTS = 20
"""Rows of the table of prices."""
SHOWN = 10
"""How many of those who are served a terminal shows."""


@dataclass(frozen=True, slots=True)
class Served:
    """Who is served at a price: `members`, highest contribution first, each for `share`, which is 0 if there is nobody.

    among: how many contributed.
    """

    price: int
    share: int
    members: tuple[Contribution, ...]
    among: int


def facts(found: Curve) -> tuple[tuple[str, str], ...]:
    """The figures of the group, named."""
    return (
        ("contributions", f"{len(found.bids):,}"),
        ("sum", f"{eth(found.total)} ETH"),
        ("median", f"{about(round(found.median))} ETH"),
        ("willingness to pay", f"{eth(found.willingness_to_pay)} ETH"),
        (
            "reached by",
            f"{count(found.rank, 'member')} of at least {eth(found.bids[found.rank - 1])} ETH",
        ),
        ("sum / willingness to pay", f"{found.total / found.willingness_to_pay:.2f}"),
        (
            f"at most H_{len(found.bids)} = 1 + 1/2 + … + 1/{len(found.bids)}",
            f"{about_harmonic(len(found.bids)):.2f}",
        ),
    )


def explanation(found: Curve) -> str:
    """Why the group bids less than its sum."""
    over = sum(bid - found.bids[found.rank - 1] for bid in found.bids[: found.rank])
    rest = sum(found.bids[found.rank :])
    return (
        f"The group bids {eth(found.willingness_to_pay)} ETH and not its sum, because all who are served pay the same. "
        "Of the difference, "
        f"{eth(over)} ETH is what the {count(found.rank, 'member')} who could share it contributed beyond their share, and "
        f"{eth(rest)} ETH is what the other {len(found.bids) - found.rank:,} contributed, who could not pay that share. "
        "At a lower price more are served, for less each; nobody pays more than they contributed."
    )


def prices(found: Curve) -> Table:
    """T and share at about twenty prices: equal parts of the willingness to pay, rounded up to units."""
    wanted = sorted(
        {-(-found.willingness_to_pay * part // _PARTS) for part in range(1, _PARTS + 1)}
    )
    steps = found.steps()
    rows = []
    for price in wanted:
        served = next(rank for _, last, rank in steps if last >= price)
        each = share(price, served)
        rows.append(Row((eth(price), f"{served:,}", eth(each), eth(each * served))))
    return Table(
        title="At every price",
        headings=("price, ETH", "T, served", "share, ETH", "paid in all, ETH"),
        rows=tuple(rows),
        texts=0,
        note="Served are all who contributed at least the share.",
    )


def served(gifts: Sequence[Contribution], price: int) -> Served:
    """Who is served if the auctioneer asks `price`; nobody above the willingness to pay. O(n log n)."""
    count = served_count([gift.units for gift in gifts], price)
    ranked = sorted(gifts, key=lambda gift: -gift.units)
    return Served(price, share(price, count) if count else 0, tuple(ranked[:count]), len(gifts))


def members(found: Served, most: int | None = None) -> Table:
    """Who is served, in ETH; the first `most` of them."""
    shown = found.members if most is None else found.members[:most]
    rows = [
        Row((gift.address, eth(gift.units), eth(found.share), eth(gift.units - found.share)))
        for gift in shown
    ]
    if len(shown) < len(found.members):
        left = f"… {len(found.members) - len(shown):,} more"
        rows.append(Row((left, "", eth(found.share), ""), is_rest=True))
    return Table(
        title=f"At {eth(found.price)} ETH: {len(found.members):,} of {found.among:,} served",
        headings=("address", "contribution, ETH", "pays, ETH", "gets back, ETH"),
        rows=tuple(rows),
        note=""
        if found.members
        else "The group cannot pay so much in equal shares, so it does not win.",
    )


def raw(found: Curve) -> str:
    """Every price at which T changes, as CSV: T holds from the first price to the last, and the share is that at each end."""
    return as_csv(
        (
            "first_price_gwei",
            "last_price_gwei",
            "served",
            "share_at_first_gwei",
            "share_at_last_gwei",
        ),
        (
            (first, last, rank, share(first, rank), share(last, rank))
            for first, last, rank in found.steps()
        ),
    )


def raw_curve(found: Curve) -> str:
    """The curve itself as CSV."""
    ranks = range(1, len(found.bids) + 1)
    return as_csv(
        ("rank", "contribution_gwei", "product_gwei"),
        zip(ranks, found.bids, found.products, strict=True),
    )


SERVED_COLUMNS = ("price_gwei", "address", "contribution_gwei", "share_gwei", "refund_gwei")


ServedRow = tuple[int, str, int, int, int]


def raw_served(lists: Sequence[Served]) -> list[ServedRow]:
    """A row of `SERVED_COLUMNS` for each price and member who is served at it."""
    return [
        (one.price, gift.address, gift.units, one.share, gift.units - one.share)
        for one in lists
        for gift in one.members
    ]
