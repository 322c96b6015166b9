"""The outcomes of many auctions at once, exact in integer units. NumPy; the plain counterpart is `plain.py`.

Bidders are numbered in their order of arrival, rivals before groups; a winner of -1 means unsold. A rival is a group of one, and
groups of one size in a row are computed together. Values are at least 1 and bounded by `Cell.value_limit`, so that sums over a
group and products rank·bid stay within 2^62: nothing here can overflow unless it says so. Tables with an entry for every bidder
are bidders x auctions, since NumPy is slow along short rows.

Ways to sell (columns are prefixed accordingly):

- `split`: Mechanism 1, everybody bidding the truth.
- `ascending`: the same equal split of an ascending auction's price, from the reserve on, where the cell has an increment.
- `pooled`: pay-your-bid aggregation at the first price (footnote 2 of the paper), everybody bidding the truth.
- `turns`: the same, members answering each other in turn: from truthful bids, groups in order of arrival and members in theirs
  each bid the least that makes their group win if that is below their value, else their value; again, until nobody changes. That
  ends after one round: losing groups cannot win by the truth, so they stay; in the winning group the first members give as little
  as they can, until the sum is the least that wins. Nobody has a better bid then. So only the first round needs computing.
- `once`: the same, but everybody answers the others' truthful bids at the same moment, once, not knowing that the others do too.
- `second`, `second_turns`, `second_once`: pay-your-bid aggregation under a second-price auction: the winning group pays the
  highest other sum or the reserve, its members in proportion to their bids, each part rounded up. A part grows with the bid, so
  answers are the same as at the first price, and so is who wins; only what is paid differs, and what a lie gains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offchain.model.instances.rules import Increment
from offchain.model.mechanisms.ascending import ascend
from offchain.simulation.cells import Cell, Draw
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
    *(f"second_{name}" for name in ("paid", "gain", "turns_paid", "once_paid")),
)
"""All in units, or numbers of bidders. gain: the most that one member gains by a lie, all others telling the truth."""

ASCENDING_COLUMNS = tuple(
    f"ascending_{name}"
    for name in ("winner", "price", "share", "paid", "served", "welfare", "bids")
)
"""Where there is an increment. bids: how many lead, one after the other."""


def columns_of(cell: Cell) -> tuple[str, ...]:
    """The columns of the cell's auctions."""
    return COLUMNS if cell.increment is None else (*COLUMNS, *ASCENDING_COLUMNS)


@dataclass(frozen=True, slots=True)
class _Run:
    """Groups of one size in a row: auctions x groups x members. `first`: the number of the first among the bidders."""

    first: int
    values: Units

    def winners(self, winner: Units) -> tuple[NDArray[np.intp], Units]:
        """The auctions that one of these groups wins, and the place of that group in the run."""
        places = winner - self.first
        found = np.flatnonzero((places >= 0) & (places < self.values.shape[1]))
        return found, places[found]


@dataclass(frozen=True, slots=True)
class _Pool:
    """What bidders offer with truthful bids in pay-your-bid aggregation (bidders x auctions), and who wins with how much.

    total: 0 where the lot stays unsold. price: what a second-price auction asks.
    """

    sums: Units
    winner: Units
    total: Units
    price: Units


@dataclass(frozen=True, slots=True)
class _Bids:
    """The truthful bids of each run, lowest first in a group; rank times bid; what bidders can pay (bidders x auctions)."""

    ascending: Sequence[Units]
    products: Sequence[Units]
    payable: Units


def outcomes(draw: Draw, reserve: int, increment: Increment | None = None) -> dict[str, Units]:
    """All `COLUMNS` of these auctions, and with an increment `ASCENDING_COLUMNS`. O(values · log members)."""
    runs = _runs(draw)
    bids = _sorted(runs)
    pool = _pool(runs, reserve)
    split = _split(runs, bids, reserve, with_gain=True)
    ascending = {} if increment is None else _ascending(runs, bids, reserve, increment)
    answered = _answered(runs, reserve, pool)
    return {
        "optimum": pool.sums.max(axis=0),
        **split,
        **_truthful(runs, pool),
        **answered,
        **ascending,
    }


def truthful(draw: Draw, reserve: int) -> dict[str, Units]:
    """The columns with truthful bids, gains aside. O(values · log members)."""
    runs = _runs(draw)
    pool = _pool(runs, reserve)
    split = _split(runs, _sorted(runs), reserve, with_gain=False)
    paid = {"second_paid": _second_paid(runs, pool)}
    return {"optimum": pool.sums.max(axis=0), **split, **_truthful(runs, pool), **paid}


def _runs(draw: Draw) -> list[_Run]:
    """The bidders in order of arrival."""
    found, first = [], 0
    for values in (draw.rivals[:, :, None], *draw.groups):
        found.append(_Run(first, values))
        first += values.shape[1]
    return [run for run in found if run.values.shape[1]]


def _sorted(runs: Sequence[_Run]) -> _Bids:
    ascending = [np.sort(run.values, axis=2) for run in runs]
    products = [bids * _ranks(bids) for bids in ascending]
    return _Bids(ascending, products, _table([_highest(product) for product in products]))


