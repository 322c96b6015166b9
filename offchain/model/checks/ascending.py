"""What an ascending upper auction adds to the promises of the two-level mechanism, and what it does not promise.

All amounts are integers in units. As in `offchain.model.mechanisms.ascending`, whose promises these are.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from offchain.model.checks.deviations import Seat, critical_bids, find_deviation
from offchain.model.checks.finding import Finding, Verdict
from offchain.model.instances.rules import Increment
from offchain.model.instances.two_level import LotOutcome, TwoLevelInstance, TwoLevelOutcome
from offchain.model.mechanisms.ascending import least_over
from offchain.model.mechanisms.price_rule import exact, run_auction
from offchain.model.mechanisms.upper import OpenBids, SeenLimits


def check_outcome(
    instance: TwoLevelInstance, outcome: TwoLevelOutcome, increment: Increment
) -> list[Finding]:
    """The findings that need nothing but an outcome."""
    return [
        price(instance, outcome, increment),
        efficiency(instance, outcome, increment),
    ]


def price(instance: TwoLevelInstance, outcome: TwoLevelOutcome, increment: Increment) -> Finding:
    """Of each price and the critical bid in sealed bids, neither is above the least bid over the other."""

    def counterexample() -> str | None:
        for item, lot in enumerate(outcome.items):
            sealed = run_auction(lot.group_bids.values(), instance.reserves[item], exact)
            if (lot.winner is None) != (sealed.leader is None):
                return f"item {item}: only one of open and sealed bids sells it"
            if lot.winner is None:
                continue
            low, high = sorted((lot.price, sealed.price))
            if high > least_over(low, increment) or lot.price < instance.reserves[item]:
                return f"item {item}: price {lot.price}, critical bid {sealed.price}"
        return None

    return Finding.of(
        "price", counterexample(), "within an increment of the critical bid in sealed bids"
    )


def efficiency(
    instance: TwoLevelInstance, outcome: TwoLevelOutcome, increment: Increment
) -> Finding:
    """Whoever wins can pay the price, and nobody else an increment more; unsold, nobody can pay the reserve."""

    def counterexample() -> str | None:
        for item, lot in enumerate(outcome.items):
            if lot.winner is None:
                most, least = max(lot.group_bids.values()), instance.reserves[item]
                if most >= least:
                    return f"item {item}: unsold at reserve {least}, and somebody bids up to {most}"
                continue
            limit, best = lot.group_bids[lot.winner], best_rival(lot)
            if limit < lot.price:
                return f"item {item}: {lot.winner} bids up to {limit} and wins at {lot.price}"
            if best >= least_over(lot.price, increment):
                return (
                    f"item {item}: {lot.winner} wins at {lot.price}, and a rival bids up to {best}"
                )
        return None

    return Finding.of(
        "efficiency", counterexample(), "no loser's limit is an increment above the price"
    )


def best_rival(lot: LotOutcome) -> int:
    """The highest limit beside the winner's; 0 if there is none."""
    return max((bid for name, bid in lot.group_bids.items() if name != lot.winner), default=0)


def seen_limits(sample: Sequence[Seat], increment: Increment, most: int, who: str) -> Finding:
    """Whether a member gains by bidding less, if somebody who has seen the groups' limits drives the winner to its own.

    Limits are public once they are tallied, and no theorem excludes that. most: how many critical bids are tried of a member.
    who: of whom, in words.
    """
    rule, unseen = SeenLimits(increment), OpenBids(increment)

    def bids(seat: Seat) -> Iterator[int]:
        # The least that wins is what a limit would best be, if it is seen.
        return islice(critical_bids(seat, unseen), most)

    deviation = find_deviation(sample, bids, rule)
    if deviation is not None:
        detail = f"if somebody drives the winner to the limit it has seen, {deviation}"
        return Finding("seen limits", Verdict.NOT_CLAIMED, detail)
    tried = f"up to {most} critical bids each; {who}"
    return Finding(
        "seen limits",
        Verdict.HOLDS,
        f"no gain though somebody drives the winner to its limit, {tried}",
    )
