"""The pictures of the auctions that draw lots, from plain data."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from offchain.report.amounts import eth
from offchain.report.drawing import DASHES, beside, canvas, in_eth, legend, plain_eth, threshold
from offchain.report.theme import Theme

_MARKERS = ("o", "s", "^", "D")


def chances(
    bids: Mapping[str, int],
    found: Mapping[str, Fraction],
    draw: Fraction,
    winner: str | None,
    theme: Theme,
) -> Figure:
    """Every player's piece of the line from 0 to 1, in order, and where the draw falls."""
    figure, axes = canvas(theme, "Each one's chance, side by side")
    left, pieces = 0.0, [*found.items(), ("nobody", 1 - sum(found.values(), Fraction(0)))]
    for name, chance in pieces:
        width = float(chance)
        colour = theme.served if name == winner else theme.unserved
        if name == "nobody":
            colour = theme.served if winner is None else theme.rule
        axes.barh(0.0, width, 0.5, left=left, color=colour, edgecolor=theme.page, linewidth=2)
        if width > 0.06:
            bid = f"bids {eth(bids[name])} ETH\n" if name in bids else ""
            axes.text(
                left + width / 2,
                -0.42,
                f"{name}\n{bid}{width:.1%}",
                ha="center",
                va="top",
                color=theme.text,
            )
        left += width
    axes.axvline(float(draw), 0.42, 0.80, color=theme.price, linewidth=2)
    axes.text(
        float(draw),
        0.55,
        f"the draw: {float(draw):.4f}",
        ha="center",
        va="bottom",
        color=theme.price,
        fontweight="bold",
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(-1.2, 0.9)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return figure


def knowledge(offered: Mapping[str, int], star: str | None, revenue: int, theme: Theme) -> Figure:
    """What everybody's offers to others are worth, and what the sale brought."""
    figure, axes = canvas(theme, "What everybody offers to others")
    names = list(offered)
    colours = [theme.served if name == star else theme.unserved for name in names]
    amounts = [in_eth(amount) for amount in offered.values()]
    axes.bar(names, amounts, 0.6, color=colours)
    for place, name in enumerate(names):
        is_star = name == star
        beside(
            axes,
            f"the star\n{eth(offered[name])} ETH" if is_star else f"{eth(offered[name])} ETH",
            (place, amounts[place]),
            (0, -34 if is_star else 5),
            theme.page if is_star else theme.text,
            ha="center",
        )
    threshold(axes, revenue, theme)
    axes.text(
        0.02,
        0.9,
        f"the seller gets {eth(revenue)} ETH",
        transform=axes.transAxes,
        color=theme.price,
        fontweight="bold",
    )
    axes.set_ylim(0, max([*amounts, in_eth(revenue)]) * 1.25)
    axes.set_ylabel("offers to others, in ETH")
    plain_eth(axes)
    return figure


def valuations(
    worths: Mapping[str, Sequence[int]], total: int, winner: str | None, price: int, theme: Theme
) -> Figure:
    """What the item is worth to each at every total of the signals, the true one, and the price."""
    figure, axes = canvas(theme, "What it is worth, by what all know together")
    colours = (theme.served, theme.peak, theme.silent, theme.rival)
    totals = range(len(next(iter(worths.values()))))
    for place, (name, worth) in enumerate(worths.items()):
        axes.plot(
            totals,
            [in_eth(value) for value in worth],
            color=colours[place % len(colours)],
            marker=_MARKERS[place % len(_MARKERS)],
            markersize=6,
            linewidth=2.6 if name == winner else 1.4,
            label=name,
        )
    axes.axvline(total, color=theme.muted, linewidth=1.2, linestyle=DASHES)
    top = (total, axes.get_ylim()[1])
    beside(axes, f"true total: {total}", top, (-6, -4), theme.muted, ha="right", va="top")
    if winner is not None:
        threshold(axes, price, theme)
        said, start = f"{winner} pays {eth(price)} ETH", (0, in_eth(price))
        beside(axes, said, start, (0, 5), theme.price, fontweight="bold")
    axes.set_xlim(-0.2, len(totals) - 0.8)
    axes.set_xlabel("total of all signals")
    axes.set_ylabel("worth, in ETH")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend(axes, theme, loc="upper left")
    return figure
