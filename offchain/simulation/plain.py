"""The figures of `outcomes.py` for one auction, by the reference mechanisms: plain, slow, what the fast ones are held against."""

from collections.abc import Sequence
from dataclasses import replace

from offchain.model.instances.rules import Ascending, Increment
from offchain.model.instances.two_level import Group, Member, TwoLevelInstance
from offchain.model.mechanisms import pay_your_bid, two_level
from offchain.model.mechanisms.ascending import ascend
from offchain.model.mechanisms.equal_split import served_count, share, willingness_to_pay
from offchain.model.mechanisms.pay_your_bid import Asks
from offchain.model.mechanisms.price_rule import plain_second_price, run_auction

Values = Sequence[Sequence[int]]
"""The values of each bidder's members, in order of arrival; an individual is a group of one."""


def instance(values: Values, reserve: int) -> TwoLevelInstance:
    """The auction with truthful bids. Groups are named by their number."""
    groups = tuple(
        Group(
            str(place), tuple(Member(str(i), (value,), (value,)) for i, value in enumerate(members))
        )
        for place, members in enumerate(values)
    )
    return TwoLevelInstance(1, (reserve,), groups)


def truthful(values: Values, reserve: int) -> dict[str, int]:
    """Both mechanisms with truthful bids, gains aside."""
    return truthful_of(instance(values, reserve))


def truthful_of(auction: TwoLevelInstance) -> dict[str, int]:
    """Both mechanisms on an instance that `instance` made."""
    split = two_level.solve(auction)
    lot = split.items[0]
    pooled = pay_your_bid.solve(auction)
    pot = pooled.items[0]
    second = pay_your_bid.solve(auction, Asks.SECOND)
    return {
        "optimum": split.optimal_welfare,
        "split_winner": -1 if lot.winner is None else int(lot.winner),
        "split_price": lot.price,
        "split_share": lot.share,
        "split_paid": lot.paid,
        "split_served": len(lot.served),
        "split_welfare": split.welfare,
        "pooled_winner": -1 if pot.winner is None else int(pot.winner),
        "pooled_paid": pot.paid,
        "pooled_served": len(pot.served),
        "pooled_welfare": pooled.welfare,
        "second_paid": second.items[0].paid,
    }


def everything(values: Values, reserve: int, increment: Increment | None = None) -> dict[str, int]:
    """All figures of one auction."""
    return {
        **truthful(values, reserve),
        **strategic(values, reserve),
        **gains(values, reserve),
        **({} if increment is None else ascending(values, reserve, increment)),
    }


def ascending(values: Values, reserve: int, increment: Increment) -> dict[str, int]:
    """The equal split of what open bids come to."""
    auction = replace(instance(values, reserve), upper=Ascending(increment))
    outcome = two_level.solve(auction)
    lot = outcome.items[0]
    return {
        "ascending_winner": -1 if lot.winner is None else int(lot.winner),
        "ascending_price": lot.price,
        "ascending_share": lot.share,
        "ascending_paid": lot.paid,
        "ascending_served": len(lot.served),
        "ascending_welfare": outcome.welfare,
        "ascending_bids": ascend(tuple(lot.group_bids.values()), reserve, increment).bids,
    }


def strategic(values: Values, reserve: int, rounds: int = 10) -> dict[str, int]:
    """Pay-your-bid aggregation with members who answer in turn (at most so many rounds) and at once."""
    truth = [list(members) for members in values]
    turns = [list(members) for members in values]
    for _ in range(rounds):
        before = [list(bids) for bids in turns]
        for group, members in enumerate(values):
            for member, value in enumerate(members):
                turns[group][member] = answer(turns, reserve, group, member, value)
        if turns == before:
            break
    once = [
        [answer(truth, reserve, group, member, value) for member, value in enumerate(members)]
        for group, members in enumerate(values)
    ]
    return {
        **_pot("turns", turns, values, reserve),
        **_pot("once", once, values, reserve),
        "second_turns_paid": _second_paid(turns, reserve),
        "second_once_paid": _second_paid(once, reserve),
    }


def answer(bids: Values, reserve: int, group: int, member: int, value: int) -> int:
    """The least bid that makes the member's group win, if that is below the member's value; else the value."""
    sums = [sum(members) for members in bids]
    needed = max(least(sums, group, reserve) - (sums[group] - bids[group][member]), 1)
    return min(needed, value)


def least(bids: Sequence[int], bidder: int, reserve: int) -> int:
    """The least bid with which the bidder wins, ties going to the earlier bid."""
    return max(reserve, *(bid + 1 for bid in bids[:bidder]), *bids[bidder + 1 :], 1)


def _pot(name: str, bids: Values, values: Values, reserve: int) -> dict[str, int]:
    sums = [sum(members) for members in bids]
    winner = run_auction(sums, reserve, plain_second_price).leader
    found = (-1, 0, 0, 0)
    if winner is not None:
        found = (winner, sums[winner], len(bids[winner]), sum(values[winner]))
    columns = ("winner", "paid", "served", "welfare")
    return {f"{name}_{column}": figure for column, figure in zip(columns, found, strict=True)}


def _second_paid(bids: Values, reserve: int) -> int:
    return pay_your_bid.solve(instance(bids, reserve), Asks.SECOND).items[0].paid


def gains(values: Values, reserve: int) -> dict[str, int]:
    """The most that one member gains by a lie: for each member, the truth against the least bid that gets it served.

    That bid is found by bisection, since who is served stays served with a higher bid. O(members² · log members · log value).
    """
    split = pooled = second = 0
    payable = [willingness_to_pay(members) for members in values]
    sums = [sum(members) for members in values]
    for group, members in enumerate(values):
        price, need = least(payable, group, reserve), least(sums, group, reserve)
        other = max(reserve, *sums[:group], *sums[group + 1 :], 1)
        for place, value in enumerate(members):
            others = [*members[:place], *members[place + 1 :]]
            truth = max(value - _critical(others, price), 0) if _served(others, value, price) else 0
            split = max(split, value - _critical(others, price) - truth)
            bid = max(need - sum(others), 1)
            pooled = max(pooled, value - bid)
            truth = value - _part(other, value, others) if sums[group] >= need else 0
            second = max(second, value - _part(other, bid, others) - truth)
    return {"split_gain": split, "pooled_gain": pooled, "second_gain": second}


def _part(price: int, bid: int, others: Sequence[int]) -> int:
    """What a member pays of a second price in proportion to its bid, rounded up."""
    return -(-price * bid // (bid + sum(others)))


def _served(others: Sequence[int], bid: int, price: int) -> bool:
    bids = [*others, bid]
    served = served_count(bids, price)
    return served > 0 and bid >= share(price, served)


def _critical(others: Sequence[int], price: int) -> int:
    """The least bid at which a member with these others in its group is served at the price."""
    low, high = 1, price
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _served(others, middle, price) else (middle + 1, high)
    return low
