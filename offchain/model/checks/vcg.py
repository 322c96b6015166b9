"""The properties of the VCG mechanism, each as a check on one instance, and what it does not promise.

Source: "A New Approach to Auctions and Resilient Mechanism Design", §1.2 (dominant-strategy truthful,
maximal welfare) and §1.3 (what collusion does to it). All amounts are integers in units.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from offchain.model.checks.finding import Finding, Verdict
from offchain.model.checks.lies import around
from offchain.model.checks.properties import (
    Award,
    Deviation,
    Game,
    find_deviation,
    find_false_names,
    find_joint_deviation,
    find_jump,
    find_loss,
    find_unequal,
    find_unreachable,
    sample,
)
from offchain.model.instances.bundles import Bundle, Values, in_order, values_to_json
from offchain.model.instances.vcg import VcgInstance, VcgOutcome, VcgPlayer
from offchain.model.mechanisms.vcg import payments, solve, value
from offchain.model.mechanisms.winner_determination import (
    TooHardError,
    critical_values,
    effort,
    maximum_welfare,
    winners,
)

TIME_LIMIT = 8_000_000
"""For how many microseconds, about, a search may play; beyond, it tries fewer bids, of fewer players, or none."""

FEW_PLAYS = 24
"""How many plays a search makes where each of them needs a solver, with few bundles."""

FEW_BUNDLES = 40
"""With more bundles than this a solver may take seconds, and nothing is searched."""

FEW_LIES = 8
"""The fewest bids that are tried of a player; where time is short, it is of fewer players."""

LIES_LIMIT = 4_000
"""The most that are tried of a player."""

GRID_LIMIT = 1000
"""The largest grid on which a search tries every value."""

FINE = 2**40
"""Amounts times this are close to continuous: one unit is then a very small raise."""

SEED = 1
"""Of the samples, so that a check repeats."""


def check(
    instance: VcgInstance, grid: int | None = None, tell: Callable[[str], None] | None = None
) -> list[Finding]:
    """All findings on the reference outcome of the instance.

    grid: the deviation search tries every value up to this for each bundle alone, at most GRID_LIMIT;
    by default only the amounts at which the outcome can change. tell: as `solve` has it.
    """
    outcome = solve(instance, tell)
    searches: list[tuple[str, Callable[[], Finding]]] = [
        ("consumer sovereignty", lambda: consumer_sovereignty(instance)),
        ("incentive compatibility", lambda: incentive_compatibility(instance, grid)),
        ("upper semi-continuity", lambda: semi_continuity(instance)),
        ("collusion", lambda: collusion(instance)),
        ("false names", lambda: false_names(instance)),
    ]
    return [*check_outcome(instance, outcome), *(found(name, search) for name, search in searches)]


def found(name: str, search: Callable[[], Finding]) -> Finding:
    """What a search finds; that it is not made, where a bid that it tries leaves too much to prove."""
    try:
        return search()
    except TooHardError:
        return not_searched(name)


def check_outcome(instance: VcgInstance, outcome: VcgOutcome) -> list[Finding]:
    """The findings that need nothing but an outcome."""
    return [
        budget_balance(outcome),
        individual_rationality(instance, outcome),
        equal_treatment(instance, outcome),
        welfare_ratio(instance, outcome),
    ]


def budget_balance(outcome: VcgOutcome) -> Finding:
    """The seller gets what the players pay, pays nobody, and takes nothing for nothing."""

    def counterexample() -> str | None:
        for name, paid in outcome.payments.items():
            if paid < 0:
                return f"{name} receives {-paid}"
            if paid and name not in outcome.allocation:
                return f"{name} pays {paid} for nothing"
        total = sum(outcome.payments.values())
        if total != outcome.revenue:
            return f"{total} paid, but the revenue is {outcome.revenue}"
        return None

    return Finding.of("budget balance", counterexample(), f"{outcome.revenue} paid")


def welfare_ratio(instance: VcgInstance, outcome: VcgOutcome) -> Finding:
    """No good is given twice, and no allocation has a larger sum of bids."""

    def counterexample() -> str | None:
        owner: dict[str, str] = {}
        for name, bundle in outcome.allocation.items():
            for good in bundle:
                if owner.setdefault(good, name) != name:
                    return f"{owner[good]} and {name} both get {good}"
        reported = sum(
            value(player.values, outcome.allocation.get(player.name, ()))
            for player in instance.players
        )
        if reported != outcome.welfare:
            return f"the bids for what is given add up to {reported}, not {outcome.welfare}"
        most = maximum_welfare(instance.goods, [player.values for player in instance.players])
        return None if reported == most else f"welfare {reported}, optimum {most}"

    return Finding.of(
        "welfare ratio",
        counterexample(),
        f"welfare {outcome.welfare}, the optimum if these are the values",
    )


def individual_rationality(instance: VcgInstance, outcome: VcgOutcome) -> Finding:
    """No truthful player pays more than what it gets is worth to it."""
    loss = find_loss(game(instance, outcome))
    return Finding.of(
        "individual rationality",
        None if loss is None else f"{loss[0]} gets {loss[1]} by the truth",
        "every payment is within the bid",
    )


def equal_treatment(instance: VcgInstance, outcome: VcgOutcome) -> Finding:
    """Players with equal bids get equal utilities: of two who want the same, the one that gets it gains nothing."""
    pair = find_unequal(
        game(instance, outcome), lambda player: frozenset(instance.players[player].values.items())
    )
    return Finding.of(
        "equal treatment",
        None if pair is None else f"{pair[0]} and {pair[1]} bid the same and gain differently",
        "equal bids, equal utility",
    )


def consumer_sovereignty(instance: VcgInstance) -> Finding:
    """Every player gets a bundle that is worth the most to it when bidding high enough for one."""
    if plays(instance) < len(instance.players):
        return not_searched("consumer sovereignty")
    name = find_unreachable(
        game(instance), lambda player: [high_claim(instance, player)], wants(instance)
    )
    return Finding.of(
        "consumer sovereignty",
        name and f"{name} cannot get what it wants most",
        "a high enough bid is served",
    )


def incentive_compatibility(instance: VcgInstance, grid: int | None = None) -> Finding:
    """No player has a bid that beats the truth, whatever the others in the instance bid.

    Tries the bids of `critical_lies` and as many of those of `lies` as there is time for: of the
    players that get something first, where there is not time for all.
    """
    count = plays(instance)
    if count < FEW_LIES:
        return not_searched("incentive compatibility")
    names = [player.name for player in instance.players]
    won = winners(instance.goods, [player.values for player in instance.players])
    by_need = sorted(range(len(names)), key=lambda player: won[player] is None)
    searched = by_need[: count // FEW_LIES]
    limit = min(LIES_LIMIT, count // max(1, len(searched)))
    tried = dict.fromkeys(searched, 0)

    def bids(player: int) -> Iterator[Values]:
        if player in tried:
            for bid in islice(chosen_lies(instance, player, grid, limit), limit):
                tried[player] += 1
                yield bid

    deviation = find_deviation(game(instance), bids)
    who = (
        "each player" if len(searched) == len(names) else f"{len(searched)} of {len(names)} players"
    )
    return Finding.of(
        "incentive compatibility",
        None if deviation is None else tell(deviation),
        f"in dominant strategies, one name each: none of {sum(tried.values())} other bids is better,"
        f" of {who}, at critical values first",
    )


def chosen_lies(
    instance: VcgInstance, player: int, grid: int | None, limit: int
) -> Iterator[Values]:
    """About `limit` lies of a player: the critical ones, then those of `lies`, or a sample of them."""
    critical = critical_lies(instance, player, limit)
    yield from critical
    known = lies(instance, player, grid)
    left = max(0, limit - len(critical))
    places = range(len(known))
    for place in sample(places, left, SEED):
        yield known.at(place)


def critical_lies(instance: VcgInstance, player: int, limit: int) -> list[Values]:
    """Bids at which the player just wins a bundle, or just does not, its own bundles first; those for it alone and nothing, too.

    At most `limit`. What a bundle takes is what the others lose by it: for the bundle alone just that,
    and beside the true bids as much more as these would bring. What is won at such a bid, and costs
    less than by the truth, costs less in any unit of money.
    """
    own = instance.players[player].values
    bundles = bundles_of(instance, player)[: max(1, limit // 6)]
    others = [other.values for place, other in enumerate(instance.players) if place != player]
    takes = dict(zip(bundles, critical_values(instance.goods, others, bundles), strict=True))
    gain = max((own[bundle] - take for bundle, take in takes.items() if bundle in own), default=0)
    gain = max(0, gain)
    high = ceiling(instance)
    found: list[Values] = [{}]
    for bundle, take in takes.items():
        found += [{bundle: take + 1}, {bundle: high}]
        found += [{**own, bundle: take + gain + 1}, {bundle: take}, {**own, bundle: take + gain}]
    return found[:limit]


def semi_continuity(instance: VcgInstance) -> Finding:
    """Whether a player that gets what it wants at every bid slightly higher than its own gets it at its own.

    Not at ties, which some player has to lose. Amounts are multiplied first, for units to be small.
    """
    if plays(instance) < 3 * len(instance.players):
        return not_searched("upper semi-continuity")
    players = tuple(
        VcgPlayer(player.name, {bundle: amount * FINE for bundle, amount in player.values.items()})
        for player in instance.players
    )
    fine = VcgInstance(instance.goods, players)

    def above(player: int) -> Iterable[Values]:
        own = players[player].values
        for step in (1, FINE // 2, FINE):
            yield {bundle: amount + step for bundle, amount in own.items()}

    name = find_jump(game(fine), above, wants(fine))
    if name is not None:
        detail = f"{name} loses a tie that any higher bid would win"
        return Finding("upper semi-continuity", Verdict.NOT_CLAIMED, detail)
    return Finding("upper semi-continuity", Verdict.HOLDS, "nobody loses a tie")


def collusion(instance: VcgInstance) -> Finding:
    """Whether two players gain together by bids that are not the truth, which no theorem excludes."""
    pairs = len(instance.players) * (len(instance.players) - 1) // 2
    if pairs * 9 > plays(instance):
        return not_searched("collusion")

    def bids(player: int) -> Iterator[Values]:
        yield instance.players[player].values
        yield high_claim(instance, player)
        yield {}

    deviation = find_joint_deviation(game(instance), bids)
    if deviation is not None:
        return Finding("collusion", Verdict.NOT_CLAIMED, tell(deviation))
    return Finding(
        "collusion", Verdict.HOLDS, "no two players gain by bidding very high, or nothing"
    )


def false_names(instance: VcgInstance) -> Finding:
    """Whether a player gains by bidding for parts of a bundle under two names, which no theorem excludes."""
    high = ceiling(instance)

    def splits(player: int) -> Iterator[tuple[Values, ...]]:
        for bundle in instance.players[player].values:
            for cut in range(1, len(bundle)):
                yield {bundle[:cut]: high}, {bundle[cut:]: high}

    def together(prizes: Sequence[Bundle]) -> Bundle:
        return in_order((good for prize in prizes for good in prize), instance.goods)

    cuts = sum(len(bundle) - 1 for player in instance.players for bundle in player.values)
    if cuts > plays(instance):
        return not_searched("false names")
    deviation = find_false_names(game(instance), splits, together)
    if deviation is not None:
        return Finding("false names", Verdict.NOT_CLAIMED, tell(deviation))
    return Finding(
        "false names", Verdict.HOLDS, "no gain from bidding very high for parts of a bundle"
    )


def game(instance: VcgInstance, outcome: VcgOutcome | None = None) -> Game[Values, Bundle]:
    """VCG as its players see it; the empty bundle is nothing. `outcome`: of the truthful bids, if it is known."""
    truth = tuple(player.values for player in instance.players)

    def play(bids: tuple[Values, ...]) -> list[Award[Bundle]]:
        if outcome is not None and bids == truth:
            return [
                Award(outcome.allocation.get(player.name, ()), outcome.payments[player.name])
                for player in instance.players
            ]
        choice = winners(instance.goods, bids)
        paid = payments(instance.goods, bids, choice)
        return [Award(bundle or (), amount) for bundle, amount in zip(choice, paid, strict=True)]

    return Game(
        names=tuple(player.name for player in instance.players),
        bids=truth,
        play=play,
        worth=lambda player, bundle: value(truth[player], bundle),
    )


def wants(instance: VcgInstance) -> Callable[[int, Bundle], bool]:
    """Whether a player has a bundle that is worth as much to it as any."""
    most = [max(player.values.values(), default=0) for player in instance.players]
    return lambda player, bundle: value(instance.players[player].values, bundle) == most[player]


def ceiling(instance: VcgInstance) -> int:
    """More than all bids together."""
    return 1 + sum(amount for player in instance.players for amount in player.values.values())


def high_claim(instance: VcgInstance, player: int) -> Values:
    """A bid for the player's favourite alone that nobody can match; none if it wants nothing."""
    own = instance.players[player].values
    best = max(own, key=lambda bundle: own[bundle], default=None)
    return {} if best is None else {best: ceiling(instance)}


