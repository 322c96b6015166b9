"""Mechanism Design with Approximate Valuations, the price of M_f: a draw of posted prices, with no logarithm."""

from fractions import Fraction

from offchain.model.mechanisms.approximate import price_lottery, sell
from offchain.model.theory.approximate.draw import critical_draw, expected

# Two bids, 6 and 4, within a half. The first wins at these prices with these probabilities:
half = Fraction(1, 2)
offers = price_lottery([6, 4], 0, half)
print({price: str(chance) for price, chance in offers.items()})
assert max(offers) <= 6

# One number u, drawn from [0, 1), decides on both the winner and the price.
for tenth in range(10):
    winner, price = sell([6, 4], half, Fraction(tenth, 10))
    print(f"  u = {tenth}/10: player {winner} at {price}")
    assert winner is None or price <= [6, 4][winner]

# Worth 6, no bid brings more in expectation than 6.
gains = [expected(6, price_lottery([bid, 4], 0, half)) for bid in range(10)]
print("by bid:", ", ".join(f"{float(gain):.3f}" for gain in gains))
assert max(gains) == gains[6]

row = critical_draw(deltas=[half], players=[2], top=4)
print(row)
assert row.holds
