"""How the price of an auction at a house rose: the bids, whose they were, and what was known when.

Amounts are integers in units (gwei), times seconds since the epoch.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from matplotlib.figure import Figure

from offchain.model.instances.rivals import PlacedBid
from offchain.report import rise
from offchain.report.auction import Auction
from offchain.report.rise import Opening, Rise
from offchain.report.theme import Theme

_APART: Final = 0.075
"""The least distance of two times on the axis, in parts of it; twice as much on a narrow one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AscendingLot(Auction):
    """One lot that a house sold, or not, in an ascending auction. `proceeds`: what the house got.

    bids: all that it took, in order. announced: its end before any bid moved it. sealed: until when the groups' bids were.
    """

    bids: tuple[PlacedBid, ...]
    announced: int
    sealed: int

    @property
    def moved(self) -> list[PlacedBid]:
        """The bids that moved the end: seconds between an answer and its mining are none."""
        ends = [self.announced, *(one.end for one in self.bids)]
        moves = zip(pairwise(ends), self.bids, strict=True)
        return [one for (before, after), one in moves if after - before >= _A_MOVE]

    @property
    def end(self) -> int:
        """When it ended."""
        return self.bids[-1].end if self.bids else self.announced


_A_MOVE: Final = 30
"""Seconds."""


def draw(lot: AscendingLot, theme: Theme) -> Figure:
    """Every bid in order: how high, whose, and when; and the groups' limits, sealed at first and then for all to see."""
    moved = {id(one) for one in lot.moved}
    until = _on_axis(lot.sealed - lot.announced)
    sealed = (
        f"sealed until {until}" if theme.is_narrow else f"the groups' bids are sealed until {until}"
    )
    return rise.draw(
        Rise(
            bids=[(one.bidder, one.amount) for one in lot.bids],
            focus=lot.focus,
            limits={name: lot.lot.group_bids[name] for name in lot.groups},
            axis="bids, at hours:minutes from the end"
            if theme.is_narrow
            else "bids in order, at hours:minutes before (-) and after (+) the end as announced",
            opening=Opening(sum(one.at < lot.sealed for one in lot.bids), sealed),
            moves=[place for place, one in enumerate(lot.bids, 1) if id(one) in moved],
            ticks=_times(lot, _APART * (2 if theme.is_narrow else 1)),
        ),
        theme,
        "How the price rose",
    )


def _times(lot: AscendingLot, apart: float) -> dict[int, str]:
    """Times below the bids at which something begins: as many as there is room for."""
    bids = lot.bids
    pauses = [place for place, (one, two) in enumerate(pairwise(bids), 2) if two.at - one.at >= 30]
    places: list[int] = []
    for place in (1, len(bids), *pauses):
        if all(abs(place - other) >= apart * len(bids) for other in places):
            places.append(place)
    return {place: _on_axis(bids[place - 1].at - lot.announced) for place in sorted(places)}


def _on_axis(seconds: int) -> str:
    hours, minutes = divmod(round(abs(seconds) / 60), 60)
    return f"{'-' if seconds < 0 else '+'}{hours}:{minutes:02}"


def clock(seconds: int) -> str:
    """A time as people say it, with its sign: "-16 h 43 min", "+4 min"."""
    sign, minutes = "-" if seconds < 0 else "+", round(abs(seconds) / 60)
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or not hours)
    return sign + " ".join(parts)
