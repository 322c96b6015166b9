"""Beside Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 12: where no colouring has rho colours."""

from offchain.model.instances.monotone_signals import most_allocated
from offchain.model.mechanisms.abelian import Group
from offchain.model.mechanisms.mark_search import search
from offchain.model.theory.signals.colours import no_colouring

# Five signals of one type: rho = 11 is prime, and Z_11 has marks, which colour any number of bidders.
assert most_allocated(signals=5, types=1) == 11
marks = search(Group((11,)), signals=5, types=1)
assert marks is not None
print("five signals:", marks.rows[0], "in Z_11")

# Eight: rho = 29 is prime, too, and Z_29 has none. So whoever colours bases with 29 colours, by marks or by a list,
# gives two bidders who are served at once the same one, if there are enough bidders.
assert most_allocated(signals=8, types=1) == 29
row = no_colouring()
print(row)
assert row.holds
