"""When Bidders Are DAOs, Theorem 8 and Lemma 14: with unit demand, nothing truthful is within less than n."""

from offchain.model.instances.bundles import Values
from offchain.model.mechanisms.vcg_equal_split import same_price_welfare
from offchain.model.mechanisms.winner_determination import maximum_welfare
from offchain.model.theory.daos import theorem_8

# Three items, three bidders, each of whom wants one: the first item at 101, another at 100.
items = ("r", "s", "t")
bidder: Values = {("r",): 101, ("s",): 100, ("t",): 100}
best = maximum_welfare(items, [bidder] * 3)
print(f"one item each: {best}")
assert best == 301

# A truthful mechanism cannot tell such a bidder from a group that wants all three items, and has to
# charge it the same for every set (Corollary 13). Then it takes the first item, or nothing at all.
same = same_price_welfare(items, [bidder] * 3)
print(f"at the same price for every set: {same}")
assert same == 101

row = theorem_8(players=[3, 4])
print(row)
assert row.holds
