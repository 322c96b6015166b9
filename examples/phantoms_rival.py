"""Phantom ladders: a member with several sealed names opens those that suit it, once it has seen what its group has to beat."""

from offchain.model.mechanisms.bonds import Recipient, forfeit
from offchain.model.theory.phantoms import as_individual, as_member, rival

# Ann, of value 8, has seals of 8, 2 and 2 in a group with somebody who bids 2, against an individual.
ann = as_member(8)
for other in (3, 7):
    alone, all_names = (ann(opened, ((other,), (2,))) for opened in ((8,), (2, 2, 8)))
    print(f"against {other}: {alone.gain} with her 8 open, {all_names.gain} with all three")
    # Against 7 her two names make the share 2 instead of 8, for three of hers; against 3 they only pay a share more.
    assert (alone.gain, all_names.gain) == ((6, 5) if other == 3 else (0, 2))

# She opens all against 7, and against 3 the 8 alone if the bond is less than the unit that saves.
bonds = [forfeit(4, bond_bps, Recipient.BURNT, served=2).burnt for bond_bps in (1_000, 5_000)]
assert 6 - bonds[0] > 5 > 6 - bonds[1]

# As an individual no choice beats the truth, whatever she has seen: what she has to pay does not depend on her bid.
for other in range(1, 10):
    best = max(as_individual(8)((bid,), ((other,), ())).gain for bid in range(1, 11))
    assert best == as_individual(8)((8,), ((other,), ())).gain

row = rival(top=3, names=2)
print(row)
assert row.holds
