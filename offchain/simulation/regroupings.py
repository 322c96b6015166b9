"""What a group cut into subgroups can pay, in tables, as JSON and as a picture. All amounts are integers, in units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from offchain.io.units import UNITS_PER_ETH
from offchain.model.mechanisms.equal_split import (
    equal_split,
    served_count,
    share,
    willingness_to_pay,
)
from offchain.model.mechanisms.regrouping import Regrouping, shares
from offchain.report.amounts import count, eth
from offchain.report.curve import FEW, few_ranks, many_ranks
from offchain.report.drawing import (
    DASHES,
    Picture,
    canvas,
    heights,
    legend_above,
    plain_eth,
)
from offchain.report.tables import Row, Table, as_csv
from offchain.report.theme import Theme

EQUAL = "equal"
OWN = "own"
WAYS = (EQUAL, OWN)
"""How groups pay together: those who pay the same each, or each its own willingness to pay."""

_BELOW = 20
"""So many times below the least share paid a logarithmic picture ends."""

SHOWN = 10
"""How many groups a terminal shows."""


@dataclass(frozen=True, slots=True)
class Bidder:
    """Somebody of the list, by name or address."""

    name: str
    units: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """How a list's amounts are told: `tell` an amount, exact, without its unit; `unit` is that, of so many units of 1 gwei."""

    unit: str
    size: int
    tell: Callable[[int], str]

    def __call__(self, units: int) -> str:
        """The amount with its unit."""
        return f"{self.tell(units)} {self.unit}"


IN_ETH = Amounts("ETH", UNITS_PER_ETH, eth)
IN_UNITS = Amounts("units", 1, lambda units: f"{units:,}")


@dataclass(frozen=True)
class Regrouped:
    """A list of bidders, the subgroups found for it, and how they pay (one of WAYS)."""

    bidders: tuple[Bidder, ...]
    found: Regrouping
    way: str
    amounts: Amounts

    @cached_property
    def groups(self) -> tuple[tuple[Bidder, ...], ...]:
        """The subgroups with everybody in them, highest bid first; who bids nothing is of the last."""
        ranked = sorted(self.bidders, key=lambda one: -one.units)
        ends = [*self.found.ends[:-1], len(ranked)]
        return tuple(
            tuple(ranked[first:last]) for first, last in zip([0, *ends[:-1]], ends, strict=True)
        )

    @cached_property
    def undivided(self) -> int:
        """What the group would bid in one."""
        return willingness_to_pay(self.found.bids)

    @property
    def sum(self) -> int:
        """Of all bids."""
        return sum(self.found.bids)


@dataclass(frozen=True, slots=True)
class AtPrice:
    """Who would be served at a price: so many of the undivided group, for `share` each, 0 if none; and of so many subgroups.

    lowest, highest: the shares of members of subgroups; 0 if none.
    """

    price: int
    undivided: int
    share: int
    subgroups: int
    served: int
    lowest: int
    highest: int


def at_price(regrouped: Regrouped, price: int) -> AtPrice:
    """Undivided and in subgroups that share in equal shares. O(n log n)."""
    bids = regrouped.found.bids
    alone = served_count(bids, price)
    paid = [
        [each for each in part if each is not None]
        for part in shares(regrouped.found.subgroups, price)
    ]
    each = [pays for group in paid for pays in group]
    return AtPrice(
        price=price,
        undivided=alone,
        share=share(price, alone) if alone else 0,
        subgroups=sum(map(bool, paid)),
        served=len(each),
        lowest=min(each, default=0),
        highest=max(each, default=0),
    )


def facts(one: Regrouped) -> tuple[tuple[str, str], ...]:
    """The figures, named."""
    found, tell = one.found, one.amounts
    return (
        ("members", f"{len(one.bidders):,}"),
        ("sum of bids", tell(one.sum)),
        ("undivided, they bid", tell(one.undivided)),
        (f"in {count(len(one.groups), 'group')}", tell(found.total)),
        *_ratios(one),
    )


