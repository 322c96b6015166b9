"""The properties of the resilient mechanism, each as a check on one instance.

Source: "A New Approach to Auctions and Resilient Mechanism Design", Lemmas 1 and 3 and Theorem 1. The
checks of the two last suppose that everybody knows what all bundles are worth to all others; who
knows less may offer less. Amounts are exact, in units; expectations are over the coin.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from offchain.checks.finding import Finding, Verdict
from offchain.instances.resilient import (
    Answer,
    Coin,
    Offer,
    ResilientInstance,
    ResilientOutcome,
    ResilientPlayer,
    Side,
)
from offchain.mechanisms.resilient import (
    accepts,
    carry_out,
    expected_utility,
    favourite,
    find_star,
    rebates,
    relevant_knowledge,
    revenue_guarantee,
    solve,
    utility,
    worth,
)

BUNDLES_LIMIT, PLAYERS_LIMIT = 100, 1_000
"""With more bundles than this in all, or more players, what everybody could know takes too long to find."""

ANSWERS_LIMIT = 100_000
"""With more offers times players than this, trying every other answer takes too long."""


def check(instance: ResilientInstance) -> list[Finding]:
    """All findings on the reference outcome of the instance, on both sides of the coin."""
    whole = replace(instance, coin=Coin.BOTH)
    outcome = solve(whole)
    return [
        *check_outcome(whole, outcome),
        incentive_compatibility(whole),
        *knowledge(whole, outcome),
    ]


def check_outcome(instance: ResilientInstance, outcome: ResilientOutcome) -> list[Finding]:
    """The findings that need nothing but an outcome."""
    return [
        feasibility(instance, outcome),
        budget_balance(instance, outcome),
        individual_rationality(instance, outcome),
    ]


def feasibility(instance: ResilientInstance, outcome: ResilientOutcome) -> Finding:
    """No good is given twice, nor any that is not there."""

    def counterexample() -> str | None:
        goods = frozenset(instance.goods)
        for name, side in sides(outcome):
            owner: dict[str, str] = {}
            for player, bundle in side.allocation.items():
                for good in bundle:
                    if good not in goods:
                        return f"{name}: {player} gets {good}, which is not for sale"
                    if good in owner:
                        return f"{name}: {owner[good]} and {player} both get {good}"
                    owner[good] = player
        return None

    return Finding.of("feasibility", counterexample(), "no good is given twice")


def budget_balance(instance: ResilientInstance, outcome: ResilientOutcome) -> Finding:
    """Heads: nobody pays. Tails: the seller gets what the star's offer is worth, from whoever it is, less the rebates.

    These are less than epsilon in all.
    """
    offered = worth(find_star(instance).offer)
    back = sum(rebates(instance).values(), Fraction(0))

    def counterexample() -> str | None:
        if outcome.heads is not None and any(outcome.heads.payments.values()):
            return "heads: somebody pays"
        if not 0 <= back < instance.epsilon:
            return f"the rebates are {back} in all, epsilon is {instance.epsilon}"
        if outcome.tails is not None and outcome.tails.revenue != offered - back:
            return f"tails: revenue {outcome.tails.revenue}, not {offered} less rebates of {back}"
        return None

    detail = f"on tails {offered} less rebates of {back}"
    return Finding.of("budget balance", counterexample(), detail)


def individual_rationality(instance: ResilientInstance, outcome: ResilientOutcome) -> Finding:
    """Nobody loses who answers truthfully, but for a star that offers what nobody takes."""
    name = "individual rationality"
    for side_name, side in sides(outcome):
        for player in instance.players:
            gain = utility(player, side)
            if gain < 0:
                detail = f"{side_name}: {player.name} loses {-gain}"
                if player.name == outcome.star:
                    detail += ", in fines for what others decline"
                    return Finding(name, Verdict.NOT_CLAIMED, detail)
                if player.answer is Answer.YES:
                    detail += " by its own answer"
                    return Finding(name, Verdict.NOT_CLAIMED, detail)
                return Finding(name, Verdict.FAILS, detail)
    return Finding(name, Verdict.HOLDS, "nobody loses on either side of the coin")


def incentive_compatibility(instance: ResilientInstance) -> Finding:
    """Lemma 1: no player that the star offers a bundle does better by the answer that is not the truth."""
    name = "incentive compatibility"
    star = find_star(instance)
    if len(star.offer) * len(instance.players) > ANSWERS_LIMIT:
        return Finding(name, Verdict.NOT_CLAIMED, "not worked out: too many answers")
    places = {player.name: place for place, player in enumerate(instance.players)}

    def with_answer(place: int, answer: Answer | None) -> Fraction:
        changed = with_player(instance, place, replace(instance.players[place], answer=answer))
        return utility(changed.players[place], carry_out(changed, star.offer, star))

    liars = []
    for offer in star.offer:
        place = places[offer.to]
        player = instance.players[place]
        truthful = with_answer(place, None)
        for answer in Answer:
            gain = with_answer(place, answer)
            if gain > truthful:
                detail = (
                    f"{offer.to} gets {truthful} by the truth and {gain} by saying {answer.value}"
                )
                return Finding(name, Verdict.FAILS, detail)
        if accepts(player, offer) and player.value(offer.goods) < offer.price:
            liars.append(f"{offer.to} says yes at a loss")
        if not accepts(player, offer) and player.value(offer.goods) > offer.price:
            liars.append(f"{offer.to} says no and misses a gain")
    detail = "; ".join(["no answer is better than the truth", *liars])
    return Finding(name, Verdict.HOLDS, detail)


def knowledge(instance: ResilientInstance, outcome: ResilientOutcome) -> list[Finding]:
    """Lemma 3 and Theorem 1, if everybody knows everybody's values."""
    names = ("no underbidding", "revenue")
    bundles = sum(len(player.values) for player in instance.players)
    if bundles > BUNDLES_LIMIT or len(instance.players) > PLAYERS_LIMIT:
        detail = f"not worked out: too many {'bundles' if bundles > BUNDLES_LIMIT else 'players'}"
        return [Finding(name, Verdict.NOT_CLAIMED, detail) for name in names]
    known = [full_knowledge(instance, player) for player in instance.players]
    return [
        underbidding(instance, known),
        revenue(instance, outcome, known),
    ]


