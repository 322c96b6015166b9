"""What a player does by what it knows of others: for certain, in part, or by chance; and where telling may be put off.

Source: §4.4, Definition 6; footnotes 13 and 14.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import TypeAlias

from offchain.model.checks.resilient import best_known_offer
from offchain.model.instances.bundles import Bundle, Values
from offchain.model.instances.resilient import Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import (
    expected_utility,
    favourite,
    relevant_knowledge,
    revenue_guarantee,
    solve,
    worth,
)
from offchain.model.theory.claim import Evidence, Status, claim
from offchain.model.theory.resilient.mechanism import BUNDLES, EPSILON, GOODS, PAPER, random_games

Candidate: TypeAlias = Mapping[str, Values]
"""Valuations of the other players, as a player may hold them possible."""


def known_offers(candidates: Sequence[Candidate], top: int) -> Iterator[tuple[Offer, ...]]:
    """The paper's EK_i by the words of Definition 4: offers that are below the values in every candidate. Of both goods."""
    names = list(candidates[0])
    for taken in product((None, *names), repeat=len(GOODS)):
        bundles = {
            name: tuple(good for good, to in zip(GOODS, taken, strict=True) if to == name)
            for name in names
            if name in taken
        }
        for prices in product(range(1, top + 1), repeat=len(bundles)):
            offers = tuple(
                Offer(name, bundle, price)
                for (name, bundle), price in zip(bundles.items(), prices, strict=True)
            )
            if all(
                offer.price < candidate[offer.to].get(offer.goods, 0)
                for candidate in candidates
                for offer in offers
            ):
                yield offers


def least_of(candidates: Sequence[Candidate]) -> dict[str, dict[Bundle, int]]:
    """What every bundle is worth at least to every other player, whichever candidate is true."""
    return {
        name: {
            bundle: min(candidate[name].get(bundle, 0) for candidate in candidates)
            for bundle in BUNDLES
        }
        for name in candidates[0]
    }


def held_possible(
    game: ResilientInstance, player: ResilientPlayer, random: Random, top: int
) -> list[Candidate]:
    """The true values of the others, and some more that the player cannot tell from them."""
    others = [other for other in game.players if other.name != player.name]
    more = [
        {other.name: {bundle: random.randrange(top + 1) for bundle in BUNDLES} for other in others}
        for _ in range(random.randrange(3))
    ]
    return [{other.name: other.values for other in others}, *more]


@claim(
    f"{PAPER}, Definition 6",
    "of a set of values that it holds possible a player's relevant knowledge is the best offer below the least of each bundle;"
    " by that it still never underbids, and revenue is at least (MEW - e)/2",
    Status.PROVED,
    proof="resilient.md#instance-files",
    wider={"samples": 5000},
)
def partial_knowledge(samples: int = 300, seed: int = 1, top: int = 4) -> Evidence:
    """Random games of three players and two goods, each player holding up to two other sets of values possible."""
    random = Random(seed)
    unlike = underbids = as_good = short = less = 0
    for game in random_games(samples, seed, top):
        held = [held_possible(game, player, random, top) for player in game.players]
        knowing = replace(
            game,
            players=tuple(
                replace(player, knows=least_of(candidates))
                for player, candidates in zip(game.players, held, strict=True)
            ),
        )
        best = [best_known_offer(knowing, player) for player in knowing.players]
        most = [max(map(worth, known_offers(candidates, top))) for candidates in held]
        unlike += sum(worth(offer) != one for offer, one in zip(best, most, strict=True))
        less += sum(
            worth(best_known_offer(game, player)) > one
            for player, one in zip(game.players, most, strict=True)
        )
        for place, (player, offer) in enumerate(zip(knowing.players, best, strict=True)):
            if worth(player.offer) < worth(offer):
                underbids += 1
                as_good += gain_of_telling(knowing, place, offer) <= 0
        telling = replace(
            knowing,
            players=tuple(
                replace(player, offer=offer, wish=favourite(player))
                for player, offer in zip(knowing.players, best, strict=True)
            ),
        )
        short += solve(telling).expected_revenue < revenue_guarantee(max(most), EPSILON)
    return Evidence(
        f"{samples} random games (seed {seed}), in {less} of {3 * samples} places less known than is true: {unlike} times another"
        f" best offer than among all that are known to be taken; {underbids} underbids, {as_good} as good as telling; {short}"
        f" games below the bound",
        unlike == as_good == short == 0 < min(underbids, less),
    )


