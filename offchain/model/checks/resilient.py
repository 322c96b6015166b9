"""The properties of the resilient mechanism, each as a check on one instance.

Source: "A New Approach to Auctions and Resilient Mechanism Design", Lemmas 1 and 3 and Theorem 1. The
checks of the two last suppose that everybody knows what all bundles are worth to all others, but for
players of whom the instance says what they know. Amounts are exact, in units; expectations are over the coin.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from offchain.model.checks.finding import Finding, Verdict
from offchain.model.instances.resilient import (
    Answer,
    Coin,
    Offer,
    ResilientInstance,
    ResilientOutcome,
    ResilientPlayer,
    Side,
)
from offchain.model.mechanisms.resilient import (
    accepts,
    expected_utility,
    favourite,
    rebates,
    relevant_knowledge,
    revenue_guarantee,
    ruling_star,
    solve,
    toss,
    utility,
    worth,
)

BUNDLES_LIMIT, PLAYERS_LIMIT = 100, 1_000
"""With more bundles than this in all, or more players, what everybody could know takes too long to find."""

CLAIM = "whatever was announced, one name each, nobody colluding"
"""In what sense the truth is best of the answers (Lemma 1)."""

ANSWERS_LIMIT = 100_000
"""With more offers times players than this, trying every other answer takes too long."""


def check(instance: ResilientInstance) -> list[Finding]:
    """All findings on the reference outcome of the instance, on both sides of the coin."""
    whole = replace(instance, coin=Coin.BOTH)
    outcome = solve(whole)
    return [
        *check_outcome(whole, outcome),
        fines(whole),
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

    Of an offer of its own it gets what is accepted. The rebates are less than epsilon in all.
    """
    due = due_on_tails(instance)
    back = sum(rebates(instance).values(), Fraction(0))

    def counterexample() -> str | None:
        if outcome.heads is not None and any(outcome.heads.payments.values()):
            return "heads: somebody pays"
        if not 0 <= back < instance.epsilon:
            return f"the rebates are {back} in all, epsilon is {instance.epsilon}"
        if outcome.tails is not None and outcome.tails.revenue != due - back:
            return f"tails: revenue {outcome.tails.revenue}, not {due} less rebates of {back}"
        return None

    detail = f"on tails {due} less rebates of {back}"
    return Finding.of("budget balance", counterexample(), detail)


def fines(instance: ResilientInstance) -> Finding:
    """What the star has offered is paid whatever all answer, by themselves or by the star; of an own offer what is accepted.

    Without that an offer costs nothing, and the star is who offers most rather than who knows most.
    """
    star = ruling_star(instance)
    back = sum(rebates(instance).values(), Fraction(0))

    def counterexample() -> str | None:
        for answer in Answer:
            players = tuple(replace(player, answer=answer) for player in instance.players)
            changed = replace(instance, players=players)
            heads, tails = toss(changed)
            due = due_on_tails(changed)
            if tails.revenue != due - back:
                return f"if all say {answer.value}, {tails.revenue} is paid, not {due} less rebates of {back}"
            if heads.revenue:
                return f"if all say {answer.value}, {heads.revenue} is paid on heads"
        return None

    whose = "the seller's own offer is not fined" if star is None else f"{star.name}'s offer is due"
    return Finding.of("fines", counterexample(), f"whether all say yes or all no: {whose}")


def due_on_tails(instance: ResilientInstance) -> int:
    """What the seller is due on tails before rebates: all of the star's offer, or what is accepted of its own."""
    star = ruling_star(instance)
    return worth(star.offer if star is not None else accepted(instance))