def _split(runs: Sequence[_Run], bids: _Bids, reserve: int, with_gain: bool) -> dict[str, Units]:
    """Mechanism 1 with truthful bids."""
    prices = critical(bids.payable, reserve)
    winner = _winner(bids.payable, reserve)
    price = np.where(winner >= 0, _at(prices, winner), 0)
    gain = {}
    if with_gain:
        gain["split_gain"] = np.zeros_like(price)
        for run, ascending, product in zip(runs, bids.ascending, bids.products, strict=True):
            asked = prices[run.first : run.first + ascending.shape[1]].T
            np.maximum(
                gain["split_gain"], _split_gain(ascending, product, asked), out=gain["split_gain"]
            )
    return {**_shared("split", runs, bids, winner, price), **gain}


def _ascending(
    runs: Sequence[_Run], bids: _Bids, reserve: int, increment: Increment
) -> dict[str, Units]:
    """The equal split of what open bids come to, one auction after the other. O(bidders) each, and what `ascend` says."""
    ascents = [ascend(limits, reserve, increment) for limits in bids.payable.T.tolist()]
    none = [-1 if one.leader is None else one.leader for one in ascents]
    winner = np.array(none, dtype=np.int64)
    price = np.array([one.price if one.bids else 0 for one in ascents], dtype=np.int64)
    many = np.array([one.bids for one in ascents], dtype=np.int64)
    return {**_shared("ascending", runs, bids, winner, price), "ascending_bids": many}


