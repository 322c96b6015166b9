"""When Bidders Are DAOs, beyond Theorem 2: members who pool their money under one name may win what they lose apart."""

from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.model.theory.daos import auction, merging, payments

# A rival bids 16 first. {10, 5, 5} can pay 15 in equal shares, and loses.
assert willingness_to_pay([10, 5, 5]) == 15
assert payments(auction([16], [10, 5, 5]))[1:] == [None] * 3

# The two members of value 5 bid their 10 under one name, to share what they get. {10, 10} can pay 20, and wins at 17.
assert willingness_to_pay([10, 10]) == 20
_, first, pooled = payments(auction([16], [10, 10]))
print(f"apart nobody is served; pooled the two pay {pooled} for what is worth 10 to them together")
assert (first, pooled) == (9, 9)

# The opposite of false names: equal shares favour neither large bids nor small ones, and both can be made.
row = merging(top=3)
print(row)
assert row.holds
