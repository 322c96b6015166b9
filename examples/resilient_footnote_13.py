"""Resilient Mechanism Design, footnote 13: offering more than one knows can be the reasonable thing to do."""

from fractions import Fraction

from offchain.model.theory.resilient.knowledge import by_belief, footnote_13

# Ann values the good at 8. Bob's value is at least 2, and in 9 cases of 10 it is 60. Cid offers him the good for 10.
belief = {2: Fraction(1, 10), 60: Fraction(9, 10)}
careful = by_belief(own=8, price=1, rival=10, belief=belief)
bold = by_belief(own=8, price=11, rival=10, belief=belief)
print(
    f"offering the 1 that she knows Bob to pay she expects {careful}, offering 11 she expects {bold}"
)
assert careful < bold

# With 11 she is the star, and has her wish on heads; where Bob has only the 2 she pays the 11 as a fine on tails.
sure = by_belief(own=8, price=11, rival=10, belief={2: Fraction(1)})
print(f"if Bob had the 2 for certain: {sure}")
assert sure < 0 < bold

row = footnote_13(high=100)
print(row)
assert row.holds
