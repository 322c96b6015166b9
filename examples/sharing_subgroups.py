"""Chen and Zhou, Theorems 1 and 2: members in groups of their own can pay more together, and the best groups are found."""

from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.model.mechanisms.regrouping import in_equal_shares, willingness_of_subgroups
from offchain.model.theory.sharing.subgroups import subgroups

# Undivided 9, 4, 4, 4 can pay 16, four shares of 4, and nobody pays more than 4.
assert willingness_to_pay([9, 4, 4, 4]) == 16

# {9} and {4, 4, 4} can pay 9 each, the first alone, the others 3 each.
found = in_equal_shares([9, 4, 4, 4])
print(f"{list(found.subgroups)} can pay {found.total} together")
assert (found.subgroups, found.total) == (((9,), (4, 4, 4)), 18)
assert willingness_of_subgroups([[9, 4], [4, 4]]) == 16

row = subgroups(members=4, top=4)
print(row)
assert row.holds
