"""Beyond Theorem 2: on several lots two rivals gain by favours, each bidding nothing where the other wins."""

from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.composing import favours
from offchain.model.theory.daos import additive

# Two items. A values the first at 4 and the second at 3, B the other way round.
truth = solve(additive([(4, 3)], [(3, 4)]))
print(
    f"by the truth A pays {truth.items[0].price} for the first, B {truth.items[1].price} for the second"
)
assert [lot.price for lot in truth.items] == [3, 4]

# Neither loses anything by not bidding where it loses, and no money passes between them.
swapped = solve(additive([(4, 0)], [(0, 4)]))
print(f"if both do the other this favour, both pay {swapped.items[0].price}")
assert [lot.winner for lot in swapped.items] == ["A", "B"]
assert [lot.price for lot in swapped.items] == [1, 1]

row = favours()
print(row)
assert row.holds
