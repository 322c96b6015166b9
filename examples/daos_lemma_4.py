"""When Bidders Are DAOs, Lemma 4: what a group can pay in equal shares is at least its total value over H_n."""

from offchain.model.checks.two_level import harmonic
from offchain.model.mechanisms.equal_split import willingness_to_pay
from offchain.model.theory.daos import lemma_4

# Equal values: all of it can be paid. One large value among small ones: the large one alone.
for values in ([6, 6, 6], [12, 1, 1], [6, 3, 2]):
    able, total = willingness_to_pay(values), sum(values)
    print(f"{values}: worth {total}, can pay {able}, at least {total / harmonic(3)}")
    assert able >= total / harmonic(3)

# 6, 3, 2 are 1, 1/2, 1/3 of 6: any number of members can pay 6, and the lemma holds with equality.
assert willingness_to_pay([6, 3, 2]) * harmonic(3) == 11

row = lemma_4(members=4, top=4, crowds=[3, 8])
print(row)
assert row.holds
