"""The estate: who can sell what it wins does not bid the value of access alone, and who shares proceeds bids them up."""

from offchain.model.theory.estate import access_only, flip, own_bid, values

# Access is worth 2 to a member, and a rival bids 3 first. If access were all, it could only lose by bidding 4.
assert (access_only(2, 2, rival=3), access_only(2, 4, rival=3)) == (0, -2)

# Somebody will pay 5 for the item later. So it is worth 5 to whoever wins it, members of either group alike: a value in common.
gains = [flip(2, bid, rival=3, later=5) for bid in (2, 4)]
print(f"with a buyer at 5 to come, a bid of 2 brings {gains[0]}, a bid of 4 brings {gains[1]}")
assert gains == [0, 1]

# At a resale for two, a buyer bids 5 first. A member to whom the item is worth 3 alone bids as a seller would, not its value.
for bid in (3, 5):
    print(f"a member's own bid of {bid} brings it {own_bid(3, bid, rival=5, served=2)}")
assert own_bid(3, 5, rival=5, served=2) > own_bid(3, 3, rival=5, served=2)

row = values(top=4)
print(row)
assert row.holds
