"""The properties of the optimal mechanism under approximate valuations, each as a check on one instance.

Source: Chiesa, Micali and Zhu, "Mechanism Design with Approximate Valuations": Lemma E.3 and
Theorems 2 and 4. Amounts are in units; expectations are over the draw, and exact.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from offchain.model.checks.finding import Finding, Verdict
from offchain.model.checks.lies import FALSE_NAMES, around, evenly
from offchain.model.checks.properties import (
    Amount,
    Award,
    Deviation,
    Game,
    find_deviation,
    find_false_names,
)
from offchain.model.instances.approximate import ApproximateInstance, ApproximateOutcome
from offchain.model.mechanisms.approximate import (
    deterministic_guarantee,
    price_lottery,
    probabilistic_guarantee,
    probability,
    replaced,
    second_price,
    sell,
    solve,
    total,
    worst_case,
)
from offchain.model.mechanisms.approximate import probabilities as probabilities_of

WORK_LIMIT = 2_000_000
"""How many bids the searches may read (some seconds); beyond, they do less, and say so."""

FEW_BIDS = 16
"""The fewest bids that are tried of a player; where time is short, it is of fewer players."""

PLAYERS_LIMIT = 2_000
"""With more players than this exact sums over all of them, whose terms have millions of digits, take too long."""

DRAWS = 4
"""How many draws are tried in each player's piece."""

CLAIM = "in expectation over the draw, for values known exactly, one name each"
"""For whom a bid of one's value is best."""


def check(instance: ApproximateInstance, grid: int | None = None) -> list[Finding]:
    """All findings on the reference outcome of the instance.

    grid: the largest bid of the deviation search; by default one above the largest bid.
    """
    return [
        *check_outcome(instance, solve(instance)),
        incentive_compatibility(instance, grid),
        second_price_welfare(instance),
        false_names(instance),
    ]


def check_outcome(instance: ApproximateInstance, outcome: ApproximateOutcome) -> list[Finding]:
    """The findings that need nothing but an outcome."""
    return [
        probabilities(outcome),
        individual_rationality(instance, outcome),
        equal_treatment(instance, outcome),
        welfare_ratio(instance, outcome),
    ]


def probabilities(outcome: ApproximateOutcome) -> Finding:
    """No probability is negative, and with that of no sale they are 1 in all."""

    def counterexample() -> str | None:
        for name, chance in (*outcome.probabilities.items(), ("no sale", outcome.unsold)):
            if chance < 0:
                return f"{name} has probability {about(chance)}"
        if len(outcome.probabilities) > PLAYERS_LIMIT:
            return None
        in_all = total(outcome.probabilities.values()) + outcome.unsold
        return None if in_all == 1 else f"the probabilities are {about(in_all)} in all, not 1"

    unsold = f"unsold with probability {about(outcome.unsold)}"
    if len(outcome.probabilities) > PLAYERS_LIMIT:
        unsold += f"; not added up: more than {PLAYERS_LIMIT} players"
    return Finding.of("probabilities", counterexample(), unsold)


def individual_rationality(instance: ApproximateInstance, outcome: ApproximateOutcome) -> Finding:
    """Whoever the draw sells to has a chance, and pays no more than the bid; nobody pays for nothing."""

    def counterexample() -> str | None:
        sale = outcome.sale
        if sale is None:
            return None
        if sale.winner is None:
            return f"unsold at price {sale.price}" if sale.price else None
        bid = instance.bids[sale.winner]
        if not 0 <= sale.price <= bid:
            return f"{sale.winner} bids {bid} and pays {sale.price}"
        if outcome.probabilities[sale.winner] <= 0:
            return f"{sale.winner} wins with probability 0"
        return None

    return Finding.of("individual rationality", counterexample(), "the price is within the bid")


def equal_treatment(instance: ApproximateInstance, outcome: ApproximateOutcome) -> Finding:
    """Equal bids have equal probabilities."""
    first: dict[int, str] = {}

    def counterexample() -> str | None:
        for name, bid in instance.bids.items():
            other = first.setdefault(bid, name)
            if outcome.probabilities[name] != outcome.probabilities[other]:
                return f"{other} and {name} bid {bid} and do not have the same probability"
        return None

    return Finding.of("equal treatment", counterexample(), "equal bids, equal probability")


