"""When Bidders Are DAOs, Theorem 2 at ties: the plain second price invites overbidding, the critical bid does not."""

from offchain.model.mechanisms.price_rule import exact, plain_second_price
from offchain.model.theory.daos import auction, payments, ties

# Group A is one bidder of value 10, and comes first. Group B, worth 10 and 5, can pay 10 as well and
# loses the tie. What if its first member bids 11? It is worth 10 to it.
for name, rule in [("plain second price", plain_second_price), ("critical bid", exact)]:
    _, honest, _ = payments(auction([10], [10, 5]), rule)
    _, bold, other = payments(auction([10], [11, 5]), rule)
    print(f"{name}: by the truth {honest}; bidding 11 it pays {bold}, the other member {other}")
    assert honest is None
    # At price 10 two members can share, at price 11 only one can.
    assert (bold, other) == ((5, 5) if rule is plain_second_price else (11, None))

row = ties(sizes=[(1, 2), (2, 2)], top=5)
print(row)
assert row.holds
