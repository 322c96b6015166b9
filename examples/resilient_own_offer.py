"""Resilient Mechanism Design, §9: the seller's own offer stands under the coin; for certain, silence would pay."""

from dataclasses import replace
from fractions import Fraction

from offchain.model.instances.resilient import Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import expected_utility, revenue_guarantee, solve
from offchain.model.theory.resilient.mechanism import EPSILON, own_offer

# Ann knows that the good is worth 50 to Bob. The seller knows only that she would pay 2 for it.
good = ("g",)
ann = ResilientPlayer("ann", {good: 100}, offer=(Offer("bob", good, 49),), wish=good)
bob = ResilientPlayer("bob", {good: 50})
telling = ResilientInstance(EPSILON, good, (ann, bob), seller=(Offer("ann", good, 2),))
silent_ann = replace(ann, offer=())
silent = replace(telling, players=(silent_ann, bob))

for coin_free, kept in ((True, Fraction(98)), (False, Fraction(49))):
    told = expected_utility(telling, [ann], coin_free=coin_free)
    quiet = expected_utility(silent, [silent_ann], coin_free=coin_free)
    earned = [solve(game, coin_free=coin_free).expected_revenue for game in (telling, silent)]
    print(
        f"{'for certain' if coin_free else 'under the coin'}: telling, she expects {float(told)}, silent {float(quiet)};"
    )
    print(f"  the seller {float(earned[0])} and {float(earned[1])}")
    assert (told, quiet) == (50 + Fraction(49, 200), kept)
    assert (quiet > told) == coin_free

# Silence, which pays only without the coin, leaves the seller with far less than half of what she knows.
assert solve(telling).expected_revenue >= revenue_guarantee(49, EPSILON) > 24
assert solve(silent, coin_free=True).expected_revenue == 2

row = own_offer(samples=150, seed=7)
print(row)
assert row.holds
