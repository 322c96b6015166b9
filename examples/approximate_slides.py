"""Mechanism Design with Approximate Valuations, slides: 5 times, 3 times and 2 times better than second price."""

from fractions import Fraction

from offchain.model.mechanisms.approximate import deterministic_guarantee, probabilistic_guarantee
from offchain.model.theory.approximate.guarantees import advantage, slides

for delta, players, times in [
    (Fraction(1, 2), 2, 5),
    (Fraction(1, 2), 4, 3),
    (Fraction(1, 4), 2, Fraction(17, 9)),  # the slides round it to 2
]:
    second, best = deterministic_guarantee(delta), probabilistic_guarantee(delta, players)
    # Equal bids are the worst case of both.
    measured = advantage([12] * players, delta)
    print(f"d = {delta}, n = {players}: {second} and {best}, {measured} times")
    assert measured == best / second == times

row = slides()
print(row)
assert row.holds
