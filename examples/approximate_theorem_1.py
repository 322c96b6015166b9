"""Mechanism Design with Approximate Valuations, Theorem 1: dominant strategies guarantee 1/n and no more."""

from fractions import Fraction

from offchain.model.theory.approximate.guarantees import gift_ratio, theorem_1

# A player reports from where to where its value lies. Both "1 to 3" and "2 to 4" fit the values 2 and 3. A
# mechanism answers each with a probability and a price, say 1/2 at 1 and 3/4 at 7/4:
low, high = (Fraction(1, 2), Fraction(1)), (Fraction(3, 4), Fraction(7, 4))
for value in (2, 3):
    gains = [value * chance - price for chance, price in (low, high)]
    print(f"worth {value}: one report brings {gains[0]}, the other {gains[1]}")
# Worth 3 both are as good, but worth 2 the second is worse, and yet may be what the player knows. For both to be best
# at 2 and at 3, they must bring the same at 2 and at 3: the same probability at the same price.
assert 3 * low[0] - low[1] == 3 * high[0] - high[1]
assert 2 * low[0] - low[1] != 2 * high[0] - high[1]

# So reports change nothing, and whoever has at most 1/n keeps that, whatever its value turns out to be.
for value in (1, 10, 1000, 10**9):
    print(f"one player of three worth {value}, the others 1: {float(gift_ratio(3, value)):.6f}")
    assert Fraction(1, 3) < gift_ratio(3, value) <= Fraction(1, 3) + Fraction(2, 3 * value)

row = theorem_1(players=[3])
print(row)
assert row.holds
