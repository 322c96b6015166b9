"""What groups can pay, and how they share a price, for programs that compute it in other languages.

    python -m tests.vectors.splits

writes what the reference makes of random bids to splits.json; amounts are text.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from offchain.model.mechanisms.equal_split import equal_split, willingness_to_pay
from offchain.model.mechanisms.price_rule import run_auction

FILE: Final = Path(__file__).with_suffix(".json")
_SEED: Final = 12
_MOST_MEMBERS: Final = 12
_SIZES: Final = (3, 10, 1_000, 2**64 - 1)
"""The highest bid: small ones tie often."""
_GROUPS: Final = 40
_AUCTIONS: Final = 40
_MOST_RIVALS: Final = 6


def made() -> dict[str, Any]:
    """Everything in the file."""
    numbers = random.Random(_SEED)
    return {
        "groups": [_group(numbers) for _ in range(_GROUPS)],
        "auctions": [_auction(numbers) for _ in range(_AUCTIONS)],
    }


def _group(numbers: random.Random) -> dict[str, Any]:
    """A group, what it can pay, and how it shares prices around that."""
    highest = numbers.choice(_SIZES)
    bids = [numbers.randint(0, highest) for _ in range(numbers.randint(0, _MOST_MEMBERS))]
    most = willingness_to_pay(bids)
    prices = sorted({1, *_around(most), *(numbers.randint(1, most) for _ in range(3) if most)})
    return {
        "bids": [str(bid) for bid in bids],
        "willing": str(most),
        "splits": [_split(bids, price) for price in prices if price >= 1],
    }


def _around(price: int) -> Iterator[int]:
    yield from (price - 1, price, price + 1)


def _split(bids: list[int], price: int) -> dict[str, Any]:
    if price > willingness_to_pay(bids):
        return {"price": str(price), "served": 0, "share": None}
    found = equal_split(bids, price)
    return {"price": str(price), "served": found.served, "share": str(found.share)}


def _auction(numbers: random.Random) -> dict[str, Any]:
    """Bids in their order of arrival at a reserve, who wins, and at what price."""
    highest = numbers.choice(_SIZES)
    reserve = numbers.randint(1, highest)
    bids = [numbers.randint(0, highest) for _ in range(numbers.randint(0, _MOST_RIVALS))]
    standing = run_auction(bids, reserve)
    return {
        "reserve": str(reserve),
        "bids": [str(bid) for bid in bids],
        "leader": standing.leader,
        "price": str(standing.price),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=1) + "\n")
