"""A small group whose bids are spread as those of a large one: percentiles of a list of contributions.

`python -m offchain.model.instances.percentiles FILE.csv 60` prints them, which is how constitutiondao.py was written.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from offchain.model.instances.contributions import parse


def percentiles(amounts: Sequence[int], parts: int) -> tuple[int, ...]:
    """The 1st to the `parts`-th of the quantiles that cut `amounts` into `parts` + 1 parts of equal size, downward.

    The k-th smallest is the amount at rank ceil(k·n / (parts + 1)) of n, so each is an amount that occurs.
    """
    ascending = sorted(amounts)
    cuts = (-(-part * len(ascending) // (parts + 1)) for part in range(1, parts + 1))
    return tuple(reversed([ascending[max(rank, 1) - 1] for rank in cuts]))


def main(file: str, parts: str) -> None:
    """Prints the percentiles of the contributions in `file`, in gwei, as a Python tuple."""
    contributions = parse(Path(file).read_bytes(), file)
    amounts = percentiles([one.units for one in contributions], int(parts))
    print("(", *(f"    {amount:_}," for amount in amounts), ")", sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