def _ratios(one: Regrouped) -> tuple[tuple[str, str], ...]:
    if not one.found.total:
        return ()
    return (
        ("times undivided", f"{one.found.total / one.undivided:.2f}"),
        ("sum / in groups", f"{one.sum / one.found.total:.2f}"),
    )


def explanation(one: Regrouped) -> str:
    """What the groups pay, and what holds of it."""
    if one.way == OWN:
        return (
            "Each group pays the most that its members can pay in equal shares, and all of them together the sum. No other "
            f"partition into at most {count(len(one.groups), 'group')} pays more."
        )
    asked = one.found.asked[0] if one.found.asked else 0
    return (
        f"Each group pays {one.amounts(asked)}, its members in equal shares. No other partition pays more. Who is in which "
        "group has to be settled before the bids: where bids decide, a member can gain by a lie."
    )


def groups(one: Regrouped, most: int | None = None) -> Table:
    """A row for each group, with what it pays where all pay the most; the first `most` of them."""
    tell = one.amounts.tell
    shown = one.groups[:most]
    rows = []
    for number, (members, pays) in enumerate(zip(shown, _asked(one), strict=False), start=1):
        served, each = _within(members, pays)
        bids = (members[0].units, members[-1].units)
        cells = (f"{len(members):,}", *map(tell, bids), tell(pays), f"{served:,}", tell(each))
        rows.append(Row((f"{number}", *cells)))
    if len(shown) < len(one.groups):
        left = one.groups[len(shown) :]
        cells = (f"{sum(map(len, left)):,}", "", "", tell(sum(_asked(one)[len(shown) :])), "", "")
        rows.append(Row((f"… {len(left):,} more", *cells), is_rest=True))
    unit = one.amounts.unit
    return Table(
        title=f"{count(len(one.groups), 'group')} that pay {one.amounts(one.found.total)}",
        headings=(
            "group",
            "members",
            f"highest bid, {unit}",
            f"lowest bid, {unit}",
            f"pays, {unit}",
            "served",
            f"share, {unit}",
        ),
        rows=tuple(rows),
    )


def prices(one: Regrouped, wanted: Sequence[int]) -> Table:
    """Who is served at each price, undivided and in groups."""
    tell, unit = one.amounts.tell, one.amounts.unit
    found = [at_price(one, price) for price in wanted]
    rows = [
        Row(
            (
                tell(at.price),
                f"{at.undivided:,}",
                tell(at.share) if at.undivided else "",
                f"{at.subgroups:,}",
                f"{at.served:,}",
                tell(at.lowest) if at.served else "",
                tell(at.highest) if at.served else "",
            )
        )
        for at in found
    ]
    return Table(
        title="Who is served",
        headings=(
            f"price, {unit}",
            "undivided",
            f"share, {unit}",
            "groups",
            "in groups",
            f"least share, {unit}",
            f"most, {unit}",
        ),
        rows=tuple(rows),
        texts=0,
        note="How many members are served, at which share. Of the groups, those that pay.",
    )


def _asked(one: Regrouped) -> tuple[int, ...]:
    """What each group is asked for; nothing where nobody bids."""
    return one.found.asked or (0,)


def _within(members: Sequence[Bidder], asked: int) -> tuple[int, int]:
    """How many of a group are served, and what each pays."""
    if not asked:
        return 0, 0
    split = equal_split([one.units for one in members], asked)
    return split.served, split.share


def to_json(one: Regrouped, wanted: Sequence[int]) -> dict[str, object]:
    """All that is told, for programs. Amounts in units; `members` of groups as in instance files."""
    return {
        "pay": one.way,
        "members": len(one.bidders),
        "sum": one.sum,
        "undivided": one.undivided,
        "total": one.found.total,
        "groups": [
            _group_json(f"{number}", members, pays)
            for number, (members, pays) in enumerate(
                zip(one.groups, _asked(one), strict=True), start=1
            )
        ],
        "prices": [_price_json(at_price(one, price)) for price in wanted],
    }


