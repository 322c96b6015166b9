"""A group with these contributions at an ascending auction against one individual. All amounts are integers, in gwei."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from matplotlib.figure import Figure

from offchain.model.instances.rules import Increment
from offchain.model.mechanisms.ascending import ascend, climb
from offchain.model.mechanisms.equal_split import share
from offchain.model.mechanisms.upper import CertainRule, OpenBids, SealedBids
from offchain.report import rise
from offchain.report.amounts import eth
from offchain.report.curve import Curve
from offchain.report.drawing import Picture, nothing
from offchain.report.rise import Rise
from offchain.report.tables import Row, Table, as_csv
from offchain.report.theme import Theme

MOST_BIDS: Final = 100_000
"""More are not drawn and not written, and no house takes them."""

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ascending": "equal split, ascending",
        "sealed": "equal split, sealed",
        "spending-all": "all it has, ascending",
    }
)
"""What is compared, by the names of the raw data."""

_INDIVIDUAL, _GROUP = range(2)
"""Places in order of arrival."""


@dataclass(frozen=True, slots=True)
class House:
    """The rules of an ascending auction, and the limits of the individuals who come to it, one at a time."""

    start: int
    increment: Increment
    rivals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sale:
    """One of RULES against one rival. limit: the group's. price: 0 if unsold. served, share: 0 unless the group wins.

    share is None where all that it has is spent, and members pay in proportion. bids: None where they are sealed.
    """

    rule: str
    rival: int
    limit: int
    winner: str
    price: int
    served: int
    share: int | None
    bids: int | None


def bids(found: Curve, house: House, rival: int) -> int:
    """How many bids there are if the group bids up to its willingness to pay, or all that it has; the larger number."""
    return max(
        ascend([rival, limit], house.start, house.increment).bids
        for limit in (found.willingness_to_pay, found.total)
    )


def sales(found: Curve, house: House) -> list[Sale]:
    """By open bids and by sealed ones with the equal split, and by open bids up to all that the group has, for each rival."""
    open_ = OpenBids(house.increment)
    return [
        sale
        for rival in house.rivals
        for sale in (
            _sale("ascending", found, house, rival, open_),
            _sale("sealed", found, house, rival, SealedBids()),
            _spending_all(found, house, rival),
        )
    ]


def _sale(rule: str, found: Curve, house: House, rival: int, upper: CertainRule) -> Sale:
    limit = found.willingness_to_pay
    limits = [rival, limit]
    sold = upper.sell(limits, house.start)
    wins = sold.leader == _GROUP
    served = found.served(sold.price) if wins else 0
    return Sale(
        rule=rule,
        rival=rival,
        limit=limit,
        winner=_called(sold.leader),
        price=0 if sold.leader is None else sold.price,
        served=served,
        share=share(sold.price, served) if wins else 0,
        bids=ascend(limits, house.start, house.increment).bids
        if isinstance(upper, OpenBids)
        else None,
    )


def _spending_all(found: Curve, house: House, rival: int) -> Sale:
    sold = ascend([rival, found.total], house.start, house.increment)
    wins = sold.leader == _GROUP
    return Sale(
        rule="spending-all",
        rival=rival,
        limit=found.total,
        winner=_called(sold.leader),
        price=0 if sold.leader is None else sold.price,
        served=len(found.bids) if wins else 0,
        share=None if wins else 0,
        bids=sold.bids,
    )


def _called(leader: int | None) -> str:
    return "nobody" if leader is None else ("individual", "group")[leader]


def terms(house: House) -> str:
    """The house's rules in words."""
    increment = house.increment
    is_part = isinstance(increment, Fraction)
    by = f"{increment} of it" if is_part else f"{eth(int(increment))} ETH"
    return f"from {eth(house.start)} ETH on, each bid at least {by} above the one before"


def table(found: Curve, house: House) -> Table:
    """A row for each rival and rule."""
    rows = [
        Row(
            (
                RULES[sale.rule],
                sale.winner,
                eth(sale.rival),
                eth(sale.limit),
                eth(sale.price),
                f"{sale.served:,}",
                "in proportion" if sale.share is None else eth(sale.share),
                "" if sale.bids is None else f"{sale.bids:,}",
            )
        )
        for sale in sales(found, house)
    ]
    return Table(
        title="At an ascending auction, against one individual",
        headings=(
            "sold by",
            "won by",
            "individual's limit, ETH",
            "group's limit, ETH",
            "price, ETH",
            "served",
            "share, ETH",
            "bids",
        ),
        rows=tuple(rows),
        texts=2,
        note=f"The house: {terms(house)}. Up to all it has a group bids more than its members can pay in equal shares; the"
        " truth is not best for them then.",
    )


def picture(found: Curve, house: House) -> Picture:
    """The bids against the first rival, one by one; there is none if nobody bid."""
    caption = (
        f"The bids against an individual who bids up to {eth(house.rivals[0])} ETH, {terms(house)}"
    )
    return Picture(
        "ascent", caption, caption, lambda theme: _draw(found, house, theme), title="Bid by bid"
    )


def _draw(found: Curve, house: House, theme: Theme) -> Figure:
    names = ("the individual", "the group")
    limits = [house.rivals[0], found.willingness_to_pay]
    made = climb(limits, house.start, house.increment)
    bids = [(names[who], amount) for who, amount in made]
    if not bids:
        return nothing(theme, "nobody bids")
    return rise.draw(
        Rise(bids, names[_GROUP], dict(zip(names, limits, strict=True)), "bids"),
        theme,
        "Bid by bid",
    )


def raw_bids(found: Curve, house: House) -> str:
    """Every bid of the equal split against every rival, as CSV."""
    return as_csv(("rival_gwei", "bid", "bidder", "amount_gwei"), _bids(found, house))


def _bids(found: Curve, house: House) -> Iterator[Sequence[object]]:
    for rival in house.rivals:
        made = climb([rival, found.willingness_to_pay], house.start, house.increment)
        for number, (place, amount) in enumerate(made, start=1):
            yield rival, number, _called(place), amount


SALES_COLUMNS: Final = (
    "rule",
    "rival_gwei",
    "group_limit_gwei",
    "winner",
    "price_gwei",
    "served",
    "share_gwei",
    "bids",
)


def raw_sales(found: Curve, house: House) -> str:
    """The table's rows in gwei, as CSV; empty where there is no share or are no bids."""
    return as_csv(
        SALES_COLUMNS,
        (
            (
                sale.rule,
                sale.rival,
                sale.limit,
                sale.winner,
                sale.price,
                sale.served,
                "" if sale.share is None else sale.share,
                "" if sale.bids is None else sale.bids,
            )
            for sale in sales(found, house)
        ),
    )
