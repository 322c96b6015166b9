"""When Bidders Are DAOs, Theorem 2: under Mechanism 1 no member of one group gains by a bid that is not its value."""

from offchain.model.mechanisms.two_level import solve
from offchain.model.theory.daos import auction, payments, theorem_2

# Group A is one bidder of value 9. Group B has three members, worth 10, 5 and 4 units to them.
# Together B can pay 12, four units each, so it wins; three members share the price of 10.
lot = solve(auction([9], [10, 5, 4])).items[0]
print(f"{lot.winner} wins at {lot.price}, {len(lot.served)} members pay {lot.share} each")
assert (lot.winner, lot.price, lot.share, lot.paid) == ("B", 10, 4, 12)

# The first member, worth 10, may bid what it likes: nothing gives it more than 10 - 4 = 6.
for bid in range(13):
    first = payments(auction([9], [bid, 5, 4]))[1]
    gain = 0 if first is None else 10 - first
    print(f"  bidding {bid:2}: {'not served' if first is None else f'pays {first}'}, gains {gain}")
    assert gain <= 6

# The same for everybody in every game of these sizes with bids from 0 to 3.
row = theorem_2(sizes=[(1, 2), (2, 2)], top=3)
print(row)
assert row.holds
