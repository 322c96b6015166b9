"""Mechanism Design with Approximate Valuations, Theorem 4: the lottery M_f guarantees n individuals r + (1-r)/n."""

from fractions import Fraction

from offchain.model.mechanisms.approximate import (
    probabilistic_guarantee,
    probabilities,
    second_price,
    worst_case,
)
from offchain.model.theory.approximate.guarantees import alone, theorem_4

# Two players within a half: r = 1/9, and M_f promises 5/9, five times as much.
half = Fraction(1, 2)
assert probabilistic_guarantee(half, 2) == Fraction(5, 9)

# The closer the bids, the more even the lottery. Of 12 and 1 only the first has a chance, and the good may
# stay unsold: more is not needed for the promise.
for bids in ([12, 12], [12, 8], [12, 4], [12, 1]):
    chances = probabilities(bids, half)
    _, ratio = worst_case(bids, chances, half)
    _, plain = worst_case(bids, alone(second_price(bids)[0], 2), half)
    print(
        f"bids {bids}: chances {', '.join(map(str, chances))}; at least {ratio}, second price {plain}"
    )
    assert ratio >= Fraction(5, 9)

# Tight at equal bids of 12: one is worth 36, the other 4, and each has it with 1/2.
assert worst_case([12, 12], probabilities([12, 12], half), half)[1] == Fraction(36 + 4, 2 * 36)

row = theorem_4(deltas=[half], players=[2, 3], top=4)
print(row)
assert row.holds