def gain_of_telling(game: ResilientInstance, place: int, offer: tuple[Offer, ...]) -> Fraction:
    """What the player in this place expects more by this offer and its favourite wish than by what it announces."""
    player = game.players[place]
    telling = replace(player, offer=offer, wish=favourite(player))
    changed = replace(game, players=(*game.players[:place], telling, *game.players[place + 1 :]))
    return expected_utility(changed, [telling]) - expected_utility(game, [player])


Belief: TypeAlias = Mapping[int, Fraction]
"""What another player's value may be, with its probability."""


def by_belief(own: int, price: int, rival: int, belief: Belief) -> Fraction:
    """What ann, of value `own`, expects by offering bob the good at a price, where cid offers it to him for `rival`."""
    good = ("g",)
    expected = Fraction(0)
    for value, chance in belief.items():
        ann = ResilientPlayer("ann", {good: own}, (Offer("bob", good, price),), good)
        bob = ResilientPlayer("bob", {good: value})
        cid = ResilientPlayer("cid", {}, (Offer("bob", good, rival),))
        game = ResilientInstance(EPSILON, good, (cid, ann, bob))
        expected += chance * expected_utility(game, [ann])
    return expected


@claim(
    f"{PAPER}, footnote 13",
    "offering more than one knows is not excluded: who holds a high value very likely may gain by it",
    Status.PROVED,
)
def footnote_13(own: int = 40, high: int = 200, rival: int = 50) -> Evidence:
    """Bob's value is `high` with chance 99/100, else 2; cid offers him the good for `rival`. Every price of ann's."""
    belief = {2: Fraction(1, 100), high: Fraction(99, 100)}
    known = relevant_knowledge(("g",), {"bob": {("g",): min(belief)}})[0].price
    expects = {price: by_belief(own, price, rival, belief) for price in range(1, high + 2)}
    best = max(expects, key=lambda price: expects[price])
    above = sum(gain > expects[known] for price, gain in expects.items() if price > known)
    sure = {price: by_belief(own, price, rival, {2: Fraction(1)}) for price in expects}
    return Evidence(
        f"ann, of value {own}, knows that bob would pay {known}, and holds it for likely, 99/100, that his value is {high}: she"
        f" expects {expects[known]} by offering what she knows, {expects[best]} by {best}, which is best; {above} of"
        f" {len(expects) - known} higher prices are better. If he surely had only the 2 she would expect {sure[best]} by {best}",
        known == 1 and best > known and above > 0 and sure[best] < 0 < sure[known],
    )


Reveal: TypeAlias = Callable[[int], Offer]
"""What bob offers, by what ann has announced that her offer is worth: in the variant he says so only when he is the star."""


def put_off(own: int, telling: int, reveal: Reveal) -> Fraction:
    """What ann, of value `own`, expects by announcing an offer to cid worth `telling`, if bob's then depends on that."""
    good = ("g",)
    offer = (Offer("cid", good, telling),) if telling else ()
    ann = ResilientPlayer("ann", {good: own}, offer, good)
    bob = ResilientPlayer("bob", {}, (reveal(telling),))
    cid = ResilientPlayer("cid", {good: 2})
    return expected_utility(ResilientInstance(EPSILON, good, (ann, bob, cid)), [ann])


@claim(
    f"{PAPER}, footnote 14",
    "if only the worth of offers were announced at first, and the star then said which it is, an independent player might gain by"
    " underbidding; where all is announced at once none does",
    Status.PROVED,
)
def footnote_14(own: int = 100, price: int = 2) -> Evidence:
    """Ann knows that cid would pay 1. Bob's offer is to her if she was silent, else to cid; then all that he may fix before."""
    good = ("g",)

    def answers_silence(telling: int) -> Offer:
        return Offer("cid" if telling else "ann", good, price)

    later = [put_off(own, telling, answers_silence) for telling in (0, 1)]
    fixed = [Offer(to, good, amount) for to in ("ann", "cid") for amount in range(1, own + 1)]
    at_once = [
        [put_off(own, telling, lambda _, offer=offer: offer) for telling in (0, 1)]  # type: ignore[misc]
        for offer in fixed
    ]
    pays = sum(silent >= told for silent, told in at_once)
    return Evidence(
        f"ann, of value {own}, who knows that cid would pay 1, expects {later[0]} by silence and {later[1]} by telling, if bob"
        f" offers the good for {price} to her after silence and to cid else; of {len(fixed)} offers of bob's that do not depend"
        f" on it silence is as good against {pays}",
        later[0] > later[1] and pays == 0,
    )
