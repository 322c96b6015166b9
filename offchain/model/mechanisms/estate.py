"""The estate: an item that a group won is the served members', who can have it sold again.

One more lot, whose proceeds are theirs. They have one vote each, since all paid the same; more than
half of them have to want the same reserve. Sold, each gets the same number of whole units, what the
division leaves stays, and access ends; unsold, item, votes and access stay. Amounts are integers in units.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from offchain.model.instances.estate import Attempt, EstateOutcome, Resale, Vote
from offchain.model.instances.two_level import Group, TwoLevelInstance
from offchain.model.mechanisms.two_level import solve_lot


def solve(served: Sequence[str], attempts: Iterable[Attempt]) -> EstateOutcome:
    """What becomes of an item that a group won for these members.

    Raises ValueError if nobody is served, somebody else votes, a reserve is negative, or an attempt
    follows one that sold the item. O(votes + attempts * (served + bids * log bids)).
    """
    if not served:
        raise ValueError("nobody is served")
    wanted: dict[str, int] = {}
    resales: list[Resale] = []
    for attempt in attempts:
        if resales and resales[-1].sold:
            raise ValueError(f"attempt {len(resales) + 1}, but the item is sold")
        wanted = voted(served, wanted, attempt.votes)
        resales.append(offer(decided(served, wanted), attempt.buyers))
    lot = resales[-1].lot if resales and resales[-1].sold else None
    part, dust = equal_parts(lot.paid, len(served)) if lot else (0, 0)
    return EstateOutcome(
        resales=tuple(resales),
        parts=dict.fromkeys(served, part),
        dust=dust,
        access=() if lot else tuple(served),
    )


def voted(
    served: Sequence[str], wanted: Mapping[str, int], votes: Iterable[Vote]
) -> dict[str, int]:
    """The reserve that each voter wants after these votes: its last.

    Raises ValueError if a vote is not a served member's, or its reserve is negative.
    """
    members = frozenset(served)
    wants = dict(wanted)
    for vote in votes:
        if vote.member not in members:
            raise ValueError(f"{vote.member} votes, but is not served")
        if vote.reserve < 0:
            raise ValueError(f"a reserve is at least 1 unit, not {vote.reserve}")
        wants[vote.member] = vote.reserve
    return wants


def decided(served: Sequence[str], wanted: Mapping[str, int]) -> int | None:
    """The reserve, of at least 1 unit, that more than half of the served want; None if there is none. O(served)."""
    counts = Counter(reserve for reserve in wanted.values() if reserve > 0)
    return next((reserve for reserve, count in counts.items() if 2 * count > len(served)), None)


def offer(reserve: int | None, buyers: tuple[Group, ...]) -> Resale:
    """The lot of the resale: two-level, like the one at which the item was won."""
    if reserve is None:
        return Resale(None, None)
    lot = solve_lot(TwoLevelInstance(items=1, reserves=(reserve,), groups=buyers), 0)
    return Resale(reserve, lot)


def equal_parts(paid: int, served: int) -> tuple[int, int]:
    """What each of so many members gets of what was paid, and what the division leaves. O(1)."""
    return divmod(paid, served)
