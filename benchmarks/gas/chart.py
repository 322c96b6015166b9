"""The pictures of docs/gas.md, for light and dark pages: gas per participant, here and elsewhere; and by the group's size, at our
own auctioneer and at the house of others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from benchmarks.gas.houses_all_in import RAISES
from benchmarks.gas.peers import PEERS, party_all_in
from benchmarks.gas.report import (
    OPEN,
    OPEN_ALONE,
    SEALED,
    SEALED_ALONE,
    Goal,
    Snapshot,
    at_house,
    goals,
    life,
    written,
)
from benchmarks.svg import svg, title

SIZE: Final = (9.6, 4.4)
"""Inches."""
_LEFT: Final = 0.37
_POINTS: Final = 200
_STEPS: Final = ("enter", "reveal", "tally", "claim or refund")


@dataclass(frozen=True, slots=True)
class Shade:
    """Colours on a page; the steps of our bars and of others', from the first to the last."""

    text: str
    quiet: str
    edge: str
    ours: tuple[str, ...]
    others: tuple[str, ...]


SHADES: Final = {
    "light": Shade(
        "#1f2328",
        "#59636e",
        "#ffffff",
        ("#0b62a8", "#4c94d0", "#f0a830", "#9cc7ea"),
        ("#6e7781", "#9ea7b0", "#f0a830", "#c9d0d6"),
    ),
    "dark": Shade(
        "#e6edf3",
        "#9198a1",
        "#0d1117",
        ("#62b0ff", "#3479bd", "#d98a00", "#1f4e7d"),
        ("#9198a1", "#6b737c", "#d98a00", "#474e57"),
    ),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One system's way: gas by `_STEPS`."""

    name: str
    steps: Sequence[Fraction]
    ours: bool

    @property
    def total(self) -> Fraction:
        """Gas of all steps."""
        return sum(self.steps, Fraction(0))


def bars(snapshot: Snapshot) -> list[Bar]:
    """Every bar, the cheapest first."""
    named = {
        "Consort, open, in batches": OPEN,
        "Consort, sealed, in batches": SEALED,
        "Consort, open, all by oneself": OPEN_ALONE,
        "Consort, sealed, all by oneself": SEALED_ALONE,
    }
    ours = [Bar(name, life(snapshot, way), True) for name, way in named.items()]
    others = [
        Bar(one.name, [Fraction(n) for n in (one.enter, one.reveal, 0, one.claim)], False)
        for one in PEERS
    ]
    return sorted(ours + others, key=lambda bar: bar.total)


def pictures(snapshot: Snapshot) -> dict[str, str]:
    """The pictures by file name, as SVG. The same snapshot gives the same text."""
    rows, sizes = bars(snapshot), {"Consort": goals(snapshot)}
    often = {_raised(n): at_house(snapshot, n) for n in RAISES}
    return (
        {
            f"gas-{name}.svg": svg(partial(_figure, rows, shade), "gas")
            for name, shade in SHADES.items()
        }
        | {
            f"all-in-{name}.svg": svg(partial(_by_size, sizes, shade), "all in")
            for name, shade in SHADES.items()
        }
        | {
            f"houses-{name}.svg": svg(partial(_by_size, often, shade), "houses")
            for name, shade in SHADES.items()
        }
    )


def _raised(times: int) -> str:
    """What the curve of a group is called that raises so often at the house of others."""
    return f"Consort, {times} {'raise' if times == 1 else 'raises'}"


def _by_size(curves: Mapping[str, Sequence[Goal]], shade: Shade) -> Figure:
    """Curves of ours, by name, the first with its figures, and a PartyBid's band."""
    figure = Figure(SIZE)
    axes = figure.add_axes((0.03, 0.12, 0.95, 0.74))
    first, *_ = curves.values()
    members = [goal.members for goal in first]
    _party(axes, members[0], members[-1], shade)
    for (name, sizes), colour in zip(curves.items(), shade.ours, strict=False):
        figures = [float(goal.figure) for goal in sizes]
        axes.plot(members, figures, color=colour, linewidth=2.2, marker="o", label=name)
    for goal in first:
        axes.annotate(
            written(goal.figure),
            (goal.members, float(goal.figure)),
            (-3, -5),
            textcoords="offset points",
            ha="right",
            va="top",
            color=shade.text,
            weight="bold",
        )
    highest = max(
        float(max(one.figure, one.party[1])) for sizes in curves.values() for one in sizes
    )
    axes.set_xscale("log")
    axes.set_xlim(members[0] / 2.2, members[-1] * 1.3)
    axes.set_ylim(0, 1.06 * highest)
    axes.set_xticks(members, [f"{one:,}" for one in members])
    axes.minorticks_off()
    axes.set_yticks([])
    axes.tick_params(colors=shade.quiet, length=0)
    axes.set_frame_on(False)
    figure.text(0.5, 0.015, "members", color=shade.quiet, ha="center")
    title(figure, "Gas per member, everything counted", shade.text)
    figure.legend(
        loc="upper right",
        bbox_to_anchor=(0.985, 1.0),
        ncol=2 if len(curves) == 1 else 1,
        frameon=False,
        labelcolor=shade.quiet,
    )
    return figure


def _party(axes: Axes, least: int, most: int, shade: Shade) -> None:
    """What a PartyBid costs: from refunds in a batch to each by oneself."""
    members = sorted({round(least * (most / least) ** (n / _POINTS)) for n in range(_POINTS + 1)})
    batch, alone = zip(*(map(float, party_all_in(one)) for one in members), strict=True)
    axes.fill_between(
        members,
        batch,
        alone,
        color=shade.others[1],
        alpha=0.55,
        linewidth=0,
        label="PartyBid: refunds in a batch, to each by oneself",
    )


def _figure(rows: Sequence[Bar], shade: Shade) -> Figure:
    figure = Figure(SIZE)
    axes = figure.add_axes((_LEFT, 0.04, 0.985 - _LEFT, 0.83))
    for place, bar in enumerate(rows):
        _bar(axes, place, bar, shade)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, float(max(bar.total for bar in rows)) * 1.14)
    axes.set_axis_off()
    title(figure, "Gas per participant", shade.text)
    figure.legend(
        [Patch(facecolor=colour, edgecolor="none") for colour in shade.ours],
        _STEPS,
        loc="upper right",
        bbox_to_anchor=(0.985, 1.0),
        ncol=len(_STEPS),
        frameon=False,
        labelcolor=shade.quiet,
        handlelength=1,
    )
    return figure


def _bar(axes: Axes, place: int, bar: Bar, shade: Shade) -> None:
    start = 0.0
    for gas, colour in zip(bar.steps, shade.ours if bar.ours else shade.others, strict=True):
        axes.barh(place, float(gas), 0.62, start, color=colour, edgecolor=shade.edge, linewidth=0.8)
        start += float(gas)
    weight = "bold" if bar.ours else "normal"
    for where, text, side in (
        (start, f" {written(bar.total)}", "left"),
        (0, f"{bar.name}  ", "right"),
    ):
        axes.text(where, place, text, ha=side, va="center", color=shade.text, weight=weight)