def welfare_ratio(instance: ApproximateInstance, outcome: ApproximateOutcome) -> Finding:
    """Whatever the true values, if the bids are undominated, the expected welfare is at least
    ((1-delta)^2 + 4*delta/n) / (1+delta)^2 of the maximum (Theorem 4)."""
    chances = [outcome.probabilities[name] for name in instance.bids]
    bound = probabilistic_guarantee(instance.delta, len(chances))
    return _guarantee("welfare ratio", instance, chances, bound)


def second_price_welfare(instance: ApproximateInstance) -> Finding:
    """The same for a second-price auction and ((1-delta)/(1+delta))^2 (Theorem 2)."""
    winner, _ = second_price(list(instance.bids.values()))
    chances = [Fraction(player == winner) for player in range(len(instance.bids))]
    bound = deterministic_guarantee(instance.delta)
    return _guarantee("welfare ratio of second price", instance, chances, bound)


def incentive_compatibility(instance: ApproximateInstance, grid: int | None) -> Finding:
    """No player whose value is its bid expects more from another bid, the others' being fixed (Lemma E.3).

    Tries all bids up to `grid`, by default up to one above the largest, and some draws. Where that is too
    much work, it checks at these draws that the price is the critical bid, and at the instance's amounts
    and evenly spaced ones that the probability never falls as the bid grows: together, all that
    truthfulness takes, in any unit of money.
    """
    name = "incentive compatibility"
    bids = list(instance.bids.values())
    failed, draws = critical_draws(
        instance.bids, instance.delta, lambda draw: sell(bids, instance.delta, draw)
    )
    if failed is not None:
        return Finding(name, Verdict.FAILS, failed)
    top = max(bids) + 1 if grid is None else grid
    if work(instance, max([top, *bids])) > WORK_LIMIT:
        fall, tried = falling(instance.bids, instance.delta)
        if fall is not None:
            return Finding(name, Verdict.FAILS, fall)
        return Finding(name, Verdict.HOLDS, f"{CLAIM}: {tried}, {critical_prices(draws)}")
    for player in range(len(instance.bids)):
        deviation = find_deviation(seat(instance, player), lambda _: range(top + 1))
        if deviation is not None:
            return Finding(name, Verdict.FAILS, tell(deviation))
    tried = f"no bid in 0..{top} is better, {len(instance.bids) * (top + 1)} tried"
    return Finding(name, Verdict.HOLDS, f"{CLAIM}: {tried}, {critical_prices(draws)}")


