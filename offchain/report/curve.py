"""How much a group can pay in equal shares, by how many share, and the picture of it. Amounts are integers in units (gwei)."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from offchain.report.amounts import count, eth
from offchain.report.drawing import (
    beside,
    canvas,
    halo,
    heights,
    in_eth,
    legend,
    plain_eth,
    threshold,
)
from offchain.report.theme import Theme

FEW = 150
"""Up to so many members each gets a bar or a dot; beyond, ranks are drawn on a logarithmic axis."""


@dataclass(frozen=True, slots=True)
class Curve:
    """`bids` are the positive ones, highest first, `products[i - 1]` is i·b_(i).

    willingness_to_pay: the largest product, 0 without bids. rank: the most members by whom it is reached.
    """

    bids: tuple[int, ...]
    products: tuple[int, ...]
    willingness_to_pay: int
    rank: int

    @property
    def total(self) -> int:
        """The sum of all bids."""
        return sum(self.bids)

    @property
    def median(self) -> Fraction:
        """The middle bid, or the mean of the two."""
        half = len(self.bids) // 2
        return Fraction(self.bids[half] + self.bids[-half - 1], 2)

    def served(self, price: int) -> int:
        """T, the most members who can share the price; 0 if no number can. O(members)."""
        return _last(self.products, price)

    def steps(self) -> list[tuple[int, int, int]]:
        """Every price range: (its first price, its last price, T), from price 1 to the willingness to pay. O(members).

        T(p) is the largest i with i·b_(i) >= p: it falls at each product that no later rank reaches.
        """
        reach = list(accumulate(reversed(self.products), max))[::-1]
        found, first = [], 1
        for rank in range(len(reach), 0, -1):
            last = reach[rank - 1]
            if last >= first:
                found.append((first, last, rank))
                first = last + 1
        return found


def curve(bids: Iterable[int]) -> Curve:
    """The curve of a group's bids. O(n log n)."""
    ranked = tuple(sorted((bid for bid in bids if bid > 0), reverse=True))
    products = tuple(rank * bid for rank, bid in enumerate(ranked, start=1))
    most = max(products, default=0)
    return Curve(ranked, products, most, _last(products, most))


def draw(
    shape: Curve, theme: Theme, group: str, price: tuple[str, int] | None = None, what: str = "bid"
) -> Figure:
    """i·b_(i) over i: what the i highest bidders can pay in equal shares; with T at a price, which is called something.

    `what` is what members do.
    """
    figure, axes = canvas(theme, f"What {group} can pay in equal shares")
    ranks = range(1, len(shape.bids) + 1)
    products = [in_eth(product) for product in shape.products]
    if len(shape.bids) <= FEW:
        axes.plot(ranks, products, color=theme.served, marker="o", markersize=4, linewidth=1.3)
        few_ranks(axes, len(shape.bids))
    else:
        axes.plot(ranks, products, color=theme.served, linewidth=1.6)
        many_ranks(axes, len(shape.bids))
    axes.set_ylim(0, in_eth(max(shape.willingness_to_pay, price[1] if price else 0)) * 1.3)
    scale = "" if len(shape.bids) <= FEW else " (logarithmic)"
    axes.set_xlabel(f"i: {'' if theme.is_narrow else 'number of '}members who share{scale}")
    heights(axes, theme, f"i · (i-th highest {what}), in ETH")
    plain_eth(axes.yaxis)
    if shape.bids:
        _mark_peak(axes, shape, theme)
    if price:
        _mark_price(axes, shape, theme, *price)
    return figure


def few_ranks(axes: Axes, most: int) -> None:
    """An axis of ranks that can be told apart."""
    axes.set_xlim(0, most + 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def many_ranks(axes: Axes, most: int) -> None:
    """A logarithmic axis of ranks."""
    axes.set_xscale("log")
    axes.set_xlim(0.9, most * 1.15)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _last(products: tuple[int, ...], least: int) -> int:
    """The last rank whose product is as large; 0 if none is."""
    return max((rank for rank, product in enumerate(products, 1) if product >= least), default=0)


def _mark_peak(axes: Axes, shape: Curve, theme: Theme) -> None:
    place = (shape.rank, in_eth(shape.willingness_to_pay))
    axes.plot(*place, marker="D", markersize=8, color=theme.peak, linestyle="none")
    bid = shape.bids[shape.rank - 1]
    part = _part(axes, shape.rank)
    side = (part > 0.7) - (part < 0.25) if theme.is_narrow else 1 if part > 0.6 else -1
    beside(
        axes,
        f"willingness to pay {eth(shape.willingness_to_pay)} ETH\n"
        f"{count(shape.rank, 'member')} at {eth(bid)} ETH each",
        place,
        (-10 * side, 6),
        theme.peak,
        ha=("center", "right", "left")[side],
        va="bottom",
        fontsize=10 if theme.is_narrow else None,
        fontweight="bold",
        path_effects=halo(theme),
    )


def _mark_price(axes: Axes, shape: Curve, theme: Theme, called: str, price: int) -> None:
    line = threshold(axes, price, theme, zorder=1.5)
    legend(axes, theme, [line], [f"{called} {eth(price)} ETH"])
    served = shape.served(price)
    if not served:
        return
    if len(shape.bids) <= FEW:  # on a logarithmic axis few would look like most
        axes.axvspan(axes.get_xlim()[0], served, color=theme.served, alpha=0.10, linewidth=0)
    axes.plot((served, served), (0, in_eth(price)), color=theme.text, linewidth=1.3)
    # beside the line, on the left if there is room: right of it the curve lies lower
    is_left = _part(axes, served) > (0.6 if theme.is_narrow else 0.22)
    beside(
        axes,
        f"T = {served:,}\nthe most members who\ncan share the price",
        (served, 0),
        (-8 if is_left else 8, 10),
        theme.text,
        ha="right" if is_left else "left",
        va="bottom",
        path_effects=halo(theme),
    )


def _part(axes: Axes, rank: int) -> float:
    """Where a rank lies between the left end of its axis, 0, and the right, 1."""
    place = axes.transData.transform((rank, 0))
    return float(axes.transAxes.inverted().transform(place)[0])
