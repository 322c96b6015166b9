"""Beyond the papers: how large a bond has to be, so that a choice made late is worth nothing."""

from offchain.model.mechanisms.bonds import Recipient
from offchain.model.theory.phantoms import as_seller, deterring_bond, different, least_bond, search

# One bidder whose value is uniform from 1 to 4: the best hidden reserve is 2 or 3, worth 3/2.
found = search(as_seller, (1, 0), 4, different(4), sells=True)
hidden = found.always()
assert 2 * hidden == 3

# At half of the deposit it pays to seal 2 and 3, and to leave the 3 shut where the value is 2: that earns 2, less 3/2.
half = found.best(5_000, Recipient.BURNT)
print(f"at 50 %: {half}, with one phantom that is always opened {hidden}")
assert half > hidden

# From two thirds on the 2 that it earns is no more than what the shut 3 costs.
least = least_bond(lambda bps: found.best(bps, Recipient.BURNT) - hidden)
print(f"enough: {least} basis points")
assert least == 6_667

row = deterring_bond(sellers=[((1, 0), 6)], rivals=[(((1, 1), 3), 2)])
print(row)
assert row.holds
