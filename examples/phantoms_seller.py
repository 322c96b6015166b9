"""Phantom ladders: a seller seals 4, 5 and 6, sees a bid of 5, and opens what suits it; a bond stops that only if it is burnt."""

from offchain.model.mechanisms.bonds import Recipient, forfeit
from offchain.model.theory.phantoms import as_seller, seller

OTHERS = ((5,), ())
LADDER = (4, 5, 6)

# One individual bids 5, at a reserve of 1. With its phantoms shut the seller gets 1, with 4 and 5 open 5; with all it buys back.
assert [as_seller(opened, OTHERS).gain for opened in ((), (4, 5), LADDER)] == [1, 5, 0]

# The 6 stays shut. Its bond comes back if bonds are the seller's; burnt, it is gone.
for to in (Recipient.SELLER, Recipient.BURNT):
    for bond_bps in (1_000, 5_000, 10_000):
        bond = forfeit(6, bond_bps, to, served=1)
        kept = 5 - bond.forfeited + bond.seller
        print(f"a bond of {bond_bps // 100} %, {to}: the seller keeps {kept}")
        assert kept == (5 if to is Recipient.SELLER else 5 - bond.burnt)

# At the whole deposit staying shut never pays: a phantom that would have won costs more than the price it makes way for.
assert 5 - forfeit(6, 10_000, Recipient.BURNT, served=1).burnt < 0

# A phantom of 4 that is always opened is a reserve that nobody sees, and no bond meets it.
assert [as_seller((4,), ((bid,), ())).gain for bid in (3, 4, 9)] == [0, 4, 4]

row = seller(settings=[((1, 0), 5)])
print(row)
assert row.holds
