"""Beyond the papers: false names change who wins, and the welfare guarantee stands all the same."""

from fractions import Fraction

from offchain.model.theory.sybils import Person, reckless, safe, welfare, welfare_guarantee

# A group of 6 and 3 after a rival of 8: it can pay 6, and loses.
rival: list[Person] = [(8, (8,))]
assert welfare([rival, [(6, (6,)), (3, (3,))]]) == 8

# The first member bids 3 under a second name as well, which costs it 6 at most: three names can pay 9, and the group wins.
names: list[Person] = [(6, (3, 6)), (3, (3,))]
assert all(own in safe(value, top=6, most=2) for value, own in names)
had = welfare([rival, names])
print(f"with false names {had}")
assert had == 9

# Names that may cost more than the value are another matter: nobody has reason to use them.
print(f"1 under 13 names against 12: {reckless(12)} times less than could be had")
assert reckless(12) == Fraction(12)

row = welfare_guarantee(settings=[((1, 2), 3), ((2, 2), 3)])
print(row)
assert row.holds
