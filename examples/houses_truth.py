"""Ascending houses: the price that a group meets is not moved by its own limit, so its members lose nothing by the truth."""

from dataclasses import replace

from offchain.model.instances.rules import Ascending
from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.daos import auction
from offchain.model.theory.houses import truth

# Group A, worth 10 and 5, can pay 10, and B after it 7. Each bid is 2 above the one before: A 1, B 3, A 5, B 7, A 9.
RIVAL = [7]
honest = solve(replace(auction([10, 5], RIVAL), upper=Ascending(2))).items[0]
print(f"by the truth {honest.winner} wins at {honest.price}, share {honest.share}")
assert (honest.winner, honest.price, honest.share) == ("A", 9, 5)

# Whatever its first member bids, the group wins at that price or not at all.
for bid in range(25):
    lot = solve(replace(auction([bid, 5], RIVAL), upper=Ascending(2))).items[0]
    assert lot.price == 9 if lot.winner == "A" else lot.group_bids["A"] < 9

row = truth(sizes=[(1, 2), (2, 1)], top=4)
print(row)
assert row.holds