def bundles_of(instance: VcgInstance, player: int) -> list[Bundle]:
    """The bundles that a player's lies are about: its own, the single goods, and all goods."""
    own = instance.players[player].values
    singles = ((good,) for good in instance.goods)
    return list(dict.fromkeys((*own, *singles, instance.goods)))


@dataclass(frozen=True, slots=True)
class Lies:
    """The truth with another value for one bundle, or that bundle alone; by place, for there are many."""

    own: Values
    bundles: Sequence[Bundle]
    amounts: Sequence[int]

    def __len__(self) -> int:
        """How many there are."""
        return 2 * len(self.bundles) * len(self.amounts)

    def at(self, place: int) -> Values:
        """The lie at a place."""
        rest, alone = divmod(place, 2)
        bundle, amount = divmod(rest, len(self.amounts))
        claim = {self.bundles[bundle]: self.amounts[amount]}
        return claim if alone else {**self.own, **claim}


def lies(instance: VcgInstance, player: int, grid: int | None) -> Lies:
    """The truth with another value for one bundle, and any such bundle alone.

    The values are all up to the grid, or without one those next to what anybody bids, where the
    outcome can change, and next to half of that; and more than all bids together. For the bundles of
    `bundles_of`.
    """
    bids = {amount for other in instance.players for amount in other.values.values()}
    near = {*around((0, *bids)), *around(amount // 2 for amount in bids)}
    amounts = {*(near if grid is None else range(min(grid, GRID_LIMIT) + 1)), ceiling(instance)}
    return Lies(instance.players[player].values, bundles_of(instance, player), sorted(amounts))


def plays(instance: VcgInstance) -> int:
    """How many times a search may play the mechanism: winners, and what the others could have without each of them."""
    bids = [player.values for player in instance.players]
    one = effort(instance.goods, bids)
    if one is not None:
        return TIME_LIMIT // one
    bundles = sum(len(player.values) for player in instance.players)
    return FEW_PLAYS if bundles <= FEW_BUNDLES else 0


def not_searched(name: str) -> Finding:
    """What is said of a property where a search would take too long."""
    return Finding(name, Verdict.NOT_CLAIMED, "not searched: too many players and bundles")


def tell(deviation: Deviation[Values]) -> str:
    """A deviation in words, the bids as in a file."""
    bids = tuple(json.dumps(values_to_json(bid)) for bid in deviation.bids)
    return str(Deviation(deviation.players, bids, deviation.truthful, deviation.utility))
