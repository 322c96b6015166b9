"""Mechanism Design with Approximate Valuations, Theorem 2: second price guarantees ((1-d)/(1+d))^2."""

from fractions import Fraction

from offchain.model.mechanisms.approximate import deterministic_guarantee, second_price, worst_case
from offchain.model.theory.approximate.guarantees import alone, theorem_2

# Within a half: a bid of 12 is one of somebody worth from 4 to 36.
half = Fraction(1, 2)
assert deterministic_guarantee(half) == Fraction(1, 9)

for bids in ([12, 12], [12, 6], [12, 1]):
    winner, price = second_price(bids)
    loser, ratio = worst_case(bids, alone(winner, 2), half)
    print(
        f"bids {bids}: player {winner} wins at {price}; if {loser} is worth the most, {ratio} of the optimum"
    )
    assert ratio >= Fraction(1, 9)

# The worst is a tie: the winner is worth 4, the loser 36.
assert worst_case([12, 12], alone(0, 2), half) == (1, Fraction(4, 36))

row = theorem_2(deltas=[half], players=[2, 3], top=4)
print(row)
assert row.holds