def accepted(instance: ResilientInstance) -> list[Offer]:
    """The seller's own offers to whoever says YES to them."""
    player = {player.name: player for player in instance.players}
    return [offer for offer in instance.seller if accepts(player[offer.to], offer)]


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
    """Lemma 1: nobody that is offered a bundle on tails does better by the answer that is not the truth."""
    name = "incentive compatibility"
    star = ruling_star(instance)
    offers = instance.seller if star is None else star.offer
    if len(offers) * len(instance.players) > ANSWERS_LIMIT:
        return Finding(name, Verdict.NOT_CLAIMED, "not worked out: too many answers")
    places = {player.name: place for place, player in enumerate(instance.players)}

    def with_answer(place: int, answer: Answer | None) -> Fraction:
        changed = with_player(instance, place, replace(instance.players[place], answer=answer))
        _, tails = toss(changed)
        return utility(changed.players[place], tails)

    liars = []
    tried = 0
    for offer in offers:
        place = places[offer.to]
        player = instance.players[place]
        truthful = with_answer(place, None)
        for answer in Answer:
            gain = with_answer(place, answer)
            tried += 1
            if gain > truthful:
                detail = (
                    f"{offer.to} gets {truthful} by the truth and {gain} by saying {answer.value}"
                )
                return Finding(name, Verdict.FAILS, detail)
        if accepts(player, offer) and player.value(offer.goods) < offer.price:
            liars.append(f"{offer.to} says yes at a loss")
        if not accepts(player, offer) and player.value(offer.goods) > offer.price:
            liars.append(f"{offer.to} says no and misses a gain")
    claim = f"{CLAIM}: no answer is better than the truth, {tried} tried"
    detail = "; ".join([claim, *liars])
    return Finding(name, Verdict.HOLDS, detail)


def knowledge(instance: ResilientInstance, outcome: ResilientOutcome) -> list[Finding]:
    """Lemma 3 and Theorem 1, if everybody is independent and knows what the instance says, or else everybody's values."""
    names = ("no underbidding", "revenue")
    bundles = sum(map(listed, instance.players))
    if bundles > BUNDLES_LIMIT or len(instance.players) > PLAYERS_LIMIT:
        detail = f"not worked out: too many {'bundles' if bundles > BUNDLES_LIMIT else 'players'}"
        return [Finding(name, Verdict.NOT_CLAIMED, detail) for name in names]
    known = [best_known_offer(instance, player) for player in instance.players]
    return [underbidding(instance, known), revenue(instance, outcome, known)]


def underbidding(instance: ResilientInstance, known: list[tuple[Offer, ...]]) -> Finding:
    """Lemma 3: whoever knows a better offer than it makes expects more by making it and wishing its favourite bundle.

    Provided that the others answer rationally. An own offer of the seller's changes nothing in that, under the coin.
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
    told = "; ".join(under)
    partly = any(player.knows is not None for player in instance.players)
    if partly:
        knowing, all_told = (
            "all know what they say they do",
            "everybody offers what it knows others to take",
        )
    else:
        knowing = "all know all values"
        all_told = f"everybody offers what others' values allow, if {knowing}"
    detail = f"if {knowing} and answer rationally: {told}" if under else all_told
    return Finding(name, Verdict.HOLDS, detail)


def revenue(
    instance: ResilientInstance, outcome: ResilientOutcome, known: Iterable[tuple[Offer, ...]]
) -> Finding:
    """Theorem 1: the expected revenue is at least (benchmark - epsilon) / 2.

    The benchmark is MEW, over the players that do not underbid, or what the seller's own offer is worth, if that is more.
    """
    name = "revenue"
    expected = outcome.expected_revenue
    if outcome.star is None and len(accepted(instance)) < len(instance.seller):
        detail = f"{expected} expected over the coin; the seller's own offer is declined in part, so nothing is guaranteed"
        return Finding(name, Verdict.NOT_CLAIMED, detail)
    benchmark = max(
        (
            worth(offers)
            for player, offers in zip(instance.players, known, strict=True)
            if worth(player.offer) >= worth(offers)
        ),
        default=0,
    )
    known_by, answered = "players who offer what they know make", "whatever is answered"
    if outcome.star is None:
        benchmark = worth(instance.seller)
        known_by, answered = "the seller's own offer makes", "as all accept"
    bound = revenue_guarantee(benchmark, instance.epsilon)
    return Finding.of(
        name,
        None if expected >= bound else f"{expected} expected, below {bound}",
        f"{expected} expected over the coin; {known_by} it at least {bound}, {answered}, one name each",
    )


def best_known_offer(instance: ResilientInstance, player: ResilientPlayer) -> tuple[Offer, ...]:
    """The relevant knowledge of a player: by what it says that it knows of others, else by all their values."""
    others = [other for other in instance.players if other.name != player.name]
    known = {
        other.name: other.values if player.knows is None else player.knows.get(other.name, {})
        for other in others
    }
    return relevant_knowledge(instance.goods, known)


def listed(player: ResilientPlayer) -> int:
    """How many bundles the player lists, of its own and of what it knows."""
    return len(player.values) + sum(map(len, (player.knows or {}).values()))


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