def _shared(
    way: str, runs: Sequence[_Run], bids: _Bids, winner: Units, price: Units
) -> dict[str, Units]:
    """What the equal split makes of winners and prices, which are 0 where nobody wins."""
    count, welfare = np.zeros_like(price), np.zeros_like(price)
    for run, ascending, product in zip(runs, bids.ascending, bids.products, strict=True):
        rows, group = run.winners(winner)
        able = product[rows, group] >= price[rows, None]
        sharers = ascending.shape[2] - able.argmax(axis=1)
        share = -(-price[rows] // sharers)
        mine = ascending[rows, group]
        count[rows] = sharers
        welfare[rows] = np.einsum("ij,ij->i", mine, mine >= share[:, None])
    share = -(-price // np.maximum(count, 1))
    return {
        f"{way}_winner": winner,
        f"{way}_price": price,
        f"{way}_share": share,
        f"{way}_paid": share * count,
        f"{way}_served": count,
        f"{way}_welfare": welfare,
    }


def _table(parts: Sequence[Units]) -> Units:
    """Entries for the groups of each run (auctions x groups) as bidders x auctions, laid out like that in memory too."""
    return np.ascontiguousarray(np.concatenate(parts, axis=1).T)


def _sum(values: Units) -> Units:
    """The sums along the last axis: faster than `sum` along short rows."""
    found: Units = np.einsum("...i->...", values)
    return found


def _highest(values: Units) -> Units:
    """The largest entries along the last axis: faster than `max` along short rows."""
    starts = np.arange(0, values.size, values.shape[-1])
    found: Units = np.maximum.reduceat(values.ravel(), starts) if values.size else values[..., 0]
    return found.reshape(values.shape[:-1])


def _ranks(ascending: Units) -> Units:
    """Ranks of ascending bids, the highest bid having rank 1."""
    return np.arange(ascending.shape[2], 0, -1, dtype=np.int64)


def _split_gain(ascending: Units, products: Units, prices: Units) -> Units:
    """The most that one member gains by another bid than the truth: the theorem says 0, and here it is measured.

    A member is served from some least bid c on, and pays c; it depends on the others only. If T members share the price with
    truthful bids, then c is the share for those served. For the one of rank r > T, with j
    others (of a higher rank) able to share with it, c is ceil(price / (j + 1)) for the largest
    j < r with (j + 1)·b_(j) >= price, or j = 0.
    """
    auctions, groups, members = ascending.shape
    found = np.zeros(auctions, dtype=np.int64)
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


def _pool(runs: Sequence[_Run], reserve: int) -> _Pool:
    """Pay-your-bid aggregation with truthful bids."""
    sums = _table([_sum(run.values) for run in runs])
    winner = _winner(sums, reserve)
    total = np.where(winner >= 0, sums.max(axis=0), 0)
    return _Pool(sums, winner, total, _second_price(sums, winner, reserve))


def _truthful(runs: Sequence[_Run], pool: _Pool) -> dict[str, Units]:
    """The columns of pay-your-bid aggregation at the first price with truthful bids."""
    return {
        "pooled_winner": pool.winner,
        "pooled_paid": pool.total,
        "pooled_served": _sizes(runs, pool.winner),
        "pooled_welfare": pool.total,
    }


def _second_paid(runs: Sequence[_Run], pool: _Pool) -> Units:
    """What truthful members of the winning group pay together at the second price."""
    paid = np.zeros_like(pool.total)
    for run in runs:
        rows, group = run.winners(pool.winner)
        shares = parts(pool.price[rows], run.values[rows, group], pool.total[rows, None])
        paid[rows] = _sum(shares)
    return paid


def _answered(runs: Sequence[_Run], reserve: int, pool: _Pool) -> dict[str, Units]:
    """What one member gains by a lie in pay-your-bid aggregation, and what becomes of it in turns and all at once."""
    winner, total, size = pool.winner, pool.total, _sizes(runs, pool.winner)
    sold = winner >= 0
    slack = np.where(sold, total - _at(critical(pool.sums, reserve), winner), 0)
    answered = pool.sums.copy()
    gain, second_paid, second_gain = (np.zeros_like(total) for _ in range(3))
    for run in runs:
        rows, group = run.winners(winner)
        bids, price, sums = run.values[rows, group], pool.price[rows], total[rows, None]
        lies = _shaded(bids, slack[rows])
        truth = parts(price, bids, sums)
        # A lie changes what all parts are parts of.
        shaded = parts(price, lies, sums - bids + lies)
        answered[winner[rows], rows] = _sum(lies)
        gain[rows] = _highest(bids - lies)
        second_paid[rows] = _sum(truth)
        second_gain[rows] = _highest(truth - shaded)
    after = _winner(answered, reserve)
    left = after >= 0
    least = np.maximum(total - slack, size)
    return {
        "pooled_gain": gain,
        "turns_winner": winner,
        "turns_paid": least,
        "turns_served": size,
        "turns_welfare": total,
        "once_winner": after,
        "once_paid": np.where(left, _at(answered, after), 0),
        "once_served": _sizes(runs, after),
        "once_welfare": np.where(left, _at(pool.sums, after), 0),
        "second_paid": second_paid,
        "second_gain": second_gain,
        # The least sum that wins is the second price or one unit more: of several members, each pays its whole bid.
        "second_turns_paid": np.where(size == 1, pool.price, least),
        "second_once_paid": _second_once(runs, reserve, pool, slack, answered, after),
    }


def _second_once(
    runs: Sequence[_Run], reserve: int, pool: _Pool, slack: Units, answered: Units, after: Units
) -> Units:
    """What the group that wins with the sums `answered` pays at the second price."""
    paid = np.zeros_like(after)
    price, total = _second_price(answered, after, reserve), _at(answered, after)
    for run in runs:
        rows, group = run.winners(after)
        lying = np.where(after[rows] == pool.winner[rows], slack[rows], 0)
        bids = _shaded(run.values[rows, group], lying)
        paid[rows] = _sum(parts(price[rows], bids, total[rows, None]))
    return paid


def _shaded(bids: Units, slack: Units) -> Units:
    """Each bid less the whole slack of its group, at least 1."""
    found: Units = np.maximum(bids - slack[:, None], 1)
    return found


def parts(price: Units, bids: Units, total: Units) -> Units:
    """ceil(price·bid / total) for `bids` (auctions x members); `total` is auctions x 1 or auctions x members. Exact.

    Needs bid <= 2^40 and price <= total <= 2^62. The product may pass 64 bits; what it is above quotient·total does not: in
    floats the quotient, at most the bid, is off by far less than 1/2, so the true rest lies between -total/2 and 3/2·total, and
    int64 has it right, as it counts modulo 2^64.
    """
    price = price[:, None]
    quotient = (bids * (price / total)).astype(np.int64)
    rest = bids * price - quotient * total
    quotient += rest > 0
    quotient += rest > total
    found: Units = quotient
    return found


def _sizes(runs: Sequence[_Run], winner: Units) -> Units:
    """How many members the winners have, 0 where there is none."""
    found = np.zeros_like(winner)
    for run in runs:
        found[run.winners(winner)[0]] = run.values.shape[2]
    return found


def critical(bids: Units, reserve: int) -> Units:
    """The least bid with which each bidder wins: the reserve, every later bid, one more than every earlier one.

    Tied bids go to the earlier one. Bidders x auctions, like `bids`. O(bids).
    """
    bidders = np.arange(len(bids))[:, None]
    first = bids.argmax(axis=0)
    prices: Units = np.maximum(bids.max(axis=0) + (bidders > first), reserve)
    others = bids + (bidders < first)
    columns = np.arange(bids.shape[1])
    others[first, columns] = reserve
    prices[first, columns] = np.maximum(others.max(axis=0), reserve)
    return prices


def _second_price(bids: Units, winner: Units, reserve: int) -> Units:
    """The highest bid of another than the winner, or the reserve if that is more; 0 where nobody wins."""
    columns = np.flatnonzero(winner >= 0)
    others = bids.copy()
    others[winner[columns], columns] = reserve
    return np.where(winner >= 0, np.maximum(others.max(axis=0), reserve), 0)


def _winner(bids: Units, reserve: int) -> Units:
    """The first of the highest bids in each auction, -1 where none meets the reserve."""
    found: NDArray[np.int64] = np.where(bids.max(axis=0) >= reserve, bids.argmax(axis=0), -1)
    return found


def _at(table: Units, winner: Units) -> Units:
    """The winners' entries of a table; of no meaning where there is no winner."""
    found: Units = table[winner, np.arange(len(winner))]
    return found
