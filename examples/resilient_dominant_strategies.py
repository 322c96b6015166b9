"""Resilient Mechanism Design, §1.3: what dominant strategies cannot bring, and one player who knows the others does."""

from fractions import Fraction

from offchain.model.mechanisms.resilient import solve
from offchain.model.theory.resilient.collusion import (
    best_price,
    dominant_strategies,
    equal_revenue,
    expected_maximum,
    knowing_game,
    worth_together,
)

# 16 buyers, each of a good of its own, worth 1, 2, 4, 8 or 16 to it: at least p with chance 1/p.
values = equal_revenue(4)
print({value: str(chance) for value, chance in values.items()})
# Whatever the price, a buyer brings 1 on average, though the good is worth 3 to it.
assert best_price(values) == 1
assert sum((value * chance for value, chance in values.items()), Fraction(0)) == 3
# Without the star the goods are worth 48 less the largest value: at most 16 of about 35.
part = 16 / (48 - expected_maximum(values, 16))
print(f"any mechanism in dominant strategies has at most {float(part):.3f} of it")
assert part < Fraction(1, 2)

# One player who knows the values, in cents, sells at a cent below each: half of that is the seller's.
game = knowing_game(4, unit=100)
revenue = solve(game).expected_revenue
print(f"the resilient mechanism expects {float(revenue):.1f} of {worth_together(game)}")
assert 100 * revenue > 49 * worth_together(game)

row = dominant_strategies(scales=(1, 3))
print(row)
assert row.holds
