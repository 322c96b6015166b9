"""Mechanism Design with Approximate Valuations, Lemma E.3: what the probabilities of M_f have in common."""

from fractions import Fraction

from offchain.model.mechanisms.approximate import probabilities, probability, spread
from offchain.model.theory.approximate.guarantees import lemma_e_3

# Within a half D = 8. Three bids, the lowest too low for a chance.
half = Fraction(1, 2)
bids = [12, 10, 2]
chances = probabilities(bids, half)
extra = spread(half)
print(f"D = {extra}; bids {bids} have chances {', '.join(map(str, chances))}")
assert extra == 8
assert chances[2] == 0
assert sum(chances) <= 1

# The welfare that makes the guarantee, whoever is worth the most.
total = sum(chance * bid for chance, bid in zip(chances, bids, strict=True))
for bid, chance in zip(bids, chances, strict=True):
    print(f"  {bid}: {total + extra * chance * bid} is at least {bid * (3 + extra) / 3}")
    assert total + extra * chance * bid >= bid * (3 + extra) / 3

# Bidding more never lowers one's chance.
rising = [probability([12, 10, bid], 2, half) for bid in range(20)]
assert rising == sorted(rising)

row = lemma_e_3(deltas=[half], players=[3], top=4)
print(row)
assert row.holds
