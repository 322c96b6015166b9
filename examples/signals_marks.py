"""Beside Prior-Free Clock Auctions for Bidders with Interdependent Values, Theorem 12: marks, whose sums colour bases."""

from offchain.model.mechanisms.abelian import Group
from offchain.model.mechanisms.mark_search import search, search_pairs
from offchain.model.mechanisms.marks import known_marks
from offchain.model.theory.signals.colours import marks

# One type of four signals: six differences "lower less higher", which are all but the neutral element of Z_7.
four = known_marks(signals=4, types=1)
assert four is not None
differences = {difference for *_, difference in four.differences()}
print(f"marks {four.rows[0]} in Z_{four.group.size}: differences {sorted(differences)}")
assert differences == set(range(1, 7))

# Six signals: none in Z_16, where 15 differences would have to be all, but some in Z_8 x Z_2.
assert search(Group((16,)), signals=6, types=1) is None
print("six signals:", search(Group((8, 2)), signals=6, types=1))

# Three types of three signals: none in Z_10, by parity; in Z_20 ten pairs of elements 5 apart are the colours.
assert search(Group((10,)), signals=3, types=3) is None
assert search_pairs(Group((20,)), pair=5, signals=3, types=3) == known_marks(signals=3, types=3)

row = marks(searched=[])
print(row)
assert row.holds