def underbidding(instance: ResilientInstance, known: list[tuple[Offer, ...]]) -> Finding:
    """Lemma 3: whoever knows a better offer than it makes expects more by making it and wishing its favourite bundle.

    Provided that the others answer rationally.
    """
    name = "no underbidding"
    for offer in (offer for offers in known for offer in offers):
        player = next(player for player in instance.players if player.name == offer.to)
        if player.answer is Answer.NO:
            detail = f"{player.name} says no whatever it is offered"
            return Finding(name, Verdict.NOT_CLAIMED, detail)
    under = []
    for place, (player, offers) in enumerate(zip(instance.players, known, strict=True)):
        if worth(player.offer) >= worth(offers):
            continue
        better = replace(player, offer=offers, wish=favourite(player), answer=None)
        changed = with_player(instance, place, better)
        before = expected_utility(instance, [player])
        after = expected_utility(changed, [better])
        if after <= before:
            detail = f"{player.name} expects {before}, and {after} by offering what it knows"
            return Finding(name, Verdict.FAILS, detail)
        under.append(f"{player.name} expects {after - before} more by offering {worth(offers)}")
    return Finding(
        name, Verdict.HOLDS, "; ".join(under) or "everybody offers what others' values allow"
    )


def revenue(
    instance: ResilientInstance, outcome: ResilientOutcome, known: Iterable[tuple[Offer, ...]]
) -> Finding:
    """Theorem 1: the expected revenue is at least (MEW - epsilon) / 2, MEW over the players that do not underbid."""
    benchmark = max(
        (
            worth(offers)
            for player, offers in zip(instance.players, known, strict=True)
            if worth(player.offer) >= worth(offers)
        ),
        default=0,
    )
    bound = revenue_guarantee(benchmark, instance.epsilon)
    expected = outcome.expected_revenue
    return Finding.of(
        "revenue",
        None if expected >= bound else f"{expected} expected, below {bound}",
        f"{expected} expected; players who offer what they know make it at least {bound}",
    )


def full_knowledge(instance: ResilientInstance, player: ResilientPlayer) -> tuple[Offer, ...]:
    """The relevant knowledge of a player that knows all other players' values."""
    others = {other.name: other.values for other in instance.players if other != player}
    return relevant_knowledge(instance.goods, others)


def with_player(
    instance: ResilientInstance, place: int, player: ResilientPlayer
) -> ResilientInstance:
    """The instance with another player in this place."""
    players = (*instance.players[:place], player, *instance.players[place + 1 :])
    return replace(instance, players=players)


def sides(outcome: ResilientOutcome) -> list[tuple[str, Side]]:
    """The sides of the coin that the outcome has, by name."""
    named = [("heads", outcome.heads), ("tails", outcome.tails)]
    return [(name, side) for name, side in named if side is not None]
