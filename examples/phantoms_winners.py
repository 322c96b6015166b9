"""Phantom ladders: were bonds paid to the winners, who values an item at 5 would bid 7 to have a part in them."""

from offchain.model.mechanisms.bonds import Recipient
from offchain.model.theory.daos import auction, payments
from offchain.model.theory.phantoms import winners, worth

# An individual bids 6. Whoever comes next and values the item at 5 loses by the truth, and pays 7 if it bids that.
truth, lie = payments(auction([6], [5])), payments(auction([6], [7]))
assert (truth, lie) == ([5, None], [None, 7])

# Others have stayed silent, at 4 units of bonds in all.
for to in Recipient:
    gained = [worth(5, paid, 1, 4, to) for paid in (truth, lie)]
    print(f"bonds {to}: {gained[0]} by a bid of 5, {gained[1]} by a bid of 7")
    assert gained == [0, 2 if to is Recipient.WINNERS else -2]

# The item goes to who values it less, and truth is best no more.
row = winners(top=3)
print(row)
assert row.holds
