"""Mechanism Design with Approximate Valuations on integers: the guarantees hold up to one unit of value, and not without it."""

from fractions import Fraction

from offchain.model.mechanisms.approximate import probabilistic_guarantee, probabilities
from offchain.model.theory.approximate.bids import fitting, grid

# Two players know their values, 2 and 1, within 1 %: that is, exactly. Bidding 1 is as good for the first as bidding 2.
cent = Fraction(1, 100)
assert fitting(cent, players=2, top=4)[1] == [1, 2]

# Both bid 1 and have the good with 1/2 each: 3/4 of the optimum is expected, where 98 % is guaranteed for real values.
chances = probabilities((1, 1), cent)
welfare = chances[0] * 2 + chances[1] * 1
promised = probabilistic_guarantee(cent, 2)
print(f"expected {welfare} of 2: {welfare / 2}, where {float(promised):.3f} is guaranteed")
assert welfare / 2 == Fraction(3, 4) < promised

# Of the maximum less one unit it is more than guaranteed. With units of a billionth of an ether that is all there is to it.
assert welfare > promised * (2 - 1)

row = grid(deltas=[cent], players=[2], top=3)
print(row)
assert row.holds
