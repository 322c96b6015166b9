"""How much faster the simulation is than the reference mechanisms: `python benchmarks/simulation.py`.

Both compute the same figures of the same drawn auctions, are held equal, and are timed in one run, one after the other.
Drawing is not timed, nor, in the first of the two rows, the building of the instances that the reference mechanisms read.

- truthful: Mechanism 1 and pay-your-bid aggregation, everybody bidding the truth.
- all figures: also what members gain by lies, and what becomes of pay-your-bid aggregation when they answer each other.
"""

import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from offchain.simulation import plain
from offchain.simulation.cells import Cell, Draw, blocks
from offchain.simulation.outcomes import outcomes, truthful

AUCTIONS = 2_048
CHECKED = 6
"""Auctions of which the reference computes all figures: members who answer each other take it long."""
REPEATS = 10
"""Of the fast one, whose best time counts: it is too short for one to tell."""


def main() -> None:
    """Prints two rows for each size."""
    print("family      groups  members  figures      reference      NumPy     ratio")
    for family, groups, members in (("lognormal", 2, 50), ("pareto", 4, 25)):
        cell = Cell(family, groups, members, 1, 0.0, 1, 1, AUCTIONS, 1)
        (draw,) = blocks(cell)
        row = f"{family:12}{groups:6}{members:9}"
        report(f"{row}  truthful   ", *of_truth(draw))
        report(f"{row}  all figures", *of_all(draw))


def of_truth(draw: Draw) -> tuple[float, float]:
    """Seconds an auction, of the reference and of NumPy, with truthful bids."""
    instances = [plain.instance(values, 1) for values in lists(draw, AUCTIONS)]
    slow, found = timed(lambda: [plain.truthful_of(instance) for instance in instances])
    fast, columns = best(lambda: truthful(draw, 1))
    hold_equal(columns, found)
    return slow / AUCTIONS, fast / AUCTIONS


def of_all(draw: Draw) -> tuple[float, float]:
    """Seconds an auction, of the reference and of NumPy, for all figures."""
    few = lists(draw, CHECKED)
    slow, found = timed(lambda: [everything(values) for values in few])
    fast, columns = best(lambda: outcomes(draw, 1))
    hold_equal(columns, found)
    return slow / CHECKED, fast / AUCTIONS


def everything(values: plain.Values) -> dict[str, int]:
    """All figures of one auction."""
    return {**plain.truthful(values, 1), **plain.strategic(values, 1), **plain.gains(values, 1)}


def lists(draw: Draw, auctions: int) -> list[list[list[int]]]:
    """The values of every bidder's members in the first auctions."""
    return [
        [[value] for value in draw.rivals[auction].tolist()] + draw.groups[auction].tolist()
        for auction in range(auctions)
    ]


def timed(work: Callable[[], list[dict[str, int]]]) -> tuple[float, list[dict[str, int]]]:
    """Seconds, and what came out."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def best(work: Callable[[], dict[str, np.ndarray]]) -> tuple[float, dict[str, np.ndarray]]:
    """The fewest seconds of several runs, and what came out."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), found


def hold_equal(columns: dict[str, np.ndarray], found: Sequence[dict[str, int]]) -> None:
    """Exit with a message unless all figures are equal."""
    for auction, expected in enumerate(found):
        figures = {name: int(column[auction]) for name, column in columns.items()}
        if figures != expected:
            sys.exit(f"auction {auction}: {figures} is not {expected}")


def report(row: str, slow: float, fast: float) -> None:
    """One row, in microseconds an auction."""
    print(f"{row}{slow * 1e6:10,.0f} us{fast * 1e6:8.1f} us{slow / fast:9,.0f}x", flush=True)


if __name__ == "__main__":
    main()
