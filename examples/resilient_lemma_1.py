"""Resilient Mechanism Design, Lemma 1: an offer is accepted exactly if the bundle is worth more than its price."""

from offchain.model.instances.resilient import Answer, Offer, ResilientInstance, ResilientPlayer
from offchain.model.mechanisms.resilient import solve
from offchain.model.theory.resilient.mechanism import EPSILON, answers, lemma_1

# The star offers g1 to player 1 at price 3. What either answer brings, for values from 1 to 5:
for value in range(1, 6):
    gains = answers(ResilientPlayer("1", {("g1",): value}), price=3)
    print(f"worth {value}: YES brings {gains[Answer.YES]}, NO brings {gains[Answer.NO]}")
    assert gains == {Answer.YES: value - 3, Answer.NO: 0}

# A NO is the star's loss, not the seller's: the star pays the 3 as a fine.
star = ResilientPlayer("2", {}, offer=(Offer("1", ("g1",), 3),))
tails = solve(ResilientInstance(EPSILON, ("g1",), (star, ResilientPlayer("1", {("g1",): 2})))).tails
assert tails is not None
print(f"worth 2: allocation {dict(tails.allocation)}, the star pays {tails.payments['2']}")
assert tails.allocation == {}
assert 3 - EPSILON < tails.payments["2"] < 3

row = lemma_1(top=3)
print(row)
assert row.holds
