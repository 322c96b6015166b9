"""The resilient mechanism for combinatorial auctions, in which players sell to each other what they know.

Source: Chen and Micali, "A New Approach to Auctions and Resilient Mechanism Design": §6 (the
mechanism, here `solve`), §4.3 (relevant knowledge and the benchmark), §9 (a seller who knows
something). Values and prices are integers in units; rebates, payments, utilities and revenues are
exact fractions of a unit. A bundle that a player does not list is worth 0 to it.

Every player announces an offer of bundles to the others, and a wish. The star is the player whose
offer is worth the most. A fair coin falls: on heads the star gets its wish, for nothing, and on
tails its offer is carried out, the star paying where somebody declines. So it pays to offer what
one knows others to take, and the seller earns half of the most that any independent player knows.
A seller who knows more itself may make an offer of its own, under the same coin.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from offchain.model.instances.bundles import Bundle, Values
from offchain.model.instances.resilient import (
    Answer,
    Coin,
    Offer,
    ResilientInstance,
    ResilientOutcome,
    ResilientPlayer,
    Side,
)
from offchain.model.mechanisms.winner_determination import winners

HALF = Fraction(1, 2)


def solve(instance: ResilientInstance, *, coin_free: bool = False) -> ResilientOutcome:
    """The outcome on the sides of the coin that the instance asks for. O(size of the instance).

    coin_free: as `toss` has it.
    """
    heads, tails = toss(instance, coin_free=coin_free)
    star = ruling_star(instance)
    return ResilientOutcome(
        star=None if star is None else star.name,
        heads=heads if instance.coin is not Coin.TAILS else None,
        tails=tails if instance.coin is not Coin.HEADS else None,
        expected_revenue=(heads.revenue + tails.revenue) * HALF,
    )


def toss(instance: ResilientInstance, *, coin_free: bool = False) -> tuple[Side, Side]:
    """Heads, and tails.

    If the seller's own offer is worth more than the star's it is carried out on tails in its place
    (§9). Then there is no star: nobody pays where a player declines, and on heads nothing is sold.
    A star that got its wish all the same could have that and the seller's offer too, by telling less
    than it knows.

    coin_free: carries the seller's own offer out on heads as well. Nothing bounds the revenue then,
    since underbidding can pay: one whom the seller offers a bargain does better not to be the star.
    """
    star = ruling_star(instance)
    if star is not None:
        return grant_wish(instance, star), carry_out(instance, star.offer, star)
    tails = carry_out(instance, instance.seller, None)
    return (tails if coin_free else grant_wish(instance, None)), tails


def ruling_star(instance: ResilientInstance) -> ResilientPlayer | None:
    """The star, which wins a tie; None if the seller's own offer is worth more than its."""
    star = find_star(instance)
    return None if worth(instance.seller) > worth(star.offer) else star


def worth(offers: Iterable[Offer]) -> int:
    """The prices together, in units: the paper's R_i = REV(Omega^i)."""
    return sum(offer.price for offer in offers)


def find_star(instance: ResilientInstance) -> ResilientPlayer:
    """The player whose offer is worth the most, the first of several."""
    return max(instance.players, key=lambda player: worth(player.offer))


def grant_wish(instance: ResilientInstance, star: ResilientPlayer | None) -> Side:
    """Heads: the star gets what it wishes, and nobody pays or receives anything. Without a star nobody gets anything."""
    return Side(
        allocation={star.name: star.wish} if star is not None and star.wish else {},
        payments={player.name: Fraction(0) for player in instance.players},
    )


def carry_out(
    instance: ResilientInstance, offers: Sequence[Offer], star: ResilientPlayer | None
) -> Side:
    """Tails: each player that is offered something takes it at its price, or the star pays that price as a fine.

    star: None if the offers are the seller's own; then a bundle that is declined is just not sold.
    """
    payments = {name: -rebate for name, rebate in rebates(instance).items()}
    offered = {offer.to: offer for offer in offers}
    allocation = {}
    for player in instance.players:
        offer = offered.get(player.name)
        if offer is None:
            continue
        if accepts(player, offer):
            allocation[player.name] = offer.goods
            payments[player.name] += offer.price
        elif star is not None:
            payments[star.name] += offer.price
    return Side(allocation, payments)


def accepts(player: ResilientPlayer, offer: Offer) -> bool:
    """Whether the player says YES: as the instance tells, else if the bundle is worth its price to it.

    Where both are equal either answer is rational (Lemma 1); here it is YES.
    """
    if player.answer is not None:
        return player.answer is Answer.YES
    return player.value(offer.goods) >= offer.price


def rebates(instance: ResilientInstance) -> dict[str, Fraction]:
    """What every player, star or not, gets back on tails: epsilon * R_i / (1 + sum of all R_j).

    All together less than epsilon.
    """
    offered = {player.name: worth(player.offer) for player in instance.players}
    step = instance.epsilon / (1 + sum(offered.values()))
    return {name: amount * step for name, amount in offered.items()}


def utility(player: ResilientPlayer, side: Side) -> Fraction:
    """The value of what the player gets on a side of the coin, less what it pays, in units."""
    return player.value(side.allocation.get(player.name, ())) - side.payments[player.name]


def expected_utility(
    instance: ResilientInstance, players: Iterable[ResilientPlayer], *, coin_free: bool = False
) -> Fraction:
    """What these players of the instance together expect before the coin falls: collusion with a joint purse, if several.

    coin_free: as `toss` has it.
    """
    sides = toss(instance, coin_free=coin_free)
    return sum((utility(player, side) * HALF for player in players for side in sides), Fraction(0))


def relevant_knowledge(goods: Bundle, known: Mapping[str, Values]) -> tuple[Offer, ...]:
    """The paper's RK_i: the best offer that a player knows the others to accept, each price below the value.

    known: for every other player, the least that its bundles are worth, as far as the player knows;
    what is not listed may be worth nothing. Prices are one unit below. As hard as winner
    determination; a player who cannot do it may offer less, and loses no more than that.
    """
    prices: list[Values] = [
        {bundle: least - 1 for bundle, least in values.items()} for values in known.values()
    ]
    return tuple(
        Offer(name, bundle, price[bundle])
        for name, price, bundle in zip(known, prices, winners(goods, prices), strict=True)
        if bundle is not None
    )


def favourite(player: ResilientPlayer) -> Bundle:
    """A bundle that is worth the most to the player, the first listed of several, none if all are worth 0."""
    best = max(player.values, key=player.value, default=())
    return best if player.value(best) > 0 else ()


def revenue_guarantee(benchmark: int, epsilon: Fraction) -> Fraction:
    """What the seller can expect at least, (benchmark - epsilon) / 2 (Theorem 1; with an own offer §9).

    benchmark: MEW, the most that the relevant knowledge of an independent player is worth; whoever
    else colludes, and how, does not matter. With an own offer that all accept, its worth if that is
    more. Expected over the coin, provided that all answer as Lemmas 1 and 2 say, and that no
    independent player offers less than it knows, which Lemma 3 rules out as dominated. An own offer
    that is worth the most and is declined voids it: the seller has claimed to know what it did not.
    """
    return (benchmark - epsilon) * HALF
