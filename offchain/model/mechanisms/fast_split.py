"""The equal split of `equal_split.py` for groups of millions: the same answers, for NumPy arrays, at the cost of a sort.

Bids are `uint64` units, and a rank times a bid takes up to 96 bits, more than NumPy's integers have. Nothing here rounds:

1. In ascending order the bid at position j has rank n - j. At positions start to stop - 1, rank·bid is at most
   (n - start)·(bid at stop - 1), since ranks fall and bids rise. That bound is a product of two Python integers, and mostly
   rules out all but the few blocks around the answer.
2. Where the bound is below 2^64, so are all products in the block: `uint64` holds them.
3. Elsewhere a bid is 2^32·h + l with h, l < 2^32. Ranks are below 2^32 too, so rank·h and rank·l fit 64 bits. The upper half
   of rank·l, carried into rank·h, still fits, (2^32 - 1)^2 + 2^32 - 1 < 2^64, and makes rank·bid = 2^32·high + low with
   low < 2^32, exactly: pairs that compare like the numbers they stand for.

At worst, where nearly every rank·bid comes close to the answer, all blocks are looked into: O(n) beside the sort.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from offchain.model.mechanisms.equal_split import EqualSplit, share

Words = NDArray[np.uint64]

_BLOCK = 16_384
"""Bids with a bound in common: few enough blocks for Python, each small enough for a processor's cache."""
_HALF_BITS = 32
_LOW = (1 << _HALF_BITS) - 1
_WORD = 1 << 64


class SortedBids:
    """The bids of a group, sorted once; every question after that takes O(n / 16,384) typically, O(n) at worst."""

    def __init__(self, bids: Words) -> None:
        """Sorts a copy; O(n log n).

        Raises:
            TypeError: not an array of `uint64`: converting others could turn one number into another.
            ValueError: not one-dimensional, or 2^32 bids or more, which no contract could count either.
        """
        if not isinstance(bids, np.ndarray) or bids.dtype != np.uint64:
            raise TypeError("bids come as a NumPy array of uint64")
        if bids.ndim != 1 or bids.size > _LOW:
            raise ValueError(f"bids come in one row of fewer than 2^32, not in shape {bids.shape}")
        self._ascending = np.sort(bids)

    def willingness_to_pay(self) -> int:
        """The most that the group can pay in equal shares; 0 if nobody bids."""
        best = 0
        for bound, start in sorted(self._bounds(), reverse=True):
            if bound <= best:
                break
            best = max(best, _largest(*self._block(start), bound))
        return best

    def served_count(self, price: int) -> int:
        """T, the most members who can share the price equally; 0 if no number can.

        Raises:
            ValueError: the price is below 1 unit.
        """
        if price < 1:
            raise ValueError(f"a price is at least 1 unit, not {price}")
        for bound, start in self._bounds():
            if bound >= price:
                ranks, bids = self._block(start)
                able = ranks[_reaches(ranks, bids, bound, price)]
                if able.size:
                    return int(able[0])  # ranks fall, over the blocks and in each
        return 0

    def equal_split(self, price: int) -> EqualSplit:
        """The largest equal split of the price.

        Raises:
            ValueError: the price is below 1 unit or above the willingness to pay.
        """
        served = self.served_count(price)
        return EqualSplit(price=price, served=served, share=share(price, served))

    def _bounds(self) -> Iterator[tuple[int, int]]:
        """Of each block, the bound on rank·bid and where it starts."""
        size = self._ascending.size
        for start in range(0, size, _BLOCK):
            stop = min(start + _BLOCK, size)
            yield (size - start) * int(self._ascending[stop - 1]), start

    def _block(self, start: int) -> tuple[Words, Words]:
        """Ranks and bids from `start` on."""
        bids = self._ascending[start : start + _BLOCK]
        rank = self._ascending.size - start
        return np.arange(rank, rank - bids.size, -1, dtype=np.uint64), bids


def willingness_to_pay(bids: Words) -> int:
    """`equal_split.willingness_to_pay` of an array. O(n log n)."""
    return SortedBids(bids).willingness_to_pay()


def served_count(bids: Words, price: int) -> int:
    """`equal_split.served_count` of an array. O(n log n)."""
    return SortedBids(bids).served_count(price)


def equal_split(bids: Words, price: int) -> EqualSplit:
    """`equal_split.equal_split` of an array. O(n log n)."""
    return SortedBids(bids).equal_split(price)


def _largest(ranks: Words, bids: Words, bound: int) -> int:
    """The largest rank·bid, all being at most `bound`."""
    if bound < _WORD:
        return int((ranks * bids).max())
    high, low = _products(ranks, bids)
    top = high.max()
    return int(top) << _HALF_BITS | int(low[high == top].max())


def _reaches(ranks: Words, bids: Words, bound: int, price: int) -> NDArray[np.bool_]:
    """Whether each rank·bid is at least `price`; none is above `bound`, and `price` is not either."""
    if bound < _WORD:
        return ranks * bids >= np.uint64(price)
    high, low = _products(ranks, bids)
    price_high, price_low = np.uint64(price >> _HALF_BITS), np.uint64(price & _LOW)
    reaches: NDArray[np.bool_] = (high > price_high) | ((high == price_high) & (low >= price_low))
    return reaches


def _products(ranks: Words, bids: Words) -> tuple[Words, Words]:
    """Each rank·bid as 2^32·high + low with low < 2^32."""
    low = ranks * (bids & np.uint64(_LOW))
    high = ranks * (bids >> np.uint64(_HALF_BITS)) + (low >> np.uint64(_HALF_BITS))
    return high, low & np.uint64(_LOW)