def critical_draws(
    bids: Mapping[str, int],
    delta: Fraction,
    sells: Callable[[Fraction], tuple[int | None, int]],
    least: int = 0,
    cost: int = 0,
) -> tuple[str | None, int]:
    """A draw that sells to another than the player in whose piece it falls, or not at the least bid that it would sell to.

    In words, None if there is none; and at how many draws this was tried: a few in each piece, of
    fewer players where there are many.

    sells: to whom a draw sells, by place, and at what price. least: the least price. cost: how many
    bids one draw reads beside the players'.
    """
    amounts, names = list(bids.values()), list(bids)
    if not 0 < len(amounts) <= PLAYERS_LIMIT:
        return None, 0
    chances = probabilities_of(amounts, delta)
    reads = len(amounts) * max(1, max(amounts).bit_length()) + cost
    pieces = [player for player, chance in enumerate(chances) if chance]
    sample = pieces[:: -(-len(pieces) * DRAWS * reads // WORK_LIMIT)]

    def chance(player: int, bid: int) -> Fraction:
        return (
            probability(replaced(amounts, player, bid), player, delta) if bid >= 0 else Fraction(-1)
        )

    for player in sample:
        start = total(chances[:player])
        for part in range(DRAWS):
            offset = chances[player] * part / DRAWS
            winner, price = sells(start + offset)
            if winner != player:
                who = "nobody" if winner is None else names[winner]
                return f"a draw in the piece of {names[player]} sells to {who}", 0
            below = chance(player, price - 1) if price > least else Fraction(-1)
            if not below <= offset < chance(player, price):
                paid = f"{names[player]} pays {price}"
                return f"{paid}, which is not the least bid that the draw sells to", 0
    return None, len(sample) * DRAWS


def critical_prices(draws: int) -> str:
    """What the search of `critical_draws` has found in order, in words."""
    if not draws:
        return f"prices not tried: nobody bids, or more than {PLAYERS_LIMIT} players"
    return f"the price is the critical bid at {draws} draws"


def falling(bids: Mapping[str, int], delta: Fraction) -> tuple[str | None, str]:
    """A player whose probability falls as it bids more, in words, None if there is none; and what was tried.

    At 0, all bids, their halves and doubles, and evenly spaced amounts, all with their neighbours.
    """
    amounts = list(bids.values())
    critical = (0, *amounts, *(bid // 2 for bid in amounts), *(2 * bid for bid in amounts))
    near = sorted({*around(critical), *evenly(max(amounts, default=0))})
    most = max(FEW_BIDS, WORK_LIMIT // max(1, len(amounts) ** 2))
    tried = near[:: -(-len(near) // most) or 1]
    # Every look reads all bids.
    looks = max(1, WORK_LIMIT // (len(amounts) * max(1, len(tried)))) if amounts else 1
    names = list(bids)
    sample = range(0, len(names), -(-len(names) // looks) or 1)
    for player in sample:
        who = names[player]
        chances = [
            (bid, probability(replaced(amounts, player, bid), player, delta)) for bid in tried
        ]
        for (low, less), (high, more) in pairwise(chances):
            if more < less:
                fall = f"{who} wins with {about(less)} at {low} and {about(more)} at {high}"
                return fall, ""
    who = "each" if len(sample) == len(names) else f"each of {len(sample)} of {len(names)} players"
    return None, f"no probability falls, at {len(tried)} bids {who}"


def false_names(instance: ApproximateInstance) -> Finding:
    """Whether a player expects more from bidding its value under several names, which no theorem excludes."""
    name = "false names"
    if work(instance, max(instance.bids.values())) > WORK_LIMIT:
        detail = "not searched: too many players, or bids too large"
        return Finding(name, Verdict.NOT_CLAIMED, detail)
    for player, bid in enumerate(instance.bids.values()):
        splits = [(bid,) * count for count in FALSE_NAMES]
        deviation = find_false_names(seat(instance, player), [splits].__getitem__, total)
        if deviation is not None:
            return Finding(name, Verdict.NOT_CLAIMED, tell(deviation))
    return Finding(name, Verdict.HOLDS, "no gain from bidding the value under 2 to 4 names")


def seat(instance: ApproximateInstance, player: int) -> Game[int, Fraction]:
    """What one player expects, over the draw, from a bid or several under as many names, all others being fixed.

    The prize is the probability of winning. The value is the player's bid in the instance.
    """
    bids = list(instance.bids.values())
    value = bids[player]

    def award(own: tuple[int, ...], place: int) -> Award[Fraction]:
        everyone = [*bids[:player], *own, *bids[player + 1 :]]
        lottery = price_lottery(everyone, player + place, instance.delta)
        return Award(
            total(lottery.values()), total(price * chance for price, chance in lottery.items())
        )

    return Game(
        names=(list(instance.bids)[player],),
        bids=(value,),
        play=lambda own: [award(own, place) for place in range(len(own))],
        worth=lambda _, chance: value * chance,
    )


def work(instance: ApproximateInstance, top: int) -> int:
    """How many bids are read in working out what every player expects from every bid up to the top."""
    return len(instance.bids) ** 2 * (top + 1) ** 2


def about(amount: Amount) -> str:
    """A fraction for people to read."""
    exact = Fraction(amount)
    short = exact.denominator < 10**6 and abs(exact) < 10**12
    return str(exact) if short else f"about {float(exact):.4g}"


def tell(deviation: Deviation[int]) -> str:
    """A deviation in words, its expected utilities as people read them."""
    before, after = about(deviation.truthful), about(deviation.utility)
    names, bids = len(deviation.bids), " and ".join(map(str, deviation.bids))
    how = "" if names == 1 else f"under {names} names "
    return f"{deviation.players[0]} expects {before} by bidding its value and {after} {how}by bidding {bids}"


def _guarantee(
    name: str, instance: ApproximateInstance, chances: Sequence[Fraction], bound: Fraction
) -> Finding:
    """The least part of the maximum welfare that true values can make of these probabilities, against a bound."""
    if len(chances) > PLAYERS_LIMIT:
        detail = f"not worked out: more than {PLAYERS_LIMIT} players; {about(bound)} promised"
        return Finding(name, Verdict.NOT_CLAIMED, detail)
    player, ratio = worst_case(list(instance.bids.values()), chances, instance.delta)
    where = f"if {list(instance.bids)[player]} has the most"
    if ratio < bound:
        return Finding(name, Verdict.FAILS, f"{about(ratio)} {where}, below {about(bound)}")
    return Finding(
        name,
        Verdict.HOLDS,
        f"at least {about(ratio)} ({where}); {about(bound)} promised in undominated strategies, one name"
        " each, up to a unit of value",
    )
