"""The outcomes of many auctions at once, exact in integer units. NumPy; the plain counterpart is `plain.py`.

Bidders are numbered in their order of arrival, rivals before groups; a winner of -1 means unsold. Values are at least 1 and
bounded by `Cell.value_limit`, so that sums over a group and products rank·bid stay within 2^62: nothing here can overflow.

Four ways to sell (columns are prefixed accordingly):

- `split`: Mechanism 1, everybody bidding the truth.
- `pooled`: pay-your-bid aggregation at the first price (footnote 2 of the paper), everybody bidding the truth.
- `turns`: the same, members answering each other in turn: from truthful bids, groups in order of arrival and members in theirs
  each bid the least that makes their group win if that is below their value, else their value; again, until nobody changes. That
  ends after one round: losing groups cannot win by the truth, so they stay; in the winning group the first members give as little
  as they can, until the sum is the least that wins. Nobody has a better bid then. So only the first round needs computing.
- `once`: the same, but everybody answers the others' truthful bids at the same moment, once, not knowing that the others do too.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from offchain.simulation.cells import Draw
from offchain.simulation.families import Units

Columns = Mapping[str, Units]
"""Columns of equal length, an entry per auction."""

COLUMNS = (
    "optimum",
    *(f"split_{name}" for name in ("winner", "price", "share", "paid", "served", "welfare")),
    "split_gain",
    *(f"pooled_{name}" for name in ("winner", "paid", "served", "welfare", "gain")),
    *(f"turns_{name}" for name in ("winner", "paid", "served", "welfare")),
    *(f"once_{name}" for name in ("winner", "paid", "served", "welfare")),
)
"""All in units, or numbers of bidders. gain: the most that one member gains by a lie, all others telling the truth."""


def outcomes(draw: Draw, reserve: int) -> dict[str, Units]:
    """All `COLUMNS` of these auctions. O(values · log members)."""
    sums = _sums(draw)
    pooled = _pooled(draw, reserve, sums)
    split = _split(draw, reserve, with_gain=True)
    answered = _answered(draw, reserve, sums, pooled)
    return {"optimum": sums.max(axis=1), **split, **pooled, **answered}


def truthful(draw: Draw, reserve: int) -> dict[str, Units]:
    """The columns of both mechanisms with truthful bids, gains aside. O(values · log members)."""
    sums = _sums(draw)
    split = _split(draw, reserve, with_gain=False)
    return {"optimum": sums.max(axis=1), **split, **_pooled(draw, reserve, sums)}


def _sums(draw: Draw) -> Units:
    """What the lot is worth to each bidder: auctions x bidders."""
    return np.concatenate([draw.rivals, draw.groups.sum(axis=2)], axis=1)


def _split(draw: Draw, reserve: int, with_gain: bool) -> dict[str, Units]:
    """Mechanism 1 with truthful bids."""
    auctions, _, members = draw.groups.shape
    rivals = draw.rivals.shape[1]
    ascending = np.sort(draw.groups, axis=2)
    ranks = np.arange(members, 0, -1, dtype=np.int64)
    products = ascending * ranks
    bids = np.concatenate([draw.rivals, products.max(axis=2)], axis=1)
    prices = critical(bids, reserve)
    winner = _winner(bids, reserve)
    sold = winner >= 0
    rows = np.arange(auctions)
    price = np.where(sold, prices[rows, winner], 0)
    group = np.maximum(winner - rivals, 0)
    is_group = winner >= rivals
    able = products[rows, group] >= price[:, None]
    count = np.where(is_group, members - able.argmax(axis=1), sold)
    share = -(-price // np.maximum(count, 1))
    bids_of_winner = ascending[rows, group]
    served_value = (bids_of_winner * (bids_of_winner >= share[:, None])).sum(axis=1)
    welfare = np.where(is_group, served_value, np.where(sold, bids[rows, winner], 0))
    gain = {"split_gain": _split_gain(ascending, products, prices[:, rivals:])} if with_gain else {}
    return {
        "split_winner": winner,
        "split_price": price,
        "split_share": share,
        "split_paid": share * count,
        "split_served": count.astype(np.int64),
        "split_welfare": welfare,
        **gain,
    }


def _split_gain(ascending: Units, products: Units, prices: Units) -> Units:
    """The most that one member gains by another bid than the truth: the theorem says 0, and here it is measured.

    A member is served from some least bid c on, and pays c; it depends on the others only. If T members share the price with
    truthful bids, then c is the share for those served. For the one of rank r > T, with j
    others (of a higher rank) able to share with it, c is ceil(price / (j + 1)) for the largest
    j < r with (j + 1)·b_(j) >= price, or j = 0.
    """
    auctions, groups, members = ascending.shape
    found = np.zeros(auctions, dtype=np.int64)
    if groups == 0:
        return found
    price = prices[:, :, None]
    falling, rank = ascending[:, :, ::-1], np.arange(1, members + 1, dtype=np.int32)
    served = (rank * (products[:, :, ::-1] >= price)).max(axis=2)
    able = np.zeros((auctions, groups, members), dtype=np.int32)
    # j of the others can share with one more: (j + 1)·b_(j) is the product of rank j, and b_(j) more.
    others = rank[:-1] * ((products + ascending)[:, :, :0:-1] >= price)
    np.maximum.accumulate(others, axis=2, out=able[:, :, 1:])
    # Only who bids at least c could gain, and a product tells without a division; there is nobody, says the theorem.
    suspects = (rank > served[:, :, None]) & (falling * (able + np.int64(1)) >= price)
    for auction, group, place in np.argwhere(suspects):
        bid, sharers = int(falling[auction, group, place]), int(able[auction, group, place]) + 1
        needed = -(-int(prices[auction, group]) // sharers)
        found[auction] = max(found[auction], bid - needed)
    return found


def _pooled(draw: Draw, reserve: int, sums: Units) -> dict[str, Units]:
    """Pay-your-bid aggregation with truthful bids; `sums` are those of `_sums`."""
    winner = _winner(sums, reserve)
    sold = winner >= 0
    total = np.where(sold, sums.max(axis=1), 0)
    return {
        "pooled_winner": winner,
        "pooled_paid": total,
        "pooled_served": _sizes(draw, winner),
        "pooled_welfare": total,
    }


def _answered(draw: Draw, reserve: int, sums: Units, truth: dict[str, Units]) -> dict[str, Units]:
    """What one member gains by a lie in pay-your-bid aggregation, and what becomes of it in turns and all at once.

    `truth`: what `_pooled` found.
    """
    rivals, rows = draw.rivals.shape[1], np.arange(len(sums))
    winner, total = truth["pooled_winner"], truth["pooled_paid"]
    size = truth["pooled_served"]
    sold = winner >= 0
    slack = np.where(sold, total - critical(sums, reserve)[rows, winner], 0)
    is_group = winner >= rivals
    values = draw.groups[rows, np.maximum(winner - rivals, 0)]
    most = np.where(is_group, values.max(axis=1), total)
    shaded = np.where(
        is_group,
        np.maximum(values - slack[:, None], 1).sum(axis=1),
        np.maximum(total - slack, sold),
    )
    answered = sums.copy()
    answered[rows[sold], winner[sold]] = shaded[sold]
    after = _winner(answered, reserve)
    left = after >= 0
    return {
        "pooled_gain": np.where(sold, np.minimum(slack, most - 1), 0),
        "turns_winner": winner,
        "turns_paid": np.maximum(total - slack, size),
        "turns_served": size,
        "turns_welfare": total,
        "once_winner": after,
        "once_paid": np.where(left, answered[rows, after], 0),
        "once_served": _sizes(draw, after),
        "once_welfare": np.where(left, sums[rows, after], 0),
    }


def _sizes(draw: Draw, winner: Units) -> Units:
    """How many members the winners have, 0 where there is none."""
    rivals, members = draw.rivals.shape[1], draw.groups.shape[2]
    found: Units = np.where(winner >= rivals, members, winner >= 0).astype(np.int64)
    return found


def critical(bids: Units, reserve: int) -> Units:
    """The least bid with which each bidder wins: the reserve, every later bid, one more than every earlier one.

    Tied bids go to the earlier one. Auctions x bidders, like `bids`. O(bids).
    """
    prices = np.full_like(bids, reserve)
    if bids.shape[1] > 1:
        earlier = np.maximum.accumulate(bids[:, :-1], axis=1) + 1
        later = np.maximum.accumulate(bids[:, :0:-1], axis=1)[:, ::-1]
        np.maximum(prices[:, 1:], earlier, out=prices[:, 1:])
        np.maximum(prices[:, :-1], later, out=prices[:, :-1])
    return prices


def _winner(bids: Units, reserve: int) -> Units:
    """The first of the highest bids in each auction, -1 where none meets the reserve."""
    found: NDArray[np.int64] = np.where(bids.max(axis=1) >= reserve, bids.argmax(axis=1), -1)
    return found
