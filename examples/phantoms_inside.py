"""Beyond the papers: a seller who joins the group that bids gives it a discount that nobody sees."""

from fractions import Fraction

from offchain.model.mechanisms.bonds import BPS, Recipient
from offchain.model.theory.phantoms import as_seller_inside, inside, lot_of, search, up_to

# Two members bid 3 and 2, and can pay 4 together; the reserve is 5.
assert lot_of([], [3, 2], reserve=5).winner is None

# With a phantom of 2 inside there are three who can pay 6: each pays 2 of the 5. The phantom's 2 go back to the seller.
lot = lot_of([], [3, 2, 2], reserve=5)
print(f"with the phantom: {len(lot.served)} served at {lot.share} each")
assert (len(lot.served), lot.share) == (3, 2)
play = as_seller_inside(reserve=5)((2,), ((), (3, 2)))
print(f"the seller has {play.gain} of them, where it had nothing")
assert play.gain == 4

# To choose late is better still, even at the whole deposit, burnt. At a reserve of 3 two members of value 2 pay 4; an opened
# phantom of 1 would leave 2 of that to the seller, a shut one costs 1. Where one or both have value 1 they need it.
found = search(as_seller_inside(reserve=3), (0, 2), 2, up_to(1, 2), sells=True)
late = found.best(BPS, Recipient.BURNT)
print(f"always opened {found.always()}, by choice {late}")
assert found.always() == 2
assert late == Fraction(9, 4)

row = inside(settings=[(1, 4, 1), (2, 2, 3)])
print(row)
assert row.holds