def _group_json(name: str, members: Sequence[Bidder], pays: int) -> dict[str, object]:
    served, each = _within(members, pays)
    return {
        "name": name,
        "willingness_to_pay": willingness_to_pay(one.units for one in members),
        "pays": pays,
        "served": served,
        "share": each,
        "members": [{"name": one.name, "bid": one.units} for one in members],
    }


def _price_json(at: AtPrice) -> dict[str, object]:
    return {
        "price": at.price,
        "undivided": {"served": at.undivided, "share": at.share},
        "groups": {
            "pay": at.subgroups,
            "served": at.served,
            "lowest_share": at.lowest,
            "highest_share": at.highest,
        },
    }


RAW_COLUMNS = ("group", "rank", "member", "bid", "pays")


def raw(one: Regrouped) -> str:
    """Everybody with group and, where the groups pay the most, what they pay (0 if not served), as CSV in units."""
    return as_csv(RAW_COLUMNS, _raw(one))


def _raw(one: Regrouped) -> list[tuple[int, int, str, int, int]]:
    rows: list[tuple[int, int, str, int, int]] = []
    for number, (members, asked) in enumerate(zip(one.groups, _asked(one), strict=True), start=1):
        served, each = _within(members, asked)
        for place, member in enumerate(members):
            pays = each if place < served else 0
            rows.append((number, len(rows) + 1, member.name, member.units, pays))
    return rows


def picture(one: Regrouped) -> Picture:
    """Bids by rank, and below them what is paid: undivided, and in groups."""
    caption = (
        "What each member pays where the group pays the most it can: undivided, and in groups, each of which shares equally. "
        "Areas below the lines would be what is paid, were the axes not logarithmic."
        if len(one.found.bids) > FEW
        else "What each member pays where the group pays the most it can: undivided, and in groups. Areas below the lines are "
        "what is paid."
    )
    alt = (
        f"Chart of {count(len(one.found.bids), 'bid')} by rank, with what each pays: {one.amounts(one.undivided)} in all "
        f"undivided, {one.amounts(one.found.total)} in {count(len(one.groups), 'group')}."
    )
    return Picture(
        "regroup", caption, alt, lambda theme: _draw(one, theme), title="What each member pays"
    )


def _draw(one: Regrouped, theme: Theme) -> Figure:
    figure, axes = canvas(
        theme,
        "What each member pays",
        box=(0.122, 0.125, 0.853, 0.7),
        narrow=(0.165, 0.125, 0.805, 0.6),
    )
    bids = one.found.bids
    split = equal_split(bids, one.undivided) if bids else None
    alone = [] if split is None else [split.share] * split.served
    in_groups = [pays for *_, pays in _raw(one) if pays]
    lines = [
        *_steps(axes, bids, one.amounts, color=theme.unserved, linewidth=1.6),
        *_steps(axes, alone, one.amounts, color=theme.rival, linewidth=2, linestyle=DASHES),
        *_steps(axes, in_groups, one.amounts, color=theme.served, linewidth=2),
    ]
    if len(bids) > FEW:
        many_ranks(axes, len(bids))
        axes.set_yscale("log")
        axes.set_ylim(bottom=min(in_groups) / one.amounts.size / _BELOW)
    else:
        few_ranks(axes, len(bids))
        axes.set_ylim(bottom=0)
    plain_eth(axes.yaxis)
    axes.set_xlabel("rank of the bid" + (" (logarithmic)" if len(bids) > FEW else ""))
    heights(axes, theme, one.amounts.unit)
    legend_above(
        axes,
        theme,
        lines,
        [
            "bid",
            f"undivided: {one.amounts(one.undivided)}",
            f"in {count(len(one.groups), 'group')}: {one.amounts(one.found.total)}",
        ],
        columns=1 if theme.is_narrow else 3,
    )
    return figure


def _steps(axes: Axes, amounts: Sequence[int], told: Amounts, **how: Any) -> list[Line2D]:
    """A line that is as high as each amount around its rank."""
    ranks = range(1, len(amounts) + 1)
    return axes.step(ranks, [amount / told.size for amount in amounts], where="mid", **how)
