"""Chen and Zhou, Theorem 3: the best subgroups leave out nobody whom the undivided group would serve, and often fewer others."""

from offchain.model.mechanisms.equal_split import served_count
from offchain.model.mechanisms.regrouping import in_equal_shares, shares
from offchain.model.theory.sharing.subgroups import exclusion

# Asked for 12, the undivided group serves the first alone: two could pay 10 together, three 9.
bids = (12, 5, 3)
assert served_count(bids, 12) == 1

# In the best subgroups, {12} and {5, 3}, each is asked for 6: the second for 3 each.
found = in_equal_shares(bids)
paid = shares(found.subgroups, 12)
print(f"{list(found.subgroups)} pay {paid} of 12")
assert paid == [[6], [3, 3]]

row = exclusion(members=4, top=5)
print(row)
assert row.holds
