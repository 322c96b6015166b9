"""The VCG mechanism: the best allocation, and everybody pays what the others lose by their presence.

Source: "A New Approach to Auctions and Resilient Mechanism Design", §1.2. Truthful for every single
player, and a baseline here for its failures: two players can ruin it together (Ausubel and Milgrom,
same section), and under groups that share costs it is not even truthful ("When Bidders Are DAOs",
Appendix A, in `vcg_equal_split`). All amounts are integers in units.
"""

from collections.abc import Callable, Sequence

from offchain.io.errors import InvalidInput
from offchain.model.instances.bundles import Bundle, Values
from offchain.model.instances.vcg import VcgInstance, VcgOutcome
from offchain.model.mechanisms.winner_determination import (
    Choice,
    TooHardError,
    effort,
    maximum_welfare_without,
    winners,
)

MANY_BUNDLES = 60
"""With more bundles than this a solver may take a minute or more."""


def solve(instance: VcgInstance, tell: Callable[[str], None] | None = None) -> VcgOutcome:
    """The allocation with the largest sum of bids, and the Clarke payments.

    Ties go to the player listed first, see `winner_determination`. One winner determination, and one
    more for each player that gets something, or, over sets of goods, two in all. Raises InvalidInput
    if too many allocations are worth nearly the same to prove which is the best.

    tell: hears in words, before it is done, that a solver is asked about many bids.
    """
    bids = [player.values for player in instance.players]
    bundles = sum(map(len, bids))
    if tell is not None and bundles > MANY_BUNDLES and effort(instance.goods, bids) is None:
        tell(
            f"players: a solver decides among {bundles:,} bids for {len(instance.goods):,} goods,"
            " and again without each winner: this may take minutes"
        )
    try:
        return _solve(instance)
    except TooHardError as error:
        raise InvalidInput(f"players: {error}") from error


def _solve(instance: VcgInstance) -> VcgOutcome:
    bids = [player.values for player in instance.players]
    choice = winners(instance.goods, bids)
    names = [player.name for player in instance.players]
    paid = payments(instance.goods, bids, choice)
    return VcgOutcome(
        allocation={
            name: bundle for name, bundle in zip(names, choice, strict=True) if bundle is not None
        },
        payments=dict(zip(names, paid, strict=True)),
        welfare=sum(received(bids, choice)),
        revenue=sum(paid),
    )


def payments(goods: Bundle, bids: Sequence[Values], choice: Choice) -> tuple[int, ...]:
    """What each player pays: the most that the others could have had without it, less what they have.

    `choice`: one of the best allocations. Nobody pays for nothing: without a player that gets
    nothing, the others cannot have more.
    """
    got = received(bids, choice)
    total = sum(got)
    winning = [player for player, bundle in enumerate(choice) if bundle is not None]
    without = maximum_welfare_without(goods, bids, winning)
    return tuple(
        without[player] - total + own if player in without else 0 for player, own in enumerate(got)
    )


def received(bids: Sequence[Values], choice: Choice) -> list[int]:
    """What each player bids for what it gets."""
    return [
        0 if bundle is None else values[bundle] for values, bundle in zip(bids, choice, strict=True)
    ]


def value(values: Values, bundle: Bundle) -> int:
    """What a bundle is worth if disposal is free: the most that it holds of what is listed. O(listed)."""
    held = frozenset(bundle)
    return max((amount for listed, amount in values.items() if held.issuperset(listed)), default=0)
