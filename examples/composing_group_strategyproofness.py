"""Beyond Theorem 2: without side payments no coalition gains by a joint lie, whether across groups or within one."""

from offchain.model.mechanisms.price_rule import exact, plain_second_price
from offchain.model.theory.composing import group_strategyproofness
from offchain.model.theory.daos import auction, payments

# Three of value 4 beat a rival of 8, and pay 3 each. If one more lies for them it is served, and pays for that.
truth = payments(auction([8], [4, 4, 4, 2]))
helped = payments(auction([8], [4, 4, 4, 3]))
print(f"the truth: {truth[1:]}; if the fourth member bids 3 for its value of 2: {helped[1:]}")
assert truth[1:] == [3, 3, 3, None]
assert helped[1:] == [3, 3, 3, 3]

# {4, 2} loses a tie against 4. If its first member bids 5 it wins: at the plain second price both gain, at the exact one neither.
loses, wins = auction([4], [4, 2]), auction([4], [5, 2])
assert payments(loses, plain_second_price)[1:] == payments(loses, exact)[1:] == [None, None]
assert payments(wins, plain_second_price)[1:] == [2, 2]
assert payments(wins, exact)[1:] == [5, None]

row = group_strategyproofness(games=[((1, 2), 4)], plain=((1, 2), 5))
print(row)
assert row.holds
