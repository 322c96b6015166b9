"""Mechanism Design with Approximate Valuations, Theorem 3: no deterministic mechanism does better than second price."""

from fractions import Fraction

from offchain.model.mechanisms.approximate import worst_case
from offchain.model.theory.approximate.guarantees import alone, theorem_3

# Three players bid 15, knowing their values within a quarter: each is worth from 9 to 25.
quarter = Fraction(1, 4)
for winner in range(3):
    loser, ratio = worst_case([15, 15, 15], alone(winner, 3), quarter)
    print(f"player {winner} gets it, player {loser} is worth 25 and all others 9: {ratio}")
    assert ratio == Fraction(9, 25)

row = theorem_3(deltas=[quarter], players=[3])
print(row)
assert row.holds
