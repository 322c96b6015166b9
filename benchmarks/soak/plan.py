"""What is to happen, by a seed: which lots are listed when, who bids on them, and how likely keepers and nodes end."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TICK: Final = 12
"""Seconds of the chain from one block to the next."""
PHASE: Final = (600, 900)
"""How long a phase lasts, in seconds: from the shortest that contracts take."""
_HIGHEST: Final = 40
_SILENT, _LOCKED = 0.08, 0.6
"""The shares of bids that nobody opens, and that are locked instead of entrusted."""


@dataclass(frozen=True, slots=True)
class Bid:
    """A bid in units; the deposit is twice as much. is_locked: opened by its time lock, else by whom it is entrusted to.
    is_silent: opened by nobody.
    """

    amount: int
    is_locked: bool
    is_silent: bool


@dataclass(frozen=True, slots=True)
class LotPlan:
    """A lot. tick: when it is listed. is_drawn: sold by a draw under approximate valuations, else to the highest. phases: how
    long bidding, reveal and tally last. groups: the bids of each one's members.
    """

    tick: int
    is_drawn: bool
    reserve: int
    phases: tuple[int, int, int]
    individuals: tuple[Bid, ...]
    groups: tuple[tuple[Bid, ...], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All lots by the tick at which they are listed; chances, by tick, that a keeper is killed and that the node is restarted."""

    lots: Sequence[LotPlan]
    kill: float
    restart: float


def plan(seed: int, minutes: int, lots: int, drawn: int, kill: float, restart: float) -> Plan:
    """A plan of so many lots, and so many that are drawn, listed within so many minutes of the chain."""
    rng = random.Random(seed)
    ticks = max(1, minutes * 60 // TICK)
    kinds = [False] * lots + [True] * drawn
    made = [_lot(rng, rng.randrange(ticks), is_drawn) for is_drawn in kinds]
    return Plan(sorted(made, key=lambda one: one.tick), kill, restart)


def _lot(rng: random.Random, tick: int, is_drawn: bool) -> LotPlan:
    seconds = (rng.randint(*PHASE), rng.randint(*PHASE), rng.randint(*PHASE))
    return LotPlan(
        tick,
        is_drawn,
        1 if is_drawn else rng.choice((1, 1, 1, 60)),
        seconds,
        tuple(_bid(rng) for _ in range(rng.randint(0, 2))),
        tuple(tuple(_bid(rng) for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(0, 3))),
    )


def _bid(rng: random.Random) -> Bid:
    return Bid(rng.randint(1, _HIGHEST), rng.random() < _LOCKED, rng.random() < _SILENT)
