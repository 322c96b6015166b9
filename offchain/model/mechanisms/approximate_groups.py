"""Groups among players who know their values only roughly: the optimal mechanism above, the equal split below.

A group bids its willingness to pay under M_f, and whoever of its members can share the price equally
is served (`approximate`, `equal_split`). By the critical draw a group that bids faces posted prices
that nothing it bids changes, and at any posted price a group that is sold to whenever its willingness
to pay reaches the price is truthful for its members (When Bidders Are DAOs, section 3.1): so members
of one group each, who know their values, are truthful in expectation. The guarantee of M_f is for
individuals; here it is divided by H_l if all know their values, and else no bound is known
(docs/approximate.md).

Two differences to M_f among individuals: a group without a willingness to pay does not play, and a
group that would win for nothing pays one unit, as nobody can share nothing.
"""

from collections.abc import Sequence
from fractions import Fraction

from offchain.model.instances.approximate import (
    NO_SALE,
    ApproximateGroupsInstance,
    ApproximateGroupsSale,
    ApproximateOutcome,
    GroupSale,
)
from offchain.model.mechanisms import approximate, equal_split


def solve(instance: ApproximateGroupsInstance) -> ApproximateOutcome:
    """Every group's probability, and what the draw decides if the instance has one.

    O(n log n * log bid) for n groups, beside sorting their members' bids.
    """
    groups = [group.bids_on(0) for group in instance.groups]
    chances = probabilities(groups, instance.delta)
    sale = None
    if instance.draw is not None:
        sold = sell((), groups, instance.delta, instance.draw)
        sale = ApproximateGroupsSale.of(
            instance.groups, sold.winner, sold.price, sold.share, sold.served
        )
    names = (group.name for group in instance.groups)
    return ApproximateOutcome(
        dict(zip(names, chances, strict=True)), 1 - approximate.total(chances), sale
    )


def probabilities(groups: Sequence[Sequence[int]], delta: Fraction) -> tuple[Fraction, ...]:
    """With which probability each group wins; 0 if nobody in it bids, as then it does not play."""
    players = _players((), groups)
    chances = approximate.probabilities([bid for _, bid in players], delta) if players else ()
    chance = dict(zip((place for place, _ in players), chances, strict=True))
    return tuple(chance.get(place, Fraction(0)) for place in range(len(groups)))


def sell(
    individuals: Sequence[int], groups: Sequence[Sequence[int]], delta: Fraction, draw: Fraction
) -> GroupSale:
    """To whom `draw`, uniform in [0, 1), sells, and who pays what.

    individuals: their bids, which come first. groups: their members' bids; 0 is no bid.
    """
    players = _players(individuals, groups)
    if not players:
        return NO_SALE
    winner, price = approximate.sell([bid for _, bid in players], delta, draw)
    if winner is None:
        return NO_SALE
    return _sale(players[winner][0], price, len(individuals), groups)


def lottery(
    individuals: Sequence[int], groups: Sequence[Sequence[int]], group: int, delta: Fraction
) -> dict[GroupSale, Fraction]:
    """What a group's members can come to pay, with which probability: every sale to it. O(bid * n log n)."""
    players = _players(individuals, groups)
    place = len(individuals) + group
    player = next((index for index, (one, _) in enumerate(players) if one == place), None)
    if player is None:
        return {}
    prices = approximate.price_lottery([bid for _, bid in players], player, delta)
    found: dict[GroupSale, Fraction] = {}
    for price, chance in prices.items():
        sale = _sale(place, price, len(individuals), groups)
        found[sale] = found.get(sale, Fraction(0)) + chance
    return found


def _players(individuals: Sequence[int], groups: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Who plays, by place, and with which bid."""
    group_bids = (equal_split.willingness_to_pay(group) for group in groups)
    late = [(len(individuals) + place, bid) for place, bid in enumerate(group_bids) if bid > 0]
    return [*enumerate(individuals), *late]


def _sale(winner: int, price: int, individuals: int, groups: Sequence[Sequence[int]]) -> GroupSale:
    if winner < individuals:
        return GroupSale(winner, price, price, ())
    members = groups[winner - individuals]
    split = equal_split.equal_split(members, max(1, price))
    served = tuple(place for place, bid in enumerate(members) if split.serves(bid))
    return GroupSale(winner, split.price, split.share, served)
