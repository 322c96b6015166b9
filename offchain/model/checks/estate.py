"""What an estate promises, on one outcome, from the reference model or from a chain.

Written from the definitions, without the model: votes are counted anew.
"""

from collections.abc import Sequence

from offchain.model.checks.finding import Finding
from offchain.model.instances.estate import Attempt, EstateOutcome, Vote
from offchain.model.instances.two_level import LotOutcome


def check(won: LotOutcome, attempts: Sequence[Attempt], outcome: EstateOutcome) -> list[Finding]:
    """Every promise, for the lot at which the item was won and what was tried with it since."""
    return [
        conservation(won, outcome),
        equal_parts(won, outcome),
        majority(won, attempts, outcome),
        access(won, outcome),
    ]


def conservation(won: LotOutcome, outcome: EstateOutcome) -> Finding:
    """Over both lots, what bidders pay is what the seller gets, the members' parts, and less than a unit a member."""
    paid_first = won.share * len(won.served)
    paid_again = sum(
        resale.lot.share * len(resale.lot.served) for resale in outcome.resales if resale.lot
    )
    parts = sum(outcome.parts.values())

    def counterexample() -> str | None:
        if paid_first + paid_again != won.paid + parts + outcome.dust:
            return (
                f"{paid_first} and {paid_again} paid, but the seller gets {won.paid}, members {parts},"
                f" and {outcome.dust} stays"
            )
        if not 0 <= outcome.dust < max(1, len(won.served)):
            return f"{outcome.dust} stays, of {len(won.served)} members"
        return None

    return Finding.of(
        "conservation",
        counterexample(),
        f"{paid_first + paid_again} paid: {won.paid} to the seller, {parts} to the served, {outcome.dust} stays",
    )


def equal_parts(won: LotOutcome, outcome: EstateOutcome) -> Finding:
    """Exactly those served have parts, all the same."""

    def counterexample() -> str | None:
        if set(outcome.parts) != set(won.served):
            return f"parts for {', '.join(outcome.parts)}, but served are {', '.join(won.served)}"
        if len(set(outcome.parts.values())) > 1:
            return f"different parts: {dict(outcome.parts)}"
        return None

    part = next(iter(outcome.parts.values()), 0)
    return Finding.of("equal parts", counterexample(), f"{len(won.served)} of {part}")


def majority(won: LotOutcome, attempts: Sequence[Attempt], outcome: EstateOutcome) -> Finding:
    """The item is listed whenever more than half of the served want one reserve, sold at no less, and never listed else."""

    def counterexample() -> str | None:
        said: list[Vote] = []
        tried = zip(attempts, outcome.resales, strict=True)
        for place, (attempt, resale) in enumerate(tried, start=1):
            said += attempt.votes
            last = {vote.member: vote.reserve for vote in said if vote.member in won.served}
            wants = list(last.values())
            decided = {r for r in wants if r and 2 * wants.count(r) > len(won.served)}
            if decided != ({resale.reserve} if resale.lot else set()):
                return f"attempt {place}: listed at {resale.reserve}, but more than half want {sorted(decided)}"
            if resale.sold and resale.lot and resale.lot.price < max(decided):
                return (
                    f"attempt {place}: sold for {resale.lot.price} at a reserve of {resale.reserve}"
                )
        return None

    listed = sum(resale.lot is not None for resale in outcome.resales)
    return Finding.of("majority", counterexample(), f"listed {listed} times of {len(attempts)}")


def access(won: LotOutcome, outcome: EstateOutcome) -> Finding:
    """Those served have access until the item is sold, and nobody else ever; it is sold once, last."""

    def counterexample() -> str | None:
        sold = [resale.sold for resale in outcome.resales]
        if any(sold[:-1]):
            return "offered again after it was sold"
        if set(outcome.access) != (set() if any(sold) else set(won.served)):
            return f"{', '.join(outcome.access) or 'nobody'} has access, the item being {'sold' if any(sold) else 'unsold'}"
        return None

    return Finding.of("access", counterexample(), f"{len(outcome.access)} have access")
